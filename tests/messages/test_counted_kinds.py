"""JW305, JW307 and JW315: described as the official schemas have them, read for what a report counts, and no message of billing."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest
from lxml import etree
from standard import needs_standard

from messages.support import COUNTED, sample, valid
from mpj.messages import read
from mpj.messages.reader import open_message
from mpj.reading.faults import InputError


def given(kind: str) -> bytes:
    """The official sample; that of JW315 has a day that does not exist."""
    return sample(kind).replace(b"2027-06-31", b"2027-06-30")


def accepted(data: bytes) -> bool:
    """Whether the form of a message is right by its description."""
    try:
        with open_message(data) as reader:
            assert list(reader.delen())
    except InputError:
        return False
    return True


def changed(data: bytes) -> Iterator[bytes]:
    """The message with each element left out, doubled, emptied and renamed."""
    root = etree.fromstring(data)
    for place, _ in enumerate(root.iter()):
        for change in ("out", "double", "empty", "rename"):
            copy = deepcopy(root)
            node = list(copy.iter())[place]
            parent = node.getparent()
            if parent is None:
                continue
            match change:
                case "out":
                    parent.remove(node)
                case "double":
                    node.addnext(deepcopy(node))
                case "empty":
                    node.text = ""
                    for child in list(node):
                        node.remove(child)
                case "rename":
                    node.tag = f"{node.tag}X"
            yield etree.tostring(copy)


@needs_standard
@pytest.mark.parametrize("kind", COUNTED)
def test_the_description_and_the_official_schema_agree(kind: str) -> None:
    data = given(kind)
    assert valid(kind, data)
    assert accepted(data)
    verdicts = [(valid(kind, one), accepted(one)) for one in changed(data)]
    assert all(official == own for official, own in verdicts)
    assert {official for official, _ in verdicts} == {True, False}, "changes of both kinds, or this proves little"


@needs_standard
@pytest.mark.parametrize("kind", COUNTED)
def test_no_value_is_made_of_it(kind: str) -> None:
    with pytest.raises(InputError) as refused:
        read(given(kind))
    (fault,) = refused.value.faults
    assert (fault.code, fault.gevonden) == ("bericht_onbekend", kind)

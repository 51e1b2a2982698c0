"""Systematic mutations of a valid message: every element, every way in which a message can go wrong.

A mutation takes the tree of a message and the place of one element (its index in document order) and changes the tree.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

from lxml import etree

Mutation = Callable[[etree._Element], None]


def _parent(node: etree._Element) -> etree._Element:
    parent = node.getparent()
    assert parent is not None
    return parent


def drop(node: etree._Element) -> None:
    """The element is missing."""
    _parent(node).remove(node)


def duplicate(node: etree._Element) -> None:
    """The element stands there twice in a row."""
    node.addnext(copy.deepcopy(node))


def repeat_at_end(node: etree._Element) -> None:
    """The element stands there again at the end of its group."""
    _parent(node).append(copy.deepcopy(node))


def swap(node: etree._Element) -> None:
    """The element has changed places with the next one."""
    following = node.getnext()
    if following is not None:
        following.addnext(node)


def to_front(node: etree._Element) -> None:
    """The element stands first in its group."""
    _parent(node).insert(0, node)


def to_end(node: etree._Element) -> None:
    """The element stands last in its group."""
    _parent(node).append(node)


def one_up(node: etree._Element) -> None:
    """The element has moved out of its group, to after it."""
    if _parent(node).getparent() is not None:
        _parent(node).addnext(node)


def empty(node: etree._Element) -> None:
    """The element holds nothing."""
    for child in list(node):
        node.remove(child)
    node.text = None


def rename(node: etree._Element) -> None:
    """The element has an unknown name."""
    node.tag = node.tag + "X"


def other_case(node: etree._Element) -> None:
    """The name is written in lower case."""
    name = etree.QName(node)
    node.tag = f"{{{name.namespace}}}{name.localname.lower()}"


def other_namespace(node: etree._Element) -> None:
    """The element stands in a namespace of its own."""
    node.tag = f"{{urn:x}}{etree.QName(node).localname}"


def no_namespace(node: etree._Element) -> None:
    """The element stands in no namespace."""
    node.tag = etree.QName(node).localname


def parent_namespace(node: etree._Element) -> None:
    """The element stands in the namespace of its parent, or the basis namespace."""
    own, parent = etree.QName(node), etree.QName(_parent(node))
    other = parent.namespace if parent.namespace != own.namespace else _BASIS
    node.tag = f"{{{other}}}{own.localname}"


def attribute(node: etree._Element) -> None:
    """The element has an attribute."""
    node.set("x", "1")


def language(node: etree._Element) -> None:
    """The element has xml:lang."""
    node.set("{http://www.w3.org/XML/1998/namespace}lang", "nl")


def location(node: etree._Element) -> None:
    """The element has a schema location, which is allowed anywhere."""
    node.set("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", "a b")


def nil(node: etree._Element) -> None:
    """The element says that it is nil."""
    node.set("{http://www.w3.org/2001/XMLSchema-instance}nil", "true")


def text_before(node: etree._Element) -> None:
    """Text stands before the first child, or the text is longer."""
    node.text = "x" + (node.text or "")


def text_after(node: etree._Element) -> None:
    """Text stands after the element."""
    node.tail = (node.tail or "") + "x"


def hard_space_after(node: etree._Element) -> None:
    """A no-break space stands after the element: not white space in XML."""
    node.tail = "\u00a0"


def comment_inside(node: etree._Element) -> None:
    """A comment stands in the element, which is allowed anywhere."""
    node.insert(0, etree.Comment("x"))


def child_inside(node: etree._Element) -> None:
    """An unknown element stands in the element."""
    etree.SubElement(node, "{urn:x}Extra")


def copy_inside(node: etree._Element) -> None:
    """The element stands in itself as well."""
    node.append(copy.deepcopy(node))


STRUCTURE: tuple[Mutation, ...] = (
    drop,
    duplicate,
    repeat_at_end,
    swap,
    to_front,
    to_end,
    one_up,
    empty,
    rename,
    other_case,
    other_namespace,
    no_namespace,
    parent_namespace,
    attribute,
    language,
    location,
    nil,
    text_before,
    text_after,
    hard_space_after,
    comment_inside,
    child_inside,
    copy_inside,
)
_BASIS = "http://www.istandaarden.nl/ijw/3_2/basisschema/schema"
# Texts that a value is replaced by; "{}" is the value itself.
TEXTS = (
    "", " ", "\u00a0",
    "\n", "{}x", "{}0", "0{}", " {} ", "{}\n", "{}{}", "+{}", "-{}", "1{}", "-1", "-0", "0", "1", "3", "7.5", "1e3",
    "0x1", "٣", "9" * 8, "9" * 9, "9" * 10, "9" * 12, "9" * 13, "0" * 40 + "1", "1" * 40, "x" * 20, "x" * 21, "x" * 36,
    "x" * 37, "x" * 200, "x" * 201, "é😀é😀é", "é😀é😀é😀", "a\nb", "a\tb", "2026-02-29", "2024-02-29", "2026-13-01",
    "2026-1-1", "20260401", "2026-04-01Z", "2026-04-01+01:00", "2026-04-01-01:00", "0000-01-01", "0001-01-01", "9999-12-31",
    "12:00:00", "24:00:00", "24:00:01", "23:60:00", "12:00", "12:00:00Z", "12:00:00+01:00", "12:00:00.123456789", "12:00:00.",
    "13.59.41", "1.0", "01.0.0", "1.0.0.0", "C", "D", "d", "04", "4", "83", "85", "39", "0200", "S300", "9999", "NL", "nl", "XX",
    "490", "491", "436", "true",
)  # fmt: skip


def elements(root: etree._Element) -> Iterator[int]:
    """Yield the index of the first element of every name in every kind of group, the root apart."""
    seen = set()
    for index, node in enumerate(root.iter()):
        parent = node.getparent()
        if parent is not None and (key := (parent.tag, node.tag)) not in seen:
            seen.add(key)
            yield index


def mutate(data: bytes, index: int, mutation: Mutation) -> bytes:
    """Return the message with `mutation` done to its element number `index`."""
    root = etree.fromstring(data)
    mutation(list(root.iter())[index])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def with_text(text: str) -> Mutation:
    """Return the mutation that gives an element another text."""

    def change(node: etree._Element) -> None:
        node.text = text.replace("{}", node.text or "")

    return change

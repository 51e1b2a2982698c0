"""The runner of the examples itself: what it takes for equal, and what it reads as a block."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.examples import Page, blocks, matches


@pytest.mark.parametrize(
    ("expected", "shown", "equal"),
    [
        ("a\nb\n", "a  \nb\n\n", True),
        ("a\n...\nc", "a\nb\nb\nc\n", True),
        ("a\n...\n", "a\n", True),
        ("a ... c", "a b c\n", True),
        ("a.c", "abc\n", False),
        ("a\n", "a\nb\n", False),
        ("", "a\n", False),
    ],
)
def test_matches(expected: str, shown: str, equal: bool) -> None:
    assert matches(expected, shown) is equal


def test_blocks_and_files() -> None:
    text = "# page\n\n<!-- file: x/a.csv -->\n```csv\na;b\n```\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n"
    assert [(block.language, block.file, block.line) for block in blocks(text)] == [
        ("csv", "x/a.csv", 4),
        ("python", "", 8),
        ("text", "", 12),
    ]


def test_a_page_is_run_in_its_folder(tmp_path: Path) -> None:
    text = (
        "<!-- file: a.txt -->\n```csv\none\n```\n<!-- append: a.txt -->\n```csv\ntwo\n```\n"
        "```console\n$ cat a.txt\none\ntwo\n$ mpj --version\nmpj ...\n$ echo $?\n0\n```\n"
    )
    outcomes = Page(text, tmp_path).run()
    assert len(outcomes) == 3
    assert all(matches(outcome.expected, outcome.shown) for outcome in outcomes)


def test_output_that_is_not_told_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no text block follows"):
        Page("```python\nprint(1)\n```\n", tmp_path).run()

"""Runs the examples of a Markdown page, from top to bottom, in one folder.

Fenced blocks, by their language:

- ``python``: executed; one namespace per page. What it prints stands in the ``text`` block that follows.
- ``console``: each ``$ mpj ...`` line is run as on the command line and what it writes is compared with the lines below it;
  ``$ cat FILE`` shows a file, ``$ cp FILE FILE`` copies one, and ``$ echo $?`` shows the last exit code.
- any block after a comment ``<!-- file: NAME -->``: becomes that file; ``<!-- append: NAME -->`` adds it to the file.
- all other blocks are for reading only.

In expected text a line ``...`` stands for any lines, ``...`` inside a line for any text.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

from attrs import frozen

from mpj import cli

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w*)\s*$")
_FILE = re.compile(r"^<!-- (file|append): (\S+) -->$")


@frozen
class Block:
    """A fenced block: its language, text, first line in the page, and the file it becomes (`mode` file or append)."""

    language: str
    text: str
    line: int
    mode: str
    file: str


@frozen
class Outcome:
    """What a page says an example shows (`expected`) and what it really shows, with the line in the page."""

    line: int
    expected: str
    shown: str


def blocks(text: str) -> Iterator[Block]:
    """Return the fenced blocks of a page in order."""
    inside: list[str] | None = None
    language, begin, mode, file = "", 0, "", ""
    for number, line in enumerate(text.splitlines(), 1):
        if inside is None:
            if match := _FENCE.match(line):
                language, begin, inside = match[1], number, []
            elif match := _FILE.match(line):
                mode, file = match[1], match[2]
            elif line.strip():
                mode, file = "", ""
        elif line == "```":
            yield Block(language, "".join(f"{item}\n" for item in inside), begin, mode, file)
            inside, mode, file = None, "", ""
        else:
            inside.append(line)


class Page:
    """The examples of one page, run in `folder`."""

    def __init__(self, text: str, folder: Path) -> None:
        self.blocks = list(blocks(text))
        self.folder = folder
        self.names: dict[str, object] = {"__name__": "__main__"}
        self.code = 0

    def run(self) -> list[Outcome]:
        """Run all blocks and return what each showed; raises what a python block raises."""
        outcomes: list[Outcome] = []
        (self.folder / "tariffs").symlink_to(ROOT / "tariffs")
        with chdir(self.folder):
            for place, block in enumerate(self.blocks):
                following = self.blocks[place + 1] if place + 1 < len(self.blocks) else None
                if block.file:
                    self._write(block)
                elif block.language == "python":
                    shown = self._python(block)
                    said = following is not None and following.language == "text"
                    if shown or said:
                        assert following is not None and said, f"line {block.line}: prints, but no text block follows"
                        outcomes.append(Outcome(following.line, following.text, shown))
                elif block.language == "console":
                    outcomes += self._console(block)
        return outcomes

    def _write(self, block: Block) -> None:
        path = Path(block.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text("utf-8") if block.mode == "append" else ""
        path.write_text(before + block.text, "utf-8")

    def _python(self, block: Block) -> str:
        stream = io.StringIO()
        with redirect_stdout(stream):
            exec(compile(block.text, f"page, line {block.line}", "exec"), self.names)
        return stream.getvalue()

    def _console(self, block: Block) -> Iterator[Outcome]:
        lines = block.text.replace("\\\n", "").splitlines()
        starts = [place for place, line in enumerate(lines) if line.startswith("$ ")]
        assert starts and starts[0] == 0, f"line {block.line}: a console block begins with a command"
        for begin, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            yield Outcome(block.line, "\n".join(lines[begin + 1 : end]), self._command(lines[begin][2:]))

    def _command(self, command: str) -> str:
        if command == "echo $?":
            return f"{self.code}\n"
        program, *args = shlex.split(command)
        if program == "cat":
            return "".join(Path(name).read_text("utf-8") for name in args)
        if program == "cp":
            shutil.copy(*args)
            return ""
        assert program == "mpj", f"cannot run {program}"
        stream = io.StringIO()
        with redirect_stdout(stream), redirect_stderr(stream):
            self.code = cli.run(args)
        return stream.getvalue()


def matches(expected: str, shown: str) -> bool:
    """Say whether `shown` is what the page says; blanks at line ends and empty lines around do not count."""
    pattern = ""
    for line in _trimmed(expected):
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.split("...")) + r"\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _trimmed(shown))) is not None


def _trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]

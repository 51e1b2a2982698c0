"""Messages in memory: to bytes and back, and a path where a file is meant."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from mpj.messages import from_bytes, read, to_bytes, write, write_stream

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.xml"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_bytes_and_back(path: Path) -> None:
    message = from_bytes(path.read_bytes())
    write(message, stream := BytesIO())
    assert message == read(path) and to_bytes(message) == stream.getvalue()
    assert from_bytes(to_bytes(message)) == message


def test_a_path_for_a_file_is_told_in_words(tmp_path: Path) -> None:
    message = read(GOLDEN[0])
    for wrong in ("x.xml", tmp_path / "x.xml"):
        with pytest.raises(TypeError, match=r"out: expected a binary file, as open\(path, 'wb'\) gives, or use to_bytes; not"):
            write(message, wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="out: expected a binary file"):
            write_stream([], wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="data: expected bytes, not str"):
        from_bytes("x.xml")  # type: ignore[arg-type]

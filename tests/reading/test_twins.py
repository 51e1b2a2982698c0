"""Files that hold the same, told apart from others without reading any time and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpj.reading import twins
from mpj.reading.sources import SILENT, Source, find_sources


def test_many_of_one_size_are_each_read_a_few_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        (tmp_path / f"{number:02}.xml").write_text(f"{number // 2:02}", "utf-8")
    read: list[str] = []
    digest = twins._digest

    def counted(source: Source) -> str:
        read.append(source.naam)
        return digest(source)

    monkeypatch.setattr(twins, "_digest", counted)
    found = twins.each_once(find_sources([tmp_path], (".xml",)), SILENT)
    assert [int(Path(one.naam).stem) for one in found] == [*range(0, 50, 2)]
    assert len(read) <= 100

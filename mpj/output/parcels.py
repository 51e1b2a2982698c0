"""Messages in zips, as the exchange takes them: at most so many, and so large, in one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence

MOST, LARGEST = 30, 25_000_000
_STAMP = (1980, 1, 1, 0, 0, 0)


def parcels(files: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Yield zips of files, in their order, each with its name; equal files give equal bytes.

    A file that is larger than a zip may be has one of its own.
    """
    own: list[tuple[str, bytes]] = []
    number = 1
    for name, content in files:
        if own and (len(own) == MOST or sum(len(one) for _, one in own) + len(content) > LARGEST):
            yield f"berichten-{number}.zip", _packed(own)
            own, number = [], number + 1
        own.append((name, content))
    if own:
        yield f"berichten-{number}.zip", _packed(own)


def _packed(files: Sequence[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files:
            packed.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()

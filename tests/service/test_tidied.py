"""A service lives long: what is used no more goes, although `mpj` switched that off for the command that it was started by."""

from __future__ import annotations

import gc
import weakref

from mpj.service.server import tidied


class Ring:
    """Something that refers to itself."""

    def __init__(self) -> None:
        self.own = self


def test_rings_go_while_a_service_runs_and_all_is_as_before_after_it() -> None:
    before = gc.isenabled(), gc.get_threshold()
    gc.collect()
    gc.disable()
    try:
        with tidied():
            gone = weakref.ref(Ring())
            kept = [[number] for number in range(2 * gc.get_threshold()[0])]
            assert gone() is None and len(kept)
        assert not gc.isenabled() and gc.get_threshold() == before[1]
    finally:
        (gc.enable if before[0] else gc.disable)()

"""What is used of a toewijzing: one value for whoever declares, remembers and verifies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mpj.engine.limits import Verbruik, counted
from mpj.protocol import MPJ_16

UNKNOWN = "99"
Line = tuple[str, int, int, int]
lines = st.lists(
    st.tuples(
        st.sampled_from([*MPJ_16.eenheden, UNKNOWN]), st.integers(24300, 24303), st.integers(-9999, 9999), st.integers(-99, 99)
    ),
    max_size=8,
)


def undone(rows: list[Line]) -> list[Line]:
    """The credits of lines."""
    return [(eenheid, month, -cent, -volume) for eenheid, month, cent, volume in rows]


@given(lines, lines)
def test_earlier_and_new_use_add_up(earlier: list[Line], new: list[Line]) -> None:
    assert Verbruik.of(MPJ_16, earlier) + Verbruik.of(MPJ_16, new) == Verbruik.of(MPJ_16, earlier + new)
    assert Verbruik() + Verbruik.of(MPJ_16, new) == Verbruik.of(MPJ_16, new)


@given(lines)
def test_credits_leave_nothing(rows: list[Line]) -> None:
    nothing = Verbruik.of(MPJ_16, rows + undone(rows))
    assert (nothing.cent, set(nothing.volumes.values()) - {0}) == (0, set())


@given(lines)
def test_the_months_are_the_whole(rows: list[Line]) -> None:
    used = Verbruik.of(MPJ_16, rows)
    for telt in {counted(MPJ_16, eenheid)[0] for eenheid, *_ in rows}:
        assert used.volume(telt) == sum(used.volume(telt, month) for month in range(24300, 24304))


def test_an_hour_is_sixty_minutes() -> None:
    used = Verbruik.of(MPJ_16, [("04", 24300, 6000, 2), ("01", 24300, 500, 5), ("01", 24301, 100, 1)])
    assert used.cent == 6600
    assert used.volumes == {("minuten", 24300): 125, ("minuten", 24301): 1}
    assert (used.volume("minuten", 24300), used.volume("minuten"), used.volume("dagen")) == (125, 126, 0)


def test_a_unit_that_nobody_knows_counts_as_itself() -> None:
    used = Verbruik.of(MPJ_16, [(UNKNOWN, 24300, 100, 3), (UNKNOWN, 24300, 100, 4)])
    assert used == Verbruik(200, {(UNKNOWN, 24300): 7})

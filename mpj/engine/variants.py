"""By which variant each prestatie of a product is judged, where contracts bought it otherwise before, or of another gemeente."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from attrs import field, frozen

from mpj.engine.runs import RUNNING, Running, in_a_run, runs
from mpj.engine.search import Afwijzing
from mpj.records.values import Prestatie

Variant: TypeAlias = str | Afwijzing | None
"""How something is bought: None where no contract tells, or why that is not clear."""


@frozen
class OfVariant:
    """The prestaties of one product of a client that are judged by one variant, in order of date and id."""

    single: list[Prestatie] = field(factory=list)
    """Those of a running variant are none that it knows."""
    running: list[Running | Prestatie] = field(factory=list)
    """Runs of care, and starts before the end of another one as they are."""


def by_variant(own: Sequence[Prestatie], variant_of: Callable[[Prestatie], Variant]) -> Iterator[tuple[Variant, OfVariant]]:
    """Yield what is judged by each variant: each record by that of its own day, a run by that of its start.

    Starts and ends are paired whatever their variants, as a ledger does: only what began under no running variant is no run.
    """
    variants = {one.id: variant_of(one) for one in own}
    found: dict[Variant, OfVariant] = {}
    left = list(own)
    if any(variant in RUNNING for variant in variants.values()):
        left = [one for one in own if not in_a_run(one)]
        for run in _begun(runs(one for one in own if in_a_run(one)), variants):
            lead = run.lead if isinstance(run, Running) else run
            if variants[lead.id] in RUNNING:
                found.setdefault(variants[lead.id], OfVariant()).running.append(run)
            else:
                left.append(lead)
    for one in sorted(left, key=lambda one: (one.datum, one.id)):
        found.setdefault(variants[one.id], OfVariant()).single.append(one)
    yield from found.items()


def _begun(found: Iterable[Running | Prestatie], variants: Mapping[str, Variant]) -> Iterator[Running | Prestatie]:
    """Take apart a start of no running variant and its end: it began no run, and the end has none that began."""
    for run in found:
        if isinstance(run, Running) and run.start and run.einde and variants[run.start.id] not in RUNNING:
            yield from (run.start, Running(None, run.einde))
        else:
            yield run

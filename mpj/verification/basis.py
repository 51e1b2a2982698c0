"""What the messages of a run are held against, indexed once for all of them: contracts with their prices, and toewijzingen."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from copy import copy
from itertools import chain

from attrs import evolve, field, frozen

from mpj.contract import Contract, check_together
from mpj.engine.matching import Dekking, Dekkingen
from mpj.protocol import Protocol
from mpj.reading.calls import expect_all
from mpj.reading.faults import Fault, InputError
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.records.given import profiled
from mpj.records.toewijzingen import OngeldigeToewijzing, as_toewijzingen, unfit
from mpj.records.values import Toewijzing
from mpj.tariefkaart import Tariefkaart, Tariefkaarten, compile_tariefkaart

Toewijzingen = Iterable[Toewijzing | OngeldigeToewijzing | Mapping[str, object]]
Partij = tuple[str, str]
"""Aanbieder and gemeente."""
Shown = tuple[str | None, int | None, str | None]
"""Gemeente, toewijzingnummer and BSN of a row; None: it cannot be read, and may be any."""


@frozen(eq=False)
class Partijen:
    """What is known of one aanbieder and gemeente."""

    kaarten: tuple[Tariefkaart, ...] = ()
    """Their contracts."""
    dekkingen: dict[int, Dekking] = field(factory=dict)
    """Their current toewijzingen by number."""
    termen: dict[int, int] = field(factory=dict)
    """By toewijzingnummer a number that toewijzingen with equal terms share."""
    begrensd: set[int] = field(factory=set)
    """The toewijzingnummers with a limit to what may be declared."""


class Basis:
    """Contracts and toewijzingen, for any number of messages.

    `toewijzingen` are read once; of them only those of `partijen` (aanbieder, gemeente) are kept, None keeps all. A gemeente that
    went into another one (``herindeling`` in a contract) counts as that one. `profiel` says how mappings are written;
    `heard` are the warnings about them.

    Raises InputError for contracts or toewijzing versions that contradict each other.
    """

    def __init__(
        self,
        contracten: Iterable[Contract],
        toewijzingen: Toewijzingen,
        *,
        partijen: Iterable[Partij] | None = None,
        profiel: Profiel = NO_PROFILE,
    ) -> None:
        contracts = expect_all("contracten", contracten, "Contract", Contract)
        if not contracts:
            raise InputError(Fault("contract_ontbreekt", toelichting="geen enkel contract", verwacht="minstens één contract"))
        check_together(contracts)
        self.contracten: Sequence[Contract] = tuple(contracts)
        self.protocol: Protocol = contracts[0].protocol
        self.kaarten = Tariefkaarten([compile_tariefkaart(contract) for contract in contracts])
        self.guarded = {contract.id for contract in contracts if not contract.jeugdbescherming}
        self.apart = {contract.id for contract in contracts if contract.categorieen_apart}
        self.heard: list[Fault] = []
        self._now = dict(chain.from_iterable(contract.herindeling.items() for contract in contracts))
        self._partijen: dict[Partij, Partijen] = {}
        wanted = None if partijen is None else {(aanbieder, self.now(gemeente)) for aanbieder, gemeente in partijen}
        self._index(profiled(toewijzingen, "toewijzingen", profiel, self.heard.append), wanted)

    def part(self, toewijzingen: Iterable[Toewijzing]) -> Basis:
        """Return the same contracts with these toewijzingen, and no others."""
        one = copy(self)
        one._partijen, one.heard = {}, []
        one._index(toewijzingen, None)
        return one

    def now(self, gemeente: str) -> str:
        """Return the gemeente that a gemeente is today."""
        return self._now.get(gemeente, gemeente)

    def codes(self, gemeente: str) -> tuple[str, ...]:
        """Return the codes that a gemeente has and had: its own as it is today, and those of the ones that went into it."""
        today = self.now(gemeente)
        return today, *(old for old, new in self._now.items() if new == today)

    def of(self, aanbieder: str, gemeente: str) -> Partijen:
        """Return what is known of an aanbieder and a gemeente as it is today."""
        found = self._partijen.get((aanbieder, gemeente))
        if found is None:
            kaarten = (kaart for kaart in self.kaarten.kaarten if kaart.instellingen.aanbieder == aanbieder)
            own = tuple(kaart for kaart in kaarten if gemeente in kaart.instellingen.gemeenten)
            found = self._partijen[aanbieder, gemeente] = Partijen(own)
        return found

    def _index(self, items: Toewijzingen, partijen: Container[Partij] | None) -> None:
        """Keep the current toewijzingen by number, and who the known clients of every gemeente are."""
        values = [self._today(item) for item in as_toewijzingen(items, self.heard.append)]
        dekkingen = Dekkingen(values, self.kaarten, self.protocol)
        self.gelezen = dekkingen.gelezen
        self.heard += [*unfit(dekkingen.ongeldig), *dekkingen.meldingen]
        self.bsns: set[str] = set()
        self.clienten: dict[str, set[str]] = {}
        for item in values:
            if isinstance(item, Toewijzing):
                self.bsns.add(item.bsn)
                self.clienten.setdefault(item.gemeente, set()).add(item.bsn)
        terms: dict[tuple[object, ...], int] = {}
        current: set[tuple[str, int]] = set()
        for bsn in self.bsns:
            for dekking in dekkingen.of(bsn):
                of = dekking.toewijzing
                current.add(of.sleutel)
                if partijen is not None and (of.aanbieder, of.gemeente) not in partijen:
                    continue
                own = self.of(of.aanbieder, of.gemeente)
                own.dekkingen[of.toewijzingnummer] = dekking
                own.termen[of.toewijzingnummer] = terms.setdefault(_terms(dekking), len(terms))
                if dekking.begrensd:
                    own.begrensd.add(of.toewijzingnummer)
        # A toewijzing whose latest version is faulty is the gemeente's own fault, not an unknown number.
        self.hidden = {item.sleutel for item in values if item.sleutel is not None} - current
        self.unread = {self._shown(item) for item in values if isinstance(item, OngeldigeToewijzing) and item.sleutel is None}

    def _today(self, item: Toewijzing | OngeldigeToewijzing) -> Toewijzing | OngeldigeToewijzing:
        """Return a toewijzing as that of the gemeente that its gemeente is today."""
        if item.sleutel is None or item.sleutel[0] not in self._now:
            return item
        gemeente, nummer = self._now[item.sleutel[0]], item.sleutel[1]
        return evolve(item, gemeente=gemeente) if isinstance(item, Toewijzing) else evolve(item, sleutel=(gemeente, nummer))

    def _shown(self, item: OngeldigeToewijzing) -> Shown:
        """Return what can be read of a row of which the key cannot."""
        gemeente, nummer = item.uitval.gemeente, item.uitval.bron
        return self.now(gemeente) if gemeente else None, int(nummer) if nummer else None, item.bsn


def _terms(dekking: Dekking) -> tuple[object, ...]:
    """Return all that rules and prices take from a toewijzing beside number, client, dates and size.

    Its begin tells which contract's code table its own code is read by.
    """
    of = dekking.toewijzing
    productcode = (of.productcode, of.begindatum) if of.productcode else None
    own = (of.perceel, of.productcategorie, of.eenheid, productcode)
    return dekking.soort, dekking.codes, dekking.categorie, dekking.maximum, dekking.verwijderd, *own

"""Counts and totals of a run. About groups only: no client, no BSN, no toewijzing stands in a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import asdict

from mpj import __version__
from mpj.contract import Contract
from mpj.engine.levering import Levering
from mpj.engine.values import Declaratieregel
from mpj.protocol import Protocol
from mpj.protocol.rounding import half_up
from mpj.records.uitval import REDENEN, Uitval
from mpj.records.values import Registratie
from mpj.tariefkaart import Tariefkaart

FORMAAT = 1


class Totals:
    """Adds up what lies between delivered and billed time, in minutes and eurocents."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.gedeclareerd = 0
        self.geleverd = 0
        self.gefactureerd = 0
        self.aanwezigheid = 0
        self.afronding = 0
        self.afgetopt_records = 0
        self.afgetopt_cent = 0
        self.op_planning = 0
        self._rounding: Counter[int] = Counter()

    def add(self, leveringen: Iterable[Levering], on_planning: int) -> None:
        """Add one client's deliveries that stand behind lines."""
        self.op_planning += on_planning
        for levering in leveringen:
            self.gedeclareerd += 1
            if levering.afgetopt:
                self.afgetopt_records += 1
                self.afgetopt_cent += levering.rest_cents
            unit = levering.prijs.minuten
            if unit and isinstance(levering.record, Registratie):
                self._time(levering, levering.record, unit)

    def _time(self, levering: Levering, record: Registratie, unit: int) -> None:
        if levering.eenheid in self.protocol.normtijden[levering.prijs.normtijd].ongerond:
            unit = 1
        recorded = record.duur or 0
        rounding = levering.voor_limiet * unit - levering.geteld
        self.geleverd += recorded
        self.gefactureerd += levering.units * unit
        self.aanwezigheid += levering.geteld - recorded
        self.afronding += rounding
        self._rounding[levering.prijs.minuten] += rounding * levering.prijs.tarief_cent

    @property
    def afronding_cent(self) -> int:
        """The rounding difference in eurocents: minutes gained or lost at the price of their unit, rounded half up at the end."""
        return sum((half_up(amount, unit) if amount >= 0 else -half_up(-amount, unit)) for unit, amount in self._rounding.items())


def summarise(
    contracten: Sequence[Contract],
    kaarten: Sequence[Tariefkaart],
    settings: Mapping[str, object],
    totals: Totals,
    regels: Sequence[Declaratieregel],
    uitval: Sequence[Uitval],
    toewijzingen: int,
    invoer: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """Return the summary of a run (docs/formats.md, samenvatting.json)."""
    records = [row for row in uitval if row.soort != "toewijzing"]
    reasons = _per_reden(records)
    count = sum(row.aantal for row in records)
    bestanden = [("contracten", contract.bestanden) for contract in contracten] + list(invoer.items())
    return {
        "formaat": FORMAAT,
        "soort": "declare",
        "versie": __version__,
        "protocol": kaarten[0].protocol.id,
        "instellingen": dict(settings),
        "gelezen": totals.gedeclareerd + count,
        "gedeclareerd": totals.gedeclareerd,
        "uitval": count,
        "uitval_per_reden": reasons,
        "uitval_waarde_cent": sum(row.waarde_cent or 0 for row in records),
        "regels": len(regels),
        "bedrag_cent": _net(regels),
        "minuten_geleverd": totals.geleverd,
        "minuten_gedeclareerd": totals.gefactureerd,
        "verschil": {
            "aanwezigheid_minuten": totals.aanwezigheid,
            "afronding_minuten": totals.afronding,
            "afronding_cent": totals.afronding_cent,
            "afgetopt_registraties": totals.afgetopt_records,
            "afgetopt_cent": totals.afgetopt_cent,
        },
        "bedrag_op_planning_cent": totals.op_planning,
        "per_gemeente": _per_gemeente(regels),
        "declaraties": declarations(regels),
        "toewijzingen": {"gelezen": toewijzingen} | _toewijzingen(uitval),
        "contracten": [_contract(contract, kaart) for contract, kaart in zip(contracten, kaarten, strict=True)],
        "invoer": [
            {"soort": soort, "bestand": naam, "sha256": hashes[naam]} for soort, hashes in bestanden for naam in sorted(hashes)
        ],
    }


def _per_reden(records: Iterable[Uitval]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in records:
        counts[row.reden] += row.aantal
    return {reden: counts[reden] for reden in REDENEN if counts[reden]}


def _toewijzingen(uitval: Iterable[Uitval]) -> dict[str, int]:
    counts = Counter(row.reden for row in uitval if row.soort == "toewijzing")
    return {"ongeldig": counts["ongeldig"], "niet_mpj": counts["niet_mpj"]}


def _net(regels: Iterable[Declaratieregel]) -> int:
    return sum(line.bedrag_cent if line.debetcredit == "D" else -line.bedrag_cent for line in regels)


def _per_gemeente(regels: Sequence[Declaratieregel]) -> dict[str, dict[str, int]]:
    groups: dict[str, list[Declaratieregel]] = {}
    for line in regels:
        groups.setdefault(line.gemeente, []).append(line)
    return {gemeente: {"regels": len(lines), "bedrag_cent": _net(lines)} for gemeente, lines in sorted(groups.items())}


def declarations(regels: Sequence[Declaratieregel]) -> list[dict[str, object]]:
    """Return count and net amount of each declaration, by aanbieder, gemeente and number."""
    groups: dict[tuple[str, str, str], list[Declaratieregel]] = {}
    for line in regels:
        groups.setdefault((line.aanbieder, line.gemeente, line.declaratienummer), []).append(line)
    return [
        {
            "declaratienummer": nummer,
            "aanbieder": aanbieder,
            "gemeente": gemeente,
            "declaratieperiode": lines[0].declaratieperiode,
            "regels": len(lines),
            "bedrag_cent": _net(lines),
        }
        for (aanbieder, gemeente, nummer), lines in sorted(groups.items())
    ]


def _contract(contract: Contract, kaart: Tariefkaart) -> dict[str, object]:
    settings = asdict(kaart.instellingen, value_serializer=_plain)
    del settings["contract"], settings["protocol"]
    return {"id": contract.id, "tariefkaart": kaart.hash, "sha256": kaart.sha256, "instellingen": settings}


def _plain(_: object, __: object, value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value

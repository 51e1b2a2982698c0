"""Counts and totals of a run. About groups only: no client, no BSN, no toewijzing stands in a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from attrs import astuple, define, evolve, field

from mpj.contract import Contract
from mpj.engine.lines import REFERENTIE, declaration_number
from mpj.engine.opdracht import Opdracht
from mpj.engine.outcome import Result, Uitkomst
from mpj.engine.tarieven import Measure, Tarief
from mpj.engine.told import (
    AskedSummary,
    ContractSummary,
    DeclarationSummary,
    DifferenceSummary,
    FileSummary,
    GemeenteSummary,
    RoundedOtherwise,
    RunSummary,
    ToewijzingenSummary,
)
from mpj.engine.values import Declaratieregel
from mpj.protocol.rounding import half_up
from mpj.protocol.words import Over
from mpj.reading.faults import Fault
from mpj.reading.masking import hide
from mpj.records.reasons import REDENEN
from mpj.records.uitval import Uitval
from mpj.tariefkaart import Tariefkaart
from mpj.version import __version__

FORMAAT = 1
NIET_GELEZEN = "niet_gelezen"
OVERGESLAGEN = "overgeslagen"
OTHER: Mapping[Over, Over] = {"contact": "productperiode", "dag": "contact", "productperiode": "contact"}
"""The span that rounding over each is compared with: contracts and protocols do either, and the difference is money."""


@define
class _Spent:
    """Time of one measure: minutes delivered and counted, units before and after the limits, and units had they been rounded
    otherwise (`OTHER`).
    """

    geleverd: int = 0
    geteld: int = 0
    voor_limiet: int = 0
    gefactureerd: int = 0
    otherwise: int = 0


class Totals:
    """Adds up what lies between delivered and billed time, in minutes and eurocents."""

    def __init__(self) -> None:
        self.gedeclareerd = 0
        self.afgetopt_records = 0
        self.afgetopt_cent = 0
        self.op_planning = 0
        self._spent: dict[Measure, _Spent] = {}

    def add(self, outcome: Uitkomst) -> None:
        """Add the care behind one client's lines."""
        self.op_planning += sum(one.counted.cent for one in outcome.op_planning)
        for regel in outcome.regels:
            care, geteld = regel.care, regel.geteld
            tarief = care[0].tarief
            self.gedeclareerd += len(care)
            if tarief.timed:
                if tarief.over == "contact":
                    otherwise = tarief.units[geteld]
                else:
                    otherwise = sum(tarief.units[one.counted.geteld] for one in care)
                self._add_spent(tarief.measure, regel.geleverd, geteld, regel.voor_limiet, regel.eenheden, otherwise)
            if regel.eenheden < regel.voor_limiet:
                cut = [one.counted for one in care if one.counted.afgetopt]
                self.afgetopt_records += len(cut)
                self.afgetopt_cent += sum(one.rest_cent for one in cut)

    def merge(self, other: Totals) -> None:
        """Add what was counted of other clients."""
        self.gedeclareerd += other.gedeclareerd
        self.afgetopt_records += other.afgetopt_records
        self.afgetopt_cent += other.afgetopt_cent
        self.op_planning += other.op_planning
        for measure, spent in other._spent.items():
            self._add_spent(measure, *astuple(spent))

    def add_sums(self, tarief: Tarief, records: int, geteld: int, units: int, otherwise: int) -> None:
        """Add plain care (`Tarief.plain`) at one `tarief`: its records, what they count and the units they are, and `otherwise` had
        what each line counts been rounded at once."""
        self.gedeclareerd += records
        if tarief.timed:
            self._add_spent(tarief.measure, geteld, geteld, units, units, otherwise)

    def _add_spent(self, measure: Measure, geleverd: int, geteld: int, voor_limiet: int, gefactureerd: int, otherwise: int) -> None:
        spent = self._spent.get(measure)
        if spent is None:
            spent = self._spent[measure] = _Spent()
        spent.geleverd += geleverd
        spent.geteld += geteld
        spent.voor_limiet += voor_limiet
        spent.gefactureerd += gefactureerd
        spent.otherwise += otherwise

    @property
    def geleverd(self) -> int:
        """Minutes delivered."""
        return sum(one.geleverd for one in self._spent.values())

    @property
    def gefactureerd(self) -> int:
        """Minutes billed."""
        return sum(one.gefactureerd * measure.unit for measure, one in self._spent.items())

    def rounded_otherwise(self) -> list[RoundedOtherwise]:
        """Return what rounding over another span would bring, for each span that care was rounded over."""
        cents: Counter[Over] = Counter()
        otherwise: Counter[Over] = Counter()
        for measure, one in self._spent.items():
            if not measure.unrounded:
                cents[measure.over] += one.voor_limiet * measure.tarief_cent
                otherwise[measure.over] += one.otherwise * measure.tarief_cent
        return [
            {"over": over, "bedrag_cent": cent, "anders_over": OTHER[over], "anders_cent": otherwise[over]}
            for over, cent in sorted(cents.items())
        ]

    def difference(self) -> DifferenceSummary:
        """Return what lies between delivered and billed time, as the summary names it; eurocents are minutes gained or lost at the
        price of their unit, rounded half up at the end.
        """
        minutes = 0
        amounts: Counter[int] = Counter()
        for measure, one in self._spent.items():
            rounding = one.voor_limiet * measure.unit - one.geteld
            minutes += rounding
            amounts[measure.minuten] += rounding * measure.tarief_cent
        cents = (half_up(amount, unit) if amount >= 0 else -half_up(-amount, unit) for unit, amount in amounts.items())
        return {
            "aanwezigheid_minuten": sum(one.geteld - one.geleverd for one in self._spent.values()),
            "afronding_minuten": minutes,
            "afronding_cent": sum(cents),
            "afgetopt_registraties": self.afgetopt_records,
            "afgetopt_cent": self.afgetopt_cent,
        }


@define
class _Declaration:
    """What one declaration adds up to."""

    regels: int = 0
    bedrag_cent: int = 0
    references: bytearray = field(factory=bytearray)
    """The referentienummers in it, one after another: they are many, and make its number."""


class Declared:
    """What the lines of a run add up to, by declaration, without holding the lines."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], _Declaration] = {}

    def add_sums(self, aanbieder: str, gemeente: str, regels: int, bedrag_cent: int, references: str) -> None:
        """Add lines by what they come to; `references` are their referentienummers, one after another."""
        one = self._sums.get((aanbieder, gemeente))
        if one is None:
            one = self._sums[aanbieder, gemeente] = _Declaration()
        one.regels += regels
        one.bedrag_cent += bedrag_cent
        one.references += references.encode()

    def merge(self, other: Declared) -> None:
        """Add what others counted."""
        for (aanbieder, gemeente), one in other._sums.items():
            self.add_sums(aanbieder, gemeente, one.regels, one.bedrag_cent, one.references.decode())

    def declarations(self, opdracht: Opdracht) -> list[DeclarationSummary]:
        """Return the declarations with their numbers, by aanbieder and gemeente."""
        found = []
        for (aanbieder, gemeente), one in sorted(self._sums.items(), key=lambda item: item[0]):
            text = one.references.decode()
            apart = [text[begin : begin + REFERENTIE] for begin in range(0, len(text), REFERENTIE)]
            nummer = declaration_number(aanbieder, gemeente, opdracht.periode, apart, opdracht.volgnummer)
            found.append(declaration(aanbieder, gemeente, nummer, opdracht.periode, one.regels, one.bedrag_cent))
        return found


def summarise(
    opdracht: Opdracht,
    contracten: Sequence[Contract],
    kaarten: Sequence[Tariefkaart],
    totals: Totals,
    declaraties: Sequence[DeclarationSummary],
    uitval: Sequence[Uitval],
    toewijzingen: int,
    invoer: Mapping[str, Mapping[str, str]],
) -> RunSummary:
    """Return the summary of a run (docs/formats.md, samenvatting.json); `declaraties` as `declarations` counts them."""
    records = [row for row in uitval if row.soort != "toewijzing"]
    count = sum(row.aantal for row in records)
    return {
        "formaat": FORMAAT,
        "soort": "declare",
        "versie": __version__,
        "protocol": kaarten[0].protocol.id,
        "instellingen": _asked(opdracht),
        "gelezen": totals.gedeclareerd + count,
        "gedeclareerd": totals.gedeclareerd,
        "uitval": count,
        "uitval_per_reden": _per_reden(records),
        "uitval_waarde_cent": sum(row.waarde_cent or 0 for row in records),
        "uitval_geschat_cent": sum(row.geschat_cent or 0 for row in records),
        "uitval_zonder_waarde": sum(map(_worth_unknown, records)),
        "regels": sum(one["regels"] for one in declaraties),
        "bedrag_cent": sum(one["bedrag_cent"] for one in declaraties),
        "minuten_geleverd": totals.geleverd,
        "minuten_gedeclareerd": totals.gefactureerd,
        "verschil": totals.difference(),
        "afronding_anders": totals.rounded_otherwise(),
        "bedrag_op_planning_cent": totals.op_planning,
        "per_gemeente": _per_gemeente(declaraties),
        "declaraties": list(declaraties),
        "toewijzingen": _toewijzingen(uitval, toewijzingen),
        "contracten": [_contract(contract, kaart) for contract, kaart in zip(contracten, kaarten, strict=True)],
        "invoer": _invoer(contracten, invoer),
        "niet_gelezen": sorted(invoer.get(NIET_GELEZEN, ())),
        "overgeslagen": sum(map(int, invoer.get(OVERGESLAGEN, {}).values())),
    }


def note_passed_over(invoer: dict[str, dict[str, str]], soort: str, fault: Fault) -> None:
    """Keep in `invoer` what a warning of a reader of this kind of file says was not read."""
    if fault.code == "bestand_niet_gelezen":
        invoer.setdefault(NIET_GELEZEN, {})[fault.bestand] = ""
    if fault.code == "rijen_overgeslagen":
        invoer.setdefault(OVERGESLAGEN, {})[f"{soort} {fault.bestand}"] = fault.gevonden


def passed_over(invoer: Mapping[str, Mapping[str, str]], heard: Iterable[Fault]) -> Mapping[str, Mapping[str, str]]:
    """Return what was read, together with the records of a caller that warnings say a profile passed over."""
    found = {f"{place}": one.gevonden for place, one in enumerate(heard) if one.code == "rijen_overgeslagen"}
    return {**invoer, OVERGESLAGEN: {**invoer.get(OVERGESLAGEN, {}), **found}} if found else invoer


def _invoer(contracten: Iterable[Contract], invoer: Mapping[str, Mapping[str, str]]) -> list[FileSummary]:
    bestanden = [*(("contracten", contract.bestanden) for contract in contracten), *invoer.items()]
    return [
        {"soort": soort, "bestand": naam, "sha256": hashes[naam]}
        for soort, hashes in bestanden
        if soort not in (NIET_GELEZEN, OVERGESLAGEN)
        for naam in sorted(hashes)
    ]


def _worth_unknown(row: Uitval) -> int:
    """Return how many records may still be declared of which nobody can say what they are worth."""
    unknown = row.waarde_cent is None and row.geschat_cent is None
    return row.aantal if unknown and REDENEN[row.reden].vervolg != "definitief" else 0


def _asked(opdracht: Opdracht) -> AskedSummary:
    return {
        "periode": opdracht.periode,
        "dagtekening": opdracht.dagtekening.isoformat(),
        "nalevering": opdracht.nalevering,
        "volgnummer": opdracht.volgnummer,
    }


def _per_reden(records: Iterable[Uitval]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in records:
        counts[row.reden] += row.aantal
    return {reden: counts[reden] for reden in REDENEN if counts[reden]}


def _toewijzingen(uitval: Iterable[Uitval], read: int) -> ToewijzingenSummary:
    counts: Counter[str] = Counter()
    for row in uitval:
        if row.soort == "toewijzing":
            counts[row.reden] += row.aantal
    return {"gelezen": read, "ongeldig": counts["ongeldig"], "niet_mpj": counts["niet_mpj"]}


def _net(regels: Iterable[Declaratieregel]) -> int:
    return sum(line.bedrag_cent if line.debetcredit == "D" else -line.bedrag_cent for line in regels)


def _per_gemeente(declaraties: Iterable[DeclarationSummary]) -> dict[str, GemeenteSummary]:
    groups: dict[str, GemeenteSummary] = {}
    for one in sorted(declaraties, key=lambda one: one["gemeente"]):
        group = groups.setdefault(one["gemeente"], {"regels": 0, "bedrag_cent": 0})
        group["regels"] += one["regels"]
        group["bedrag_cent"] += one["bedrag_cent"]
    return groups


def declarations(regels: Iterable[Declaratieregel]) -> list[DeclarationSummary]:
    """Return count and net amount of each declaration, by aanbieder, gemeente and number."""
    groups: dict[tuple[str, str, str, str], list[Declaratieregel]] = {}
    for line in regels:
        groups.setdefault((line.aanbieder, line.gemeente, line.declaratienummer, line.declaratieperiode), []).append(line)
    return [declaration(*key, len(lines), _net(lines)) for key, lines in sorted(groups.items())]


def renumbered(result: Result, numbers: Mapping[str, str]) -> Result:
    """Return the same result under other declaratienummers, given by referentienummer: for a declaration that was split."""
    if all(numbers.get(line.referentienummer, line.declaratienummer) == line.declaratienummer for line in result.regels):
        return result
    regels = tuple(
        evolve(line, declaratienummer=numbers.get(line.referentienummer, line.declaratienummer)) for line in result.regels
    )
    return evolve(result, regels=regels, samenvatting={**result.samenvatting, "declaraties": declarations(regels)})


def declaration(aanbieder: str, gemeente: str, nummer: str, periode: str, regels: int, bedrag_cent: int) -> DeclarationSummary:
    """Return one declaration as the summary shows it: its parties, number and month, and what it adds up to."""
    return {
        "declaratienummer": nummer,
        "aanbieder": aanbieder,
        "gemeente": gemeente,
        "declaratieperiode": periode,
        "regels": regels,
        "bedrag_cent": bedrag_cent,
    }


def _contract(contract: Contract, kaart: Tariefkaart) -> ContractSummary:
    settings = {name: value.isoformat() if isinstance(value, date) else value for name, value in kaart.instellingen.table().items()}
    del settings["contract"], settings["protocol"]
    return {"id": hide(contract.id), "tariefkaart": kaart.hash, "sha256": kaart.sha256, "instellingen": settings}


def sort_notes(notes: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return warnings, each once, by file and row."""
    return tuple(sorted(dict.fromkeys(notes), key=lambda note: (note.bestand, note.rij, note.toelichting)))

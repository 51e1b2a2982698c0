"""The build-up of a reëel tarief: from what an employee costs in a year to the price of a quarter of an hour with the client.

The kinds of cost are those that Besluit Jeugdwet, article 2.3 (Stb. 2024, 69: the AMvB reële prijzen) names, in its order: (a)
professionals, client-bound and not, (b) other client-bound cost, (c) overhead, (d) indexation. Risk and margin come after. Every
figure is an exact fraction; one rounding, the last, makes the price whole eurocents, half up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from attrs import evolve, frozen

from mpj.contract import Contract
from mpj.contract.matrix import Eenheden, by_place, valid_on
from mpj.presentation import words
from mpj.protocol import MPJ_16, Protocol
from mpj.protocol.rounding import round_half_up
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.fields import FieldError, check_choice, parse_euros, parse_percentage
from mpj.reading.headers import Columns
from mpj.reading.sources import Source
from mpj.reading.tables import misfit, open_table

PERCENTAGES: Mapping[str, str] = MappingProxyType(
    {
        "verlof_procent": "verlof",
        "verzuim_procent": "verzuim",
        "scholing_procent": "scholing",
        "indirect_client_procent": "indirecte cliënttijd",
        "indirect_overig_procent": "overige indirecte tijd",
        "overhead_procent": "overhead",
        "risico_marge_procent": "risico en marge",
    }
)
"""The percentages of a cost file: of the gross hours (verlof, verzuim, scholing), of the hours left after those (indirect), of the
salary cost (overhead), of the cost price (risico en marge)."""
_REQUIRED = ("prestatiecode", "kwalificatieniveau", "salariskosten", "bruto_uren", "overige_kosten", *list(PERCENTAGES)[1:])
COLUMNS = ("perceel", *_REQUIRED, "verlof_procent", "clientgebonden_kosten", "indexatie_procent", "bron")
GROEPEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "(a) beroepskrachten, cliëntgebonden": ("salaris", "indirecte cliënttijd"),
        "(a) beroepskrachten, niet cliëntgebonden": ("verlof", "verzuim", "scholing", "overige indirecte tijd"),
        "(b) andere cliëntgebonden kosten": ("cliëntgebonden kosten",),
        "(c) overhead": ("overhead", "overige kosten"),
        "(d) indexering": ("indexering",),
        "naast het besluit": ("risico en marge",),
    }
)
"""The parts of a price by the kinds of cost of the Besluit, in its order."""
ONDERDELEN = tuple(part for parts in GROEPEN.values() for part in parts)
_A, _B, _C, _D, _REST = "(a) beroepskrachten", *list(GROEPEN)[2:]
_SAMEN = "kostprijs"
_ABSENT, _INDIRECT = list(PERCENTAGES)[:3], list(PERCENTAGES)[3:5]
AFRONDING = "rekenkundig (half omhoog) op hele centen, één keer, aan het eind"


@frozen
class Kosten:
    """One row of a cost file. Euros as eurocents per full-time employee per year, hours per year, percentages exact.

    `bron` says where the figures come from, such as the cao and scale.
    """

    perceel: str
    prestatiecode: str
    kwalificatieniveau: str
    salariskosten: int
    bruto_uren: Fraction
    overige_kosten: int
    procenten: Mapping[str, Fraction]
    bron: str = ""
    rij: int = 0
    clientgebonden_kosten: int = 0
    """Cost for the client other than professionals."""
    indexatie_procent: Fraction = Fraction(0)
    """By how many percent the cost is indexed to the year of the price."""

    @property
    def naam(self) -> str:
        """How people call the row."""
        return f"{self.prestatiecode} {self.kwalificatieniveau}" + (f" ({self.perceel})" if self.perceel else "")


@frozen
class Stap:
    """One step: its name, what was done as a Dutch sentence, and its outcome, in `eenheid` (uur, euro: eurocents, or procent).

    `groep` is the kind of cost of the Besluit that it is part of.
    """

    naam: str
    uitleg: str
    waarde: Fraction
    eenheid: str
    groep: str


@frozen
class Opbouw:
    """A price explained."""

    kosten: Kosten
    """What it is built up from."""
    stappen: tuple[Stap, ...]
    """Every step, in order."""
    onderdelen: Mapping[str, Fraction]
    """Eurocents per quarter by kind of cost; with `afronding` they add up to `prijs_cent` exactly."""
    afronding: Fraction
    """What the one rounding added, in eurocents."""
    prijs_cent: int
    """Eurocents per quarter."""


@frozen
class Gevoeligheid:
    """What if `veld` is `punten` percentage points higher: the new price and the difference, in eurocents per quarter."""

    veld: str
    punten: Fraction
    prijs_cent: int
    verschil_cent: int


@frozen
class Contractcel:
    """The contracted cell beside a build-up on a date: eurocents per quarter, and the build-up's price minus it.

    Both are None where the cell is uitgesloten; a perceel without a cell that day has no `Contractcel`.
    """

    perceel: str
    op: date
    prijs: Fraction | None
    verschil: Fraction | None


def read_costs(path: Path, *, protocol: Protocol = MPJ_16) -> list[Kosten]:
    """Read a cost file (docs/tariffs.md, opbouw); raises InputError with every fault: row, column, found, expected."""
    source, faults, rows = Source(path.name, path), list[Fault](), list[Kosten]()
    with open_table(source, Columns(COLUMNS, _REQUIRED)) as table:
        for rij, fields in table:
            if len(fields) != table.width:
                faults.append(misfit(table, rij, fields))
                continue
            texts = {name: fields[place].strip() for name, place in table.columns.items()}
            row = _Row(path.name, rij, texts, protocol, faults).read()
            if row is not None:
                rows.append(row)
    seen: dict[tuple[str, str, str], int] = {}
    for kosten in rows:
        key = kosten.perceel, kosten.prestatiecode, kosten.kwalificatieniveau
        if key in seen:
            faults.append(
                Fault("rij_dubbel", path.name, kosten.rij, gevonden=kosten.naam, toelichting=f"staat ook op rij {seen[key]}")
            )
        seen.setdefault(key, kosten.rij)
    if not rows and not faults:
        faults.append(Fault("bestand_leeg", path.name, toelichting="er staat geen enkele rij in", verwacht="een rij per niveau"))
    if faults:
        raise InputError(faults)
    return rows


@frozen(eq=False)
class _Row:
    bestand: str
    rij: int
    texts: Mapping[str, str]
    protocol: Protocol
    faults: list[Fault]

    def read(self) -> Kosten | None:
        before = len(self.faults)
        code = self._choice("prestatiecode", tuple(self.protocol.prestatiecodes))
        niveau = self._choice("kwalificatieniveau", self.protocol.niveaus)
        salary, other = self._euros("salariskosten", low=1), self._euros("overige_kosten", low=0)
        client = self._euros("clientgebonden_kosten", low=0) if self.texts.get("clientgebonden_kosten") else 0
        indexation = self._percentage("indexatie_procent", high=Fraction(100))
        hours = self._percentage("bruto_uren", high=Fraction(8784))
        percents = {name: self._percentage(name, high=Fraction(1000)) for name in PERCENTAGES}
        if len(self.faults) == before:
            for names in (_ABSENT, _INDIRECT):
                if sum((percents[name] for name in names), Fraction(0)) >= 100:
                    self._fault(names[0], "samen onder 100", "er blijven geen uren over")
            if hours <= 0:
                self._fault("bruto_uren", "meer dan 0 uur", "geen uren")
        if len(self.faults) > before:
            return None
        perceel, bron = self.texts.get("perceel", ""), self.texts.get("bron", "")
        return Kosten(perceel, code, niveau, salary, hours, other, percents, bron, self.rij, client, indexation)

    def _fault(self, kolom: str, verwacht: str, toelichting: str) -> None:
        found = mask(self.texts.get(kolom, "")) or "leeg"
        self.faults.append(Fault("waarde_onjuist", self.bestand, self.rij, kolom, found, verwacht, toelichting))

    def _choice(self, kolom: str, choices: tuple[str, ...]) -> str:
        try:
            return check_choice(self.texts.get(kolom, ""), choices)
        except FieldError as error:
            self._fault(kolom, error.verwacht, f"onbekend(e) {kolom}")
            return ""

    def _euros(self, kolom: str, *, low: int) -> int:
        try:
            cents = parse_euros(self.texts.get(kolom, ""))
            if cents < low:
                raise FieldError("een bedrag boven 0,00")
            return cents
        except FieldError as error:
            self._fault(kolom, error.verwacht, "geen bedrag per jaar")
            return 0

    def _percentage(self, kolom: str, *, high: Fraction) -> Fraction:
        text = self.texts.get(kolom, "")
        if not text and kolom not in _REQUIRED:
            return Fraction(0)
        try:
            value = parse_percentage(text)
            if not 0 <= value <= high:
                raise FieldError(f"een getal van 0 tot en met {high}")
            return value
        except FieldError as error:
            self._fault(kolom, error.verwacht, "geen getal")
            return Fraction(0)


def build_up(kosten: Kosten) -> Opbouw:
    """Return the price per quarter of direct time with every step; exact until the last rounding (`AFRONDING`).

    Raises InputError when no direct hours are left.
    """
    share = {name: value / 100 for name, value in kosten.procenten.items()}
    salary, client, other = (Fraction(cost) for cost in (kosten.salariskosten, kosten.clientgebonden_kosten, kosten.overige_kosten))
    steps, hours, quarter_costs = _direct_hours(kosten)
    overhead = salary * share["overhead_procent"]
    year = salary + client + overhead + other
    cost_price = year / (4 * hours)
    indexation = cost_price * kosten.indexatie_procent / 100
    margin = (cost_price + indexation) * share["risico_marge_procent"]
    quarter_costs |= {"cliëntgebonden kosten": client / (4 * hours), "overhead": overhead / (4 * hours)}
    quarter_costs |= {"overige kosten": other / (4 * hours), "indexering": indexation, "risico en marge": margin}
    exact = cost_price + indexation + margin
    cents = round_half_up(exact)
    after = "van de kostprijs" + (" en de indexering" if indexation else "")
    steps += [
        Stap("salariskosten", kosten.bron or "per voltijdse medewerker per jaar, met werkgeverslasten", salary, "euro", _A),
        Stap("bij: andere cliëntgebonden kosten", "per voltijdse medewerker per jaar", client, "euro", _B),
        Stap("bij: overhead", f"{_percent(kosten.procenten['overhead_procent'])} van de salariskosten", overhead, "euro", _C),
        Stap("bij: overige kosten", "per voltijdse medewerker per jaar", other, "euro", _C),
        Stap("kosten per jaar", "beroepskrachten, andere cliëntgebonden kosten en overhead samen", year, "euro", _SAMEN),
        Stap("kostprijs per direct uur", "kosten per jaar gedeeld door de directe uren", 4 * cost_price, "euro", _SAMEN),
        Stap("kostprijs per kwartier", "een vierde daarvan", cost_price, "euro", _SAMEN),
        Stap("bij: indexering", f"{_percent(kosten.indexatie_procent)} van de kostprijs", indexation, "euro", _D),
        Stap("bij: risico en marge", f"{_percent(kosten.procenten['risico_marge_procent'])} {after}", margin, "euro", _REST),
        Stap("prijs per kwartier", f"afgerond: {AFRONDING}", Fraction(cents), "euro", "prijs"),
    ]
    return Opbouw(kosten, tuple(steps), MappingProxyType(quarter_costs), cents - exact, cents)


def _direct_hours(kosten: Kosten) -> tuple[list[Stap], Fraction, dict[str, Fraction]]:
    """Return the steps from gross to direct hours, these hours, and what each of the others costs per quarter of direct time."""
    gross, salary = kosten.bruto_uren, Fraction(kosten.salariskosten)
    steps = [Stap("bruto uren", "uren in een jaar volgens de cao", gross, "uur", _A)]
    hours, quarter_costs = gross, {"salaris": salary / (4 * gross)}
    for names, base_text in ((_ABSENT, "de bruto uren"), (_INDIRECT, "de netto uren")):
        base = hours
        for name in names:
            left = hours - base * kosten.procenten[name] / 100
            if left <= 0:
                raise InputError(
                    Fault("waarde_onjuist", rij=kosten.rij, kolom=name, toelichting=f"{kosten.naam}: er blijven geen uren over")
                )
            quarter_costs[PERCENTAGES[name]] = salary / (4 * left) - salary / (4 * hours)
            text = f"{_percent(kosten.procenten[name])} van {base_text}"
            steps.append(Stap(f"af: {PERCENTAGES[name]}", text, hours - left, "uur", _A))
            hours = left
        title = "netto uren" if names is _ABSENT else "directe uren bij de cliënt"
        steps.append(Stap(title, "wat er overblijft", hours, "uur", _A))
    return steps, hours, quarter_costs


def _percent(value: Fraction) -> str:
    return words.percent(value)


def sensitivity(kosten: Kosten, veld: str, punten: Fraction) -> Gevoeligheid:
    """Return what the price becomes when the percentage `veld` is `punten` points higher; raises InputError when none is left."""
    changed = evolve(kosten, procenten={**kosten.procenten, veld: kosten.procenten[veld] + punten})
    old, new = build_up(kosten).prijs_cent, build_up(changed).prijs_cent
    return Gevoeligheid(veld, punten, new, new - old)


def contracted(opbouw: Opbouw, contract: Contract, op: date) -> list[Contractcel]:
    """Return the cells of `contract` for the same prestatiecode and level on a date, per quarter, and how the price differs."""
    kosten, eenheden = opbouw.kosten, Eenheden.of(contract)
    found: list[Contractcel] = []
    for place, cells in by_place(contract).items():
        perceel, code, niveau = place
        cel = valid_on(cells, op)
        same = (code, niveau) == (kosten.prestatiecode, kosten.kwalificatieniveau) and kosten.perceel in ("", perceel)
        minutes = eenheden.normtijd(place).minuten
        if not same or cel is None or not minutes:
            continue
        price = None if cel.tarief_cent is None else Fraction(15 * cel.tarief_cent, minutes)
        found.append(Contractcel(perceel, op, price, None if price is None else opbouw.prijs_cent - price))
    return found


@frozen
class Uitgelegd:
    """One build-up with its what-ifs and the contracted cells beside it."""

    opbouw: Opbouw
    gevoeligheid: tuple[Gevoeligheid, ...]
    contract: tuple[Contractcel, ...]
    op: date | None = None
    """The day of the contract's prices; None without a contract."""


def explain(kosten: Kosten, wat_als: Iterable[tuple[str, Fraction]], contract: Contract | None, op: date | None) -> Uitgelegd:
    """Return the build-up of one row with what-ifs (field, points) and, with a contract, its cells on `op` or its first day.

    A day outside the contract is taken as its first or its last.
    """
    opbouw = build_up(kosten)
    day = min(max(op or contract.begindatum, contract.begindatum), contract.einddatum) if contract else None
    found = contracted(opbouw, contract, day) if contract and day else []
    return Uitgelegd(opbouw, tuple(sensitivity(kosten, veld, punten) for veld, punten in wat_als), tuple(found), day)

"""A naive second computation of a declaration, straight from the rules in docs/.

Plain and slow on purpose: no tables made beforehand, no caches, one function per step, in the order of the rules. The
property tests compare its answer with that of the engine.
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from scenarios import ContractSpec, Scenario

Row = dict[str, str]
Hidden = tuple[str, tuple[str, int] | None]
"""The client that a faulty toewijzing names, and its gemeente and number where these can be read."""

# --- The national rules -----------------------------------------------------------------------------------------------

LEVELS = ["mbo", "hbo", "hbo+", "wo", "wo+", "ams"]
LEVEL_DIGITS = {"": "0", "mbo": "1", "hbo": "2", "hbo+": "3", "wo": "4", "wo+": "5", "ams": "6"}
HULPVORM_CHARACTERS = "123456789ABCD"

# prestatiecode: (normtijd, priced per level, categories with the default first); "" and None: the contract says
PRESTATIECODES: dict[str, tuple[str, bool | None, list[str]]] = {
    "1.1": ("kwartier", True, ["40"]),
    "1.2": ("kwartier", True, ["45"]),
    "1.3": ("kwartier", True, ["45"]),
    "2.1": ("kwartier", True, ["45", "54"]),
    "2.2": ("kwartier", True, ["45", "54"]),
    "3.1": ("kwartier", True, ["46", "54"]),
    "4.1": ("uur", False, ["41"]),
    "4.2": ("uur", False, ["41"]),
    "4.3": ("uur", False, ["41"]),
    "4.4": ("uur", False, ["41"]),
    "5.1": ("kwartier", True, ["53"]),
    "6.1": ("etmaal", False, ["44"]),
    "6.2": ("etmaal", False, ["44"]),
    "6.3": ("etmaal", False, ["44"]),
    "7.1": ("etmaal", False, ["44"]),
    "7.2": ("etmaal", False, ["44"]),
    "8.1": ("etmaal", False, ["44", "43"]),
    "8.2": ("etmaal", False, ["44", "43"]),
    "8.3": ("etmaal", False, ["44", "43"]),
    "9.1": ("etmaal", False, ["44", "43"]),
    "10.1": ("", False, ["42"]),
    "10.2": ("", False, ["42"]),
    "10.3": ("", False, ["42"]),
    "11.1": ("", None, ["48", "47"]),
    "12.1": ("", None, ["48"]),
    "13.1": ("", None, ["49"]),
}

UNITS = {"01", "04", "14", "16", "82", "83", "84"}
FREQUENCIES = {"1", "2", "4", "6"}
UNITS_OF_NORMTIJD = {
    "kwartier": {"01", "04", "84"},
    "uur": {"01", "04"},
    "halve_dag": {"16"},
    "hele_dag": {"16"},
    "etmaal": {"14"},
    "stuk": {"84"},
    "minuut": {"01"},
    "dagdeel": {"16"},
}
MINUTES_OF_NORMTIJD = {"kwartier": 15, "uur": 60, "minuut": 1}
# Beside MPJ: what a product is counted in, by its variant, and the unit that it usually travels in.
NORMTIJD_OF_VARIANT = {"uur": "uur", "minuut": "minuut", "dagdeel": "dagdeel", "etmaal": "etmaal", "stuk_inspanning": "stuk"}
UNIT_OF_VARIANT = {"uur": "04", "minuut": "01", "dagdeel": "16", "etmaal": "14", "stuk_inspanning": "84"}
FIRST_DAY_OF_MPJ = date(2021, 1, 1)
EXACT_MINUTES = "exact"  # an hour price declared in minutes: not rounded


# --- What the steps work on -------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """The lines, and everything that was set aside: (soort, bron, datum, reden)."""

    regels: list[dict[str, Any]]
    uitval: list[tuple[str, str, date | None, str]]


@dataclass
class Cell:
    """One row of tarieven.csv; `cents` is None where the cell is excluded."""

    perceel: str
    prestatiecode: str
    niveau: str
    begin: date
    end: date
    cents: int | None


@dataclass
class Contract:
    """One contract as its folder states it."""

    id: str
    aanbieder: str
    gemeenten: list[str]
    begin: date
    end: date
    percelen: dict[str, list[str]]
    cells: list[Cell]
    codes: list[Row] | None
    settings: dict[str, Any]
    producten: dict[str, Row]  # by product code: its category, variant and unit; its prices stand among the cells


@dataclass
class Toewijzing:
    """One readable row of toewijzingen.csv."""

    nummer: int
    bsn: str
    gemeente: str
    aanbieder: str
    begin: date
    end: date | None
    soort: str  # specifiek, aspecifiek, generiek
    prestatiecodes: list[str]
    categorie: str  # the column, or the first two positions of an assigned code of the default scheme
    productcode: str
    budget: int | None
    volume: int
    eenheid: str
    frequentie: str
    maximum: str
    perceel: str
    beside: list[str]  # of one on a category: the products beside MPJ in it
    removed: bool
    mpj: bool


@dataclass
class Levering:
    """One registratie, or one day of a stay; the steps fill in the lower half."""

    soort: str
    bron: str
    datum: date | None
    reden: str = ""
    bsn: str = ""
    prestatiecode: str = ""
    nummer: int | None = None
    gemeente: str = ""
    minuten: int | None = None
    begin: int | None = None
    niveau: str = ""
    medewerker: str = ""
    groep: str = ""
    tijdsoort: str = "direct"
    status: str = "gerealiseerd"
    bevestigd: bool = False
    afspraak: str = ""
    aantal: int = 1
    aanwezig: bool = True
    stay_begin: date = date.min
    last_day: bool = False
    counts_in_planning: bool = False
    # filled in by the match
    toewijzing: Toewijzing | None = None
    contract: Contract | None = None
    perceel: str = ""
    code: str = ""
    per_level: bool = False
    normtijd: str = ""
    wire: str = ""
    # filled in by the steps after it
    billed_level: str = ""
    productcode: str = ""
    productcategorie: str = ""
    counted: int = 0
    units: int = 0
    cents: int = 0
    afgetopt: bool = False

    @property
    def day(self) -> date:
        """The date, of a record that has one."""
        assert self.datum is not None
        return self.datum

    @property
    def match(self) -> tuple[Toewijzing, Contract]:
        """The toewijzing and contract, of a record that was matched."""
        assert self.toewijzing is not None
        assert self.contract is not None
        return self.toewijzing, self.contract


class FaultError(ValueError):
    """A field that cannot be read."""


# --- Reading fields ---------------------------------------------------------------------------------------------------


def text(row: Row, column: str) -> str:
    """A field without the blanks around it."""
    return row.get(column, "").strip()


def parse_date(value: str) -> date:
    """`2026-03-31` or `31-3-2026`, also with midnight behind it."""
    value = re.sub(r"[ T]0?0:00(:00(\.0+)?)?$", "", value)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        year, month, day = value.split("-")
    elif re.fullmatch(r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}", value):
        day, month, year = value.split("-")
    else:
        raise FaultError(value)
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise FaultError(value) from error


def parse_end(value: str) -> date | None:
    """An end date; empty or in the year 9999 is an open end."""
    if value == "":
        return None
    end = parse_date(value)
    return None if end.year == 9999 else end


def parse_number(value: str, highest: int) -> int:
    """ASCII digits, at most `highest`."""
    if not re.fullmatch(r"[0-9]+", value) or int(value) > highest:
        raise FaultError(value)
    return int(value)


def parse_time(value: str) -> int:
    """`HH:MM`, `H:MM` or `HH:MM:00` in minutes after midnight."""
    if not re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:00(\.0+)?)?", value):
        raise FaultError(value)
    hours, minutes = map(int, value.split(":")[:2])
    if hours > 23 or minutes > 59:
        raise FaultError(value)
    return hours * 60 + minutes


def parse_digits(value: str, length: int) -> str:
    """Exactly so many ASCII digits."""
    if not re.fullmatch(r"[0-9]+", value) or len(value) != length:
        raise FaultError(value)
    return value


def parse_bsn(value: str) -> str:
    """Nine digits that pass the elfproef; not stripped."""
    digits = [int(digit) for digit in parse_digits(value, 9)]
    total = sum(weight * digit for weight, digit in zip([9, 8, 7, 6, 5, 4, 3, 2, -1], digits, strict=True))
    if total % 11 != 0 or int(value) == 0:
        raise FaultError("bsn")
    return value


def parse_choice(value: str, choices: Iterable[str], default: str = "") -> str:
    """One of the choices, or empty for the default."""
    if value == "":
        return default
    if value.lower() not in choices:
        raise FaultError(value)
    return value.lower()


def parse_cents(value: str) -> int:
    """Euros with comma or point, at most two decimals."""
    euros, _, decimals = value.replace(",", ".").partition(".")
    return int(euros) * 100 + int((decimals + "00")[:2])


def required(value: str) -> str:
    """A field that must be filled."""
    if value == "":
        raise FaultError("empty")
    return value


# --- The calendar -----------------------------------------------------------------------------------------------------


def first_of_month(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def days_between(first: date, last: date) -> list[date]:
    """Every day from first to last."""
    days = []
    day = first
    while day <= last:
        days.append(day)
        day += timedelta(days=1)
    return days


def product_period(toewijzing: Toewijzing, day: date) -> tuple[date, date]:
    """The month of `day`, cut to the dates of the toewijzing."""
    begin = max(first_of_month(day), toewijzing.begin)
    end = last_of_month(day)
    if toewijzing.end is not None:
        end = min(end, toewijzing.end)
    return begin, end


def is_too_old(end: date, dagtekening: date) -> bool:
    """A period that ended more than five years before the dagtekening."""
    year = dagtekening.year - 5
    last = calendar.monthrange(year, dagtekening.month)[1]
    return end < date(year, dagtekening.month, min(dagtekening.day, last))


# --- Contracts --------------------------------------------------------------------------------------------------------


def read_contract(spec: ContractSpec) -> Contract:
    """The contract folder as plain values, defaults filled in."""
    toml = spec.toml
    head = toml["contract"]
    begin, end = head["begindatum"], head["einddatum"]
    percelen = {perceel["code"]: perceel.get("gemeenten", []) for perceel in toml.get("perceel", [])}
    cells = []
    for row in spec.tarieven:
        tarief = text(row, "tarief")
        cells.append(
            Cell(
                perceel=text(row, "perceel") or next(iter(percelen)),
                prestatiecode=text(row, "prestatiecode"),
                niveau=text(row, "kwalificatieniveau"),
                begin=parse_date(text(row, "begindatum")),
                end=parse_date(text(row, "einddatum")) if text(row, "einddatum") else end,
                cents=None if tarief == "uitgesloten" else parse_cents(tarief),
            )
        )
    producten = {}
    for row in spec.producten or []:
        code = text(row, "productcode")
        producten[code] = row
        to = parse_date(text(row, "einddatum")) if text(row, "einddatum") else end
        cells.append(Cell("", code, "", parse_date(text(row, "begindatum")), to, parse_cents(text(row, "tarief"))))
    declaratie = toml.get("declaratie", {})
    rounding = toml.get("afronding", {})
    settings = {
        "registratiewijze": declaratie.get("registratiewijze", "realisatie"),
        "bevestiging": declaratie.get("bevestiging", False),
        "eenheid_kwartier": declaratie.get("eenheid_kwartier", "minuut"),
        "eenheid_uur": declaratie.get("eenheid_uur", "uur"),
        "tr340": declaratie.get("tr340", "prestatiecode"),
        "bij_overschrijding": toml.get("limiet", {}).get("bij_overschrijding", "aftoppen"),
        "laatste_dag": toml.get("verblijf", {}).get("laatste_dag", "telt"),
        "normtijd": toml.get("normtijd", {}),
        "kwartier": {"wijze": "rekenkundig", "over": "contact", "minimum": 1, "drempel": 0} | rounding.get("kwartier", {}),
        "uur": {"wijze": "rekenkundig", "over": "productperiode", "minimum": 1, "drempel": 0} | rounding.get("uur", {}),
        "minuut": {"wijze": "rekenkundig", "over": "contact", "minimum": 0, "drempel": 0},
    }
    return Contract(
        id=head["id"],
        aanbieder=head["aanbieder"],
        gemeenten=head["gemeenten"],
        begin=begin,
        end=end,
        percelen=percelen,
        cells=cells,
        codes=spec.codes,
        settings=settings,
        producten=producten,
    )


def price_on(contract: Contract, perceel: str, prestatiecode: str, niveau: str, day: date) -> int | None:
    """The price of one cell on one day; None where there is none or it is excluded."""
    for cell in contract.cells:
        if (cell.perceel, cell.prestatiecode, cell.niveau) == (perceel, prestatiecode, niveau):  # noqa: SIM102
            if cell.begin <= day <= cell.end:
                return cell.cents
    return None


def contracted_levels(contract: Contract, perceel: str, prestatiecode: str, day: date) -> list[str]:
    """The levels with a price on that day, low to high."""
    return [level for level in LEVELS if price_on(contract, perceel, prestatiecode, level, day) is not None]


def has_any_price(contract: Contract, perceel: str, prestatiecode: str, day: date) -> bool:
    """A price of any kind on that day."""
    return (
        price_on(contract, perceel, prestatiecode, "", day) is not None
        or contracted_levels(contract, perceel, prestatiecode, day) != []
    )


def normtijd_of(contract: Contract, prestatiecode: str) -> str:
    """The contract's normtijd, else the protocol's."""
    normtijd: str = contract.settings["normtijd"].get(prestatiecode) or PRESTATIECODES[prestatiecode][0]
    return normtijd


# --- Product codes ----------------------------------------------------------------------------------------------------


def tail_of(prestatiecode: str, niveau: str) -> str:
    """The last three positions of a product code in the default scheme."""
    hulpvorm, follow = prestatiecode.split(".")
    return HULPVORM_CHARACTERS[int(hulpvorm) - 1] + follow + LEVEL_DIGITS[niveau]


def decode(contract: Contract, productcode: str) -> tuple[str, str, str, str] | None:
    """(prestatiecode, niveau, perceel, categorie) of a code in one contract; the last two only where the code tells.

    A product beside MPJ is its own code.
    """
    if productcode in contract.producten:
        return productcode, "", "", text(contract.producten[productcode], "productcategorie")
    if contract.codes is not None:
        for row in contract.codes:
            if text(row, "productcode") == productcode:
                return text(row, "prestatiecode"), text(row, "kwalificatieniveau"), text(row, "perceel"), ""
        return None
    for prestatiecode in {cell.prestatiecode for cell in contract.cells} - contract.producten.keys():
        for niveau in LEVEL_DIGITS:
            for categorie in PRESTATIECODES[prestatiecode][2]:
                if productcode == categorie + tail_of(prestatiecode, niveau):
                    return prestatiecode, niveau, "", categorie
    return None


def decode_assigned(
    contracten: list[Contract], aanbieder: str, gemeente: str, begin: date, productcode: str
) -> tuple[str, str, str, str] | None:
    """Decode with the contract valid on the begindatum, then the others, then other contracts of the aanbieder."""
    own = [contract for contract in contracten if contract.aanbieder == aanbieder]
    own.sort(
        key=lambda contract: (
            gemeente not in contract.gemeenten,
            not contract.begin <= begin <= contract.end,
            contract.begin,
            contract.id,
        )
    )
    for contract in own:
        found = decode(contract, productcode)
        if found is not None:
            return found
    return None


def code_of_line(contract: Contract, perceel: str, toewijzing: Toewijzing, code: str, niveau: str) -> tuple[str, str]:
    """(productcategorie, productcode) of a line."""
    if code in contract.producten:
        return text(contract.producten[code], "productcategorie"), code
    if contract.codes is None:
        categorie = toewijzing.categorie or PRESTATIECODES[code][2][0]
        return categorie, categorie + tail_of(code, niveau)
    for wanted in (perceel, ""):
        for row in contract.codes:
            key = (text(row, "perceel"), text(row, "prestatiecode"), text(row, "kwalificatieniveau"))
            if key == (wanted, code, niveau):
                return toewijzing.categorie or text(row, "productcategorie"), text(row, "productcode")
    raise AssertionError("a code table covers every cell")


# --- Toewijzingen -----------------------------------------------------------------------------------------------------


def read_toewijzing(row: Row, contracten: list[Contract]) -> Toewijzing:
    """One row; raises FaultError on a faulty one."""
    nummer = parse_number(text(row, "toewijzingnummer"), 999999999)
    bsn = parse_bsn(row.get("bsn", ""))
    gemeente = parse_digits(text(row, "gemeente"), 4)
    aanbieder = parse_digits(text(row, "aanbieder"), 8)
    begin = parse_date(text(row, "begindatum"))
    end = parse_end(text(row, "einddatum"))
    if end is not None and end < begin:
        raise FaultError("einddatum")
    if text(row, "toewijzingsdatum"):
        parse_date(text(row, "toewijzingsdatum"))
    if text(row, "toewijzingstijd"):
        parse_time(text(row, "toewijzingstijd"))

    column = text(row, "prestatiecode")
    codes = [parse_choice(code.strip(), PRESTATIECODES, "") for code in column.split(",")] if column else []
    if "" in codes:
        raise FaultError("prestatiecode")
    categorie = text(row, "productcategorie")
    productcode = text(row, "productcode")
    for code in codes:
        if categorie and categorie not in PRESTATIECODES[code][2]:
            raise FaultError("productcategorie")

    budget = parse_number(text(row, "budget_cent"), 10**12) if text(row, "budget_cent") else None
    filled = [column for column in ("volume", "eenheid", "frequentie") if text(row, column)]
    if len(filled) not in (0, 3):
        raise FaultError("omvang")
    volume = parse_number(text(row, "volume"), 10**12) if filled else 0
    eenheid = parse_choice(text(row, "eenheid"), UNITS)
    frequentie = parse_choice(text(row, "frequentie"), FREQUENCIES)
    maximum = parse_choice(text(row, "kwalificatieniveau_max"), LEVELS)
    perceel = text(row, "perceel")

    mpj = True
    if productcode:
        decoded = decode_assigned(contracten, aanbieder, gemeente, begin, productcode)
        if decoded is None:
            mpj = False
        else:
            code, niveau, perceel_of_code, categorie_of_code = decoded
            if codes and codes != [code]:
                raise FaultError("productcode")
            if categorie and categorie not in (PRESTATIECODES[code][2] if code in PRESTATIECODES else [categorie_of_code]):
                mpj = False
            codes = [code]
            perceel = perceel or perceel_of_code
            categorie = categorie or categorie_of_code
            if niveau:
                maximum = min([level for level in (niveau, maximum) if level], key=LEVELS.index)

    if len(codes) == 1:
        soort = "specifiek"
    elif codes or categorie or productcode:
        soort = "aspecifiek"
    else:
        soort = "generiek"
        if budget is None:
            raise FaultError("budget")
    return Toewijzing(
        nummer=nummer,
        bsn=bsn,
        gemeente=gemeente,
        aanbieder=aanbieder,
        begin=begin,
        end=end,
        soort=soort,
        prestatiecodes=codes,
        categorie=categorie,
        productcode=productcode,
        budget=budget,
        volume=volume,
        eenheid=eenheid,
        frequentie=frequentie,
        maximum=maximum,
        perceel=perceel,
        beside=[
            code
            for contract in contracten
            if contract.aanbieder == aanbieder
            for code, product in contract.producten.items()
            if text(product, "productcategorie") == categorie
        ],
        removed=text(row, "reden_wijziging") == "13",
        mpj=mpj,
    )


def version_key(row: Row) -> tuple[str, int] | None:
    """What identifies a toewijzing, where it can be read."""
    try:
        return parse_digits(text(row, "gemeente"), 4), parse_number(text(row, "toewijzingnummer"), 999999999)
    except FaultError:
        return None


def version_stamp(row: Row) -> tuple[date, int]:
    """The moment of a version; undated ones come first."""
    try:
        day = parse_date(text(row, "toewijzingsdatum"))
        return day, parse_time(text(row, "toewijzingstijd")) if text(row, "toewijzingstijd") else 0
    except FaultError:
        return date.min, 0


def read_toewijzingen(scenario: Scenario, contracten: list[Contract], outcome: Outcome) -> list[Toewijzing]:
    """The current version of every toewijzing; a faulty latest version hides it."""
    current: dict[tuple[str, int], tuple[tuple[date, int], Toewijzing | None]] = {}
    for row in scenario.toewijzingen:
        nummer = text(row, "toewijzingnummer")
        if re.fullmatch(r"[0-9]+", nummer):
            nummer = str(int(nummer))
        toewijzing: Toewijzing | None
        try:
            toewijzing = read_toewijzing(row, contracten)
        except FaultError:
            toewijzing = None
            outcome.uitval.append(("toewijzing", nummer, None, "ongeldig"))
        if toewijzing is not None and not toewijzing.mpj:
            outcome.uitval.append(("toewijzing", nummer, None, "niet_mpj"))
        key = version_key(row)
        if key is not None:
            stamp = version_stamp(row)
            if key not in current or stamp >= current[key][0]:
                current[key] = stamp, toewijzing
    return [toewijzing for _, toewijzing in current.values() if toewijzing is not None]


def find_hidden(scenario: Scenario, toewijzingen: list[Toewijzing]) -> list[Hidden]:
    """The toewijzingen that a faulty row hides, for every client that a row of them names."""
    known = {(t.gemeente, t.nummer) for t in toewijzingen}
    hidden = []
    for row in scenario.toewijzingen:
        key = version_key(row)
        try:
            bsn = parse_bsn(row.get("bsn", ""))
        except FaultError:
            continue
        if key is None or key not in known:
            hidden.append((bsn, key))
    return hidden


def is_hidden(levering: Levering, hidden: list[Hidden]) -> bool:
    """Whether a toewijzing that nobody can read may be the one that the record is for."""
    for bsn, key in hidden:
        if bsn != levering.bsn:
            continue
        if key is None:
            return True
        gemeente, nummer = key
        if levering.gemeente in ("", gemeente) and levering.nummer in (None, nummer):
            return True
    return False


def covers(toewijzing: Toewijzing, prestatiecode: str) -> bool:
    """Whether this toewijzing is for that prestatiecode."""
    if toewijzing.soort == "generiek":
        return True
    if toewijzing.prestatiecodes:
        return prestatiecode in toewijzing.prestatiecodes
    if prestatiecode not in PRESTATIECODES:
        return prestatiecode in toewijzing.beside
    return toewijzing.categorie in PRESTATIECODES[prestatiecode][2]


def valid_on(toewijzing: Toewijzing, day: date) -> bool:
    """Whether the day lies inside the toewijzing."""
    return toewijzing.begin <= day and (toewijzing.end is None or day <= toewijzing.end)


# --- Step 1: read and check -------------------------------------------------------------------------------------------


def read_code(row: Row) -> str:
    """The prestatiecode of a record, or the code of a product beside MPJ: not both."""
    code = parse_choice(text(row, "prestatiecode"), PRESTATIECODES)
    if code and text(row, "productcode"):
        raise FaultError("productcode")
    return code or text(row, "productcode")


def read_registratie(row: Row) -> Levering:
    """One row of registraties.csv; raises FaultError on an unreadable one."""
    minuten = parse_number(re.sub(r"[.,]0{1,2}$", "", text(row, "minuten")), 1440) if text(row, "minuten") else None
    begin = parse_time(text(row, "begintijd")) if text(row, "begintijd") else None
    end = parse_time(text(row, "eindtijd")) if text(row, "eindtijd") else None
    if begin is None and end is not None:
        raise FaultError("eindtijd")
    if begin is not None and end is None and minuten is None:
        raise FaultError("begintijd")
    if begin is not None and end is not None:
        clock = end - begin if end >= begin else end + 24 * 60 - begin
        if minuten is not None and minuten != clock:
            raise FaultError("minuten")
        minuten = clock
    return Levering(
        soort="registratie",
        bron=required(text(row, "id")),
        datum=parse_date(text(row, "datum")),
        bsn=parse_bsn(row.get("bsn", "")),
        prestatiecode=read_code(row),
        nummer=parse_number(text(row, "toewijzingnummer"), 999999999) if text(row, "toewijzingnummer") else None,
        gemeente=parse_digits(text(row, "gemeente"), 4) if text(row, "gemeente") else "",
        minuten=minuten,
        begin=begin,
        niveau=parse_choice(text(row, "kwalificatieniveau"), LEVELS),
        medewerker=text(row, "medewerker"),
        groep=parse_choice(text(row, "soort"), ["groep", "individueel"]),
        tijdsoort=parse_choice(text(row, "tijdsoort"), ["direct", "indirect", "reis", "overig"], "direct"),
        status=parse_choice(
            text(row, "status"),
            ["gerealiseerd", "gepland", "niet_verschenen", "geannuleerd", "vervallen"],
            "gerealiseerd",
        ),
        bevestigd=parse_choice(text(row, "bevestigd"), ["ja", "nee"]) == "ja",
        afspraak=text(row, "afspraak"),
        aantal=parse_number(text(row, "aantal"), 9999) if text(row, "aantal") else 1,
    )


def set_doubles_aside(readable: list[tuple[str, tuple[Any, ...], Levering]]) -> None:
    """The same id: of equal content the first row counts, of different content none does."""
    open_rows = [item for item in readable if not item[2].reden]
    seen: set[str] = set()
    for id_, content, levering in open_rows:
        different = any(other_id == id_ and other != content for other_id, other, _ in open_rows)
        if different:
            levering.reden = "id_meermaals"
        elif id_ in seen:
            levering.reden = "dubbel"
        seen.add(id_)


def read_registraties(scenario: Scenario) -> list[Levering]:
    """Every row as a levering; unreadable, withdrawn and double ones with their reason."""
    leveringen: list[Levering] = []
    readable: list[tuple[str, tuple[Any, ...], Levering]] = []
    withdrawn = {text(row, "id") for row in scenario.registraties if text(row, "status") == "vervallen"} - {""}
    for row in scenario.registraties:
        try:
            levering = read_registratie(row)
        except FaultError:
            leveringen.append(Levering("registratie", text(row, "id"), None, "ongeldig"))
            continue
        if levering.bron in withdrawn:
            levering.reden = "vervallen"
        leveringen.append(levering)
        readable.append((levering.bron, (*vars(levering).values(), text(row, "onderaannemer")), levering))
    set_doubles_aside(readable)
    for levering in leveringen:
        levering.counts_in_planning = levering.reden == "" and levering.tijdsoort == "direct"
    return leveringen


def read_verblijf(scenario: Scenario, period_end: date) -> list[Levering]:
    """Every stay, taken apart into its days."""
    leveringen: list[Levering] = []
    readable: list[tuple[str, tuple[Any, ...], Levering]] = []
    stays: list[tuple[Levering, date, date | None]] = []
    for row in scenario.verblijf:
        try:
            begin = parse_date(text(row, "begindatum"))
            end = parse_end(text(row, "einddatum"))
            if end is not None and end < begin:
                raise FaultError("einddatum")
            stay = Levering(
                soort="verblijf",
                bron=required(text(row, "id")),
                datum=begin,
                bsn=parse_bsn(row.get("bsn", "")),
                prestatiecode=read_code(row),
                nummer=parse_number(text(row, "toewijzingnummer"), 999999999) if text(row, "toewijzingnummer") else None,
                gemeente=parse_digits(text(row, "gemeente"), 4) if text(row, "gemeente") else "",
                aanwezig=text(row, "aanwezigheid") in ("", "aanwezig"),
            )
        except FaultError:
            leveringen.append(Levering("verblijf", text(row, "id"), None, "ongeldig"))
            continue
        readable.append((stay.bron, (*vars(stay).values(), end, text(row, "aanwezigheid")), stay))
        stays.append((stay, begin, end))
    set_doubles_aside(readable)
    for stay, begin, end in stays:
        days = days_between(begin, period_end if end is None else end)
        if end is None and begin > period_end:
            days = [begin]
        for day in days:
            values = vars(stay) | {"datum": day, "last_day": day == end, "stay_begin": begin}
            leveringen.append(Levering(**values))
    return leveringen


# --- The period, and step 2: billable? --------------------------------------------------------------------------------


def set_outside_period_aside(levering: Levering, scenario: Scenario, first: date, last: date) -> str:
    """Later than the period, too old, or of an earlier month."""
    if levering.day > last:
        return "na_periode"
    if levering.day < FIRST_DAY_OF_MPJ or is_too_old(last_of_month(levering.day), scenario.dagtekening):
        return "te_oud"
    if levering.day < first and not scenario.nalevering:
        return "voor_periode"
    return ""


def set_not_billable_aside(levering: Levering) -> str:
    """Only direct client time that took place; only days present."""
    if levering.tijdsoort != "direct":
        return "niet_direct"
    if levering.status in ("niet_verschenen", "geannuleerd"):
        return "niet_gerealiseerd"
    if not levering.aanwezig:
        return "afwezig"
    return ""


# --- Step 3: the match ------------------------------------------------------------------------------------------------


def find_by_number(levering: Levering, toewijzingen: list[Toewijzing]) -> Toewijzing | str:
    """The number on the record, among the client's own toewijzingen."""
    found = [t for t in toewijzingen if t.bsn == levering.bsn and t.nummer == levering.nummer]
    if levering.gemeente:
        found = [t for t in found if t.gemeente == levering.gemeente]
    if not found:
        return "toewijzing_onbekend"
    found = [t for t in found if not t.removed]
    if not found:
        return "toewijzing_verwijderd"
    found = [t for t in found if valid_on(t, levering.day)]
    if not found:
        return "buiten_toewijzing"
    found = [t for t in found if t.mpj]
    if not found:
        return "niet_mpj"
    if levering.prestatiecode:
        found = [t for t in found if covers(t, levering.prestatiecode)]
        if not found:
            return "prestatiecode_niet_toegewezen"
    else:
        found = [t for t in found if t.soort == "specifiek"]
        if not found:
            return "prestatiecode_ontbreekt"
    return found[0] if len(found) == 1 else "meerdere_toewijzingen"


def find_by_search(levering: Levering, toewijzingen: list[Toewijzing], contracten: list[Contract]) -> Toewijzing | str:
    """The toewijzing of the client that fits best, never a guess."""
    known = {contract.aanbieder for contract in contracten}
    found = [t for t in toewijzingen if t.bsn == levering.bsn and not t.removed and t.aanbieder in known]
    if levering.gemeente:
        found = [t for t in found if t.gemeente == levering.gemeente]
    found = [t for t in found if valid_on(t, levering.day)]
    if not found:
        return "geen_toewijzing"
    found = [t for t in found if t.mpj]
    if not found:
        return "niet_mpj"
    if not levering.prestatiecode:
        found = [t for t in found if t.soort == "specifiek"]
        if not found:
            return "prestatiecode_ontbreekt"
        return found[0] if len(found) == 1 else "meerdere_toewijzingen"
    found = [t for t in found if covers(t, levering.prestatiecode)]
    if not found:
        return "prestatiecode_niet_toegewezen"
    if len({(t.gemeente, t.aanbieder) for t in found}) > 1:
        return "meerdere_toewijzingen"
    for soort in ("specifiek", "aspecifiek", "generiek"):
        of_soort = [t for t in found if t.soort == soort]
        if of_soort:
            first_end = min(t.end or date.max for t in of_soort)
            first = [t for t in of_soort if (t.end or date.max) == first_end]
            return first[0] if len(first) == 1 else "meerdere_toewijzingen"
    raise AssertionError("one of the three")


def find_toewijzing(levering: Levering, toewijzingen: list[Toewijzing], hidden: list[Hidden], contracten: list[Contract]) -> str:
    """The toewijzing on the date of delivery, and the prestatiecode it is for."""
    if levering.nummer is not None:
        found = find_by_number(levering, toewijzingen)
    else:
        found = find_by_search(levering, toewijzingen, contracten)
    if found in ("geen_toewijzing", "toewijzing_onbekend") and is_hidden(levering, hidden):
        return "toewijzing_ongeldig"
    if isinstance(found, str):
        return found
    levering.toewijzing = found
    levering.code = levering.prestatiecode or found.prestatiecodes[0]
    return ""


def find_contract(levering: Levering, contracten: list[Contract]) -> str:
    """The contract and perceel on the date of delivery."""
    toewijzing, code, day = levering.toewijzing, levering.code, levering.day
    assert toewijzing is not None
    valid = [
        contract
        for contract in contracten
        if contract.aanbieder == toewijzing.aanbieder
        and toewijzing.gemeente in contract.gemeenten
        and contract.begin <= day <= contract.end
    ]
    if not valid:
        return "geen_contract"
    for contract in valid:
        if code in contract.producten and price_on(contract, "", code, "", day) is not None:
            levering.contract, levering.perceel = contract, ""
            return ""
    pairs = [
        (contract, perceel)
        for contract in valid
        for perceel, gemeenten in contract.percelen.items()
        if not gemeenten or toewijzing.gemeente in gemeenten
    ]
    if toewijzing.perceel:
        pairs = [(contract, perceel) for contract, perceel in pairs if perceel == toewijzing.perceel]
        if not pairs:
            return "perceel_onbekend"
    pairs = [(contract, perceel) for contract, perceel in pairs if has_any_price(contract, perceel, code, day)]
    if not pairs:
        return "prestatiecode_niet_gecontracteerd"
    explicit = [(contract, perceel) for contract, perceel in pairs if contract.percelen[perceel]]
    if explicit and not toewijzing.perceel:
        pairs = explicit
    if len(pairs) > 1:
        return "perceel_onbekend"
    levering.contract, levering.perceel = pairs[0]
    return ""


def find_kind_of_price(levering: Levering) -> str:
    """With or without level, and per which normtijd."""
    _, contract = levering.match
    code, perceel, day = levering.code, levering.perceel, levering.day
    if code in contract.producten:
        levering.groep = levering.groep or "individueel"
        levering.normtijd = NORMTIJD_OF_VARIANT[text(contract.producten[code], "variant")]
        stay = levering.soort == "verblijf"
        return "eenheid_past_niet" if stay != (levering.normtijd == "etmaal") else ""
    hulpvorm = int(code.split(".")[0])
    normtijd = normtijd_of(contract, code)
    soort = levering.groep or ("groep" if hulpvorm == 4 else "individueel")
    levering.groep = soort
    rows = [
        cell.niveau for cell in contract.cells if (cell.perceel, cell.prestatiecode) == (perceel, code) and cell.cents is not None
    ]
    has_level_cells = any(niveau != "" for niveau in rows)

    if levering.soort == "verblijf":
        if normtijd != "etmaal":
            return "eenheid_past_niet"
        per_level = False
    elif soort == "groep":
        if normtijd == "etmaal":
            return "eenheid_past_niet"
        per_level = False
    elif hulpvorm == 10:
        per_level = False
    elif hulpvorm in (11, 12, 13):
        per_level = has_level_cells
        if has_level_cells and "" in rows:
            normtijd = "kwartier"
    else:
        per_level = True
        if PRESTATIECODES[code][1] is False:
            normtijd = "kwartier"

    if per_level and not contracted_levels(contract, perceel, code, day):
        return "prestatiecode_niet_gecontracteerd"
    if not per_level and price_on(contract, perceel, code, "", day) is None:
        return "prestatiecode_niet_gecontracteerd"
    if levering.soort == "registratie" and normtijd == "etmaal":
        return "eenheid_past_niet"
    levering.per_level, levering.normtijd = per_level, normtijd
    return ""


def find_unit(levering: Levering) -> str:
    """The unit on the wire: of a specific toewijzing that names one, else of the contract."""
    toewijzing, contract = levering.match
    normtijd = levering.normtijd
    assigned = toewijzing.eenheid if toewijzing.soort == "specifiek" else ""
    if assigned and assigned not in UNITS_OF_NORMTIJD[normtijd]:
        return "eenheid_past_niet"
    if normtijd == "kwartier":
        in_pieces = assigned == "84" if assigned else contract.settings["eenheid_kwartier"] == "stuk"
        levering.wire = "84" if in_pieces else "01"
    elif normtijd == "uur":
        usual = {"minuut": "01", "uur": "04"}[contract.settings["eenheid_uur"]]
        if levering.code in contract.producten:
            usual = text(contract.producten[levering.code], "eenheid") or UNIT_OF_VARIANT["uur"]
        in_minutes = (assigned or usual) == "01"
        levering.wire = "01" if in_minutes else "04"
    else:
        (levering.wire,) = UNITS_OF_NORMTIJD[normtijd]
    if normtijd in MINUTES_OF_NORMTIJD and levering.minuten is None:
        return "ongeldig"
    return ""


def find_too_old(levering: Levering, scenario: Scenario) -> str:
    """Once the toewijzing is known: a product period that ended too long ago."""
    assert levering.toewijzing is not None
    return "te_oud" if is_too_old(product_period(levering.toewijzing, levering.day)[1], scenario.dagtekening) else ""


def find_last_day(levering: Levering) -> str:
    """Once the contract is known: a last day that does not count."""
    _, contract = levering.match
    return "afwezig" if levering.last_day and contract.settings["laatste_dag"] == "telt_niet" else ""


# --- Planned and realised ---------------------------------------------------------------------------------------------


def beside(levering: Levering, leveringen: list[Levering], statuses: tuple[str, ...]) -> list[Levering]:
    """The records that belong to this one."""
    return [
        other
        for other in leveringen
        if other is not levering
        and other.soort == "registratie"
        and other.counts_in_planning
        and other.status in statuses
        and levering.afspraak
        and (other.afspraak, other.bsn) == (levering.afspraak, levering.bsn)
        and (other.medewerker == levering.medewerker or not other.medewerker or not levering.medewerker)
    ]


def judge_planning(levering: Levering, leveringen: list[Levering]) -> str:
    """Planned time by the registratiewijze of the contract."""
    _, contract = levering.match
    wijze = contract.settings["registratiewijze"]
    cancelled = ("niet_verschenen", "geannuleerd")
    if levering.status == "gepland":
        realised = beside(levering, leveringen, ("gerealiseerd",))
        if wijze == "realisatie" or beside(levering, leveringen, cancelled):
            return "niet_gerealiseerd"
        if wijze == "planning-tenzij" and realised:
            return "vervangen"
        if contract.settings["bevestiging"] and not levering.bevestigd and not (wijze == "planning" and realised):
            return "niet_bevestigd"
    elif levering.soort == "registratie" and wijze == "planning":
        for plan in beside(levering, leveringen, ("gepland",)):
            if not beside(plan, leveringen, cancelled):
                return "vervangen"
    return ""


# --- Step 4: the level ------------------------------------------------------------------------------------------------


def find_delivered_level(levering: Levering, medewerkers: list[Row] | None) -> None:
    """The file of medewerkers decides where the record names one."""
    if medewerkers is None or not levering.medewerker:
        return
    levering.niveau = ""
    for row in medewerkers:
        if text(row, "medewerker") == levering.medewerker and parse_date(text(row, "begindatum")) <= levering.day:
            end = parse_end(text(row, "einddatum"))
            if end is None or levering.day <= end:
                levering.niveau = text(row, "kwalificatieniveau")


def find_billed_level(levering: Levering) -> str:
    """As delivered, else the highest contracted level below it; never above the maximum of the toewijzing."""
    toewijzing, contract = levering.match
    if not levering.per_level:
        return ""
    if not levering.niveau:
        return "niveau_onbekend"
    delivered = LEVELS.index(levering.niveau)
    levels = contracted_levels(contract, levering.perceel, levering.code, levering.day)
    levels = [level for level in levels if LEVELS.index(level) <= delivered]
    if not levels:
        return "niveau_te_laag"
    if toewijzing.maximum:
        levels = [level for level in levels if LEVELS.index(level) <= LEVELS.index(toewijzing.maximum)]
    if not levels:
        return "niveau_niet_gecontracteerd"
    levering.billed_level = levels[-1]
    return ""


def find_productcode(levering: Levering) -> str:
    """The code of the line; a contract may insist on the assigned one."""
    toewijzing, contract = levering.match
    levering.productcategorie, levering.productcode = code_of_line(
        contract, levering.perceel, toewijzing, levering.code, levering.billed_level
    )
    insists = contract.settings["tr340"] == "productcode"
    if insists and toewijzing.productcode and levering.productcode != toewijzing.productcode:
        return "productcode_niet_toegewezen"
    return ""


# --- Step 5: presence -------------------------------------------------------------------------------------------------


def count_time(levering: Levering) -> str:
    """Minutes or pieces as recorded; nothing, or less than the threshold, does not count."""
    _, contract = levering.match
    if levering.soort == "verblijf":
        levering.counted = 1
        return ""
    if levering.normtijd not in MINUTES_OF_NORMTIJD:
        levering.counted = levering.aantal
        return "" if levering.aantal > 0 else "geen_tijd"
    assert levering.minuten is not None
    if levering.minuten == 0 or levering.minuten < contract.settings[levering.normtijd]["drempel"]:
        return "geen_tijd"
    levering.counted = levering.minuten
    return ""


def same_toewijzing_and_day(levering: Levering, leveringen: list[Levering]) -> list[Levering]:
    """The open records on the same toewijzing and date."""
    return [other for other in leveringen if other.toewijzing is levering.toewijzing and other.datum == levering.datum]


def is_group_time(levering: Levering) -> bool:
    """Group time without level, counted in minutes."""
    return (
        levering.soort == "registratie"
        and levering.groep == "groep"
        and not levering.per_level
        and levering.normtijd in MINUTES_OF_NORMTIJD
    )


def count_presence(leveringen: list[Levering]) -> None:
    """A client is present once, however many professionals lead the group."""
    group_time = [levering for levering in leveringen if is_group_time(levering)]
    for levering in group_time:
        together = same_toewijzing_and_day(levering, group_time)
        timed = [other for other in together if other.begin is not None]
        if levering.begin is None:
            longest = min(together, key=lambda other: (-(other.minuten or 0), other.bron))
            if timed or longest is not levering:
                levering.reden = "dubbele_aanwezigheid"
            continue
        covered: set[int] = set()
        for other in sorted(timed, key=lambda other: (other.begin, other.bron)):
            assert other.begin is not None
            assert other.minuten is not None
            present = set(range(other.begin, other.begin + other.minuten))
            if other is levering:
                levering.counted = len(present - covered)
            covered |= present
        # judged below, so that what adds nothing still stands among the others
    for levering in group_time:
        if levering.counted == 0:
            levering.reden = "dubbele_aanwezigheid"


def count_days(leveringen: list[Levering]) -> None:
    """A day recorded twice counts for the stay that began first, then the lowest id."""
    days = [levering for levering in leveringen if levering.soort == "verblijf"]
    for levering in days:
        first = min(same_toewijzing_and_day(levering, days), key=lambda other: (other.stay_begin, other.bron))
        if first is not levering:
            levering.reden = "dubbele_dag"


# --- Step 6: round ----------------------------------------------------------------------------------------------------


def line_key(levering: Levering) -> tuple[Any, ...]:
    """What makes one line: toewijzing, product code and month (with what lies behind the code)."""
    toewijzing, contract = levering.match
    return (
        toewijzing.gemeente,
        toewijzing.nummer,
        contract.id,
        levering.perceel,
        levering.code,
        levering.productcategorie,
        levering.productcode,
        levering.wire,
        first_of_month(levering.day),
    )


def round_half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number, a half goes up."""
    return (2 * numerator + denominator) // (2 * denominator)


def round_minutes(minutes: int, normtijd: str, rounding: dict[str, Any]) -> int:
    """Minutes to normed units."""
    unit = MINUTES_OF_NORMTIJD[normtijd]
    if minutes == 0:
        return 0
    if rounding["wijze"] == "rekenkundig":
        units = round_half_up(minutes, unit)
    elif rounding["wijze"] == "naar_boven":
        units = -(-minutes // unit)
    else:
        units = minutes // unit
    return int(max(units, rounding["minimum"]))


def is_exact(levering: Levering) -> bool:
    """An hour price declared in minutes is not rounded."""
    return levering.normtijd == "uur" and levering.wire == "01"


def sum_key(levering: Levering) -> tuple[Any, ...]:
    """The minutes that are rounded together."""
    over = levering.match[1].settings[levering.normtijd]["over"]
    if over == "contact":
        return (levering.bron,)
    if over == "dag":
        return (*line_key(levering), levering.day)
    return line_key(levering)


def round_to_units(leveringen: list[Levering]) -> None:
    """Every record gets its share of the rounded sum; records of a sum that rounds to 0 are set aside."""
    for levering in leveringen:
        if levering.normtijd not in MINUTES_OF_NORMTIJD or is_exact(levering):
            levering.units = levering.counted
            continue
        rounding = levering.match[1].settings[levering.normtijd]
        together = [
            other
            for other in leveringen
            if other.normtijd == levering.normtijd
            and other.match[1] is levering.match[1]
            and not is_exact(other)
            and sum_key(other) == sum_key(levering)
        ]
        before = sum(o.counted for o in together if (o.day, o.bron) < (levering.day, levering.bron))
        levering.units = round_minutes(before + levering.counted, levering.normtijd, rounding) - round_minutes(
            before, levering.normtijd, rounding
        )
        if round_minutes(sum(other.counted for other in together), levering.normtijd, rounding) == 0:
            levering.reden = "geen_tijd"


# --- Steps 7 and 8: limit and price -----------------------------------------------------------------------------------


def quantity(levering: Levering, eenheid: str) -> int | None:
    """What one unit of this record takes of an omvang in that unit; None where it does not count against it."""
    minutes = {"01": 15 if levering.normtijd == "kwartier" else 1, "04": 60}
    if eenheid in ("01", "04"):
        return minutes.get(levering.wire)
    if eenheid != levering.wire:
        return None
    return 2 if levering.normtijd == "hele_dag" else 1


def weeks(first: date, last: date) -> int:
    """The number of ISO weeks touched."""
    return len({day.isocalendar()[:2] for day in days_between(first, last)})


def months(first: date, last: date) -> int:
    """The number of calendar months touched."""
    return len({(day.year, day.month) for day in days_between(first, last)})


def times(frequentie: str, first: date, last: date) -> int:
    """How many times the volume of an omvang may be used from first to last."""
    return {"1": len(days_between(first, last)), "2": weeks(first, last), "4": months(first, last)}[frequentie]


def maxima(toewijzing: Toewijzing, day: date) -> dict[str, int]:
    """The limits that hold on a day, by name: cents for the budget, minutes or units for the omvang."""
    found: dict[str, int] = {}
    if toewijzing.budget is not None:
        found["budget"] = toewijzing.budget
    if toewijzing.frequentie:
        volume = toewijzing.volume * 60 if toewijzing.eenheid == "04" else toewijzing.volume
        if toewijzing.frequentie == "6":
            found["totaal"] = volume
        else:
            period = product_period(toewijzing, day)
            found[f"periode {period[0]:%Y-%m}"] = volume * times(toewijzing.frequentie, *period)
            if toewijzing.end is not None:
                found["totaal"] = volume * times(toewijzing.frequentie, toewijzing.begin, toewijzing.end)
    return found


def cents_of(levering: Levering, units: int, before: int) -> int:
    """The price of so many units, when `before` units stand on the line already."""
    contract = levering.match[1]
    price = price_on(contract, levering.perceel, levering.code, levering.billed_level, levering.day)
    assert price is not None
    if is_exact(levering):
        return round_half_up(price * (before + units), 60) - round_half_up(price * before, 60)
    return price * units


def usage(levering: Levering, limit: tuple[Any, ...], units: int, before: int) -> int:
    """What so many units take of a limit: cents of a budget, minutes or units of an omvang."""
    if limit[2] == "budget":
        return cents_of(levering, units, before)
    return units * (quantity(levering, levering.match[0].eenheid) or 0)


def limit_and_price(leveringen: list[Levering]) -> None:
    """Record by record, in order of date and id, until a limit is reached."""
    used: dict[tuple[Any, ...], int] = {}
    on_line: dict[tuple[Any, ...], int] = {}
    closed: set[tuple[Any, ...]] = set()
    for levering in sorted(leveringen, key=lambda levering: (levering.day, levering.bron)):
        toewijzing, contract = levering.match
        line = line_key(levering)
        limits = {
            (toewijzing.gemeente, toewijzing.nummer, name): maximum
            for name, maximum in maxima(toewijzing, levering.day).items()
            if name == "budget" or quantity(levering, toewijzing.eenheid) is not None
        }
        before = on_line.get(line, 0)
        shut = [limit for limit in limits if limit in closed]
        if shut:
            levering.reden = name_limit(shut)
            continue
        fits: dict[tuple[Any, ...], int] = {}
        for limit, maximum in limits.items():
            fits[limit] = levering.units
            while fits[limit] > 0 and used.get(limit, 0) + usage(levering, limit, fits[limit], before) > maximum:
                fits[limit] -= 1
        allowed = min(fits.values(), default=levering.units)
        if allowed < levering.units:
            crossed = [limit for limit in limits if fits[limit] == allowed]
            closed |= set(crossed)
            if allowed == 0 or contract.settings["bij_overschrijding"] == "hele_contacten":
                levering.reden = name_limit(crossed)
                continue
            levering.units = allowed
            levering.afgetopt = True
        levering.cents = cents_of(levering, levering.units, before)
        for limit in limits:
            used[limit] = used.get(limit, 0) + usage(levering, limit, levering.units, before)
        on_line[line] = before + levering.units


def name_limit(limits: list[tuple[Any, ...]]) -> str:
    """The budget is named before the omvang."""
    return "budget_overschreden" if any(limit[2] == "budget" for limit in limits) else "omvang_overschreden"


# --- Step 9: the lines ------------------------------------------------------------------------------------------------


def make_line(behind: list[Levering]) -> dict[str, Any]:
    """One line from the records behind it."""
    behind = sorted(behind, key=lambda levering: (levering.day, levering.bron))
    first = behind[0]
    toewijzing, contract = first.match
    period = product_period(toewijzing, first.day)
    volume = sum(levering.units for levering in behind)
    on_wire = volume
    if first.normtijd == "kwartier" and first.wire == "01":
        on_wire = volume * 15
    if first.normtijd == "hele_dag":
        on_wire = volume * 2
    return {
        "contract": contract.id,
        "aanbieder": contract.aanbieder,
        "gemeente": toewijzing.gemeente,
        "bsn": toewijzing.bsn,
        "toewijzingnummer": toewijzing.nummer,
        "perceel": first.perceel,
        "prestatiecode": "" if first.code in contract.producten else first.code,
        "kwalificatieniveau": first.billed_level,
        "productcategorie": first.productcategorie,
        "productcode": first.productcode,
        "begindatum": period[0],
        "einddatum": period[1],
        "volume": volume,
        "normtijd": first.normtijd,
        "tarief_cent": price_on(contract, first.perceel, first.code, first.billed_level, first.day),
        "bedrag_cent": sum(levering.cents for levering in behind),
        "eenheid": first.wire,
        "volume_bericht": on_wire,
        "herkomst": [
            (item.soort, item.bron, item.datum, item.minuten, item.niveau, item.units, item.cents, item.afgetopt) for item in behind
        ],
    }


def make_lines(leveringen: list[Levering]) -> list[dict[str, Any]]:
    """One line per toewijzing, product code and product period; no lines of zero."""
    lines = []
    for key in sorted({line_key(levering) for levering in leveringen}):
        behind = [levering for levering in leveringen if line_key(levering) == key]
        line = make_line(behind)
        if line["volume"] == 0 or line["bedrag_cent"] == 0:
            for levering in behind:
                levering.reden = "geen_tijd"
        else:
            lines.append(line)
    order = ("gemeente", "bsn", "toewijzingnummer", "productcode", "begindatum", "contract", "perceel")
    return sorted(lines, key=lambda line: [line[column] for column in order])


# --- All steps in their order -----------------------------------------------------------------------------------------


def still_open(leveringen: list[Levering]) -> list[Levering]:
    """The records that nothing set aside yet."""
    return [levering for levering in leveringen if not levering.reden]


def declare(scenario: Scenario) -> Outcome:
    """Declare one month, step by step."""
    outcome = Outcome(regels=[], uitval=[])
    first = parse_date(scenario.periode + "-01")
    last = last_of_month(first)
    contracten = [read_contract(spec) for spec in scenario.contracten]
    toewijzingen = read_toewijzingen(scenario, contracten, outcome)
    hidden = find_hidden(scenario, toewijzingen)
    leveringen = read_registraties(scenario) + read_verblijf(scenario, last)

    for levering in still_open(leveringen):
        levering.reden = (
            set_outside_period_aside(levering, scenario, first, last)
            or set_not_billable_aside(levering)
            or find_toewijzing(levering, toewijzingen, hidden, contracten)
            or find_too_old(levering, scenario)
            or find_contract(levering, contracten)
            or find_kind_of_price(levering)
            or find_unit(levering)
            or find_last_day(levering)
            or judge_planning(levering, leveringen)
        )
    for levering in still_open(leveringen):
        find_delivered_level(levering, scenario.medewerkers)
        levering.reden = find_billed_level(levering) or find_productcode(levering) or count_time(levering)
    count_presence(still_open(leveringen))
    count_days(still_open(leveringen))
    round_to_units(still_open(leveringen))
    limit_and_price(still_open(leveringen))
    outcome.regels = make_lines(still_open(leveringen))
    outcome.uitval += [(item.soort, item.bron, item.datum, item.reden) for item in leveringen if item.reden]
    return outcome

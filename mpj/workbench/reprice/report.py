"""A repricing as tables, as a report and as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from mpj.contract import Contract
from mpj.contract.matrix import percentage
from mpj.output.shape import SAMENVATTING
from mpj.output.write import write_json
from mpj.presentation import csv, html, words
from mpj.presentation.languages import Readers
from mpj.presentation.report import Column, Part, Report, Row, Table, Waterfall, WaterfallStep
from mpj.presentation.translation import translated_report
from mpj.tariefkaart import compile_tariefkaart
from mpj.version import __version__
from mpj.workbench.reprice.values import VERVALT, WEIGERINGEN, Bedragen, Herberekening, Sleutel

_Order: TypeAlias = Callable[[Sleutel], tuple[object, ...]]
_Names: TypeAlias = Mapping[str, str]

_ZONDER = {"": "zonder"}
_BESIDE = {"": "buiten MPJ"}
_EMPTY = {"perceel": _BESIDE, "kwalificatieniveau": {"": "zonder niveau"}}
"""What people read where a dimension has no value."""
_VOLUME = Column("volume", "units", "volume", spare=True)
_MONEY = (
    Column("oud", "cent", "oud_cent"),
    Column("nieuw", "cent", "nieuw_cent"),
    Column("verschil", "cent", "verschil_cent", signed=True),
    Column("%", "percent", signed=True),
)
DIMENSIONS: Mapping[str, Callable[[Sleutel], str]] = {
    "gemeente": lambda key: key.gemeente,
    "perceel": lambda key: key.perceel,
    "prestatiecode": lambda key: key.prestatiecode,
    "kwalificatieniveau": lambda key: key.kwalificatieniveau,
}
EFFECTS = (("Prijs", "prijs"), ("Niveau", "niveau"), ("Afronding, eenheid", "eenheid"), ("Niet betaald", "vervallen"))
_MOVERS = 10
_FEW = 3
"""So many contracts are named in a title."""
NIET_BETAALD = "niet betaald"
_EFFECTS = (
    "Prijs: hetzelfde niveau, een andere prijs. Niveau: hetzelfde werk wordt op een ander niveau betaald. Creditregels tellen "
    "negatief."
)


def _party(label: str, namen: _Names) -> Column:
    """Return the column of gemeenten or aanbieders; people read their names beside the codes."""
    return Column(label, "code", label, {code: words.named(code, namen) for code in namen})


def _group(namen: _Names) -> tuple[Column, ...]:
    return (
        _party("gemeente", namen),
        Column("perceel", "code", "perceel", _BESIDE),
        Column("code", "code", "prestatiecode"),
        Column("niveau", "code", "kwalificatieniveau", _ZONDER),
    )


def order_of(contracts: Sequence[Contract]) -> _Order:
    """Return the sort key of groups: gemeente, perceel, prestatiecode (per part, products after them), level from low up."""
    protocol = contracts[0].protocol
    codes = {code: place for place, code in enumerate(protocol.prestatiecodes)}
    levels = {"": -1} | {name: level.rang for name, level in protocol.kwalificatieniveaus.items()}

    def order(key: Sleutel) -> tuple[object, ...]:
        code = key.prestatiecode
        return key.gemeente, key.perceel, (codes.get(code, len(codes)), code), levels[key.kwalificatieniveau]

    return order


def movers(outcome: Herberekening) -> list[tuple[Sleutel, Bedragen]]:
    """Return the groups whose cost changes most, largest first; groups that do not change are left out."""
    moved = [(key, sums) for key, sums in outcome.groepen.items() if sums.verschil]
    moved.sort(key=lambda item: (-abs(item[1].verschil), *_texts(item[0])))
    return moved[:_MOVERS]


def per_dimension(outcome: Herberekening, name: str) -> dict[str, Bedragen]:
    """Return the sums per gemeente, perceel, prestatiecode or kwalificatieniveau."""
    take, result = DIMENSIONS[name], dict[str, Bedragen]()
    for key, sums in outcome.groepen.items():
        result.setdefault(take(key), Bedragen()).add(sums)
    return result


def _texts(key: Sleutel) -> tuple[str, str, str, str]:
    return key.gemeente, key.perceel, key.prestatiecode, key.kwalificatieniveau


def _money_of(sums: Bedragen) -> Row:
    return sums.oud, sums.nieuw, sums.verschil, percentage(sums.oud, sums.nieuw)


def groups(outcome: Herberekening, order: _Order, namen: _Names) -> Table:
    """Return one row per group; the level is the one the lines were billed at, volume in normed units."""
    found = sorted(outcome.groepen, key=order)
    rows = ((*_texts(key), outcome.groepen[key].volume, *_money_of(outcome.groepen[key])) for key in found)
    total = ("totaal", "", "", None, outcome.totaal.volume, *_money_of(outcome.totaal))
    return Table("Herberekening", (*_group(namen), _VOLUME, *_MONEY), rows, total)


def shifts(outcome: Herberekening, order: _Order, namen: _Names) -> Table:
    """Return one row per group and new level, where care moves to another level or would not be paid."""
    columns = (*_group(namen), Column("wordt", "code", "nieuw_niveau", _ZONDER), _VOLUME, *_MONEY)
    return Table("Werk dat op een ander niveau wordt betaald", columns, _shift_rows(outcome, order))


def _shift_rows(outcome: Herberekening, order: _Order) -> Iterator[Row]:
    for key, level in sorted(outcome.verschuivingen, key=lambda item: (order(item[0]), item[1] or "")):
        if level != key.kwalificatieniveau:
            sums = outcome.verschuivingen[key, level]
            yield (*_texts(key), NIET_BETAALD if level is None else level, sums.volume, *_money_of(sums))


def summary(outcome: Herberekening, oud: Sequence[Contract], nieuw: Sequence[Contract], **extra: Any) -> dict[str, Any]:
    """Return ``samenvatting.json`` (schema: mpj/workbench/schemas/herberekening.json); money in eurocents."""
    total = outcome.totaal
    order = order_of(oud)
    return {
        "formaat": 1,
        "soort": "herberekening",
        "versie": __version__,
        "volledig": outcome.volledig,
        "oud": [_contract(contract) for contract in oud],
        "nieuw": [_contract(contract) for contract in nieuw],
        **extra,
        "regels": total.regels,
        "regels_uit_herkomst": outcome.uit_herkomst,
        "oud_cent": total.oud,
        "nieuw_cent": total.nieuw,
        "verschil_cent": total.verschil,
        "effecten": {f"{field}_cent": getattr(total, field) for _, field in EFFECTS},
        "vervallen": {reason: _reason(sums) for reason, sums in sorted(outcome.vervallen.items())},
        "geweigerd": {reason: _reason(sums) for reason, sums in sorted(outcome.geweigerd.items())},
        **{f"per_{name}": {value: _money(sums) for value, sums in _sorted(outcome, name, order)} for name in DIMENSIONS},
        "grootste": [dict(zip(DIMENSIONS, _texts(key), strict=True)) | _money(sums) for key, sums in movers(outcome)],
    }


def _sorted(outcome: Herberekening, name: str, order: _Order) -> list[tuple[str, Bedragen]]:
    first: dict[str, int] = {}
    place = list(DIMENSIONS).index(name)
    for rank, key in enumerate(sorted(outcome.groepen, key=lambda key: order(key)[place:])):
        first.setdefault(DIMENSIONS[name](key), rank)
    sums = per_dimension(outcome, name)
    return [(value, sums[value]) for value in sorted(sums, key=first.__getitem__)]


def _contract(contract: Contract) -> dict[str, str]:
    return {"id": contract.id, "tariefkaart": compile_tariefkaart(contract).hash}


def _reason(sums: Bedragen) -> dict[str, int]:
    return {"regels": sums.regels, "oud_cent": sums.oud}


def _money(sums: Bedragen) -> dict[str, int]:
    return {"oud_cent": sums.oud, "nieuw_cent": sums.nieuw, "verschil_cent": sums.verschil}


def waterfall(outcome: Herberekening) -> Waterfall:
    """Return the way from the old cost to the new: the effects that are not zero."""
    total = outcome.totaal
    found = [(name, getattr(total, field)) for name, field in EFFECTS if getattr(total, field) or field in ("prijs", "niveau")]
    changes = [WaterfallStep(name, value) for name, value in found]
    return Waterfall(
        "Van oud naar nieuw", (WaterfallStep("Oud", total.oud, True), *changes, WaterfallStep("Nieuw", total.nieuw, True))
    )


def report(
    outcome: Herberekening, oud: Sequence[Contract], nieuw: Sequence[Contract], moment: str, namen: _Names = words.NO_NAMES
) -> Report:
    """Return the outcome to read; `moment` says in Dutch which prices were used, `namen` stand beside codes."""
    total = outcome.totaal
    facts = (
        ("oud", words.euros(total.oud)),
        ("nieuw", words.euros(total.nieuw)),
        ("verschil", words.euros(total.verschil, signed=True)),
        ("in procenten", words.EMPTY if not total.oud else words.percent(percentage(total.oud, total.nieuw) or 0, signed=True)),
        ("herberekend", f"{words.counted(total.regels, 'regel')}, {words.number(outcome.uit_herkomst)} met de herkomst"),
    )
    title = f"Herberekening {_named(oud)} → {_named(nieuw)}"
    parts: list[Part] = [f"Dezelfde zorg, andere tarieven. {moment}", *notes(outcome), waterfall(outcome), _EFFECTS]
    parts.append(Table(f"De {_MOVERS} grootste verschillen", (*_group(namen), *_MONEY), _mover_rows(outcome)))
    return Report(title, facts, tuple(parts), "mpj tariffs reprice · alleen groepen, geen cliënten")


def _named(contracts: Sequence[Contract]) -> str:
    """Return contracts in a title: by id, or how many they are."""
    return ", ".join(contract.id for contract in contracts) if len(contracts) <= _FEW else f"{len(contracts)} contracten"


def months(outcome: Herberekening) -> Table:
    """Return one row per contract of the lines and month of delivery."""
    columns = Column("contract", "code", "contract"), Column("maand", "code", "maand"), Column("regels", "count", "regels"), *_MONEY
    rows = ((*place, sums.regels, *_money_of(sums)) for place, sums in sorted(outcome.maanden.items()))
    total = ("totaal", "", outcome.totaal.regels, *_money_of(outcome.totaal))
    return Table("Per contract en maand", columns, rows, total)


def parties(oud: Sequence[Contract], nieuw: Sequence[Contract], namen: _Names = words.NO_NAMES) -> Table:
    """Return the contracts with the hash of what each of them pays, to compare with the other party's."""
    columns = (
        *(Column("", "code"), Column("contract", "code"), _party("aanbieder", namen)),
        *(Column("van", "date"), Column("t/m", "date"), Column("tariefkaart", "code")),
    )
    rows = (
        (side, contract.id, contract.aanbieder, contract.begindatum, contract.einddatum, compile_tariefkaart(contract).hash)
        for side, contracts in (("oud", oud), ("nieuw", nieuw))
        for contract in contracts
    )
    return Table("Contracten", columns, rows)


def _mover_rows(outcome: Herberekening) -> Iterator[Row]:
    return ((*_texts(key), *_money_of(sums)) for key, sums in movers(outcome))


def details(outcome: Herberekening, order: _Order, namen: _Names) -> tuple[Table, ...]:
    """Return what a page shows behind the report: the sums per month, gemeente and so on, and the shifts where there are any."""
    total = ("totaal", *_money_of(outcome.totaal))
    found = [
        Table(
            f"Per {name}",
            (_party(name, namen) if name == "gemeente" else Column(name, "code", words=_EMPTY.get(name, {})), *_MONEY),
            ((value, *_money_of(sums)) for value, sums in _sorted(outcome, name, order)),
            total,
        )
        for name in DIMENSIONS
    ]
    moved = shifts(outcome, order, namen)
    return (months(outcome), *found, *((moved,) if moved.rows else ()))


def notes(outcome: Herberekening) -> list[str]:
    """Return, as Dutch sentences, what could not be told, what would not be paid, and what was not judged again."""
    result = []
    for reason, sums in sorted(outcome.geweigerd.items()):
        lines = f"{words.counted(sums.regels, 'regel')}, {words.euros(sums.oud)}"
        result.append(f"Let op: niet herberekend en in geen van beide totalen: {lines}. De reden: {WEIGERINGEN[reason]}.")
    for reason, sums in sorted(outcome.vervallen.items()):
        result.append(f"Let op: {words.euros(sums.oud)} zou niet meer worden betaald: {VERVALT[reason]}.")
    return result + [f"Let op: {fault}." for fault in outcome.meldingen]


def write_reprice(
    stage: Path,
    outcome: Herberekening,
    oud: Sequence[Contract],
    nieuw: Sequence[Contract],
    moment: str,
    readers: Readers,
    *,
    workbook: bool,
    **extra: Any,
) -> Report:
    """Write every file of a repricing into `stage`, the workbook only if asked for; returns the report."""
    order, namen = order_of(oud), readers.namen
    found = report(outcome, oud, nieuw, moment, namen)
    tables = groups(outcome, order, namen), shifts(outcome, order, namen)
    for name, table in zip(("herberekening.csv", "verschuivingen.csv"), tables, strict=True):
        csv.write(stage / name, table)
    sides = parties(oud, nieuw, namen)
    page = Report(found.title, found.facts, (*found.parts, *details(outcome, order, namen), sides), found.origin)
    (stage / "herberekening.html").write_text(html.page(translated_report(page, readers.taal)), "utf-8", newline="\n")
    if workbook:
        from mpj.presentation import xlsx

        sheets = waterfall(outcome), months(outcome), *tables, sides
        book = Report(found.title, found.facts, sheets, found.origin)
        xlsx.write(stage / "herberekening.xlsx", translated_report(book, readers.taal))
    write_json(stage / SAMENVATTING, summary(outcome, oud, nieuw, **extra))
    return found

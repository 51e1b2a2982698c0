"""A repricing as files: ``herberekening.csv``, ``verschuivingen.csv``, ``samenvatting.json``, XLSX and a page with a waterfall."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from html import escape
from pathlib import Path
from typing import Any

from mpj.contract import Contract
from mpj.output.shape import SAMENVATTING
from mpj.output.write import write_csv, write_json
from mpj.tariefkaart import compile_tariefkaart
from mpj.version import __version__
from mpj.workbench.exact import euros, number, percent_text, percentage, signed
from mpj.workbench.page import facts, note, page, table
from mpj.workbench.pictures import Step, waterfall
from mpj.workbench.reprice.values import VERVALT, WEIGERINGEN, Bedragen, Herberekening, Sleutel

COLUMNS = ("gemeente", "perceel", "prestatiecode", "kwalificatieniveau", "volume", "oud_cent", "nieuw_cent", "verschil_cent")
SHIFT_COLUMNS = (*COLUMNS[:4], "nieuw_niveau", *COLUMNS[4:])
DIMENSIONS: Mapping[str, Callable[[Sleutel], str]] = {
    "gemeente": lambda key: key.gemeente,
    "perceel": lambda key: key.perceel,
    "prestatiecode": lambda key: key.prestatiecode,
    "kwalificatieniveau": lambda key: key.kwalificatieniveau,
}
EFFECTS = (("Prijs", "prijs"), ("Niveau", "niveau"), ("Afronding, eenheid", "eenheid"), ("Niet betaald", "vervallen"))
_MOVERS = 10
NIET_BETAALD = "niet betaald"


def order_of(contracts: Sequence[Contract]) -> Callable[[Sleutel], tuple[object, ...]]:
    """Return the sort key of groups: gemeente, perceel, prestatiecode (numeric per part), level from low to high."""
    protocol = contracts[0].protocol
    codes = {code: place for place, code in enumerate(protocol.prestatiecodes)}
    levels = {"": -1} | {name: level.rang for name, level in protocol.kwalificatieniveaus.items()}
    return lambda key: (key.gemeente, key.perceel, codes[key.prestatiecode], levels[key.kwalificatieniveau])


def movers(outcome: Herberekening, count: int = _MOVERS) -> list[tuple[Sleutel, Bedragen]]:
    """Return the groups whose cost changes most, largest first; groups that do not change are left out."""
    moved = [(key, sums) for key, sums in outcome.groepen.items() if sums.verschil]
    moved.sort(key=lambda item: (-abs(item[1].verschil), *_texts(item[0])))
    return moved[:count]


def per_dimension(outcome: Herberekening, name: str) -> dict[str, Bedragen]:
    """Return the sums per gemeente, perceel, prestatiecode or kwalificatieniveau."""
    take, result = DIMENSIONS[name], dict[str, Bedragen]()
    for key, sums in outcome.groepen.items():
        result.setdefault(take(key), Bedragen()).add(sums)
    return result


def _texts(key: Sleutel) -> tuple[str, str, str, str]:
    return key.gemeente, key.perceel, key.prestatiecode, key.kwalificatieniveau


def _volume(volume: Fraction) -> str:
    return str(volume.numerator) if volume.denominator == 1 else number(volume).replace(".", "")


def _cells(sums: Bedragen) -> tuple[str, str, str, str]:
    return _volume(sums.volume), str(sums.oud), str(sums.nieuw), str(sums.verschil)


def csv_rows(outcome: Herberekening, order: Callable[[Sleutel], tuple[object, ...]]) -> Iterator[tuple[str, ...]]:
    """Return one row per group; the level is the one the lines were billed at, volume in normed units."""
    for key in sorted(outcome.groepen, key=order):
        yield (*_texts(key), *_cells(outcome.groepen[key]))


def shift_rows(outcome: Herberekening, order: Callable[[Sleutel], tuple[object, ...]]) -> Iterator[tuple[str, ...]]:
    """Return one row per group and new level, where care moves to another level or would not be paid."""
    for key, level in sorted(outcome.verschuivingen, key=lambda item: (order(item[0]), item[1] or "")):
        if level != key.kwalificatieniveau:
            shown = NIET_BETAALD if level is None else level
            yield (*_texts(key), shown, *_cells(outcome.verschuivingen[key, level]))


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
        "grootste": [dict(zip(COLUMNS[:4], _texts(key), strict=True)) | _money(sums) for key, sums in movers(outcome)],
    }


def _sorted(outcome: Herberekening, name: str, order: Callable[[Sleutel], tuple[object, ...]]) -> list[tuple[str, Bedragen]]:
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


def steps(outcome: Herberekening) -> list[Step]:
    """Return the waterfall: old cost, the effects that are not zero, new cost."""
    total = outcome.totaal
    found = [(name, getattr(total, field)) for name, field in EFFECTS if getattr(total, field) or field in ("prijs", "niveau")]
    changes = [Step(name, value, signed(euros(value))) for name, value in found]
    return [
        Step("Oud", total.oud, euros(total.oud), True),
        *changes,
        Step("Nieuw", total.nieuw, euros(total.nieuw), True),
    ]


def html_page(outcome: Herberekening, oud: Sequence[Contract], nieuw: Sequence[Contract], moment: str) -> str:
    """Return the outcome as a self-contained page; `moment` says in Dutch which prices were used."""
    total, order = outcome.totaal, order_of(oud)
    title = f"Herberekening {', '.join(c.id for c in oud)} → {', '.join(c.id for c in nieuw)}"
    share = percent_text(percentage(total.oud, total.nieuw))
    items = [
        ("Oud", euros(total.oud)),
        ("Nieuw", euros(total.nieuw)),
        ("Verschil", signed(euros(total.verschil))),
        ("In procenten", share),
    ]
    body = [f"<h1>{escape(title)}</h1>", f"<p class='soft'>Dezelfde zorg, andere tarieven. {escape(moment)}</p>", facts(items)]
    body += [note(text) for text in notes(outcome)]
    body.append(waterfall(steps(outcome), "Van oud naar nieuw"))
    body.append(
        "<p class='soft'>Prijs: hetzelfde niveau, een andere prijs. Niveau: hetzelfde werk wordt op een ander niveau betaald. "
        "Creditregels tellen negatief.</p>"
    )
    body.append(f"<h2>De {_MOVERS} grootste verschillen</h2>")
    rows = [(*_shown(key), *_shown_money(sums)) for key, sums in movers(outcome)]
    body.append(table(("Gemeente", "Perceel", "Code", "Niveau", *_MONEY), rows, numeric=range(4, 8)))
    for name in DIMENSIONS:
        body.append(f"<h2>Per {escape(name)}</h2>")
        lines = [(value or "zonder niveau", *_shown_money(sums)) for value, sums in _sorted(outcome, name, order)]
        body.append(
            table((name.capitalize(), *_MONEY), [*lines, ("Totaal", *_shown_money(total))], numeric=range(1, 5), total=True)
        )
    shifts = [_shown_shift(row) for row in shift_rows(outcome, order)]
    if shifts:
        body.append("<h2>Werk dat op een ander niveau wordt betaald</h2>")
        header = ("Gemeente", "Perceel", "Code", "Niveau", "Wordt", "Volume", "Oud", "Nieuw", "Verschil")
        body.append(table(header, shifts, numeric=range(5, 9)))
    return page(title, "\n".join(body), footer="mpj tariffs reprice · alleen groepen, geen cliënten")


_MONEY = ("Oud", "Nieuw", "Verschil", "%")


def _shown(key: Sleutel) -> tuple[str, ...]:
    return key.gemeente, key.perceel, key.prestatiecode, key.kwalificatieniveau or "zonder"


def _shown_money(sums: Bedragen) -> tuple[str, ...]:
    return euros(sums.oud), euros(sums.nieuw), signed(euros(sums.verschil)), percent_text(percentage(sums.oud, sums.nieuw))


def _shown_shift(row: tuple[str, ...]) -> tuple[str, ...]:
    money = [euros(int(value)) for value in row[6:9]]
    return (*row[:3], row[3] or "zonder", row[4] or "zonder", row[5], *money[:2], signed(money[2]))


def notes(outcome: Herberekening) -> list[str]:
    """Return, as Dutch sentences, what would not be paid, what could not be told, and what was not judged again."""
    result = [
        f"{sums.regels} regels ({euros(sums.oud)}) zijn niet herberekend en staan in geen van beide totalen: {WEIGERINGEN[reason]}."
        for reason, sums in sorted(outcome.geweigerd.items())
    ]
    result += [
        f"{euros(sums.oud)} zou niet meer worden betaald: {VERVALT[reason]}." for reason, sums in sorted(outcome.vervallen.items())
    ]
    return result + [str(fault) for fault in outcome.meldingen]


def write_reprice(
    stage: Path,
    outcome: Herberekening,
    oud: Sequence[Contract],
    nieuw: Sequence[Contract],
    moment: str,
    *,
    xlsx: bool,
    **extra: Any,
) -> None:
    """Write every file of a repricing into `stage`; the workbook only with `xlsx`."""
    order = order_of(oud)
    rows, shifts = list(csv_rows(outcome, order)), list(shift_rows(outcome, order))
    write_csv(stage / "herberekening.csv", COLUMNS, rows)
    write_csv(stage / "verschuivingen.csv", SHIFT_COLUMNS, shifts)
    (stage / "herberekening.html").write_text(html_page(outcome, oud, nieuw, moment), "utf-8")
    if xlsx:
        from mpj.workbench.xlsx import write_xlsx

        sheets = {"Herberekening": _sheet(COLUMNS, rows), "Verschuivingen": _sheet(SHIFT_COLUMNS, shifts)}
        effect_rows: list[list[object]] = [["Effect", "Euro"]]
        effect_rows += [[step.name, Decimal(step.value).scaleb(-2)] for step in steps(outcome)]
        write_xlsx(stage / "herberekening.xlsx", {"Effecten": effect_rows, **sheets})
    write_json(stage / SAMENVATTING, summary(outcome, oud, nieuw, **extra))


def _sheet(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Iterator[list[object]]:
    yield [name.removesuffix("_cent") for name in columns]
    for row in rows:
        yield [_value(name, text) for name, text in zip(columns, row, strict=True)]


def _value(column: str, text: str) -> object:
    if column.endswith("_cent"):
        return Decimal(int(text)).scaleb(-2)
    return Decimal(text.replace(",", ".")) if column == "volume" else text

"""An overview of a matrix as rows for CSV and XLSX, and as a page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from mpj.workbench.exact import EMPTY, amount, day, percent_text
from mpj.workbench.page import facts, page
from mpj.workbench.show.overview import LEEG, PRIJS, ZONDER_NIVEAU, Blad, Overzicht, Rij, Vak, column_name

CSV_COLUMNS = (
    "perceel",
    "prestatiecode",
    "naam",
    "kwalificatieniveau",
    "begindatum",
    "einddatum",
    "soort",
    "normtijd",
    "tarief_cent",
    "uurprijs_cent",
)
XLSX_FIXED = ("Prestatiecode", "Naam", "Begindatum", "Einddatum", "Eenheid")
HOUR = "per uur"
_PER = {"kwartier": "kwartier", "uur": "uur", "halve_dag": "halve dag", "hele_dag": "hele dag", "etmaal": "etmaal", "stuk": "stuk"}


def csv_rows(overzicht: Overzicht) -> Iterator[tuple[str, ...]]:
    """Return one row per field that has a price or is excluded; money in eurocents."""
    for blad in overzicht.bladen:
        for rij in blad.rijen:
            for kolom, vak in rij.vakken.items():
                if vak.soort != LEEG:
                    cents = ["" if value is None else str(value) for value in (vak.tarief_cent, vak.uur_cent)]
                    dates = rij.begindatum.isoformat(), rij.einddatum.isoformat()
                    yield (blad.perceel, rij.prestatiecode, rij.naam, kolom, *dates, vak.soort, vak.normtijd, *cents)


def units(rij: Rij) -> str:
    """Return per which unit the prices of a row are: that of the price without level first."""
    names = dict.fromkeys(vak.normtijd for vak in rij.vakken.values() if vak.soort != LEEG)
    return " / ".join(_PER[name] for name in names if name)


def hour_columns(blad: Blad) -> tuple[str, ...]:
    """Return the columns that have an hour price beside a price per quarter."""
    return tuple(kolom for kolom in blad.kolommen if any(_has_hour(rij.vakken[kolom]) for rij in blad.rijen))


def _has_hour(vak: Vak) -> bool:
    return vak.uur_cent is not None and vak.uur_cent != vak.tarief_cent


def xlsx_rows(blad: Blad) -> Iterator[list[object]]:
    """Return the header and the rows of one perceel's sheet: prices as exact decimals of euros, dates as dates."""
    from decimal import Decimal

    hours = hour_columns(blad)
    names = [column_name(kolom).capitalize() if kolom == ZONDER_NIVEAU else kolom for kolom in blad.kolommen]
    yield [*XLSX_FIXED, *names, *(f"{column_name(kolom)} {HOUR}" for kolom in hours)]
    for rij in blad.rijen:
        values: list[object] = [rij.prestatiecode, rij.naam, rij.begindatum, rij.einddatum, units(rij)]
        for kolom in blad.kolommen:
            vak = rij.vakken[kolom]
            cents = vak.tarief_cent
            values.append(Decimal(cents).scaleb(-2) if cents is not None else "uitgesloten" if vak.soort != LEEG else None)
        for kolom in hours:
            cents = rij.vakken[kolom].uur_cent if _has_hour(rij.vakken[kolom]) else None
            values.append(None if cents is None else Decimal(cents).scaleb(-2))
        yield values


def html_page(overzicht: Overzicht) -> str:
    """Return the matrix as a self-contained page."""
    period = f"{day(overzicht.begindatum)} t/m {day(overzicht.einddatum)}"
    items = [("Contract", overzicht.contract), ("Looptijd", period), ("Tariefkaart", overzicht.hash)]
    body = [f"<h1>Tariefmatrix {escape(overzicht.contract)}</h1>", facts(items)]
    body.append(
        "<p class='soft'>Prijzen in euro's per eenheid. Klein eronder de uurprijs (vier kwartieren). Gearceerd is uitgesloten; "
        f"een streepje ({EMPTY}) is een cel die ontbreekt: dat rekent hetzelfde, maar kan vergeten zijn. Een prijs die verandert, "
        "krijgt een eigen rij met datum en percentage.</p>"
    )
    for blad in overzicht.bladen:
        naam = f" · {blad.naam}" if blad.naam else ""
        body.append(f"<h2>Perceel {escape(blad.perceel)}{escape(naam)}</h2>")
        if blad.gemeenten:
            body.append(f"<p class='soft'>Gemeenten: {escape(', '.join(blad.gemeenten))}</p>")
        body.append(_html_table(blad))
    return page(f"Tariefmatrix {overzicht.contract}", "\n".join(body), footer=f"Tariefkaart {overzicht.hash} · mpj tariffs show")


def _html_table(blad: Blad) -> str:
    head = "".join(f'<th class="n">{escape(column_name(kolom))}</th>' for kolom in blad.kolommen)
    rows = "".join(_html_row(rij, blad) for rij in blad.rijen)
    return (
        '<div class="scroll"><table><thead><tr><th>Prestatiecode</th><th>Periode</th><th>Per</th>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _html_row(rij: Rij, blad: Blad) -> str:
    naam = "" if rij.vervolg else f"<b>{rij.prestatiecode}</b> {escape(rij.naam)}"
    period = f"{day(rij.begindatum)} t/m<br>{day(rij.einddatum)}"
    fields = "".join(_html_field(rij.vakken[kolom]) for kolom in blad.kolommen)
    kind = "sub" if rij.vervolg else "new"
    return f'<tr class="{kind}"><td>{naam}</td><td class="d"><small>{period}</small></td><td>{escape(units(rij))}</td>{fields}</tr>'


def _html_field(vak: Vak) -> str:
    if vak.soort == LEEG:
        return f'<td class="none">{EMPTY}</td>'
    if vak.soort != PRIJS:
        return '<td class="out">uitgesloten</td>'
    hour = f"<small class='soft'>{amount(vak.uur_cent)} p/u</small>" if _has_hour(vak) else ""
    change = ""
    if vak.sprong is not None:
        kind = "up" if vak.sprong > 0 else "down"
        change = f"<small class='{kind}'>{percent_text(vak.sprong)}</small>"
    return f'<td class="n">{amount(vak.tarief_cent)}{hour}{change}</td>'

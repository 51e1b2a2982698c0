"""A comparison of two matrices as CSV rows, XLSX sheets and a page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from mpj.workbench.diff.comparison import Vergelijking, Verschil
from mpj.workbench.exact import EMPTY, amount, day, number, percent_text, signed
from mpj.workbench.page import facts, note, page, table

CSV_COLUMNS = (
    "perceel",
    "prestatiecode",
    "kwalificatieniveau",
    "begindatum",
    "einddatum",
    "soort",
    "oud_cent",
    "nieuw_cent",
    "verschil_cent",
    "procent",
)


DIFF_HEADER = ("perceel", "code", "niveau", "van", "t/m", "wat", "oud", "nieuw", "verschil", "%")
SHIFT_HEADER = ("perceel", "code", "geleverd", "van", "t/m", "was", "prijs", "wordt", "prijs")


def cell_text(row: Verschil) -> str:
    """Return where a difference is, as people call it."""
    return f"perceel {row.perceel}, {row.prestatiecode}, {row.kwalificatieniveau or 'zonder niveau'}"


def diff_row(row: Verschil) -> tuple[str, ...]:
    """Return a difference as the fields of a table."""
    change = EMPTY if row.verschil_cent is None else signed(amount(row.verschil_cent))
    fixed = (row.perceel, row.prestatiecode, row.kwalificatieniveau or "zonder", day(row.begindatum), day(row.einddatum))
    return (*fixed, row.soort.replace("_", " "), amount(row.oud_cent), amount(row.nieuw_cent), change, percent_text(row.procent))


def shift_rows(result: Vergelijking) -> list[tuple[str, ...]]:
    """Return the shifts of the billed level as the fields of a table."""
    return [
        (
            *(row.perceel, row.prestatiecode, row.geleverd, day(row.begindatum), day(row.einddatum)),
            *(row.oud or "niet", amount(row.oud_cent or None), row.nieuw or "niet", amount(row.nieuw_cent or None)),
        )
        for row in result.niveaus
    ]


def compared(result: Vergelijking) -> str:
    """Return in a Dutch sentence what was compared."""
    if result.momenten:
        return f"Vergeleken: oud op {day(result.momenten[0])}, nieuw op {day(result.momenten[1])}."
    return f"Vergeleken: {day(result.periode[0])} t/m {day(result.periode[1])}, de periode van beide contracten."


def csv_rows(result: Vergelijking) -> Iterator[tuple[str, ...]]:
    """Return the differing cells, largest first; money in eurocents, percent with 2 decimals and a comma, half up."""
    for row in result.cellen:
        cents = ["" if value is None else str(value) for value in (row.oud_cent, row.nieuw_cent, row.verschil_cent)]
        percent = "" if row.procent is None else number(row.procent).replace(".", "")
        place = row.perceel, row.prestatiecode, row.kwalificatieniveau or ""
        yield (*place, row.begindatum.isoformat(), row.einddatum.isoformat(), row.soort, *cents, percent)


def html_page(result: Vergelijking, names: tuple[str, str], hashes: tuple[str, str]) -> str:
    """Return a comparison as a self-contained page; `names` are the two contracts as people call them."""
    title = f"Tariefverschillen {names[0]} → {names[1]}"
    items = [
        ("Tariefkaart oud", hashes[0]),
        ("Tariefkaart nieuw", hashes[1]),
        ("Cellen", str(len(result.cellen))),
        ("Niveauverschuivingen", str(len(result.niveaus))),
    ]
    body = [f"<h1>{escape(title)}</h1>", f"<p class='soft'>{escape(compared(result))}</p>", facts(items)]
    if result.gelijk:
        body.append(note("Er is geen verschil."))
    if result.eerste is not None:
        body.append(note(f"Eerste afwijkende cel: {cell_text(result.eerste)}, {result.eerste.soort.replace('_', ' ')}."))
        body.append("<h2>Cellen, de grootste verschillen eerst</h2>")
        body.append(table(DIFF_HEADER, (diff_row(row) for row in result.cellen), numeric=(6, 7, 8, 9)))
    if result.niveaus:
        body.append("<h2>Werk dat op een ander niveau wordt betaald</h2>")
        body.append(
            "<p class='soft'>Wie het werk doet, verandert niet; wat ervoor wordt betaald wel. Vervalt een niveau, dan geldt de "
            "prijs van het hoogste ingekochte niveau daaronder; is er geen, dan wordt het werk niet betaald.</p>"
        )
        body.append(table(SHIFT_HEADER, shift_rows(result), numeric=(6, 8)))
    if result.instellingen:
        body.append("<h2>Verschillen buiten de cellen</h2>")
        rows = ((row.naam, row.oud, row.nieuw) for row in result.instellingen)
        body.append(table(("instelling", "oud", "nieuw"), rows))
    return page(title, "\n".join(body), footer="mpj tariffs diff")

"""A comparison of two matrices as a report, and its differing cells as a table."""

from __future__ import annotations

from mpj.presentation import words
from mpj.presentation.report import Column, Part, Report, Table
from mpj.workbench.diff.comparison import SOORTEN, Vergelijking, Verschil

_ZONDER = {"": "zonder"}
_SHIFTS = (
    "Wie het werk doet, verandert niet; wat ervoor wordt betaald wel. Vervalt een niveau, dan geldt de prijs van het hoogste "
    "ingekochte niveau daaronder; is er geen, dan wordt het werk niet betaald."
)


def report(result: Vergelijking, names: tuple[str, str], hashes: tuple[str, str], *, most: int | None = None) -> Report:
    """Return a comparison to read, with at most `most` cells; `names` are the two contracts as people call them."""
    facts = (
        ("tariefkaart oud", hashes[0]),
        ("tariefkaart nieuw", hashes[1]),
        ("verschillen", words.counted(len(result.cellen), "cel")),
    )
    parts: list[Part] = [_compared(result)]
    if result.gelijk:
        parts.append("Er is geen verschil.")
    if result.eerste is not None:
        parts.append(_first(result.eerste))
        table = cells(result)
        parts.append(table if most is None else table.first(most, "alles staat in --formaat csv of html"))
    if result.niveaus:
        parts.append(_shifts(result))
    if result.instellingen:
        rows = ((row.naam, row.oud, row.nieuw) for row in result.instellingen)
        parts.append(Table("Verschillen buiten de cellen", (Column("instelling"), Column("oud"), Column("nieuw")), rows))
    return Report(f"Tariefverschillen {names[0]} → {names[1]}", facts, tuple(parts), "mpj tariffs diff")


def cells(result: Vergelijking) -> Table:
    """Return the differing cells, the largest difference first."""
    columns = (
        Column("perceel", "code", "perceel"),
        Column("code", "code", "prestatiecode"),
        Column("niveau", "code", "kwalificatieniveau", _ZONDER),
        Column("van", "date", "begindatum"),
        Column("t/m", "date", "einddatum"),
        Column("wat", "text", "soort", {soort: soort.replace("_", " ") for soort in SOORTEN}),
        Column("oud", "cent", "oud_cent"),
        Column("nieuw", "cent", "nieuw_cent"),
        Column("verschil", "cent", "verschil_cent", signed=True, spare=True),
        Column("%", "percent", "procent", signed=True),
    )
    rows = (
        (
            *(row.perceel, row.prestatiecode, row.kwalificatieniveau or "", row.begindatum, row.einddatum, row.soort),
            *(row.oud_cent, row.nieuw_cent, row.verschil_cent, row.procent),
        )
        for row in result.cellen
    )
    return Table("Cellen, de grootste verschillen eerst", columns, rows)


def _shifts(result: Vergelijking) -> Table:
    niet = {"": "niet"}
    columns = (
        *(Column("perceel", "code"), Column("code", "code"), Column("geleverd", "code")),
        *(Column("van", "date"), Column("t/m", "date")),
        *(Column("was", "code", words=niet), Column("prijs", "cent"), Column("wordt", "code", words=niet), Column("prijs", "cent")),
    )
    rows = (
        (
            *(row.perceel, row.prestatiecode, row.geleverd, row.begindatum, row.einddatum),
            *(row.oud, row.oud_cent or None, row.nieuw, row.nieuw_cent or None),
        )
        for row in result.niveaus
    )
    return Table("Werk dat op een ander niveau wordt betaald", columns, rows, note=_SHIFTS)


def _first(row: Verschil) -> str:
    place = f"perceel {row.perceel}, {row.prestatiecode}, {row.kwalificatieniveau or 'zonder niveau'}"
    old, new = (words.EMPTY if cents is None else words.euros(cents) for cents in (row.oud_cent, row.nieuw_cent))
    since = words.short_day(row.begindatum)
    return f"Eerste afwijkende cel: {place}, van {since}: {old} naar {new} ({row.soort.replace('_', ' ')})."


def _compared(result: Vergelijking) -> str:
    begin, end = (words.short_day(day) for day in result.momenten or result.periode)
    if result.momenten:
        return f"Vergeleken: oud op {begin}, nieuw op {end}."
    return f"Vergeleken: {begin} t/m {end}, de periode van beide contracten."

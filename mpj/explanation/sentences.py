"""How each step of an explanation is said, in Dutch."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mpj.engine.values import Declaratieregel, Herkomst
from mpj.presentation import words
from mpj.protocol import Normtijd
from mpj.protocol.words import Over, Wijze
from mpj.reading.periods import month_of

_CHOICES: Mapping[str, str] = {
    "nummer": "het nummer staat op de registratie",
    "enige": "de enige toewijzing van de cliënt die deze prestatiecode op deze datum omvat",
    "enige_specifieke": "de registratie noemt geen prestatiecode; dit is de enige specifieke toewijzing op deze datum",
    "soort": "meer toewijzingen passen; specifiek gaat voor aspecifiek, en aspecifiek voor generiek",
    "einddatum": "meer toewijzingen passen; deze eindigt het eerst",
}
WIJZEN: Mapping[Wijze, str] = {"rekenkundig": "rekenkundig", "naar_boven": "naar boven", "naar_beneden": "naar beneden"}
OVER: Mapping[Over, str] = {"contact": "per contact", "dag": "over de dag", "productperiode": "over de productperiode"}


def unrounded(line: Declaratieregel, normtijd: Normtijd) -> bool:
    """Say whether a line counts minutes of an hour price (IV081)."""
    return line.eenheid in normtijd.ongerond


def volume(value: int, line: Declaratieregel, normtijd: Normtijd) -> str:
    """Return a volume in what a line counts: in its normtijd, or in minutes of an hour price."""
    return words.counted(value, "minuut") if unrounded(line, normtijd) else words.units(value, normtijd)


def price_cell(line: Declaratieregel) -> str:
    """Return the cell of the matrix that a line was priced from."""
    level = line.kwalificatieniveau or "zonder niveau"
    return f"perceel {line.perceel}, prestatiecode {line.prestatiecode}, {level}, {words.month(line.begindatum)}"


def assignment(line: Declaratieregel) -> str:
    """Name the toewijzing of a line."""
    return f"toewijzing {line.toewijzingnummer} van gemeente {line.gemeente}"


def chosen(row: Herkomst, line: Declaratieregel) -> str:
    """Say which toewijzing was chosen, and why."""
    return f"{assignment(line)}: {_CHOICES.get(row.keuze, row.keuze)}"


def level(row: Herkomst, line: Declaratieregel) -> str:
    """Say which level was delivered, which is billed, and why."""
    if not line.kwalificatieniveau:
        return "de prijs is zonder niveau; het niveau speelt geen rol"
    text = f"geleverd {row.kwalificatieniveau}, gecontracteerd {', '.join(row.niveaus)}"
    if row.maximum:
        text += f", maximum van de toewijzing {row.maximum}"
    if line.kwalificatieniveau == row.kwalificatieniveau:
        return f"{text}: gedeclareerd als geleverd"
    return f"{text}: gedeclareerd als {line.kwalificatieniveau}, het hoogste dat mag"


def rounding(row: Herkomst, line: Declaratieregel, normtijd: Normtijd, settings: Mapping[str, Any]) -> str:
    """Say how the counted minutes became units."""
    size = normtijd.minuten
    if not size:
        return f"{words.units(row.geteld, normtijd)}; hier wordt niet afgerond"
    if unrounded(line, normtijd):
        return f"{volume(row.geteld, line, normtijd)}; minuten van een uurtarief worden niet afgerond (IV081)"
    rule = settings[f"afronding_{normtijd.naam}"]
    how = f"{WIJZEN[rule['wijze']]}, {OVER[rule['over']]}, minimaal {rule['minimum']}"
    if rule["over"] == "contact":
        exact = words.number(Fraction(row.geteld, size), 2).rstrip("0").rstrip(",")
        return f"{row.geteld} minuten is {exact} × {size} minuten, afgerond {words.units(row.voor_limiet, normtijd)} ({how})"
    total = row.som_voor + row.geteld
    return (
        f"de som gaat met deze {row.geteld} minuten van {row.som_voor} naar {total} minuten; "
        f"dat voegt {words.units(row.voor_limiet, normtijd)} toe ({how})"
    )


def amount(row: Herkomst, line: Declaratieregel, normtijd: Normtijd) -> str:
    """Say how units became euros."""
    price, cents = words.euros(line.tarief_cent), words.euros(row.bedrag_cent)
    counted = volume(row.aantal_eenheden, line, normtijd)
    if unrounded(line, normtijd):
        return f"{counted} van {price} per uur: {cents} (het verschil van de lopende som)"
    return f"{counted} × {price} = {cents} ({price_cell(line)})"


def product_period(line: Declaratieregel) -> str:
    """Say which days a line covers."""
    whole = month_of(line.begindatum) == month_of(line.einddatum) and line.begindatum.day == 1
    text = f"{words.day(line.begindatum)} t/m {words.day(line.einddatum)}"
    return f"{text}: de maand, voor zover de toewijzing geldt" if not whole else text

"""How each step of an explanation is said."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mpj.engine.values import Declaratieregel, Herkomst
from mpj.explanation.speech import Speech
from mpj.protocol import Normtijd
from mpj.protocol.words import Over, Wijze
from mpj.reading.periods import month_of

CHOICES: Mapping[str, str] = {
    "nummer": "het nummer staat op de registratie",
    "enige": "de enige toewijzing van de cliënt die deze prestatiecode op deze datum omvat",
    "enige_specifieke": "de registratie noemt geen prestatiecode; dit is de enige specifieke toewijzing op deze datum",
    "soort": "meer toewijzingen passen; specifiek gaat voor aspecifiek, en aspecifiek voor generiek",
    "einddatum": "meer toewijzingen passen; deze eindigt het eerst",
}
WIJZEN: Mapping[Wijze, str] = {"rekenkundig": "rekenkundig", "naar_boven": "naar boven", "naar_beneden": "naar beneden"}
OVER: Mapping[Over, str] = {"contact": "per contact", "dag": "over de dag", "productperiode": "over de productperiode"}


BESIDE: Mapping[str, str] = {
    "nummer": "het nummer staat op de prestatie",
    "enige": "de enige toewijzing van de cliënt die dit product op deze datum omvat",
}
"""As `CHOICES`, of a product beside MPJ."""


def unrounded(line: Declaratieregel, normtijd: Normtijd) -> bool:
    """Say whether a line counts minutes of an hour price (IV081)."""
    return line.eenheid in normtijd.ongerond


def volume(speech: Speech, value: int, line: Declaratieregel, normtijd: Normtijd) -> str:
    """Return a volume in what a line counts: in its normtijd, or in minutes of an hour price."""
    return speech.counted(value, "minuut") if unrounded(line, normtijd) else speech.units(value, normtijd)


def level_of(speech: Speech, niveau: str) -> str:
    """Name a level, or say that there is none."""
    return niveau or speech.say("zonder niveau")


def price_cell(speech: Speech, line: Declaratieregel) -> str:
    """Return the cell of the matrix, or the row of producten.csv, that a line was priced from."""
    if not line.prestatiecode:
        month = speech.month(line.begindatum)
        return speech.say("producten.csv, {productcode}, {maand}", productcode=line.productcode, maand=month)
    text = "perceel {perceel}, prestatiecode {code}, {niveau}, {maand}"
    level = level_of(speech, line.kwalificatieniveau)
    return speech.say(text, perceel=line.perceel, code=line.prestatiecode, niveau=level, maand=speech.month(line.begindatum))


def toewijzing(speech: Speech, line: Declaratieregel) -> str:
    """Name the toewijzing of a line."""
    return speech.say(
        "toewijzing {nummer} van gemeente {gemeente}", nummer=line.toewijzingnummer, gemeente=speech.named(line.gemeente)
    )


def chosen(speech: Speech, row: Herkomst, line: Declaratieregel) -> str:
    """Say which toewijzing was chosen, and why."""
    why = CHOICES.get(row.keuze, row.keuze)
    if row.soort == "prestatie":
        why = BESIDE.get(row.keuze, why)
    return f"{toewijzing(speech, line)}: {speech.word(why)}"


def level(speech: Speech, row: Herkomst, line: Declaratieregel) -> str:
    """Say which level was delivered, which is billed, and why."""
    if not line.kwalificatieniveau:
        return speech.say("de prijs is zonder niveau; het niveau speelt geen rol")
    levels = ", ".join(row.niveaus)
    text = speech.say("geleverd {niveau}, gecontracteerd {niveaus}", niveau=row.kwalificatieniveau, niveaus=levels)
    if row.maximum:
        text += speech.say(", maximum van de toewijzing {maximum}", maximum=row.maximum)
    if line.kwalificatieniveau == row.kwalificatieniveau:
        return text + speech.say(": gedeclareerd als geleverd")
    return text + speech.say(": gedeclareerd als {niveau}, het hoogste dat mag", niveau=line.kwalificatieniveau)


def rounding(speech: Speech, row: Herkomst, line: Declaratieregel, normtijd: Normtijd, settings: Mapping[str, Any]) -> str:
    """Say how the counted minutes became units."""
    size, counted = normtijd.minuten, volume(speech, row.geteld, line, normtijd)
    if not size or normtijd.afronding is None:
        return speech.say("{aantal}; hier wordt niet afgerond", aantal=counted)
    if unrounded(line, normtijd):
        return speech.say("{aantal}; minuten van een uurtarief worden niet afgerond (IV081)", aantal=counted)
    rule, units = settings[f"afronding_{normtijd.naam}"], speech.units(row.voor_limiet, normtijd)
    how, over = speech.say(WIJZEN[rule["wijze"]]), speech.say(OVER[rule["over"]])
    how = speech.say("{wijze}, {over}, minimaal {minimum}", wijze=how, over=over, minimum=rule["minimum"])
    if rule["over"] == "contact":
        text = "{geteld} minuten is {keer} × {grootte} minuten, afgerond {eenheden} ({hoe})"
        return speech.say(
            text, geteld=row.geteld, keer=speech.ratio(Fraction(row.geteld, size)), grootte=size, eenheden=units, hoe=how
        )
    text = "de som gaat met deze {geteld} minuten van {voor} naar {na} minuten; dat voegt {eenheden} toe ({hoe})"
    return speech.say(text, geteld=row.geteld, voor=row.som_voor, na=row.som_voor + row.geteld, eenheden=units, hoe=how)


def amount(speech: Speech, row: Herkomst, line: Declaratieregel, normtijd: Normtijd) -> str:
    """Say how units became euros."""
    price, cents = speech.euros(line.tarief_cent), speech.euros(row.bedrag_cent)
    counted = volume(speech, row.aantal_eenheden, line, normtijd)
    if unrounded(line, normtijd):
        text = "{aantal} van {prijs} per uur: {bedrag} (het verschil van de lopende som)"
        return speech.say(text, aantal=counted, prijs=price, bedrag=cents)
    return f"{counted} × {price} = {cents} ({price_cell(speech, line)})"


def product_period(speech: Speech, line: Declaratieregel) -> str:
    """Say which days a line covers."""
    whole = month_of(line.begindatum) == month_of(line.einddatum) and line.begindatum.day == 1
    text = speech.days(line.begindatum, line.einddatum)
    return text if whole else text + speech.say(": de maand, voor zover de toewijzing geldt")


def source(speech: Speech, bestand: str, rij: int) -> str:
    """Say in which file and row something stood."""
    place = bestand or speech.say("invoer")
    return speech.say("{bestand}, rij {rij}", bestand=place, rij=rij) if rij else place

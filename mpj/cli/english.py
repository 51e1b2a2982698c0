"""The help of the commands that speak English as well (`--taal en`), by its Dutch: a screen is in one language throughout."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from inspect import cleandoc

import click

ENGLISH: Mapping[str, str] = {
    # All of them.
    "Taal van de uitleg.": "Language of the explanation.",
    "Taal van de toelichting.": "Language of the findings and of the screen.",
    "Taal van te_controleren.": "Language of te_controleren.",
    "Voor de namen: mpj.toml.  [standaard: die in deze map]": "For names: mpj.toml.  [default: the one in this folder]",
    "Vorm van fouten en meldingen op stderr; json: één object per regel.": (
        "Form of faults and messages on stderr; json: one object a line."
    ),
    "Schrijf ook in een map die niet leeg is.": "Write in a folder that is not empty, too.",
    "Eindig met code 1 als er iets is uitgevallen of afgekeurd.": "End with code 1 where something was set aside or rejected.",
    "Hoe uw systeem exporteert (TOML); mpj intake stelt er een voor.": "How your system exports (TOML); mpj intake proposes one.",
    "Lees in mappen en zips ook wat in submappen staat.": "Read what stands in folders within folders and zips, too.",
    "Map die mpj declare schreef.": "Folder that mpj declare wrote.",
    # explain
    "Leg één regel, of één registratie of verblijf, stap voor stap uit.": (
        "Explain one line, or one registratie or stay, step by step."
    ),
    "Een regel terug naar de registraties erachter; een registratie vooruit naar haar regel, of naar de reden "
    "waarom zij op geen regel staat. Met --ledger het hele leven: gedeclareerd, verzonden, beantwoord, "
    "gecrediteerd, vervangen. Er komt geen BSN in beeld.": (
        "A line back to the registraties behind it; a registratie forward to its line, or to the reason why it is on "
        "none. With --ledger its whole life: declared, sent, answered, credited, replaced. No BSN is shown."
    ),
    "Map die mpj declare schreef: hoe de regel tot stand kwam.": "Folder that mpj declare wrote: how the line came about.",
    "Ledger: wat er van de regel is geworden, door de tijd.": "Ledger: what became of the line, in time.",
    "Referentienummer van een declaratieregel.": "Referentienummer of a line.",
    "Id van een registratie of verblijf.": "Id of a registratie or a stay.",
    "geef --van, --ledger, of allebei": "give --van, --ledger, or both",
    "geef óf --regel, óf --bron": "give either --regel or --bron",
    # sample
    "Trek een steekproef van (medewerker, niveau) en van regels, gewogen naar euro's.": (
        "Draw a sample of (professional, level) pairs and of lines, weighed by euros."
    ),
    "Uit de map van een run, of uit wat van een jaar in een ledger staat. Schrijft een CSV naar stdout, met bij "
    "elke trekking wat er te controleren is: formeel (de juiste gemeente, recht op zorg, het afgesproken bedrag) en"
    " materieel (is het geleverd).": (
        "From the folder of a run, or from what stands of a year in a ledger. Writes a CSV to stdout, with what there "
        "is to check of each draw: formally (the right gemeente, a right to care, the agreed amount) and materially "
        "(was it delivered)."
    ),
    "Of een ledger, van een aanbieder of een gemeente; met --jaar.": "Or a ledger, of an aanbieder or a gemeente; with --jaar.",
    "Het jaar van levering.": "The year of delivery.",
    "Aantal paren, en aantal regels.": "Number of pairs, and number of lines.",
    "Woord of getal dat de trekking bepaalt.": "Word or number that decides the draw.",
    "Spreek het zaad samen af: met hetzelfde zaad trekken beide partijen dezelfde steekproef. Elke euro heeft evenveel kans.": (
        "Agree on the seed: with the same one both parties draw the same sample. Every euro has the same chance."
    ),
    "geef --van, of --ledger met --jaar": "give --van, or --ledger with --jaar",
    # verify
    "Toets declaraties (JW323) regel voor regel en maak het antwoord (JW325).": (
        "Verify declarations (JW323) line by line and make the answer (JW325)."
    ),
    "Schrijft in DIR: bevindingen.csv (elke fout, met regel en retourcode), samenvatting.json en jw325.xml. Bij "
    "meer dan één bericht: een antwoord per bericht, en overzicht.csv, .xlsx en .html.": (
        "Writes in DIR: bevindingen.csv (every fault, with its rule and return code), samenvatting.json and jw325.xml. "
        "With more than one message: an answer to each, and overzicht.csv, .xlsx and .html."
    ),
    "De declaraties (JW323): bestanden, mappen of zips.": "The declarations (JW323): files, folders or zips.",
    "Contractmap met contract.toml en tarieven.csv.": "Contract folder with contract.toml and tarieven.csv.",
    "toewijzingen.csv, of JW301-berichten.": "toewijzingen.csv, or JW301 messages.",
    "Eerdere declaraties en antwoorden (JW323, JW325).": "Earlier declarations and answers (JW323, JW325).",
    "Ledger dat elke declaratie met haar antwoord onthoudt.": "Ledger that remembers every declaration with its answer.",
    "Met --ledger: toets en onthoud niets.": "With --ledger: verify and remember nothing.",
    "CSV met kolom gemeente: de codes van het CBS (TR378).": "CSV with a column gemeente: the codes of the CBS (TR378).",
    "Datum van ontvangst en van het antwoord.  [standaard: vandaag; met --ledger de dag van de eerste keer]": (
        "Date of receipt and of the answer.  [default: today; with --ledger the day of the first time]"
    ),
    "Wat het antwoord zegt over regels die niet te beoordelen zijn: toekennen, afwijzen, of een CSV met "
    "productcode;toewijzingnummer;besluit. Zonder keuze volgt dan geen jw325.xml.": (
        "What the answer says of lines that cannot be judged: toekennen (grant), afwijzen (refuse), or a CSV with "
        "productcode;toewijzingnummer;besluit. Without a choice there is then no jw325.xml."
    ),
    "Van deze gemeente zijn alle toewijzingen gegeven, ook als het er geen zijn: toets haar declaraties altijd.": (
        "Of this gemeente all toewijzingen are given, also where there are none: always judge its declarations."
    ),
    "Dag van ontvangst, waarvan de antwoordtermijn loopt.  [standaard: de dagtekening van elk bericht]": (
        "Day of receipt, from which the term of answering runs.  [default: the date of each message]"
    ),
    "Bij veel berichten: zoveel aanbieders tegelijk, zonder --ledger.  [standaard: alle kernen]": (
        "With many messages: so many aanbieders at once, without --ledger.  [default: all cores]"
    ),
    "Map voor de uitvoer; verschijnt volledig of niet.": "Folder for the output; appears whole or not at all.",
    "Zonder --ledger of --eerder zijn dubbele nummers, creditregels en het totaal van een toewijzing niet "
    "(helemaal) te toetsen; dat staat dan in de samenvatting. Met --ledger onthoudt mpj elke declaratie met haar "
    "antwoord, en neemt het met --eerder over wat van voor het ledger is. Dezelfde declaratie nog eens toetsen "
    "geeft hetzelfde antwoord; wordt het een ander, dan moet --force erbij. Eindcode 0: klaar; 1: klaar, maar met "
    "--strict en er is iets afgekeurd of niet beoordeeld; 2: de invoer of de aanroep klopt niet en er is niets "
    "geschreven.": (
        "Without --ledger or --eerder doubled numbers, credit lines and the total of a toewijzing cannot be (wholly) "
        "judged; the summary says so. With --ledger mpj remembers every declaration with its answer, and with --eerder "
        "takes over what is from before the ledger. The same declaration again gives the same answer; where it would "
        "become another, it takes --force. Exit code 0: done; 1: done, but with --strict and something was rejected or "
        "not judged; 2: the input or the call is wrong and nothing was written."
    ),
    "--proef hoort bij --ledger": "--proef goes with --ledger",
    "Voorbeeld:": "Example:",
}
"""By the Dutch; how it is broken over lines does not count."""
_METAVARS: Mapping[str, str] = {"NUMMER": "NUMBER", "GETAL": "NUMBER", "JAAR": "YEAR", "DATUM": "DATE"}


def said(text: str) -> str:
    """Return a text of a command in English, paragraph by paragraph; what has none, as an example, stays."""
    known = {" ".join(dutch.split()): english for dutch, english in ENGLISH.items()}
    parts = cleandoc(text).split("\n\n")
    return "\n\n".join(known.get(" ".join(part.split()), part) for part in parts)


def in_english(command: click.Command) -> click.Command:
    """Return a command whose help is in English."""
    made = copy(command)
    made._help_option = None
    made.help, made.epilog, made.options_metavar = said(made.help or ""), said(made.epilog or ""), "[OPTIONS]"
    made.params = [_in_english(param) for param in made.params]
    return made


def _in_english(param: click.Parameter) -> click.Parameter:
    made = copy(param)
    shown = made.metavar or getattr(made.type, "name", "").upper()
    made.metavar = _METAVARS.get(shown, made.metavar)
    if isinstance(made, click.Option):
        made.help = said(made.help or "")
    return made

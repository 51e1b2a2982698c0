"""What is understood of an export: what `mpj intake` shows, as JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from attrs import asdict

from mpj.intake import look_at, proposal
from mpj.reading.sources import TABLES, Reading, find_sources
from mpj.records.definitions import DEFINITIONS
from mpj.service.declaring import Heard, profile_of
from mpj.service.forms import FormField, RequestForm, words
from mpj.service.uploads import Uploads
from mpj.service.values import FORMAAT
from mpj.service.work import Step

SOORT = words("", *(one.soort for one in DEFINITIONS))
EXPORT = RequestForm(("bestand",), ("profiel",), (FormField("soort", SOORT),))


def intake(given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Say what each file is taken for, column by column, what is undecided, and a profile to fill in."""
    heard = Heard()
    known = profile_of(given, heard)
    found = find_sources(given.files["bestand"], TABLES, Reading(heard.meldingen.append))
    looks = [look_at(source, given.fields["soort"] or None, known) for source in found]
    shown = [
        {
            "bestand": one.bestand,
            "soort": one.soort,
            "gelezen": one.gelezen,
            "foutief": one.foutief,
            "kolommen": [asdict(kolom) for kolom in one.kolommen],
            "oorzaken": [asdict(oorzaak) for oorzaak in one.oorzaken],
            "keuzes": [{"wat": keuze.wat, "regels": list(keuze.regels)} for keuze in one.keuzes],
        }
        for one in looks
    ]
    return {
        "formaat": FORMAAT,
        "bestanden": shown,
        "voorstel": proposal(looks, known),
        "meldingen": heard.told,
    }

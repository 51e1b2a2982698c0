"""What a record of each kind consists of: every field with its name, form and check, and the names under which systems export it.

Values, mappings, tables, profiles and docs/formats.md follow from these lists and hold no second one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from mpj.reading import forms
from mpj.reading.definition import Definition, Field
from mpj.records.words import GEBEURTENISSEN, SOORTEN, STATUSSEN, TIJDSOORTEN

Recordsoort: TypeAlias = Literal["registraties", "verblijf", "prestaties", "medewerkers", "toewijzingen"]
"""A kind of record, as its table and its part of a profile are called."""


_BSN = "bsn client, client bsn, bsn nummer, bsn nr, bsn jeugdige, bsn kind, burgerservicenummer, sofinummer"
_ID = "uniek nummer, record id, recordnummer, regelnummer, regel id"
_NUMMER = "toewijzing nr, toewijzing id, beschikking, beschikkingnummer, beschikkingsnummer, indicatienummer"
_GEMEENTE = "gemeentecode, code gemeente, cbs code, gemeentenummer"
_PRESTATIE = "prestatie, mpj code, zorgproduct, zorgprestatie, zorgcode, zorgproductcode"
_NIVEAU = (
    "niveau, kwalificatie, functie, functieniveau, functiegroep, opleidingsniveau, opleiding, deskundigheid, deskundigheidsniveau, "
    "discipline, beroep"
)
_MEDEWERKER = "behandelaar, hulpverlener, zorgverlener, medewerkernummer, medewerkercode, personeelsnummer"
_BEGIN = "van, vanaf, begin, start, startdatum, ingangsdatum, datum van, van datum, datum begin, geldig vanaf"
_EIND = "tot, tot en met, t/m, eind, einde, stopdatum, datum tot, tot datum, datum einde, geldig tot, afloopdatum"

REGISTRATIE: Definition[Recordsoort] = Definition(
    "registraties",
    (
        Field(
            "id",
            forms.TEKST,
            "the aanbieder's own, unique over all registraties; best without personal data",
            f"{_ID}, registratienummer, registratie id, contactnummer, contact id, afspraaknr, afspraaknummer",
            required=True,
        ),
        Field("bsn", forms.BSN, "the client", _BSN, required=True),
        Field(
            "datum",
            forms.DATUM,
            "the date of delivery",
            "registratiedatum, contactdatum, datum contact, datum registratie, behandeldatum, zorgdatum, leverdatum, "
            "prestatiedatum, afspraakdatum, datum afspraak, datum zorg, datum uitvoering",
            required=True,
        ),
        Field(
            "minuten",
            forms.MINUTEN,
            "needed, or times, where the price is per kwartier or hour",
            "duur, uren, tijd, tijdsduur, bestede tijd, tijdsbesteding, aantal minuten, aantal uren, duur minuten, "
            "duur in minuten, duur uren, duur in uren, minuten direct, directe tijd",
        ),
        Field(
            "begintijd",
            forms.TIJD,
            "when it began",
            "van, vanaf, begin, start, starttijd, aanvang, aanvangstijd, tijd van, van tijd, tijdstip begin",
        ),
        Field(
            "eindtijd",
            forms.TIJD,
            "before begintijd: past midnight, counted for `datum`; together with `minuten` they must agree",
            "tot, t/m, eind, einde, stoptijd, tijd tot, tot tijd, tijdstip einde",
        ),
        Field("kwalificatieniveau", forms.NIVEAU, "the level that was delivered", _NIVEAU),
        Field("medewerker", forms.TEKST, "who delivered, for medewerkers.csv and for planning", _MEDEWERKER),
        Field(
            "prestatiecode",
            forms.TEKST,
            "may be absent where one specific toewijzing decides",
            f"{_PRESTATIE}, product",
        ),
        Field("productcode", forms.PRODUCTCODE, "of a [product beside MPJ](producten.md), in the place of a prestatiecode"),
        Field("toewijzingnummer", forms.NUMMER, "absent: the toewijzing is searched", _NUMMER),
        Field("gemeente", forms.GEMEENTE, "narrows the search", _GEMEENTE),
        Field(
            "soort",
            forms.choice(SOORTEN),
            "by default `groep` on 4.x, else `individueel`",
            "groep/individueel, individueel/groep, contactsoort, soort contact, contactvorm",
        ),
        Field(
            "tijdsoort",
            forms.choice(TIJDSOORTEN),
            "only `direct` is billed; empty is `direct`",
            "uursoort, uursoorten, soort tijd, soort uren, soort uur, urensoort, type tijd, type uren, tijdtype, direct/indirect, "
            "declarabel",
            default="direct",
        ),
        Field(
            "status",
            forms.choice(STATUSSEN),
            "empty is `gerealiseerd`",
            "afspraakstatus, status afspraak, contactstatus, registratiestatus, status registratie, toestand, statuscode, "
            "realisatiestatus, geannuleerd, no show, verschenen",
            default="gerealiseerd",
        ),
        Field(
            "bevestigd",
            forms.JA_NEE,
            "the professional said that the planned contact took place; empty is `nee`",
            "bevestiging, akkoord, geaccordeerd, goedgekeurd, gefiatteerd",
            default=False,
        ),
        Field("afspraak", forms.TEKST, "ties a plan to what became of it", "afspraaknummer, afspraaknr, afspraak id, agenda id"),
        Field(
            "aantal",
            forms.AANTAL,
            "pieces, halve and hele dagen; empty is 1",
            "stuks, hoeveelheid, aantal stuks, eenheden, aantal eenheden, aantal dagdelen, dagdelen",
            default=1,
        ),
        Field("onderaannemer", forms.TEKST, "passed on to the trace"),
        Field(
            "geboortedatum",
            forms.GEBOORTEDATUM,
            "of the client, for a signal of `mpj declare --ledger` only: never stored, never written",
            "geboortedag, geb datum, gebdatum, datum geboorte, geboortedatum client, geboortedatum jeugdige",
        ),
    ),
)
VERBLIJF: Definition[Recordsoort] = Definition(
    "verblijf",
    (
        Field("id", forms.TEKST, "unique over all stays", f"{_ID}, verblijfnummer, verblijf id, opnamenummer", required=True),
        Field("bsn", forms.BSN, "the client", _BSN, required=True),
        Field("begindatum", forms.DATUM, "first day", f"{_BEGIN}, opnamedatum, datum opname, opname, aankomst", required=True),
        Field(
            "einddatum",
            forms.EINDE,
            "last day; empty: still there",
            f"{_EIND}, ontslagdatum, datum ontslag, ontslag, vertrekdatum, vertrek",
        ),
        Field("prestatiecode", forms.TEKST, "as on a registratie", f"{_PRESTATIE}, product"),
        Field("productcode", forms.PRODUCTCODE, "as on a registratie"),
        Field("toewijzingnummer", forms.NUMMER, "absent: the toewijzing is searched", _NUMMER),
        Field("gemeente", forms.GEMEENTE, "narrows the search", _GEMEENTE),
        Field(
            "aanwezigheid",
            forms.WOORD,
            "empty or `aanwezig`; with any other word the child was away",
            "aanwezig, afwezig, afwezigheid, presentie, status, toestand",
            default="aanwezig",
        ),
    ),
)
PRESTATIE: Definition[Recordsoort] = Definition(
    "prestaties",
    (
        Field("id", forms.TEKST, "unique over all prestaties", f"{_ID}, prestatienummer, prestatie id", required=True),
        Field("bsn", forms.BSN, "the client", _BSN, required=True),
        Field(
            "datum",
            forms.DATUM,
            "the day on which it happened",
            "prestatiedatum, leverdatum, datum levering, datum prestatie, datum gebeurtenis, gebeurtenisdatum",
            required=True,
        ),
        Field(
            "productcode",
            forms.PRODUCTCODE,
            "a product of [output](producten.md) of the contract",
            "product, code product, prestatie, zorgproduct, zorgproductcode",
            required=True,
        ),
        Field(
            "gebeurtenis",
            forms.choice(GEBEURTENISSEN),
            "what happened",
            "soort, soort gebeurtenis, status, actie, mutatie",
            required=True,
        ),
        Field("toewijzingnummer", forms.NUMMER, "absent: the toewijzing is searched", _NUMMER),
        Field("gemeente", forms.GEMEENTE, "narrows the search", _GEMEENTE),
        Field(
            "aantal",
            forms.AANTAL,
            "of a `stuk` the pieces (empty is 1); of a `mijlpaal` the percent of the assigned amount (empty: all that is left)",
            "stuks, hoeveelheid, aantal stuks, percentage, procent, deel",
        ),
    ),
)
MEDEWERKER: Definition[Recordsoort] = Definition(
    "medewerkers",
    (
        Field("medewerker", forms.TEKST, "as on the registraties", f"{_MEDEWERKER}, nummer, code, naam", required=True),
        Field("kwalificatieniveau", forms.NIVEAU, "as the employer set it", _NIVEAU, required=True),
        Field("begindatum", forms.DATUM, "first day", f"{_BEGIN}, datum in dienst, in dienst", required=True),
        Field("einddatum", forms.EINDE, "last day; empty: open", f"{_EIND}, datum uit dienst, uit dienst"),
    ),
)
TOEWIJZING: Definition[Recordsoort] = Definition(
    "toewijzingen",
    (
        Field("toewijzingnummer", forms.NUMMER, "its number in this gemeente", _NUMMER, required=True),
        Field("bsn", forms.BSN, "the client", _BSN, required=True),
        Field("gemeente", forms.GEMEENTE, "CBS code", _GEMEENTE, required=True),
        Field("aanbieder", forms.AGB, "AGB code", "agb, agb code, zorgaanbieder, aanbiedercode", required=True),
        Field("begindatum", forms.DATUM, "first day", f"{_BEGIN}, toegewezen ingangsdatum", required=True),
        Field("einddatum", forms.EINDE, "last day; empty: open", f"{_EIND}, toegewezen einddatum"),
        Field(
            "prestatiecode",
            forms.CODES,
            "one, or several with commas between them",
            _PRESTATIE,
            default=(),
            attribute="prestatiecodes",
        ),
        Field("productcategorie", forms.TEKST, "JZ020", "categorie, productgroep, categoriecode"),
        Field("productcode", forms.TEKST, "as assigned", "product, code product"),
        Field(
            "budget_cent",
            forms.BEDRAG,
            "what may be declared at the most, in eurocents",
            "budget, budget euro, budget in euro, bedrag, maximaal bedrag, maximumbedrag, maximaal budget, toegewezen bedrag",
        ),
        Field(
            "volume",
            forms.BEDRAG,
            "volume, eenheid and frequentie: all three or none",
            "omvang, toegewezen volume, aantal, hoeveelheid, aantal eenheden",
        ),
        Field(
            "eenheid",
            forms.TEKST,
            "WJ756: `01`, `04`, `14`, `16`, `84` (`82` and `83` are read, and fit no price)",
            "eenheidcode, eenheid omvang, tijdseenheid",
        ),
        Field("frequentie", forms.TEKST, "WMO757: `1` day, `2` week, `4` month, `6` total", "frequentiecode, per, periode"),
        Field(
            "kwalificatieniveau_max",
            forms.NIVEAU,
            "the highest level that is paid",
            f"kwalificatieniveau, maximaal niveau, max niveau, niveau max, maximaal kwalificatieniveau, {_NIVEAU}",
        ),
        Field("perceel", forms.TEKST, "the perceel of the contract", "perceelcode, perceelnummer, kavel"),
        Field(
            "reden_wijziging",
            forms.TEKST,
            "JZ002; `13` is removed",
            "reden, wijzigingsreden, mutatiereden, status, toestand, ingetrokken, vervallen, verwijderd",
        ),
        Field(
            "toewijzingsdatum",
            forms.DATUM,
            "orders the versions",
            "datum toewijzing, besluitdatum, datum besluit, beschikkingsdatum, datum beschikking",
        ),
        Field("toewijzingstijd", forms.STEMPELTIJD, "orders the versions of one day", "tijd toewijzing, tijdstip toewijzing"),
    ),
)
DEFINITIONS: Sequence[Definition[Recordsoort]] = (REGISTRATIE, VERBLIJF, PRESTATIE, MEDEWERKER, TOEWIJZING)
"""Every kind of record."""


def definition_of(soort: str) -> Definition[Recordsoort]:
    """Return the definition of a kind of record (`Recordsoort`)."""
    return next(one for one in DEFINITIONS if one.soort == soort)

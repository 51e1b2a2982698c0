"""What the run set aside: one `Uitval` per record (for a stay: per reason), and the closed list of reasons.

The list's order is the order in which reasons apply: a record has the first that fits. Each reason says what follows, and
what a person can do about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from attrs import frozen


@frozen
class Reden:
    """A reason: its `code`, what follows (`vervolg`: wacht, definitief or herstel), what it means and what to do, in Dutch."""

    code: str
    vervolg: str
    betekenis: str
    actie: str


_ROWS = (
    (
        "ongeldig",
        "herstel",
        "een veld is onleesbaar of ontbreekt",
        "verbeter de rij in de bron en lever haar opnieuw aan",
    ),
    ("vervallen", "definitief", "de registratie is ingetrokken", "niets"),
    (
        "dubbel",
        "definitief",
        "hetzelfde id komt vaker voor",
        "niets bij gelijke inhoud; anders: geef elke registratie een eigen id",
    ),
    ("na_periode", "wacht", "de datum ligt na de declaratieperiode", "niets: gaat mee met een volgende maand"),
    ("te_oud", "definitief", "te lang geleden om nog te declareren", "niets: de termijn van 5 jaar is voorbij"),
    (
        "voor_periode",
        "herstel",
        "de datum ligt voor de declaratieperiode",
        "gebruik --nalevering als die maand nooit is gedeclareerd",
    ),
    ("niet_direct", "definitief", "geen directe cliënttijd", "niets: deze tijd zit in het tarief"),
    ("niet_gerealiseerd", "definitief", "afgezegd, niet verschenen of alleen gepland", "niets"),
    ("afwezig", "definitief", "het kind was die dag niet aanwezig", "niets"),
    (
        "toewijzing_onbekend",
        "herstel",
        "het toewijzingnummer is niet van deze cliënt",
        "controleer het nummer op de registratie",
    ),
    ("toewijzing_verwijderd", "herstel", "de gemeente heeft de toewijzing verwijderd", "overleg met de gemeente"),
    (
        "buiten_toewijzing",
        "herstel",
        "de datum valt buiten de toewijzing",
        "controleer datum en nummer, of vraag een verlenging aan",
    ),
    (
        "prestatiecode_ontbreekt",
        "herstel",
        "de prestatiecode is niet af te leiden",
        "zet de prestatiecode op de registratie",
    ),
    (
        "meerdere_toewijzingen",
        "herstel",
        "meer dan één toewijzing past even goed",
        "zet het toewijzingnummer op de registratie",
    ),
    (
        "prestatiecode_niet_toegewezen",
        "herstel",
        "geen toewijzing omvat deze prestatiecode",
        "verbeter de code of vraag een toewijzing aan",
    ),
    ("niet_mpj", "herstel", "de toewijzing hoort bij een ander stelsel", "declareer deze zorg buiten MPJ"),
    (
        "geen_toewijzing",
        "wacht",
        "er is nog geen toewijzing voor deze datum",
        "niets: gaat mee zodra de toewijzing er is",
    ),
    (
        "geen_contract",
        "herstel",
        "geen contract met deze gemeente op deze datum",
        "geef het contract mee of controleer de gemeente",
    ),
    (
        "perceel_onbekend",
        "herstel",
        "het perceel is niet te bepalen",
        "zet het perceel in de toewijzing of in de codetabel",
    ),
    (
        "prestatiecode_niet_gecontracteerd",
        "herstel",
        "het contract heeft geen prijs voor deze prestatiecode",
        "controleer de code of het tarievenblad",
    ),
    (
        "eenheid_past_niet",
        "herstel",
        "de eenheid past niet bij de toewijzing of de prestatiecode",
        "controleer eenheid en soort",
    ),
    ("vervangen", "definitief", "een andere registratie van dezelfde afspraak telt", "niets"),
    ("niet_bevestigd", "wacht", "geplande tijd die nog niet is bevestigd", "laat de medewerker de afspraak bevestigen"),
    ("niveau_onbekend", "herstel", "het kwalificatieniveau ontbreekt", "vul het niveau of de medewerker aan"),
    (
        "niveau_te_laag",
        "definitief",
        "geen gecontracteerd niveau op of onder het geleverde",
        "niets: een lager niveau vervangt geen hoger",
    ),
    (
        "niveau_niet_gecontracteerd",
        "definitief",
        "boven het maximum van de toewijzing",
        "niets, of vraag een ander maximum aan",
    ),
    (
        "productcode_niet_toegewezen",
        "herstel",
        "de productcode wijkt af van de toegewezen code",
        "vraag een toewijzing op deze code aan",
    ),
    ("geen_tijd", "definitief", "geen declarabele tijd of aantallen", "niets"),
    ("dubbele_aanwezigheid", "definitief", "deze groepstijd van het kind telt al", "niets"),
    ("dubbele_dag", "definitief", "deze verblijfsdag telt al", "niets"),
    (
        "budget_overschreden",
        "definitief",
        "het budget van de toewijzing is op",
        "overleg met de gemeente over ophoging",
    ),
    ("omvang_overschreden", "definitief", "de omvang van de toewijzing is op", "overleg met de gemeente over ophoging"),
    (
        "wacht_op_antwoord",
        "wacht",
        "de regel wacht op het antwoord van de gemeente",
        "niets: verwerk het antwoord zodra het er is",
    ),
    ("reeds_gedeclareerd", "definitief", "deze zorg is al gedeclareerd", "niets"),
)
REDENEN: Mapping[str, Reden] = MappingProxyType({row[0]: Reden(*row) for row in _ROWS})


@frozen
class Uitval:
    """A record (`soort` registratie or toewijzing), or the days of a stay (verblijf), that stands behind no line.

    `bron` is its id, empty when that would show a BSN; `datum` to `datum_tot` inclusive, None where unreadable; `aantal` records or
    days; `waarde_cent` what would have been billed, None while unknown; `toelichting` a Dutch sentence without BSN.
    """

    soort: str
    bron: str
    datum: date | None
    datum_tot: date | None
    aantal: int
    bestand: str
    rij: int
    gemeente: str
    reden: str
    waarde_cent: int | None
    toelichting: str

    @property
    def vervolg(self) -> str:
        """What follows: wacht, definitief or herstel."""
        return REDENEN[self.reden].vervolg

    def texts(self) -> tuple[str, ...]:
        """Return the fields as text in the order of ``uitval.csv``."""
        return (
            self.soort,
            self.bron,
            self.datum.isoformat() if self.datum else "",
            self.datum_tot.isoformat() if self.datum_tot else "",
            str(self.aantal),
            self.bestand,
            str(self.rij) if self.rij else "",
            self.gemeente,
            self.reden,
            self.vervolg,
            "" if self.waarde_cent is None else str(self.waarde_cent),
            self.toelichting,
        )

    def sort_key(self) -> tuple[tuple[str, ...], int]:
        """The order of ``uitval.csv``: all columns but `rij` as text, then `rij`."""
        texts = self.texts()
        return texts[:6] + texts[7:], self.rij

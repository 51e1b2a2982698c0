"""The register of reasons: why a record stands behind no line, what follows, what usually causes it, what it means and what to do.

The order is that in which reasons apply: a record has the first that fits. No other list classifies reasons: what holds a
granted line, what is remembered, what counts as work in hand and docs/reasons.md follow from this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from attrs import frozen

Vervolg: TypeAlias = Literal["herstel", "overleg", "wacht", "definitief"]
"""What follows: somebody has to repair something; the toewijzing is full and may be raised; a later run declares it by itself; it
will not be declared."""
Oorzaak: TypeAlias = Literal["record", "toewijzing", "contract", "periode", "gesprek"]
"""What usually makes a record end with a reason: the record or its planning, the toewijzing, the contract or its settings, the
months and the stays that a run looks at, or what was declared and answered before."""
Redencode: TypeAlias = Literal[
    "ongeldig",
    "vervallen",
    "dubbel",
    "id_meermaals",
    "na_periode",
    "te_oud",
    "voor_periode",
    "niet_direct",
    "niet_gerealiseerd",
    "afwezig",
    "toewijzing_onbekend",
    "toewijzing_verwijderd",
    "toewijzing_ongeldig",
    "buiten_toewijzing",
    "prestatiecode_ontbreekt",
    "meerdere_toewijzingen",
    "prestatiecode_niet_toegewezen",
    "niet_mpj",
    "geen_toewijzing",
    "geen_contract",
    "perceel_onbekend",
    "prestatiecode_niet_gecontracteerd",
    "eenheid_past_niet",
    "vervangen",
    "niet_bevestigd",
    "niveau_onbekend",
    "niveau_te_laag",
    "niveau_niet_gecontracteerd",
    "productcode_niet_toegewezen",
    "geen_tijd",
    "dubbele_aanwezigheid",
    "dubbele_dag",
    "budget_overschreden",
    "omvang_overschreden",
    "wacht_op_antwoord",
    "afgekeurd",
    "verblijf_onbevestigd",
    "reeds_gedeclareerd",
]


@frozen
class Reden:
    """A reason, in Dutch."""

    code: Redencode
    vervolg: Vervolg
    oorzaken: tuple[Oorzaak, ...]
    """What usually causes it, the most usual first; more than one is a doubt."""
    betekenis: str
    actie: str
    work: bool = True
    """Whether remembered care with this reason is work in hand: care that a limit stops or nobody confirmed is not."""

    @property
    def remembered(self) -> bool:
        """Whether the care may still be declared: it waits, can be repaired, or a limit stops it that may be raised."""
        return self.vervolg != "definitief"

    @property
    def oorzaak(self) -> Oorzaak:
        """The most usual cause."""
        return self.oorzaken[0]


_REDENEN = (
    Reden(
        "ongeldig",
        "herstel",
        ("record", "contract"),
        "een veld is onleesbaar of ontbreekt",
        "verbeter de rij in de bron en lever haar opnieuw aan",
    ),
    Reden("vervallen", "definitief", ("record",), "de registratie is ingetrokken", "niets"),
    Reden(
        "dubbel",
        "definitief",
        ("record",),
        "dezelfde registratie komt vaker voor",
        "niets: ze telt één keer",
    ),
    Reden(
        "id_meermaals",
        "herstel",
        ("record",),
        "hetzelfde id staat bij verschillende inhoud: geen van beide telt",
        "lever alleen de juiste rij aan, of geef elke registratie een eigen id",
    ),
    Reden("na_periode", "wacht", ("periode",), "de datum ligt na de declaratieperiode", "niets: gaat mee met een volgende maand"),
    Reden("te_oud", "definitief", ("periode",), "te lang geleden om nog te declareren", "niets: de termijn van 5 jaar is voorbij"),
    Reden(
        "voor_periode",
        "herstel",
        ("periode",),
        "de datum ligt voor de declaratieperiode",
        "gebruik --nalevering als die maand nooit is gedeclareerd",
    ),
    Reden("niet_direct", "definitief", ("record",), "geen directe cliënttijd", "niets: deze tijd zit in het tarief"),
    Reden("niet_gerealiseerd", "definitief", ("record", "contract"), "afgezegd, niet verschenen of alleen gepland", "niets"),
    Reden("afwezig", "definitief", ("record", "contract"), "het kind was die dag niet aanwezig", "niets"),
    Reden(
        "toewijzing_onbekend",
        "herstel",
        ("toewijzing",),
        "het toewijzingnummer is niet van deze cliënt",
        "controleer het nummer op de registratie",
    ),
    Reden(
        "toewijzing_verwijderd", "herstel", ("toewijzing",), "de gemeente heeft de toewijzing verwijderd", "overleg met de gemeente"
    ),
    Reden(
        "toewijzing_ongeldig",
        "herstel",
        ("toewijzing",),
        "de toewijzing van deze cliënt is niet leesbaar",
        "verbeter de genoemde rij van de toewijzingen en draai opnieuw",
    ),
    Reden(
        "buiten_toewijzing",
        "herstel",
        ("toewijzing",),
        "de datum valt buiten de toewijzing",
        "controleer datum en nummer, of vraag een verlenging aan",
    ),
    Reden(
        "prestatiecode_ontbreekt",
        "herstel",
        ("toewijzing",),
        "de prestatiecode is niet af te leiden",
        "zet de prestatiecode op de registratie",
    ),
    Reden(
        "meerdere_toewijzingen",
        "herstel",
        ("toewijzing",),
        "meer dan één toewijzing past even goed",
        "zet het toewijzingnummer op de registratie",
    ),
    Reden(
        "prestatiecode_niet_toegewezen",
        "herstel",
        ("toewijzing",),
        "geen toewijzing omvat deze prestatiecode",
        "verbeter de code of vraag een toewijzing aan",
    ),
    Reden(
        "niet_mpj",
        "herstel",
        ("toewijzing", "contract"),
        "de toewijzing hoort bij een ander stelsel",
        "declareer deze zorg buiten MPJ",
    ),
    Reden(
        "geen_toewijzing",
        "wacht",
        ("toewijzing",),
        "er is nog geen toewijzing voor deze datum",
        "niets: gaat mee zodra de toewijzing er is",
    ),
    Reden(
        "geen_contract",
        "herstel",
        ("contract",),
        "geen contract met deze gemeente op deze datum",
        "geef het contract mee of controleer de gemeente",
    ),
    Reden(
        "perceel_onbekend",
        "herstel",
        ("contract", "toewijzing"),
        "het perceel is niet te bepalen",
        "zet het perceel in de toewijzing of in de codetabel",
    ),
    Reden(
        "prestatiecode_niet_gecontracteerd",
        "herstel",
        ("contract",),
        "het contract heeft geen prijs voor deze prestatiecode",
        "controleer de code of het tarievenblad",
    ),
    Reden(
        "eenheid_past_niet",
        "herstel",
        ("contract", "toewijzing"),
        "de eenheid past niet bij de toewijzing of de prestatiecode",
        "controleer eenheid en soort",
    ),
    Reden("vervangen", "definitief", ("record", "contract"), "een andere registratie van dezelfde afspraak telt", "niets"),
    Reden(
        "niet_bevestigd",
        "wacht",
        ("record", "contract"),
        "geplande tijd die nog niet is bevestigd",
        "laat de medewerker de afspraak bevestigen",
        work=False,
    ),
    Reden(
        "niveau_onbekend",
        "herstel",
        ("record",),
        "het kwalificatieniveau is op deze datum niet bekend",
        "vul het niveau aan, van een medewerker in het medewerkersbestand",
    ),
    Reden(
        "niveau_te_laag",
        "definitief",
        ("contract", "record"),
        "geen gecontracteerd niveau op of onder het geleverde",
        "niets: een lager niveau vervangt geen hoger",
    ),
    Reden(
        "niveau_niet_gecontracteerd",
        "definitief",
        ("toewijzing", "contract"),
        "boven het maximum van de toewijzing",
        "niets, of vraag een ander maximum aan",
    ),
    Reden(
        "productcode_niet_toegewezen",
        "herstel",
        ("toewijzing", "contract"),
        "de productcode wijkt af van de toegewezen code",
        "vraag een toewijzing op deze code aan",
    ),
    Reden("geen_tijd", "definitief", ("record", "contract"), "geen declarabele tijd of aantallen", "niets"),
    Reden("dubbele_aanwezigheid", "definitief", ("record",), "deze groepstijd van het kind telt al", "niets"),
    Reden("dubbele_dag", "definitief", ("record",), "deze verblijfsdag telt al", "niets"),
    Reden(
        "budget_overschreden",
        "overleg",
        ("toewijzing", "contract"),
        "het budget van de toewijzing is op",
        "overleg met de gemeente over ophoging",
        work=False,
    ),
    Reden(
        "omvang_overschreden",
        "overleg",
        ("toewijzing", "contract"),
        "de omvang van de toewijzing is op",
        "overleg met de gemeente over ophoging",
        work=False,
    ),
    Reden(
        "wacht_op_antwoord",
        "wacht",
        ("gesprek",),
        "de regel wacht op het antwoord van de gemeente, of op een beslissing",
        "verwerk het antwoord zodra het er is; staat de regel in te_beslissen.csv, beslis dan",
    ),
    Reden(
        "afgekeurd",
        "herstel",
        ("gesprek",),
        "de gemeente keurde de regel af",
        "verbeter de oorzaak, of stuur de regel opnieuw met mpj ledger resend",
        work=False,
    ),
    Reden(
        "verblijf_onbevestigd",
        "herstel",
        ("periode",),
        "het lopende verblijf, of de start van een product, staat niet in deze aanlevering",
        "lever het verblijf of de start aan, of gebruik --verblijf-loopt-door",
    ),
    Reden("reeds_gedeclareerd", "definitief", ("gesprek",), "deze zorg is al gedeclareerd", "niets"),
)
REDENEN: Mapping[str, Reden] = MappingProxyType({reden.code: reden for reden in _REDENEN})

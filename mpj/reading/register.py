"""The register of fault codes: every code that a `Fault` can bear, with its meaning and what to do about it.

A code is a stable word for machines: once released it keeps its meaning. `Foutcode` lists them for the type checker, which names
every place that uses a code the list does not have; ``faults.toml`` beside this module says what each means, and a test holds the
two together. Rules of the message standard have official codes of their own (`Regelcode`); docs/rules.md has those.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, NewType, TypeAlias, cast

from attrs import frozen

Foutcode: TypeAlias = Literal[
    "aanroep_onjuist",
    "afgebroken",
    "afgemaakt",
    "onverwacht",
    "opmerking",
    "geheugen_vol",
    "systeem_weigert",
    "proces_weg",
    "tijdelijk_onbruikbaar",
    "invoer_ontbreekt",
    "invoer_leeg",
    "periode_onjuist",
    "contract_ontbreekt",
    "niveau_afwijkend",
    "uitbreiding_ontbreekt",
    "geheugen_te_klein",
    "columnar_gekozen",
    "uitvoer_bestaat",
    "uitvoer_niet_leeg",
    "uitvoer_verzonden",
    "uitvoer_onbruikbaar",
    "uitvoer_vol",
    "niet_gevonden",
    "map_onleesbaar",
    "veld_onleesbaar",
    "stappen_past_niet",
    "uitvoer_beschadigd",
    "contract_niet_in_uitvoer",
    "bestand_ontbreekt",
    "bestand_onleesbaar",
    "bestand_leeg",
    "bestand_te_groot",
    "bestand_niet_gelezen",
    "zip_onleesbaar",
    "codering_windows",
    "rijen_boven_kop",
    "codering_onjuist",
    "csv_onleesbaar",
    "scheidingsteken",
    "kolom_dubbel",
    "kolom_ontbreekt",
    "kolom_verschreven",
    "kolom_onbeslist",
    "kolom_onbekend",
    "profiel_gebruikt",
    "rijen_overgeslagen",
    "profiel_onbeslist",
    "rij_onvolledig",
    "rij_dubbel",
    "waarde_onjuist",
    "werkmap_onleesbaar",
    "bladen_dubbel",
    "blad_onbekend",
    "blad_gekozen",
    "getal_als_tekst",
    "parquet_onleesbaar",
    "parquet_kolom",
    "medewerker_ongeldig",
    "medewerker_overlap",
    "toewijzing_dubbel",
    "toewijzing_andere_client",
    "map_ontbreekt",
    "toml_onleesbaar",
    "sleutel_ontbreekt",
    "sleutel_onbekend",
    "protocol_onbekend",
    "protocol_onjuist",
    "perceel_ontbreekt",
    "perceel_dubbel",
    "perceel_onbekend",
    "gemeente_buiten_contract",
    "prestatiecode_onbekend",
    "niveau_onbekend",
    "normtijd_onbekend",
    "datum_onjuist",
    "datum_buiten_contract",
    "tarief_onjuist",
    "categorie_onjuist",
    "productcode_onjuist",
    "tarieven_leeg",
    "niveau_ontbreekt",
    "niveau_teveel",
    "jeugdbescherming_uit",
    "normtijd_ontbreekt",
    "normtijd_onjuist",
    "tarief_oneven",
    "wijziging_midden_in_maand",
    "cel_overlap",
    "cel_gat",
    "productcode_dubbel",
    "productcode_ontbreekt",
    "contract_dubbel",
    "protocol_verschilt",
    "contracten_overlappen",
    "tariefkaart_onleesbaar",
    "tariefkaart_gewijzigd",
    "factor_vier",
    "niveau_goedkoper",
    "tarief_sprong",
    "cel_ontbreekt",
    "niveau_uitgesloten",
    "prestatiecode_zonder_prijs",
    "cel_eindigt_eerder",
    "xlsx_niet_mogelijk",
    "xlsx_onleesbaar",
    "xlsx_te_groot",
    "contract_onleesbaar",
    "matrix_leeg",
    "blad_verborgen",
    "rij_verborgen",
    "cel_samengevoegd",
    "kop_onbekend",
    "kop_dubbel",
    "niveau_uit",
    "alleen_uurprijs",
    "uurprijs_past_niet",
    "formule_zonder_waarde",
    "foutwaarde",
    "percentage_onjuist",
    "niets_te_indexeren",
    "prijs_bestaat_al",
    "contract_onbekend",
    "regel_dubbel",
    "prijs_wijkt_af",
    "instelling_verschilt",
    "geen_functie",
    "bestand",
    "xml_codering",
    "xml_diepte",
    "xml_doctype",
    "xml_ongeldig",
    "xml_omvang",
    "xsd",
    "xsd_onleesbaar",
    "bericht_onbekend",
    "ander_bericht",
    "meer_berichten",
    "antwoord_zonder_declaratie",
    "antwoord_spreekt_tegen",
    "antwoord_zonder_reden",
    "te_veel_fouten",
    "element_onverwacht",
    "element_volgorde",
    "element_aantal",
    "element_ontbreekt",
    "element_naamruimte",
    "attribuut",
    "tekst",
    "teken",
    "leeg",
    "geheel_getal",
    "datum",
    "tijd",
    "patroon",
    "max_lengte",
    "codes",
    "min",
    "max",
    "waarde",
    "declaratieperiode",
    "dagtekening",
    "tarief_ondeelbaar",
    "bericht_te_groot",
    "ledger_nieuw",
    "ledger_onbruikbaar",
    "ledger_vol",
    "ledger_alleen_lezen",
    "ledger_map_ontbreekt",
    "ledger_onbereikbaar",
    "ledger_verbroken",
    "ledger_wel_bijgewerkt",
    "ledger_bezet",
    "ledger_weigert",
    "ledger_fout",
    "ledger_te_nieuw",
    "ledger_beschadigd",
    "ledger_begonnen",
    "akkoord_nodig",
    "toegekend_blijft_staan",
    "periode_voor_laatste",
    "declaratie_onbekend",
    "regel_onbekend",
    "verkeerde_status",
    "bsn_onjuist",
    "client_open",
    "client_te_recent",
    "ander_antwoord",
    "antwoord_wijzigt",
    "dubbel_bericht",
    "later_getoetst",
    "nummer_in_gebruik",
]

Foutklasse: TypeAlias = Literal["invalid", "unreadable", "refused", "busy", "unavailable"]
"""The class of the error that a fault is raised in, as the register words it (`mpj.reading.faults.error_class`)."""

Regelcode = NewType("Regelcode", str)
"""The code of a rule of the message standard, as CS002 or TR367."""


@frozen
class Foutsoort:
    """A fault code with its meaning and what to do, in Dutch."""

    code: Foutcode
    groep: str
    """What one is doing when it comes: the heading of its table in docs/faults.md."""
    betekenis: str
    actie: str
    klasse: Foutklasse = "invalid"
    """The class of the error that it is raised in; the register names those that are not `invalid`."""


@cache
def fault_register() -> Mapping[Foutcode, Foutsoort]:
    """Return every fault code with its meaning and action, in the order of docs/faults.md."""
    tables = tomllib.loads(files("mpj.reading").joinpath("faults.toml").read_text("utf-8"))
    rows = ((cast(Foutcode, code), groep, *texts) for groep, table in tables.items() for code, texts in table.items())
    return MappingProxyType({row[0]: Foutsoort(*row) for row in rows})

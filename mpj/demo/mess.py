"""The mess of real life as data: what goes wrong, how often, and where the engine should put it.

Rates are per thousand. `gevolg` names the reason of uitval that follows, or "regel" where the record is still declared;
several, separated by a blank, where it depends on what else the client has. The functions that do it stand in `disturb`
(registraties), `toewijzingen` and `verblijf`.
"""

from __future__ import annotations

from random import Random

from attrs import frozen

from mpj.demo.chance import Weighted, weighted

NO_MESS = ""


@frozen
class Mess:
    """One thing that goes wrong."""

    naam: str
    """What it is called."""
    permille: int
    """How often."""
    gevolg: str
    """What becomes of the record."""
    omschrijving: str
    """What happened."""
    rows: int = 1
    """How many rows it takes."""


# Of every registratie. Where a kind cannot strike (there is no lower level, say), the row stays as it was.
REGISTRATIE_MESS: tuple[Mess, ...] = (
    Mess("niet_verschenen", 8, "niet_gerealiseerd", "the client did not come"),
    Mess("geannuleerd", 4, "niet_gerealiseerd", "the appointment was cancelled"),
    Mess("gepland", 2, "niet_gerealiseerd", "a plan that was never closed (contracts that bill what is realised)"),
    Mess("reistijd", 3, "niet_direct", "travel time, recorded beside the contact"),
    Mess("indirecte_tijd", 3, "niet_direct", "reports and consultations"),
    Mess("overige_tijd", 1, "niet_direct", "other time"),
    Mess("vorige_maand", 2, "voor_periode", "entered late: care of the month before"),
    Mess("volgende_maand", 3, "na_periode", "entered early: care of the month after"),
    Mess("verkeerd_jaartal", 1, "te_oud", "the year typed wrong, ten years ago"),
    Mess("nul_minuten", 1, "geen_tijd", "nothing filled in but a zero"),
    Mess("niveau_te_laag", 4, "niveau_te_laag", "a replacement below every contracted level"),
    Mess("niveau_hoger", 25, "regel", "a replacement at a level that is not contracted: billed at the next lower one"),
    Mess("afwijkend_niveau", 5, "regel", "the level on the record is not the employer's"),
    Mess("onderaannemer", 20, "regel", "done by a subcontractor, who gives a level and no medewerker"),
    Mess("medewerker_onbekend", 3, "niveau_onbekend", "the medewerker is missing from the file"),
    Mess(
        "code_ontbreekt",
        2,
        "regel meerdere_toewijzingen prestatiecode_ontbreekt",
        "neither prestatiecode nor number filled in",
    ),
    Mess("verkeerde_code", 2, "prestatiecode_niet_toegewezen", "another prestatiecode than the client was assigned"),
    Mess("onbekend_nummer", 1, "toewijzing_onbekend", "a typing error in the toewijzingnummer"),
    Mess(
        "onleesbaar",
        5,
        "ongeldig",
        "a wrong field: impossible date, unknown code, letters in minuten, a BSN that fails the elfproef",
    ),
    Mess(
        "verkeerde_soort",
        2,
        "prestatiecode_niet_gecontracteerd eenheid_past_niet regel",
        "a group ticked as individual, or the other way round",
    ),
    Mess("dubbel_gelijk", 2, "dubbel", "exported twice with the same content: one of the two counts", rows=2),
    Mess("dubbel_anders", 1, "id_meermaals", "the same id with different content: neither counts", rows=2),
    Mess("vervallen", 1, "vervallen", "withdrawn afterwards", rows=2),
)

# Of group records only.
GROEP_MESS: tuple[Mess, ...] = (
    Mess(
        "twee_begeleiders",
        18,
        "dubbele_aanwezigheid",
        "two leaders each record the same child at the same time",
        rows=2,
    ),
    Mess("overlappende_tijd", 10, "regel dubbele_aanwezigheid", "a second record that overlaps the first in part", rows=2),
)

# Of records priced by level only.
NIVEAU_MESS: tuple[Mess, ...] = (
    Mess(
        "niveau_lager",
        5,
        "regel productcode_niet_toegewezen",
        "a replacement at a lower contracted level; not allowed where the assigned productcode fixes the level",
    ),
    Mess(
        "twee_professionals",
        10,
        "regel",
        "two professionals in one contact: two records, each at its own level",
        rows=2,
    ),
)

# Under a contract that bills what is planned, beside all others.
PLANNING_MESS: tuple[Mess, ...] = (
    Mess("alleen_gepland", 500, "regel", "planned and confirmed, and nothing more was written down"),
    Mess("gepland_en_gerealiseerd", 30, "vervangen", "planned, and the realised record replaces the plan", rows=2),
    Mess("gepland_en_afgezegd", 10, "niet_gerealiseerd", "planned, and a no-show beside it", rows=2),
    Mess("niet_bevestigd", 10, "niet_bevestigd", "planned, and never confirmed"),
)

# Of every toewijzing.
TOEWIJZING_MESS: tuple[Mess, ...] = (
    Mess(
        "te_laat",
        3,
        "geen_toewijzing prestatiecode_niet_toegewezen",
        "care has started, the toewijzing has not arrived",
    ),
    Mess(
        "verlopen",
        3,
        "geen_toewijzing buiten_toewijzing prestatiecode_niet_toegewezen",
        "ended before the month, care goes on",
    ),
    Mess(
        "afgelopen",
        7,
        "geen_toewijzing buiten_toewijzing prestatiecode_niet_toegewezen",
        "ends during the month, care goes on",
    ),
    Mess(
        "verwijderd",
        3,
        "toewijzing_verwijderd geen_toewijzing prestatiecode_niet_toegewezen",
        "removed by the gemeente (reason 13)",
    ),
    Mess("ander_stelsel", 3, "niet_mpj prestatiecode_niet_toegewezen", "still on a product code of the old regime"),
    Mess(
        "onleesbaar", 2, "ongeldig toewijzing_onbekend", "a faulty row: its own row is set aside, and its records see no toewijzing"
    ),
    Mess("andere_aanbieder", 1, "geen_contract geen_toewijzing", "meant for another aanbieder"),
    Mess("andere_gemeente", 1, "geen_contract", "the client moved to a gemeente without a contract"),
    Mess("verkeerd_perceel", 1, "perceel_onbekend", "names a perceel that the contract does not have"),
    Mess("maximum_te_laag", 2, "niveau_niet_gecontracteerd", "a maximum level below every contracted one"),
    Mess("krap", 25, "omvang_overschreden budget_overschreden", "a budget or omvang that runs out before the month does"),
    Mess("nieuwe_versie", 60, "regel", "two versions: the later one counts"),
)

# Of every client.
GEEN_TOEWIJZING_PERMILLE = 6

# Of every row of verblijf.csv.
VERBLIJF_MESS: tuple[Mess, ...] = (
    Mess("begon_eerder", 40, "voor_periode", "begins in the month before: those days are earlier care"),
    Mess("volgende_maand", 10, "na_periode", "begins after the month"),
    Mess("overlap", 60, "dubbele_dag", "begins before the stay before it has ended"),
    Mess("onleesbaar", 10, "ongeldig", "ends before it begins, or a date that does not exist"),
    Mess("onbekend_nummer", 6, "toewijzing_onbekend", "a typing error in the toewijzingnummer"),
    Mess(
        "code_ontbreekt",
        15,
        "regel meerdere_toewijzingen prestatiecode_ontbreekt eenheid_past_niet",
        "neither prestatiecode nor number filled in",
    ),
)


def table(*kinds: tuple[Mess, ...]) -> Weighted[Mess]:
    """Return one table of all `kinds`, in which the rest of the thousand is: nothing wrong."""
    listed = [mess for kind in kinds for mess in kind]
    rest = 1000 - sum(mess.permille for mess in listed)
    return weighted([(Mess(NO_MESS, rest, "regel", ""), rest), *((mess, mess.permille) for mess in listed)])


def draw_kinds(rng: Random, mess: Weighted[Mess], rows: int) -> list[Mess]:
    """Return what happens to as many records as fill exactly `rows` rows."""
    kinds: list[Mess] = []
    while rows:
        kind = mess.draw(rng)
        if kind.rows > rows:
            kind = mess.values[0]
        kinds.append(kind)
        rows -= kind.rows
    return kinds

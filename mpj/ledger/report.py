"""The ledger as people read it: what stands where, what is to be repaired, what is in hand. No client is ever named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mpj.ledger import incoming
from mpj.presentation import words
from mpj.presentation.report import Column, Part, Report, Row, Table
from mpj.records.reasons import REDENEN

if TYPE_CHECKING:
    from mpj.ledger.conversation import Geboekt

_STATES = {
    "concept": "concept",
    "verzonden": "verzonden",
    "toegekend": "toegekend",
    "afgekeurd": "afgekeurd",
    "te_herstellen": "waarvan te herstellen",
    "niet_verzonden": "nooit verwerkt",
}
_BANDS = {"tot_50_procent": "tot 50%", "tot_80_procent": "50-80%", "tot_100_procent": "80-100%", "op": "op"}
_WORK = {
    "concept_cent": "klaar om te verzenden",
    "wacht_op_antwoord_cent": "wacht op antwoord",
    "te_herstellen_cent": "afgekeurd, te herstellen",
    "niet_verwerkt_cent": "nooit verwerkt, gaat mee met de volgende mpj declare",
    "opzij_cent": "opzij gezet, met bekende waarde",
}
_STAND = Column("stand"), Column("aantal", "count"), Column("bedrag", "cent")


def status(found: Mapping[str, Any]) -> Report:
    """Return `mpj.Ledger.status` to read."""
    parts: list[Part] = []
    if found["gemeenten"] or not found["ontvangen"]:
        parts.append(Table("Regels per gemeente", (Column("gemeente", "code"), *_STAND), _lines(found["gemeenten"]), banded=True))
    limits = tuple(_limits(found["gemeenten"]))
    if limits:
        bands = (Column(name, "count") for name in (*_BANDS.values(), "geen totaal"))
        columns = (Column("gemeente", "code"), Column("limiet", "code"), Column("toewijzingen", "count"), *bands)
        parts.append(Table("Gebruik van limieten, in aantallen toewijzingen", columns, limits))
    if found["ontvangen_per_maand"]:
        parts.append(incoming.table(found["ontvangen_per_maand"]))
    open_ones = [row for row in found["declaraties"] if row["status"] in ("concept", "verzonden")]
    if open_ones:
        parts.append(_declarations(open_ones))
    # A municipality declares nothing, so it has no work in hand.
    declares = found["gemeenten"] or not found["ontvangen"]
    return Report("", (), (*parts, *(work(found["onderhanden_werk"]).parts if declares else ())), "mpj ledger status")


def _lines(gemeenten: Mapping[str, Any]) -> Iterator[Row]:
    for gemeente, rows in gemeenten.items():
        for name, word in _STATES.items():
            if name in rows:
                yield gemeente, word, rows[name]["regels"], rows[name]["bedrag_cent"]
        for code, row in rows["retourcodes"].items():
            yield gemeente, f"afgekeurd met retourcode {code}", row["regels"], row["bedrag_cent"]
        for reden, row in rows["opzij"].items():
            yield gemeente, f"opzij: {REDENEN[reden].betekenis}", row["aantal"], row["bekende_waarde_cent"] or None


def _limits(gemeenten: Mapping[str, Any]) -> Iterator[Row]:
    for gemeente, rows in gemeenten.items():
        for kind, row in rows["limieten"].items():
            if row["toewijzingen"]:
                yield (gemeente, kind, row["toewijzingen"], *(row[band] for band in _BANDS), row.get("zonder_totaal", 0))


def _declarations(rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = (
        *(Column("declaratienummer", "code"), Column("periode", "code"), Column("gemeente", "code"), Column("stand", "code")),
        *(Column("regels", "count"), Column("bedrag", "cent")),
    )
    names = "declaratienummer", "declaratieperiode", "gemeente", "status", "regels", "bedrag_cent"
    return Table("Declaraties zonder antwoord", columns, (tuple(row[name] for name in names) for row in rows))


def work(found: Mapping[str, Any]) -> Report:
    """Return `mpj.Ledger.work` to read."""
    rows = ((text, found[name]) for name, text in _WORK.items())
    title = f"Onderhanden werk: {words.euros(found['totaal_cent'])}"
    unknown = found["opzij_zonder_bekende_waarde"]
    note = f"en {words.counted(unknown, 'registratie of dag')} waarvan de waarde nog onbekend is" if unknown else ""
    return Report("", (), (Table(title, (Column("waarvan"), Column("bedrag", "cent")), rows), *([note] if note else [])))


def repair_list(rows: Sequence[Mapping[str, Any]]) -> Report:
    """Return `mpj.Ledger.repair_list` to read, every number whole, to be copied."""
    if not rows:
        return Report("", (), ("De herstellijst is leeg.",))
    columns = (
        *(Column("gemeente", "code"), Column("referentienummer", "code"), Column("toewijzing", "code"), Column("product", "code")),
        *(Column("periode", "code"), Column("retourcodes"), Column("gaat mee"), Column("bedrag", "cent")),
    )
    texts = {one["retourcode"]: one["omschrijving"] for row in rows for one in row["retourcodes"]}
    told = "\n".join(f"{code}: {texts[code] or 'geen omschrijving bekend'}" for code in sorted(texts))
    again = "Ongewijzigd opnieuw insturen:\n  mpj ledger resend --ledger URL REFERENTIENUMMER"
    return Report("", (), (Table("Herstellijst", columns, map(_repair, rows), banded=True), told, again))


def _repair(row: Mapping[str, Any]) -> Row:
    codes = ", ".join(one["retourcode"] for one in row["retourcodes"])
    number = str(row["toewijzingnummer"] or "(verborgen)")
    again = "ja" if row["opnieuw"] else ""
    return row["gemeente"], row["referentienummer"], number, row["productcode"], row["periode"], codes, again, row["bedrag_cent"]


def booked(row: Geboekt, names: Mapping[str, str]) -> str:
    """Return in a line what became of one declaration; `names` are those of gemeenten, by code."""
    if row.fouten:
        return f"{row.bestand}: niet geboekt"
    told = f": {words.counted(row.toegekend, 'regel')} toegekend, {words.number(row.afgekeurd)} afgekeurd"
    known = " (was al geboekt)" if row.al_bekend else ""
    state = _STATES.get(row.status, row.status)
    if row.status == "verzonden":
        told = f": {words.counted(row.regels, 'regel')}, {words.euros(row.bedrag_cent)}"
    shown = told if row.status in ("beantwoord", "verzonden") else ""
    return f"{row.declaratienummer}  gemeente {words.named(row.gemeente, names)}  {state}{shown}{known}"

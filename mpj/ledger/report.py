"""The ledger as people read it: what stands where, what is to be repaired, what is in hand. No client is ever named.

Each look is a report of tables, and the same tables by the names of their CSV files. `op` is the day that ages are counted to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import field, frozen

from mpj.ledger import incoming
from mpj.ledger.use import fullest
from mpj.presentation import words
from mpj.presentation.report import Cell, Column, Part, Report, Row, Table, Value, coded
from mpj.records.reasons import REDENEN

if TYPE_CHECKING:
    from mpj.ledger.conversation import Geboekt
    from mpj.ledger.looks import LimitRow, ReplacedConcept

_STATES = {
    "concept": "concept",
    "verzonden": "verzonden",
    "toegekend": "toegekend",
    "afgekeurd": "afgekeurd",
    "niet_verzonden": "nooit verwerkt",
}
_BANDS = {"tot_50_procent": "tot 50%", "tot_80_procent": "50-80%", "tot_100_procent": "80-100%", "op": "op"}
_WORK = {
    "concept": "klaar om te verzenden",
    "wacht_op_antwoord": "wacht op antwoord",
    "te_herstellen": "afgekeurd, te herstellen",
    "niet_verwerkt": "nooit verwerkt, gaat mee met de volgende mpj declare",
    "opzij": "opzij gezet en kan nog komen, bekende waarde",
}
_Count: TypeAlias = Literal["maximum", "toegekend", "verzonden", "concept", "rest"]
_AGE = Column("sinds", "date", "sinds", spare=True), Column("dagen", "count", "dagen")
_LINES = Column("regels", "count", "regels"), Column("bedrag", "cent", "bedrag_cent")


@frozen
class LookBack:
    """What a ledger shows: to read, and its tables by the names of their CSV files."""

    report: Report
    tables: Mapping[str, Table]


@frozen
class Shown:
    """How people see it."""

    op: date
    """The day that ages are counted to."""
    namen: Mapping[str, str] = field(factory=dict)
    """The names of gemeenten, by code."""

    def table(self, title: str, columns: Sequence[Column], rows: Sequence[Row], note: str = "", *, total: bool = True) -> Table:
        """Return rows under their gemeente, with the sums of counts and amounts where there are rows."""
        every = (*coded("gemeente", self.namen), *columns)
        sums = ("totaal", "", *(_sum(column, [row[place] for row in rows]) for place, column in enumerate(columns, 1)))
        named = ((row[0], self.namen.get(str(row[0]), ""), *row[1:]) for row in rows)
        return Table(title, every, named, sums if rows and total else None, note, banded=True)

    def age(self, since: date | str | None) -> tuple[date | None, int | None]:
        """Return a day and how many days ago it was."""
        day = date.fromisoformat(since) if isinstance(since, str) else since
        return day, None if day is None else max(0, (self.op - day).days)


def _sum(column: Column, values: Sequence[Value | Cell]) -> Value:
    """Return the sum of counts and amounts; of nothing else there is one."""
    if column.form not in ("count", "cent") or column in _AGE:
        return None if column.form in ("date", "count") else ""
    return sum(value for value in values if isinstance(value, int))


def status(found: Mapping[str, Any], shown: Shown) -> LookBack:
    """Return `mpj.Ledger.status` to read."""
    gemeenten, sinds = found["gemeenten"], found["onderhanden_werk"]["per_gemeente"]
    tables = {
        "regels": _lines(gemeenten, shown),
        "te_herstellen": _to_repair(gemeenten, sinds, shown),
        "retourcodes": _codes(gemeenten, shown),
        "opzij": _aside(gemeenten, shown),
        "limieten": _limits(gemeenten, shown),
        "toewijzingen": _pressed(found["limieten"], shown),
        "ontvangen": incoming.table(found["ontvangen_per_maand"], shown.namen),
        "declaraties": _declarations(found["declaraties"], shown),
        "vervangen": _replaced(found["vervangen"], shown),
        "onleesbaar": _faulty(found["onleesbaar"], shown),
    }
    # A gemeente declares nothing, so it has no work in hand.
    declares = gemeenten or not found["ontvangen"]
    parts: list[Part] = [table for name, table in tables.items() if table.rows or (name == "regels" and declares)]
    if declares:
        whole, tables["werk"], *notes = _in_hand(found["onderhanden_werk"], shown)
        tables["herstel"] = _to_mend(found["onderhanden_werk"]["herstel"], shown)
        parts += [whole, *notes, *([tables["herstel"]] if tables["herstel"].rows else [])]
    return LookBack(Report(f"Stand op {words.day(shown.op)}", (), tuple(parts), "mpj ledger status"), tables)


def _lines(gemeenten: Mapping[str, Any], shown: Shown) -> Table:
    rows = [
        (gemeente, word, own[name]["regels"], own[name]["bedrag_cent"])
        for gemeente, own in gemeenten.items()
        for name, word in _STATES.items()
        if name in own
    ]
    return shown.table("Regels per gemeente", (Column("stand", "text", "stand"), *_LINES), rows)


def _to_repair(gemeenten: Mapping[str, Any], work: Mapping[str, Any], shown: Shown) -> Table:
    rows = [
        (gemeente, *shown.age(work[gemeente]["sinds"]["te_herstellen"]), *own["te_herstellen"].values())
        for gemeente, own in gemeenten.items()
        if "te_herstellen" in own
    ]
    return shown.table("Te herstellen: mpj ledger status --herstellijst", (*_AGE, *_LINES), rows)


def _codes(gemeenten: Mapping[str, Any], shown: Shown) -> Table:
    from mpj.ledger.repair import code_texts

    texts = code_texts()
    rows = [(gemeente, code, *row.values()) for gemeente, own in gemeenten.items() for code, row in own["retourcodes"].items()]
    told = {row[1]: f"retourcode {row[1]}: {texts.get(row[1], 'geen omschrijving bekend')}" for row in rows}
    columns = Column("waarom", "text", "retourcode", told), *_LINES
    return shown.table("Afgekeurd, per retourcode", columns, rows, "Een regel met twee codes telt bij beide.", total=False)


def _aside(gemeenten: Mapping[str, Any], shown: Shown) -> Table:
    rows = [
        (gemeente, reden, *shown.age(row["sinds"]), row["aantal"], row["bekende_waarde_cent"] or None, row["geschat_cent"] or None)
        for gemeente, own in gemeenten.items()
        for reden, row in own["opzij"].items()
    ]
    told = {reden: REDENEN[reden].betekenis for reden in dict.fromkeys(row[1] for row in rows)}
    counts = Column("aantal", "count", "aantal"), Column("bekende waarde", "cent", "bekende_waarde_cent")
    columns = Column("reden", "text", "reden", told), *_AGE, *counts, Column("geschat", "cent", "geschat_cent", spare=True)
    out = {reden for _, reden, *_ in rows if not REDENEN[str(reden)].work}
    cent = sum(row["bekende_waarde_cent"] for own in gemeenten.values() for reden, row in own["opzij"].items() if reden in out)
    named = words.listed(sorted(map(str, out)), "")
    note = f"Geen onderhanden werk, want het komt niet vanzelf: {named}, samen {words.euros(cent)}." if cent else ""
    return shown.table("Opzij gezet", columns, rows, note)


def _limits(gemeenten: Mapping[str, Any], shown: Shown) -> Table:
    rows = [
        (gemeente, kind, row["toewijzingen"], *(row[band] for band in _BANDS), row.get("zonder_totaal", 0))
        for gemeente, own in gemeenten.items()
        for kind, row in own["limieten"].items()
        if row["toewijzingen"]
    ]
    names = {"toewijzingen": "toewijzingen", **_BANDS, "zonder_totaal": "geen totaal"}
    columns = Column("limiet", "code", "limiet"), *(Column(word, "count", name) for name, word in names.items())
    note = "Van een omvang per periode telt de laatste maand, waar die voller is dan het geheel."
    return shown.table("Gebruik van limieten, in aantallen toewijzingen", columns, rows, note)


def _pressed(rows: Sequence[LimitRow], shown: Shown) -> Table:
    """Return the limits that are used up or nearly so, each by its toewijzing: those that `_limits` counts from 80% on."""
    names: tuple[_Count, ...] = ("maximum", "toegekend", "verzonden", "concept", "rest")
    columns = (
        *(Column("toewijzing", "code", "toewijzingnummer"), Column("limiet", "code", "soort"), Column("maand", "code", "maand")),
        *(Column("stand", "code", "stand", {"bijna_op": "bijna op"}), *(Column(name, "units", name) for name in names)),
    )
    fields: list[Row] = [
        (
            *(row["gemeente"], str(row["toewijzingnummer"] or "(verborgen)"), row["soort"], row["maand"] or "", row["stand"]),
            *(Cell(row[name], "cent" if row["soort"] == "budget" else "units") for name in names),
        )
        for row in fullest(rows)
        if row["stand"] != "ruim"
    ]
    note = "Een budget in euro's, een omvang in wat haar eenheid telt, als minuten."
    return shown.table("Limieten die op zijn, of bijna", columns, fields, note, total=False)


def _replaced(rows: Sequence[Mapping[str, Any]], shown: Shown) -> Table:
    columns = (
        *(Column("declaratienummer", "code", "declaratienummer"), Column("periode", "code", "periode")),
        *(Column("vervangen door", "text", "door"), Column("map", "text", "map")),
    )
    names = "gemeente", "declaratienummer", "declaratieperiode"
    fields = [(*(row[name] for name in names), ", ".join(row["door"]) or "niets", row["map"]) for row in rows]
    note = "De berichten in deze mappen gelden niet meer: verstuur ze niet."
    return shown.table("Vervangen concepten", columns, fields, note, total=False)


def _faulty(rows: Sequence[Mapping[str, Any]], shown: Shown) -> Table:
    """Return the rows that are to be repaired, each by its place."""
    columns = (
        *(Column("bestand", "text", "bestand"), Column("rij", "code", "rij"), Column("oorzaak", "text", "oorzaak"), *_AGE),
        *(Column("reden", "code", "reden", spare=True), Column("soort", "code", "soort", spare=True)),
    )
    fields = [
        (
            *(row["gemeente"] or "onbekend", row["bestand"], str(row["rij"] or ""), row["oorzaak"]),
            *(*shown.age(row["sinds"]), row["reden"], row["soort"]),
        )
        for row in rows
    ]
    note = "Zij blijven hier staan tot hetzelfde id goed is gelezen of ingetrokken, of het bestand opnieuw zonder deze fout."
    return shown.table("Onleesbare en dubbele rijen", columns, fields, note, total=False)


def _to_mend(found: Mapping[str, Any], shown: Shown) -> Table:
    rows = [(reden, *shown.age(row["sinds"]), row["aantal"]) for reden, row in found.items()]
    told = {reden: REDENEN[reden].betekenis for reden in found}
    columns = Column("reden", "text", "reden", told), *_AGE, Column("aantal", "count", "aantal")
    return Table("Herstel: rijen die te verbeteren zijn", columns, rows, None, "Elke rij met haar plaats: mpj ledger status")


def _declarations(rows: Sequence[Mapping[str, Any]], shown: Shown) -> Table:
    columns = (
        *(Column("declaratienummer", "code", "declaratienummer"), Column("periode", "code", "periode")),
        *(Column("stand", "code", "stand"), Column("verzonden", "date", "verzonden_op"), _AGE[1], *_LINES),
    )
    fields = [
        (
            *(row["gemeente"], row["declaratienummer"], row["declaratieperiode"], row["status"]),
            *(*shown.age(row["verzonden_op"]), row["regels"], row["bedrag_cent"]),
        )
        for row in rows
        if row["status"] in ("concept", "verzonden")
    ]
    return shown.table("Declaraties zonder antwoord", columns, sorted(fields))


def work(found: Mapping[str, Any], shown: Shown) -> LookBack:
    """Return `mpj.Ledger.work` to read."""
    whole, per, *notes = _in_hand(found, shown)
    mend = _to_mend(found["herstel"], shown)
    parts: list[Part] = [whole, *(table for table in (per, mend) if table.rows), *notes]
    return LookBack(Report("", (), tuple(parts), "mpj ledger work"), {"werk": per, "herstel": mend})


def _in_hand(found: Mapping[str, Any], shown: Shown) -> tuple[Table, Table, *tuple[str, ...]]:
    """Return onderhanden werk in all, per gemeente, and what is not in it."""
    per = found["per_gemeente"]
    rows = [
        (gemeente, name, *shown.age(own["sinds"][name]), own[f"{name}_cent"])
        for gemeente, own in per.items()
        for name in _WORK
        if name in own["sinds"] and (name != "opzij" or own["opzij_cent"])
    ]
    oldest = {name: min((own["sinds"][name] for own in per.values() if name in own["sinds"]), default=None) for name in _WORK}
    whole = [(name, *shown.age(oldest[name]), found[f"{name}_cent"]) for name in _WORK]
    columns = Column("waarvan", "text", "onderdeel", _WORK), *_AGE, _LINES[1]
    title = f"Onderhanden werk: {words.euros(found['totaal_cent'])}"
    unknown = found["opzij_zonder_bekende_waarde"]
    estimated = found["opzij_geschat_cent"]
    told = f"; bij het opzij zetten geschat op {words.euros(estimated)}, en niet meegeteld" if estimated else ""
    notes = [f"en {words.counted(unknown, 'registratie of dag')} waarvan de waarde nog onbekend is{told}"] if unknown else []
    total = Table(title, columns, whole, ("totaal", None, None, found["totaal_cent"]))
    return total, shown.table("Onderhanden werk per gemeente", columns, rows), *notes


def repair_list(rows: Sequence[Mapping[str, Any]], shown: Shown) -> LookBack:
    """Return `mpj.Ledger.repair_list` to read, every number whole, to be copied."""
    columns = (
        *(Column("referentienummer", "code", "referentienummer"), Column("toewijzing", "code", "toewijzingnummer")),
        *(Column("product", "code", "productcode"), Column("periode", "code", "periode")),
        *(Column("retourcodes", "text", "retourcodes"), Column("gaat mee", "text", "opnieuw"), *_AGE, _LINES[1]),
    )
    table = shown.table("Herstellijst", columns, [_repair(row, shown) for row in rows])
    if not rows:
        return LookBack(Report("", (), ("De herstellijst is leeg.",)), {"herstellijst": table})
    texts = {one["retourcode"]: one["omschrijving"] for row in rows for one in row["retourcodes"]}
    told = "\n".join(f"{code}: {texts[code] or 'geen omschrijving bekend'}" for code in sorted(texts))
    again = "Ongewijzigd opnieuw insturen:\n  mpj ledger resend --ledger URL REFERENTIENUMMER"
    return LookBack(Report("", (), (table, told, again), "mpj ledger status"), {"herstellijst": table})


def _repair(row: Mapping[str, Any], shown: Shown) -> Row:
    codes = ", ".join(one["retourcode"] for one in row["retourcodes"])
    number = str(row["toewijzingnummer"] or "(verborgen)")
    again = "ja" if row["opnieuw"] else ""
    care = row["gemeente"], row["referentienummer"], number, row["productcode"], row["periode"]
    return *care, codes, again, *shown.age(row["sinds"]), row["bedrag_cent"]


def booked(row: Geboekt, names: Mapping[str, str]) -> str:
    """Return in a line what became of one declaration; `names` are those of gemeenten, by code."""
    if row.fouten:
        return f"{row.bestand}: niet geboekt"
    told = f": {words.counted(row.toegekend, 'regel')} toegekend, {words.number(row.afgekeurd)} afgekeurd"
    known = f" (was al {'verzonden' if row.status == 'verzonden' else 'geboekt'})" if row.al_bekend else ""
    state = _STATES.get(row.status, row.status)
    if row.status == "verzonden":
        told = f": {words.counted(row.regels, 'regel')}, {words.euros(row.bedrag_cent)}"
    shown = told if row.status in ("beantwoord", "verzonden") else ""
    return f"{row.declaratienummer}  gemeente {words.named(row.gemeente, names)}  {state}{shown}{known}"


def told_of_sending(found: Iterable[Geboekt], void: Iterable[ReplacedConcept], op: date) -> Iterator[str]:
    """Yield what all that was sent on a day comes to, and which messages may not be sent because their concept was replaced."""
    if new := [one for one in found if not one.al_bekend]:
        lines, cent = words.counted(sum(one.regels for one in new), "regel"), sum(one.bedrag_cent for one in new)
        yield f"Verzonden op {words.day(op)}: {words.counted(len(new), 'declaratie')}, {lines}, {words.euros(cent)}."
    for one in void:
        by = f"vervangen door {', '.join(one['door'])}" if one["door"] else "vervallen"
        yield f"Concept {one['declaratienummer']} is {by}: de berichten in {one['map']} gelden niet meer."

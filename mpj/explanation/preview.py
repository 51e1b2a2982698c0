"""The screen of a run with a ledger: what it is about to send, what is to be decided, waits, needs repair, lapses or is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from mpj.presentation import words
from mpj.presentation.report import Cell, Column, Part, Row, Table, Tone
from mpj.records.reasons import REDENEN, Redencode, Vervolg
from mpj.records.uitval import Uitval

SOORT = {
    "nieuw": "nieuw",
    "nalevering": "van eerdere maanden",
    "correctie": "correctie",
    "opnieuw": "opnieuw, na afkeuring",
    "verblijf": "verblijf dat doorloopt",
    "vervallen_concept": "vervalt uit het concept",
}
"""What people read for why a line goes, in the order in which it is shown."""
BESLUIT = {
    "volledig_vanaf": "ontbreekt in de invoer, en zou worden ingetrokken",
    "id_hergebruikt": "een id met een andere cliënt en een andere inhoud",
    "bsn_gewijzigd": "alles van één cliënt staat nu bij een andere",
    "toewijzing": "de toewijzing dekt toegekende zorg niet meer",
    "contract": "het contract maakt van toegekende zorg iets anders",
    "correctie_houdt_geen_stand": "de gemeente kan de nieuwe debetregel weigeren",
    "nieuw_ledger": "zorg van voor de eerste maand van dit ledger",
    "voor_begin": "zorg van voor het begin van dit ledger",
    "grens_daling": "er valt veel meer weg dan gewoonlijk",
    "grens_stijging": "er komt veel meer bij dan gewoonlijk",
    "jaar_loopt": "een jaar sluiten dat nog niet voorbij is",
}
"""What people read for what has to be decided, the `oorzaak` of te_beslissen.csv."""
_MARKS: Mapping[str, tuple[str, Tone]] = {"": ("", "plain"), "meer": ("veel meer", "more"), "minder": ("veel minder", "more")}
_FULL = {"bijna_op": "bijna op", "op": "op"}
_ASIDE: Mapping[Vervolg, str] = {
    "wacht": "Wacht: gaat later mee",
    "herstel": "Te herstellen: verbeter het en lever het opnieuw aan",
    "overleg": "Overleg: vraag de gemeente om ophoging",
    "definitief": "Wordt niet gedeclareerd",
}
_KNOWN: tuple[Redencode, ...] = ("reeds_gedeclareerd", "dubbel")
"""Set aside, and not lost: the care was declared, in an earlier run or by another row."""


def parts(summary: Mapping[str, Any], uitval: Sequence[Uitval], namen: Mapping[str, str], faults: Iterable[Part]) -> Iterator[Part]:
    """Yield what is shown, in the order in which a clerk needs it; `faults` says what is wrong with unreadable rows."""
    ledger = summary["ledger"]
    yield from _sent(summary, namen)
    yield from _decide(ledger)
    yield from _aside(summary, uitval, "wacht")
    if ledger["wacht_op"]:
        waiting = [f"{words.counted(number, 'regel')} op {name}" for name, number in ledger["wacht_op"].items()]
        yield f"Wacht op antwoord: {_some(waiting)}."
    yield from _aside(summary, uitval, "herstel")
    yield from faults
    yield from _aside(summary, uitval, "overleg")
    yield from _pressed(ledger["limieten"])
    yield from _lapses(summary, namen)
    yield from _aside(summary, uitval, "definitief")
    yield from _standing(summary)
    yield from _beside(ledger["per_gemeente"], namen)
    yield from _signals(ledger["signalen"])


def _sent(summary: Mapping[str, Any], namen: Mapping[str, str]) -> Iterator[Part]:
    """Yield what is sent, by why it goes, and the same per gemeente."""
    ledger = summary["ledger"]
    columns = Column("soort", words=SOORT), Column("regels", "count"), Column("debet", "cent"), Column("credit", "cent")
    sent = ledger["verzendt"]
    if not sent:
        return
    total = "totaal", *(sum(one[key] for one in sent.values()) for key in ("regels", "debet_cent", "credit_cent"))
    yield Table("Zou worden verzonden" if ledger["proef"] else "Om te verzenden", columns, _kinds(sent), total)
    rows = f" op {words.counted(ledger['creditregels'], 'creditregel')}" if ledger["creditregels"] else ""
    told = [f"Debet {words.euros(ledger['debet_cent'])}, credit {words.euros(ledger['credit_cent'])}{rows}."]
    if ledger["opnieuw_ingediend"]:
        count, cent = words.counted(ledger["opnieuw_ingediend"], "afgekeurde regel"), ledger["opnieuw_ingediend_cent"]
        told.append(f"Opnieuw ingediend: {count}, {words.euros(cent)}.")
    yield "\n".join(told)
    numbers: dict[str, list[str]] = {}
    for one in summary["declaraties"]:
        numbers.setdefault(one["gemeente"], []).append(one["declaratienummer"])
    own: list[Row] = []
    for gemeente, row in ledger["per_gemeente"].items():
        made = [words.euros(row["bedrag_cent"]), *(["declaratie " + ", ".join(numbers[gemeente])] if gemeente in numbers else [])]
        own += [(f"{words.named(gemeente, namen)}: {', '.join(made)}", *kind) for kind in _kinds(row["verzendt"])]
    yield Table("Per gemeente", (Column("gemeente", "code"), *columns), own, banded=True)


def _kinds(sent: Mapping[str, Mapping[str, int]]) -> Iterator[Row]:
    for kind in SOORT:
        if one := sent.get(kind):
            yield kind, one["regels"], one["debet_cent"], one["credit_cent"]


def _decide(ledger: Mapping[str, Any]) -> Iterator[Table]:
    found: Mapping[str, Mapping[str, int]] = ledger["te_beslissen"]
    names = ("debet", "debet_cent"), ("credit", "credit_cent"), ("te winnen", "te_winnen_cent"), ("op het spel", "op_het_spel_cent")
    columns = Column("waarom", words=BESLUIT), Column("regels", "count"), *(Column(head, "cent") for head, _ in names)
    rows: list[Row] = [(kind, one["regels"], *(one[key] for _, key in names)) for kind, one in found.items()]
    if found:
        told = "Elke melding hierboven" if ledger["proef"] else "Elke rij van te_beslissen.csv"
        yield Table("Te beslissen", columns, rows, note=f"{told} noemt de code voor --akkoord.")


def _aside(summary: Mapping[str, Any], uitval: Iterable[Uitval], vervolg: Vervolg) -> Iterator[Table]:
    """Yield what was set aside and what follows: how many for each reason, what that is worth as far as known, and what to do."""
    worth: dict[str, int] = {}
    for row in uitval:
        cent = row.geschat_cent if row.waarde_cent is None else row.waarde_cent
        if cent is not None and row.soort != "toewijzing":
            worth[row.reden] = worth.get(row.reden, 0) + cent
    counts = {code: number for code, number in summary["uitval_per_reden"].items() if REDENEN[code].vervolg == vervolg}
    columns = Column("aantal", "count"), Column("waarde", "cent"), Column("reden, en wat u kunt doen")
    rows = (
        (number, worth.get(code), f"{code}: {REDENEN[code].betekenis} → {REDENEN[code].actie}")
        for code, number in sorted(counts.items(), key=lambda item: -item[1])
        if code not in _KNOWN
    )
    table = Table(_ASIDE[vervolg], columns, rows)
    if table.rows:
        yield table


def _pressed(counts: Mapping[str, int]) -> Iterator[str]:
    told = [f"{words.counted(counts[stand], 'limiet')} {text}" for stand, text in _FULL.items() if stand in counts]
    if told:
        yield f"Toewijzingen in deze run: {', '.join(told)}; mpj ledger status noemt ze."


def _lapses(summary: Mapping[str, Any], namen: Mapping[str, str]) -> Iterator[Table]:
    rows = summary["ledger"]["verloopt"]
    today = summary["instellingen"]["dagtekening"]
    columns = (
        *(Column("uiterlijk", "date"), Column("gemeente", "code"), Column("aantal", "count"), Column("waarde", "cent")),
        Column("", "code"),
    )
    shown = (
        (
            *(date.fromisoformat(row["uiterlijk"]), words.named(row["gemeente"], namen) or "onbekend"),
            *(row["aantal"], row["waarde_cent"], "verlopen" if row["uiterlijk"] < today else ""),
        )
        for row in rows
    )
    if rows:
        yield Table("Verloopt binnenkort: daarna kan de gemeente het weigeren", columns, shown)


def _standing(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield what stays as it is, and what is taken back."""
    ledger, counts = summary["ledger"], summary["uitval_per_reden"]
    told = []
    if known := counts.get("reeds_gedeclareerd"):
        told.append(f"Al eerder gedeclareerd: {words.counted(known, 'registratie of dag')}.")
    if double := counts.get("dubbel"):
        told.append(f"Komt vaker voor, telt één keer: {words.counted(double, 'registratie of dag')}.")
    if ledger["toegekend_blijft_staan"]:
        count, held = words.counted(ledger["toegekend_blijft_staan"], "regel"), words.euros(ledger["toegekend_blijft_staan_cent"])
        told.append(f"Toegekend en blijft staan, hoewel er iets veranderde: {count}, {held}; zie de waarschuwingen.")
    if ledger["ingetrokken"]:
        told.append(f"Ingetrokken: {words.counted(ledger['ingetrokken'], 'registratie, verblijf of prestatie')}.")
    if told:
        yield "\n".join(told)


def _beside(per: Mapping[str, Mapping[str, Any]], namen: Mapping[str, str]) -> Iterator[Table]:
    """Yield what is sent to each gemeente beside what was there before."""
    if not any(one["vorig_concept_cent"] or one["vorige_maand_cent"] for one in per.values()):
        return
    names = ("nu", "bedrag_cent"), ("vorig concept", "vorig_concept_cent"), ("vorige maand", "vorige_maand_cent")
    heads = (
        *(Column("gemeente", "code"), *(Column(head, "cent") for head, _ in names)),
        *(Column("verschil", "cent", signed=True, spare=True), Column("", "code")),
    )
    rows = (
        (
            *(words.named(gemeente, namen), *(one[key] for _, key in names), one["bedrag_cent"] - one["vorige_maand_cent"]),
            Cell(_MARKS[one["opvallend"]][0], "code", _MARKS[one["opvallend"]][1]),
        )
        for gemeente, one in per.items()
    )
    yield Table("Naast wat er was", heads, rows)


def _signals(counts: Mapping[str, int]) -> Iterator[Table]:
    """Yield what looks odd and nobody has seen yet."""
    columns = Column("aantal", "count"), Column("wat opvalt, en wel wordt gedeclareerd (signalen.csv)")
    if counts:
        from mpj.signals import register  # only here: few runs have any, and its import takes longer than a small run

        yield Table("Signalen", columns, ((number, register()[code].betekenis) for code, number in counts.items()))


def closing(summary: Mapping[str, Any]) -> str:
    """Return what the declarations of a run are now."""
    ledger = summary["ledger"]
    if ledger["proef"]:
        return "Proef: het ledger onthoudt niets van deze run; verstuur deze declaraties niet."
    told = []
    if ledger["vervangen_concepten"]:
        told.append(f"Vervangen concepten, die niet meer gelden: {_some(ledger['vervangen_concepten'])}.")
    told += [f"De berichten in {name} gelden niet meer: verstuur ze niet." for name in ledger["vervangen_mappen"]]
    if summary["declaraties"]:
        told.append("De declaraties zijn concepten: een volgende run vervangt ze, tot mpj ledger send.")
    return "\n".join(told)


def _some(names: Sequence[str]) -> str:
    return words.listed(names, "zie samenvatting.json")

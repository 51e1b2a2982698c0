"""The register: every rule of the declaration traffic, in the order in which it is checked, and what becomes of it.

The tables below are what `verify` runs; docs/rules.md is written from them (`markdown`), so a rule cannot be claimed, only had.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from mpj.messages.answers import TECHNISCH
from mpj.messages.content import REGELS as INHOUDSREGELS
from mpj.verification import answer_rules, assignment_rules, contract_rules, history_rules
from mpj.verification.values import CLIENT, DECLARATIE, HEADER, REGEL

ENFORCED, NEEDS_HISTORY, NEEDS_CONTRACT = "enforced", "needs history", "needs contract"
DELEGATED, NOT_APPLICABLE = "delegated", "not applicable"
GESCHIEDENIS, CONTRACT, GEMEENTEN = "geschiedenis", "contract", "gemeenten"


@frozen
class Controleregel:
    """One rule as it is run: `code`, control level `niveau`, `retourcode` (empty: no message carries one), `plaats` of the
    fault, what it `nodig` has beside message and toewijzingen, and the function.

    `deels`: without the history it is still checked inside the message. `vast`: its verdict follows from the terms of the
    toewijzing and from code, category, period, unit and tariff of the line, so that lines that agree in these are judged once
    (`Case.line`).
    """

    code: str
    niveau: int
    retourcode: str
    plaats: str
    functie: Callable[..., Any]
    nodig: str = ""
    deels: bool = False
    vast: bool = False


_A, _C, _H, _R = assignment_rules, contract_rules, history_rules, answer_rules

BERICHT: tuple[Controleregel, ...] = (
    Controleregel("TR056", 3, "9056", HEADER, _H.tr056, GESCHIEDENIS),
    Controleregel("TR135", 4, "8848", HEADER, _H.tr135),
    Controleregel("TR378", 4, "S300", HEADER, _H.tr378, GEMEENTEN),
    Controleregel("TR318", 3, "8214", DECLARATIE, _H.tr318, GESCHIEDENIS),
    Controleregel("TR333", 3, "9333", DECLARATIE, _H.tr333, GESCHIEDENIS),
)
CLIENTEN: tuple[Controleregel, ...] = (Controleregel("TR304", 3, "8187", CLIENT, _A.tr304_client),)
BEIDE: tuple[Controleregel, ...] = (Controleregel("TR314", 3, "8021", REGEL, _H.tr314, GESCHIEDENIS, deels=True),)
CREDIT: tuple[Controleregel, ...] = (
    Controleregel("TR323", 3, "8017", REGEL, _H.tr323, GESCHIEDENIS),
    Controleregel("TR390", 3, "9390", REGEL, _H.tr390, GESCHIEDENIS),
)
DEBET: tuple[Controleregel, ...] = (
    Controleregel("TR338", 3, "9338", REGEL, _A.tr338, vast=True),
    Controleregel("TR304", 3, "8187", REGEL, _A.tr304, vast=True),
    Controleregel("TR384", 3, "9384", REGEL, _A.tr384, vast=True),
    Controleregel("TR307", 3, "9307", REGEL, _A.tr307, vast=True),
    Controleregel("TR308", 3, "9308", REGEL, _A.tr308, vast=True),
    Controleregel("TR387", 3, "9387", REGEL, _A.tr387, vast=True),
    Controleregel("TR388", 3, "9388", REGEL, _A.tr388, vast=True),
    Controleregel("TR339", 3, "9339", REGEL, _A.tr339, vast=True),
    Controleregel("TR381", 4, "S329", REGEL, _C.tr381, CONTRACT, vast=True),
    Controleregel("MPJ05", 4, "S329", REGEL, _C.mpj05, CONTRACT, vast=True),
    Controleregel("TR340", 3, "9340", REGEL, _A.tr340, CONTRACT, vast=True),
    Controleregel("MPJ02", 4, "9340", REGEL, _C.mpj02, CONTRACT, vast=True),
    Controleregel("MPJ01", 4, "9340", REGEL, _C.mpj01, CONTRACT, vast=True),
    Controleregel("TR341", 3, "9341", REGEL, _A.tr341, vast=True),
    Controleregel("MPJ03", 4, "9341", REGEL, _C.mpj03, CONTRACT),
    Controleregel("TR418", 3, "0611", REGEL, _C.tr418, CONTRACT, vast=True),
    Controleregel("TR346", 4, "9346", REGEL, _C.tr346, CONTRACT),
    Controleregel("MPJ04", 4, "0611, 9346", REGEL, _C.mpj04, CONTRACT),
    Controleregel("TR389", 3, "9389", REGEL, _H.tr389, GESCHIEDENIS),
)
# Last, because only lines without another fault count.
LIMIETEN: tuple[Controleregel, ...] = (
    Controleregel("TR321", 3, "9321", REGEL, _A.tr321, GESCHIEDENIS, deels=True),
    Controleregel("TR322", 3, "9322", REGEL, _A.tr322, GESCHIEDENIS, deels=True),
    Controleregel("TR369", 3, "9369", REGEL, _A.tr369, GESCHIEDENIS, deels=True),
)
ANTWOORD: tuple[Controleregel, ...] = (
    Controleregel("TR056", 3, "9056", HEADER, _R.tr056, GESCHIEDENIS),
    Controleregel("TR135", 4, "8848", HEADER, _R.tr135),
    Controleregel("TR378", 4, "S300", HEADER, _R.tr378, GEMEENTEN),
    Controleregel("TR337", 3, "", HEADER, _R.tr337),
    Controleregel("TR371", 3, "", HEADER, _R.tr371),
    Controleregel("TR376", 3, "", DECLARATIE, _R.tr376),
)
ANTWOORD_CLIENT: tuple[Controleregel, ...] = (Controleregel("TR304", 3, "8187", CLIENT, _R.tr304),)
ANTWOORD_REGEL: tuple[Controleregel, ...] = (
    Controleregel("TR366", 3, "9366", REGEL, _R.tr366),
    Controleregel("TR367", 3, "9367", REGEL, _R.tr367),
)
DECLARATIEREGELS = BERICHT + CLIENTEN + BEIDE + CREDIT + DEBET + LIMIETEN
ANTWOORDREGELS = ANTWOORD + ANTWOORD_CLIENT + ANTWOORD_REGEL
# Content rules of level 3 that one message shows in full; the others of level 3 and 4 are judged here, with their sources.
INHOUD_HOGER = {"TR314": "8021", "TR319": "9319"}

# Level 1: enforced by the form check, before there is a message to verify.
VORM: tuple[tuple[str, str], ...] = (
    ("RS001", "minimum 0"),
    ("RS002", "maximum 99"),
    ("RS005", "maximum 99999999"),
    ("RS006", "maximum 999999999"),
    ("RS008", "at most 1 position"),
    ("RS009", "at most 2 positions"),
    ("RS010", "at most 3 positions"),
    ("RS011", "at most 4 positions"),
    ("RS012", "at most 5 positions"),
    ("RS014", "at most 8 positions"),
    ("RS015", "at most 9 positions"),
    ("RS017", "at most 12 positions"),
    ("RS019", "at most 20 positions"),
    ("RS032", "a date without time zone"),
    ("RS033", "not empty or blank"),
    ("RS035", "exactly 4 digits"),
    ("RS036", "exactly 8 digits"),
    ("RS037", "exactly 9 digits"),
    ("RS040", "maximum 999999999999"),
    ("RS047", "BerichtCode as specified"),
    ("RS048", "three integers separated by dots"),
    ("CS015", "BerichtSubversie 2"),
    ("CS025", "BerichtVersie 3"),
    ("CS319", "DeclaratieNummer of letters and digits"),
    ("COD043", "DebetCredit D or C"),
    ("JZ020", "ProductCategorie from the list"),
    ("WJ001", "RetourCode from the list"),
    ("WJ756", "Eenheid from the list"),
)
NIET_VAN_TOEPASSING: tuple[tuple[str, str], ...] = (
    ("OP364", "start and stop messages never condition a line: mpj reads none, so none can cause a rejection"),
)


@frozen
class Registerrij:
    """A row of the register: rule, control level, messages, return code, place, status, and what it says or why it is out."""

    code: str
    niveau: str
    bericht: str
    retourcode: str
    plaats: str
    status: str
    tekst: str


def rows() -> tuple[Registerrij, ...]:
    """Return the whole register, generated from the tables that are run."""
    return (*_vorm(), *_inhoud(), *_own("JW323", DECLARATIEREGELS), *_own("JW325", ANTWOORDREGELS), *_outside())


def _vorm() -> Iterator[Registerrij]:
    for code, text in VORM:
        yield Registerrij(
            code, "1", "JW323, JW325", "", "", DELEGATED, f"{text}; the form check of `mpj.messages`, no answer is sent"
        )


def _inhoud() -> Iterator[Registerrij]:
    for rule in INHOUDSREGELS:
        higher = INHOUD_HOGER.get(rule.code)
        if rule.niveau == 2 or higher or rule.soort == "waarschuwing":
            code = "" if rule.soort == "waarschuwing" else higher or TECHNISCH
            text = _summary(rule.functie) + ("; a warning only" if rule.soort == "waarschuwing" else "")
            yield Registerrij(rule.code, str(rule.niveau), ", ".join(rule.berichten), code, "", ENFORCED, text)


def _own(bericht: str, rules: tuple[Controleregel, ...]) -> Iterator[Registerrij]:
    status = {GESCHIEDENIS: NEEDS_HISTORY, CONTRACT: NEEDS_CONTRACT}
    for rule in rules:
        text = _summary(rule.functie)
        if rule.nodig == GEMEENTEN:
            text += "; only with the CBS list, else reported as not checked"
        if rule.deels:
            text += "; within the message also without history"
        kind = status.get(rule.nodig, ENFORCED)
        yield Registerrij(rule.code, str(rule.niveau), bericht, rule.retourcode, rule.plaats, kind, text)


def _outside() -> Iterator[Registerrij]:
    for code, text in NIET_VAN_TOEPASSING:
        yield Registerrij(code, "", "JW323", "", "", NOT_APPLICABLE, text)


def _summary(function: Callable[..., Any]) -> str:
    """Return what a rule demands: the first sentence of its docstring, without the code in front."""
    paragraph = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
    return paragraph.partition(": ")[2].partition(" Source:")[0].rstrip(".") or paragraph.rstrip(".")


def markdown() -> str:
    """Return docs/rules.md."""
    found = rows()
    counts = {status: sum(row.status == status for row in found) for status in _STATUS}
    lines = [
        "# Rules",
        "",
        "Generated from `mpj.verification.register`; do not edit. The sources of every rule are in its docstring.",
        "",
        "| status | rows | meaning |",
        "|---|---|---|",
        *(f"| {status} | {counts[status]} | {meaning} |" for status, meaning in _STATUS.items()),
        "",
        "| rule | level | message | return code | place | status | what must hold |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {row.code} | {row.niveau} | {row.bericht} | {row.retourcode} | {row.plaats} | {row.status} | {row.tekst} |"
            for row in found
        ),
    ]
    return "\n".join(lines) + "\n"


_STATUS = {
    ENFORCED: "checked on every message, unless the row says what it takes",
    NEEDS_HISTORY: "checked when earlier messages are given; else reported as not checked",
    NEEDS_CONTRACT: "checked when the code of the line is in a loaded contract; else the line is not assessed",
    DELEGATED: "checked before verification: a message that breaks it is not read",
    NOT_APPLICABLE: "cannot occur, and why",
}

"""The register: every rule of the declaration traffic, in the order in which it is checked, and what becomes of it.

The tables below are what `verify` runs; docs/rules.md is written from them (`markdown`), so a rule cannot be claimed, only had.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from mpj.messages.answers import TECHNISCH
from mpj.messages.content import RULES as CONTENT_RULES
from mpj.verification import answer_rules, contract_rules, history_rules, toewijzing_rules
from mpj.verification.paginas import page_of
from mpj.verification.values import CLIENT, DECLARATIE, HEADER, REGEL

ENFORCED, NEEDS_HISTORY, NEEDS_CONTRACT, NEEDS_LIST = "enforced", "needs history", "needs contract", "needs a list"
DELEGATED, NOT_APPLICABLE = "delegated", "not applicable"
HISTORY, CONTRACT, GEMEENTEN = "geschiedenis", "contract", "gemeenten"


@frozen
class Rule:
    """One rule as it is run."""

    code: str
    """The code of the rule, as TR321."""
    level: int
    """The control level, 1 to 4."""
    retourcode: str
    """The return code (WJ001); empty: no message carries one."""
    where: str
    """What the fault is about: header, declaratie, client or regel."""
    function: Callable[..., Any]
    """Takes what it is about, with its case, and returns the breach or None (TR367: each of them)."""
    needs: str = ""
    """What it has to have beside message and toewijzingen: HISTORY, CONTRACT or GEMEENTEN."""
    partly: bool = False
    """Whether it is still checked inside the message where the history is not there."""
    fixed: bool = False
    """Whether its verdict follows from the terms of the toewijzing and from code, category, period, unit and tariff of the line, so
    that lines that agree in these are judged once (`Case.line`)."""


_A, _C, _H, _R = toewijzing_rules, contract_rules, history_rules, answer_rules

MESSAGE_RULES: tuple[Rule, ...] = (
    Rule("TR056", 3, "9056", HEADER, _H.tr056, HISTORY),
    Rule("TR135", 4, "8848", HEADER, _H.tr135),
    Rule("TR378", 4, "S300", HEADER, _H.tr378, GEMEENTEN),
    Rule("TR318", 3, "8214", DECLARATIE, _H.tr318, HISTORY),
    Rule("TR333", 3, "9333", DECLARATIE, _H.tr333, HISTORY),
)
CLIENT_RULES: tuple[Rule, ...] = (Rule("TR304", 3, "8187", CLIENT, _A.tr304_client),)
LINE_RULES: tuple[Rule, ...] = (Rule("TR314", 3, "8021", REGEL, _H.tr314, HISTORY, partly=True),)
CREDIT_RULES: tuple[Rule, ...] = (
    Rule("TR323", 3, "8017", REGEL, _H.tr323, HISTORY),
    Rule("TR390", 3, "9390", REGEL, _H.tr390, HISTORY),
)
DEBIT_RULES: tuple[Rule, ...] = (
    Rule("TR338", 3, "9338", REGEL, _A.tr338, fixed=True),
    Rule("TR304", 3, "8187", REGEL, _A.tr304, fixed=True),
    Rule("TR384", 3, "9384", REGEL, _A.tr384, fixed=True),
    Rule("TR307", 3, "9307", REGEL, _A.tr307, fixed=True),
    Rule("TR308", 3, "9308", REGEL, _A.tr308, fixed=True),
    Rule("TR387", 3, "9387", REGEL, _A.tr387, fixed=True),
    Rule("TR388", 3, "9388", REGEL, _A.tr388, fixed=True),
    Rule("TR339", 3, "9339", REGEL, _A.tr339, fixed=True),
    Rule("TR381", 4, "S329", REGEL, _C.tr381, CONTRACT, fixed=True),
    Rule("MPJ05", 4, "S329", REGEL, _C.mpj05, CONTRACT, fixed=True),
    Rule("TR340", 3, "9340", REGEL, _A.tr340, CONTRACT, fixed=True),
    Rule("MPJ02", 4, "9340", REGEL, _C.mpj02, CONTRACT, fixed=True),
    Rule("MPJ01", 4, "9340", REGEL, _C.mpj01, CONTRACT, fixed=True),
    Rule("TR341", 3, "9341", REGEL, _A.tr341, fixed=True),
    Rule("MPJ03", 4, "9341", REGEL, _C.mpj03, CONTRACT),
    Rule("MPJ07", 4, "9321", REGEL, _C.mpj07),
    Rule("MPJ08", 4, "0611", REGEL, _C.mpj08, CONTRACT),
    Rule("TR418", 3, "0611", REGEL, _C.tr418, CONTRACT, fixed=True),
    Rule("TR346", 4, "9346", REGEL, _C.tr346, CONTRACT),
    Rule("MPJ04", 4, "0611, 9346", REGEL, _C.mpj04, CONTRACT),
    Rule("TR389", 3, "9389", REGEL, _H.tr389, HISTORY),
    Rule("MPJ06", 4, "9389", REGEL, _H.mpj06, HISTORY, partly=True),
)
# Last, because only lines without another fault count.
LIMIT_RULES: tuple[Rule, ...] = (
    Rule("TR321", 3, "9321", REGEL, _A.tr321, HISTORY, partly=True),
    Rule("TR322", 3, "9322", REGEL, _A.tr322, HISTORY, partly=True),
    Rule("TR369", 3, "9369", REGEL, _A.tr369, HISTORY, partly=True),
)
ANSWER_MESSAGE_RULES: tuple[Rule, ...] = (
    Rule("TR056", 3, "9056", HEADER, _R.tr056, HISTORY),
    Rule("TR135", 4, "8848", HEADER, _R.tr135),
    Rule("TR378", 4, "S300", HEADER, _R.tr378, GEMEENTEN),
    Rule("TR337", 3, "", HEADER, _R.tr337),
    Rule("TR371", 3, "", HEADER, _R.tr371),
    Rule("TR376", 3, "", DECLARATIE, _R.tr376),
)
ANSWER_CLIENT_RULES: tuple[Rule, ...] = (Rule("TR304", 3, "8187", CLIENT, _R.tr304),)
ANSWER_LINE_RULES: tuple[Rule, ...] = (
    Rule("TR366", 3, "9366", REGEL, _R.tr366),
    Rule("TR367", 3, "9367", REGEL, _R.tr367),
)
DECLARATION_RULES = MESSAGE_RULES + CLIENT_RULES + LINE_RULES + CREDIT_RULES + DEBIT_RULES + LIMIT_RULES
ANSWER_RULES = ANSWER_MESSAGE_RULES + ANSWER_CLIENT_RULES + ANSWER_LINE_RULES
# Content rules of level 3 that one message shows in full; the others of level 3 and 4 are judged here, with their sources.
HIGHER_CONTENT = {"TR314": "8021", "TR319": "9319"}

# Level 1: enforced by the form check, before there is a message to verify.
FORM_RULES: tuple[tuple[str, str], ...] = (
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
OUTSIDE_RULES: tuple[tuple[str, str], ...] = (
    ("OP364", "start and stop messages never condition a line: mpj reads none, so none can cause a rejection"),
)


@frozen
class RegisterRow:
    """A row of docs/rules.md: a rule, and what it says, or why it is out."""

    code: str
    level: str
    bericht: str
    """The kinds of message, parted by commas."""
    retourcode: str
    where: str
    status: str
    text: str


def rows() -> tuple[RegisterRow, ...]:
    """Return the whole register, generated from the tables that are run."""
    return (*_form(), *_content(), *_own("JW323", DECLARATION_RULES), *_own("JW325", ANSWER_RULES), *_outside())


def _form() -> Iterator[RegisterRow]:
    for code, text in FORM_RULES:
        yield RegisterRow(
            code, "1", "JW323, JW325", "", "", DELEGATED, f"{text}; the form check of `mpj.messages`, no answer is sent"
        )


def _content() -> Iterator[RegisterRow]:
    for rule in CONTENT_RULES:
        higher = HIGHER_CONTENT.get(rule.code)
        if rule.level == 2 or higher or rule.soort == "waarschuwing":
            code = "" if rule.soort == "waarschuwing" else higher or TECHNISCH
            text = _summary(rule.function) + ("; a warning only" if rule.soort == "waarschuwing" else "")
            yield RegisterRow(rule.code, str(rule.level), ", ".join(rule.messages), code, "", ENFORCED, text)


def _own(bericht: str, rules: tuple[Rule, ...]) -> Iterator[RegisterRow]:
    status = {HISTORY: NEEDS_HISTORY, CONTRACT: NEEDS_CONTRACT, GEMEENTEN: NEEDS_LIST}
    for rule in rules:
        text = _summary(rule.function)
        if rule.partly:
            text += "; within the message also without history"
        kind = status.get(rule.needs, ENFORCED)
        yield RegisterRow(rule.code, str(rule.level), bericht, rule.retourcode, rule.where, kind, text)


def _outside() -> Iterator[RegisterRow]:
    for code, text in OUTSIDE_RULES:
        yield RegisterRow(code, "", "JW323", "", "", NOT_APPLICABLE, text)


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
            f"| {_linked(row.code)} | {row.level} | {row.bericht} | {row.retourcode} | {row.where} | {row.status} | {row.text} |"
            for row in found
        ),
    ]
    return "\n".join(lines) + "\n"


def _linked(code: str) -> str:
    """Return a code with the page where its rule stands, as Markdown in docs/ has it."""
    page = page_of(code).removeprefix("docs/")
    return f"[{code}]({page})" if page else code


_STATUS = {
    ENFORCED: "checked on every message, unless the row says what it takes",
    NEEDS_HISTORY: "checked when earlier messages are given; else reported as not checked",
    NEEDS_CONTRACT: "checked when the code of the line is in a loaded contract; else the line is not assessed",
    NEEDS_LIST: "checked when the CBS list of gemeenten is given; else reported as not checked",
    DELEGATED: "checked before verification: a message that breaks it is not read",
    NOT_APPLICABLE: "cannot occur, and why",
}

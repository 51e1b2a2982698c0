"""``python -m mpj.docs docs``: rewrites the tables in the documentation that follow from the code's own data.

A page holds ``<!-- generated: NAME -->`` and ``<!-- end generated -->``; what stands between them is replaced by the table of
that name, everything else is left alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

from mpj.contract import SETTINGS, Setting
from mpj.contract.producten import PRODUCTEN
from mpj.contract.rows import CODES, TARIEVEN
from mpj.contract.varianten import varianten as variants
from mpj.engine import sieve
from mpj.engine.steps import STEPS
from mpj.protocol import MPJ_16, Hulpvorm, Prestatiecode, encode
from mpj.protocol.words import Meet, Prijswijze, Telt
from mpj.reading.definition import Definition
from mpj.reading.faults import error_class
from mpj.reading.forms import Form
from mpj.reading.limits import LIMITS
from mpj.reading.register import fault_register
from mpj.records import REDENEN
from mpj.records.definitions import DEFINITIONS
from mpj.signals import Signaaltekst, register

_MARKED = re.compile(r"(<!-- generated: ([a-z]+) -->\n).*?(<!-- end generated -->)", re.DOTALL)
PRICED: Mapping[Prijswijze, str] = MappingProxyType(
    {
        "altijd": "per level",
        "zorg": "without level; a level cell is extra zorg per kwartier",
        "nooit": "without level",
        "contract": "the contract says",
    }
)
MEASURED: Mapping[Meet, str] = MappingProxyType({"minuten": "minutes", "aantal": "`aantal`", "dagen": "days of a stay"})
TIMES: Mapping[Telt, str] = MappingProxyType(
    {
        "dagen": "volume × days",
        "weken": "volume × ISO weeks touched",
        "maanden": "volume × calendar months touched",
        "": "the volume itself",
    }
)
HEADINGS = (
    "Read and check",
    "Billable?",
    "Match",
    "Level",
    "Presence",
    "Round",
    "Limit",
    "Price",
    "Aggregate",
)
"""The headings of docs/steps.md, numbered from 1; `Step.numbers` says which step is told under which."""
_DEFAULT_KIND: Mapping[str, str] = MappingProxyType(
    {
        "tekst": "a text",
        "datum": "a date, without quotes",
        "ja_nee": "`true` or `false`",
        "dag": 'a day of a year, as `"03-31"`',
        "agb": "a text of 8 digits",
        "gemeenten": "a list of texts of 4 digits",
    }
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _code(text: object) -> str:
    return f"`{text}`"


def _codes(texts: Iterable[object]) -> str:
    return ", ".join(_code(text) for text in texts)


def prestatiecodes() -> str:
    """The prestatiecodes with hulpvorm, normtijd, kind of price, categories and the code they are assigned under."""

    def row(code: Prestatiecode) -> list[str]:
        hulpvorm: Hulpvorm = code.hulpvorm
        return [
            code.code,
            code.naam,
            f"{hulpvorm.nummer} {hulpvorm.naam}",
            hulpvorm.normtijd or "the contract says",
            PRICED[hulpvorm.niveau],
            ", ".join(code.categorieen),
            _code(encode(MPJ_16, code.code, None)),
            "yes" if hulpvorm.jeugdbescherming else "",
        ]

    head = ["code", "name", "hulpvorm", "normtijd", "priced", "JZ020", "assigned as", "needs `jeugdbescherming`"]
    return table(head, map(row, MPJ_16.prestatiecodes.values()))


def _counted(variant: str) -> str:
    return _code(MPJ_16.varianten[variant].naam) if variant in MPJ_16.varianten else ""


def varianten() -> str:
    """The variants of products beside MPJ with the units that they permit, and where these come from."""
    rows = (
        [_code(one.naam), one.uitleg, _codes(one.eenheden) or "none", _counted(one.naam), "" if one.tarief else "empty"]
        for one in variants().per.values()
    )
    head = ["variant", "what it is", "permitted units", "counted per", "`tarief`"]
    return f"{table(head, rows)}\n\nSource: {variants().bron}."


def niveaus() -> str:
    """The kwalificatieniveaus, low to high."""
    rows = (
        [_code(niveau.naam), niveau.cijfer, "on" if niveau.aan else "known, but off", _code(encode(MPJ_16, "2.1", niveau.naam))]
        for niveau in MPJ_16.kwalificatieniveaus.values()
    )
    return table(["kwalificatieniveau", "digit", "state", "2.1 at this level"], rows)


def normtijden() -> str:
    """The normtijden with their form on the wire."""
    rows = []
    for normtijd in MPJ_16.normtijden.values():
        forms = [
            f"`{eenheid}`, in minutes" if eenheid in normtijd.ongerond else f"`{eenheid}`, volume = {factor} × units"
            for eenheid, factor in normtijd.bericht.items()
        ]
        follows = [f"`{assigned}` → `{wire}`" for assigned, wire in normtijd.eenheden.items()]
        rows.append(
            [
                _code(normtijd.naam),
                MEASURED[normtijd.meet],
                f"{normtijd.minuten} min" if normtijd.minuten else "",
                "; ".join(forms),
                _code(normtijd.keuze[normtijd.standaard]),
                ", ".join(follows),
            ]
        )
    head = ["normtijd", "counts", "length", "on the wire", "default unit", "follows an assigned unit"]
    return table(head, rows)


def eenheden() -> str:
    """The units on the wire (WJ756) and what an omvang in them counts."""
    rows = (
        [_code(unit.code), unit.naam, f"{unit.gewicht} {unit.telt}" if unit.telt else "not used under MPJ: sets no limit"]
        for unit in MPJ_16.eenheden.values()
    )
    return table(["WJ756", "name", "one of it weighs"], rows)


def frequenties() -> str:
    """The frequencies (WMO757)."""
    rows = ([_code(item.code), item.naam, TIMES[item.telt]] for item in MPJ_16.frequenties.values())
    return table(["WMO757", "name", "the limit is"], rows)


def bron() -> str:
    """Where the protocol comes from."""
    oldest = f"Care before {MPJ_16.vroegste_datum} is never declared, nor a product period that ended more than"
    return (
        f"`{MPJ_16.id}`: {MPJ_16.naam}.\n\nSource: {MPJ_16.bron}.\n\n{oldest} {MPJ_16.jaren_terug} years before the dagtekening.\n"
    )


def settings() -> str:
    """Every setting of contract.toml."""
    return table(
        ["section", "key", "value", "default", "what it does"],
        ([_code(f"[{item.section}]"), _code(item.key), _value(item), _default(item), item.uitleg] for item in SETTINGS),
    )


def _value(setting: Setting) -> str:
    if setting.kind == "keuze":
        return _codes(f'"{choice}"' for choice in setting.choices)
    if setting.kind == "getal":
        return f"0 to {setting.highest}"
    return _DEFAULT_KIND[setting.kind]


def _default(setting: Setting) -> str:
    match setting.default:
        case None:
            return "**required**"
        case bool():
            return _code(str(setting.default).lower())
        case str():
            return _code(f'"{setting.default}"')
    return _code(setting.default)


def columns(definition: Definition[str]) -> str:
    """Every column of one kind of record, with its form and meaning."""
    rows = (
        [_code(one.name), "yes" if one.required else "", _form(one.form), one.uitleg[:1].upper() + one.uitleg[1:]]
        for one in definition.fields
    )
    return table(["column", "required", "form", "what it says"], rows)


def _form(form: Form) -> str:
    return " or ".join(map(_code, form.words)) if len(form.words) == 2 else _codes(form.words) if form.words else form.told


def synonyms() -> str:
    """Every column with the names under which systems export it, where a table or mapping has such a name and not the column."""
    rows = (
        [_code(one.name) if number else f"**{definition.soort}** {_code(one.name)}", ", ".join(one.synonyms)]
        for definition in DEFINITIONS
        for number, one in enumerate(definition.fields)
        if one.synonyms
    )
    return table(["column", "decides under these names"], rows)


def reasons() -> str:
    """Every reason, in the order in which they apply."""
    rows = (
        [str(place), _code(reden.code), reden.vervolg, ", ".join(reden.oorzaken), reden.betekenis, reden.actie]
        for place, reden in enumerate(REDENEN.values(), 1)
    )
    return table(["", "reden", "vervolg", "oorzaak", "betekenis", "wat te doen"], rows)


def faults() -> str:
    """Every fault code, a table for each heading of the register."""
    groups: dict[str, list[list[str]]] = {}
    for one in fault_register().values():
        groups.setdefault(one.groep, []).append([_code(one.code), one.betekenis, one.actie, _code(error_class(one.code).__name__)])
    return "\n".join(
        f"### {groep}\n\n{table(['code', 'betekenis', 'wat te doen', 'in Python'], rows)}" for groep, rows in groups.items()
    )


def limits() -> str:
    """Every bound on what comes in."""
    return table(["what", "at most", "to know"], [[what, *rest] for what, rest in LIMITS.items()])


def headings() -> str:
    """The headings of docs/steps.md, with links."""
    return "".join(f"{number}. {_heading(number)}\n" for number in range(1, len(HEADINGS) + 1))


def _heading(number: int) -> str:
    text = HEADINGS[number - 1]
    anchor = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
    return f"[{text}](#{number}-{anchor})"


def steps() -> str:
    """Every step: the module that takes it, the headings that tell it, and why it sets care aside, in the order it tries that."""
    rows = [[_code("engine/sieve.py"), _heading(1), _codes(sieve.REASONS)]]
    for step in STEPS:
        name = step.apply.__module__.removeprefix("mpj.").replace(".", "/")
        told = ", ".join(_heading(number) for number in step.numbers)
        rows.append([_code(f"{name}.py"), told, _codes(step.reasons)])
    return table(["taken by", "told under", "sets aside, in this order"], rows)


def signals() -> str:
    """Every signal, with what it means, what to do, and an example that a test runs."""
    rows = ([_code(code), one.betekenis, one.actie] for code, one in register().items())
    return "\n".join([table(["code", "betekenis", "wat te doen"], rows), *(_signal(code, one) for code, one in register().items())])


def _signal(code: str, one: Signaaltekst) -> str:
    tables = [f"```csv\n{text.strip()}\n```" for text in (one.registraties, one.verblijf) if text]
    return "\n\n".join([f"### {code}", *tables, f"gives `{one.signaal}`", ""])


GENERATED: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        **{definition.soort: partial(columns, definition) for definition in (*DEFINITIONS, TARIEVEN, CODES, PRODUCTEN)},
        "bron": bron,
        "eenheden": eenheden,
        "faults": faults,
        "frequenties": frequenties,
        "headings": headings,
        "limits": limits,
        "niveaus": niveaus,
        "normtijden": normtijden,
        "prestatiecodes": prestatiecodes,
        "reasons": reasons,
        "settings": settings,
        "signals": signals,
        "steps": steps,
        "synonyms": synonyms,
        "varianten": varianten,
    }
)


def rewritten(text: str) -> str:
    """Return a page with its generated tables as the code has them now; raises KeyError for a name that does not exist."""
    return _MARKED.sub(lambda match: f"{match[1]}\n{GENERATED[match[2]]()}\n{match[3]}", text)


def main(folder: Path) -> list[Path]:
    """Rewrite the tables in every page of `folder` and return the pages that changed."""
    changed: list[Path] = []
    for path in sorted(folder.glob("*.md")):
        before = path.read_text("utf-8")
        after = rewritten(before)
        if after != before:
            path.write_text(after, "utf-8", newline="\n")
            changed.append(path)
    return changed


if __name__ == "__main__":
    for page in main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs")):
        print(f"rewritten: {page}")

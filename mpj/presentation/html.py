"""A report as a page: one style and nothing from outside; readable on a screen, a phone and paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby

from mpj.presentation import pictures
from mpj.presentation.report import NUMBERS, Bars, Cell, Column, Part, Report, Row, Table, Tone, Value, Waterfall

STYLE = """
:root{--ink:#1d2733;--soft:#5b6878;--line:#d5dce4;--band:#f3f6f9;--up:#a8430f;--down:#0f6b4f;--accent:#1f5a94}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1300px;padding:28px 24px 60px;color:var(--ink);background:#fff;
 font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
h1{font-size:1.6rem;margin:0 0 4px}h2{font-size:1.15rem;margin:34px 0 8px}h3{font-size:1rem;margin:22px 0 6px}
p{margin:6px 0;max-width:78ch}.soft,small{color:var(--soft)}
.facts{display:flex;flex-wrap:wrap;gap:10px;margin:16px 0 6px;padding:0;list-style:none}
.facts li{border:1px solid var(--line);border-radius:8px;padding:8px 14px;min-width:130px}
.facts b{display:block;font-size:1.25rem;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto;background:linear-gradient(90deg,#fff 45%,#fff0) 0/40px 100% no-repeat local,
 linear-gradient(270deg,#fff 45%,#fff0) 100%/40px 100% no-repeat local,
 linear-gradient(90deg,#17324f73,#17324f00) 0/16px 100% no-repeat,
 linear-gradient(270deg,#17324f73,#17324f00) 100%/16px 100% no-repeat #fff}
table{border-collapse:collapse;margin:8px 0 4px;font-variant-numeric:tabular-nums;font-size:.93rem}
th,td{border-bottom:1px solid var(--line);padding:5px 10px;text-align:left;vertical-align:top}
thead th{background:var(--band);border-bottom:2px solid #b9c4d0;font-weight:600;white-space:nowrap}
td.n,th.n{text-align:right;white-space:nowrap}td small{display:block;font-size:.85em}
tr.band th{border-top:2px solid #b9c4d0;border-bottom:none;padding-top:9px;font-weight:600}
td.out{color:var(--soft);background:repeating-linear-gradient(135deg,#fff 0 5px,#eef1f4 5px 7px);font-size:.85em}
td.d{white-space:nowrap}.wide{font-size:.8rem}.wide th,.wide td{padding:4px 3px}.wide .n,.wide .n+*{padding-left:9px}
.wide thead th{white-space:normal}.wide td:not(.n):not(.d){overflow-wrap:anywhere}
td.soft{font-size:.85em}td.strong{font-weight:600}
tr.room td{height:4em;min-width:9em}
.up{color:var(--up)}.down{color:var(--down)}.tot td{font-weight:600;border-top:2px solid #b9c4d0}
@media(max-width:640px){td:first-child,thead th:first-child{position:sticky;left:0;background:#fff}
 thead th:first-child{background:var(--band)}}
svg{max-width:100%;height:auto;display:block;margin:10px 0}
@media screen and (max-width:640px){.scroll svg{max-width:none;width:660px}}
footer{margin-top:40px;border-top:1px solid var(--line);padding-top:8px;font-size:.82rem;color:var(--soft)}
@media print{body{max-width:none;padding:0;font-size:10.5pt}h2,p.soft,thead{break-after:avoid}table{break-inside:auto}
 svg,tr,tbody.group{break-inside:avoid}tr.band{break-after:avoid}
 .scroll{overflow:visible;background:none}
 table{font-size:8.5pt}th,td{padding:2px 5px}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
 @page{size:A4 landscape;margin:12mm}}
""".strip()
"""How a report looks, on a page of its own and within another."""

_UPRIGHT = """
@media print{@page{size:A4 portrait;margin:10mm}
 table{font-size:8pt;line-height:1.15;margin:2px 0}th,td{padding:1px 5px}thead th{white-space:normal}p{font-size:8pt;margin:3px 0}
 h1{font-size:14pt}h2{font-size:10.5pt;margin:10px 0 2px}.facts{gap:6px;margin:6px 0 2px}.facts li{padding:2px 8px;font-size:8pt}
 .facts b{font-size:10pt}footer{margin-top:10px;padding-top:3px}}
""".strip()
"""What a report that stands has beside it."""

_CLASSES: Mapping[Tone, str] = {
    "plain": "",
    "soft": "soft",
    "strong": "strong",
    "more": "up",
    "less": "down",
    "excluded": "out",
}


_WIDE = 10
"""A table of more columns is set small, so that it fits a screen."""
_CODE = re.compile(r"\b([0-9]{4})([0-9]{4})\b")
"""The code of an aanbieder, which a head may break in two."""
_UNBROKEN = ("date", "code")
_UNNAMED: Mapping[str, str] = {"nl": "Overzicht", "en": "Overview"}
"""What a table or figure is called where neither it nor its report has a title."""
_LINKS = ("https://", "/")
"""How an address begins that a page may point at: elsewhere, and of the service that shows it."""


def page(report: Report) -> str:
    """Return a report as a complete HTML document."""
    title = escape(report.title)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
    body = [f"<h1>{title}</h1>", content(report)]
    if report.origin:
        body.append(f"<footer>{escape(report.origin)}</footer>")
    text = "\n".join(filter(None, body))
    style = f"{STYLE}\n{_UPRIGHT}" if report.upright else STYLE
    return (
        f'<!DOCTYPE html>\n<html lang="{report.taal}"><head>{head}<style>{style}</style></head>\n<body>\n{text}\n</body></html>\n'
    )


def content(report: Report, level: int = 2) -> str:
    """Return what a report says, without its title and origin, to stand in a page; `level` is that of its headings."""
    body: list[str] = []
    if report.facts:
        items = "".join(f"<li>{escape(name)}<b>{escape(value)}</b></li>" for name, value in report.facts)
        body.append(f'<ul class="facts">{items}</ul>')
    for part in report.parts:
        body += _part(part, level, report)
    return "\n".join(body)


def _part(part: Part, level: int, report: Report) -> Iterator[str]:
    name = "" if isinstance(part, str) else part.title or report.title or _UNNAMED[report.taal]
    match part:
        case str():
            yield f"<p>{escape(part)}</p>"
        case Waterfall():
            yield _scrolled(pictures.waterfall(part), name)
        case Bars():
            yield _scrolled(pictures.stacked(part), name)
        case Table():
            if part.title:
                yield f"<h{level}>{escape(part.title)}</h{level}>"
            if part.note:
                yield f'<p class="soft">{escape(part.note)}</p>'
            yield _table(part, report.taal, name)


def _table(table: Table, taal: str, name: str) -> str:
    """Return a table under a name."""
    table = table.read.filled
    start = int(table.banded)
    columns = table.columns[start:]
    head = "".join(_field("th", column, _CODE.sub(r"\1<wbr>\2", escape(column.head))) for column in columns)
    bodies: list[str] = []
    for band, group in groupby(table.lines, lambda row: table.columns[0].shown(row[0], taal) if table.banded else ""):
        lines = list(group)
        if table.banded and lines[0] is table.total and not lines[0][start]:
            # The sums of all groups are a row of their own, and no group.
            bodies.append(f"<tbody>{_row((lines[0][0], *lines[0][start + 1 :]), columns, True, taal)}</tbody>")
            continue
        rows = "".join(_row(row[start:], columns, row is table.total, taal) for row in lines)
        # A body of its own, that a page of paper does not break: a code and its rows stay together.
        over = f'<tr class="band"><th scope="rowgroup" colspan="{len(columns)}">{escape(band)}</th></tr>'
        bodies.append(f'<tbody class="group">{over}{rows}</tbody>' if table.banded else f"<tbody>{rows}</tbody>")
    top = f"<thead><tr>{head}</tr></thead>" if any(column.label for column in columns) else ""
    kind = ' class="wide"' if len(columns) > _WIDE else ""
    return _scrolled(f"<table{kind}>{top}{''.join(bodies)}</table>", name)


def _scrolled(inside: str, name: str) -> str:
    """Return what may be wider than the screen: it scrolls, also with the keyboard, and a shadow shows that there is more."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}">{inside}</div>'


def _row(row: Row, columns: tuple[Column, ...], is_total: bool, taal: str) -> str:
    fields = (
        _field("td", column, _text(column, value, taal), value.tone if isinstance(value, Cell) else "plain")
        for column, value in zip(columns, row, strict=True)
    )
    kind = " class=tot" if is_total else "" if any(value != "" for value in row) else " class=room"  # to be filled in by hand
    return f"<tr{kind}>{''.join(fields)}</tr>"


def _text(column: Column, value: Value | Cell, taal: str) -> str:
    text = escape(column.shown(value, taal))
    return f'<a href="{escape(value.link)}">{text}</a>' if isinstance(value, Cell) and value.link.startswith(_LINKS) else text


def _field(tag: str, column: Column, text: str, tone: Tone = "plain") -> str:
    names = [name for name in ("n" if column.form in NUMBERS else "d" if column.form in _UNBROKEN else "", _CLASSES[tone]) if name]
    kind = ' class="' + " ".join(names) + '"' if names else ""
    return f"<{tag}{kind}>{text}</{tag}>"

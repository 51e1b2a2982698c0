"""Self-contained HTML pages: one style, tables, and nothing from outside; readable on a screen, a phone and paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_STYLE = """
:root{--ink:#1d2733;--soft:#5b6878;--line:#d5dce4;--band:#f3f6f9;--up:#a8430f;--down:#0f6b4f;--accent:#1f5a94}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:28px 24px 60px;color:var(--ink);background:#fff;
 font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
h1{font-size:1.6rem;margin:0 0 4px}h2{font-size:1.15rem;margin:34px 0 8px}h3{font-size:1rem;margin:22px 0 6px}
p{margin:6px 0;max-width:78ch}.soft,small{color:var(--soft)}
.facts{display:flex;flex-wrap:wrap;gap:10px;margin:16px 0 6px;padding:0;list-style:none}
.facts li{border:1px solid var(--line);border-radius:8px;padding:8px 14px;min-width:130px}
.facts b{display:block;font-size:1.25rem;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
table{border-collapse:collapse;margin:8px 0 4px;font-variant-numeric:tabular-nums;font-size:.93rem}
th,td{border-bottom:1px solid var(--line);padding:5px 10px;text-align:left;vertical-align:top}
thead th{background:var(--band);border-bottom:2px solid #b9c4d0;font-weight:600;white-space:nowrap}
td.n,th.n{text-align:right;white-space:nowrap}td small{display:block;font-size:.8rem}
tr.sub td{border-top:none}tr.new>td{border-top:2px solid #b9c4d0}
td.out{color:var(--soft);background:repeating-linear-gradient(135deg,#fff 0 5px,#eef1f4 5px 7px);text-align:center;font-size:.8rem}
td.d{white-space:nowrap}td.none{color:#a9b3be;text-align:center}
.up{color:var(--up)}.down{color:var(--down)}.tot td{font-weight:600;border-top:2px solid #b9c4d0}
.note{border-left:4px solid var(--accent);background:var(--band);padding:8px 14px;margin:12px 0;max-width:90ch}
svg{max-width:100%;height:auto;display:block;margin:10px 0}
footer{margin-top:40px;border-top:1px solid var(--line);padding-top:8px;font-size:.82rem;color:var(--soft)}
@media print{body{max-width:none;padding:0;font-size:10.5pt}h2{break-after:avoid}table,svg{break-inside:auto}tr{break-inside:avoid}
 .scroll{overflow:visible}table{font-size:8.5pt}th,td{padding:2px 5px}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
 @page{size:A4 landscape;margin:12mm}}
""".strip()


def page(title: str, body: str, *, footer: str = "") -> str:
    """Return a complete HTML document with `body` (HTML) under `title` (text)."""
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(title)}</title>'
    )
    foot = f"<footer>{escape(footer)}</footer>" if footer else ""
    return f'<!DOCTYPE html>\n<html lang="nl"><head>{head}<style>{_STYLE}</style></head>\n<body>\n{body}\n{foot}</body></html>\n'


def facts(items: Iterable[tuple[str, str]]) -> str:
    """Return the figures a page opens with: (name, value) as text."""
    return '<ul class="facts">' + "".join(f"<li>{escape(name)}<b>{escape(value)}</b></li>" for name, value in items) + "</ul>"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: Iterable[int] = (), total: bool = False) -> str:
    """Return a table of text; columns in `numeric` are right-aligned, with `total` the last row is a sum."""
    right = set(numeric)
    kind = ['class="n"' if place in right else "" for place in range(len(header))]
    lines = [list(row) for row in rows]
    head = "".join(f"<th {kind[place]}>{escape(name)}</th>" for place, name in enumerate(header))
    body = "".join(
        f"<tr{' class=tot' if total and number == len(lines) else ''}>"
        + "".join(f"<td {kind[place]}>{escape(text)}</td>" for place, text in enumerate(row))
        + "</tr>"
        for number, row in enumerate(lines, 1)
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def note(text: str) -> str:
    """Return a sentence that must not be missed."""
    return f'<p class="note">{escape(text)}</p>'

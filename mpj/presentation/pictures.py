"""Figures as hand-made SVG. Their texts stand in the picture, so that it reads without colour and on paper.

Positions are drawn from floats; every amount is the exact text of the report.
"""

from __future__ import annotations

from fractions import Fraction
from html import escape

from mpj.presentation.report import Bar, Bars, Waterfall

_WIDTH = 920
_SIGN = 8
"""What a sign of a name or an amount beside a bar takes, at most."""
_INK, _SOFT, _LINE = "#1d2733", "#5b6878", "#d5dce4"
_TOTAL, _UP, _DOWN = "#41566d", "#c8692b", "#2f8f6e"
PALETTE = ("#1f5a94", "#6aa3d5", "#b9d4ec", "#e0a93b", "#f2d492", "#8a6fae", "#cbbde0", "#2f8f6e", "#9aa5b1")


def waterfall(figure: Waterfall) -> str:
    """Return a waterfall: totals from the ground, changes from where the last bar ended.

    The axis starts at zero: a cut one makes two percent look like three quarters.
    """
    steps, title = figure.steps, figure.title
    levels = [0.0]
    for step in steps:
        levels.append(step.cent if step.total else levels[-1] + step.cent)
    low, high = min(levels[1:]), max(levels[1:])
    floor = min(0.0, low)
    top, bottom, left = 46, 300, 20
    scale = (bottom - top - 26) / ((high - floor) or 1.0)
    place = (_WIDTH - 2 * left) / len(steps)
    width = min(place * 0.62, 120)
    parts = [_text(left, 22, title, size=15, weight="600")]
    for number, step in enumerate(steps):
        before = floor if step.total else levels[number]
        after = levels[number + 1]
        upper, lower = max(before, after), min(before, after)
        x = left + place * number + (place - width) / 2
        y, height = bottom - (upper - floor) * scale, max((upper - lower) * scale, 1.5)
        colour = _TOTAL if step.total else _UP if step.cent > 0 else _DOWN
        parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2" fill="{colour}"/>')
        parts.append(_text(x + width / 2, y - 7, step.text, anchor="middle", weight="600"))
        parts.append(_text(x + width / 2, bottom + 20, step.name, anchor="middle", colour=_SOFT))
        if number + 1 < len(steps):
            y_next = bottom - (after - floor) * scale
            parts.append(_line(x + width, y_next, x + place, y_next, dash=True))
    parts.append(_line(left, bottom, _WIDTH - left, bottom))
    return _svg("".join(parts), bottom + 34, title)


def stacked(figure: Bars) -> str:
    """Return horizontal stacked bars with a legend."""
    bars, title = figure.bars, figure.title
    left, height, gap = 10, 26, 14
    label = min(max(110, *(_SIGN * len(bar.name) + 14 for bar in bars)), 330)
    right = max(220, *(_SIGN * len(bar.text) + 18 for bar in bars))
    sums = [sum((part for part in bar.parts if part > 0), Fraction(0)) for bar in bars]
    highest = float(max([*sums, *(bar.mark or Fraction(0) for bar in bars), Fraction(1, 100)]))
    scale = (_WIDTH - left - label - right) / highest
    parts = [_text(left, 22, title, size=15, weight="600")]
    legend, y = _legend(figure, left)
    parts += legend
    for bar in bars:
        parts += _bar(bar, left, left + label, y, height, scale)
        y += height + gap
    return _svg("".join(parts), y + 6, title)


def _legend(figure: Bars, left: int) -> tuple[list[str], int]:
    """Return the legend, in as many rows as it takes, and where the bars begin below it."""
    parts, x, row = list[str](), float(left), 54
    for place, name in enumerate([*figure.legend, *([figure.mark] if figure.mark else [])]):
        wide = 26 + 7.2 * len(name)
        if x + wide > _WIDTH - 10:
            x, row = float(left), row + 20
        colour = PALETTE[place % len(PALETTE)]
        is_mark = place == len(figure.legend)
        parts.append(
            _line(x + 6, row - 10, x + 6, row + 3, width=3)
            if is_mark
            else f'<rect x="{x}" y="{row - 10}" width="12" height="12" fill="{colour}"/>'
        )
        parts.append(_text(x + 18, row, name, colour=_SOFT, size=12))
        x += wide
    return parts, row + 18


def _bar(bar: Bar, left: int, origin: int, y: int, height: int, scale: float) -> list[str]:
    """Return one bar from `origin` on, its name at `left`; `scale` is in pixels per unit."""
    parts = [_text(left, y + height * 0.68, bar.name, weight="600")]
    start = float(origin)
    for place, part in enumerate(bar.parts):
        if part > 0:
            wide = float(part) * scale
            parts.append(
                f'<rect x="{start:.2f}" y="{y}" width="{wide:.2f}" height="{height}" '
                f'fill="{PALETTE[place % len(PALETTE)]}" stroke="#fff" stroke-width="0.6"/>'
            )
            start += wide
    end = start
    if bar.mark is not None:
        at = origin + float(bar.mark) * scale
        parts.append(_line(at, y - 4, at, y + height + 4, width=3))
        end = max(end, at)
    return [*parts, _text(end + 8, y + height * 0.68, bar.text, weight="600")]


def _svg(inside: str, height: float, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg" font-family="system-ui,\'Liberation Sans\',Arial,sans-serif">{inside}</svg>'
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 13, weight: str = "400", colour: str = _INK) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" fill="{colour}">'
        f"{escape(text)}</text>"
    )


def _line(x: float, y: float, to_x: float, to_y: float, *, dash: bool = False, width: float = 1) -> str:
    style = f'stroke="{_SOFT}" stroke-width="1" stroke-dasharray="3 3"' if dash else f'stroke="{_INK}" stroke-width="{width}"'
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" {style}/>'

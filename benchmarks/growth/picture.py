"""The picture of growth: a panel per job, size to the right on a scale of tens, cost per unit upwards from zero.

The band is 20 percent to either side of the middle value: a line that stays inside it is flat. Plain SVG, in colours that
follow the reader's light or dark setting; every figure stands in it as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from attrs import frozen

_PANEL, _HIGH, _GAP = 420, 250, 20
_STYLE = """\
text { font: 13px system-ui, 'Liberation Sans', Arial, sans-serif; fill: #1d2733 }
.soft { fill: #5b6878 } .name { font-size: 15px; font-weight: 600 } .page { fill: #ffffff }
.axis { stroke: #5b6878 } .band { fill: #6aa3d5; fill-opacity: 0.22 }
.cost { stroke: #1f5a94; fill: none; stroke-width: 2 } .dot { fill: #1f5a94 }
@media (prefers-color-scheme: dark) {
text { fill: #e8edf2 } .soft { fill: #a9b4c0 } .page { fill: #12181f } .axis { stroke: #a9b4c0 }
.cost { stroke: #8cc0ee } .dot { fill: #8cc0ee }
}"""


@frozen
class Panel:
    """One job: its `name`, the `unit` it is counted in, and per size the units and the cost of one in nanoseconds."""

    name: str
    unit: str
    points: Sequence[tuple[int, int]]


def picture(panels: Sequence[Panel]) -> str:
    """Return the panels as one SVG, two beside each other."""
    rows = -(-len(panels) // 2)
    width, height = 2 * _PANEL + 3 * _GAP, rows * _HIGH + (rows + 1) * _GAP
    parts = [f'<rect class="page" width="{width}" height="{height}"/>']
    for number, panel in enumerate(panels):
        x, y = _GAP + number % 2 * (_PANEL + _GAP), _GAP + number // 2 * (_HIGH + _GAP)
        parts.append(f'<g transform="translate({x} {y})">{_panel(panel)}</g>')
    told = "; ".join(
        f"{panel.name}: " + ", ".join(f"{cost_text(cost)} µs at {units:,}" for units, cost in panel.points) for panel in panels
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">'
        f"<title>CPU time per unit. {escape(told)}</title>\n<style>\n{_STYLE}\n</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def cost_text(nanoseconds: int) -> str:
    """Return a cost in microseconds, with a decimal where it is small."""
    tenths = (nanoseconds + 50) // 100
    return f"{tenths / 10:.1f}" if tenths < 1000 else f"{(tenths + 5) // 10:,}"


def _panel(panel: Panel) -> str:
    left, right, top, bottom = 10, _PANEL - 10, 60, _HIGH - 45
    costs = sorted(cost for _, cost in panel.points)
    middle = costs[len(costs) // 2]
    scale = (bottom - top) / max(costs[-1], middle * 1.2, 1)
    step = (right - left - 80) / max(len(panel.points) - 1, 1)
    places = [(left + 40 + step * at, bottom - cost * scale) for at, (_, cost) in enumerate(panel.points)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts = [
        f'<text class="name" x="{left}" y="18">{escape(panel.name)}</text>',
        f'<text class="soft" x="{left}" y="36">microseconds of CPU time per {escape(panel.unit)}</text>',
        f'<rect class="band" x="{left}" y="{bottom - middle * 1.2 * scale:.1f}" width="{right - left}" '
        f'height="{middle * 0.4 * scale:.1f}"/>',
        f'<line class="axis" x1="{left}" y1="{bottom}" x2="{right}" y2="{bottom}"/>',
        f'<text class="soft" x="{left}" y="{bottom - 5}">0</text>',
        f'<polyline class="cost" points="{line}"/>',
    ]
    for (x, y), (units, cost) in zip(places, panel.points, strict=True):
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
        parts.append(f'<text x="{x:.1f}" y="{y - 10:.1f}" text-anchor="middle">{cost_text(cost)}</text>')
        parts.append(f'<text class="soft" x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{units:,}</text>')
    return "".join(parts)

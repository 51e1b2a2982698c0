"""A profile to edit: what the present one says, and every line that somebody has to choose, as a comment."""

from __future__ import annotations

from collections.abc import Sequence

from mpj.intake.look import Look
from mpj.reading.profile import Profiel
from mpj.records.profile import to_toml

_HEAD = """\
# Profiel voor mpj (docs/profiles.md), voorgesteld door mpj intake.
# Elke regel met # is een keuze: haal # weg bij de regel die klopt, en vul in wat tussen "" hoort.
# "" achter een kolom: bekend, en niet gebruikt.
"""


def proposal(looks: Sequence[Look], profiel: Profiel) -> str:
    """Return the text of a profile that says what `profiel` does, with the lines to choose from below the table they belong to."""
    remarks: dict[str, list[str]] = {}
    for look in looks:
        for keuze in look.keuzes:
            lines = remarks.setdefault(keuze.sectie, [])
            hint = f"   # {', '.join(keuze.woorden)}" if keuze.woorden else ""
            lines += [text for line in keuze.regels if (text := f"# {line}{hint}") not in lines]
    return f"{_HEAD}\n{to_toml(profiel, {name: lines for name, lines in remarks.items() if lines})}"

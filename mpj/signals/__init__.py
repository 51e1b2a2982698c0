"""What looks odd in a month and is declared all the same: a register of small functions, each with an example (docs/signals.md)."""

from mpj.signals.register import SIGNALS, Signaaltekst, found, register
from mpj.signals.values import Beeld, Maandbedragen, Signaal

__all__ = ["SIGNALS", "Beeld", "Maandbedragen", "Signaal", "Signaaltekst", "found", "register"]

"""An invented region played through many months by both sides, through the real code: declare, send, verify, answer, correct.

It is the demo of a year, and the data that the tests of reports run on. Everything is invented; the BSNs are of the test range.
"""

from mpj.demo.months import Sizes
from mpj.simulation.play import MAP_JAAR, Maandstand, Simulatie, simulate
from mpj.simulation.report import report, write_reports

__all__ = ["MAP_JAAR", "Maandstand", "Simulatie", "Sizes", "report", "simulate", "write_reports"]

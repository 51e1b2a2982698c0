"""`mpj intake`: what is understood of an export before anything is declared, what is undecided, and a profile to edit.

Decides nothing: it reads with the rules that a run reads with, and says what they make of a file.
"""

from mpj.intake.look import Look, look_at
from mpj.intake.proposal import proposal
from mpj.intake.report import report

__all__ = ["Look", "look_at", "proposal", "report"]

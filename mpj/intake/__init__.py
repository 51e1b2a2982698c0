"""`mpj intake`: what is understood of an export before anything is declared, what is undecided, and a profile to edit.

Decides nothing: it reads with the rules that a run reads with, and says what they make of a file. `decide` makes a profile of
what a person chose.
"""

from mpj.intake.decide import Vraag, decided, questions
from mpj.intake.look import Look, look_at
from mpj.intake.proposal import proposal
from mpj.intake.report import report

__all__ = ["Look", "Vraag", "decided", "look_at", "proposal", "questions", "report"]

"""Verification: a JW323 checked line by line, with the national rule behind every verdict, and the JW325 that answers it.

`register` lists the rules that are run, one small function each in the ``*_rules`` modules; `verification` runs them on a `Case`,
client by client; `declared` holds a large message on disk; `answer` writes the verdict as a message, `texts` in words, `output` as
files; `received` checks an answer that came in. See docs/verify.md.
"""

from mpj.verification.answer import Oordeel, build_answer
from mpj.verification.basis import Basis
from mpj.verification.declared import open_declaratie
from mpj.verification.history import Bekend, EerdereRegel, History, MemoryHistory
from mpj.verification.opdracht import Toetsopdracht
from mpj.verification.received import verify_answer
from mpj.verification.values import Bevinding, NietGetoetst, Verificatie
from mpj.verification.verification import Toetsing, verify

__all__ = [
    "Basis",
    "Bekend",
    "Bevinding",
    "EerdereRegel",
    "History",
    "MemoryHistory",
    "NietGetoetst",
    "Oordeel",
    "Toetsing",
    "Toetsopdracht",
    "Verificatie",
    "build_answer",
    "open_declaratie",
    "verify",
    "verify_answer",
]

"""`Looking`: a ledger that is opened, and all that is asked of it without a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from mpj.ledger.database import WACHT_SECONDEN, Database
from mpj.ledger.keeping import JAREN, years
from mpj.ledger.looks import LedgerStatus, RepairLine, Work
from mpj.presentation.words import NO_NAMES
from mpj.reading.calls import expect, expect_all, expect_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mpj.explanation.build import Uitleg
    from mpj.ledger.keeping import Voorstel
    from mpj.ledger.payments import Betaling, Declaratiestand
    from mpj.presentation.languages import Taal
    from mpj.presentation.report import Report
    from mpj.reading.faults import Fault
    from mpj.verification.sample import Steekproef


class Looking:
    """What a ledger tells: opened as `mpj.Ledger` is."""

    def __init__(self, url: str | Path, *, wacht: float = WACHT_SECONDEN, wie: str = "") -> None:
        expect("url", url, "a path or a URL", str, Path)
        expect("wie", wie, "a text", str)
        self.database = Database(url, wacht=wacht)
        self.wie = wie
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database; every call after this raises ValueError."""
        self.database.close()
        self._closed = True

    def _transaction(
        self, database: Database | None = None, *, write: bool = True, keep: bool = True, fill: bool = False
    ) -> AbstractContextManager[Connection]:
        """Give a transaction on this database, or another one; raises ValueError when the ledger is closed."""
        if self._closed:
            raise ValueError("the ledger is closed")
        return (database or self.database).transaction(write=write, keep=keep, fill=fill)

    def _database(self, *, proef: bool) -> Database:
        """Return the database, for a trial on a ledger that does not exist yet one in memory."""
        return Database("sqlite://") if proef and not self.database.exists() else self.database

    def messages(self, nummers: Iterable[str], *, concepten: bool = False) -> list[tuple[str, bytes]]:
        """Return the messages (JW323) of declarations that were sent, with the names of their files: the same bytes as then.

        With `concepten` also of those that are still to be sent. Raises InputError: a number is unknown or was not sent, none of
        its lines travels, or the message cannot be made as it was.
        """
        from mpj.ledger.schema import CONCEPT
        from mpj.ledger.sent import SENT, messages

        with self._transaction(write=False) as connection:
            return messages(connection, texts("nummers", nummers), (*SENT, CONCEPT) if concepten else SENT)

    def sent(self, nummers: Iterable[str]) -> set[str]:
        """Return which of these declaratienummers were sent; one that is not known, or was taken back, was not."""
        from mpj.ledger.sent import sent_among

        with self._transaction(write=False) as connection:
            return sent_among(connection, texts("nummers", nummers))

    def check(self) -> tuple[dict[str, int], list[Fault]]:
        """Prove the ledger whole: database, references, amounts, digest of every message sent or received.

        Returns how many declarations and messages there are, of how many no digest is known (sent by an earlier mpj) or only the
        digest stays (`gewist`: a client was erased), how many messages a gemeente received (`ontvangen`, where there are; and of
        how many the lines cannot be proven: `ontvangen_zonder_digest`, `ontvangen_gewist`), and every fault.
        """
        from mpj.ledger.check import check

        with self._transaction(write=False) as connection:
            return check(connection)

    def status(self) -> LedgerStatus:
        """Return counts and eurocents by gemeente and state, ready for JSON; no client is named."""
        from mpj.ledger.status import status

        with self._transaction(write=False) as connection:
            return cast("LedgerStatus", status(connection))

    def repair_list(self) -> list[RepairLine]:
        """Return the rejected lines on the repair list, with the words of their return codes, without BSN."""
        from mpj.ledger.repair import repair_list

        with self._transaction(write=False) as connection:
            return cast("list[RepairLine]", repair_list(connection))

    def work(self) -> Work:
        """Return onderhanden werk in eurocents: delivered, not yet declared or granted; InputError in a gemeente's ledger."""
        from mpj.ledger.status import own_work

        with self._transaction(write=False) as connection:
            return cast("Work", own_work(connection))

    def explain(
        self, regel: str | None = None, *, bron: str | None = None, taal: Taal = "nl", namen: Mapping[str, str] = NO_NAMES
    ) -> Uitleg:
        """Return the whole life of a line (`regel`: its referentienummer) or of a record (`bron`: its id), without BSN.

        Declared, sent, answered, credited, replaced, with return codes, and the records behind each line; of a line that a
        gemeente received what it said of it. `namen` stand beside codes. Raises InputError when nothing in the ledger has that
        number or id, and ValueError unless exactly one of `regel` and `bron` is given, and for another `taal`.
        """
        from mpj.explanation.speech import Speech
        from mpj.ledger.life import life_of_line, life_of_record

        if (regel is None) == (bron is None):
            raise ValueError("give either regel or bron")
        speech = Speech(taal, namen)
        with self._transaction(write=False) as connection:
            return life_of_line(connection, speech, regel) if regel is not None else life_of_record(connection, speech, bron or "")

    def sample(self, jaar: int, *, aantal: int, zaad: str, taal: Taal = "nl") -> Steekproef:
        """Draw the auditor's sample from the lines of a year of delivery that stand, as `mpj.verification.sample.draw` does.

        Of a gemeente from what it granted: lines alone, each after its aanbieder. Raises ValueError as that does.
        """
        from mpj.ledger.trace import year_trace
        from mpj.verification.sample import draw

        expect("jaar", jaar, "a year as 2026", int)
        with self._transaction(write=False) as connection:
            return draw(year_trace(connection, jaar), aantal=aantal, zaad=zaad, taal=taal)

    def paid(self) -> tuple[list[Declaratiestand], list[Betaling]]:
        """Return every declaration that was sent with what was paid on it, and every payment; InputError in a gemeente's ledger."""
        from mpj.ledger.payments import payments, standing
        from mpj.ledger.year import refuse_received

        with self._transaction(write=False) as connection:
            refuse_received(connection, "het ledger van de aanbieder die wordt betaald")
            return standing(connection), payments(connection)

    def due(self, *, op: date, jaren: int = JAREN) -> Voorstel:
        """Return who may be erased on `op`: exactly whom `erase` takes. Raises ValueError for `jaren` that are too few."""
        from mpj.ledger.keeping import proposal

        expect_date("op", op)
        with self._transaction(write=False) as connection:
            return proposal(connection, op, years("jaren", jaren))

    def held(self, bsn: str) -> Report | None:
        """Return all that is held of one client, as tables to hand over, without the BSN; None of one that is not known."""
        from mpj.ledger.held import held

        expect("bsn", bsn, "a text", str)
        with self._transaction(write=False) as connection:
            return held(connection, bsn)


def texts(name: str, values: Iterable[str]) -> list[str]:
    """Return the texts that a keyword of that name was given; raises TypeError for anything else."""
    return expect_all(name, values, "text", str)

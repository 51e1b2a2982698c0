"""`mpj.Ledger`: the ledger as a program uses it. One call is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Unpack, cast

from mpj.contract import Contract
from mpj.engine.outcome import Result
from mpj.ledger.conversation import Geboekt
from mpj.ledger.database import WACHT_SECONDEN, Database
from mpj.ledger.looks import LedgerStatus, RepairLine, Work
from mpj.reading.calls import expect, expect_all, expect_date
from mpj.reading.sources import Reading

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mpj.explanation.build import Uitleg
    from mpj.ledger.begin import Begonnen
    from mpj.ledger.input import LedgeropdrachtWords, Registraties, Toewijzingen
    from mpj.ledger.receiving import OntvangenWords
    from mpj.messages import Antwoordbericht, Declaratiebericht
    from mpj.reading.faults import Fault, InputError
    from mpj.verification import Basis, Verificatie


class Ledger:
    """What was declared, answered and set aside, in a database (docs/ledger.md).

    `url` is the path of a SQLite file, made on first use, or a URL (``postgresql://...``), of which `begin` makes a ledger. `wacht`
    is how long, in seconds, to wait for another run. `wie` uses it: the ledger remembers who agreed to what. Every method is one
    transaction: it happens whole or not at all. All raise InputError when the database cannot be used, is busy for too long, or
    would break a promise; then nothing changed.
    """

    def __init__(self, url: str | Path, *, wacht: float = WACHT_SECONDEN, wie: str = "") -> None:
        expect("url", url, "a path or a URL", str, Path)
        expect("wie", wie, "a text", str)
        self.database = Database(url, wacht=wacht)
        self.wie = wie
        self._closed = False

    def __enter__(self) -> Ledger:
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

    def declare(
        self,
        contracten: Iterable[Contract],
        toewijzingen: Toewijzingen,
        registraties: Registraties | None = None,
        *,
        before_commit: Callable[[Result], None] | None = None,
        **words: Unpack[LedgeropdrachtWords],
    ) -> Result:
        """Declare what is new or changed, as concepts that take the place of earlier concepts.

        Input as for `mpj.declare`, `verblijf` and `medewerkers` too; what is absent means nothing, unless `volledig_vanaf` (a
        month) says that `registraties` and `verblijf`, as far as given, are complete from there on. What moves euros without a new
        or changed record is refused until `akkoord` has its code (`mpj.ledger.codes_asked` of the error); `op` is the day on which
        that was agreed; `grens` (`mpj.ledger.Grens`) asks too about far more than usual. `periode`, `dagtekening`, `invoer` and
        `progress` as for `mpj.declare`. `crediteer` credits granted care that its toewijzing no longer covers. `proef` computes and
        remembers nothing. `release` and `xsd_versie` are those of the messages.
        `before_commit` gets the result while it can still be undone. Raises InputError also for a month before the last one sent
        (IV090).
        """
        from mpj.ledger.input import Input, Ledgeropdracht
        from mpj.ledger.running import run

        given = Input.read(Ledgeropdracht(**words), contracten, toewijzingen, registraties)
        proef = given.asked.proef
        if not (proef or self.database.exists()) and given.from_before:
            # A new ledger asks about care from before: where it is refused, no file is made.
            with self._transaction(Database("sqlite://"), keep=False) as connection:
                run(connection, given, self.wie)
        with self._transaction(self._database(proef=proef), keep=not proef) as connection:
            result = run(connection, given, self.wie)
            if before_commit is not None:
                before_commit(result)
        return result

    def reprice(
        self,
        contracten: Iterable[Contract],
        *,
        van: str,
        tot: str,
        dagtekening: date,
        gemeenten: Iterable[str] | None = None,
        akkoord: Iterable[str] = (),
        op: date | None = None,
        proef: bool = False,
    ) -> Result:
        """Make the granted lines of the months `van` to `tot` again under these contracts: a credit and a debit where they differ.

        The outcome is a concept, as of `declare`, of the last month that was declared; a later run keeps what is decided here.
        `gemeenten`: of these alone. Refused until `akkoord` has its code, which follows from exactly these lines and euros;
        `samenvatting["ledger"]["herprijzing"]` has the totals per gemeente (regels, oud_cent, nieuw_cent, verschil_cent). `proef`
        computes and remembers nothing. Raises InputError as `declare` does, and for months or gemeenten that can hold no line.
        """
        from attrs import evolve

        from mpj.engine.opdracht import read_month
        from mpj.ledger.input import Input, Ledgeropdracht
        from mpj.ledger.release import Reprice
        from mpj.ledger.running import run
        from mpj.ledger.sent import last_month
        from mpj.reading.periods import month_text

        expect_date("dagtekening", dagtekening)
        bound, only = list(contracten), None if gemeenten is None else frozenset(_texts("gemeenten", gemeenten))
        reprice = Reprice(read_month(van, "van"), read_month(tot, "tot"), only)
        served = {gemeente for contract in bound for gemeente in contract.gemeenten}
        reprice.check(served)
        with self._transaction(self._database(proef=proef), keep=not proef) as connection:
            month = max(reprice.tot, last_month(connection, served))
            asked = Ledgeropdracht(periode=month_text(month), dagtekening=dagtekening, akkoord=akkoord, op=op, proef=proef)
            given = evolve(Input.read(asked, bound, (), None), reprice=reprice)
            return run(connection, given, self.wie)

    def begin(
        self,
        vanaf: str,
        *,
        eerder: Iterable[str | Path] = (),
        nog_te_declareren: Iterable[str | Path] = (),
        report: Callable[[Fault], None] | None = None,
        submappen: bool = False,
    ) -> Begonnen:
        """Begin a ledger that declares from a month on, as 2026-03: care of before was declared elsewhere (`voor_periode`).

        `eerder` are line files, JW323 messages and JW325 answers of before: what they tell counts for limits, waits for its answer
        and can be repaired. `nog_te_declareren` are tables of registraties or stays of before that were never declared: the runs
        that get them show their euros, and declare them once somebody agrees. `report` hears what of `eerder` does not count, and
        which files of a folder were not read; those in sub-folders count with `submappen`.
        Returns what was taken over. Raises InputError for what is no month, for files that cannot be read or contradict each other,
        and for a ledger that began already or is in use.
        """
        from mpj.engine.opdracht import read_month
        from mpj.ledger.begin import begin
        from mpj.ledger.taken import read_names, read_taken

        month = read_month(vanaf, "vanaf")
        paths = expect_all("eerder", eerder, "paths", str, Path)
        reading = Reading(report, submappen=submappen)
        taken = read_taken(paths, reading) if paths else []
        opened = [*read_names(expect_all("nog_te_declareren", nog_te_declareren, "paths", str, Path), reading)]
        with self._transaction(fill=True) as connection:
            return begin(connection, month, taken, opened)

    def close_year(self, jaar: int, *, op: date) -> None:
        """Remember that a year of care was closed: no correction declares anew in it, unless somebody agrees. Closed once.

        Raises InputError for a year that was closed before, and ValueError for what is no year.
        """
        from mpj.ledger.deadlines import close_year

        expect("jaar", jaar, "a year as 2026", int)
        expect_date("op", op)
        if not 2000 <= jaar <= 2100:
            raise ValueError("jaar: a year from 2000 to 2100")
        with self._transaction() as connection:
            close_year(connection, jaar, self.wie, op)

    def send(
        self, nummers: Iterable[str] | None = None, *, op: date, maand: str | None = None, gemeenten: Iterable[str] = ()
    ) -> list[Geboekt]:
        """Mark declarations (by number; None: all concepts, of `maand` and to `gemeenten` where given) as sent on `op`.

        One that was sent already stays so. Raises InputError, and sends nothing: a number is unknown, a declaration is answered or
        withdrawn, `op` is before its dagtekening, or a later month was sent to the same municipality (IV090).
        """
        from mpj.engine.opdracht import read_month
        from mpj.ledger.conversation import concepts, send
        from mpj.ledger.decide import note

        expect_date("op", op)
        names, codes = None if nummers is None else _texts("nummers", nummers), _texts("gemeenten", gemeenten)
        month = None if maand is None else read_month(maand, "maand")
        with self._transaction() as connection:
            found = send(connection, concepts(connection, month, codes) if names is None else names, op)
            if found:
                note(connection, "verzonden", ", ".join(one.declaratienummer for one in found), self.wie, op)
            return found

    def messages(self, nummers: Iterable[str]) -> list[tuple[str, bytes]]:
        """Return the messages (JW323) of declarations that were sent, with the names of their files: the same bytes as then.

        Raises InputError: a number is unknown or was not sent, none of its lines travels, or the message cannot be made as it was.
        """
        from mpj.ledger.sent import messages

        names = _texts("nummers", nummers)
        with self._transaction(write=False) as connection:
            return messages(connection, names)

    def sent(self, nummers: Iterable[str]) -> set[str]:
        """Return which of these declaratienummers were sent; one that is not known, or was taken back, was not."""
        from mpj.ledger.sent import sent_among

        names = _texts("nummers", nummers)
        with self._transaction(write=False) as connection:
            return sent_among(connection, names)

    def seen(self, signalen: Iterable[Sequence[str]], *, op: date) -> int:
        """Remember that somebody saw rows of signalen.csv, given without their last field; returns how many were new.

        A later run leaves them out of its counts.
        """
        from mpj.ledger.signals import remember_seen

        expect_date("op", op)
        rows = [_texts("signalen", one) for one in signalen]
        with self._transaction() as connection:
            return remember_seen(connection, rows, self.wie, op)

    def check(self) -> tuple[dict[str, int], list[Fault]]:
        """Prove the ledger whole: database, references, amounts, digest of every sent message.

        Returns how many declarations and messages there are, of how many no digest is known (sent by an earlier mpj) or only the
        digest stays (`gewist`: a client was erased), how many messages a gemeente received (`ontvangen`, where there are: of those
        the database and its references alone are looked at), and every fault.
        """
        from mpj.ledger.check import check

        with self._transaction(write=False) as connection:
            return check(connection)

    def withdraw(self, nummers: Iterable[str], *, op: date) -> list[Geboekt]:
        """Take back declarations that were never processed (transport error): the next run declares their lines anew."""
        from mpj.ledger.conversation import withdraw

        expect_date("op", op)
        names = _texts("nummers", nummers)
        with self._transaction() as connection:
            return withdraw(connection, names, op)

    def resend(self, referentienummers: Iterable[str]) -> list[str]:
        """Let the next run declare rejected lines again although nothing changed; returns their numbers."""
        from mpj.ledger.conversation import resend

        names = _texts("referentienummers", referentienummers)
        with self._transaction() as connection:
            return resend(connection, names)

    def answer(
        self,
        berichten: Iterable[str | Path | tuple[str, Antwoordbericht]],
        *,
        op: date,
        report: Callable[[Fault], None] | None = None,
        submappen: bool = False,
    ) -> list[Geboekt]:
        """Book JW325 messages: files, folders, zips, or (name, message) pairs. `op` is the date of receipt.

        `report` hears which files of a folder were not read; those in sub-folders count with `submappen`.

        Each by itself: of one that is wrong (TR337, TR366, TR367, TR371, TR376, the rules of its content, money that contradicts)
        or cannot be read nothing is booked, and its row says why (`Geboekt.fouten`). The same message twice changes nothing the
        second time. Raises InputError where none could be booked.
        """
        from mpj.ledger.conversation import answer
        from mpj.ledger.taken import read_answers

        expect_date("op", op)
        reading = Reading(report, submappen=submappen)
        pairs: list[tuple[str, Antwoordbericht | InputError]] = []
        for one in expect_all("berichten", berichten, "a path or a (name, message) pair", str, Path, tuple):
            pairs += [one] if isinstance(one, tuple) else read_answers(one, reading)
        with self._transaction() as connection:
            return answer(connection, pairs, op)

    def verify(
        self,
        bericht: Declaratiebericht,
        contracten: Iterable[Contract],
        toewijzingen: Toewijzingen,
        *,
        before_commit: Callable[[Verificatie], None] | None = None,
        **words: Unpack[OntvangenWords],
    ) -> Verificatie:
        """Verify a received declaration (JW323) against all that came before it, and remember it with its answer.

        Input and other keywords as for `mpj.verify`. `op` is today: the date of receipt and of the answer, unless `dagtekening`
        says otherwise; a message that was verified before keeps its date. It keeps its place too: the same message again gives the
        same answer. Where the answer would be another one, `vervang` lets it replace the one that is remembered. `eerder` are
        messages and answers from before the ledger, which takes them over. `proef` judges and remembers nothing. `before_commit`
        gets the outcome while it can still be undone. Raises InputError as `mpj.verify` does; for an answer that changes without
        `vervang`; and for `eerder` that contradicts what is known.
        """
        from mpj.verification import Basis
        from mpj.verification.verification import parties

        expect_date("op", words.get("op"))
        basis = Basis(contracten, toewijzingen, partijen=[parties(bericht)])
        with self.receiving(basis, proef=words.get("proef", False)) as receive:
            outcome = receive(bericht, **words)
            if before_commit is not None:
                before_commit(outcome)
        return outcome

    @contextmanager
    def receiving(self, basis: Basis, *, proef: bool = False) -> Iterator[Callable[..., Verificatie]]:
        """Give a function that verifies a declaration as `verify` does, for any number of them in one transaction.

        It takes a message and the keywords of `verify`; each is held against those before it. All are remembered when the block
        ends well, and none otherwise, nor with `proef`. A message that it raises InputError for leaves nothing behind, and the next
        may follow.
        """
        from mpj.ledger.receiving import Ontvangen, receive

        with self._transaction(self._database(proef=proef), keep=not proef) as connection:

            def one(bericht: Declaratiebericht, **words: Unpack[OntvangenWords]) -> Verificatie:
                given = Ontvangen.of(bericht, basis, **words)
                with connection.begin_nested():
                    return receive(connection, given)

            yield one

    def status(self) -> LedgerStatus:
        """Return counts and eurocents by municipality and state, ready for JSON; no client is named."""
        from mpj.ledger.status import status

        with self._transaction(write=False) as connection:
            return cast("LedgerStatus", status(connection))

    def repair_list(self) -> list[RepairLine]:
        """Return the rejected lines on the repair list, with the words of their return codes, without BSN."""
        from mpj.ledger.repair import repair_list

        with self._transaction(write=False) as connection:
            return cast("list[RepairLine]", repair_list(connection))

    def work(self) -> Work:
        """Return onderhanden werk in eurocents: delivered, not yet declared or not yet granted (docs/ledger.md)."""
        from mpj.ledger.status import work

        with self._transaction(write=False) as connection:
            return cast("Work", work(connection))

    def explain(self, regel: str | None = None, *, bron: str | None = None) -> Uitleg:
        """Return the whole life of a line (`regel`: its referentienummer) or of a record (`bron`: its id), without BSN.

        Declared, sent, answered, credited, replaced, with return codes, and the records behind each line; of a line that a
        municipality received what it said of it. Raises InputError when nothing in the ledger has that number or id, and ValueError
        unless exactly one of `regel` and `bron` is given.
        """
        from mpj.ledger.life import life_of_line, life_of_record

        if (regel is None) == (bron is None):
            raise ValueError("give either regel or bron")
        with self._transaction(write=False) as connection:
            return life_of_line(connection, regel) if regel is not None else life_of_record(connection, bron or "")

    def erase(self, bsns: Iterable[str], *, op: date, bestand: str = "") -> tuple[int, int]:
        """Remove clients after the retention period; amounts stay, so that totals hold. Returns (removed, unknown).

        `bestand` is the file that `bsns` are the lines of, blank ones included. Raises InputError, naming file and rows and no BSN,
        when a client has a line that waits, a stay that goes on, or care that could still be declared again.
        """
        from mpj.ledger.erase import erase

        expect_date("op", op)
        found = _texts("bsns", bsns)
        with self._transaction() as connection:
            return erase(connection, found, op, bestand)


def _texts(name: str, values: Iterable[str]) -> list[str]:
    return expect_all(name, values, "text", str)

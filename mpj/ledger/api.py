"""`mpj.Ledger`: the ledger as a program uses it. One call is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from attrs import evolve

from mpj.contract import Contract
from mpj.engine.outcome import Result
from mpj.ledger.conversation import Geboekt
from mpj.ledger.database import Database
from mpj.ledger.keeping import JAREN, years
from mpj.ledger.looking import Looking, texts
from mpj.reading.calls import YES_OR_NO, expect, expect_all, expect_date
from mpj.reading.config import CONFIG
from mpj.reading.faults import Fault, Hears, InputError
from mpj.reading.sources import Reading

if TYPE_CHECKING:
    from mpj.ledger.bank import Rekeningen
    from mpj.ledger.begin import Begonnen
    from mpj.ledger.input import LedgeropdrachtWords, Registraties, Toewijzingen
    from mpj.ledger.payments import Verwerkt
    from mpj.ledger.receiving import OntvangenWords
    from mpj.messages import Antwoordbericht, Declaratiebericht
    from mpj.verification import Basis, Verificatie


class Ledger(Looking):
    """What was declared, answered and set aside, in a database (docs/ledger.md).

    `url` is the path of a SQLite file, made on first use, or a URL (``postgresql://...``), of which `begin` makes a ledger.
    `wacht` is how long, in seconds, to wait for another run. `wie` uses it: the ledger remembers who did what, and agreed to what,
    on the day that a method is told (`op`). Every method is one transaction: it happens whole or not at all. All raise InputError
    when the database cannot be used, is busy for too long, or would break a promise; then nothing changed.
    """

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
        remembers nothing. `release` and `xsd_versie` are those of the messages. `before_commit` gets the result while it can still
        be undone. Raises InputError also for a month before the last one sent (IV090).
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
        from mpj.engine.opdracht import read_month
        from mpj.ledger.input import Input, Ledgeropdracht
        from mpj.ledger.release import Reprice
        from mpj.ledger.running import run
        from mpj.ledger.sent import last_month
        from mpj.ledger.year import refuse_received
        from mpj.reading.periods import month_text

        expect_date("dagtekening", dagtekening)
        bound, only = list(contracten), None if gemeenten is None else frozenset(texts("gemeenten", gemeenten))
        reprice = Reprice(read_month(van, "van"), read_month(tot, "tot"), only)
        served = {gemeente for contract in bound for gemeente in contract.gemeenten}
        reprice.check(served)
        with self._transaction(self._database(proef=proef), keep=not proef) as connection:
            refuse_received(connection, "het ledger van de aanbieder die declareerde")
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
        op: date | None = None,
        report: Hears | None = None,
        submappen: bool = False,
    ) -> Begonnen:
        """Begin a ledger that declares from a month on, as 2026-03: care of before was declared elsewhere (`voor_periode`).

        `eerder` are line files, JW323 messages and JW325 answers of before: what they tell counts for limits, waits for its answer
        and can be repaired. `nog_te_declareren` are tables of registraties or stays of before that were never declared: the runs
        that get them show their euros, and declare them once somebody agrees. `op` is the day, for who did it. `report` hears what
        of `eerder` does not count, and which files of a folder were not read; those in sub-folders count with `submappen`.
        Returns what was taken over. Raises InputError for what is no month, for files that cannot be read or contradict each
        other, and for a ledger that began already or is in use.
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
            return begin(connection, month, taken, opened, op=op, wie=self.wie)

    def close_year(self, jaar: int, *, op: date, akkoord: Iterable[str] = ()) -> list[Fault]:
        """Remember that a year of care was closed: no correction declares anew in it, unless somebody agrees. Closed once.

        Returns warnings. Raises InputError for a year that was closed before, and for one that is not over on `op` until `akkoord`
        has its code; ValueError for what is no year.
        """
        from mpj.ledger.deadlines import close_year
        from mpj.ledger.decide import Agreed

        expect_date("op", op)
        with self._transaction() as connection:
            return close_year(connection, jaar, Agreed.of(connection, texts("akkoord", akkoord), self.wie, op))

    def send(
        self,
        nummers: Iterable[str] | None = None,
        *,
        op: date,
        maand: str | None = None,
        gemeenten: Iterable[str] = (),
        zonder_bericht: bool = False,
        vier_ogen: bool = False,
    ) -> list[Geboekt]:
        """Mark declarations (by number; None: all concepts, of `maand` and to `gemeenten` where given) as sent on `op`.

        One that was sent already stays so (`al_bekend`). Raises InputError, and sends nothing: a number is unknown or of a concept
        that was replaced, its run wrote no message (unless `zonder_bericht`), a declaration is answered or withdrawn, `op` is
        before its dagtekening, a later month was sent to the same gemeente (IV090), or, with `vier_ogen`, the run that made the
        concept was of the same `wie`, or of nobody who is known.
        """
        from mpj.engine.opdracht import read_month
        from mpj.ledger.conversation import concepts, send

        expect_date("op", op)
        expect("zonder_bericht", zonder_bericht, YES_OR_NO, bool)
        codes, names = texts("gemeenten", gemeenten), None if nummers is None else texts("nummers", nummers)
        month = None if maand is None else read_month(maand, "maand")
        with self._transaction() as connection:
            names = concepts(connection, month, codes) if names is None else names
            return send(connection, names, op, self.wie, zonder_bericht=zonder_bericht, vier_ogen=vier_ogen)

    def seen(self, signalen: Iterable[Sequence[str]], *, op: date) -> int:
        """Remember that somebody saw rows of signalen.csv, given without their last field; returns how many were new.

        A later run leaves them out of its counts.
        """
        from mpj.ledger.signals import remember_seen

        expect_date("op", op)
        rows = [texts("signalen", one) for one in signalen]
        with self._transaction() as connection:
            return remember_seen(connection, rows, self.wie, op)

    def withdraw(self, nummers: Iterable[str], *, op: date) -> list[Geboekt]:
        """Take back declarations that were never processed (transport error): the next run declares their lines anew."""
        from mpj.ledger.conversation import withdraw

        expect_date("op", op)
        with self._transaction() as connection:
            return withdraw(connection, texts("nummers", nummers), op, self.wie)

    def resend(self, referentienummers: Iterable[str], *, op: date | None = None) -> list[str]:
        """Let the next run declare rejected lines again although nothing changed; returns their numbers.

        `op` is the day, for who did it.
        """
        from mpj.ledger.conversation import resend

        with self._transaction() as connection:
            return resend(connection, texts("referentienummers", referentienummers), op, self.wie)

    def answer(
        self,
        berichten: Iterable[str | Path | tuple[str, Antwoordbericht]],
        *,
        op: date,
        report: Hears | None = None,
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
            return answer(connection, pairs, op, self.wie)

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
                    return receive(connection, given, self.wie)

            yield one

    def pay(
        self,
        bestanden: Iterable[str | Path],
        rekeningen: Rekeningen,
        *,
        koppel: Iterable[str] = (),
        ontkoppel: Iterable[int] = (),
        op: date | None = None,
        report: Hears | None = None,
        submappen: bool = False,
    ) -> Verwerkt:
        """Read what a bank delivered (camt.053 or CSV: files, folders, zips), and couple payments to declarations.

        `rekeningen` has the gemeenten that pay from each account (IBAN); of what moved on any other account nothing is kept. A
        payment that was read before counts once. `koppel` couples by hand, as ``12:JD050A8DDF55`` (payment, declaratienummer),
        after `ontkoppel` undid what payments are coupled to; both are left alone after that. `op` is the day, for who did it.
        `report` hears which files of a folder were not read. Raises InputError for files where no account is known, for another
        format, an entry that is wrong, and a coupling that cannot be.
        """
        from mpj.ledger.bank import read_bank
        from mpj.ledger.payments import book, couple, pairs_of, remember_paid, uncouple
        from mpj.ledger.year import refuse_received
        from mpj.reading.sources import find_sources

        paths = [Path(one) for one in expect_all("bestanden", bestanden, "paths", str, Path)]
        if paths and not rekeningen:
            verwacht = f"een bestand met namen in {CONFIG}, met de kolom rekening"
            raise InputError(Fault("rekening_ontbreekt", "", 0, "namen", "", verwacht, "van geen gemeente is een rekening bekend"))
        sources = find_sources(paths, (".xml", ".csv"), Reading(report, submappen=submappen)) if paths else ()
        read = [read_bank(source, rekeningen) for source in sources]
        pairs = [*pairs_of(texts("koppel", koppel))]
        with self._transaction() as connection:
            refuse_received(connection, "het ledger van de aanbieder die wordt betaald")
            undone = uncouple(connection, expect_all("ontkoppel", ontkoppel, "numbers", int))
            found = book(connection, [one.regels for one in read], rekeningen)
            by_hand = couple(connection, pairs)
            done = evolve(found, gekoppeld=found.gekoppeld + by_hand, ontkoppeld=undone)
            remember_paid(connection, done, self.wie, op)
        return evolve(done, overig=sum(one.overig for one in read), niet_geboekt=sum(one.niet_geboekt for one in read))

    def erase(self, bsns: Iterable[str], *, op: date, bestand: str = "", jaren: int = JAREN) -> tuple[int, int]:
        """Remove clients after `jaren` of keeping; amounts stay, so that totals hold. Returns (removed, unknown).

        `bestand` is the file that `bsns` are the lines of, blank ones included. Raises InputError, naming file and rows and no BSN,
        when a client has a line that waits, a stay that goes on, or a last year of which the years of keeping are not over
        (`due` says who may go); ValueError for `jaren` that are too few.
        """
        from mpj.ledger.erase import erase

        expect_date("op", op)
        with self._transaction() as connection:
            return erase(connection, texts("bsns", bsns), op, years("jaren", jaren), bestand, self.wie)

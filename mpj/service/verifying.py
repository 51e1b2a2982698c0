"""Messages judged one after another, each against those before it, with a ledger or without: what `mpj verify` does, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from typing import Any

from attrs import evolve

import mpj
from mpj.ledger import Ledger
from mpj.messages import Declaratiebericht, to_bytes
from mpj.reading.faults import InputError
from mpj.reading.sources import Reading, Source, find_sources
from mpj.reading.twins import each_once
from mpj.service.declaring import Heard, contracts_of, profile_of
from mpj.service.forms import DAY, FLAG, TAAL, FormField, RequestForm, words
from mpj.service.ledgering import made_new
from mpj.service.office import Office
from mpj.service.problems import message
from mpj.service.uploads import Uploads
from mpj.service.values import FORMAAT
from mpj.service.work import Step
from mpj.verification import Basis, MemoryHistory
from mpj.verification.before import read_before_these, to_take_over
from mpj.verification.gemeenten import read_codes
from mpj.verification.many import Uitslag
from mpj.verification.output import COLUMNS
from mpj.verification.sequence import Judge, heads_of, judge_by, judged_one, parties_of, tell_once
from mpj.verification.values import AFWIJZEN, TOEKENNEN, Verificatie

DECIDED = words("", TOEKENNEN, AFWIJZEN)
"""What an answer says of lines that cannot be judged; where nothing is said there is no answer."""
_ASKED = (FormField("dagtekening", DAY), FormField("taal", TAAL), FormField("onbeoordeeld", DECIDED))
MESSAGES = RequestForm(
    ("bericht", "contract", "toewijzingen"),
    ("eerder", "gemeenten", "profiel"),
    (FormField("eerder_volledig", FLAG), *_ASKED),
)
"""What messages are judged by, as `mpj verify` takes it; `eerder_volledig` says that without `eerder` nothing came before."""
RECEIVED = RequestForm(
    ("bericht",), ("contract", "toewijzingen", *MESSAGES.files), (*_ASKED, FormField("proef", FLAG), FormField("vervang", FLAG))
)
"""The same with the ledger, which knows what came before; what a request does not bring is what the configuration names."""


def verify(given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Judge every message of a request: its outcome, its findings and its answer.

    One that cannot be read, or is the wrong file, is an outcome too; raises InputError where none could be judged.
    """
    heard = Heard()
    return _answer([_told(one) for one in judged(given, today, heard, step)], heard)


def receive(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Judge every message of a request against the ledger of a gemeente, which remembers them all, or with `proef` none.

    As `verify`; a message that the ledger refuses is an outcome too.
    """
    heard = Heard()
    given = evolve(given, files={**office.files(""), **given.files})
    with office.ledger(new=True) as ledger:
        new = not ledger.database.exists()
        berichten = [_told(one) for one in judged(given, today, heard, step, ledger)]
    # Where none could be judged the ledger was closed with nothing of them in it.
    answer = _answer(berichten, heard)
    if new:
        answer["meldingen"].append(message(made_new(ledger.database.name, proef=given.fields["proef"])))
    return answer


def _answer(berichten: list[dict[str, Any]], heard: Heard) -> dict[str, Any]:
    if not any(one["bevindingen"] is not None for one in berichten):
        raise InputError([fault for fault in heard.meldingen if fault.soort == "fout"])
    return {"formaat": FORMAAT, "berichten": berichten, "meldingen": heard.told}


def judged(given: Uploads, today: date, heard: Heard, step: Step, ledger: Ledger | None = None) -> Iterator[Uitslag]:
    """Judge the messages of a request one after another; `heard` gets what is to be said of the files, and their hashes.

    With a `ledger` against what it knows: it remembers them once the last one was judged.
    """
    reading = Reading(heard.meldingen.append)
    sources = each_once(find_sources(given.files["bericht"], (".xml",), reading), reading)
    heads = heads_of(sources)
    contracten = contracts_of(given, heard)
    toewijzingen = mpj.read_toewijzingen(given.files["toewijzingen"], **heard.options("toewijzingen", profile_of(given, heard)))
    basis = Basis(contracten, toewijzingen, partijen=parties_of(heads))
    with ExitStack() as kept:
        if ledger is None:
            judge = _judge(given, today, heard, basis, sources)
        else:
            judge = _judge_with(ledger, kept, given, today, heard, basis, sources)
        for number, head in enumerate(heads, 1):
            one = judged_one(head, judge)
            tell_once(heard.meldingen, one.faults)
            heard.invoer.setdefault("bericht", {}).update(one.hashes)
            yield one.uitslag
            step(number, len(heads))


def _settings(given: Uploads, heard: Heard) -> dict[str, Any]:
    listed = given.one("gemeenten")
    known = None if listed is None else read_codes(listed, heard.invoer.setdefault("gemeenten", {}))
    return {"taal": given.fields["taal"], "gemeenten": known, "onbeoordeeld": given.fields["onbeoordeeld"] or None}


def _judge(given: Uploads, today: date, heard: Heard, basis: Basis, verified: Sequence[Source]) -> Judge:
    earlier = given.files.get("eerder", ())
    unknown = not earlier and not given.fields["eerder_volledig"]
    history = (
        MemoryHistory(onbekend=True)
        if unknown
        else MemoryHistory.read(earlier, reading=Reading(heard.meldingen.append), verified=verified)
    )
    heard.meldingen += history.meldingen
    return judge_by(basis, history, dagtekening=given.fields["dagtekening"] or today, **_settings(given, heard))


def _judge_with(
    ledger: Ledger, kept: ExitStack, given: Uploads, today: date, heard: Heard, basis: Basis, verified: Sequence[Source]
) -> Judge:
    """Return how a message is judged with a ledger, which takes over the earlier messages beside the first."""
    fields, reading = given.fields, Reading(heard.meldingen.append)
    receive: Callable[..., Verificatie] = kept.enter_context(ledger.receiving(basis, proef=fields["proef"]))
    earlier = to_take_over(read_before_these(verified, given.files.get("eerder", ()), reading))
    told = {"op": today, "dagtekening": fields["dagtekening"], "proef": fields["proef"], "vervang": fields["vervang"]}
    settings = told | _settings(given, heard)

    def judge(bericht: Declaratiebericht) -> Verificatie:
        found = receive(bericht, eerder=earlier, **settings)
        earlier.clear()
        return found

    return judge


def _told(one: Uitslag) -> dict[str, Any]:
    judged = one.verificatie is not None
    answer = None if one.verificatie is None else one.verificatie.antwoord
    return {
        "bericht": one.bestand,
        "declaratienummer": None if one.kop is None else one.kop.declaratienummer,
        "uitkomst": one.uitkomst,
        "bevindingen": [{name: getattr(found, name) for name in COLUMNS} for found in one.findings] if judged else None,
        "jw325": None if answer is None else to_bytes(answer).decode(),
        "samenvatting": one.samenvatting,
    }

"""A case through mpj: what came out, as text, and where that differs from what was expected."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from attrs import evolve
from ledger.support import empty_ledger

import mpj
from cases.files import CONTRACT_TABLES, OF_A_LEDGER, OUTCOMES, Call, Case, Outcome, Rows
from mpj.engine import Result
from mpj.ledger import Geboekt, codes_asked
from mpj.messages import Antwoordbericht, Declaratiebericht, read_jw323
from mpj.messages.values import PRESTATIE_FIELDS, Prestatie, Totaal
from mpj.reading.cells import as_text
from mpj.reading.faults import Fault
from mpj.verification import Oordeel, build_answer

UITVAL = ("soort", "bron", "datum", "datum_tot", "aantal", "gemeente", "reden", "vervolg", "waarde_cent", "toelichting")

# Of a text that says how it came about a case names what must stand in it.
FREE = ("toelichting", "waarom")


def outcomes(case: Case, folder: Path) -> list[Outcome]:
    """What each call of a case comes to; `folder` is for a ledger, where the case has one."""
    if not case.ledger:
        runs = (mpj.declare(**_given(call), prestaties=call.prestaties, nalevering=call.nalevering) for call in case.calls)
        return [outcome(result) for result in runs]
    with mpj.Ledger(empty_ledger(folder / "ledger.db")) as ledger:
        played = Played(ledger)
        return [played.step(call) for call in case.calls]


def _given(call: Call) -> dict[str, Any]:
    return {
        "contracten": [_contract(call)],
        "toewijzingen": call.toewijzingen,
        "registraties": call.registraties,
        "verblijf": call.verblijf,
        "medewerkers": call.medewerkers,
        "periode": call.periode,
        "dagtekening": call.dagtekening,
    }


def _contract(call: Call) -> mpj.Contract:
    given = {name: call.contract.get(name) for name in CONTRACT_TABLES}
    tables = {name: value for name, value in call.contract.items() if name not in given}
    return mpj.make_contract(tables, given["tarieven"] or [], given["codes"], producten=given["producten"])


class Played:
    """A calendar on one ledger: what has arrived since the last run, and what each step comes to."""

    def __init__(self, ledger: mpj.Ledger) -> None:
        self.ledger = ledger
        self.arrived: dict[str, Rows] = {"registraties": [], "verblijf": [], "prestaties": []}

    def step(self, call: Call) -> Outcome:
        """Play one step; what is refused comes out as `fouten`, and changes nothing."""
        for name, known in self.arrived.items():
            self.arrived[name] = [*known, *getattr(call, name)]
        found: Outcome = {name: [] for name in (*OUTCOMES, *OF_A_LEDGER)}
        try:
            found |= getattr(self, f"_{call.wat.replace('-', '_')}")(call)
        except mpj.InputError as error:
            found["fouten"] = [_fault(one) for one in error.faults]
        return found | {"stand": _stand(self.ledger)}

    def _aanlevering(self, call: Call) -> Outcome:
        return {}

    def _declare(self, call: Call) -> Outcome:
        told = {name: value for name, value in call.told.items() if name not in ("antwoord", "akkoord")}
        given = _given(call) | self.arrived | {"op": call.op} | told
        result = self._agreeing(call, lambda **more: self.ledger.declare(**given, **more))
        self.arrived = {name: [] for name in self.arrived}
        if (antwoord := call.told.get("antwoord")) is not None:
            sent = self.ledger.send([one["declaratienummer"] for one in result.samenvatting["declaraties"]], op=_day(call))
            if antwoord != "geen":
                self._answer_to(call, [one.declaratienummer for one in sent])
        return outcome(result)

    def _reprice(self, call: Call) -> Outcome:
        given = {"van": call.told["van"], "tot": call.told["tot"], "dagtekening": call.dagtekening, "op": call.op}
        return outcome(self._agreeing(call, lambda **more: self.ledger.reprice([_contract(call)], **given, **more)))

    def _agreeing(self, call: Call, act: Callable[..., Result]) -> Result:
        """Run; where the step says `akkoord`, agree to all that the run asks, as somebody would who read it."""
        if not call.told.get("akkoord"):
            return act()
        try:
            result = act()
        except mpj.InputError as error:
            if not (codes := codes_asked(error)):
                raise
            return act(akkoord=codes)
        (table,) = (one for one in result.bijlagen if one.bestand == "te_beslissen.csv")
        codes = sorted({str(row[-1]).rpartition(" ")[2] for row in table.rijen})
        return act(akkoord=codes) if codes else result

    def _send(self, call: Call) -> Outcome:
        gemeenten = [call.told["gemeente"]] if "gemeente" in call.told else []
        return {"geboekt": _booked(self.ledger.send(None, op=_day(call), gemeenten=gemeenten))}

    def _answer(self, call: Call) -> Outcome:
        return {"geboekt": self._answer_to(call, self._sent(call))}

    def _answer_to(self, call: Call, numbers: Sequence[str]) -> Rows:
        """Book the answer to each of these declarations; one of which no line travels has none."""
        replies = []
        for name, data in self.ledger.messages(numbers):
            message = read_jw323(io.BytesIO(data), name)
            replies.append((name, _reply(message, call.told)))
        return _booked(self.ledger.answer(replies, op=_day(call))) if replies else []

    def _withdraw(self, call: Call) -> Outcome:
        return {"geboekt": _booked(self.ledger.withdraw(self._sent(call), op=_day(call)))}

    def _sent(self, call: Call) -> list[str]:
        """Return the declarations that wait for an answer, of one gemeente where the step names it."""
        rows = (one for one in self.ledger.status()["declaraties"] if one["status"] == "verzonden")
        return [one["declaratienummer"] for one in rows if call.told.get("gemeente") in (None, one["gemeente"])]

    def _resend(self, call: Call) -> Outcome:
        """Ask for all lines of the repair list again."""
        self.ledger.resend(one["referentienummer"] for one in self.ledger.repair_list())
        return {}

    def _begin(self, call: Call) -> Outcome:
        self.ledger.begin(call.told["vanaf"])
        return {}

    def _close_year(self, call: Call) -> Outcome:
        self.ledger.close_year(call.told["jaar"], op=_day(call))
        return {}


def _day(call: Call) -> date:
    return call.op or call.dagtekening


def _reply(message: Declaratiebericht, told: Mapping[str, Any]) -> Antwoordbericht:
    """The answer of a step: all granted or refused, or refused what a row of `antwoord` describes, with its `retourcode`."""
    antwoord = told.get("antwoord", "toegekend")
    places = {}
    for client, one in enumerate(message.clienten, 1):
        for number, line in enumerate(one.prestaties, 1):
            if codes := _refused(line, antwoord):
                places[client, number] = codes
    oordeel = Oordeel(regels=places, declaratie=tuple(told.get("retourcodes", ())))
    dated = message.header.identificatie.dagtekening
    reply = build_answer(message, oordeel, dagtekening=dated, xsd_versie="1.0.0", xslt_versie="1.0.0")
    return _with_totals(reply, told["totaal"]) if "totaal" in told else reply


def _refused(line: Prestatie, antwoord: str | Rows) -> tuple[str, ...]:
    if isinstance(antwoord, str):
        return ("9338",) if antwoord == "afgekeurd" else ()
    texts = {name: as_text(getattr(line, name)) for name in PRESTATIE_FIELDS}
    for row in antwoord:
        if all(texts[name] == text for name, text in row.items() if name != "retourcode"):
            return tuple(row["retourcode"].split(","))
    return ()


def _with_totals(reply: Antwoordbericht, totaal: Mapping[str, int]) -> Antwoordbericht:
    """The same answer under totals that somebody else made."""
    assert reply.antwoord is not None
    changed: dict[str, Any] = {f"totaal_{name}": Totaal.of(cents) for name, cents in totaal.items()}
    return evolve(reply, antwoord=evolve(reply.antwoord, **changed))


def _booked(rows: Sequence[Geboekt]) -> Rows:
    names = ("gemeente", "status", "toegekend", "afgekeurd", "regels", "bedrag_cent")
    return [
        {name: as_text(getattr(one, name)) for name in names}
        | {"fouten": ",".join(fault.code for fault in one.fouten), "meldingen": ",".join(fault.code for fault in one.meldingen)}
        for one in rows
    ]


def _fault(one: Fault) -> dict[str, str]:
    return {name: as_text(getattr(one, name)) for name in ("code", "kolom", "gevonden", "verwacht", "toelichting")}


def _stand(ledger: mpj.Ledger) -> Rows:
    """What `mpj ledger status` says of the lines of each gemeente, by state."""
    gemeenten: Mapping[str, Mapping[str, Any]] = ledger.status()["gemeenten"]
    return [
        {"gemeente": gemeente, "staat": staat, "regels": str(rows["regels"]), "bedrag_cent": str(rows["bedrag_cent"])}
        for gemeente, states in sorted(gemeenten.items())
        for staat in ("concept", "verzonden", "toegekend", "afgekeurd", "niet_verzonden", "te_herstellen")
        if (rows := states.get(staat)) and rows["regels"]
    ]


def outcome(result: Result) -> Outcome:
    """The lines, what was set aside and the trace, as text under the names of the CSV columns."""
    return {
        "regels": [_texts(line, mpj.Declaratieregel) for line in result.regels],
        "uitval": [{name: as_text(getattr(row, name)) for name in UITVAL} for row in result.uitval],
        "fouten": [],
        "herkomst": [_texts(row, mpj.Herkomst) for row in result.herkomst],
    } | {
        one.bestand.removesuffix(".csv"): [dict(zip(one.kolommen, map(as_text, row), strict=True)) for row in one.rijen]
        for one in result.bijlagen
    }


def _texts(value: Any, kind: Any) -> dict[str, str]:
    return {field.name: as_text(getattr(value, field.name)) for field in kind.__attrs_attrs__}


def differences(case: Case, found: Sequence[Outcome]) -> list[str]:
    """Each place where an outcome is not what was expected, with case, row and field."""
    told: list[str] = []
    for number, (call, one) in enumerate(zip(case.calls, found, strict=True), 1):
        where = f"{case.bestand}: {case.naam}" + (f", stap {number}" if case.ledger else "")
        for name, rows in call.verwacht.items():
            told += [f"{where}: {name}{text}" for text in _compare(rows, one[name])]
    return told


def _compare(expected: Rows, found: Rows) -> Iterator[str]:
    for place, (wanted, got) in enumerate(zip(expected, found, strict=False), 1):
        for column, text in wanted.items():
            if column not in got:
                yield f": de kolom {column} bestaat niet"
            elif text not in got[column] if column in FREE else got[column] != text:
                yield f" rij {place}, {column}: verwacht {text!r}, gevonden {got[column]!r}"
    if len(expected) != len(found):
        yield f": verwacht {len(expected)} rijen, gevonden {len(found)}: {found[len(expected) :] or 'niet meer'}"

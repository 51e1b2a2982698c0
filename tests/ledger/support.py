"""A provider with a ledger and a municipality that answers: what the ledger's tests say in one line each."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from world import contract, toewijzing

import mpj
from mpj.engine import Declaratieregel, Result
from mpj.ledger import Geboekt, Ledger, codes_asked
from mpj.messages import Antwoordbericht, Declaratiebericht, declaratieberichten
from mpj.reading.periods import last_day, parse_month
from mpj.verification import Oordeel, build_answer

PRICES: Mapping[str, object] = {"2.1 hbo": "24,55", "2.1 wo": "31,20", "4.1": "18,00", "8.1": "250,00"}
__all__ = ["Partij", "answer_to", "empty_ledger", "lines", "migrated", "registratie", "toewijzing"]


@cache
def migrated() -> sqlite3.Connection:
    """A ledger as the migrations make it, to copy: quicker than making one for every test."""
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    with Ledger("sqlite://") as ledger, ledger.database.transaction(write=False) as connection:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.commit()
        source.backup(copy)
    return copy


def empty_ledger(path: Path) -> Path:
    """An empty ledger in a file."""
    with closing(sqlite3.connect(path)) as connection:
        migrated().backup(connection)
    return path


def registratie(
    name: str, datum: str = "2026-03-05", minuten: int = 60, niveau: str | None = "hbo", **fields: Any
) -> dict[str, Any]:
    """A registratie of 2.1 by an hbo under its own id."""
    base = {
        "id": name,
        "bsn": "999900006",
        "datum": datum,
        "minuten": minuten,
        "kwalificatieniveau": niveau,
        "prestatiecode": "2.1",
    }
    return base | fields


def lines(result: Result) -> list[tuple[str, str, int]]:
    """The lines of a run as (D or C, product code, cents)."""
    return [(line.debetcredit, line.productcode, line.bedrag_cent) for line in result.regels]


def answer_to(message: Declaratiebericht, refused: Collection[str] = (), code: str = "9338", **verdict: Any) -> Antwoordbericht:
    """The municipality's answer: these reference numbers are refused, the others granted."""
    places = {
        (client, number): (code,)
        for client, one in enumerate(message.clienten, 1)
        for number, prestatie in enumerate(one.prestaties, 1)
        if prestatie.referentienummer in refused
    }
    oordeel = Oordeel(regels=places, **verdict)
    dated = message.header.identificatie.dagtekening
    return build_answer(message, oordeel, dagtekening=dated, xsd_versie="1.0.0", xslt_versie="1.0.0")


class Partij:
    """A provider: contract, toewijzingen and a ledger. `run` declares, `settle` sends everything and books the answers."""

    def __init__(self, url: str | Path, *, prices: Mapping[str, object] = PRICES, **tables: Any) -> None:
        self.ledger = Ledger(url)
        self.contract = contract(prices, **tables)
        self.toewijzingen: list[Mapping[str, object]] = [toewijzing()]
        self.sent: dict[str, Declaratiebericht] = {}
        self.numbers: list[str] = []

    def run(self, *registraties: Mapping[str, object], periode: str = "2026-03", **options: Any) -> Result:
        """Declare these records; that a new ledger declares care of earlier months is right."""
        dated = last_day(parse_month(periode))
        given: dict[str, Any] = {"contracten": [self.contract], "toewijzingen": self.toewijzingen, "dagtekening": dated} | options
        try:
            return self.ledger.declare(registraties=registraties, periode=periode, **given)
        except mpj.InputError as error:
            if any("dit ledger is nieuw" not in fault.toelichting for fault in error.faults):
                raise
            return self.ledger.declare(registraties=registraties, periode=periode, **given, akkoord=codes_asked(error))

    def agreed(self, *registraties: Mapping[str, object], **options: Any) -> Result:
        """Declare as `run` does, and agree to all that it asks."""
        try:
            return self.run(*registraties, **options)
        except mpj.InputError as error:
            return self.run(*registraties, **options | {"akkoord": codes_asked(error)})

    def send(self, result: Result) -> list[Declaratiebericht]:
        """Send what a run made; returns the messages."""
        messages = list(declaratieberichten(result.regels, dagtekening=_dagtekening(result)))
        self.numbers += [line.referentienummer for line in result.regels]
        self.ledger.send([one["declaratienummer"] for one in result.samenvatting["declaraties"]], op=_dagtekening(result))
        for message in messages:
            self.sent[message.declaratienummer] = message
        return messages

    def book(self, messages: Iterable[Declaratiebericht], refused: Collection[str] = (), **verdict: Any) -> list[Geboekt]:
        """Book the answers to these messages."""
        pairs = [(f"jw325-{one.declaratienummer}.xml", answer_to(one, refused, **verdict)) for one in messages]
        return self.ledger.answer(pairs, op=date(2026, 12, 31))

    def settle(self, result: Result, refused: Collection[str] = ()) -> list[Geboekt]:
        """Send a run and book answers that grant all but `refused`."""
        return self.book(self.send(result), refused)

    def month(self, *registraties: Mapping[str, object], **options: Any) -> Result:
        """Declare, send, and have everything granted."""
        result = self.run(*registraties, **options)
        self.settle(result)
        return result


def _dagtekening(result: Result) -> date:
    return date.fromisoformat(result.samenvatting["instellingen"]["dagtekening"])


def refs(items: Sequence[Declaratieregel]) -> list[str]:
    """Their reference numbers."""
    return [line.referentienummer for line in items]

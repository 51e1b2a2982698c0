"""The content of a JW323 or JW325 (control level 2): rules that one message breaks or keeps on its own.

`RULES` is the register; one rule is one small function (`mpj.messages.content_rules`). A `ContentCheck` walks over the message
once, part by part, in bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import lru_cache

from attrs import evolve, frozen

from mpj.messages import content_rules
from mpj.messages.content_rules import Breaches, ContentBreach, Walk
from mpj.messages.overview import Declaratie, Overzicht, clients_of, scan
from mpj.messages.values import Antwoordbericht, Prestatie
from mpj.protocol import MPJ_16, Protocol
from mpj.reading.faults import Ernst, Fault
from mpj.reading.register import Regelcode

# What a rule looks at; a period is that of the declaration or of a product, an amount a total or that of a line.
BERICHT, CLIENT, PERIODE, PRODUCTPERIODE, BEDRAG, REGEL = "bericht", "client", "periode", "productperiode", "bedrag", "regel"
_PERIODS = 4096


@frozen
class ContentRule:
    """A row of the register."""

    code: str
    """The code of the rule, as TR342."""
    level: int
    """The control level, 2 to 4."""
    messages: tuple[str, ...]
    """The kinds of message that it is for."""
    part: str
    """The kind of part that it looks at."""
    function: Callable[..., Breaches]
    """Takes the `Walk` and the part."""
    soort: Ernst = "fout"
    """How a breach counts."""


_BOTH, _JW323, _JW325 = ("JW323", "JW325"), ("JW323",), ("JW325",)
_R = content_rules
RULES: tuple[ContentRule, ...] = (
    ContentRule("CS002", 2, _BOTH, CLIENT, _R.cs002),
    ContentRule("CS100", 2, _JW323, PERIODE, _R.cs100),
    ContentRule("CS325", 2, _BOTH, BEDRAG, _R.cs325),
    ContentRule("CS337", 2, _JW323, PRODUCTPERIODE, _R.cs337),
    ContentRule("CS339", 2, _JW323, REGEL, _R.cs339),
    ContentRule("CS340", 2, _JW323, BERICHT, _R.cs340),
    ContentRule("CD060", 2, _BOTH, REGEL, _R.cd060),
    ContentRule("CD087", 2, _JW323, REGEL, _R.cd087),
    ContentRule("TR101", 2, _BOTH, CLIENT, _R.tr101_client),
    ContentRule("TR101", 2, _BOTH, REGEL, _R.tr101),
    ContentRule("TR134", 2, _BOTH, PERIODE, _R.tr134),
    ContentRule("TR134", 2, _JW323, BERICHT, _R.tr134_dagtekening, "waarschuwing"),
    ContentRule("TR137", 2, _BOTH, PERIODE, _R.tr137),
    ContentRule("TR315", 2, _JW323, REGEL, _R.tr315),
    ContentRule("TR316", 2, _JW323, REGEL, _R.tr316),
    ContentRule("TR335", 2, _JW323, PRODUCTPERIODE, _R.tr335),
    ContentRule("TR342", 2, _JW325, BERICHT, _R.tr342),
    ContentRule("TR358", 2, _JW323, BERICHT, _R.tr358),
    ContentRule("TR416", 2, _JW323, REGEL, _R.tr416),
    ContentRule("TR304", 3, _JW323, REGEL, _R.tr304),
    ContentRule("TR314", 3, _JW323, REGEL, _R.tr314),
    ContentRule("TR319", 3, _JW323, PRODUCTPERIODE, _R.tr319),
    ContentRule("TR346", 4, _BOTH, REGEL, _R.tr346),
    ContentRule("IV085", 3, _JW325, REGEL, _R.iv085, "waarschuwing"),
)
_ORDER = {id(rule): index for index, rule in enumerate(RULES)}
Broken = tuple[ContentRule, ContentBreach]


class ContentCheck:
    """The content rules on one message, part by part and in its order; breaches of a part come in the order of the register.

    `message` is known as far as its head; `overview` is what one pass over it showed. With `rules` only those are checked.
    """

    def __init__(
        self,
        message: Declaratie | Antwoordbericht,
        overview: Overzicht,
        rules: Collection[ContentRule] = RULES,
        protocol: Protocol = MPJ_16,
    ) -> None:
        kind = "JW325" if isinstance(message, Antwoordbericht) else "JW323"
        self.message = message
        self._walk = Walk(message, overview, protocol)
        self._rules = {
            part: [rule for rule in rules if rule.part == part and kind in rule.messages]
            for part in (BERICHT, CLIENT, PERIODE, PRODUCTPERIODE, BEDRAG, REGEL)
        }
        self._product_period = lru_cache(_PERIODS)(self._product_period_of)

    def of_message(self) -> list[Broken]:
        """Return what is wrong with the message around its clients."""
        message = self.message
        found = [(rule, one) for rule in self._rules[BERICHT] for one in rule.function(self._walk, message)]
        if isinstance(message, Antwoordbericht):
            body = message.antwoord
            totals = {} if body is None else {"Ingediend": body.totaal_ingediend, "Toegekend": body.totaal_toegekend}
            root = "DeclaratieAntwoord"
        else:
            totals, root = {"Ingediend": message.totaal}, "Declaratie"
            period = message.periode
            found += _below("Declaratie/DeclaratiePeriode", self._period(PERIODE, period.begindatum, period.einddatum))
        for name, total in totals.items():
            found += _below(f"{root}/Totaal{name}Bedrag", self._amount(total.cent, total.debetcredit))
        return sorted(found, key=_order)

    def of_client(self, bsn: str) -> list[Broken]:
        """Return what is wrong with the next client, before its lines."""
        self._walk.next_client(bsn)
        return [(rule, one) for rule in self._rules[CLIENT] for one in rule.function(self._walk, bsn)]

    def broken_rules(self, line: Prestatie) -> Collection[Broken]:
        """Return what is wrong with the next line of the client."""
        found = self._product_period(line.begindatum, line.einddatum)
        if amount := self._amount(line.bedrag_cent, line.debetcredit):
            found += tuple(_below("IngediendBedrag", amount))
        for rule in self._rules[REGEL]:
            for breach in rule.function(self._walk, line):
                found += ((rule, breach),)
        return sorted(found, key=_order) if found else found

    def _product_period_of(self, begin: date, end: date) -> tuple[Broken, ...]:
        found = self._period(PERIODE, begin, end) + self._period(PRODUCTPERIODE, begin, end)
        return tuple(_below("ProductPeriode", found))

    def _period(self, part: str, begin: date, end: date) -> list[Broken]:
        return [(rule, one) for rule in self._rules[part] for one in rule.function(self._walk, begin, end)]

    def _amount(self, cent: int, debetcredit: str) -> list[Broken]:
        return [(rule, one) for rule in self._rules[BEDRAG] for one in rule.function(self._walk, cent, debetcredit)]


def content_breaches(
    message: Declaratie | Antwoordbericht, rules: Collection[ContentRule] = RULES, protocol: Protocol = MPJ_16
) -> list[tuple[ContentRule, int, int, ContentBreach]]:
    """Return every breach in `message` with its rule, client and line number (0: about more than that) and its full path.

    In the order of the register; of one rule in the order of the message.
    """
    check = ContentCheck(message, scan(message), rules, protocol)
    root = "DeclaratieAntwoord" if isinstance(message, Antwoordbericht) else "Declaratie"
    found = [(rule, 0, 0, one) for rule, one in check.of_message()]
    for index, client in enumerate(clients_of(message), start=1):
        path = f"{root}/Clienten/Client[{index}]"
        found += [(rule, index, 0, one) for rule, one in _below(path, check.of_client(client.bsn))]
        for number, line in enumerate(client.prestaties, start=1):
            if broken := check.broken_rules(line):
                found += [(rule, index, number, one) for rule, one in _below(f"{path}/Prestaties/Prestatie[{number}]", broken)]
    return sorted(found, key=_order)


def content_faults(message: Declaratie | Antwoordbericht, bestand: str = "", *, protocol: Protocol = MPJ_16) -> tuple[Fault, ...]:
    """Return every breach of the content rules in `message`, in the order of the register."""
    return tuple(as_fault(rule, one, bestand) for rule, _, _, one in content_breaches(message, protocol=protocol))


def as_fault(rule: ContentRule, found: ContentBreach, bestand: str = "") -> Fault:
    """Return a breach as a fault; its path is the whole one."""
    return Fault(Regelcode(rule.code), bestand, 0, found.path, found.gevonden, found.verwacht, found.toelichting, rule.soort)


def _order(found: tuple[ContentRule, *tuple[object, ...]]) -> int:
    return _ORDER[id(found[0])]


def _below(path: str, found: Collection[Broken]) -> list[Broken]:
    """Return breaches with their paths below `path`."""
    return [(rule, evolve(one, path=f"{path}/{one.path}".rstrip("/"))) for rule, one in found]

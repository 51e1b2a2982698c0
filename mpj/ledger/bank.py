"""What a bank delivers, as movements: camt.053 (ISO 20022, versions .02 and .08) and CSV.

Of a file only what moves on the known accounts of gemeenten becomes a value; of all else nothing but a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mpj.messages.parsing import Limits, Parser
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.fields import FieldError, parse_date
from mpj.reading.headers import Columns
from mpj.reading.sources import Source
from mpj.reading.tables import open_table, texts_of

if TYPE_CHECKING:
    from lxml.etree import _Element

    from mpj.reading.sources import Digester

Rekeningen = Mapping[str, tuple[str, ...]]
"""The gemeenten that pay from each account."""
COLUMNS = ("datum", "bedrag_cent", "omschrijving", "tegenrekening", "declaratienummer")
SPACE = "urn:iso:std:iso:20022:tech:xsd:"
VERSIONS = ("camt.053.001.02", "camt.053.001.08")
_BOUNDS = Limits(omvang=256 << 20)
_AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,5}))?")
_CENTS = re.compile(r"-?[0-9]{1,15}")


@frozen
class Bankregel:
    """A movement on the account of a gemeente."""

    datum: date
    cent: int
    """Above zero: received; below: paid back."""
    rekening: str = field(repr=False)
    omschrijving: str = field(repr=False)
    kenmerk: str
    """The bank's own reference, empty where it gives none; of a part of a batch followed by ``/`` and its place in it."""
    nummer: str = ""
    """The declaratienummer that the file names in a column of its own."""


@frozen
class Bankbestand:
    """What was read of one file."""

    regels: tuple[Bankregel, ...]
    """The movements on known accounts."""
    overig: int
    """How many others there were: of these nothing is kept."""
    niet_geboekt: int
    """How many are only announced, and may not come."""


def read_bank(source: Source, rekeningen: Rekeningen) -> Bankbestand:
    """Read a file of a bank. Raises InputError for another format, a known account with another currency, and what is no amount."""
    if source.suffix == ".csv":
        return _read_csv(source, rekeningen)
    with source.open() as stream:
        return _read_camt(stream, source.naam, rekeningen)


def _read_csv(source: Source, rekeningen: Rekeningen) -> Bankbestand:
    found: list[Bankregel] = []
    faults: list[Fault] = []
    others = 0
    with open_table(source, Columns(COLUMNS, COLUMNS[:2] + COLUMNS[3:4])) as table:
        for rij, fields in table:
            row = texts_of(table, rij, fields, faults)
            account = "".join(row["tegenrekening"].split()).upper()
            if account not in rekeningen:
                others += 1
                continue
            try:
                day = parse_date(row["datum"])
            except FieldError as error:
                faults.append(Fault("datum_onjuist", source.naam, rij, "datum", verwacht=error.verwacht))
                continue
            if not _CENTS.fullmatch(row["bedrag_cent"]):
                faults.append(Fault("waarde_onjuist", source.naam, rij, "bedrag_cent", verwacht="een bedrag in hele centen"))
                continue
            told, number = row.get("omschrijving", ""), row.get("declaratienummer", "")
            found.append(Bankregel(day, int(row["bedrag_cent"]), account, told, "", number.upper()))
    if faults:
        raise InputError(faults)
    return Bankbestand(tuple(found), others, 0)


def _read_camt(stream: Digester, naam: str, rekeningen: Rekeningen) -> Bankbestand:
    """Read a statement, an entry at a time: local names within the namespace of its root."""
    space, own = "", 0
    found: list[Bankregel] = []
    others = pending = 0
    for event, node in Parser(stream, naam, _BOUNDS).events():
        if event == "start" and not space:
            space = _space(node, naam)
        if event == "end" and node.tag == f"{{{space}}}Ntry":
            entry = _Entry(node, space, naam)
            own += 1
            if entry.pending:
                pending += 1
            else:
                rows = list(entry.movements(rekeningen))
                found += rows
                others += not rows
            node.clear()
            while node.getprevious() is not None:
                del node.getparent()[0]  # type: ignore[union-attr]
    return Bankbestand(tuple(found), others, pending)


def _space(root: _Element, naam: str) -> str:
    space, _, name = str(root.tag).rpartition("}")
    known = {f"{SPACE}{version}" for version in VERSIONS}
    if name == "Document" and space[1:] in known:
        return space[1:]
    shown = space[1:].removeprefix(SPACE) or name
    verwacht = f"{' of '.join(VERSIONS)}, of een CSV"
    raise InputError(Fault("bankbestand_onbekend", naam, 0, "Document", mask(shown), verwacht, "dit formaat wordt niet gelezen"))


@frozen
class _Entry:
    """One entry of a statement."""

    node: _Element
    space: str
    naam: str

    def _all(self, node: _Element, path: str) -> list[_Element]:
        return node.findall("/".join(f"{{{self.space}}}{name}" for name in path.split("/")))

    def _text(self, node: _Element, *paths: str) -> str:
        """Return the first text at one of these paths."""
        return next((text for path in paths for one in self._all(node, path) if (text := (one.text or "").strip())), "")

    @property
    def pending(self) -> bool:
        """Whether it is not booked: .02 has the status as text, .08 in a code."""
        return self._text(self.node, "Sts/Cd", "Sts") not in ("BOOK", "")

    def movements(self, rekeningen: Rekeningen) -> Iterator[Bankregel]:
        """Yield what moved on known accounts: each transaction of a batch where these add up to it, else the entry as a whole."""
        parts = self._all(self.node, "NtryDtls/TxDtls")
        amounts = [self._amount(one, "Amt", "AmtDtls/TxAmt/Amt") for one in parts]
        signs = [self._text(one, "CdtDbtInd") or self._text(self.node, "CdtDbtInd") for one in parts]
        signed = [None if cent is None else _signed(cent, sign) for cent, sign in zip(amounts, signs, strict=True)]
        total = _signed(self._whole(parts, rekeningen), self._text(self.node, "CdtDbtInd"))
        if len(parts) > 1 and None not in signed and sum(cent or 0 for cent in signed) == total:
            for place, (part, cent) in enumerate(zip(parts, signed, strict=True), 1):
                yield from self._movement([part], cent or 0, rekeningen, f"/{place}")
        else:
            yield from self._movement(parts, total, rekeningen)

    def _movement(self, parts: list[_Element], cent: int, rekeningen: Rekeningen, place: str = "") -> Iterator[Bankregel]:
        accounts = self._accounts(parts, cent)
        if self._text(self.node, "RvslInd") in ("true", "1") and rekeningen.keys().isdisjoint(accounts):
            accounts = self._accounts(parts, -cent)  # of what is undone many banks name the parties as they stood in it
        if rekeningen.keys().isdisjoint(accounts):
            return
        if len(accounts) > 1:
            raise InputError(self._fault("NtryDtls", "delen die samen het bedrag van de boeking zijn"))
        if self._text(self.node, "CdtDbtInd") not in ("CRDT", "DBIT"):
            raise InputError(self._fault("CdtDbtInd", "CRDT of DBIT"))
        self._in_euros()
        texts = [one.text or "" for part in parts for path in _TOLD for one in self._all(part, path)]
        texts += [self._text(self.node, "AddtlNtryInf")]
        told = " ".join(filter(None, map(str.strip, texts)))
        yield Bankregel(self._day(), cent, accounts[0], told, f"{self._reference(parts)}{place}")

    def _reference(self, parts: list[_Element]) -> str:
        """Return what the bank gives for good: of the entry, else of its transaction. An `NtryRef` counts within one statement."""
        found = [self._text(self.node, "AcctSvcrRef"), *(self._text(part, "Refs/AcctSvcrRef") for part in parts)]
        return next((one for one in found if one not in _NONE), "")

    def _accounts(self, parts: list[_Element], cent: int) -> list[str]:
        """Return the accounts on the other side: who paid what came in, who got what went out."""
        side = "Dbtr" if cent >= 0 else "Cdtr"
        found = (self._text(part, f"RltdPties/{side}Acct/Id/IBAN") for part in parts)
        return list(dict.fromkeys("".join(one.split()).upper() for one in found))

    def _whole(self, parts: list[_Element], rekeningen: Rekeningen) -> int:
        cent = self._amount(self.node, "Amt")
        known = any(account in rekeningen for sign in (1, -1) for account in self._accounts(parts, sign))
        if cent is None and known:
            raise InputError(self._fault("Amt", "een bedrag in euro en hele centen"))
        return cent or 0

    def _amount(self, node: _Element, *paths: str) -> int | None:
        """Return an amount in cents, None where there is none that can be one."""
        found = _AMOUNT.fullmatch(self._text(node, *paths))
        if found is None or (found[2] or "").rstrip("0")[2:]:
            return None
        return int(found[1]) * 100 + int((found[2] or "")[:2].ljust(2, "0"))

    def _in_euros(self) -> None:
        if any(one.get("Ccy", "EUR") != "EUR" for one in self._all(self.node, "Amt")):
            raise InputError(self._fault("Amt", "een bedrag in euro"))

    def _day(self) -> date:
        text = self._text(self.node, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")[:10]
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise InputError(self._fault("BookgDt", "een datum als 2026-05-01")) from None

    def _fault(self, kolom: str, verwacht: str) -> Fault:
        line: Any = self.node.sourceline
        return Fault("bankbestand_onjuist", self.naam, line or 0, kolom, verwacht=verwacht, toelichting="deze boeking klopt niet")


_NONE = ("", "NOTPROVIDED", "NONREF")
"""What a bank writes where it has no reference."""
_TOLD = ("RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb", "Refs/EndToEndId", "AddtlTxInf")


def _signed(cent: int, indicator: str) -> int:
    return -cent if indicator == "DBIT" else cent

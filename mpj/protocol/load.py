"""Reading a protocol from its data file, and the protocols that are shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mpj.protocol.check import check_protocol_values
from mpj.protocol.form import KEYS, LISTS, NAMED
from mpj.protocol.model import (
    Eenheid,
    Frequentie,
    Hulpvorm,
    Kwalificatieniveau,
    Normtijd,
    Prestatiecode,
    Protocol,
)
from mpj.reading.faults import Fault, InputError
from mpj.reading.fields import FieldError
from mpj.reading.frozen import Frozen
from mpj.reading.limits import TOML_BYTES
from mpj.reading.register import Foutcode
from mpj.reading.sources import Source
from mpj.reading.toml import Document, parse_toml

Table = dict[str, Any]


def read_protocol(path: str | Path) -> Protocol:
    """Read a protocol file (TOML, the form of ``mpj/protocol/mpj_16.toml``; docs/protocol.md).

    Raises InputError with every fault of the file when it is no protocol, or says what mpj cannot carry (a key that it does not
    know, a hulpvorm without a character in the product code, a unit that no table names): file, line, key, what was found and what
    was expected. A contract gets its protocol as ``load_contract(..., protocols={protocol.id: protocol})``.
    """
    path = Path(path)
    return read_document(parse_toml(Source(path.name, path).read(TOML_BYTES), path.name))


def read_document(document: Document) -> Protocol:
    """Return the protocol that a parsed file says; raises InputError as `read_protocol` does."""
    return _Reader(document).protocol()


class _Reader:
    """Reads the tables of one file by `KEYS`, and collects every fault."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[Fault] = []

    def protocol(self) -> Protocol:
        """Return the protocol; raises InputError with every fault."""
        data = self.document.data
        for section in data:
            if section not in KEYS:
                self.fault("sleutel_onbekend", str(section), "", "mpj kent deze tabel niet", verwacht=", ".join(KEYS))
        head, lists = self.table("protocol", data.get("protocol")), self.table("lijsten", data.get("lijsten"))
        rows = {section: self.rows(section) for section in LISTS}
        named = {section: self.named(section) for section in NAMED}
        self.stop()
        hulpvormen = {row["nummer"]: Hulpvorm(**row) for row in rows["hulpvorm"]}
        for section, key in LISTS.items():
            self.unique(section, key, rows[section])
        codes = [self.prestatiecode(row, hulpvormen, nth) for nth, row in enumerate(rows["prestatiecode"])]
        self.stop()
        protocol = Protocol(
            **head,
            kwalificatieniveaus=Frozen(
                (row["naam"], Kwalificatieniveau(rang=rang, **row)) for rang, row in enumerate(rows["kwalificatieniveau"])
            ),
            normtijden=Frozen((naam, Normtijd(naam, **row)) for naam, row in named["normtijd"].items()),
            eenheden=Frozen((code, Eenheid(code, **row)) for code, row in named["eenheid"].items()),
            frequenties=Frozen((code, Frequentie(code, **row)) for code, row in named["frequentie"].items()),
            hulpvormen=Frozen(hulpvormen),
            prestatiecodes=Frozen((code.code, code) for code in sorted(filter(None, codes), key=lambda code: code.volgorde)),
            productcategorieen=frozenset(lists["productcategorie"]),
            redenen_wijziging=frozenset(lists["reden_wijziging"]),
            reden_verwijderd=lists["verwijderd"],
        )
        for found in check_protocol_values(protocol):
            listed = rows.get(found.sectie, ())
            nth = next((nth for nth, row in enumerate(listed) if row[LISTS[found.sectie]] == found.rij), 0)
            section = f"{found.sectie}.{found.rij}" if found.sectie in NAMED else found.sectie
            self.fault("protocol_onjuist", section, found.sleutel, found.toelichting, found.gevonden, found.verwacht, nth)
        self.stop()
        return protocol

    def stop(self) -> None:
        """Raise what was found so far: what comes next would only repeat it."""
        if self.faults:
            raise InputError(self.faults)

    def fault(
        self, code: Foutcode, section: str, key: str, text: str, gevonden: object = "", verwacht: str = "", nth: int = 0
    ) -> None:
        """Report a fault at a key of the `nth` table called `section`."""
        self.faults.append(self.document.fault(code, section, key, text, gevonden=gevonden, verwacht=verwacht, nth=nth))

    def table(self, section: str, found: object, naam: str = "", nth: int = 0) -> Table:
        """Return the values of one table by key, defaults filled in; after a fault they are not complete."""
        where = f"{section}.{naam}" if naam else section
        if not isinstance(found, Mapping):
            self.fault("sleutel_ontbreekt", where, "", "de tabel ontbreekt", verwacht=f"[{where}]", nth=nth)
            return {}
        keys = KEYS[section]
        for name in found:
            if all(name != key.naam for key in keys):
                text = "mpj kent deze sleutel niet, en kan niet doen wat hij zegt"
                self.fault("sleutel_onbekend", where, str(name), text, verwacht=", ".join(key.naam for key in keys), nth=nth)
        values: Table = {}
        for key in keys:
            if key.naam not in found:
                values[key.naam] = key.standaard
                if key.verplicht:
                    text = "verplichte sleutel ontbreekt"
                    self.fault("sleutel_ontbreekt", where, key.naam, text, verwacht=key.naam, nth=nth)
                continue
            try:
                values[key.naam] = key.read(found[key.naam])
            except FieldError as error:
                text = "de waarde klopt niet"
                self.fault("waarde_onjuist", where, key.naam, text, found[key.naam], error.verwacht, nth)
        return values

    def rows(self, section: str) -> list[Table]:
        """Return the tables of a list (``[[hulpvorm]]``)."""
        found = self.document.data.get(section)
        if not isinstance(found, Sequence) or isinstance(found, str) or not found:
            self.fault("sleutel_ontbreekt", section, "", "minstens één tabel is nodig", verwacht=f"[[{section}]]")
            return []
        return [self.table(section, row, nth=nth) for nth, row in enumerate(found)]

    def named(self, section: str) -> dict[str, Table]:
        """Return the tables below a name (``[normtijd.uur]``)."""
        found = self.document.data.get(section)
        if not isinstance(found, Mapping) or not found:
            self.fault("sleutel_ontbreekt", section, "", "minstens één tabel is nodig", verwacht=f"[{section}.naam]")
            return {}
        for naam in found:
            try:
                NAMED[section](naam)
            except FieldError as error:
                self.fault("waarde_onjuist", f"{section}.{naam}", "", "de naam klopt niet", naam, error.verwacht)
        return {naam: self.table(section, table, naam) for naam, table in found.items()}

    def unique(self, section: str, key: str, rows: Sequence[Table]) -> None:
        """Report a table that bears a name which an earlier one has."""
        seen: set[object] = set()
        for nth, row in enumerate(rows):
            if row[key] in seen:
                self.fault("protocol_onjuist", section, key, "komt twee keer voor", row[key], "elk één keer", nth)
            seen.add(row[key])

    def prestatiecode(self, row: Table, hulpvormen: Mapping[int, Hulpvorm], nth: int) -> Prestatiecode | None:
        """Return a prestatiecode below its hulpvorm, None when there is no such hulpvorm."""
        nummer, volgnummer = (int(part) for part in row["code"].split("."))
        if nummer not in hulpvormen:
            text = f"hulpvorm {nummer} staat niet in dit protocol"
            self.fault("protocol_onjuist", "prestatiecode", "code", text, row["code"], ", ".join(map(str, hulpvormen)), nth)
            return None
        return Prestatiecode(row["code"], row["naam"], hulpvormen[nummer], volgnummer, row["categorieen"])


MPJ_16: Protocol = read_protocol(Path(__file__).with_name("mpj_16.toml"))
PROTOCOLS: Mapping[str, Protocol] = Frozen({MPJ_16.id: MPJ_16})

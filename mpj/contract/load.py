"""From a contract folder, or the caller's own mappings, to a checked `Contract`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from attrs import frozen

from mpj.contract.check import check_cells, check_codes, check_together
from mpj.contract.model import Cel, Coderij, Contract, Perceel
from mpj.contract.settings import PERCEEL_KEYS, Document, Report, read_gemeenten, read_settings
from mpj.protocol import PROTOCOLS, Afronding, Protocol
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.fields import MAX_CENTS, FieldError, check_choice, parse_date, parse_euros
from mpj.reading.names import check_names
from mpj.reading.sources import Source
from mpj.reading.tables import open_table

TARIEVEN_COLUMNS = ("perceel", "prestatiecode", "kwalificatieniveau", "begindatum", "einddatum", "tarief")
TARIEVEN_REQUIRED = ("prestatiecode", "kwalificatieniveau", "begindatum", "tarief")
CODES_COLUMNS = ("prestatiecode", "kwalificatieniveau", "productcategorie", "productcode", "perceel")
CODES_REQUIRED = ("prestatiecode", "kwalificatieniveau", "productcategorie", "productcode")
UITGESLOTEN = "uitgesloten"


def load_contract(
    folder: str | Path, *, naam: str = "", protocols: Mapping[str, Protocol] = PROTOCOLS, report: Report | None = None
) -> Contract:
    """Load the contract folder `folder` (docs/settings.md, docs/formats.md).

    `naam` is what faults and summaries call the folder; its own name unless given. Warnings (unknown columns and keys) go to
    `report`. Raises InputError with every fault of the folder: file, row, column,
    what was found, what was expected.
    """
    folder = Path(folder)
    naam = naam or folder.resolve().name
    if not folder.is_dir():
        raise InputError(
            Fault(
                "map_ontbreekt",
                naam,
                toelichting="contractmap bestaat niet",
                verwacht="een map met contract.toml en tarieven.csv",
            )
        )
    faults: list[Fault] = []
    hashes: dict[str, str] = {}
    document = _read_toml(Source(f"{naam}/contract.toml", folder / "contract.toml"), faults, hashes)
    tarieven = _read_table(
        Source(f"{naam}/tarieven.csv", folder / "tarieven.csv"), TARIEVEN_COLUMNS, TARIEVEN_REQUIRED, faults, hashes
    )
    codes = None
    if (folder / "codes.csv").exists():
        codes = _read_table(Source(f"{naam}/codes.csv", folder / "codes.csv"), CODES_COLUMNS, CODES_REQUIRED, faults, hashes)
    return _build(document, tarieven, codes, faults, protocols, report, naam, hashes)


def load_contracts(
    folders: Iterable[str | Path], *, protocols: Mapping[str, Protocol] = PROTOCOLS, report: Report | None = None
) -> list[Contract]:
    """Load several folders and check them together; raises InputError with the faults of all of them."""
    contracts: list[Contract] = []
    faults: list[Fault] = []
    paths = [Path(folder).resolve() for folder in folders]
    for path in paths:
        depth = 1 if [other.name for other in paths].count(path.name) == 1 else 2
        try:
            contracts.append(load_contract(path, naam="/".join(path.parts[-depth:]), protocols=protocols, report=report))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    check_together(contracts)
    return contracts


def make_contract(
    settings: Mapping[str, object],
    tarieven: Iterable[Mapping[str, str]],
    codes: Iterable[Mapping[str, str]] | None = None,
    *,
    protocols: Mapping[str, Protocol] = PROTOCOLS,
    report: Report | None = None,
) -> Contract:
    """Make a contract without files: `settings` as contract.toml parses, `tarieven` and `codes` as rows of text by column.

    Raises InputError with every fault, as `load_contract` does.
    """
    faults: list[Fault] = []
    tables: list[_Table | None] = []
    for naam, rows, columns, required in (
        ("tarieven", tarieven, TARIEVEN_COLUMNS, TARIEVEN_REQUIRED),
        ("codes", codes, CODES_COLUMNS, CODES_REQUIRED),
    ):
        if rows is None:
            tables.append(None)
            continue
        listed = list(rows)
        names = list(dict.fromkeys(str(key) for row in listed for key in row))
        if listed:
            faults += check_names(names, columns, required, naam, 0)
        texts = ({name: str(row.get(name) or "").strip() for name in columns} for row in listed)
        tables.append(_Table(naam, list(enumerate(texts, 1))))
    return _build(Document(settings, "contract"), tables[0], tables[1], faults, protocols, report, "", {})


@frozen
class _Table:
    naam: str
    rows: list[tuple[int, Mapping[str, str]]]


def _read_toml(source: Source, faults: list[Fault], hashes: dict[str, str]) -> Document:
    try:
        with source.open() as stream:
            raw = stream.read()
            hashes[source.naam] = stream.sha256()
        text = raw.decode("utf-8-sig")
        return Document(tomllib.loads(text), source.naam, text)
    except InputError as error:
        faults += error.faults
    except UnicodeDecodeError:
        faults.append(Fault("codering_onjuist", source.naam, toelichting="het bestand is geen UTF-8", verwacht="UTF-8"))
    except tomllib.TOMLDecodeError as error:
        faults.append(Fault("toml_onleesbaar", source.naam, toelichting="geen leesbare TOML", gevonden=mask(str(error))))
    return Document({}, source.naam)


def _read_table(
    source: Source, columns: tuple[str, ...], required: tuple[str, ...], faults: list[Fault], hashes: dict[str, str]
) -> _Table:
    rows: list[tuple[int, Mapping[str, str]]] = []
    try:
        with open_table(source, columns, required) as table:
            faults += table.warnings
            for rij, fields in table:
                if len(fields) != table.width:
                    faults.append(
                        Fault(
                            "rij_onvolledig",
                            source.naam,
                            rij,
                            gevonden=f"{len(fields)} velden",
                            verwacht=f"{table.width} velden",
                            toelichting="de rij past niet bij de kopregel",
                        )
                    )
                    continue
                rows.append((rij, {name: fields[place].strip() for name, place in table.columns.items()}))
        hashes[source.naam] = table.sha256
    except InputError as error:
        faults += error.faults
    return _Table(source.naam, rows)


def _build(
    document: Document,
    tarieven: _Table | None,
    codes: _Table | None,
    faults: list[Fault],
    protocols: Mapping[str, Protocol],
    report: Report | None,
    naam: str,
    hashes: Mapping[str, str],
) -> Contract:
    readable = not any(fault.soort == "fout" and fault.bestand == document.bestand for fault in faults)
    values: dict[str, Any] = read_settings(document, faults.append) if readable else {}
    protocol = protocols.get(values.get("contract.protocol") or "")
    if readable and protocol is None and values["contract.protocol"] is not None:
        found = values["contract.protocol"]
        faults.append(
            document.fault(
                "protocol_onbekend",
                "contract",
                "protocol",
                "onbekend protocol",
                gevonden=found,
                verwacht=", ".join(protocols),
            )
        )
    begindatum, einddatum = values.get("contract.begindatum"), values.get("contract.einddatum")
    if begindatum and einddatum and einddatum < begindatum:
        faults.append(
            document.fault(
                "waarde_onjuist",
                "contract",
                "einddatum",
                "einddatum ligt voor begindatum",
                gevonden=einddatum,
                verwacht=f"{begindatum} of later",
            )
        )
    percelen = _percelen(document, values.get("contract.gemeenten"), faults.append) if readable else ()
    if protocol is None or not begindatum or not einddatum or not percelen or tarieven is None:
        _raise(faults, report)
        raise AssertionError("a contract that cannot be built has faults")
    normtijd = _normtijden(document, protocol, faults.append)
    contract = Contract(
        id=values["contract.id"] or "",
        protocol=protocol,
        aanbieder=values["contract.aanbieder"] or "",
        gemeenten=values["contract.gemeenten"] or (),
        begindatum=begindatum,
        einddatum=einddatum,
        jeugdbescherming=bool(values["contract.jeugdbescherming"]),
        vorm=values["declaratie.vorm"],
        registratiewijze=values["declaratie.registratiewijze"],
        bevestiging=bool(values["declaratie.bevestiging"]),
        eenheid_kwartier=values["declaratie.eenheid_kwartier"],
        eenheid_uur=values["declaratie.eenheid_uur"],
        tr340=values["declaratie.tr340"],
        bij_overschrijding=values["limiet.bij_overschrijding"],
        laatste_dag=values["verblijf.laatste_dag"],
        afronding={
            soort: Afronding(*(values[f"afronding.{soort}.{key}"] for key in ("wijze", "over", "minimum", "drempel")))
            for soort in ("kwartier", "uur")
        },
        normtijd=normtijd,
        percelen=percelen,
        cellen=tuple(_cells(tarieven, protocol, percelen, begindatum, einddatum, faults.append)),
        codes=None if codes is None else tuple(_coderijen(codes, protocol, percelen, faults.append)),
        map=naam,
        bestanden=dict(hashes),
    )
    check_cells(contract, tarieven.naam, document, faults.append)
    if codes is not None:
        check_codes(contract, codes.naam, faults.append)
    _raise(faults, report)
    return contract


def _raise(faults: list[Fault], report: Report | None) -> None:
    wrong = [fault for fault in faults if fault.soort == "fout"]
    if wrong:
        raise InputError(wrong)
    for fault in faults if report else ():
        cast("Report", report)(fault)


def _percelen(document: Document, gemeenten: tuple[str, ...] | None, report: Report) -> tuple[Perceel, ...]:
    tables = document.data.get("perceel")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, Mapping) for table in tables):
        report(
            document.fault("perceel_ontbreekt", "perceel", "", "minstens één perceel is nodig", verwacht="[[perceel]] met een code")
        )
        return ()
    percelen: list[Perceel] = []
    for nth, table in enumerate(tables):
        for fault in check_names(
            list(table), PERCEEL_KEYS, ("code",), document.bestand, document.line("perceel", "", nth), "perceel."
        ):
            report(fault)
        code, naam = table.get("code", ""), table.get("naam", "")
        if not isinstance(code, str) or not code.strip() or not isinstance(naam, str):
            report(
                document.fault(
                    "waarde_onjuist",
                    "perceel",
                    "code",
                    "code en naam zijn teksten",
                    gevonden=code,
                    verwacht='code = "A"',
                    nth=nth,
                )
            )
            continue
        try:
            eigen = read_gemeenten(table.get("gemeenten", []), required=False)
        except FieldError as error:
            report(
                document.fault("waarde_onjuist", "perceel", "gemeenten", "de waarde klopt niet", verwacht=error.verwacht, nth=nth)
            )
            continue
        if gemeenten and not set(eigen) <= set(gemeenten):
            outside = ", ".join(sorted(set(eigen) - set(gemeenten)))
            report(
                document.fault(
                    "gemeente_buiten_contract",
                    "perceel",
                    "gemeenten",
                    "niet in het contract",
                    gevonden=outside,
                    verwacht=", ".join(gemeenten),
                    nth=nth,
                )
            )
        if code in {perceel.code for perceel in percelen}:
            report(document.fault("perceel_dubbel", "perceel", "code", "de code komt twee keer voor", gevonden=code, nth=nth))
        percelen.append(Perceel(code, naam, eigen))
    return tuple(percelen)


def _normtijden(document: Document, protocol: Protocol, report: Report) -> dict[str, str]:
    table = document.data.get("normtijd", {})
    if not isinstance(table, Mapping):
        report(document.fault("waarde_onjuist", "normtijd", "", "geen tabel", verwacht="[normtijd]"))
        return {}
    result: dict[str, str] = {}
    for code, naam in table.items():
        if code not in protocol.prestatiecodes:
            report(
                document.fault(
                    "prestatiecode_onbekend",
                    "normtijd",
                    code,
                    "onbekende prestatiecode",
                    gevonden=code,
                    verwacht='een prestatiecode tussen aanhalingstekens, als "10.2"',
                )
            )
        elif naam not in protocol.normtijden:
            report(
                document.fault(
                    "normtijd_onbekend",
                    "normtijd",
                    code,
                    "onbekende normtijd",
                    gevonden=naam,
                    verwacht=", ".join(protocol.normtijden),
                )
            )
        else:
            result[code] = naam
    return result


class _Fields:
    """Reads the fields of one row of a contract table, reporting each that is wrong."""

    def __init__(self, bestand: str, rij: int, fields: Mapping[str, str], report: Report) -> None:
        self.bestand, self.rij, self.fields, self.report = bestand, rij, fields, report
        self.ok = True

    def wrong(self, code: str, kolom: str, verwacht: str, toelichting: str) -> None:
        self.ok = False
        found = mask(self.fields.get(kolom, "")) or "leeg"
        self.report(Fault(code, self.bestand, self.rij, kolom, found, verwacht, toelichting))

    def take(self, kolom: str, parse: Callable[[str], Any], code: str, toelichting: str) -> Any:
        try:
            return parse(self.fields.get(kolom, ""))
        except FieldError as error:
            self.wrong(code, kolom, error.verwacht, toelichting)
            return None


def _common(
    fields: _Fields, protocol: Protocol, percelen: tuple[Perceel, ...], *, perceel_required: bool
) -> tuple[str, str, str | None]:
    """Read what both tables share: perceel, prestatiecode, kwalificatieniveau."""
    perceel = fields.fields.get("perceel", "")
    codes = tuple(item.code for item in percelen)
    if not perceel and perceel_required and len(codes) == 1:
        perceel = codes[0]
    elif perceel not in codes and (perceel or perceel_required):
        fields.wrong("perceel_onbekend", "perceel", ", ".join(codes), "het perceel staat niet in contract.toml")
    prestatiecode = fields.take(
        "prestatiecode", lambda text: _known_code(protocol, text), "prestatiecode_onbekend", "onbekende prestatiecode"
    )
    niveau = None
    if fields.fields.get("kwalificatieniveau"):
        niveau = fields.take(
            "kwalificatieniveau",
            lambda text: check_choice(text, protocol.niveaus),
            "niveau_onbekend",
            "onbekend kwalificatieniveau",
        )
    return perceel, prestatiecode or "", niveau


def _known_code(protocol: Protocol, text: str) -> str:
    if text not in protocol.prestatiecodes:
        raise FieldError("een prestatiecode van het protocol, als 2.1")
    return text


def _cells(
    table: _Table, protocol: Protocol, percelen: tuple[Perceel, ...], begindatum: Any, einddatum: Any, report: Report
) -> Iterator[Cel]:
    for rij, row in table.rows:
        fields = _Fields(table.naam, rij, row, report)
        perceel, prestatiecode, niveau = _common(fields, protocol, percelen, perceel_required=True)
        begin = fields.take("begindatum", parse_date, "datum_onjuist", "geen datum")
        end = einddatum
        if row.get("einddatum"):
            end = fields.take("einddatum", parse_date, "datum_onjuist", "geen datum")
        tarief = None
        if row.get("tarief") != UITGESLOTEN:
            tarief = fields.take("tarief", _price, "tarief_onjuist", "geen tarief")
        if begin and end and end < begin:
            fields.wrong("datum_onjuist", "einddatum", f"{begin} of later", "einddatum ligt voor begindatum")
        if begin and begin < begindatum:
            fields.wrong("datum_buiten_contract", "begindatum", f"{begindatum} of later", "de cel begint voor het contract")
        if end and end > einddatum:
            fields.wrong("datum_buiten_contract", "einddatum", f"{einddatum} of eerder", "de cel eindigt na het contract")
        if begin and begin > einddatum and not row.get("einddatum"):
            continue
        if fields.ok:
            yield Cel(perceel, prestatiecode, niveau, begin, end, tarief, rij)


def _price(text: str) -> int:
    try:
        cents = parse_euros(text)
    except FieldError:
        raise FieldError("euro's met hoogstens 2 decimalen, als 24,55, of uitgesloten") from None
    if not 0 < cents <= MAX_CENTS:
        raise FieldError("een tarief boven 0,00")
    return cents


def _coderijen(table: _Table, protocol: Protocol, percelen: tuple[Perceel, ...], report: Report) -> Iterator[Coderij]:
    for rij, row in table.rows:
        fields = _Fields(table.naam, rij, row, report)
        perceel, prestatiecode, niveau = _common(fields, protocol, percelen, perceel_required=False)
        categorie, productcode = row.get("productcategorie", ""), row.get("productcode", "")
        if prestatiecode and categorie not in (allowed := protocol.prestatiecodes[prestatiecode].categorieen):
            fields.wrong("categorie_onjuist", "productcategorie", " of ".join(allowed), f"geen categorie van {prestatiecode}")
        if not 1 <= len(productcode) <= 5:
            fields.wrong("productcode_onjuist", "productcode", "1 tot en met 5 tekens", "geen productcode")
        if fields.ok:
            yield Coderij(prestatiecode, niveau, categorie, productcode, perceel, rij)

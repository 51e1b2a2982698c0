"""From a contract folder to a checked `Contract`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

from attrs import evolve, field, frozen

from mpj.contract.ceilings import read_ceilings
from mpj.contract.check import check_cells, check_codes, check_together
from mpj.contract.model import Contract, Perceel, Termijnen
from mpj.contract.producten import PRODUCTEN, check_producten, read_producten
from mpj.contract.rows import CODES, TARIEVEN, Contracttabel, Matrixrij, read_cells, read_coderijen
from mpj.contract.settings import PERCEEL_KEYS, eenheid_key, protocol_id, read_gemeenten, read_settings
from mpj.protocol import PROTOCOLS, Afronding, Protocol
from mpj.reading.definition import Definition
from mpj.reading.faults import Fault, Hears, InputError
from mpj.reading.fields import FieldError, check_gemeente, check_line
from mpj.reading.frozen import Frozen
from mpj.reading.limits import TOML_BYTES
from mpj.reading.masking import hide
from mpj.reading.names import check_names
from mpj.reading.sources import Reading, Source
from mpj.reading.tables import misfit, open_table
from mpj.reading.toml import Document, parse_toml

_V = TypeVar("_V")


@frozen
class Given:
    """A contract as it was given, before anyone looked at its values."""

    document: Document
    tabellen: Mapping[str, Contracttabel]
    """What was given of tarieven, codes and producten, by that name."""
    faults: list[Fault]
    """What is wrong with it so far; more is added as it is read on."""
    naam: str = ""
    """The folder; empty without one."""
    hashes: Mapping[str, str] = field(factory=dict)
    """The SHA-256 of each file by name."""

    @property
    def readable(self) -> bool:
        """Whether the document could be read."""
        return not self.faulty(self.document.bestand)

    def faulty(self, bestand: str) -> bool:
        """Say whether a file has a fault."""
        return any(fault.soort == "fout" and fault.bestand == bestand for fault in self.faults)


def load_contract(
    folder: str | Path, *, naam: str = "", protocols: Mapping[str, Protocol] = PROTOCOLS, report: Hears | None = None
) -> Contract:
    """Load the contract folder `folder` (docs/settings.md, docs/formats.md).

    `naam` is what faults and summaries call the folder; its own name unless given. Warnings (unknown columns and keys) go to
    `report`. Raises InputError with every fault of the folder: file, row, column,
    what was found, what was expected.
    """
    folder = Path(folder)
    try:
        naam, present = hide(naam or folder.resolve().name), folder.is_dir()
    except (OSError, RuntimeError):
        naam, present = hide(naam or folder.name)[:60], False
    if not present:
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
    tables: dict[str, Contracttabel] = {}
    products = (folder / "producten.csv").exists()
    for definition, needed in ((TARIEVEN, not products), (CODES, False), (PRODUCTEN, False)):
        file = f"{definition.soort}.csv"
        if needed or (folder / file).exists():
            tables[definition.soort] = _read_table(Source(f"{naam}/{file}", folder / file), definition, faults, hashes)
    return build(Given(document, tables, faults, naam, hashes), protocols, report)


def load_contracts(
    folders: Iterable[str | Path], *, protocols: Mapping[str, Protocol] = PROTOCOLS, report: Hears | None = None
) -> list[Contract]:
    """Load several folders and check them together; raises InputError with the faults of all of them."""
    contracts: list[Contract] = []
    faults: list[Fault] = []
    paths = [Path(folder).absolute() for folder in folders]
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


def _read_toml(source: Source, faults: list[Fault], hashes: dict[str, str]) -> Document:
    try:
        with source.open() as stream:
            document = parse_toml(stream.read(TOML_BYTES + 1), source.naam)
            hashes[source.naam] = stream.sha256()
        return document
    except InputError as error:
        faults += error.faults
    return Document({}, source.naam)


def _read_table(source: Source, definition: Definition[str], faults: list[Fault], hashes: dict[str, str]) -> Contracttabel:
    rows: list[tuple[int, Mapping[str, str]]] = []
    try:
        with open_table(evolve(source, strict=True), definition.columns, Reading(hashes=hashes)) as table:
            faults += table.warnings
            for rij, fields in table:
                if len(fields) != table.width:
                    faults.append(misfit(table, rij, fields))
                    continue
                rows.append((rij, {name: fields[place].strip() for name, place in table.columns.items()}))
    except InputError as error:
        faults += error.faults
    return Contracttabel(source.naam, rows)


def build(given: Given, protocols: Mapping[str, Protocol], report: Hears | None) -> Contract:
    """Return the contract; raises InputError with every fault of what was given, and tells `report` the warnings."""
    document, add = given.document, given.faults.append
    tarieven, codes, products = (given.tabellen.get(naam) for naam in ("tarieven", "codes", "producten"))
    readable, protocol = given.readable, protocols.get(protocol_id(given.document))
    # Without a usable protocol or dates all is still read, by the rules that are known, so that no fault hides another.
    rules = protocol or next(iter(protocols.values()))
    values = _values(document, rules, protocols, add) if readable else {}
    begindatum, einddatum = values.get("contract.begindatum"), values.get("contract.einddatum")
    matrix = bool(tarieven and tarieven.rows) or products is None
    percelen = _percelen(document, values.get("contract.gemeenten"), add, needed=matrix) if readable else ()
    window = (begindatum or date.min, einddatum or date.max)
    rijen = tuple(read_cells(tarieven, rules, percelen, window, add)) if tarieven else ()
    coderijen = tuple(read_coderijen(codes, rules, percelen, add)) if codes else None
    producten = tuple(read_producten(products, rules, window, add)) if products else ()
    if protocol is None or not begindatum or not einddatum or (matrix and not (percelen and tarieven)):
        _raise(given.faults, report)
        raise AssertionError("a contract that cannot be built has faults")
    contract = evolve(
        _of_settings(protocol, values),
        normtijd=Frozen(_normtijden(document, protocol, add)),
        percelen=percelen,
        cellen=tuple(rij.cel for rij in rijen if not rij.onleesbaar),
        codes=coderijen,
        producten=tuple(sorted(producten, key=lambda product: (product.productcode, product.begindatum, product.rij))),
        herindeling=Frozen(_herindeling(document, values.get("contract.gemeenten") or (), add)),
        plafond=read_ceilings(document, protocol, values.get("contract.gemeenten") or (), add),
        map=given.naam,
        bestanden=Frozen(given.hashes),
    )
    _check(contract, rijen, given)
    _raise(given.faults, report)
    return contract


def _check(contract: Contract, rijen: Sequence[Matrixrij], given: Given) -> None:
    """Report what only shows when the rows of the tables of a contract are seen together."""
    tables, add = given.tabellen, given.faults.append
    if "tarieven" in tables and (rijen or not given.faulty(tables["tarieven"].naam)):
        check_cells(contract, rijen, tables["tarieven"].naam, given.document, add)
    if "codes" in tables:
        check_codes(contract, tables["codes"].naam, add)
    if "producten" in tables:
        check_producten(contract, tables["producten"].naam, add)


def _values(document: Document, rules: Protocol, protocols: Mapping[str, Protocol], report: Hears) -> dict[str, Any]:
    """Return every setting by table and key; reports an unknown protocol and dates in the wrong order as well."""
    values: dict[str, Any] = read_settings(document, rules, report)
    named = values["contract.protocol"]
    if named is not None and protocol_id(document) not in protocols:
        known = ", ".join(protocols)
        report(document.fault("protocol_onbekend", "contract", "protocol", "onbekend protocol", gevonden=named, verwacht=known))
    begin, end = values["contract.begindatum"], values["contract.einddatum"]
    if begin and end and end < begin:
        text, wanted = "einddatum ligt voor begindatum", f"{begin} of later"
        report(document.fault("waarde_onjuist", "contract", "einddatum", text, gevonden=end, verwacht=wanted))
    return values


def _of_settings(protocol: Protocol, values: Mapping[str, Any]) -> Contract:
    """Return the contract that the settings make, as yet without percelen and prices."""
    return Contract(
        id=values["contract.id"] or "",
        protocol=protocol,
        aanbieder=values["contract.aanbieder"] or "",
        gemeenten=values["contract.gemeenten"] or (),
        begindatum=values["contract.begindatum"],
        einddatum=values["contract.einddatum"],
        jeugdbescherming=bool(values["contract.jeugdbescherming"]),
        vorm=values["declaratie.vorm"],
        registratiewijze=values["declaratie.registratiewijze"],
        bevestiging=bool(values["declaratie.bevestiging"]),
        eenheid=_by_normtijd(protocol, lambda naam: values.get(f"declaratie.{eenheid_key(naam)}")),
        tr340=values["declaratie.tr340"],
        bij_overschrijding=values["limiet.bij_overschrijding"],
        laatste_dag=values["verblijf.laatste_dag"],
        termijnen=_termijnen(values),
        afronding=_by_normtijd(protocol, lambda naam: _afronding(values, naam)),
        normtijd=Frozen(),
        percelen=(),
        cellen=(),
        codes=None,
        categorieen_apart=bool(values["contract.categorieen_apart"]),
        gelijktijdig_max=values["contract.gelijktijdig_max"] or 0,
    )


def _termijnen(values: Mapping[str, Any]) -> Termijnen:
    submit, correct = (values[f"termijnen.{key}"] or 0 for key in ("indienen_maanden", "correctie_maanden"))
    return Termijnen(submit, correct, values["termijnen.sluiting"] or "")


def _by_normtijd(protocol: Protocol, value: Callable[[str], _V | None]) -> Mapping[str, _V]:
    """Return by normtijd what the contract says of it, where there is something to say."""
    found = ((naam, value(naam)) for naam in protocol.normtijden)
    return Frozen((naam, one) for naam, one in found if one is not None)


def _afronding(values: Mapping[str, Any], normtijd: str) -> Afronding | None:
    names = [f"afronding.{normtijd}.{key}" for key in ("wijze", "over", "minimum", "drempel")]
    return Afronding(*(values[name] for name in names)) if names[0] in values else None


def _raise(faults: list[Fault], report: Hears | None) -> None:
    wrong = [fault for fault in faults if fault.soort == "fout"]
    if wrong:
        raise InputError(wrong)
    for fault in faults if report else ():
        cast("Hears", report)(fault)


def _percelen(document: Document, gemeenten: tuple[str, ...] | None, report: Hears, *, needed: bool) -> tuple[Perceel, ...]:
    """Return the percelen; `needed` says whether the contract has to have one: products beside MPJ lie in none."""
    tables = document.data.get("perceel", None if needed else [])
    if tables == [] and not needed:
        return ()
    if not isinstance(tables, list) or not tables or not all(isinstance(table, Mapping) for table in tables):
        report(
            document.fault("perceel_ontbreekt", "perceel", "", "minstens één perceel is nodig", verwacht="[[perceel]] met een code")
        )
        return ()
    percelen: list[Perceel] = []
    for nth, table in enumerate(tables):
        line = document.line("perceel", "", nth)
        for fault in check_names(list(table), PERCEEL_KEYS, ("code",), document.bestand, line, "perceel."):
            report(fault)
        perceel = _perceel(document, table, nth, report)
        if perceel is None:
            continue
        if gemeenten and not set(perceel.gemeenten) <= set(gemeenten):
            outside, known = ", ".join(sorted(set(perceel.gemeenten) - set(gemeenten))), ", ".join(gemeenten)
            text = "niet in het contract"
            report(
                document.fault("gemeente_buiten_contract", "perceel", "gemeenten", text, gevonden=outside, verwacht=known, nth=nth)
            )
        if perceel.code in {other.code for other in percelen}:
            text = "de code komt twee keer voor"
            report(document.fault("perceel_dubbel", "perceel", "code", text, gevonden=perceel.code, nth=nth))
        percelen.append(perceel)
    return tuple(percelen)


def _perceel(document: Document, table: Mapping[str, object], nth: int, report: Hears) -> Perceel | None:
    """Return what one table says; None, and reported, where it cannot be read."""
    code, naam = table.get("code", ""), table.get("naam", "")
    code = code.strip() if isinstance(code, str) else code
    if not isinstance(code, str) or not code or not isinstance(naam, str):
        text, wanted = "code en naam zijn teksten", 'code = "A"'
        report(document.fault("waarde_onjuist", "perceel", "code", text, gevonden=code, verwacht=wanted, nth=nth))
        return None
    key = "code"
    try:
        names = check_line(code), naam and check_line(naam.strip())
        key = "gemeenten"
        return Perceel(*names, read_gemeenten(table.get("gemeenten", []), required=False))
    except FieldError as error:
        text, found = "de waarde klopt niet", error.gevonden
        report(document.fault("waarde_onjuist", "perceel", key, text, gevonden=found, verwacht=error.verwacht, nth=nth))
        return None


def _normtijden(document: Document, protocol: Protocol, report: Hears) -> dict[str, str]:
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
        elif not isinstance(naam, str) or naam not in protocol.keuze_voor(code):
            report(
                document.fault(
                    "normtijd_onbekend",
                    "normtijd",
                    code,
                    "onbekende normtijd",
                    gevonden=naam,
                    verwacht=", ".join(protocol.keuze_voor(code)),
                )
            )
        else:
            result[code] = naam
    return result


def _herindeling(document: Document, gemeenten: Collection[str], report: Hears) -> dict[str, str]:
    """Return which gemeenten went into one of the contract's, by their former CBS code."""
    table = document.data.get("herindeling", {})
    if not isinstance(table, Mapping):
        report(document.fault("waarde_onjuist", "herindeling", "", "geen tabel", verwacht="[herindeling]"))
        return {}
    result: dict[str, str] = {}
    for oud, nieuw in table.items():
        try:
            check_gemeente(oud)
            if nieuw not in gemeenten:
                raise FieldError('een gemeente van het contract, als "0384"')
        except FieldError as error:
            report(
                document.fault(
                    "waarde_onjuist", "herindeling", oud, "de waarde klopt niet", gevonden=nieuw, verwacht=error.verwacht
                )
            )
        else:
            result[oud] = nieuw
    return result

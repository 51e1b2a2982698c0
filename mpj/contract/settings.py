"""Every setting of `contract.toml` as one table: where it stands, what it may be, its default, and what it does.

The loader reads by this table and docs/settings.md is written from it, so that neither can drift.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from attrs import frozen

from mpj.reading.faults import Fault, mask
from mpj.reading.fields import FieldError, check_agb, check_choice, check_gemeente
from mpj.reading.names import check_names
from mpj.reading.register import Foutcode

Report = Callable[[Fault], None]


@frozen
class Setting:
    """One key: `kind` tekst, datum, ja_nee, keuze, getal, agb or gemeenten; `default` None means required."""

    section: str
    key: str
    kind: str
    default: object
    uitleg: str
    choices: tuple[str, ...] = ()
    highest: int = 0

    @property
    def name(self) -> str:
        """The key with its section, as faults and docs show it."""
        return f"{self.section}.{self.key}"


_AFRONDING_WIJZEN = ("rekenkundig", "naar_boven", "naar_beneden")
_AFRONDING_OVER = ("contact", "dag", "productperiode")


def _afronding(normtijd: str, over: str) -> tuple[Setting, ...]:
    section = f"afronding.{normtijd}"
    return (
        Setting(
            section,
            "wijze",
            "keuze",
            "rekenkundig",
            "how a remainder is rounded; rekenkundig is half up",
            _AFRONDING_WIJZEN,
        ),
        Setting(section, "over", "keuze", over, "what is summed before it is rounded once", _AFRONDING_OVER),
        Setting(section, "minimum", "getal", 1, "units billed at least for any time above zero", highest=96),
        Setting(section, "drempel", "getal", 0, "minutes; a shorter contact does not count", highest=1440),
    )


SETTINGS: tuple[Setting, ...] = (
    Setting("contract", "id", "tekst", None, "the contract's name in every output"),
    Setting("contract", "protocol", "tekst", None, "the national rules: MPJ-16"),
    Setting("contract", "aanbieder", "agb", None, "AGB code of the provider, 8 digits"),
    Setting("contract", "gemeenten", "gemeenten", None, "CBS codes, 4 digits each, of the gemeenten that it binds"),
    Setting("contract", "begindatum", "datum", None, "first day, inclusive"),
    Setting("contract", "einddatum", "datum", None, "last day, inclusive"),
    Setting("contract", "jeugdbescherming", "ja_nee", False, "must be true to buy 11.1, 12.1 or 13.1"),
    Setting(
        "declaratie",
        "vorm",
        "keuze",
        "declaratie",
        "whether a credit of a rejected line must show on paper",
        ("declaratie", "factuur"),
    ),
    Setting(
        "declaratie",
        "registratiewijze",
        "keuze",
        "realisatie",
        "what counts: what happened, what was planned, or the plan unless something else happened",
        ("realisatie", "planning", "planning-tenzij"),
    ),
    Setting("declaratie", "bevestiging", "ja_nee", False, "planned time counts only when the professional confirmed it"),
    Setting(
        "declaratie",
        "eenheid_kwartier",
        "keuze",
        "minuut",
        "unit on the wire where the toewijzing names none",
        ("minuut", "stuk"),
    ),
    Setting(
        "declaratie",
        "eenheid_uur",
        "keuze",
        "uur",
        "uur: rounded hours; minuut: minutes, not rounded (IV081)",
        ("uur", "minuut"),
    ),
    Setting(
        "declaratie",
        "tr340",
        "keuze",
        "prestatiecode",
        "what a line must share with a specific toewijzing: the prestatiecode, or the very product code",
        ("prestatiecode", "productcode"),
    ),
    *_afronding("kwartier", "contact"),
    *_afronding("uur", "productperiode"),
    Setting(
        "limiet",
        "bij_overschrijding",
        "keuze",
        "aftoppen",
        "bill the record that crosses a limit up to it, or set it aside whole",
        ("aftoppen", "hele_contacten"),
    ),
    Setting("verblijf", "laatste_dag", "keuze", "telt", "whether the last day of a stay is billed", ("telt", "telt_niet")),
)

PERCEEL_KEYS = ("code", "naam", "gemeenten")
SECTIONS = ("contract", "declaratie", "afronding", "limiet", "verblijf", "normtijd", "perceel")


class Document:
    """A parsed contract.toml with its text, to find the line a fault is about."""

    def __init__(self, data: Mapping[str, object], bestand: str, text: str = "") -> None:
        self.data = data
        self.bestand = bestand
        self._lines = text.splitlines()

    def line(self, section: str, key: str = "", nth: int = 0) -> int:
        """Return the line of `key` in the `nth` table called `section`; 0 when it cannot be told."""
        seen, inside = -1, False
        for number, line in enumerate(self._lines, 1):
            stripped = line.strip()
            if stripped.startswith("["):
                inside = stripped.split("#")[0].strip().strip("[] ") == section
                seen += inside
                if inside and seen == nth and not key:
                    return number
            elif inside and seen == nth and key and stripped.split("=")[0].strip().strip("\"'") == key:
                return number
        return 0

    def fault(
        self,
        code: Foutcode,
        section: str,
        key: str,
        toelichting: str,
        *,
        gevonden: object = "",
        verwacht: str = "",
        nth: int = 0,
    ) -> Fault:
        """Return a fault about `key` in `section`, with its line."""
        found = mask(str(gevonden)) if gevonden != "" else ""
        kolom = f"{section}.{key}" if key else section
        return Fault(
            code,
            self.bestand,
            self.line(section, key, nth) or self.line(section, "", nth),
            kolom,
            found,
            verwacht,
            toelichting,
        )


def read_settings(document: Document, report: Report) -> dict[str, object]:
    """Return every setting by its name (``section.key``), defaults filled in; reports each fault, and unknown keys as warnings."""
    _check_sections(document, report)
    values: dict[str, object] = {}
    for setting in SETTINGS:
        table = _table(document, setting.section)
        value = table.get(setting.key) if table is not None else None
        if value is None:
            values[setting.name] = setting.default
            if setting.default is None:
                report(
                    document.fault(
                        "sleutel_ontbreekt",
                        setting.section,
                        setting.key,
                        "verplichte sleutel ontbreekt",
                        verwacht=setting.key,
                    )
                )
            continue
        try:
            values[setting.name] = _value(setting, value)
        except FieldError as error:
            values[setting.name] = None
            report(
                document.fault(
                    "waarde_onjuist",
                    setting.section,
                    setting.key,
                    "de waarde klopt niet",
                    gevonden=value,
                    verwacht=error.verwacht,
                )
            )
    return values


def _check_sections(document: Document, report: Report) -> None:
    for fault in check_names(list(document.data), SECTIONS, (), document.bestand, 0):
        report(fault)
    grouped: dict[str, list[str]] = {}
    for setting in SETTINGS:
        grouped.setdefault(setting.section, []).append(setting.key)
    grouped["afronding"] = ["kwartier", "uur"]
    for section, keys in grouped.items():
        table = _table(document, section)
        if table is None:
            parent, _, last = section.rpartition(".")
            owner = _table(document, parent) if parent else document.data
            if owner is not None and last in owner:
                report(document.fault("waarde_onjuist", section, "", "geen tabel", verwacht=f"[{section}]"))
            continue
        for fault in check_names(list(table), keys, (), document.bestand, document.line(section), f"{section}."):
            report(fault)


def _table(document: Document, section: str) -> Mapping[str, object] | None:
    table: object = document.data
    for part in section.split("."):
        table = table.get(part) if isinstance(table, Mapping) else None
    return table if isinstance(table, Mapping) else None


def _value(setting: Setting, value: object) -> object:
    match setting.kind:
        case "ja_nee":
            if isinstance(value, bool):
                return value
            raise FieldError("true of false")
        case "datum":
            if isinstance(value, date) and not isinstance(value, datetime):
                return value
            raise FieldError("een datum zonder aanhalingstekens, als 2026-01-01")
        case "getal":
            if type(value) is int and 0 <= value <= setting.highest:
                return value
            raise FieldError(f"een geheel getal van 0 tot en met {setting.highest}")
        case "gemeenten":
            return read_gemeenten(value, required=True)
    if not isinstance(value, str) or not value.strip():
        raise FieldError("een tekst tussen aanhalingstekens")
    match setting.kind:
        case "keuze":
            return check_choice(value, setting.choices)
        case "agb":
            return check_agb(value)
    return value


def read_gemeenten(value: object, *, required: bool) -> tuple[str, ...]:
    """Return a list of gemeente codes as a tuple; raises FieldError when one is malformed or double, or none is there."""
    if not isinstance(value, list | tuple) or (required and not value):
        raise FieldError('een lijst van gemeentecodes, als ["0384", "0363"]')
    for item in value:
        if not isinstance(item, str):
            raise FieldError("gemeentecodes van 4 cijfers tussen aanhalingstekens")
        check_gemeente(item)
    if len(set(value)) != len(value):
        raise FieldError("elke gemeentecode één keer")
    return tuple(value)

"""Every setting of `contract.toml` as one table: where it stands, what it may be, its default, and what it does.

Units and roundings are those of the normtijden of the contract's protocol. The loader reads by this table and docs/settings.md is
written from it, so that neither can drift.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from attrs import frozen

from mpj.contract.words import DECLARATIEVORMEN, LAATSTE_DAGEN, OVERSCHRIJDINGEN, REGISTRATIEWIJZEN, TR340
from mpj.protocol import MPJ_16, Afronding, Normtijd, Protocol
from mpj.protocol.form import MAX_MINIMUM, MAX_MINUTEN
from mpj.protocol.words import OVER, WIJZEN
from mpj.reading.faults import Hears
from mpj.reading.fields import FieldError, check_agb, check_choice, check_gemeente, check_line
from mpj.reading.names import check_names
from mpj.reading.toml import Document


@frozen
class Setting:
    """One key: `kind` tekst, datum, dag, ja_nee, keuze, getal, agb or gemeenten; `default` None means required."""

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


def _afronding(normtijd: Normtijd, standaard: Afronding) -> tuple[Setting, ...]:
    section = f"afronding.{normtijd.naam}"
    wijze = "how a remainder is rounded; rekenkundig is half up"
    least, threshold = "units billed at least for any time above zero", "minutes; a shorter contact does not count"
    return (
        Setting(section, "wijze", "keuze", standaard.wijze, wijze, WIJZEN),
        Setting(section, "over", "keuze", standaard.over, "what is summed before it is rounded once", OVER),
        Setting(section, "minimum", "getal", standaard.minimum, least, highest=MAX_MINIMUM),
        Setting(section, "drempel", "getal", standaard.drempel, threshold, highest=MAX_MINUTEN),
    )


def _eenheid(normtijd: Normtijd) -> Setting:
    uitleg = "unit on the wire where the toewijzing names none"
    unrounded = [word for word, eenheid in normtijd.keuze.items() if eenheid in normtijd.ongerond]
    if unrounded:
        uitleg += f"; {', '.join(unrounded)}: not rounded (IV081)"
    return Setting("declaratie", eenheid_key(normtijd.naam), "keuze", normtijd.standaard, uitleg, tuple(normtijd.keuze))


def eenheid_key(normtijd: str) -> str:
    """Return the key of the setting that says in which unit a normtijd travels."""
    return f"eenheid_{normtijd}"


def settings_of(protocol: Protocol) -> tuple[Setting, ...]:
    """Return every setting of a contract under `protocol`.

    A normtijd that may travel in more than one unit has a setting for it, one that is rounded a section of its own.
    """
    normtijden = protocol.normtijden.values()
    protected = [code.code for code in protocol.prestatiecodes.values() if code.hulpvorm.jeugdbescherming]
    vorm = "whether a credit of a rejected line must show on paper"
    wijze = "what counts: what happened, what was planned, or the plan unless something else happened"
    apart = "whether one prestatiecode on one toewijzing may be declared under two categories in a month (MPJ06: then a signal)"
    samen = "how many may be with one client at once: more direct time on a day than 24 hours times this is a signal"
    tr340 = "what a line must share with a specific toewijzing: the prestatiecode, or the very product code"
    term = "months after that of the care in which it may be declared"
    limiet = "bill the record that crosses a limit up to it, or set it aside whole"
    return (
        Setting("contract", "id", "tekst", None, "the contract's name in every output"),
        Setting("contract", "protocol", "tekst", None, f"the national rules: {protocol.id}"),
        Setting("contract", "aanbieder", "agb", None, "AGB code of the aanbieder, 8 digits"),
        Setting("contract", "gemeenten", "gemeenten", None, "CBS codes, 4 digits each, of the gemeenten that it binds"),
        Setting("contract", "begindatum", "datum", None, "first day, inclusive"),
        Setting("contract", "einddatum", "datum", None, "last day, inclusive"),
        Setting("contract", "jeugdbescherming", "ja_nee", False, f"must be true to buy {_either(protected)}"),
        Setting("contract", "categorieen_apart", "ja_nee", False, apart),
        Setting("contract", "gelijktijdig_max", "getal", 2, samen, highest=99),
        Setting("declaratie", "vorm", "keuze", "declaratie", vorm, DECLARATIEVORMEN),
        Setting("declaratie", "registratiewijze", "keuze", "realisatie", wijze, REGISTRATIEWIJZEN),
        Setting("declaratie", "bevestiging", "ja_nee", False, "planned time counts only when the professional confirmed it"),
        *(_eenheid(normtijd) for normtijd in normtijden if len(normtijd.keuze) > 1),
        Setting("declaratie", "tr340", "keuze", "prestatiecode", tr340, TR340),
        *(one for normtijd in normtijden if normtijd.afronding for one in _afronding(normtijd, normtijd.afronding)),
        Setting("limiet", "bij_overschrijding", "keuze", "aftoppen", limiet, OVERSCHRIJDINGEN),
        Setting("verblijf", "laatste_dag", "keuze", "telt", "whether the last day of a stay is billed", LAATSTE_DAGEN),
        Setting("termijnen", "indienen_maanden", "getal", 0, f"{term}; 0: no term", highest=120),
        Setting("termijnen", "correctie_maanden", "getal", 0, "the same for a correction; 0: as `indienen_maanden`", highest=120),
        Setting("termijnen", "sluiting", "dag", "", "the day in the year after on which a year of care closes; empty: never"),
    )


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0] if words else "youth protection"


SETTINGS: tuple[Setting, ...] = settings_of(MPJ_16)
"""The settings of a contract under the shipped protocol, as docs/settings.md tells them."""
PERCEEL_KEYS = ("code", "naam", "gemeenten")
SECTIONS = (
    *("contract", "declaratie", "afronding", "limiet", "verblijf", "termijnen"),
    *("normtijd", "herindeling", "plafond", "perceel"),
)


def read_settings(document: Document, protocol: Protocol, report: Hears) -> dict[str, object]:
    """Return every setting of a contract under `protocol` by its name (``section.key``), defaults filled in.

    Reports each fault, and unknown keys as warnings.
    """
    settings = settings_of(protocol)
    _check_sections(document, settings, report)
    values: dict[str, object] = {}
    for setting in settings:
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
                    gevonden=error.gevonden or value,
                    verwacht=error.verwacht,
                )
            )
    return values


def _check_sections(document: Document, settings: Iterable[Setting], report: Hears) -> None:
    for fault in check_names(list(document.data), SECTIONS, (), document.bestand, 0):
        report(fault)
    grouped: dict[str, list[str]] = {}
    for setting in settings:
        grouped.setdefault(setting.section, []).append(setting.key)
    grouped["afronding"] = [section.removeprefix("afronding.") for section in grouped if section.startswith("afronding.")]
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


def protocol_id(document: Document) -> str:
    """Return which protocol a contract names, as far as it names one."""
    named = (_table(document, "contract") or {}).get("protocol")
    return named if isinstance(named, str) else ""


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
    check_line(value)
    match setting.kind:
        case "keuze":
            return check_choice(value, setting.choices)
        case "agb":
            return check_agb(value)
        case "dag":
            return _check_day(value)
    return value


def _check_day(value: str) -> str:
    """Return a day of any year, as 03-31; raises FieldError for what is none."""
    try:
        found = date.fromisoformat(f"2001-{value}")
    except ValueError:
        raise FieldError("een dag als 03-31 (maand-dag)") from None
    return found.isoformat()[5:]


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

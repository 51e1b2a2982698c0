"""Small worlds for the tests: one aanbieder, one gemeente, what a test needs and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from scenarios import Scenario

import mpj
from mpj.engine import Declaratieregel, Result
from mpj.engine.job import Job
from mpj.engine.outcome import Traced
from mpj.protocol import PROTOCOLS
from mpj.records.verblijf import as_stays

BSN, BSN_2 = "999900006", "999900018"
AGB, GEMEENTE = "65656055", "0384"


def contract(
    prices: Mapping[str, object] | Sequence[Mapping[str, str]],
    *,
    codes: Iterable[Mapping[str, str]] | None = None,
    percelen: Sequence[Mapping[str, object]] = ({"code": "A"},),
    **tables: Any,
) -> mpj.Contract:
    """A contract with `prices` as ``{"2.1 hbo": "24,55", "4.1": "18,00"}`` or as rows; `tables` add to contract.toml."""
    head = {
        "id": "VB-2026",
        "protocol": "MPJ-16",
        "aanbieder": AGB,
        "gemeenten": [GEMEENTE, "0363"],
        "begindatum": date(2025, 1, 1),
        "einddatum": date(2027, 12, 31),
        "jeugdbescherming": True,
    }
    settings = {"contract": head | tables.pop("contract", {}), "perceel": [dict(perceel) for perceel in percelen], **tables}
    begin = settings["contract"]["begindatum"].isoformat()
    if isinstance(prices, Mapping):
        rows: list[Mapping[str, str]] = [
            {
                "perceel": "A",
                "prestatiecode": name.split()[0],
                "kwalificatieniveau": "".join(name.split()[1:]),
                "begindatum": begin,
                "tarief": str(price),
            }
            for name, price in prices.items()
        ]
    else:
        rows = list(prices)
    return mpj.make_contract(settings, rows, codes)


def toewijzing(nummer: int = 1, **fields: object) -> dict[str, object]:
    """A toewijzing of the client for 2.1, the whole of 2026, unless said otherwise."""
    base: dict[str, object] = {
        "toewijzingnummer": nummer,
        "bsn": BSN,
        "gemeente": GEMEENTE,
        "aanbieder": AGB,
        "begindatum": "2026-01-01",
        "einddatum": "2026-12-31",
    }
    if not {"prestatiecode", "productcategorie", "productcode", "budget_only"} & set(fields):
        base["prestatiecode"] = "2.1"
    fields.pop("budget_only", None)
    return base | fields


_counter = iter(range(1, 1_000_000))


def registratie(
    datum: str = "2026-03-05", minuten: int | None = 60, niveau: str | None = "hbo", **fields: object
) -> dict[str, object]:
    """A registratie of 2.1 by an hbo, unless said otherwise; ids count up."""
    base: dict[str, object] = {"id": f"r{next(_counter):06d}", "bsn": BSN, "datum": datum, "minuten": minuten}
    return base | {"kwalificatieniveau": niveau, "prestatiecode": "2.1"} | fields


def declare(
    contracts: mpj.Contract | Sequence[mpj.Contract],
    toewijzingen: Sequence[Any],
    registraties: Sequence[Any] = (),
    **options: Any,
) -> Result:
    """Declare March 2026 unless said otherwise."""
    if isinstance(contracts, mpj.Contract):
        contracts = [contracts]
    options.setdefault("periode", "2026-03")
    options.setdefault("dagtekening", date(2026, 4, 7))
    return mpj.declare(contracts, toewijzingen, registraties, **options)


def only(result: Result) -> Declaratieregel:
    """The one line of a result."""
    (line,) = result.regels
    return line


def reasons(result: Result) -> dict[str, int]:
    """How many records (or days) were set aside per reason."""
    counts: dict[str, int] = dict(result.samenvatting["uitval_per_reden"])
    return counts


def contracts_of(scenario: Scenario, protocols: Mapping[str, mpj.Protocol] = PROTOCOLS) -> list[mpj.Contract]:
    """Make the contracts of a scenario."""
    return [
        mpj.make_contract(spec.toml, spec.tarieven, spec.codes, producten=spec.producten, protocols=protocols)
        for spec in scenario.contracten
    ]


def traced(scenario: Scenario) -> tuple[Traced, ...]:
    """The trace of a scenario as a run with a ledger holds it: the care behind each line."""
    words: dict[str, Any] = {name: getattr(scenario, name) for name in ("periode", "dagtekening", "nalevering", "medewerkers")}
    job = Job.of(contracts_of(scenario), scenario.toewijzingen, **words)
    outcomes = job.outcomes(job.entries().given(scenario.registraties), as_stays(scenario.verblijf))
    return tuple(Traced(f"R{len(outcome.regels)}", regel) for outcome in outcomes for regel in outcome.regels)


def run(scenario: Scenario, contracten: Sequence[mpj.Contract] | None = None) -> Result:
    """Declare a scenario through the API, under contracts of its own unless they were made already."""
    return mpj.declare(
        contracts_of(scenario) if contracten is None else contracten,
        scenario.toewijzingen,
        scenario.registraties,
        verblijf=scenario.verblijf,
        medewerkers=scenario.medewerkers,
        periode=scenario.periode,
        dagtekening=scenario.dagtekening,
        nalevering=scenario.nalevering,
    )

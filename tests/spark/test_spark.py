"""On Spark the same comes out as from `mpj.declare`, whoever has to look at what with whom."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from docs.examples import ROOT, Page, matches
from engine.test_prestaties import OTHER, event
from engine.test_variants import CODE, OPEN, WEEKS_THEN_PIECES
from scenarios import Scenario
from world import BSN, BSN_2, contract, registratie, toewijzing

import mpj
from mpj.output.shape import REGELS
from mpj.reading.cells import as_text
from mpj.reading.profile import Profiel, Tabelprofiel
from spark.sessions import PARTS, no_spark
from spark.together import drawn, largest, together

pytestmark = [
    pytest.mark.spark,
    pytest.mark.long,
    pytest.mark.xdist_group("spark"),
    pytest.mark.skipif(bool(no_spark()), reason=no_spark() or "-"),
]
MONTH: dict[str, Any] = {"periode": "2026-03", "dagtekening": date(2026, 4, 7)}


def table(spark: Any, rows: Sequence[Mapping[str, object]], **types: str) -> Any:
    """Rows as a table: columns of text, but for `types`; None for no rows."""
    if not rows:
        return None
    names = list(dict.fromkeys(name for row in rows for name in row))
    schema = ", ".join(f"`{name}` {types.get(name, 'string')}" for name in names)
    cells = [
        tuple(str(row[name]) if name not in types and row.get(name) is not None else row.get(name) for name in names)
        for row in rows
    ]
    return spark.createDataFrame(cells, schema)


def on_spark(spark: Any, contracten: Any, toewijzingen: Any, registraties: Any = None, **options: Any) -> mpj.Result:
    """What a run on Spark gives, as values."""
    from mpj.executors.spark import declare

    with declare(spark, contracten, toewijzingen, registraties, **options) as result:
        return result.collect()


def same(one: mpj.Result, other: mpj.Result) -> None:
    """Lines, trace, reasons, warnings and summary are equal, also where records were read, which values do not compare."""
    assert one.regels == other.regels
    assert one.herkomst == other.herkomst
    assert one.uitval == other.uitval
    assert one.meldingen == other.meldingen
    assert one.samenvatting == other.samenvatting
    assert list(one.samenvatting) == list(other.samenvatting)


def both(spark: Any, scenario: Scenario) -> mpj.Result:
    """Declare a scenario both ways, where each record says where it was read, and compare."""
    contracten = [mpj.make_contract(spec.toml, spec.tarieven, spec.codes, producten=spec.producten) for spec in scenario.contracten]
    options: dict[str, Any] = {
        "periode": scenario.periode,
        "dagtekening": scenario.dagtekening,
        "nalevering": scenario.nalevering,
        "medewerkers": scenario.medewerkers,
    }
    alone = mpj.declare(contracten, scenario.toewijzingen, scenario.registraties, verblijf=scenario.verblijf, **options)
    options |= {"verblijf": table(spark, scenario.verblijf)}
    toewijzingen = table(spark, scenario.toewijzingen)
    same(on_spark(spark, contracten, toewijzingen, table(spark, scenario.registraties), **options), alone)
    return alone


@pytest.mark.slow
def test_the_same_as_alone_whatever_the_scenario(local: Any) -> None:
    levels = largest(scenario for scenario in together(drawn(750)) if scenario.medewerkers is not None)
    late = largest(scenario for scenario in together(drawn(750)) if scenario.nalevering)
    found = [both(local, scenario) for scenario in (levels, late)]
    assert sum(len(result.regels) for result in found) > 10
    reasons = {reden for result in found for reden in result.samenvatting["uitval_per_reden"]}
    assert {"dubbel", "ongeldig", "afwezig", "dubbele_aanwezigheid", "budget_overschreden"} <= reasons


PRICES = {"2.1 hbo": "24,55", "6.1": "210,00"}


def test_what_no_client_can_tell_alone(local: Any) -> None:
    """Ids of several clients, versions of one toewijzing for several clients, unreadable BSNs."""
    registraties = [
        registratie(id="samen", bsn=BSN),
        registratie(id=" samen\u2003", bsn=BSN_2),
        registratie(id="samen", bsn=BSN_2, minuten=None),
        registratie(id="weg", bsn=BSN),
        registratie(id="weg", bsn="onleesbaar", status="vervallen"),
        registratie(id="weg", bsn=BSN, niveau="onbekend"),
        registratie(id="gelijk", bsn=BSN, datum="2026-03-09"),
        registratie(id="gelijk", bsn=BSN, datum="09-03-2026"),
        registratie(id="gelijk", bsn=""),
        registratie(id="anders", bsn=BSN, minuten=10),
        registratie(id="anders", bsn=BSN, minuten=20),
        registratie(id="", bsn=BSN),
        registratie(id="a b", bsn=BSN_2),
        registratie(id="ab", bsn=BSN_2),
        registratie(id="geen", bsn="999900031"),
        registratie("2026-04-09", id=BSN_2, bsn=BSN),
        registratie("2026-04-09", id="999900031", bsn=BSN, medewerker=f"m {BSN_2}"),
        registratie("2026-04-09", id="999900043", bsn=BSN),
    ]
    verblijf = [
        {"id": "dag", "bsn": BSN, "begindatum": "2026-03-02", "einddatum": "2026-03-04", "prestatiecode": "6.1"},
        {"id": "dag", "bsn": BSN_2, "begindatum": "2026-03-02", "einddatum": "2026-03-09", "prestatiecode": "6.1"},
        {"id": "nacht", "bsn": BSN_2, "begindatum": "2026-03-20", "einddatum": "2026-03-21", "prestatiecode": "6.1"},
        {"id": "samen", "bsn": BSN, "begindatum": "2026-03-12", "einddatum": "2026-03-13", "prestatiecode": "6.1"},
    ]
    codes = {"prestatiecode": "2.1,6.1"}
    toewijzingen = [
        toewijzing(7, bsn=BSN_2, toewijzingsdatum="2026-01-01", **codes),
        toewijzing(8, bsn=BSN_2, **codes) | {"toewijzingnummer": "008", "toewijzingsdatum": "2026-01-01"},
        toewijzing(8, bsn=BSN, toewijzingsdatum="2026-02-01", **codes),
        toewijzing(8, bsn=BSN, gemeente="0363", toewijzingsdatum="2026-01-01", einddatum="2026-01-31"),
        toewijzing(9, prestatiecode="99.9"),
        toewijzing(10, bsn="999900031", productcode="ZZZZZ"),
    ]
    made = contract(PRICES)
    alone = mpj.declare([made], toewijzingen, registraties, verblijf=verblijf, **MONTH)
    assert {"dubbel", "vervallen", "ongeldig", "niet_mpj"} <= set(alone.samenvatting["uitval_per_reden"])
    late = {row.bron for row in alone.uitval if row.reden == "na_periode"}
    assert late == {"", "999900043"}, "an id is hidden where it is the BSN of somebody of this run"
    assert alone.samenvatting["toewijzingen"] == {"gelezen": 6, "ongeldig": 1, "niet_mpj": 1}
    given = table(local, registraties), table(local, verblijf)
    same(on_spark(local, [made], toewijzingen, given[0], verblijf=given[1], **MONTH), alone)
    same(on_spark(local, [made], table(local, toewijzingen), given[0], verblijf=given[1], delen=1, **MONTH), alone)


def test_typed_columns_earlier_lines_and_places(local: Any, tmp_path: Path) -> None:
    """Dates, numbers and booleans as such; earlier lines as values and from Parquet; file and row of each record."""
    made = contract(PRICES)
    toewijzingen = [toewijzing(1, budget_cent=20_000), toewijzing(2, bsn=BSN_2)]
    before = [registratie("2026-02-03", bsn=bsn, id=f"feb-{bsn[-2:]}", minuten=120) for bsn in (BSN, BSN_2)]
    rows = [
        registratie(id=f"r{day}-{bsn[-2:]}", bsn=bsn, medewerker=f"m{day}", bevestigd=day % 2 == 0)
        | {"datum": date(2026, 3 if day < 8 else 2, day), "toewijzingnummer": 1 if bsn == BSN else 2}
        for day in range(1, 10)
        for bsn in (BSN, BSN_2)
    ]
    types = {"datum": "date", "minuten": "int", "toewijzingnummer": "bigint", "bevestigd": "boolean", "rij": "int"}
    files: dict[str, list[str]] = {name: [";".join(rows[0])] for name in ("0.csv", "1.csv")}
    for number, row in enumerate(rows):
        lines = files[f"{number % 2}.csv"]
        lines.append(";".join("ja" if value is True else "nee" if value is False else str(value) for value in row.values()))
        rows[number] = row | {"bestand": f"{number % 2}.csv", "rij": len(lines)}
    for name, lines in files.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
    read = list(mpj.read_registraties([tmp_path / name for name in files]))
    first = on_spark(local, [made], toewijzingen, table(local, before), periode="2026-02", dagtekening=date(2026, 3, 2))
    options: dict[str, Any] = MONTH | {"nalevering": True, "invoer": {"registraties": {"0.csv": "0" * 64}}, "volgnummer": 3}
    levels = {f"m{day}": "hbo" if day % 3 else "hbo+" for day in range(1, 10)}
    options["medewerkers"] = [
        {"medewerker": name, "kwalificatieniveau": niveau, "begindatum": "2026-01-01"} for name, niveau in levels.items()
    ]
    alone = mpj.declare([made], toewijzingen, read, eerder=first.regels, **options)
    assert {"budget_overschreden", "reeds_gedeclareerd"} <= set(alone.samenvatting["uitval_per_reden"])
    assert {note.code for note in alone.meldingen} == {"niveau_afwijkend"}
    from mpj.executors.spark import declare as declare_on_spark

    given = table(local, rows, **types)
    with declare_on_spark(local, [made], toewijzingen, given, eerder=first.regels, **options) as result:
        same(result.collect(), alone)
        result.write(str(tmp_path / "maart"))
    with declare_on_spark(
        local, [made], toewijzingen, table(local, before), periode="2026-02", dagtekening=date(2026, 3, 2)
    ) as one:
        one.write(str(tmp_path / "februari"))
    eerder = local.read.parquet(str(tmp_path / "februari" / "declaratieregels"))
    same(on_spark(local, [made], toewijzingen, given, eerder=eerder, **options), alone)
    written = {
        name: local.read.parquet(str(tmp_path / "maart" / name)).count() for name in ("declaratieregels", "herkomst", "uitval")
    }
    assert list(written.values()) == [len(alone.regels), len(alone.herkomst), len(alone.uitval)]
    summary = local.read.text(str(tmp_path / "maart" / "samenvatting")).collect()
    assert [json.loads(row.value) for row in summary] == [json.loads(json.dumps(alone.samenvatting))]


def test_earlier_lines_of_no_contract_of_the_run_are_told(local: Any) -> None:
    """As values and as a table, also of a toewijzing that nobody gave."""
    prices, rows = contract(PRICES), [registratie(id="maart")]
    february: dict[str, Any] = {"periode": "2026-02", "dagtekening": date(2026, 3, 2)}
    (line,) = mpj.declare([prices], [toewijzing()], [registratie("2026-02-03", id="feb")], **february).regels
    other = evolve(line, aanbieder="65656056")
    before = [line, other, evolve(other, toewijzingnummer=77)]
    alone = mpj.declare([prices], [toewijzing()], rows, eerder=before, **MONTH)
    (note,) = alone.meldingen
    assert (note.code, note.gevonden) == ("eerder_zonder_contract", f"aanbieder 65656056, gemeente {line.gemeente}")
    assert "geen contract is: 2;" in note.toelichting
    cells = [{name: as_text(getattr(one, name)) for name in REGELS.names} for one in before]
    for eerder in (before, table(local, cells)):
        same(on_spark(local, [prices], [toewijzing()], table(local, rows), eerder=eerder, **MONTH), alone)
    with pytest.raises(TypeError, match="eerder: expected Declaratieregel values, not int"):
        on_spark(local, [prices], [toewijzing()], table(local, rows), eerder=[3], **MONTH)


def test_faults_are_those_of_declare(local: Any) -> None:
    made, rows = contract(PRICES), table(local, [registratie()])
    twice = [toewijzing(number, bsn=bsn) for number in range(1, 5) for bsn in (BSN, BSN_2)]
    with pytest.raises(mpj.InputError) as alone:
        mpj.declare([made], twice, [], **MONTH)
    with pytest.raises(mpj.InputError) as spread:
        on_spark(local, [made], table(local, twice), rows, **MONTH)
    assert sorted(map(str, spread.value.faults)) == sorted(map(str, alone.value.faults))
    with pytest.raises(mpj.InputError, match=r"registratie, datun: .*verwacht: datum"):
        on_spark(local, [made], [toewijzing()], table(local, [{"id": "a", "bsn": BSN, "datun": "2026-03-01"}]), **MONTH)
    with pytest.raises(mpj.InputError, match="verblijf, begindatum: verplichte kolom"):
        on_spark(local, [made], [toewijzing()], rows, verblijf=table(local, [{"id": "a", "bsn": BSN}]), **MONTH)
    wrong = [dict.fromkeys(REGELS.names, "x") | {"toewijzingnummer": BSN}]
    with pytest.raises(mpj.InputError, match="het veld klopt niet") as unread:
        on_spark(local, [made], [toewijzing()], rows, eerder=table(local, wrong), **MONTH)
    assert BSN not in str(unread.value)
    with pytest.raises(TypeError, match="expected Toewijzing or a mapping"):
        on_spark(local, [made], [3], rows, **MONTH)


def test_nothing_to_declare(local: Any) -> None:
    same(on_spark(local, [contract(PRICES)], [], **MONTH), mpj.declare([contract(PRICES)], [], [], **MONTH))


def test_output_is_declared_as_well(local: Any) -> None:
    """Prestaties of two clients: one of an id that both have, one that cannot be read, and a product that is bought otherwise."""
    told = [
        event("s", CODE, "2025-12-08", "start"),
        event("e", CODE, "2026-02-10", "einde"),
        event("p", CODE, "2026-03-03", "stuk", 2) | {"bsn": OTHER},
        event("twee", CODE, "2026-03-04", "stuk"),
        event("twee", CODE, "2026-03-05", "stuk") | {"bsn": OTHER},
        event("fout", CODE, "2026-03-06", "feest"),
    ]
    toewijzingen = [*OPEN, OPEN[0] | {"bsn": OTHER, "toewijzingnummer": 1002}]
    alone = mpj.declare([WEEKS_THEN_PIECES], toewijzingen, prestaties=told, nalevering=True, **MONTH)
    assert [line.bedrag_cent for line in alone.regels] == [45_000, 25_000]
    assert {"id_meermaals", "ongeldig", "eenheid_past_niet"} <= set(alone.samenvatting["uitval_per_reden"])
    given = {"prestaties": table(local, told), "nalevering": True, **MONTH}
    for parts in (1, 3):
        same(on_spark(local, [WEEKS_THEN_PIECES], toewijzingen, delen=parts, **given), alone)


def test_a_profile_is_laid_over_tables_and_mappings(local: Any) -> None:
    """Names, hours, words, zeros that were lost, a source before each id, and a row of totals, as over mappings."""
    said = Tabelprofiel(
        kolommen={"Nr. intern": "id", "Duur": "minuten", "Stand": "status", "Opmerking": ""},
        waarden={"status": {"uitgevoerd": "gerealiseerd", "afgezegd": "vervallen"}},
        eenheid={"minuten": "uren"},
        bron="erp",
        overslaan=("Totaal",),
    )
    profiel = Profiel({"registraties": said, "toewijzingen": Tabelprofiel(kolommen={"Nummer": "toewijzingnummer"})})
    rows = [
        {"Opmerking": "x", "Nr. intern": str(number), "bsn": bsn, "datum": "2026-03-02", "Duur": "1,5", "Stand": stand}
        | {"kwalificatieniveau": "hbo", "prestatiecode": "2.1"}
        for number, (bsn, stand) in enumerate([(BSN, "Uitgevoerd"), (BSN_2, "Afgezegd"), (BSN, "Onbekend")])
    ]
    rows.append(dict.fromkeys(rows[0], "") | {"Opmerking": "Totaal"})
    assigned = [{"Nummer": one.pop("toewijzingnummer")} | one for one in (toewijzing(1), toewijzing(2, bsn=BSN_2))]
    options: dict[str, Any] = MONTH | {"profiel": profiel}
    alone = mpj.declare([contract(PRICES)], assigned, rows, **options)
    assert [trace.bron for trace in alone.herkomst] == ["erp:0"]
    assert alone.samenvatting["overgeslagen"] == 1
    same(on_spark(local, [contract(PRICES)], assigned, table(local, rows), **options), alone)
    same(on_spark(local, [contract(PRICES)], table(local, assigned), table(local, rows), **options), alone)


def test_a_column_that_is_not_known_is_told(local: Any) -> None:
    prices, assigned = contract(PRICES), toewijzing()
    given = table(local, [registratie() | {"team": "zuid"}])
    (note,) = on_spark(local, [prices], [assigned], given, **MONTH).meldingen
    assert (note.code, note.bestand, note.soort) == ("kolom_onbekend", "registratie", "waarschuwing")
    assert note.toelichting.endswith("team")


def test_an_error_on_an_executor_does_not_quote_a_record(local: Any) -> None:
    from mpj.executors.spark.parts import guarded

    def quotes(batches: Any) -> Any:
        for batch in batches:
            if batch.num_rows:
                raise KeyError(batch.column("bsn")[0].as_py())
            yield batch

    rows = table(local, [{"bsn": BSN}])
    with pytest.raises(Exception, match=r"PartError: KeyError in test_spark\.py, line") as caught:
        rows.mapInArrow(guarded(quotes), "bsn string").collect()
    assert BSN not in f"{caught.value!r}{caught.value}"


def test_every_blank_that_python_strips_is_left_out_of_ids(local: Any) -> None:
    from mpj.executors.spark.frames import id_of

    blanks = [chr(number) for number in range(0x110000) if chr(number).isspace()]
    ids = table(local, [{"id": f"{blank}R-1{blank}"} for blank in blanks] + [{"id": "R-1"}])
    assert ids.select(id_of(ids, "x").alias("key")).distinct().count() == 1
    empty = table(local, [{"id": blank} for blank in blanks])
    assert empty.where(id_of(empty, "x").isNotNull()).count() == 0


def test_the_page(local: Any, tmp_path: Path) -> None:
    assert local.conf.get("spark.sql.shuffle.partitions") == str(PARTS)
    for outcome in Page((ROOT / "docs" / "spark.md").read_text("utf-8"), tmp_path).run():
        assert matches(outcome.expected, outcome.shown), f"line {outcome.line}\n{outcome.shown}"


def test_without_the_extra(tmp_path: Path) -> None:
    script = (
        "import sys\nsys.modules['pyspark'] = None\nimport mpj\n"
        "try:\n    import mpj.executors.spark\nexcept mpj.InputError as error:\n    print(error)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "pip install 'mpj[spark]'" in done.stdout

"""A system that answers the cases: it knows their JSON alone, and computes with the commands of mpj, from files to files."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from ledger.support import answer_to, empty_ledger
from scenarios import to_toml

from mpj import load_contracts
from mpj.cli import run
from mpj.conformance import ConformanceCase, check
from mpj.messages import read, to_bytes
from mpj.output import write_result
from mpj.reading.cells import as_text
from mpj.reading.config import read_config
from mpj.reading.guard import unguarded

RECORDS = ("toewijzingen", "registraties", "verblijf", "prestaties", "medewerkers")
Rows = list[dict[str, str]]


def answer(case: Mapping[str, Any], folder: Path, *options: str) -> dict[str, Any]:
    """What the commands make of a case, in the shape of its ``verwacht``; `options` go to `mpj declare`."""
    folder.mkdir()
    if "bericht" in case:
        return _verified(case, folder)
    if "stappen" not in case:
        return _declared(case, folder, *options)
    ledger = ["--ledger", str(empty_ledger(folder / "ledger.db"))]
    return {"stappen": [_step(step, folder / str(number), ledger) for number, step in enumerate(case["stappen"])]}


def _declared(call: Mapping[str, Any], folder: Path, *options: str) -> dict[str, Rows]:
    given = [*_contract(call, folder), *_records(call, folder), "--periode", call["periode"], "--dagtekening", call["dagtekening"]]
    out = folder / "uit"
    _done(["declare", *given, *(["--nalevering"] if call["nalevering"] else []), *options, "--out", str(out)])
    return {"regels": _table(out / "declaratieregels.csv"), "uitval": _table(out / "uitval.csv")}


def _step(step: Mapping[str, Any], folder: Path, ledger: Sequence[str]) -> dict[str, Rows]:
    folder.mkdir()
    found = _declared(step, folder, *ledger, "--berichten")
    if step["antwoord"] is not None and found["regels"]:
        _done(["ledger", "send", *ledger, "--alles", "--op", step["dagtekening"]])
        if step["antwoord"] != "geen":
            refused = {row["referentienummer"] for row in found["regels"] if step["antwoord"] == "afgekeurd"}
            answers = folder / "antwoorden"
            answers.mkdir()
            for path in (folder / "uit").glob("jw323-*.xml"):
                message: Any = read(path.read_bytes())
                (answers / path.name).write_bytes(to_bytes(answer_to(message, refused)))
            _done(["ledger", "answer", *ledger, str(answers)])
    return found


def _verified(case: Mapping[str, Any], folder: Path) -> dict[str, Rows]:
    (folder / "bericht.xml").write_text(case["bericht"], "utf-8")
    given = ["--bericht", str(folder / "bericht.xml"), *_contract(case, folder), *_records(case, folder)]
    (folder / "eerder").mkdir()
    for number, text in enumerate(case["eerder"]):
        (folder / "eerder" / f"{number}.xml").write_text(text, "utf-8")
    if case["gemeenten"] is not None:
        (folder / "gemeenten.csv").write_text("\n".join(["gemeente", *case["gemeenten"]]) + "\n", "utf-8")
        given += ["--gemeenten", str(folder / "gemeenten.csv")]
    # Without anything before, an empty ledger says that nothing was.
    earlier = ["--eerder", str(folder / "eerder")] if case["eerder"] else ["--ledger", str(empty_ledger(folder / "ledger.db"))]
    given += earlier
    _done(["verify", *given, "--dagtekening", case["dagtekening"], "--out", str(folder / "uit")])
    return {"bevindingen": _table(folder / "uit" / "bevindingen.csv")}


def _contract(call: Mapping[str, Any], folder: Path) -> list[str]:
    contract = folder / "contract"
    contract.mkdir()
    tables = dict(call["contract"])
    for name in ("tarieven", "codes", "producten"):
        if (rows := tables.pop(name, None)) is not None:
            _write(contract / f"{name}.csv", rows)
    head = tables["contract"]
    dates = {name: date.fromisoformat(text) for name, text in head.items() if name in ("begindatum", "einddatum")}
    (contract / "contract.toml").write_text(to_toml(tables | {"contract": head | dates}), "utf-8")
    return ["--contracten", str(contract)]


def _records(call: Mapping[str, Any], folder: Path) -> list[str]:
    """Write the tables that a call has; one without rows is not given, but for that of toewijzingen, which has to be there."""
    given = []
    for name in RECORDS:
        rows = call.get(name)
        if rows or (name == "toewijzingen" and rows is not None) or (name == "medewerkers" and rows is not None):
            _write(folder / f"{name}.csv", rows)
            given += [f"--{name}", str(folder / f"{name}.csv")]
    return given


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _table(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as stream:
        return [{name: unguarded(text) for name, text in row.items()} for row in csv.DictReader(stream, delimiter=";")]


def _done(args: list[str]) -> None:
    """Run a command that has to end well."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(args)
    assert code == 0, err.getvalue() + json.dumps(args)


def conforms(
    cases: Mapping[str, ConformanceCase], folder: Path, ask: Callable[[Mapping[str, Any], Path], dict[str, Any]], at_once: int = 1
) -> None:
    """Have each case answered in a folder of its own, and all answers checked; commands, which hear signals, one after another."""
    given, answers = folder / "gevallen", folder / "antwoorden"
    answers.mkdir()
    given.mkdir()

    def one(number: int, naam: str, case: ConformanceCase) -> None:
        for place, value in ((answers, ask(case.given, folder / str(number))), (given, case.given)):
            (place / f"{naam}.json").write_text(json.dumps(value), "utf-8")

    with ThreadPoolExecutor(at_once) as threads:
        each = map if at_once == 1 else threads.map
        list(each(one, range(len(cases)), cases.keys(), cases.values()))
    told = check(given, answers)
    assert told.verschillen == () and told.conform and told.gevallen == len(cases)


def on_spark(spark: Any) -> Callable[[Mapping[str, Any], Path], dict[str, Any]]:
    """Return how a run on Spark answers a case: its records as tables of text."""
    from mpj.executors.spark import declare

    def table(rows: Sequence[Mapping[str, str]] | None) -> Any:
        names = list(dict.fromkeys(name for row in rows or () for name in row))
        cells = [tuple(row.get(name) for name in names) for row in rows or ()]
        return spark.createDataFrame(cells, ", ".join(f"`{name}` string" for name in names)) if cells else None

    def ask(case: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        folder.mkdir()
        contracts = load_contracts(_contract(case, folder)[1:])
        words = {name: case[name] for name in ("periode", "nalevering", "medewerkers")}
        words |= {name: table(case[name]) for name in ("verblijf", "prestaties")}
        words["dagtekening"] = date.fromisoformat(case["dagtekening"])
        assigned = table(case["toewijzingen"])
        with declare(spark, contracts, () if assigned is None else assigned, table(case["registraties"]), delen=1, **words) as made:
            (folder / "uit").mkdir()
            write_result(made.collect(), folder / "uit")
        return {"regels": _table(folder / "uit" / "declaratieregels.csv"), "uitval": _table(folder / "uit" / "uitval.csv")}

    return ask


def asking() -> Callable[..., dict[str, Any]]:
    """Return how the service answers a case."""
    from service.support import Client, zipped

    client = Client()

    def ask(case: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        folder.mkdir()
        if "stappen" in case:
            empty_ledger(folder / "ledger.db")
            return {"stappen": [_step_over_http(step, folder / str(number)) for number, step in enumerate(case["stappen"])]}
        _contract(case, folder)
        files = [("contract", ("contract.zip", zipped({one.name: one.read_bytes() for one in (folder / "contract").iterdir()})))]
        given = _records(case, folder)
        files += [
            (name.removeprefix("--"), (Path(path).name, Path(path).read_bytes()))
            for name, path in zip(given[::2], given[1::2], strict=True)
        ]
        if "bericht" not in case:
            fields = {name: case[name] for name in ("periode", "dagtekening")} | {"nalevering": as_text(case["nalevering"])}
            found = client.post("declare", files, fields).json()
            return _tables(found)
        files += [("bericht", ("bericht.xml", case["bericht"].encode()))]
        files += [("eerder", (f"{number}.xml", text.encode())) for number, text in enumerate(case["eerder"])]
        fields = {"dagtekening": case["dagtekening"], "eerder_volledig": "ja"}
        if case["gemeenten"] is not None:
            files.append(("gemeenten", ("gemeenten.csv", "\n".join(["gemeente", *case["gemeenten"]]).encode())))
        (found,) = client.post("verify", files, fields).json()["berichten"]
        return {"bevindingen": [_texts(row) for row in found["bevindingen"]]}

    return ask


def _step_over_http(step: Mapping[str, Any], folder: Path) -> dict[str, Rows]:
    """What the service of an office makes of a step, whose ledger stands beside `folder`; sent and answered as the step says."""
    from service.support import Client

    from mpj.service import Office

    folder.mkdir()
    given = [*_contract(step, folder), *_records(step, folder)]
    lines = [f"{name.removeprefix('--')} = ['{path}']" for name, path in zip(given[::2], given[1::2], strict=True)]
    config = folder / "mpj.toml"
    config.write_text("\n".join([*lines, f"ledger = '{folder.parent / 'ledger.db'}'", f"uit = '{folder / 'uit'}'", ""]), "utf-8")
    client = Client(today=date.fromisoformat(step["dagtekening"]), office=Office(read_config(config), "klerk"))
    found = client.post("ledger/declare", [], {name: step[name] for name in ("periode", "dagtekening")}).json()
    if step["antwoord"] is not None and found["berichten"]:
        sent = client.ask("POST", "/api/v1/ledger/send", json={"alles": "ja", "op": step["dagtekening"]})
        assert sent.status_code == 200, sent.text
        if step["antwoord"] != "geen":
            refused = {row["referentienummer"] for row in found["regels"] if step["antwoord"] == "afgekeurd"}
            messages: list[tuple[str, Any]] = [(one["naam"], read(one["bericht"].encode())) for one in found["berichten"]]
            answers = [("antwoord", (naam, to_bytes(answer_to(message, refused)))) for naam, message in messages]
            booked = client.post("ledger/answer", answers)
            assert booked.status_code == 200, booked.text
    return _tables(found)


def _tables(found: Mapping[str, Any]) -> dict[str, Rows]:
    return {table: [_texts(row) for row in found[table]] for table in ("regels", "uitval")}


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: as_text(value) for name, value in row.items()}

"""One lifelike month, files to files: all adds up, nothing is lost, nobody is named, the same input gives the same bytes."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli.helpers import (
    ANNA,
    BRAM,
    CAS,
    DAAN,
    OUTPUTS,
    TOML,
    Month,
    files_in,
    mpj,
    mpj_process,
    read_csv,
    shown_bsns,
    write,
    write_contract,
    write_month,
)
from mpj.demo import contract_folders, generate
from mpj.records.reasons import REDENEN

jsonschema: Any = pytest.importorskip("jsonschema")
SCHEMAS = Path(__file__).parents[2] / "mpj" / "output" / "schemas"
MINUTES = {"kwartier": 15, "uur": 60}


class Region:
    """A small synthetic region: its input, and what declaring it gave."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        made = generate(
            folder / "invoer", contract_folders(), zaad=7, clienten=60, registraties=900, verblijven=25, periode="2026-03"
        )
        self.inputs = {
            "toewijzingen": made.toewijzingen_csv,
            "registraties": made.registraties_csv,
            "verblijf": made.verblijf_csv,
            "medewerkers": made.medewerkers_csv,
        }
        self.month = Month(folder)
        self.outcome = mpj(*self.args())
        assert self.outcome.code == 0, self.outcome.err
        self.bsns = {row["bsn"] for name in ("toewijzingen", "registraties", "verblijf") for row in read_csv(self.inputs[name])}
        self.bsns = {bsn for bsn in self.bsns if len(bsn) == 9 and bsn.isdigit()}

    def args(self, inputs: dict[str, Path] | None = None, out: Path | None = None) -> list[str]:
        args = ["declare", "--periode", "2026-03", "--dagtekening", "2026-04-07", "--out", str(out or self.month.out)]
        args += ["--contracten", *map(str, contract_folders())]
        return args + [text for name, path in (inputs or self.inputs).items() for text in (f"--{name}", str(path))]


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    return Region(tmp_path_factory.mktemp("regio"))


# --- Conservation, from the files alone -------------------------------------------------------------------------------


def test_the_trace_adds_up_to_every_line(region: Region) -> None:
    units: Counter[str] = Counter()
    cents: Counter[str] = Counter()
    for row in region.month.rows("herkomst.csv"):
        units[row["referentienummer"]] += int(row["aantal_eenheden"])
        cents[row["referentienummer"]] += int(row["bedrag_cent"])
    lines = region.month.rows("declaratieregels.csv")
    assert len(lines) > 100
    for line in lines:
        number, volume, price = line["referentienummer"], int(line["volume"]), int(line["tarief_cent"])
        assert (units.pop(number), cents.pop(number)) == (volume, int(line["bedrag_cent"]))
        unrounded = line["normtijd"] == "uur" and line["eenheid"] == "01"
        assert int(line["bedrag_cent"]) == ((price * volume * 2 + 60) // 120 if unrounded else price * volume)
        assert volume > 0
    assert not units
    assert not cents


def test_every_registratie_ends_in_exactly_one_place(region: Region) -> None:
    name = region.inputs["registraties"].name
    rows = range(2, 2 + len(read_csv(region.inputs["registraties"])))
    behind_lines = [int(row["rij"]) for row in region.month.rows("herkomst.csv") if row["soort"] == "registratie"]
    aside = [int(row["rij"]) for row in region.month.rows("uitval.csv") if row["soort"] == "registratie" and row["bestand"] == name]
    assert sorted(behind_lines + aside) == list(rows)


def test_every_day_of_a_stay_ends_in_exactly_one_place(region: Region) -> None:
    placed: Counter[int] = Counter(int(row["rij"]) for row in region.month.rows("herkomst.csv") if row["soort"] == "verblijf")
    unreadable = set()
    for row in region.month.rows("uitval.csv"):
        if row["soort"] == "verblijf":
            placed[int(row["rij"])] += int(row["aantal"])
            unreadable |= {int(row["rij"])} if row["reden"] == "ongeldig" else set()
    last = date(2026, 3, 31)
    for rij, stay in enumerate(read_csv(region.inputs["verblijf"]), 2):
        if rij in unreadable:
            assert placed[rij] == 1
            continue
        begin = date.fromisoformat(stay["begindatum"])
        end = date.fromisoformat(stay["einddatum"]) if stay["einddatum"] else max(begin, last)
        assert placed[rij] == (end - begin).days + 1


def test_the_summary_is_what_the_tables_add_up_to(region: Region) -> None:
    lines, trace = region.month.rows("declaratieregels.csv"), region.month.rows("herkomst.csv")
    aside = [row for row in region.month.rows("uitval.csv") if row["soort"] != "toewijzing"]
    reasons: Counter[str] = Counter()
    for row in aside:
        reasons[row["reden"]] += int(row["aantal"])
    per_gemeente: dict[str, dict[str, int]] = {}
    for line in lines:
        group = per_gemeente.setdefault(line["gemeente"], {"regels": 0, "bedrag_cent": 0})
        group["regels"] += 1
        group["bedrag_cent"] += int(line["bedrag_cent"])
    by_number = {line["referentienummer"]: line for line in lines}
    timed = [
        (row, by_number[row["referentienummer"]]) for row in trace if by_number[row["referentienummer"]]["normtijd"] in MINUTES
    ]
    per_unit = {
        number: 1 if line["eenheid"] == "01" and line["normtijd"] == "uur" else MINUTES.get(line["normtijd"], 0)
        for number, line in by_number.items()
    }
    summary = region.month.summary()
    assert {
        "regels": len(lines),
        "bedrag_cent": sum(int(line["bedrag_cent"]) for line in lines),
        "gedeclareerd": len(trace),
        "uitval": sum(reasons.values()),
        "gelezen": len(trace) + sum(reasons.values()),
        "uitval_per_reden": reasons,
        "uitval_waarde_cent": sum(int(row["waarde_cent"] or 0) for row in aside),
        "per_gemeente": per_gemeente,
        "minuten_geleverd": sum(int(row["minuten"]) for row, _ in timed),
        "minuten_gedeclareerd": sum(int(row["aantal_eenheden"]) * per_unit[row["referentienummer"]] for row, _ in timed),
    }.items() <= summary.items()
    assert sum(row["bedrag_cent"] for row in summary["declaraties"]) == summary["bedrag_cent"]
    assert sum(row["regels"] for row in summary["declaraties"]) == summary["regels"]


def test_the_differences_in_the_summary_explain_the_minutes(region: Region) -> None:
    summary = region.month.summary()
    trace = region.month.rows("herkomst.csv")
    lines = {line["referentienummer"]: line for line in region.month.rows("declaratieregels.csv")}
    lost = 0
    for row in trace:
        unit = MINUTES.get(lines[row["referentienummer"]]["normtijd"], 0)
        lost += (int(row["voor_limiet"]) - int(row["aantal_eenheden"])) * unit
    difference = summary["verschil"]
    expected = summary["minuten_geleverd"] + difference["aanwezigheid_minuten"] + difference["afronding_minuten"] - lost
    assert summary["minuten_gedeclareerd"] == expected
    assert difference["afgetopt_registraties"] == sum(row["afgetopt"] == "ja" for row in trace)


def test_the_summary_names_every_input_with_its_hash(region: Region) -> None:
    named = {row["sha256"] for row in region.month.summary()["invoer"]}
    files = [
        *region.inputs.values(),
        *(path for folder in contract_folders() for path in folder.iterdir() if path.suffix in (".csv", ".toml")),
    ]
    assert named == {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_inputs_with_one_name_are_all_in_the_summary(tmp_path: Path) -> None:
    month = write_month(tmp_path)
    options = ("toewijzingen", "registraties", "verblijf")
    same = [write(tmp_path / option / "maart.csv", (tmp_path / f"{option}.csv").read_bytes()) for option in options]
    args = month.args()
    for option, path in zip(options, same, strict=True):
        args[args.index(f"--{option}") + 1] = str(path)
    assert mpj(*args).code == 0
    assert {hashlib.sha256(path.read_bytes()).hexdigest() for path in same} <= {row["sha256"] for row in month.summary()["invoer"]}


def test_contract_folders_with_one_name_are_all_in_the_summary(tmp_path: Path) -> None:
    month = write_month(tmp_path)
    other = write_contract(tmp_path / "ander" / "vb", TOML.replace("VB-2026", "AN-2026").replace('"0384", "0363"', '"0362"'))
    assert mpj(*month.args(), "--contracten", other).code == 0
    files = [folder / name for folder in (tmp_path / "vb", other) for name in ("contract.toml", "tarieven.csv")]
    assert {hashlib.sha256(path.read_bytes()).hexdigest() for path in files} <= {row["sha256"] for row in month.summary()["invoer"]}


# --- Form -------------------------------------------------------------------------------------------------------------

REGELS = (
    "referentienummer;vorig_referentienummer;debetcredit;declaratienummer;declaratieperiode;contract;aanbieder;gemeente;bsn;"
    "toewijzingnummer;perceel;prestatiecode;kwalificatieniveau;productcategorie;productcode;begindatum;einddatum;volume;"
    "normtijd;tarief_cent;bedrag_cent;eenheid;volume_bericht;in_bericht"
)
HERKOMST = (
    "referentienummer;soort;bron;datum;minuten;kwalificatieniveau;aantal_eenheden;bedrag_cent;afgetopt;status;"
    "medewerker;onderaannemer;bestand;rij;keuze;niveaus;maximum;geteld;som_voor;voor_limiet"
)
UITVAL = "soort;bron;datum;datum_tot;aantal;bestand;rij;gemeente;reden;vervolg;waarde_cent;toelichting;"
UITVAL += "medewerker;prestatiecode;kwalificatieniveau;minuten;geschat_cent"


@pytest.mark.parametrize(("name", "header"), [("declaratieregels.csv", REGELS), ("herkomst.csv", HERKOMST), ("uitval.csv", UITVAL)])
def test_tables_have_the_columns_that_are_fixed(region: Region, name: str, header: str) -> None:
    content = (region.month.out / name).read_bytes()
    assert content.startswith(header.encode() + b"\n")
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content


def test_lines_are_sorted_and_numbered_once(region: Region) -> None:
    lines = region.month.rows("declaratieregels.csv")
    keys = [
        (x["gemeente"], x["bsn"], int(x["toewijzingnummer"]), x["productcode"], x["begindatum"], x["debetcredit"]) for x in lines
    ]
    assert keys == sorted(keys)
    assert len({line["referentienummer"] for line in lines}) == len(lines)
    by_number: dict[str, set[tuple[str, str]]] = {}
    for line in lines:
        by_number.setdefault(line["declaratienummer"], set()).add((line["aanbieder"], line["gemeente"]))
        assert line["begindatum"][:7] == line["einddatum"][:7] == line["declaratieperiode"]
    assert all(len(owners) == 1 for owners in by_number.values())


def test_the_trace_stands_in_the_order_of_the_lines(region: Region) -> None:
    place = {line["referentienummer"]: number for number, line in enumerate(region.month.rows("declaratieregels.csv"))}
    keys = [(place[row["referentienummer"]], row["datum"], row["bron"]) for row in region.month.rows("herkomst.csv")]
    assert keys == sorted(keys)


def test_uitval_is_sorted_and_says_what_follows(region: Region) -> None:
    rows = region.month.rows("uitval.csv")
    keys = [([value for name, value in row.items() if name != "rij"], int(row["rij"])) for row in rows]
    assert keys == sorted(keys)
    wait = {"geen_toewijzing", "na_periode", "niet_bevestigd", "wacht_op_antwoord"}
    for row in rows:
        assert row["vervolg"] == REDENEN[row["reden"]].vervolg
        assert (row["vervolg"] == "wacht") == (row["reden"] in wait)
    assert len({row["reden"] for row in rows}) > 10


def validator(name: str) -> Any:
    schema = json.loads((SCHEMAS / name).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def test_the_summary_has_the_form_of_its_schema(region: Region) -> None:
    validator("samenvatting.json").validate(region.month.summary())


def test_meldingen_are_json_of_the_form_of_their_schema(region: Region, tmp_path: Path) -> None:
    outcome = mpj(*region.args(out=tmp_path / "out"), "--meldingen", "json")
    check = validator("melding.json")
    meldingen = outcome.meldingen()
    for melding in meldingen:
        check.validate(melding)
    aside = [(row["soort"], row["bron"], row["reden"], int(row["aantal"])) for row in region.month.rows("uitval.csv")]
    assert [(m["record"], m["bron"], m["code"], m["aantal"]) for m in meldingen if m["soort"] == "uitval"] == aside
    assert outcome.out


@pytest.mark.parametrize("option", ["--contracten", "--registraties", "--periode"])
def test_refusals_are_json_of_the_same_form(tmp_path: Path, option: str) -> None:
    outcome = write_month(tmp_path).declare(option, "weg", "--meldingen", "json")
    assert (outcome.code, outcome.out) == (2, "")
    for melding in outcome.meldingen():
        validator("melding.json").validate(melding)
        assert melding["soort"] == "fout"


# --- The same input gives the same bytes ------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes_from_anywhere(region: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elders"
    shutil.copytree(region.folder / "invoer", elsewhere / "invoer")
    monkeypatch.chdir(elsewhere)
    inputs = {name: Path("invoer") / path.name for name, path in region.inputs.items()}
    assert mpj(*region.args(inputs, elsewhere / "out")).code == 0
    assert files_in(elsewhere / "out") == files_in(region.month.out)


@pytest.mark.slow
def test_another_process_with_another_hash_seed_gives_the_same_bytes(region: Region, tmp_path: Path) -> None:
    env = {"PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8"}
    assert mpj_process(*region.args(out=tmp_path / "out"), env=env).code == 0
    assert files_in(tmp_path / "out") == files_in(region.month.out)


def without_rows(folder: Path) -> dict[str, Any]:
    """The outputs without the column `rij` and the hashes of the inputs."""
    outputs: dict[str, Any] = {}
    for name in OUTPUTS[:2] + OUTPUTS[3:]:
        outputs[name] = sorted(
            [[value for column, value in row.items() if column != "rij"] for row in read_csv(folder / name)]
            if name == "uitval.csv"
            else [
                [str(place), *(value for column, value in row.items() if column != "rij")]
                for place, row in enumerate(read_csv(folder / name))
            ]
        )
    summary = json.loads((folder / "samenvatting.json").read_text("utf-8"))
    del summary["invoer"]
    return outputs | {"samenvatting.json": summary}


@pytest.mark.parametrize("seed", [1, 2])
def test_another_order_of_rows_changes_nothing_but_rij(region: Region, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    inputs = {}
    for name, path in region.inputs.items():
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = list(csv.reader(stream, delimiter=";"))
        chance.shuffle(rows)
        inputs[name] = tmp_path / path.name
        with inputs[name].open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, delimiter=";").writerows([header, *rows])
    assert mpj(*region.args(inputs, tmp_path / "out")).code == 0
    assert without_rows(tmp_path / "out") == without_rows(region.month.out)


def test_a_zip_and_a_folder_give_the_same_lines(region: Region, tmp_path: Path) -> None:
    inputs = {}
    for name, path in region.inputs.items():
        write(tmp_path / name / "diep" / path.name, path.read_bytes())
        shutil.make_archive(str(tmp_path / name), "zip", tmp_path / name)
        inputs[name] = tmp_path / f"{name}.zip" if name in ("registraties", "toewijzingen") else tmp_path / name
    assert mpj(*region.args(inputs, tmp_path / "out")).code == 2
    assert mpj(*region.args(inputs, tmp_path / "out"), "--submappen").code == 0
    assert (tmp_path / "out" / "declaratieregels.csv").read_bytes() == (region.month.out / "declaratieregels.csv").read_bytes()
    one, other = (
        [{**row, "bestand": ""} for row in read_csv(out / "herkomst.csv")] for out in (tmp_path / "out", region.month.out)
    )
    assert one == other


# --- Nobody is named --------------------------------------------------------------------------------------------------


def test_no_bsn_is_shown_of_a_lifelike_month(region: Region) -> None:
    texts = [region.outcome.out, region.outcome.err]
    texts += [(region.month.out / name).read_text("utf-8") for name in ("uitval.csv", "samenvatting.json", "herkomst.csv")]
    assert [shown_bsns(text, region.bsns) for text in texts] == [[]] * 5


HEADER = "id;bsn;datum;minuten;kwalificatieniveau;medewerker;prestatiecode;toewijzingnummer;gemeente;soort;status;afspraak;aantal\n"
LEAKY = (
    HEADER
    + "".join(
        f"{row}\n"
        for row in (
            f"R-{ANNA};{ANNA};2026-03-02;50;hbo;;2.1;;;;;;",  # becomes a line
            f"{BRAM[:4]}.{BRAM[4:6]}.{BRAM[6:]};{BRAM};2026-03-02;50;hbo;;2.1;;;;;;",
            f"U-{DAAN};{DAAN};2026-03-02;50;hbo;;2.1;;;;;;",
            f"{CAS};R1;2026-03-02;50;hbo;;2.1;;;;;;",  # swapped
            f"N1;{ANNA};2026-03-02;50;hbo;;2.1;{BRAM};;;;;",  # as a toewijzingnummer
            f"N2;{ANNA};2026-03-02;50;{ANNA};;2.1;;;;;;",
            f"N3;{ANNA};2026-03-02;50;hbo;;{ANNA};;;;;;",
            f"N4;{ANNA};2026-03-02;50;hbo;;2.1;;{ANNA};;;;",
            f"N5;{ANNA};2026-03-02;{ANNA};hbo;;2.1;;;;;;",
            f"N6;{ANNA};{ANNA};50;hbo;;2.1;;;;;;",
            f"N7;{ANNA};2026-03-02;50;hbo;;2.1;;;{ANNA};;;",
            f"N8;{ANNA};2026-03-02;50;hbo;;2.1;;;;{ANNA};;",
            f"N9;{ANNA};2026-03-02;50;hbo;;2.1;;;;;;{ANNA}",
            f"N10;{ANNA};2026-03-02;50;;{ANNA};2.1;;;;;{ANNA};",
            f"N11;{ANNA}0;2026-03-02;50;hbo;;2.1;;;;;;",
        )
    )
)


@pytest.mark.parametrize("form", ["tekst", "json"])
def test_no_bsn_is_shown_wherever_it_was_put(tmp_path: Path, form: str) -> None:
    month = write_month(tmp_path, registraties=LEAKY)
    outcome = month.declare("--meldingen", form)
    assert outcome.code == 0
    for text in (
        outcome.out,
        outcome.err,
        *(month.out.joinpath(name).read_text("utf-8") for name in ("uitval.csv", "samenvatting.json")),
    ):
        assert not shown_bsns(text)
    assert month.summary()["gelezen"] == 15 + 8


def test_explain_names_a_record_whose_id_is_a_bsn_by_file_and_row(tmp_path: Path) -> None:
    month = write_month(tmp_path, registraties=LEAKY)
    assert month.declare().code == 0
    for line in month.rows("declaratieregels.csv"):
        outcome = mpj("explain", "--van", month.out, "--regel", line["referentienummer"])
        assert outcome.code == 0
        assert not shown_bsns(outcome.out + outcome.err)
    for bron in (f"R-{ANNA}", f"U-{DAAN}", BRAM, "N10", "weg"):
        outcome = mpj("explain", "--van", month.out, "--bron", bron)
        assert not shown_bsns(outcome.out + outcome.err)
    outcome = mpj("explain", "--van", month.out, "--bron", f"R-{ANNA}")
    assert (outcome.code, "registraties.csv, rij 2" in outcome.out) == (0, True)


# --- The demo ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1, 0, 0), (1, 1, 0), (3, 40, 2), (1, 0, 3)])
def test_a_demo_of_any_size(tmp_path: Path, size: tuple[int, int, int]) -> None:
    clienten, registraties, verblijven = size
    out = tmp_path / "demo"
    outcome = mpj("demo", "--clienten", clienten, "--registraties", registraties, "--verblijven", verblijven, "--out", out)
    assert (outcome.code, outcome.unexpected) == (0, False)
    assert sorted(path.name for path in (out / "declaratie").iterdir()) == OUTPUTS


def test_a_demo_without_out_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert mpj("demo", "--clienten", 3, "--registraties", 20, "--verblijven", 1).code == 0
    assert list(tmp_path.iterdir()) == []


def test_the_same_seed_gives_the_same_demo(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        assert (
            mpj("demo", "--clienten", 5, "--registraties", 50, "--verblijven", 2, "--zaad", seed, "--out", tmp_path / name).code
            == 0
        )
    assert files_in(tmp_path / "a") == files_in(tmp_path / "b") != files_in(tmp_path / "c")

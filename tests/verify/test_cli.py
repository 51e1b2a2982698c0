"""`mpj verify` and `mpj sample`: files in, files out, exit codes, and nothing shown that should not be."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from scenarios import to_toml, write_csv

from mpj import cli
from mpj.messages import Declaratiebericht, read_jw325
from mpj.verification.output import COLUMNS
from mpj.verification.sample import COLUMNS as SAMPLE_COLUMNS
from verify.examples import ANDERE, ANDERS, OUD, VOORBEELDEN
from verify.support import ANNA, PRICES, TOML, answer, earlier, line, message, toewijzing, written

SCHEMA = Path(__file__).resolve().parents[2] / "mpj" / "verification" / "samenvatting.schema.json"
HEADER = "referentienummer;plaats;positie;regelcode;retourcode;gevonden;verwacht;bedrag_cent;toelichting"


@pytest.fixture(autouse=True)
def commands(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("verify", "sample"):
        monkeypatch.setitem(cli.COMMANDS, name, (f"mpj.cli.{name}", name))


def prepare(folder: Path, declared: Declaratiebericht, **values: str) -> list[str]:
    """Write contract, toewijzing and message, and return the arguments that verify them."""
    (folder / "contract").mkdir()
    (folder / "contract" / "contract.toml").write_text(to_toml(TOML), "utf-8")
    cells = [{"perceel": "A", "prestatiecode": code, "kwalificatieniveau": level, "tarief": price} for code, level, price in PRICES]
    write_csv(folder / "contract" / "tarieven.csv", [cell | {"begindatum": "2025-01-01"} for cell in cells])
    write_csv(folder / "toewijzingen.csv", [toewijzing(**values)])
    (folder / "jw323.xml").write_bytes(written(declared))
    paths = {"bericht": "jw323.xml", "contracten": "contract", "toewijzingen": "toewijzingen.csv", "out": "uit"}
    arguments = [part for name, path in paths.items() for part in (f"--{name}", str(folder / path))]
    return ["verify", *arguments, "--dagtekening", "2026-04-10"]


def findings(folder: Path) -> list[dict[str, str]]:
    text = (folder / "uit" / "bevindingen.csv").read_text("utf-8")
    assert text.splitlines()[0] == HEADER
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def summary(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "uit" / "samenvatting.json").read_text("utf-8"))
    jsonschema.validate(found, json.loads(SCHEMA.read_text("utf-8")))
    return found


@pytest.mark.parametrize("several", [False, True])
def test_the_summary_names_what_was_not_read(tmp_path: Path, several: bool) -> None:
    """Of the messages, of earlier ones and of the toewijzingen, whether one message is verified or more."""
    arguments = prepare(tmp_path, message(line()))
    for folder, name in (("in", "jw323.xml"), ("t", "toewijzingen.csv"), ("oud", "")):
        (tmp_path / folder / "dieper").mkdir(parents=True)
        (tmp_path / folder / "brief.txt").write_text("x", "utf-8")
        if name:
            (tmp_path / name).rename(tmp_path / folder / name)
    (tmp_path / "in" / "dieper" / "b.xml").write_bytes(written(message(line())))
    (tmp_path / "oud" / "oud.xml").write_bytes(written(earlier(OUD)))
    if several:
        more = message(line(referentienummer="R9"), identificatie="B9", nummer="DN9")
        (tmp_path / "in" / "jw323b.xml").write_bytes(written(more))
    places = {str(tmp_path / "jw323.xml"): str(tmp_path / "in"), str(tmp_path / "toewijzingen.csv"): str(tmp_path / "t")}
    given = [places.get(one, one) for one in arguments]
    assert cli.run([*given, "--eerder", str(tmp_path / "oud")]) == 0
    found = json.loads((tmp_path / "uit" / "samenvatting.json").read_text("utf-8"))
    assert found["niet_gelezen"] == ["in/brief.txt", "in/dieper/b.xml", "oud/brief.txt", "t/brief.txt"]
    schema = SCHEMA if not several else SCHEMA.with_name("berichten.schema.json")
    required = json.loads(schema.read_text("utf-8"))["required"]
    assert "niet_gelezen" in required and set(required) <= found.keys()


@pytest.mark.parametrize("code", ["Utrecht", "344", "03440", ""])
def test_a_name_is_no_code_of_a_gemeente(tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str) -> None:
    arguments = prepare(tmp_path, message(line()))
    assert cli.run([*arguments, "--toewijzingen-volledig", "0384", "--toewijzingen-volledig", code]) == 2
    shown = capsys.readouterr().err
    assert "--toewijzingen-volledig: dit is geen code van een gemeente" in shown
    assert "verwacht: een gemeentecode (CBS): precies 4 cijfers" in shown
    assert not (tmp_path / "uit").exists()


def test_a_right_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*prepare(tmp_path, message()), "--strict"]) == 0
    assert findings(tmp_path) == []
    assert (summary(tmp_path)["uitkomst"], summary(tmp_path)["toegekend_cent"]) == ("toegekend", 9820)
    assert ";".join(COLUMNS) == HEADER
    found = read_jw325((tmp_path / "uit" / "jw325.xml").read_bytes())
    assert found.antwoord is not None and found.antwoord.retourcodes == ("8001",)
    shown = capsys.readouterr()
    assert "volledig toegekend" in shown.out and "€ 98,20" in shown.out and ANNA not in shown.out + shown.err


def test_a_wrong_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = prepare(tmp_path, message(line(tarief_cent=170, bedrag_cent=10200)))
    assert cli.run([*arguments, "--strict"]) == 1
    (found,) = findings(tmp_path)
    assert found == {
        "referentienummer": "R1",
        "plaats": "regel",
        "positie": "1.1",
        "regelcode": "TR418",
        "retourcode": "0611",
        "gevonden": "€ 1,70",
        "verwacht": "€ 1,64",
        "bedrag_cent": "10200",
        "toelichting": "Het tarief is € 1,70; volgens het contract is het € 1,64 per eenheid.",
    }
    shown = capsys.readouterr().out
    assert "TR418" in shown and "€ 102,00" in shown
    assert cli.run(arguments) == 2
    assert cli.run([*arguments, "--force", "--taal", "en"]) == 0
    assert findings(tmp_path)[0]["toelichting"] == "The tariff is €1.70; by the contract it is €1.64 per unit."


def test_the_answer_is_explained_to_the_aanbieder(tmp_path: Path) -> None:
    """A JW325 has no room for words: rule, found and expected stand beside it, with the page of the rule and no BSN."""
    arguments = prepare(tmp_path, message(line(tarief_cent=170, bedrag_cent=10200)))
    assert cli.run(arguments) == 0
    (number,) = (
        path.name.removeprefix("toelichting-").removesuffix(".csv") for path in (tmp_path / "uit").glob("toelichting-*.csv")
    )
    assert number == summary(tmp_path)["bericht"]["declaratienummer"]  # type: ignore[index]
    (row,) = csv.DictReader(io.StringIO((tmp_path / "uit" / f"toelichting-{number}.csv").read_text("utf-8")), delimiter=";")
    assert row["toelichting"] == findings(tmp_path)[0]["toelichting"]
    page = "https://informatiemodel.istandaarden.nl/informatiemodel/ijw/3.2/regels/technische-regel/tr418/"
    assert (row["aanbieder"], row["regelcode"], row["gevonden"], row["verwacht"], row["pagina"]) == (
        *("65656055", "TR418", "€ 1,70", "€ 1,64"),
        page,
    )
    html = (tmp_path / "uit" / f"toelichting-{number}.html").read_text("utf-8")
    assert f'<a href="{page}">TR418</a>' in html and "€ 1,64" in html and ANNA not in html
    files = [path.name for path in (tmp_path / "uit").iterdir()]
    assert sorted(files) == summary(tmp_path)["bestanden"]
    told: Any = summary(tmp_path)["per_regel"]
    assert [rule["pagina"] for rule in told] == [page]


def test_without_an_answer_or_a_refusal_nothing_is_explained(tmp_path: Path) -> None:
    """Lines that nobody judged have no answer; what is granted by decision is not explained, what is refused by it is, as sent."""
    arguments = prepare(tmp_path, message(line(productcode="99ZZ9")), prestatiecode="", budget_cent="99999999")
    for more, codes in (([], [""]), (["--onbeoordeeld", "toekennen"], [""]), (["--onbeoordeeld", "afwijzen"], ["0233"])):
        assert cli.run([*arguments, "--force", *more]) == 0
        assert [row["retourcode"] for row in findings(tmp_path)] == codes
        assert bool([*(tmp_path / "uit").glob("toelichting-*")]) == bool(codes[0])


def test_a_long_explanation_is_cut_on_the_page_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mpj.verification.toelichting.MOST", 1)
    lines = [line(referentienummer=f"R{number}", tarief_cent=170) for number in range(3)]
    assert cli.run(prepare(tmp_path, message(*lines))) == 0
    (page,) = (tmp_path / "uit").glob("toelichting-*.html")
    found = len(findings(tmp_path))
    assert found > 3 and f"Nog {found - 1} regels meer; alles staat in {page.stem}.csv." in page.read_text("utf-8")
    assert len(page.with_suffix(".csv").read_text("utf-8").splitlines()) == found + 1


def test_the_whole_screen_is_in_the_readers_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = prepare(tmp_path, message(line(tarief_cent=170, bedrag_cent=10200)))
    assert cli.run([*arguments, "--taal", "en"]) == 0
    shown = capsys.readouterr().out
    for text in (
        "Declaration 2026-03",
        "aanbieder",
        "submitted",
        "1 line, € 102,00",
        "Findings",
        "Not (wholly) checked: TR056",
        "Written in",
    ):
        assert text in shown, text
    for word in ("Declaratie", "ingediend", "regels", "afgekeurd", "Niet", "Geschreven"):
        assert word not in shown, word
    assert '<html lang="en">' in next((tmp_path / "uit").glob("toelichting-*.html")).read_text("utf-8")


def test_earlier_messages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = prepare(tmp_path, message(line(referentienummer="R0")))
    (tmp_path / "eerder").mkdir()
    sent = earlier(OUD)
    for name, one in (("a.xml", sent), ("b.xml", answer(sent))):
        (tmp_path / "eerder" / name).write_bytes(written(one))
    assert cli.run([*arguments, "--eerder", str(tmp_path / "eerder")]) == 0
    assert [row["regelcode"] for row in findings(tmp_path)] == ["TR314"]
    inputs = summary(tmp_path)["invoer"]
    assert isinstance(inputs, list) and len(inputs) == 6
    assert "Niet (helemaal) getoetst: TR378." in capsys.readouterr().out


@pytest.mark.parametrize("several", [False, True])
def test_every_file_has_its_digest_also_where_names_are_equal(tmp_path: Path, several: bool) -> None:
    """A message and an earlier one, each in a folder of its own."""
    arguments = prepare(tmp_path, message())
    (tmp_path / "eerder").mkdir()
    (tmp_path / "eerder" / "jw323.xml").write_bytes(written(earlier(OUD)))
    (tmp_path / "tweede.xml").write_bytes(written(message(line(referentienummer="R9"), nummer="DN9", identificatie="B9")))
    arguments += ["--bericht", str(tmp_path / "tweede.xml")] * several
    assert cli.run([*arguments, "--eerder", str(tmp_path / "eerder")]) == 0
    found = {one["bestand"]: one["sha256"] for one in json.loads((tmp_path / "uit" / "samenvatting.json").read_text())["invoer"]}
    files = [tmp_path / "jw323.xml", tmp_path / "eerder" / "jw323.xml"]
    assert {hashlib.sha256(one.read_bytes()).hexdigest() for one in files} <= set(found.values())


@pytest.mark.parametrize(("code", "expected"), [("0384", []), ("0363", ["TR378"])])
def test_the_list_of_municipalities(tmp_path: Path, code: str, expected: list[str]) -> None:
    arguments = prepare(tmp_path, message())
    (tmp_path / "cbs.csv").write_text(f"gemeente;naam\n{code};Ergens\n", "utf-8")
    assert cli.run([*arguments, "--gemeenten", str(tmp_path / "cbs.csv")]) == 0
    assert [row["regelcode"] for row in findings(tmp_path)] == expected


@pytest.mark.parametrize("row", ["384;Ergens", ";Ergens", "0384;Ergens; aan Zee"])
def test_a_row_that_holds_no_code_stops_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str) -> None:
    """A code that lost its zero would make every declaration of its gemeente wrong."""
    arguments = prepare(tmp_path, message())
    (tmp_path / "cbs.csv").write_text(f"gemeente;naam\n0363;Amsterdam\n{row}\n", "utf-8")
    assert cli.run([*arguments, "--gemeenten", str(tmp_path / "cbs.csv")]) == 2
    assert "cbs.csv, rij 3" in capsys.readouterr().err and not (tmp_path / "uit").exists()


def test_a_list_of_no_gemeente_at_all_stops_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It made every declaration one of a gemeente that does not exist (S300)."""
    arguments = prepare(tmp_path, message())
    (tmp_path / "cbs.csv").write_text("gemeente;naam\n", "utf-8")
    assert cli.run([*arguments, "--gemeenten", str(tmp_path / "cbs.csv")]) == 2
    assert "cbs.csv: er staat geen enkele rij in" in capsys.readouterr().err


def test_lines_that_cannot_be_assessed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = prepare(tmp_path, message(line(productcode="99ZZ9")), prestatiecode="", budget_cent="99999999")
    assert cli.run([*arguments, "--strict"]) == 1
    assert [(row["regelcode"], row["retourcode"]) for row in findings(tmp_path)] == [("niet_beoordeeld", "")]
    assert not (tmp_path / "uit" / "jw325.xml").exists()
    assert "--onbeoordeeld" in capsys.readouterr().out
    assert cli.run([*arguments, "--force", "--strict", "--onbeoordeeld", "toekennen"]) == 0
    assert summary(tmp_path)["toegekend"] == 1
    assert cli.run([*arguments, "--force", "--onbeoordeeld", "afwijzen"]) == 0
    assert (tmp_path / "uit" / "jw325.xml").exists()
    assert summary(tmp_path)["afgekeurd"] == 1
    assert cli.run([*arguments, "--force"]) == 0
    assert not (tmp_path / "uit" / "jw325.xml").exists()


def test_decisions_by_code_and_toewijzing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = prepare(tmp_path, message(line(productcode="99ZZ9")), prestatiecode="", budget_cent="99999999")
    decided = tmp_path / "besluiten.csv"
    decided.write_text("productcode;toewijzingnummer;besluit\n99ZZ9;1001;toekennen\n", "utf-8")
    assert cli.run([*arguments, "--onbeoordeeld", str(decided)]) == 0
    assert "toegekend op besluit  1 regel, € 98,20" in capsys.readouterr().out
    assert summary(tmp_path)["op_besluit"] == [{"uitkomst": "toegekend", "regels": 1, "bedrag_cent": 9820}]
    decided.write_text("productcode;toewijzingnummer;besluit\n99ZZ9;1001;toekennen\n99ZZ9;;afwijzen\n99ZZ8;7;toekennen\n", "utf-8")
    capsys.readouterr()
    assert cli.run([*arguments, "--force", "--onbeoordeeld", str(decided), "--meldingen", "json"]) == 0
    told = [json.loads(text) for text in capsys.readouterr().err.splitlines()]
    idle = ["99ZZ9", "99ZZ8, toewijzing 7"]
    assert [one["gevonden"] for one in told if one["code"] == "besluit_ongebruikt"] == idle
    # Of several messages one that has such a line is enough; what none has is told once.
    bericht = Path(arguments[arguments.index("--bericht") + 1])
    again = bericht.with_name("weer.xml")
    again.write_bytes(bericht.read_bytes())
    cli.run([*arguments, "--force", "--bericht", str(again), "--onbeoordeeld", str(decided), "--meldingen", "json"])
    told = [json.loads(text) for text in capsys.readouterr().err.splitlines()]
    assert [one["gevonden"] for one in told if one["code"] == "besluit_ongebruikt"] == idle
    decided.write_text("productcode;toewijzingnummer;besluit\n;x;ja\n99ZZ9;;afwijzen\n99ZZ9;;toekennen\n", "utf-8")
    assert cli.run([*arguments, "--force", "--onbeoordeeld", str(decided)]) == 2
    shown = capsys.readouterr().err
    assert shown.count("rij 2") == 3 and "rij 4" in shown
    assert cli.run([*arguments, "--force", "--onbeoordeeld", "misschien"]) == 2
    assert "misschien" in capsys.readouterr().err


def test_the_wrong_file_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = prepare(tmp_path, message(), gemeente="0363")
    assert cli.run(arguments) == 2
    shown = capsys.readouterr().err
    assert "een declaratie van 65656055 aan gemeente 0384" in shown and "--toewijzingen-volledig" in shown
    assert not (tmp_path / "uit").exists()
    assert cli.run([*arguments, "--toewijzingen-volledig", "0384"]) == 0
    assert {row["regelcode"] for row in findings(tmp_path)} == {"TR304", "TR338"}


def test_signals_stand_in_a_file_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = prepare(tmp_path, message(line(), ANDERS))
    settings = tmp_path / "contract" / "contract.toml"
    settings.write_text(settings.read_text("utf-8").replace("[contract]", "[contract]\ncategorieen_apart = true"), "utf-8")
    assert cli.run(arguments) == 0
    assert findings(tmp_path) == [] and "1 keer dezelfde zorg" in capsys.readouterr().out
    rows = (tmp_path / "uit" / "signalen.csv").read_text("utf-8").splitlines()
    assert rows[0] == "code;gemeente;soort;bron;datum;toelichting;gezien"
    assert rows[1].startswith("MPJ06;0384;regel;R2;2026-03-01;") and len(rows) == 2
    assert "signalen.csv" in summary(tmp_path)["bestanden"]  # type: ignore[operator]


def test_findings_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = prepare(tmp_path, message(line(tarief_cent=170, bedrag_cent=10200)))
    assert cli.run([*arguments, "--meldingen", "json"]) == 0
    (found,) = [json.loads(row) for row in capsys.readouterr().err.splitlines()]
    assert (found["formaat"], found["soort"], found["code"], found["retourcode"]) == (1, "afkeuring", "TR418", "0611")


def test_a_message_that_breaks_the_form_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = prepare(tmp_path, message())
    path = tmp_path / "jw323.xml"
    path.write_bytes(path.read_bytes().replace(b">60<", b">6.5<"))
    assert cli.run(arguments) == 2
    assert not (tmp_path / "uit").exists()
    assert "er is niets geschreven" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["jw325.xml", "niets.xml"])
def test_another_message_or_none(tmp_path: Path, name: str) -> None:
    arguments = prepare(tmp_path, message())
    (tmp_path / "jw325.xml").write_bytes(written(answer(message())))
    arguments[2] = str(tmp_path / name)
    assert cli.run(arguments) == 2
    assert not (tmp_path / "uit").exists()


@pytest.mark.slow
def test_every_summary_keeps_its_schema() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    for situatie in [one for pair in VOORBEELDEN.values() for one in pair] + [one for _, one in ANDERE.values()]:
        found = situatie.verify().samenvatting
        validator.validate(dict(found))
        assert found["regels"] == found["toegekend"] + found["afgekeurd"] + found["niet_beoordeeld"]
        total = found["toegekend_cent"] + found["afgekeurd_cent"] + found["niet_beoordeeld_cent"]
        assert found["ingediend_cent"] == total


def test_sample_of_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(tmp_path, message())
    rows = [
        {
            "id": f"r{n}",
            "bsn": ANNA,
            "datum": f"2026-03-{n:02d}",
            "minuten": "30",
            "medewerker": f"m{n % 3}",
            "kwalificatieniveau": "hbo",
        }
        for n in range(1, 20)
    ]
    write_csv(tmp_path / "registraties.csv", rows)
    run = ["declare", "--contracten", str(tmp_path / "contract"), "--toewijzingen", str(tmp_path / "toewijzingen.csv")]
    run += ["--registraties", str(tmp_path / "registraties.csv"), "--periode", "2026-03", "--dagtekening", "2026-04-05"]
    assert cli.run([*run, "--out", str(tmp_path / "maart")]) == 0
    capsys.readouterr()
    texts = []
    for _ in range(2):
        assert cli.run(["sample", "--van", str(tmp_path / "maart"), "--aantal", "2", "--zaad", "S"]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]
    found = list(csv.DictReader(io.StringIO(texts[0]), delimiter=";"))
    assert tuple(found[0]) == SAMPLE_COLUMNS
    assert [row["soort"] for row in found] == ["paar", "paar", "regel"]
    assert cli.run(["sample", "--van", str(tmp_path), "--aantal", "2", "--zaad", "S"]) == 2


def test_a_number_that_a_spreadsheet_would_run_is_guarded(tmp_path: Path) -> None:
    """`=cmd|'/C calc'!A0` as referentienummer: what people open has a `'` before it, and the answer has it as it was sent."""
    sent = Path(__file__).parents[1] / "data" / "hostile" / "formula-referentienummer.xml"
    arguments = prepare(tmp_path, message())
    arguments[arguments.index("--bericht") + 1] = str(sent)
    write_csv(tmp_path / "toewijzingen.csv", [toewijzing(gemeente="0363")])
    settings = tmp_path / "contract" / "contract.toml"
    settings.write_text(settings.read_text("utf-8").replace('["0384"]', '["0384", "0363"]'), "utf-8")
    assert cli.run(arguments) == 0
    found = {row["referentienummer"] for row in findings(tmp_path)}
    assert "'=cmd|'/C calc'!A0" in found
    assert not [name for name in found if name.startswith(("=", "+", "-", "@", "\t", "\r"))]

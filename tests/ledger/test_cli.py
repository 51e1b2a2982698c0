"""The commands as a clerk types them; no BSN in anything they show."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from ledger.support import answer_to, registratie
from ledger.test_crash import world
from mpj.cli import run
from mpj.cli.ledger import command
from mpj.messages import read_jw323, write

BSN = "999900006"


def ledger(*args: str) -> int:
    """Run ``mpj ledger ...``; returns the exit code."""
    try:
        code = command.main(list(args), prog_name="mpj ledger", standalone_mode=False)
    except click.UsageError:
        return 2
    return code if isinstance(code, int) else 0


@pytest.fixture
def april(tmp_path: Path) -> tuple[Path, str, list[str]]:
    url = str(tmp_path / "zorg.db")
    return tmp_path, url, world(tmp_path, url)


def replace(arguments: Sequence[str], **values: str) -> list[str]:
    """The same command with other values for some options."""
    found = list(arguments)
    for name, value in values.items():
        found[found.index(f"--{name}") + 1] = value
    return found


@pytest.mark.slow
def test_a_month_from_files_to_answer(april: tuple[Path, str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    folder, url, arguments = april
    assert run(arguments) == 0
    (path,) = (folder / "april").glob("jw323-*.xml")
    assert ledger("send", "--ledger", url, "--alles") == 0
    with path.open("rb") as stream:
        message = read_jw323(stream, path.name)
    debit = next(one for one in message.clienten[0].prestaties if one.debetcredit == "D")
    with (folder / "jw325.xml").open("wb") as stream:
        write(answer_to(message, [debit.referentienummer]), stream)
    for _ in range(2):
        assert ledger("answer", "--ledger", url, str(folder / "jw325.xml")) == 0
    assert ledger("resend", "--ledger", url, debit.referentienummer) == 0
    assert ledger("status", "--ledger", url) == 0
    assert ledger("work", "--ledger", url) == 0
    assert run(["explain", "--ledger", url, "--regel", debit.referentienummer]) == 0
    capsys.readouterr()
    assert ledger("status", "--ledger", url, "--formaat", "json") == 0
    out, err = capsys.readouterr()
    found: dict[str, Any] = json.loads(out)
    assert found["gemeenten"]["0384"]["te_herstellen"]["regels"] == 1
    assert BSN not in out + err
    assert run(replace(arguments, out=str(folder / "weer"))) == 0
    summary = json.loads((folder / "weer" / "samenvatting.json").read_text("utf-8"))
    assert summary["ledger"]["debet_cent"] == debit.bedrag_cent


def test_texts_show_states_and_money(april: tuple[Path, str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    _, url, arguments = april
    assert run(arguments) == 0
    capsys.readouterr()
    assert ledger("status", "--ledger", url) == 0
    out = capsys.readouterr().out
    assert "concept" in out and "Onderhanden werk" in out and BSN not in out


@pytest.mark.slow
def test_withdraw_makes_the_lines_new_again(april: tuple[Path, str, list[str]]) -> None:
    folder, url, arguments = april
    assert run(arguments) == 0
    before = (folder / "april" / "declaratieregels.csv").read_text("utf-8")
    number = json.loads((folder / "april" / "samenvatting.json").read_text("utf-8"))["declaraties"][0]["declaratienummer"]
    assert ledger("withdraw", "--ledger", url, number) == 2
    assert ledger("send", "--ledger", url, number) == 0
    assert ledger("withdraw", "--ledger", url, number) == 0
    assert run(arguments) == 0
    assert number not in (folder / "april" / "declaratieregels.csv").read_text("utf-8") and number in before


def test_volledig_vanaf_asks_first(april: tuple[Path, str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    folder, _, arguments = april
    assert run([*arguments, "--volledig-vanaf", "2026-03"]) == 2
    code = re.search(r"--akkoord (\w+)", capsys.readouterr().err)
    assert code and not (folder / "april").exists()
    assert run([*arguments, "--volledig-vanaf", "2026-03", "--akkoord", "B0000000"]) == 2
    assert code[1] in capsys.readouterr().err and not (folder / "april").exists()
    assert run([*arguments, "--volledig-vanaf", "2026-03", "--akkoord", code[1].lower()]) == 0


def test_a_trial_leaves_the_ledger_alone(april: tuple[Path, str, list[str]]) -> None:
    folder, url, arguments = april
    before = Path(url).read_bytes()
    assert run([*arguments, "--proef"]) == 0
    assert Path(url).read_bytes() == before and (folder / "april" / "declaratieregels.csv").exists()


@pytest.mark.slow
def test_the_summary_says_what_the_ledger_adds(april: tuple[Path, str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    folder, url, arguments = april
    assert run([*arguments, "--proef"]) == 0
    trial = capsys.readouterr().out
    assert "Debet € 319,15, credit € 196,40 op 1 creditregel.\n" in trial
    assert "Proef: het ledger onthoudt niets" in trial and "concepten" not in trial and "Wacht op antwoord" not in trial
    assert run(arguments) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "De declaraties zijn concepten: een volgende run vervangt ze, tot mpj ledger send." in shown
    number = json.loads((folder / "april" / "samenvatting.json").read_text("utf-8"))["declaraties"][0]["declaratienummer"]
    changed = folder / "registraties.csv"
    changed.write_text(changed.read_text("utf-8").replace("45", "30"), "utf-8")
    assert run(arguments) == 0
    assert f"Vervangen concepten, die niet meer gelden: {number}.\n" in capsys.readouterr().out
    assert ledger("send", "--ledger", url, "--alles") == 0
    changed.write_text(changed.read_text("utf-8").replace(";30;", ";90;"), "utf-8")
    assert run(replace(arguments, out=str(folder / "weer"))) == 0
    assert "Wacht op antwoord: 2 regels op " in capsys.readouterr().out


@pytest.mark.parametrize("extra", [["--nalevering"], ["--volgnummer", "2"], ["--eerder", "x.csv"]])
def test_what_the_ledger_knows_need_not_be_said(april: tuple[Path, str, list[str]], extra: list[str]) -> None:
    assert run([*april[2], *extra]) == 2


def test_options_of_the_ledger_need_one(april: tuple[Path, str, list[str]]) -> None:
    place = april[2].index("--ledger")
    assert run([*april[2][:place], *april[2][place + 2 :], "--proef"]) == 2


def test_a_month_that_is_none(april: tuple[Path, str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    wrong = replace(april[2], periode="2026-13")
    assert run([*wrong, "--volledig-vanaf", "2026-3"]) == 2
    err = capsys.readouterr().err
    assert "Fout: --periode: geen maand; gevonden: 2026-13; verwacht: een maand als 2026-03\n" in err
    assert "Fout: --volledig-vanaf: geen maand; gevonden: 2026-3; " in err
    place = wrong.index("--ledger")
    assert run([*wrong[:place], *wrong[place + 2 :]]) == 2
    assert "Fout: --periode: geen maand; gevonden: 2026-13; " in capsys.readouterr().err


def test_akkoord_with_nothing_to_agree_to(april: tuple[Path, str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*april[2], "--akkoord", "B0000000"]) == 0
    assert "akkoord: deze run vraagt geen akkoord met deze code" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["toewijzingen", "registraties", "verblijf", "medewerkers"])
def test_a_fault_in_a_file_leaves_no_new_ledger(april: tuple[Path, str, list[str]], name: str) -> None:
    folder, _, arguments = april
    (folder / "fout.csv").write_text("x;y\n1;2\n", "utf-8")
    fresh = replace(arguments, ledger=str(folder / "nieuw.db"), periode="2026-03")
    assert run([*fresh, f"--{name}", str(folder / "fout.csv")]) == 2
    assert not (folder / "nieuw.db").exists()
    assert run(fresh) == 0


def test_messages_with_a_day_before_the_end_of_their_month_leave_no_new_ledger(april: tuple[Path, str, list[str]]) -> None:
    folder, _, arguments = april
    fresh = replace(arguments, ledger=str(folder / "nieuw.db"), periode="2026-03", dagtekening="2026-03-15")
    assert run([*fresh, *([] if "--berichten" in fresh else ["--berichten"])]) == 2
    assert not (folder / "nieuw.db").exists()


def test_a_run_without_new_records_continues_the_conversation(april: tuple[Path, str, list[str]]) -> None:
    folder, _, arguments = april
    assert run(arguments) == 0
    place = arguments.index("--registraties")
    assert run([*arguments[:place], *arguments[place + 2 :]]) == 0
    assert len((folder / "april" / "declaratieregels.csv").read_text("utf-8").splitlines()) == 4


def test_erase_names_rows_and_no_bsn(april: tuple[Path, str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    folder, url, _ = april
    names = folder / "bsn.txt"
    names.write_text("123456789\n", "utf-8")
    assert ledger("erase", "--ledger", url, "--bsn-bestand", str(names)) == 2
    names.write_text(f"999900018\n\n\n{BSN}\n", "utf-8")
    assert ledger("erase", "--ledger", url, "--bsn-bestand", str(names)) == 2
    out, err = capsys.readouterr()
    assert "Fout: bsn.txt, rij 4, bsn: " in err and BSN not in out + err and "123456789" not in out + err
    names.write_text("BSN\n999900018\n\n", "utf-8")
    assert ledger("erase", "--ledger", url, "--bsn-bestand", str(names)) == 0
    assert "0 cliënten verwijderd, 1 niet in dit ledger." in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("head", ["bsn", "BSN", "\ufeffbsn"])
def test_a_file_of_clients_may_have_a_head(
    april: tuple[Path, str, list[str]], capsys: pytest.CaptureFixture[str], head: str
) -> None:
    folder, url, arguments = april
    assert run(arguments) == 0
    assert ledger("send", "--ledger", url, "--alles") == 0
    names = folder / "bsn.csv"
    names.write_text(f"999900018\n{head}\n", "utf-8")
    assert ledger("erase", "--ledger", url, "--bsn-bestand", str(names)) == 2
    assert "bsn.csv, rij 2: geen BSN" in capsys.readouterr().err
    names.write_text(f"{head}\n999900018\n", "utf-8")
    assert ledger("erase", "--ledger", url, "--bsn-bestand", str(names)) == 0
    assert "0 cliënten verwijderd, 1 niet in dit ledger." in capsys.readouterr().out


@pytest.mark.slow
def test_gelezen_of_april_is_what_its_files_held(april: tuple[Path, str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    """Not what the ledger holds beside it: a run without files has read nothing."""
    folder, _, arguments = april
    place = arguments.index("--registraties")
    rows = len(Path(arguments[place + 1]).read_text("utf-8").splitlines()) - 1
    for given, held in ((arguments, rows), ([*arguments[:place], *arguments[place + 2 :]], 0)):
        capsys.readouterr()
        assert run(given) == 0
        told = json.loads((folder / "april" / "samenvatting.json").read_text("utf-8"))
        (shown,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("  gelezen "))
        assert told["gelezen"] == held and shown.split()[1] == str(held)


def test_a_wrong_number_is_shown_so_that_the_clerk_sees_which(
    april: tuple[Path, str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    _, url, _ = april
    wrong = "0123456789ABCDEF0123"
    assert ledger("resend", "--ledger", url, wrong, BSN) == 2
    assert run(["explain", "--ledger", url, "--regel", wrong]) == 2
    err = capsys.readouterr().err
    assert err.count(f"gevonden: {wrong}") == 2 and "(verborgen, 9 tekens)" in err and BSN not in err


def test_calls_that_make_no_sense(april: tuple[Path, str, list[str]], tmp_path: Path) -> None:
    _, url, arguments = april
    assert ledger("send", "--ledger", url) == 2
    assert ledger("status", "--ledger", str(tmp_path / "nieuw.db")) == 2
    assert not (tmp_path / "nieuw.db").exists()
    assert run(replace(arguments, ledger="mysql://x/y")) == 2
    assert registratie("a")["id"] == "a"


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["", " ", ":memory:", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true"]
)
def test_a_ledger_that_remembers_nothing(april: tuple[Path, str, list[str]], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder, _, arguments = april
    (folder / "x.xml").write_text("<x/>", "utf-8")
    verified = ["verify", "--bericht", str(folder / "x.xml"), "--contracten", "x", "--toewijzingen", "x"]
    verified += ["--out", str(folder / "uit")]
    assert run(replace(arguments, ledger=name)) == 2
    assert run([*verified, "--ledger", name]) == 2
    assert ledger("status", "--ledger", name) == 2
    assert run(["explain", "--ledger", name, "--regel", "X"]) == 2
    err = capsys.readouterr().err
    assert err.count("Fout: --ledger: ") == 4
    assert not (folder / "april").exists()


@pytest.mark.slow
def test_a_new_ledger_is_announced(april: tuple[Path, str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    folder, _, arguments = april
    fresh = replace(arguments, ledger=str(folder / "zrog.db"), periode="2026-03")
    assert run([*fresh, "--proef"]) == 0
    assert "Let op: zrog.db: dit ledger bestaat nog niet" in capsys.readouterr().err
    assert run(fresh) == 0
    assert "Let op: zrog.db: dit ledger is nieuw gemaakt\n" in capsys.readouterr().err
    assert run([*fresh, "--meldingen", "json"]) == 0
    assert "ledger_nieuw" not in capsys.readouterr().err
    assert run([*replace(fresh, ledger=str(folder / "ander.db")), "--meldingen", "json"]) == 0
    assert json.loads(capsys.readouterr().err.splitlines()[0])["code"] == "ledger_nieuw"


@pytest.mark.slow
def test_totals_that_do_not_add_up_are_found_before_they_are_sent_or_booked(
    april: tuple[Path, str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """`mpj messages check` of a declaration (TR358) and of its answer (TR342): a euro more in the total, all lines as they were."""
    folder, _, arguments = april
    assert run(arguments) == 0
    (sent,) = (folder / "april").glob("jw323-*.xml")
    with sent.open("rb") as stream:
        message = read_jw323(stream, sent.name)
    answer = folder / "jw325.xml"
    with answer.open("wb") as stream:
        write(answer_to(message), stream)
    for path, total, rule in ((sent, "TotaalIngediendBedrag", "TR358"), (answer, "TotaalToegekendBedrag", "TR342")):
        assert run(["messages", "check", str(path)]) == 0
        text = path.read_bytes().decode()
        wrong = re.sub(rf"(:{total}>\s*<[^>]*Bedrag>)(\d+)", lambda found: f"{found[1]}{int(found[2]) + 100}", text)
        assert wrong != text
        path.write_bytes(wrong.encode())
        capsys.readouterr()
        assert run(["messages", "check", str(path), "--meldingen", "json"]) == 2
        out, err = capsys.readouterr()
        assert out == f"{path.name}: 1 fout\n" and json.loads(err)["code"] == rule

"""The auditor's sample from a year of a ledger: the same way as from a run, from what stands, of either side."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ledger.support import Partij, refs, registratie, toewijzing
from mpj import cli
from mpj.engine.outcome import Result
from mpj.ledger import Ledger
from mpj.reading.periods import parse_month
from mpj.reports import Jaarvraag, read_year
from mpj.simulation import Sizes, simulate
from mpj.verification.sample import PAAR, REGEL, Steekproef, draw

BRAM = "999900018"


def two_levels(tmp_path: Path) -> tuple[Partij, Result]:
    partij = Partij(tmp_path / "l.db", prices={"2.1 hbo": "24,55", "2.1 wo": "31,20"})
    partij.toewijzingen = [toewijzing(), toewijzing(2, bsn=BRAM)]
    records = [
        registratie(f"r{place}", f"2026-03-{place + 2:02d}", 15 * place, bsn=bsn, niveau=niveau) | {"medewerker": f"m{place % 3}"}
        for place, (bsn, niveau) in enumerate([("999900006", "hbo"), (BRAM, "wo")] * 4, 1)
    ]
    return partij, partij.run(*records)


def drawn(sample: Steekproef, soort: str) -> dict[str, int]:
    return {
        one.medewerker + one.kwalificatieniveau + one.referentienummer: one.bedrag_cent
        for one in sample.trekkingen
        if one.soort == soort
    }


@pytest.mark.parametrize("zaad", ["a", "b", "2026"])
@pytest.mark.parametrize("aantal", [1, 2, 50])
def test_a_year_of_one_run_gives_the_sample_of_that_run(tmp_path: Path, zaad: str, aantal: int) -> None:
    partij, result = two_levels(tmp_path)
    partij.settle(result)
    assert partij.ledger.sample(2026, aantal=aantal, zaad=zaad) == draw(result.herkomst, aantal=aantal, zaad=zaad)
    assert partij.ledger.sample(2025, aantal=aantal, zaad=zaad).trekkingen == ()


def test_rejected_lines_are_not_drawn_and_an_erased_client_is_by_its_lines(tmp_path: Path) -> None:
    partij, result = two_levels(tmp_path)
    rejected = next(line for line in result.regels if line.bsn == BRAM)
    partij.settle(result, [rejected.referentienummer])
    before = partij.ledger.sample(2026, aantal=99, zaad="a")
    lines = {key[-20:]: cent for key, cent in drawn(before, REGEL).items()}
    assert len(lines) == len(result.regels) - 1 and sum(lines.values()) == sum(
        one.bedrag_cent for one in result.regels if one != rejected
    )
    assert sum(drawn(before, PAAR).values()) == sum(lines.values())
    partij.ledger.erase(["999900006"], op=date(2040, 1, 1))
    after = partij.ledger.sample(2026, aantal=99, zaad="a")
    assert sum(drawn(after, REGEL).values()) == sum(lines.values())
    assert sum(drawn(after, PAAR).values()) < sum(lines.values())


@pytest.mark.slow
def test_of_a_played_year_all_that_stands_can_be_drawn_by_both_sides(tmp_path: Path) -> None:
    sizes = Sizes(zaad=4, clienten=8, registraties=60, aantal_gemeenten=2)
    played = simulate(tmp_path, van=parse_month("2026-01"), tot=parse_month("2026-02"), sizes=sizes)
    with Ledger(played.aanbieder) as own, Ledger(played.gemeenten) as other:
        for ledger, posts in ((own, ("toegekend_cent", "open_cent")), (other, ("toegekend_cent",))):
            beeld = read_year(ledger, Jaarvraag(jaar=2026))
            sample = ledger.sample(2026, aantal=100_000, zaad="a")
            cents = sum(one.bedrag_cent for one in sample.trekkingen if one.soort == REGEL)
            assert cents == sum(getattr(one, post) for one in beeld.regels for post in posts) > 0


def test_the_command_draws_from_a_ledger_without_a_bsn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    partij, result = two_levels(tmp_path)
    partij.settle(result)
    partij.ledger.close()
    asked = ["sample", "--ledger", str(tmp_path / "l.db"), "--jaar", "2026", "--aantal", "2", "--zaad", "S"]
    assert cli.run(asked) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0].endswith("te_controleren;formele_controle;materiele_controle") and len(out.splitlines()) == 1 + 2 + 2
    assert any(number in out for number in refs(result.regels)) and "Van algemeen naar bijzonder" in err
    assert BRAM not in out + err and "999900006" not in out + err
    assert cli.run(asked[:3] + asked[5:]) == 2
    assert cli.run([*asked, "--van", str(tmp_path)]) == 2

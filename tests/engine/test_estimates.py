"""What care that was set aside may be worth, and what the summary says of rounding over the other span."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
from world import BSN, BSN_2, contract, declare, registratie, toewijzing

import mpj
from mpj.engine import Result
from mpj.explanation.summary import report
from mpj.output import read_run, write_result
from mpj.presentation import terminal

PRICES = {"2.1 hbo": "24,55", "4.1": "18,00", "6.1": "150,00"}


def guess(result: Result) -> list[tuple[str, int | None]]:
    return [(row.reden, row.geschat_cent) for row in result.uitval if row.soort != "toewijzing"]


def screen(result: Result, out: Path | None = None) -> str:
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        terminal.show(report(result.samenvatting, out, result.uitval))
    return stream.getvalue()


def test_by_the_price_of_its_own_code() -> None:
    result = declare(contract(PRICES), [], [registratie(minuten=50)])
    assert guess(result) == [("geen_toewijzing", 3 * 2455)]
    assert "naar schatting nog € 73,65" in screen(result)


def test_without_a_code_by_the_client_s_last_toewijzing() -> None:
    own = toewijzing(1, einddatum="2026-02-28")
    result = declare(contract(PRICES), [own], [registratie(prestatiecode=None), registratie(prestatiecode=None, bsn=BSN_2)])
    assert guess(result) == [("geen_toewijzing", None), ("geen_toewijzing", 4 * 2455)] or guess(result) == [
        ("geen_toewijzing", 4 * 2455),
        ("geen_toewijzing", None),
    ]
    assert result.samenvatting["uitval_zonder_waarde"] == 1
    text = screen(result)
    assert "waarde onbekend van 1" in text and "bekende waarde" not in text and "€ 0,00 " not in text.split("bedrag")[0]


def test_what_is_final_is_not_estimated() -> None:
    assert guess(declare(contract(PRICES), [toewijzing()], [registratie(tijdsoort="reis")])) == [("niet_direct", None)]


def test_a_stay_by_its_days() -> None:
    stay = {"id": "v", "bsn": BSN, "begindatum": "2026-03-02", "einddatum": "2026-03-04", "prestatiecode": "6.1"}
    assert guess(declare(contract(PRICES), [], verblijf=[stay])) == [("geen_toewijzing", 3 * 15000)]


def test_an_unreadable_row_shows_no_word_of_another_column() -> None:
    row = registratie(medewerker="Jan Jansen", kwalificatieniveau="Jansen") | {"minuten": "zestig"}
    (aside,) = declare(contract(PRICES), [toewijzing()], [row]).uitval
    assert (aside.medewerker, aside.kwalificatieniveau, aside.prestatiecode) == ("", "", "2.1")
    (aside,) = declare(contract(PRICES), [toewijzing()], [registratie(medewerker="M-12") | {"minuten": "zestig"}]).uitval
    assert aside.medewerker == "M-12"


@pytest.mark.parametrize(("over", "now", "other"), [("contact", 49100, 31915), ("productperiode", 31915, 49100)])
def test_rounding_over_the_other_span_is_shown(over: str, now: int, other: int) -> None:
    """20 contacts of 10 minutes at 24.55: EUR 491.00 each by itself, EUR 319.15 as one sum."""
    records = [registratie(f"2026-03-{day:02}", 10) for day in range(2, 22)]
    result = declare(contract(PRICES, afronding={"kwartier": {"over": over}}), [toewijzing()], records)
    assert result.samenvatting["bedrag_cent"] == now
    (one,) = result.samenvatting["afronding_anders"]
    assert (one["over"], one["bedrag_cent"], one["anders_cent"]) == (over, now, other)
    assert {49100: "€ 491,00", 31915: "€ 319,15"}[other] in screen(result)


def test_faults_are_told_by_field_and_form_with_an_example(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    rows = [f"R-{number};{BSN};2026-13-{number:02};60;hbo" for number in range(1, 100)]
    path.write_text("\n".join(["id;bsn;datum;minuten;kwalificatieniveau", *rows]), "utf-8")
    result = declare(contract(PRICES), [toewijzing()], list(mpj.read_registraties([path])))
    shown = " ".join(screen(result, tmp_path).split())
    assert "99 datum: verwacht een" in shown and "r.csv rij 2" in shown and "uitval.csv" in shown
    assert shown.endswith("Er is niets gedeclareerd: alles wat is gelezen viel uit.")


def test_cells_that_run_are_guarded_and_read_back(tmp_path: Path) -> None:
    ids = ["=cmd|calc", "@SUM(1)", "-2+3", "'=x"]
    result = declare(contract(PRICES), [], [registratie(id=one) for one in ids])
    write_result(result, tmp_path)
    written = (tmp_path / "uitval.csv").read_text("utf-8")
    assert all(f";'{one};" in written for one in ids)
    assert {row.bron for row in read_run(tmp_path).uitval()} == set(ids)

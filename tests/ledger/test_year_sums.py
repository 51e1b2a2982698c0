"""The sums of a year on each kind of database: SQL says the same in SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.support import Partij, registratie
from mpj.reports import Jaarvraag, read_year


@pytest.mark.slow
def test_a_correction_and_a_rejection_in_the_sums_of_a_year(url: str) -> None:
    partij = Partij(url)
    partij.month(registratie("R1", minuten=60))
    corrected = partij.run(registratie("R1", minuten=90), registratie("R2", "2026-04-07", minuten=30), periode="2026-04")
    refused = [line.referentienummer for line in corrected.regels if line.begindatum.month == 4]
    partij.settle(corrected, refused)
    found = read_year(partij.ledger, Jaarvraag(jaar=2026))
    row = found.regels[0]
    assert row.eenheden == 8
    assert (row.tarief_cent, row.credit_cent, row.clienten) == (2455, 9820, 1)
    assert (row.ingediend_cent, row.toegekend_cent, row.open_cent, row.afgekeurd_cent) == (8 * 2455, 6 * 2455, 0, 2 * 2455)
    assert (row.begindatum, row.einddatum) == (date(2026, 3, 1), date(2026, 4, 30))
    march = read_year(partij.ledger, Jaarvraag(jaar=2026, peildatum=date(2026, 4, 1)))
    assert [one.toegekend_cent for one in march.regels] == [4 * 2455], "what was corrected later stands as it was"
    assert read_year(partij.ledger, Jaarvraag(jaar=2025)).regels == ()

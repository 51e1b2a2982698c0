"""A value from outside is shown in the form of its field alone; of any other text only the kind is told."""

from __future__ import annotations

import pytest
from world import contract, declare, registratie, toewijzing

from mpj.reading.faults import in_form
from mpj.reading.fields import FieldError, parse_euros

LIST = "gerealiseerd, gepland of vervallen"


@pytest.mark.parametrize(
    ("found", "verwacht", "shown"),
    [
        ("Jan Jansen 3-4-2010", LIST, "een tekst van 19 tekens"),
        ("Jansen", LIST, "een tekst van 6 tekens"),
        ("3-4-2010", LIST, "een datum"),
        ("gerealizeerd", LIST, "gerealizeerd"),
        ("2026-13-01", "een datum als 2026-03-31", "2026-13-01"),
        ("2,1", "een prestatiecode als 2.1", "2,1"),
        ("1E+05", "een toewijzingnummer", "1E+05"),
        ("45A03", "een productcode", "45A03"),
        ("999900006", "een geheel getal", "(verborgen, 9 tekens)"),
    ],
)
def test_a_value_is_shown_in_the_form_of_its_field(found: str, verwacht: str, shown: str) -> None:
    assert in_form(found, verwacht) == shown


def test_a_shifted_column_brings_no_name() -> None:
    row = registratie() | {"status": "Jan Jansen 3-4-2010"}
    (aside,) = declare(contract({"2.1 hbo": "24,55"}), [toewijzing()], [row]).uitval
    assert aside.reden == "ongeldig" and "Jan" not in repr(aside) and "2010" not in repr(aside)


def test_an_amount_below_zero_is_told_so() -> None:
    with pytest.raises(FieldError, match="boven nul"):
        parse_euros("-24,55")
    with pytest.raises(FieldError, match="2 decimalen"):
        parse_euros("24,555")

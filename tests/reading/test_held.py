"""A registratie that was read takes its fields from its entry when one is looked at; nobody can tell it from one that was made."""

from __future__ import annotations

import copy
import pickle
import tempfile
from collections.abc import Callable
from datetime import date
from operator import attrgetter
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenarios import Scenario, scenarios, write, write_csv

import mpj
from mpj.ledger.codec import dump
from mpj.records.definitions import REGISTRATIE
from mpj.records.held import entry_of
from mpj.records.reader import Entries
from mpj.records.registraties import Ongeldig, parse_registratie
from mpj.records.rows import MappingRows

NAMES: tuple[str, ...] = tuple(one.name for one in attrs.fields(mpj.Registratie))
OTHER = mpj.Registratie("R1", "999900006", date(2026, 3, 2))
WORDS = {
    "id": ["R1", " R2", "R3", "999900006"],
    "bsn": ["999900006", "999900018", "999900007"],
    "datum": ["2026-03-02", "3-3-2026"],
    "minuten": ["", "60", "060"],
    "begintijd": ["", "09:00"],
    "eindtijd": ["", "10:00"],
    "kwalificatieniveau": ["hbo", ""],
    "medewerker": ["M1", "M 2", ""],
    "prestatiecode": ["2.1", ""],
    "productcode": ["", "45A04"],
    "toewijzingnummer": ["1", "01", ""],
    "gemeente": ["0384", ""],
    "soort": ["", "groep"],
    "tijdsoort": ["direct", "reis"],
    "status": ["", "vervallen", "gepland"],
    "bevestigd": ["", "ja"],
    "afspraak": ["", "A1"],
    "aantal": ["", "2"],
    "onderaannemer": ["", "O"],
    "geboortedatum": ["", "2010-03-05", "onbekend"],
}
ROWS = st.lists(st.fixed_dictionaries({name: st.sampled_from(words) for name, words in WORDS.items()}), min_size=1, max_size=20)


def entry(check: Callable[[mpj.Registratie], str], one: mpj.Registratie) -> object:
    """All that the entry of a registratie says, with the types of its fields."""
    made = Entries(check).of(one)
    return [(type(value), value) for value in made.fields], made.tijd.duur, made.vorm.fout, made.reeks.verblijf


def refusal(do: Callable[[], object]) -> tuple[type, str]:
    with pytest.raises(AttributeError) as refused:
        do()
    return type(refused.value), str(refused.value)


def _same(one: Any) -> Any:
    match one:
        case mpj.Registratie(identity, bsn, datum):
            return identity, bsn, datum


LOOKS: dict[str, Callable[[Any], Any]] = {
    **{name: attrgetter(name) for name in (*NAMES, "duur", "vervallen", "dagen")},
    **{of.__name__: of for of in (hash, repr, str, type, dir, attrs.asdict, attrs.astuple, attrs.evolve, copy.copy, copy.deepcopy)},
    "equal": lambda one: (one == OTHER, one != OTHER, one == 1, one == attrs.evolve(one)),
    "pickled": lambda one: pickle.loads(pickle.dumps(one)),
    "matched": _same,
    "content": dump,
    "unknown": lambda one: refusal(lambda: one.minuut),
    "frozen": lambda one: refusal(lambda: setattr(one, "minuten", 1)),
    "kept": lambda one: refusal(lambda: delattr(one, "minuten")),
    "changed": lambda one: attrs.evolve(one, gemeente="0999", geboortedatum=None),
    "entry": lambda one: entry(lambda _: "", one),
    "refused": lambda one: entry(lambda other: other.prestatiecode or "", one),
    "copied": lambda one: entry(lambda _: "", copy.copy(one)),
}


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(ROWS)
def test_whether_a_value_was_made_or_read_cannot_be_told(rows: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "registraties.csv")
        write_csv(path, rows)
        checked = (parse_registratie(MappingRows(REGISTRATIE).row(row)) for row in rows)
        made = {
            rij: attrs.evolve(one, bestand=path.name, rij=rij)
            for rij, one in enumerate(checked, 2)
            if isinstance(one, mpj.Registratie)
        }
        for name, look in LOOKS.items():  # each at values at which nobody looked before
            for rij, one in enumerate(mpj.read_registraties([path]), 2):
                assert isinstance(one, mpj.Registratie) == (rij in made)
                if isinstance(one, mpj.Registratie):
                    assert entry_of(one) is not None
                    assert [look(one), look(one)] == [look(made[rij]), look(made[rij])], name
        read, again = [{one for one in mpj.read_registraties([path]) if isinstance(one, mpj.Registratie)} for _ in range(2)]
        assert read == again == set(made.values())


def test_a_row_with_empty_cells_too_many_keeps_its_birth_date(tmp_path: Path) -> None:
    path = tmp_path / "registraties.csv"
    head = "id;bsn;datum;minuten;geboortedatum\n"
    rows = "1;999900006;2026-03-05;60;01-03-2008;;\n2;999900006;2026-03-05;60\n3;999900006;2026-03-05;60; 1-3-2009 \n"
    path.write_text(head + rows, "utf-8")
    one, short, other = mpj.read_registraties([path])
    assert isinstance(one, mpj.Registratie)
    assert isinstance(short, Ongeldig)
    assert isinstance(other, mpj.Registratie)
    assert (one.geboortedatum, other.geboortedatum) == (date(2008, 3, 1), date(2009, 3, 1))


def test_many_may_look_at_once(tmp_path: Path) -> None:
    path = tmp_path / "registraties.csv"
    write_csv(path, [{"id": f"R{number}", "bsn": "999900006", "datum": "2026-03-05", "minuten": "60"} for number in range(200)])
    values: list[Any] = list(mpj.read_registraties([path]))
    found: list[list[Any]] = []
    ready = Barrier(4)

    def look() -> None:
        ready.wait()
        found.append([attrs.astuple(one) for one in values])

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[attrs.astuple(one) for one in values]] * 4


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_a_run_of_values_that_were_read_is_a_run_of_values_that_were_made(scenario: Scenario) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder)
        write(scenario, source)
        paths = sorted(source.glob("registraties*.csv"))

        def run(registraties: Any) -> mpj.Result:
            return mpj.declare(
                mpj.load_contracts(sorted(source.glob("contract-*"))),
                mpj.read_toewijzingen([source / "toewijzingen.csv"]),
                registraties,
                verblijf=mpj.read_verblijf([source / "verblijf.csv"]),
                periode=scenario.periode,
                dagtekening=scenario.dagtekening,
                nalevering=scenario.nalevering,
            )

        read = list(mpj.read_registraties(paths))
        values = [one if isinstance(one, Ongeldig) else attrs.evolve(one) for one in mpj.read_registraties(paths)]
        expected = run(values)
        assert run(read) == expected
        assert run(one for path in (read, read[:0]) for one in path) == expected  # the same values, and run once before
        # Of two readers: what each thinks is one thing is one thing here as well.
        half = len(read) // 2
        assert run([*read[:half], *list(mpj.read_registraties(paths))[half:]]) == expected

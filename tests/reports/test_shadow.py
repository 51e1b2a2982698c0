"""A shadow month: every euro of difference with another system has its cause, wrong files are refused, and nothing is kept."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from cli.helpers import ANNA, BRAM, Month, files_in, read_csv, shown_bsns, write_month
from hypothesis import given, settings
from hypothesis import strategies as st
from verify.support import line, message
from world import contract, declare, registratie, toewijzing

from mpj.engine import Result
from mpj.messages import Client, Declaratiebericht, Prestatie, Totaal, read_jw323, write
from mpj.reports.shadow import GELIJK, lay_beside

TOEWIJZINGEN = f"""\
toewijzingnummer;bsn;gemeente;aanbieder;begindatum;einddatum;prestatiecode
1;{ANNA};0384;65656055;2026-01-01;;2.1
11;{ANNA};0384;65656055;2026-01-01;;2.1
2;{BRAM};0363;65656055;2026-01-01;;4.1
"""
REGISTRATIES = f"""\
id;bsn;datum;minuten;kwalificatieniveau;prestatiecode;toewijzingnummer
R1;{ANNA};2026-03-02;60;hbo;2.1;1
R2;{BRAM};2026-03-03;120;;4.1;2
R3;{BRAM};2026-03-04;60;;8.1;2
"""


@pytest.fixture
def month(tmp_path: Path) -> Month:
    return write_month(tmp_path, toewijzingen=TOEWIJZINGEN, registraties=REGISTRATIES)


def ours(month: Month) -> dict[str, Declaratiebericht]:
    """What we would send, by gemeente: the other system's messages are changes of it."""
    done = month.declare("--berichten", verblijf=False, out=month.folder / "eigen")
    assert done.code == 0, done.err
    found = [read_jw323(path) for path in sorted((month.folder / "eigen").glob("jw323-*.xml"))]
    return {one.header.ontvanger: one for one in found}


def save(path: Path, found: Declaratiebericht, clients: Sequence[Client] | None = None) -> Path:
    clients = found.clienten if clients is None else tuple(clients)
    total = Totaal.of(sum(one.net for client in clients for one in client.prestaties))
    with path.open("wb") as stream:
        write(evolve(found, clienten=clients, totaal=total), stream)
    return path


def of(found: Declaratiebericht, bsn: str | None = None, **values: Any) -> list[Client]:
    """The clients of a message, each line with other values, under another BSN where one is given."""
    return [Client(bsn or one.bsn, tuple(evolve(line, **values) for line in one.prestaties)) for one in found.clienten]


CAUSES = [
    ("gelijk", {}, None, 0),
    ("andere_code", {"productcode": "45299"}, None, 0),
    ("andere_toewijzing", {"toewijzingnummer": 11}, None, 0),
    ("andere_maand", {"begindatum": date(2026, 2, 1), "einddatum": date(2026, 2, 28)}, None, 0),
    ("andere_client", {}, BRAM, 0),
    ("ander_volume", {"volume": 45, "bedrag_cent": 7365}, None, 2455),
    ("ander_tarief", {"tarief_cent": 160, "bedrag_cent": 9600}, None, 220),
    ("andere_eenheid", {"eenheid": "04", "volume": 1, "tarief_cent": 9800, "bedrag_cent": 9800}, None, 20),
]


@pytest.mark.parametrize(("oorzaak", "values", "bsn", "cents"), CAUSES, ids=[one[0] for one in CAUSES])
def test_a_line_that_differs_has_its_cause(oorzaak: str, values: dict[str, Any], bsn: str | None, cents: int, month: Month) -> None:
    diemen = ours(month)["0384"]
    theirs = save(month.folder / "ander.xml", diemen, of(diemen, bsn, **values))
    done = month.declare("--naast", theirs, verblijf=False)
    assert done.code == 0, done.err
    told = {row["oorzaak"]: row for row in month.summary()["naast"] if row["gemeente"] == "0384"}
    assert list(told) == [oorzaak] and told[oorzaak]["verschil_cent"] == cents
    rows = [row for row in month.rows("naast.csv") if row["gemeente"] == "0384"]
    assert len(rows) == (oorzaak != GELIJK)
    for row in rows:
        assert (row["oorzaak"], int(row["verschil_cent"])) == (oorzaak, cents)
        assert row["prestatiecode"] == "2.1" and row["kwalificatieniveau"] == "hbo"
    assert not shown_bsns(done.out + done.err + (month.out / "naast.csv").read_text("utf-8"))


def test_volume_and_tariff_each_have_their_own_euros(month: Month) -> None:
    """Ours: 60 minutes of 24,55 a kwartier; theirs: 45 of 24,00. Fifteen minutes at their price, and the price of ours."""
    diemen = ours(month)["0384"]
    theirs = save(month.folder / "ander.xml", diemen, of(diemen, volume=45, tarief_cent=160, bedrag_cent=7200))
    assert month.declare("--naast", theirs, verblijf=False).code == 0
    rows = {row["oorzaak"]: int(row["verschil_cent"]) for row in month.rows("naast.csv") if row["gemeente"] == "0384"}
    assert rows == {"ander_volume": 2400, "ander_tarief": 220}


def test_what_only_they_have_says_why_we_set_it_aside(month: Month) -> None:
    amsterdam = ours(month)["0363"]
    (client,) = amsterdam.clienten
    extra = evolve(client.prestaties[0], referentienummer="ANDER1", productcode="54201", volume=7, bedrag_cent=175_000)
    theirs = save(month.folder / "ander.xml", amsterdam, [evolve(client, prestaties=(*client.prestaties, extra))])
    done = month.declare("--naast", theirs, verblijf=False)
    only = {row["oorzaak"]: row for row in month.rows("naast.csv") if row["gemeente"] == "0363"}
    assert list(only) == ["alleen_naast"] and only["alleen_naast"]["reden"] == "prestatiecode_niet_toegewezen (1)"
    assert only["alleen_naast"]["referentienummer_naast"] == "ANDER1" and only["alleen_naast"]["verschil_cent"] == "-175000"
    assert {row["oorzaak"] for row in month.rows("naast.csv") if row["gemeente"] == "0384"} == {"alleen_eigen"}
    for text in ("Naast het andere systeem", "alleen in het andere systeem", "-1.750,00", "alleen bij ons", "naast.csv"):
        assert text in done.out, text
    table = done.out[done.out.index("Naast het andere") : done.out.index("Geschreven in")]
    assert max(map(len, table.splitlines())) <= 80


@pytest.mark.slow
def test_a_run_with_a_ledger_lays_beside_too_and_remembers_nothing_of_it(month: Month) -> None:
    diemen = ours(month)["0384"]
    theirs = save(month.folder / "ander.xml", diemen, of(diemen, volume=45, bedrag_cent=7365))
    plain = month.declare("--ledger", month.folder / "a.db", verblijf=False, out=month.folder / "zonder")
    beside = month.declare("--ledger", month.folder / "b.db", "--naast", theirs, verblijf=False)
    assert (plain.code, beside.code) == (0, 0), beside.err
    assert "ander volume" in beside.out and "naast.csv" in month.summary()["bestanden"]
    same = files_in(month.folder / "zonder")
    here = files_in(month.out)
    assert {name: here[name] for name in same if name != "samenvatting.json"} == {
        name: data for name, data in same.items() if name != "samenvatting.json"
    }
    assert b"ander.xml" not in (month.folder / "b.db").read_bytes()


def test_trial_and_run_write_the_same(month: Month) -> None:
    diemen = ours(month)["0384"]
    theirs = save(month.folder / "ander.xml", diemen, of(diemen, volume=45, bedrag_cent=7365))
    call = ("--ledger", month.folder / "a.db", "--naast", theirs)
    assert month.declare(*call, "--proef", verblijf=False, out=month.folder / "proef").code == 0
    assert month.declare(*call, verblijf=False).code == 0
    assert files_in(month.out)["naast.csv"] == files_in(month.folder / "proef")["naast.csv"]


def test_wrong_files_are_told_and_refused(month: Month) -> None:
    diemen = ours(month)["0384"]
    other = save(month.folder / "ander.xml", evolve(diemen, header=evolve(diemen.header, afzender="65651122")))
    april = evolve(diemen.periode, begindatum=date(2026, 4, 1), einddatum=date(2026, 4, 30))
    later = save(month.folder / "april.xml", evolve(diemen, periode=april))
    good = save(month.folder / "goed.xml", diemen)
    text = good.read_text("utf-8")
    old = month.folder / "jw303.xml"
    old.write_text(text.replace("ijw/3.2/jw323", "ijw/2.3/jw303").replace("jw323", "jw303"), "utf-8")
    for paths, told in (
        ((other,), "andere aanbieder"),
        ((later,), "andere maand"),
        ((good, save(month.folder / "nog.xml", diemen)), "twee keer"),
        ((old,), "jw303.xml"),
    ):
        done = month.declare(*(arg for path in paths for arg in ("--naast", path)), verblijf=False)
        assert done.code == 2 and told in done.err, done.err
        assert not month.out.exists() and not shown_bsns(done.err)
    both = month.declare("--naast", other, "--naast", later, verblijf=False)
    assert both.err.count("Fout:") == 2, "all of them at once"


def test_an_answer_is_not_a_declaration(month: Month, tmp_path: Path) -> None:
    from ledger.support import answer_to

    from mpj.messages import to_bytes

    answer = tmp_path / "jw325.xml"
    answer.write_bytes(to_bytes(answer_to(ours(month)["0384"])))
    done = month.declare("--naast", answer, verblijf=False)
    assert done.code == 2 and "JW325" in done.err and "JW323" in done.err


# --- The law ----------------------------------------------------------------------------------------------------------

PRICES = {"2.1 hbo": "24,55", "2.1 wo": "31,00", "4.1": "40,00"}
NUMBERS = st.integers(1, 3)
CONTACT = st.fixed_dictionaries(
    {"bsn": st.sampled_from([ANNA, BRAM]), "minuten": st.integers(1, 300), "kwalificatieniveau": st.sampled_from(["hbo", "wo"])}
)
THEIRS = st.fixed_dictionaries(
    {
        "toewijzingnummer": NUMBERS,
        "productcode": st.sampled_from(["45212", "45213", "45201", "54212"]),
        "volume": st.integers(0, 400),
        "eenheid": st.sampled_from(["01", "04"]),
        "tarief_cent": st.none() | st.integers(1, 400),
        "bedrag_cent": st.integers(0, 60_000),
        "debetcredit": st.sampled_from(["D", "C"]),
        "begindatum": st.sampled_from([date(2026, 2, 1), date(2026, 3, 1)]),
    }
)


def run_of(contacts: Sequence[dict[str, Any]]) -> Result:
    numbered = [toewijzing(1, bsn=ANNA), toewijzing(2, bsn=BRAM)]
    records = [registratie(f"2026-03-{1 + place % 28:02}", id=f"R{place}", **one) for place, one in enumerate(contacts)]
    return declare(contract(PRICES), numbered, records)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(CONTACT, max_size=8), st.lists(st.tuples(st.sampled_from([ANNA, BRAM]), THEIRS), max_size=8), st.booleans())
def test_every_euro_of_difference_is_placed_once(
    contacts: list[dict[str, Any]], theirs: list[tuple[str, dict[str, Any]]], echo: bool
) -> None:
    """Ours less theirs is the sum of the differences, per gemeente, and each side's own sum is the sum of its column."""
    result = run_of(contacts)
    lines = [(bsn, line(referentienummer=f"X{place}", **values)) for place, (bsn, values) in enumerate(theirs)]
    if echo:  # some of ours, as they are
        lines += [(one.bsn, as_sent(one)) for one in result.regels[::2]]
    sent = evolve(message(), clienten=tuple(Client(bsn, (one,)) for bsn, one in lines))
    laid = lay_beside(result, [sent], {})
    own = sum(one.bedrag_cent for one in result.regels)
    other = sum(one.net for _, one in lines)
    assert sum(row["eigen_cent"] for row in laid.summary()) == own
    assert sum(row["naast_cent"] for row in laid.summary()) == other
    assert sum(row["verschil_cent"] for row in laid.summary()) == own - other
    table = laid.bijlage()
    assert sum(int(row[table.kolommen.index("verschil_cent")]) for row in table.rijen) == own - other
    names = Counter(name for one in laid.verschillen for name in (one.eigen.referenties if one.eigen else ()))
    assert set(names) == {one.referentienummer for one in result.regels}
    assert not re.search(f"{ANNA}|{BRAM}", json.dumps([laid.summary(), table.rijen]))


def as_sent(one: object) -> Prestatie:
    names = "referentienummer", "toewijzingnummer", "productcategorie", "productcode", "begindatum", "einddatum", "eenheid"
    values = {name: getattr(one, name) for name in (*names, "bedrag_cent", "debetcredit")}
    return line(**values, volume=one.volume_bericht, tarief_cent=None)  # type: ignore[attr-defined]


def test_a_run_beside_its_own_messages_is_alike(month: Month) -> None:
    ours(month)
    assert month.declare("--naast", month.folder / "eigen", verblijf=False).code == 0
    assert {row["oorzaak"] for row in month.summary()["naast"]} == {GELIJK} and read_csv(month.out / "naast.csv") == []

"""A whole month under an invented protocol: nothing in mpj asks the shipped one by name."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import successor as second
from successor import BSN, SECOND

import mpj
from mpj.messages import check, declaratieberichten, read_jw323, write

RESULT = second.declare()
BY_CODE: Mapping[str, mpj.Declaratieregel] = {f"{line.prestatiecode} {line.bsn[-1]}": line for line in RESULT.regels}


@pytest.mark.parametrize(
    ("line", "niveau", "productcode", "normtijd", "volume", "eenheid", "on_wire", "cents"),
    [
        ("2.1 6", "hbo", "45212", "halfuur", 5, "01", 150, 12275),  # 70 minutes are 3, 31 are 2
        ("2.1 8", "wo", "45214", "halfuur", 2, "01", 60, 6000),
        ("2.11 6", "hbo", "452B2", "halfuur", 2, "84", 2, 8000),
        ("14.1 6", "hbo-ggz", "49E1G", "halfuur", 1, "01", 30, 3333),
        ("5.1 6", "", "41510", "lesuur", 100, "01", 100, 10017),
        ("8.1 6", "", "44810", "nacht", 2, "14", 2, 42000),
        ("10.1 6", "", "42A10", "rit", 2, "84", 6, 2460),
    ],
)
def test_lines(
    line: str, niveau: str, productcode: str, normtijd: str, volume: int, eenheid: str, on_wire: int, cents: int
) -> None:
    one = BY_CODE[line]
    assert (one.kwalificatieniveau, one.productcode, one.normtijd, one.volume) == (niveau, productcode, normtijd, volume)
    assert (one.eenheid, one.volume_bericht, one.bedrag_cent) == (eenheid, on_wire, cents)


def test_what_is_set_aside() -> None:
    assert {row.bron: row.reden for row in RESULT.uitval} == {
        "f": "geen_tijd",
        "i": "niveau_te_laag",
        "j": "ongeldig",
        "k": "na_periode",
        "l": "te_oud",
        "m": "ongeldig",
    }


def test_the_summary_names_the_roundings_of_the_protocol() -> None:
    (settings,) = (one["instellingen"] for one in RESULT.samenvatting["contracten"])
    assert RESULT.samenvatting["protocol"] == "PS-1"
    assert settings["afronding_halfuur"] == {"wijze": "naar_boven", "over": "contact", "minimum": 1, "drempel": 0}
    assert (settings["eenheid_halfuur"], settings["eenheid_lesuur"]) == ("minuut", "minuut")
    assert not [name for name in settings if name.endswith(("_kwartier", "_uur"))]


def test_settings_are_those_of_the_normtijden() -> None:
    down = second.contract(afronding={"halfuur": {"wijze": "naar_beneden"}}, declaratie={"eenheid_halfuur": "stuk"})
    result = mpj.declare(
        [down], second.TOEWIJZINGEN[:1], second.REGISTRATIES[:1], periode="2026-03", dagtekening=second.DAGTEKENING
    )
    assert [(line.volume, line.eenheid, line.volume_bericht) for line in result.regels] == [(2, "84", 2)]
    with pytest.raises(mpj.InputError, match=r"afronding\.halfuur\.wijze"):
        second.contract(afronding={"halfuur": {"wijze": "bankiers"}})
    with pytest.raises(mpj.InputError, match="door 3 te delen"):
        second.contract({"10.1": "12,31"})


def messages() -> list[mpj.messages.Declaratiebericht]:
    return list(declaratieberichten(RESULT.regels, dagtekening=second.DAGTEKENING, protocol=SECOND))


def test_a_message_shows_the_price_of_one_wire_unit() -> None:
    (message,) = messages()
    shown = {one.productcode: one.tarief_cent for client in message.clienten for one in client.prestaties}
    assert shown["45212"] == 82  # 2455 for half an hour, per minute
    assert (shown["452B2"], shown["49E1G"], shown["41510"]) == (4000, 111, 100)
    assert (shown["44810"], shown["42A10"]) == (21000, 410)
    stream = BytesIO()
    write(message, stream)
    data = stream.getvalue()
    assert check(data, protocol=SECOND) == ()
    assert read_jw323(BytesIO(data)) == message


def test_dates_are_the_protocols() -> None:
    old = mpj.make_contract(
        {**second.SETTINGS, "contract": second.SETTINGS["contract"] | {"begindatum": date(2024, 1, 1)}},
        [{"prestatiecode": "2.1", "kwalificatieniveau": "hbo", "begindatum": "2024-01-01", "tarief": "1,00"}],
        protocols=second.PROTOCOLS,
    )
    given = [second.toewijzing(1, "2.1", begindatum="2024-01-01")]
    days = ("2025-01-31", "2025-02-01", "2025-03-31")
    records = [second.registratie(day, "2.1", 60, "hbo", datum=day) for day in days]
    for dagtekening, expected in ((date(2026, 1, 31), 2), (date(2026, 3, 2), 1)):
        result = mpj.declare([old], given, records, periode="2026-01", dagtekening=dagtekening, nalevering=True)
        assert len(result.regels) == expected, dagtekening


def test_verify_agrees_with_declare() -> None:
    (message,) = messages()
    outcome = mpj.verify(message, [second.contract()], second.TOEWIJZINGEN, dagtekening=second.DAGTEKENING)
    assert outcome.bevindingen == ()
    assert outcome.niet_beoordeeld == ()


def test_verify_finds_what_is_wrong_by_the_protocol() -> None:
    (message,) = messages()
    dearer = second.contract(second.PRICES | {"2.1 hbo": "24,85"})
    outcome = mpj.verify(message, [dearer], second.TOEWIJZINGEN, dagtekening=second.DAGTEKENING)
    assert {one.regelcode for one in outcome.bevindingen} == {"TR418"}


def test_explain_speaks_the_words_of_the_protocol() -> None:
    told = str(mpj.explain(RESULT, bron="a"))
    assert "70 minuten is 2,33 × 30 minuten, afgerond 3 halve uren (naar boven, per contact, minimaal 1)" in told
    assert BSN not in told
    assert "2 nacht" in str(mpj.explain(RESULT, regel=BY_CODE["8.1 6"].referentienummer))
    assert "60,10" in str(mpj.explain(RESULT, bron="e"))


def test_files_are_read_back_under_the_protocol_in_the_folder(tmp_path: Path) -> None:
    from mpj.output import read_run, write_result

    write_result(RESULT, tmp_path)
    assert mpj.protocol.read_protocol(tmp_path / "protocol.toml") == SECOND
    run = read_run(tmp_path)
    assert tuple(run.regels()) == RESULT.regels
    assert tuple(run.herkomst()) == RESULT.herkomst
    assert str(mpj.explain(tmp_path, bron="a")) == str(mpj.explain(RESULT, bron="a"))
    (tmp_path / "protocol.toml").unlink()
    with pytest.raises(mpj.InputError, match="protocol"):
        read_run(tmp_path)


def test_under_the_shipped_protocol_no_file_is_added(tmp_path: Path) -> None:
    import world

    from mpj.output import read_run, write_result

    result = world.declare(world.contract({"2.1 hbo": "24,55"}), [world.toewijzing()], [world.registratie()])
    write_result(result, tmp_path)
    assert not (tmp_path / "protocol.toml").exists()
    assert tuple(read_run(tmp_path).regels()) == result.regels


@pytest.mark.slow
def test_a_ledger_remembers_the_protocol(tmp_path: Path) -> None:
    ledger = mpj.Ledger(tmp_path / "zorg.db")
    given = ([second.contract()], second.TOEWIJZINGEN, second.REGISTRATIES)
    first = ledger.declare(*given, periode="2026-03", dagtekening=second.DAGTEKENING, verblijf=second.VERBLIJF)
    assert {line.productcode: line.bedrag_cent for line in first.regels} == {
        line.productcode: line.bedrag_cent for line in RESULT.regels
    }
    (sent,) = ledger.send(op=date(2026, 4, 8))
    (message,) = declaratieberichten(first.regels, dagtekening=second.DAGTEKENING, protocol=SECOND)
    limits = ledger.status()["gemeenten"][second.GEMEENTE]["limieten"]
    assert (limits["omvang"]["toewijzingen"], limits["budget"]["toewijzingen"]) == (2, 1)
    outcome = mpj.verify(message, [second.contract()], second.TOEWIJZINGEN, dagtekening=date(2026, 4, 20))
    assert outcome.antwoord is not None
    (booked,) = ledger.answer([("jw325.xml", outcome.antwoord)], op=date(2026, 4, 21))
    assert (booked.declaratienummer, booked.afgekeurd) == (sent.declaratienummer, 0)
    assert booked.toegekend == len(first.regels)
    later = [second.registratie("a", "2.1", 31, "hbo"), *second.REGISTRATIES[1:]]
    again = ledger.declare(given[0], given[1], later, periode="2026-04", dagtekening=date(2026, 5, 4), verblijf=second.VERBLIJF)
    changed = [
        (line.debetcredit, line.volume) for line in again.regels if line.productcode == "45212" and line.begindatum.month == 3
    ]
    assert changed == [("C", 5), ("D", 4)]  # 31 and 31 minutes
    assert ledger.explain(bron="a")
    ledger.close()


@pytest.mark.slow
def test_a_ledger_looks_at_the_protocols_dates_and_takes_the_shipped_one_beside_it(tmp_path: Path) -> None:
    import world

    ledger = mpj.Ledger(tmp_path / "zorg.db")
    shipped = world.contract({"2.1 hbo": "24,55"}, contract={"id": "VB", "gemeenten": ["0363"]})
    ledger.declare(
        [shipped],
        [world.toewijzing(9, gemeente="0363")],
        [world.registratie(id="x")],
        periode="2026-03",
        dagtekening=second.DAGTEKENING,
    )
    ledger.declare([second.contract()], second.TOEWIJZINGEN, second.REGISTRATIES, periode="2026-03", dagtekening=second.DAGTEKENING)
    assert len(ledger.send(op=date(2026, 4, 8))) == 2
    ledger.close()


def test_reprice_counts_in_the_units_of_the_protocol() -> None:
    dearer = second.contract(second.PRICES | {"2.1 hbo": "26,00"})
    outcome = mpj.reprice(RESULT.regels, RESULT.herkomst, [second.contract()], [dearer])
    cents = {(group.prestatiecode, group.kwalificatieniveau): sum_ for group, sum_ in outcome.groepen.items()}
    assert cents[("2.1", "hbo")].nieuw == 13000
    assert not outcome.geweigerd


def table(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """Write rows as the CSV that people export."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    texts = [";".join("" if row.get(name) is None else str(row[name]) for name in names) for row in rows]
    path.write_text("\n".join((";".join(names), *texts, "")), "utf-8")
    return path


def test_every_executor_writes_the_same_bytes(tmp_path: Path) -> None:
    from mpj.engine.job import Job
    from mpj.executors import columnar, parts
    from mpj.output import write_result
    from mpj.records.partitions import Partitions

    registraties = table(tmp_path / "registraties.csv", second.REGISTRATIES)
    toewijzingen = table(tmp_path / "toewijzingen.csv", second.TOEWIJZINGEN)
    verblijf = table(tmp_path / "verblijf.csv", second.VERBLIJF)
    common: dict[str, Any] = {"periode": "2026-03", "dagtekening": second.DAGTEKENING, "nalevering": True}

    def job() -> Job:
        return Job.of([second.contract()], mpj.read_toewijzingen([toewijzingen]), **common)

    out = {name: tmp_path / name for name in ("values", "parts", "columnar")}
    for folder in out.values():
        folder.mkdir()
    write_result(
        mpj.declare(
            [second.contract()],
            mpj.read_toewijzingen([toewijzingen]),
            mpj.read_registraties([registraties]),
            verblijf=mpj.read_verblijf([verblijf]),
            **common,
        ),
        out["values"],
    )
    with closing(Partitions()) as rows:
        rows.read([registraties])
        parts.declare_files(job(), rows, out["parts"], verblijf=mpj.read_verblijf([verblijf]), invoer={})
    columnar.declare_files(job(), [registraties], out["columnar"], verblijf=mpj.read_verblijf([verblijf]), invoer={})
    for name in ("declaratieregels.csv", "herkomst.csv", "uitval.csv", "protocol.toml", "samenvatting.json"):
        found = {executor: (folder / name).read_bytes() for executor, folder in out.items()}
        assert len(set(found.values())) == 1, name


def test_a_contract_travels() -> None:
    contract = pickle.loads(pickle.dumps(second.contract()))
    result = mpj.declare(
        [contract],
        second.TOEWIJZINGEN,
        second.REGISTRATIES,
        verblijf=second.VERBLIJF,
        periode="2026-03",
        dagtekening=second.DAGTEKENING,
        nalevering=True,
    )
    assert result.regels == RESULT.regels

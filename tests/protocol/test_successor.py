"""A whole month under an invented protocol: nothing in mpj asks the shipped one by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path

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

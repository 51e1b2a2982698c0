"""A client generated from the OpenAPI document plays the month: look, declare, send, take the answer, correct nothing, report."""

from __future__ import annotations

from base64 import b64decode
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve
from ledger.test_bank import DIEMEN

from mpj.reading.config import read_config
from service.generated import generated
from service.support import CONFIG, CONTRACT, REGISTRATIES, Client, answered, office, zipped

DEARER = CONTRACT | {"tarieven.csv": CONTRACT["tarieven.csv"].replace("24,55", "25,00")}


@pytest.mark.slow
def test_the_month_is_played_by_a_generated_client(tmp_path: Path) -> None:
    mpj = generated(Client(office=office(tmp_path)))
    mpj.ledger_begin(vanaf="2026-03")
    records = [("maart.csv", REGISTRATIES.encode())]
    looked = mpj.look_at_export(bestand=records)
    assert looked["bestanden"][0]["soort"] == "registraties"
    tried = mpj.ledger_declare(periode="2026-03", dagtekening="2026-04-07", registraties=records, proef="ja")
    assert mpj.ledger_status()["declaraties"] == []
    task = mpj.ledger_declare(periode="2026-03", dagtekening="2026-04-07", registraties=records, taak="ja")
    made = mpj.task_outcome(nummer=task["taak"])
    assert mpj.task(nummer=task["taak"])["toestand"] == "klaar"
    assert made["samenvatting"]["bedrag_cent"] == tried["samenvatting"]["bedrag_cent"] == 9820
    (sent,) = mpj.ledger_send(maand="2026-03")["declaraties"]
    (message,) = mpj.ledger_messages(nummers=[sent["declaratienummer"]])["berichten"]
    (booked,) = mpj.ledger_answer(antwoord=[("jw325.xml", answered(message["bericht"]))])["declaraties"]
    assert booked["toegekend"] == 1
    assert mpj.ledger_explain(regel=made["regels"][0]["referentienummer"])["titel"]
    (offer,) = mpj.ledger_reprice(van="2026-03", tot="2026-03", proef="ja", contract=[("c.zip", zipped(DEARER))])["herprijzing"]
    assert offer["verschil_cent"] == 180, "four quarters, EUR 0.45 each"
    assert mpj.ledger_work()["totaal_cent"] == 0 and mpj.ledger_check()["aantallen"]["declaraties"] == 1
    (row,) = mpj.reports_year(jaar="2026")["tabellen"]["jaar"]
    assert (row["gemeente"], row["toegekend_cent"]) == ("0384", "9820")
    found = mpj.reports_use(bestanden="ja")
    assert "gebruik" in found["tabellen"] and {"gebruik.xlsx", "gebruik.html"} <= {one["naam"] for one in found["bestanden"]}
    assert mpj.reports_benchmark(van="2026-01", tot="2026-12")["tabellen"]["benchmark"] == [], "one client is not shown"
    assert "kpi" in mpj.reports_kpi(van="2026-03", tot="2026-04")["tabellen"]
    assert mpj.health()["versie"]


def test_matrices_are_checked_shown_compared_and_repriced(tmp_path: Path) -> None:
    mpj = generated(Client(office=office(tmp_path)))
    old, new = [("oud.zip", zipped(CONTRACT))], [("nieuw.zip", zipped(DEARER))]
    assert mpj.tariffs_check(contract=old)["meldingen"] is not None
    (cell,) = mpj.tariffs_show(contract=old)["tabellen"]["matrix"]
    assert "24,55" in cell.values() or "2455" in cell.values()
    (changed,) = mpj.tariffs_diff(oud=old, nieuw=new)["tabellen"]["verschillen"]
    assert (changed["oud_cent"], changed["nieuw_cent"], changed["verschil_cent"]) == ("2455", "2500", "45")
    mpj.ledger_declare(periode="2026-03", dagtekening="2026-04-07")
    run = tmp_path / "uit" / "2026-03"
    lines, trace = ([(path.name, path.read_bytes())] for path in (run / "declaratieregels.csv", run / "herkomst.csv"))
    found = mpj.tariffs_reprice(regels=lines, herkomst=trace, oud=old, nieuw=new, bestanden="ja")
    (row,) = found["tabellen"]["herberekening"]
    assert (row["oud_cent"], row["nieuw_cent"]) == ("9820", "10000")
    page = next(one for one in found["bestanden"] if one["naam"] == "herberekening.html")
    assert b64decode(page["inhoud"]).startswith(b"<!") and found["samenvatting"]["formaat"] == 1


def test_a_published_workbook_is_read_in(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "A"
    book.active.append(["prestatiecode", "omschrijving", "hbo"])
    book.active.append(["2.1", "Begeleiding", 24.55])
    book.save(tmp_path / "matrix.xlsx")
    mpj = generated(Client())
    workbook = [("matrix.xlsx", (tmp_path / "matrix.xlsx").read_bytes())]
    found = mpj.tariffs_import(werkmap=workbook, contract=[("c.zip", zipped(CONTRACT))])
    assert found["tabellen"]["tarieven"][0]["tarief"] == "24,55"


def test_signals_payments_and_clients_of_a_ledger(tmp_path: Path) -> None:
    """What was seen counts no more, what was paid stands beside what was granted, and of a client no BSN is told."""
    own = office(tmp_path)
    (tmp_path / "mpj.toml").write_text(CONFIG + 'namen = "namen.csv"\n[bewaren]\njaren = 5\n', "utf-8")
    (tmp_path / "namen.csv").write_text(f"soort;code;naam;rekening\ngemeente;0384;Diemen;{DIEMEN}\n", "utf-8")
    client = Client(office=evolve(own, config=read_config(tmp_path / "mpj.toml")))
    mpj = generated(client)
    twice = "id;bsn;datum;begintijd;eindtijd;medewerker;kwalificatieniveau;prestatiecode\n" + "".join(
        f"{name};999900006;2026-03-05;09:00;10:00;M1;hbo;2.1\n" for name in "ac"
    )
    declared = mpj.ledger_declare(periode="2026-03", dagtekening="2026-04-07", registraties=[("r.csv", twice.encode())])
    (signal,) = declared["bijlagen"]["signalen"]
    rows = [("signalen.csv", (tmp_path / "uit" / "2026-03" / "signalen.csv").read_bytes())]
    assert mpj.ledger_seen(signalen=rows, code=["niets"])["meldingen"][0]["kolom"] == "code"
    for told in ((1, 0), (0, 1)):
        found = mpj.ledger_seen(signalen=rows, code=[signal["code"]])
        assert (found["gezien"], found["al_gezien"]) == told
    number = declared["regels"][0]["declaratienummer"]
    (sent,) = mpj.ledger_send(nummers=[number])["declaraties"]
    assert (sent["declaratienummer"], sent["status"], sent["bedrag_cent"]) == (number, "verzonden", 19640)
    mpj.ledger_answer(antwoord=[("a.xml", answered(declared["berichten"][0]["bericht"]))])
    bank = f"datum;bedrag_cent;omschrijving;tegenrekening;declaratienummer\n2026-05-04;19640;declaratie;{DIEMEN};{number}\n"
    paid = mpj.ledger_pay(bestand=[("bank.csv", bank.encode())])
    assert (paid["verwerkt"]["nieuw"], paid["verwerkt"]["gekoppeld"]) == (1, 1)
    (row,) = paid["tabellen"]["betaald"]
    assert row["betaald_cent"] == "19640" and mpj.ledger_pay()["tabellen"]["rest"] == []
    clients = [("wie.txt", b"bsn\n999900006\n999900018\n")]
    held = mpj.ledger_inzage(bsn_bestand=clients)
    assert [one["naam"] for one in held["bestanden"]] == ["inzage-2.html", "inzage-2.xlsx"]
    assert b"999900006" not in b64decode(held["bestanden"][0]["inhoud"])
    assert [(one["bestand"], one["rij"]) for one in held["meldingen"]] == [("wie.txt", 3)]
    assert mpj.ledger_erase(voorstel="ja")["voorstel"]["bewaard"] == 1
    refused = mpj.ledger_erase(bsn_bestand=clients)
    assert refused["meldingen"][0]["code"] == "client_te_recent" and "999900006" not in str(refused)
    assert mpj.ledger_erase(voorstel="ja", bsn_bestand=clients)["status"] == mpj.ledger_erase()["status"] == 422


@pytest.mark.slow
def test_a_client_is_erased_after_the_years_of_keeping(tmp_path: Path) -> None:
    mpj = generated(Client(office=office(tmp_path), today=date(2040, 1, 2)))
    (declared,) = mpj.ledger_declare(periode="2026-03", dagtekening="2026-04-07")["berichten"]
    mpj.ledger_send(alles="ja", op="2026-04-08")
    mpj.ledger_answer(antwoord=[("a.xml", answered(declared["bericht"]))])
    proposed = mpj.ledger_erase(voorstel="ja")["voorstel"]
    assert proposed["aantal"] == 1
    file = b64decode(proposed["bestand"]["inhoud"])
    assert file == b"999900006\n"
    done = mpj.ledger_erase(bsn_bestand=[("wissen.txt", file)])
    assert (done["verwijderd"], done["onbekend"]) == (1, 0)
    assert mpj.ledger_status()["gemeenten"]["0384"]["toegekend"]["bedrag_cent"] == 9820


def test_the_ledger_of_a_gemeente_remembers_what_it_judged(tmp_path: Path) -> None:
    mpj = generated(Client(office=office(tmp_path)))
    (declared,) = mpj.ledger_declare(periode="2026-03", dagtekening="2026-04-07", proef="ja")["berichten"]
    sent = [("jw323.xml", declared["bericht"].encode())]
    tried = mpj.ledger_verify(bericht=sent, proef="ja")
    assert "proef" in str(tried["meldingen"]) and not (tmp_path / "zorg.db").exists()
    first = mpj.ledger_verify(bericht=sent)
    assert [one["code"] for one in first["meldingen"]] == ["ledger_nieuw"]
    assert first["berichten"][0]["uitkomst"] == "toegekend" and first["berichten"][0]["jw325"] == tried["berichten"][0]["jw325"]
    assert mpj.ledger_verify(bericht=sent)["berichten"] == first["berichten"], "the same message has the same answer"
    assert mpj.ledger_verify(bericht=sent, dagtekening="2026-04-20")["meldingen"][0]["code"] == "antwoord_wijzigt"
    other = mpj.ledger_verify(bericht=sent, dagtekening="2026-04-20", vervang="ja")
    assert "2026-04-20" in other["berichten"][0]["jw325"]
    copy = declared["bericht"].replace(first["berichten"][0]["declaratienummer"], "ANDERNUMMER1")
    twice = mpj.ledger_verify(bericht=[("kopie.xml", copy.encode())])
    assert twice["berichten"][0]["uitkomst"] != "toegekend", "the lines were declared before"
    assert mpj.ledger_status()["ontvangen"]
    rubbish = mpj.ledger_verify(bericht=[("x.xml", b"<x/>")])
    assert rubbish["status"] == 422

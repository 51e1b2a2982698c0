"""The file of users: every fault of it, its rights, tokens that are kept nowhere; and the command that writes it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli.helpers import mpj

from mpj.reading.faults import Fault, InputError
from mpj.service.users import STRANGER, Users, add_user, read_users, remove_user

pytestmark = pytest.mark.lowest
HASH = STRANGER.hash


def faults_of(path: Path, text: str) -> list[tuple[int, str, str]]:
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    with pytest.raises(InputError) as caught:
        read_users(path)
    assert HASH not in str(caught.value) and "geheim" not in str(caught.value)
    return [(one.rij, one.kolom, one.code) for one in caught.value.faults]


def test_a_token_is_its_users_alone_and_stands_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "gebruikers.csv"
    first, second = add_user(path, "a.jansen", "clerk"), add_user(path, "b", "owner")
    one, other = read_users(path)
    assert (one.naam, one.rol, other.naam, other.rol) == ("a.jansen", "clerk", "b", "owner")
    assert one.has(first) and other.has(second) and not one.has(second) and not one.has(first[:-1])
    assert first.rpartition(".")[2].isalpha(), "no digits: nothing of it is hidden on a screen"
    assert first.startswith("a.jansen.") and first.rpartition(".")[2] not in path.read_text("utf-8")
    assert one.hash not in repr(one)
    assert path.stat().st_mode & 0o777 == 0o600 and [*tmp_path.iterdir()] == [path]


def test_every_fault_is_told_with_row_and_column_and_no_token(tmp_path: Path) -> None:
    told = faults_of(
        tmp_path / "gebruikers.csv",
        f"naam;rol;token\nJan Jansen;clerk;{HASH}\na;baas;{HASH}\nb;owner;geheim\nc;reader;{HASH}\nc;reader;{HASH}\nd;owner\n"
        f"e;owner;{HASH};geheim\n",
    )
    assert told == [
        (2, "naam", "waarde_onjuist"),
        (3, "rol", "waarde_onjuist"),
        (4, "token", "waarde_onjuist"),
        (6, "naam", "rij_dubbel"),
        (7, "token", "waarde_onjuist"),
        (8, "", "rij_onvolledig"),
    ]
    assert faults_of(tmp_path / "x.csv", f"naam;token\na;{HASH}\n") == [(1, "rol", "kolom_ontbreekt")]


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_a_file_that_others_may_write_is_refused_and_one_that_they_may_read_told(tmp_path: Path) -> None:
    path = tmp_path / "gebruikers.csv"
    add_user(path, "a", "owner")
    heard: list[Fault] = []
    path.chmod(0o640)
    assert len(read_users(path, heard.append)) == 1
    assert [(one.code, one.soort, one.gevonden) for one in heard] == [("rechten_te_ruim", "waarschuwing", "0640")]
    path.chmod(0o620)
    with pytest.raises(InputError, match="0600"):
        read_users(path)


def test_who_is_struck_out_is_out_and_a_file_that_broke_lets_nobody_in(tmp_path: Path) -> None:
    path = tmp_path / "gebruikers.csv"
    add_user(path, "a", "owner")
    users = Users(path)
    add_user(path, "b", "reader")
    assert users.find("b") is not None and len(users) == 2
    remove_user(path, "b")
    assert users.find("b") is None and users.find("a") is not None
    with pytest.raises(InputError, match="geen gebruiker"):
        remove_user(path, "b")
    with pytest.raises(InputError, match="staat er al"):
        add_user(path, "a", "reader")
    path.write_text("naam;rol\n", "utf-8")
    for _ in range(2):
        with pytest.raises(InputError, match="komt niemand binnen"):
            users.find("a")
    path.unlink()
    with pytest.raises(InputError, match="komt niemand binnen"):
        users.find("a")


def test_the_command_shows_a_token_once_and_strikes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def run(*asked: str) -> tuple[int, str]:
        done = mpj("serve", "--gebruikers", "gebruikers.csv", *asked)
        return done.code, done.out + done.err

    code, told = run("--nieuw", "a.jansen:clerk")
    assert code == 0 and read_users(tmp_path / "gebruikers.csv")[0].has(told.split()[-1])
    assert run("--nieuw", "a.jansen:clerk")[0] == 2
    code, told = run("--nieuw", "b:baas")
    assert code == 2 and "clerk, controller, reader, owner" in " ".join(told.split())
    assert run("--intrekken", "a.jansen") == (0, "a.jansen is ingetrokken: dit token opent niets meer.\n")
    code, told = run()
    assert code == 2 and "nog geen gebruikers" in told
    assert "--gebruikers" in mpj("serve", "--nieuw", "a:owner").err


@pytest.mark.parametrize("adres", ["0.0.0.0", "10.0.0.5", "::", "mpj.voorbeeld.nl"])
def test_another_address_asks_for_users_and_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, adres: str) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["serve", "--adres", adres, "--poort", "0"]
    done = mpj(*asked)
    assert done.code == 2 and "--gebruikers" in done.err
    add_user(tmp_path / "gebruikers.csv", "a", "owner")
    done = mpj(*asked, "--gebruikers", "gebruikers.csv")
    assert done.code == 2 and "[dienst]" in done.err

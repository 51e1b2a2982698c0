"""The file of users (`naam;rol;token`): who may use a service and as what, and the hash of the token that each of them has."""

from __future__ import annotations

import csv
import io
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from hashlib import scrypt
from hmac import compare_digest
from pathlib import Path
from string import ascii_letters
from typing import cast

from attrs import field, frozen

from mpj.reading.faults import Fault, Hears, InputError, UnavailableError, mask
from mpj.reading.headers import Columns
from mpj.reading.sources import Reading, Source
from mpj.reading.system import system_reason
from mpj.reading.tables import open_table, texts_of
from mpj.service.roles import ROLES, Rol

COLUMNS = ("naam", "rol", "token")
_NAME = re.compile(r"[a-z]+(?:[.-][a-z]+)*[0-9]{0,2}")
_LONGEST = 40
_NAMED = f"kleine letters, met punt of streepje ertussen en hoogstens twee cijfers erachter, tot {_LONGEST} tekens"
_HASH = re.compile(r"scrypt:([0-9a-f]{32}):([0-9a-f]{64})")
_COST = {"n": 1 << 14, "r": 8, "p": 1}
"""What a check costs: 16 MiB, and some 50 milliseconds of one core."""


@frozen
class User:
    """Who may use the service."""

    naam: str
    rol: Rol
    hash: str = field(repr=False)
    """Of the token: `scrypt:`, the salt and the hash, in hexadecimals."""

    def has(self, token: str) -> bool:
        """Say whether a token is theirs; it takes as long for one that is not."""
        _, salt, kept = self.hash.split(":")
        return compare_digest(_scrypt(token, bytes.fromhex(salt)), bytes.fromhex(kept))


STRANGER = User("", "reader", f"scrypt:{'0' * 32}:{'0' * 64}")
"""Nobody: who has no name in the file is checked against this, which takes as long."""


class Users:
    """A file of users; it is read again whenever it changed, so that who is struck out is out."""

    def __init__(self, path: Path) -> None:
        """Read the file; raises InputError with every fault of it."""
        self.path = path
        self._seen: tuple[int, ...] = ()
        self._users: Mapping[str, User] = {}
        self._read()

    def find(self, naam: str) -> User | None:
        """Return a user as the file has them now; raises UnavailableError where it cannot be read any more: then nobody is in."""
        try:
            self._read()
        except InputError:
            text = "het bestand met gebruikers klopt niet meer, en tot het klopt komt niemand binnen"
            raise UnavailableError(Fault("gebruikers_onleesbaar", toelichting=text)) from None
        return self._users.get(naam)

    def __len__(self) -> int:
        return len(self._users)

    def _read(self) -> None:
        try:
            found = self.path.stat()
            seen: tuple[int, ...] = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode)
        except OSError:
            seen = ()
        if not seen or seen != self._seen:
            self._seen = ()
            self._users = {one.naam: one for one in read_users(self.path)}
            self._seen = seen


def name_of(token: str) -> str:
    """Return the name that a token begins with; no secret holds a dot."""
    return token.rpartition(".")[0]


def read_users(path: Path, report: Hears | None = None) -> list[User]:
    """Read the users of a file; `report` hears what is to be noted. Raises InputError with every fault, by row and column.

    No fault shows what stands in the column `token`.
    """
    faults = list(_open_to_others(path, report))
    found: dict[str, User] = {}
    with open_table(Source(path.name, path), Columns(COLUMNS, COLUMNS), Reading(report)) as table:
        for rij, fields in table:
            wrong: list[Fault] = []
            row = texts_of(table, rij, fields, wrong)
            wrong += [Fault("waarde_onjuist", path.name, rij, *told) for told in _wrong(row)]
            if row["naam"] in found:
                wrong.append(Fault("rij_dubbel", path.name, rij, "naam", mask(row["naam"]), toelichting="deze naam staat er al"))
            faults += wrong
            if not wrong:
                found[row["naam"]] = User(row["naam"], cast("Rol", row["rol"]), row["token"])
    if faults:
        raise InputError(faults)
    return list(found.values())


def _wrong(row: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield (column, what stands there, what is expected) of each field that is wrong; of a token nothing is shown."""
    if not is_name(row["naam"]):
        yield "naam", mask(row["naam"]), _NAMED
    if row["rol"] not in ROLES:
        yield "rol", mask(row["rol"]), ", ".join(ROLES)
    if not _HASH.fullmatch(row["token"]):
        yield "token", "", "wat mpj serve --nieuw erin schreef"


def is_name(naam: str) -> bool:
    """Say whether a user may be called so.

    >>> is_name("j.jansen2"), is_name("Jan Jansen"), is_name("a999900006")
    (True, False, False)
    """
    return len(naam) <= _LONGEST and _NAME.fullmatch(naam) is not None


def _open_to_others(path: Path, report: Hears | None) -> Iterator[Fault]:
    """Yield a fault where others may write in the file: they would be in; where they may only read it that is told."""
    if os.name != "posix" or not path.is_file():
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    shown, verwacht = f"{mode:04o}", "0600: chmod 600"
    if mode & 0o022:
        text = "anderen mogen in dit bestand schrijven, en zouden zichzelf erin kunnen zetten"
        yield Fault("rechten_te_ruim", path.name, 0, "", shown, verwacht, text)
    elif mode & 0o044 and report is not None:
        report(Fault("rechten_te_ruim", path.name, 0, "", shown, verwacht, "anderen mogen dit bestand lezen", "waarschuwing"))


def add_user(path: Path, naam: str, rol: str) -> str:
    """Add a user to a file, which is made where it is not there; returns their token, which is kept nowhere.

    Raises InputError for a name or role that is none, a name that is there already, and a file that is wrong or cannot be written.
    """
    row = {"naam": naam, "rol": rol, "token": STRANGER.hash}
    if wrong := [Fault("waarde_onjuist", "", 0, *told) for told in _wrong(row)]:
        raise InputError(wrong)
    users = read_users(path) if path.exists() else []
    if any(one.naam == naam for one in users):
        text, verwacht = "deze naam staat er al", "een andere naam, of eerst --intrekken"
        raise InputError(Fault("gebruiker_bestaat", path.name, 0, "naam", naam, verwacht, text))
    # Letters alone, more than 256 bits of them: what has digits may look like a BSN, and be hidden on the screen.
    token, salt = f"{naam}.{''.join(secrets.choice(ascii_letters) for _ in range(46))}", secrets.token_bytes(16)
    kept = f"scrypt:{salt.hex()}:{_scrypt(token, salt).hex()}"
    _write(path, [*users, User(naam, cast("Rol", rol), kept)])
    return token


def remove_user(path: Path, naam: str) -> None:
    """Strike a user out of a file; a service that runs lets them in no more. Raises InputError where there is none of that name."""
    users = read_users(path)
    left = [one for one in users if one.naam != naam]
    if len(left) == len(users):
        text = "geen gebruiker heet zo"
        raise InputError(Fault("gebruiker_onbekend", path.name, 0, "naam", mask(naam), toelichting=text))
    _write(path, left)


def _write(path: Path, users: Iterable[User]) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerows([COLUMNS, *((one.naam, one.rol, one.hash) for one in users)])
    stage = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        try:
            made = os.open(stage, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(made, "w", encoding="utf-8", newline="\n") as file:
                file.write(text.getvalue())
                file.flush()
                os.fsync(file.fileno())
            stage.replace(path)
        finally:
            stage.unlink(missing_ok=True)
    except OSError as error:
        told = f"het bestand met gebruikers kan niet worden geschreven ({system_reason(error)})"
        raise UnavailableError(Fault("uitvoer_onbruikbaar", path.name, toelichting=told)) from None


def _scrypt(token: str, salt: bytes) -> bytes:
    return scrypt(token.encode(), salt=salt, dklen=32, **_COST)

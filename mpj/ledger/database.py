"""The connection: one transaction per call, writers one after another, and a schema that is brought up to date when opened.

SQLite takes its write lock when the transaction begins, PostgreSQL a lock of the ledger's own; who comes second waits, and says so
after `WACHT_SECONDEN`. No error of the database reaches a caller with its values: they could hold a BSN.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool, StaticPool

from mpj.reading.faults import Fault, InputError
from mpj.reading.register import Foutcode

WACHT_SECONDEN = 60
_COMMIT_SECONDS = 60
"""How long what was done waits to be written down for who looks, and who looks for what is being written down."""
_KEPT_BYTES = 256 * 1024 * 1024
"""Changed pages that are kept in memory: where SQLite writes them before the end, nobody can look until then."""
_PAGE_BYTES = 8192
"""The pages of a new SQLite file: twice what SQLite takes by itself, so that a run writes half as many."""
# What a SQLite file of ours says it is: "mpjl" in letters.
APPLICATION_ID = 0x6D706A6C
HEAD = "0020"
_SLOT = 7_153_230
_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
_ADVISED = {"sqlite": "sqlite:///", "postgresql": "postgresql+psycopg://"}
_FIRST = "0001"
_NUMBER = re.compile(r"[0-9]{4}")


class Witness(Protocol):
    """Who stands by when a ledger changes for good; a signal must not come in between."""

    def hold(self) -> None:
        """Hear that a change is about to be committed."""

    def done(self) -> None:
        """Hear that it was."""


class Database:
    """One ledger's database. `url` is a SQLAlchemy URL or the path of a SQLite file, made on first use."""

    def __init__(self, url: str | Path, *, wacht: float = WACHT_SECONDEN) -> None:
        self.url = _parse(url)
        self.wacht = wacht
        self.witness: Witness | None = None
        self._making = False
        self._engine: Engine | None = None

    @property
    def postgres(self) -> bool:
        """Whether it is PostgreSQL."""
        return self.url.get_backend_name() == "postgresql"

    @property
    def memory(self) -> bool:
        """Whether it is a SQLite database without a file, gone when it is closed."""
        if self.postgres:
            return False
        name = self.url.database or ":memory:"
        return name == ":memory:" or name.startswith("file::memory:") or self.url.query.get("mode") == "memory"

    @property
    def name(self) -> str:
        """The name to show: of the file, or of the database on its server."""
        return Path(self.url.database or "").name

    def exists(self) -> bool:
        """Say whether there is a database to open: for SQLite, whether the file is there."""
        return self.postgres or self.memory or Path(self.url.database or "").exists()

    def close(self) -> None:
        """Let go of all connections."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def snapshot(self) -> str:
        """Return which transactions of a PostgreSQL server have ended: the same twice means that nothing changed in between."""
        with self.transaction(write=False) as connection:
            return str(connection.execute(text("SELECT txid_current_snapshot()")).scalar_one())

    @contextmanager
    def transaction(self, *, write: bool = True, keep: bool = True, fill: bool = False) -> Iterator[Connection]:
        """Give a connection inside one transaction: committed when the block ends well, undone when it does not.

        `write` False only reads and waits for nobody; `keep` False undoes all at the end; `fill` makes a ledger of an empty
        PostgreSQL database, which is refused otherwise.
        Raises InputError: the database cannot be opened, is in use for too long, is
        of a later version, or refuses what would break a promise (then nothing was changed).
        """
        try:
            self._make()
            with self._open().connect() as connection:
                connection.execution_options(mpj_write=write)
                if not write and self._outdated(connection):
                    with self.transaction():
                        pass
                with connection.begin() as transaction:
                    if write and self.postgres:
                        connection.execute(text(f"SET LOCAL lock_timeout = '{int(self.wacht * 1000)}ms'"))
                        connection.execute(text("SELECT pg_advisory_xact_lock(:slot)"), {"slot": _SLOT})
                    if write:
                        self._upgrade(connection, fill=fill)
                    yield connection
                    if not keep:
                        transaction.rollback()
                    elif write and self.witness is not None:
                        self.witness.hold()
                if keep and write and self.witness is not None:
                    self.witness.done()
        except SQLAlchemyError as error:
            raise self._refused(error) from None
        except UnicodeDecodeError:
            told = "er staat tekst in die geen tekst is; mpj ledger check zegt meer"
            raise InputError(Fault("ledger_beschadigd", kolom="ledger", toelichting=told)) from None

    def _refused(self, error: SQLAlchemyError) -> InputError:
        """Return the fault behind an error; of a file that cannot be opened the file itself tells why."""
        path = Path(self.url.database or "")
        if not self.postgres and not self.memory and "unable to open database file" in str(getattr(error, "orig", "")):
            if not path.parent.is_dir():
                return _broken("ledger_map_ontbreekt")
            if not path.is_dir() and not os.access(path if path.exists() else path.parent, os.W_OK):
                return _broken("ledger_alleen_lezen")
        return _refusal(error)

    def _outdated(self, connection: Connection) -> bool:
        with connection.begin():
            return _version(connection) != HEAD

    def _make(self) -> None:
        """Make the file of a new ledger as a whole, for its owner alone; SQLite gives the files beside it the same rights.

        It is made under another name and gets its own when it is a ledger, so that no crash leaves a file that only looks like one.
        """
        path = Path(self.url.database or "")
        if self.postgres or self.memory or self.url.query.get("uri") or path.exists():
            return
        if self._making:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            return
        new = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.nieuw")
        maker = type(self)(new, wacht=self.wacht)
        maker._making = True
        try:
            with maker.transaction():
                pass
            maker.close()
            with suppress(FileExistsError):  # Another run made it in the meantime.
                _rename(new, path)
        except OSError:
            pass  # SQLite says what is wrong.
        finally:
            maker.close()
            with suppress(OSError):
                new.unlink()

    def _open(self) -> Engine:
        if self._engine is None:
            options: dict[str, Any] = {"poolclass": StaticPool if self.memory else NullPool}
            if not self.postgres:
                options["connect_args"] = {"timeout": self.wacht, "check_same_thread": False}
            self._engine = create_engine(self.url, hide_parameters=True, **options)
            if not self.postgres:
                event.listen(self._engine, "connect", _sqlite_connect)
                event.listen(self._engine, "begin", _sqlite_begin)
        return self._engine

    def _upgrade(self, connection: Connection, *, fill: bool) -> None:
        version = _version(connection)
        self._check_identity(connection, version, fill=fill)
        if version == HEAD:
            return
        if version is not None and (not _NUMBER.fullmatch(version) or version < _FIRST):
            raise _unusable("de database is geen ledger: zij is van een ander programma")
        if version is not None and version > HEAD:
            text = "een nieuwere mpj heeft dit ledger bijgewerkt; gebruik die"
            raise InputError(Fault("ledger_te_nieuw", "", 0, "ledger", f"versie {version}", f"versie {HEAD}", text))
        if version is None:
            _create(connection)
        else:
            _migrate(connection)
        if not self.postgres:
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")

    def _check_identity(self, connection: Connection, version: str | None, *, fill: bool) -> None:
        """Refuse, before anything is changed, what is no ledger: also a file that is empty, as a full disk leaves it."""
        known = 0 if self.postgres else connection.exec_driver_sql("PRAGMA application_id").scalar()
        if known not in (0, APPLICATION_ID):
            raise _unusable("de database is geen ledger: zij is van een ander programma")
        if version is not None:
            return
        if inspect(connection).get_table_names():
            raise _unusable("de database is geen ledger: er staan al andere tabellen in")
        if self.postgres and not fill:
            raise _unusable("de database is leeg: er is nog geen ledger in; mpj ledger begin --vanaf JJJJ-MM maakt er een")
        if not (self.postgres or self.memory or self._making):
            text = "het bestand is leeg en geen ledger; zet een reservekopie terug, of kies een naam die nog niet bestaat"
            raise _unusable(text)


def _parse(url: str | Path) -> URL:
    if not str(url).strip():
        raise _unusable("de naam is leeg")
    if isinstance(url, Path) or "://" not in url:
        return URL.create("sqlite", database=str(url))
    try:
        found = make_url(url)
    except ArgumentError:
        raise _unusable("geen leesbaar adres") from None
    if found.get_backend_name() not in ("sqlite", "postgresql"):
        raise _unusable("mpj kent SQLite en PostgreSQL")
    if found.drivername not in _DRIVERS:
        raise _unusable(f"mpj werkt niet met deze driver; schrijf {_ADVISED[found.get_backend_name()]} (pip install 'mpj[ledger]')")
    if found.get_backend_name() == "sqlite" and found.database is not None and found.database.isspace():
        raise _unusable("de naam is leeg")
    return found


def _rename(new: Path, path: Path) -> None:
    """Give a file its name; raises FileExistsError where there is one of that name."""
    try:
        os.link(new, path)
    except FileExistsError:
        raise
    except OSError:  # A disk without links.
        if path.exists():
            raise FileExistsError(path) from None
        new.rename(path)


def _create(connection: Connection) -> None:
    """Make the tables of a new ledger as they are now: what all migrations come to, without importing and running them."""
    from mpj.ledger.schema import metadata

    metadata.create_all(connection, checkfirst=False)
    connection.execute(
        text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY)")
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _migrate(connection: Connection) -> None:
    """Bring the tables of an older ledger, with what is in them, to those of now."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _sqlite_connect(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    connection.execute(f"PRAGMA cache_spill = {_KEPT_BYTES // page}")


def _sqlite_begin(connection: Connection) -> None:
    # The write lock is taken at once: a lock taken halfway could not wait for the other writer.
    write = connection.get_execution_options().get("mpj_write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
    # From here on nobody else writes: what is done waits for who looks, and who looks for what is being written down.
    found = connection.exec_driver_sql("PRAGMA busy_timeout").scalar() or 0
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {max(found, _COMMIT_SECONDS * 1000)}")


def _unusable(text: str) -> InputError:
    verwacht = "een pad, sqlite:///pad of postgresql://gebruiker@server/database"
    return InputError(Fault("ledger_onbruikbaar", kolom="ledger", toelichting=text, verwacht=verwacht))


_CAUSES: tuple[tuple[Foutcode, tuple[str, ...], tuple[str, ...]], ...] = (
    ("ledger_bezet", ("55P03",), ("database is locked",)),
    ("ledger_vol", ("53100",), ("database or disk is full", "disk I/O error")),
    ("ledger_alleen_lezen", ("25006", "42501"), ("readonly database",)),
    ("ledger_verbroken", ("57P01", "57P02", "57P03"), ("server closed the connection", "consuming input failed")),
    (
        "ledger_onbereikbaar",
        ("08", "28", "3D000", "53300"),
        ("connection failed", "connection to server", "translate host", "resolve host"),
    ),
)
"""What went wrong, by the SQLSTATE of PostgreSQL or, where there is none, by words of SQLite or the driver."""
_SENTENCES: Mapping[Foutcode, tuple[str, str]] = {
    "ledger_bezet": ("een andere run is bezig met dit ledger; er is niets veranderd", "probeer het zo opnieuw"),
    "ledger_vol": (
        "er is geen ruimte meer waar het ledger staat; er is niets veranderd",
        "ruimte daar; draai de opdracht dan opnieuw",
    ),
    "ledger_alleen_lezen": (
        "het ledger of zijn map is alleen te lezen; er is niets veranderd",
        "schrijfrecht op het bestand en zijn map, of in de database",
    ),
    "ledger_map_ontbreekt": ("de map waar het ledger moet staan bestaat niet", "een map die er is; maak haar, of verbeter het pad"),
    "ledger_verbroken": (
        "de verbinding met het ledger brak af",
        "kijk met mpj ledger status wat er vastligt, en draai de opdracht opnieuw",
    ),
    "ledger_onbereikbaar": (
        "de server van het ledger is niet te bereiken, of laat mpj niet binnen; er is niets veranderd",
        "controleer adres, naam van de database, gebruiker en of de server draait",
    ),
}


def _broken(code: Foutcode) -> InputError:
    text, verwacht = _SENTENCES[code]
    return InputError(Fault(code, kolom="ledger", toelichting=text, verwacht=verwacht))


def _refusal(error: SQLAlchemyError) -> InputError:
    if isinstance(error, IntegrityError):
        text = "een regel zou twee keer gedeclareerd of een nummer twee keer gebruikt worden; er is niets veranderd"
        return InputError(Fault("ledger_weigert", kolom="ledger", toelichting=text))
    shown = str(getattr(error, "orig", "") or "")
    if "file is not a database" in shown or "malformed" in shown:
        return _unusable("het bestand is geen ledger, of beschadigd")
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", "") or "")
        if error.connection_invalidated:
            return _broken("ledger_verbroken")
        for code, states, words in _CAUSES:
            if state.startswith(states) if state else any(word in shown for word in words):
                return _broken(code)
    if isinstance(error, OperationalError):
        return _unusable("de database is niet te openen of niet te schrijven")
    return InputError(
        Fault("ledger_fout", kolom="ledger", toelichting=f"de database meldt {type(error).__name__}; er is niets veranderd")
    )

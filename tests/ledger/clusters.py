"""A throw-away PostgreSQL cluster for the tests: unprivileged, over a socket, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BIN = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
INITDB = shutil.which("initdb") or (str(BIN / "initdb") if BIN else None)


def no_cluster() -> str:
    """Why there can be no cluster here; empty when there can.

    In CI (``CI=true``) there must be one: AssertionError.
    """
    reason = ""
    if INITDB is None or not Path(INITDB).exists():
        reason = "PostgreSQL is not installed: initdb was not found"
    elif os.geteuid() == 0 and _user() is None:
        reason = "initdb refuses root, and there is no user postgres or nobody"
    if reason and os.environ.get("CI", "").lower() in ("1", "true"):
        raise AssertionError(f"{reason}. In CI the ledger is tested on PostgreSQL as well: apt-get install postgresql")
    return reason


def _user() -> str | None:
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    return None


@contextmanager
def cluster() -> Iterator[str]:
    """Give the URL of an empty database; the cluster is stopped and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    user = _user() if os.geteuid() == 0 else None
    folder.chmod(0o755)
    bin_ = Path(INITDB or "").resolve().parent

    def run(*command: str) -> None:
        # Into a file: a pipe would stay open for as long as the server that pg_ctl starts.
        with tempfile.TemporaryFile() as said:
            if subprocess.run(command, stdout=said, stderr=said, user=user, cwd=folder).returncode:
                said.seek(0)
                raise RuntimeError(f"{' '.join(command)}: {said.read().decode(errors='replace')}")

    try:
        if user:
            shutil.chown(folder, user)
        run(str(bin_ / "initdb"), "-D", str(folder / "d"), "-U", "mpj", "-A", "trust", "--no-sync", "-E", "UTF8")
        options = f"-c listen_addresses='' -k {folder} -c fsync=off"
        run(str(bin_ / "pg_ctl"), "-w", "-D", str(folder / "d"), "-o", options, "-l", str(folder / "log"), "start")
        try:
            yield f"postgresql+psycopg://mpj@/postgres?host={folder}"
        finally:
            run(str(bin_ / "pg_ctl"), "-D", str(folder / "d"), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

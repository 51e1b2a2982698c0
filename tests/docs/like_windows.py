"""Runs mpj without what Windows does not have: `python like_windows.py FILE WORD...` does what `mpj WORD...` does.

No fork, no locks, no such signals and functions of the system; and what is open cannot be removed, replaced or renamed, nor a
folder that it stands in. Each time that this was tried it is told in FILE, also where mpj would not mind.
"""

from __future__ import annotations

import errno
import os
import signal
import stat
import sys
import tempfile  # noqa: F401 - chooses how a file without a name is made when it is imported; Windows has a way of its own
from collections.abc import Sequence
from pathlib import Path
from typing import Any

GONE = ("fcntl", "resource", "pwd", "grp", "termios")
"""Modules."""
ATTRIBUTES: Sequence[tuple[Any, str]] = (
    (os, "fork forkpty getuid geteuid getgid getegid getgroups getpgid setsid killpg chown fchown lchown chroot mkfifo mknod nice"),
    (os, "pread preadv pwrite pwritev readv writev posix_fadvise posix_fallocate sendfile lockf pipe2 register_at_fork sync"),
    (os, "sched_getaffinity sched_setaffinity sched_yield statvfs fstatvfs confstr sysconf uname ttyname wait wait3 wait4"),
    (os, "O_NOFOLLOW O_DIRECTORY O_CLOEXEC O_NONBLOCK O_SYNC O_DSYNC O_ASYNC O_NOCTTY O_PATH"),
    (signal, "SIGHUP SIGQUIT SIGALRM SIGUSR1 SIGUSR2 SIGIO SIGPIPE SIGCHLD alarm pthread_sigmask setitimer sigwait"),
)


class Missing:
    """Finds no module that is gone."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for it."""
        if name in GONE:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def held(path: Path) -> bool:
    """Say whether this process has a file open that stands at `path` or below it."""
    for one in Path("/proc/self/fd").iterdir():
        try:
            if stat.S_ISREG(one.stat().st_mode) and one.readlink().is_relative_to(path):
                return True
        except OSError:  # That of this list.
            continue
    return False


def place(path: Any, folder: int = -1) -> Path:
    """Return where a path is, from the folder that is open as that number."""
    above = Path.cwd() if folder == -1 else Path(f"/proc/self/fd/{folder}").readlink()
    return above.resolve() / os.path.normpath(os.fsdecode(path))


def refuse_what_is_open(file: Path) -> None:
    """From here on what is open stays where it is."""

    def heard(event: str, given: tuple[Any, ...]) -> None:
        if event == "os.remove":
            paths = [place(*given)]
        elif event == "os.rename":
            paths = [place(given[0], given[2]), place(given[1], given[3])]
        else:
            return
        for path in filter(held, paths):
            with file.open("a", encoding="utf-8") as told:
                told.write(f"{event} {path}\n")
            error = PermissionError(errno.EACCES, "The process cannot access the file because it is being used by another process")
            error.winerror = 32  # type: ignore[attr-defined]
            raise error

    sys.addaudithook(heard)


if __name__ == "__main__":
    sys.meta_path.insert(0, Missing())
    for module in GONE:
        sys.modules.pop(module, None)
    for owner, names in ATTRIBUTES:
        for name in names.split():
            if hasattr(owner, name):
                delattr(owner, name)
    refuse_what_is_open(Path(sys.argv[1]))

    from mpj.cli import main

    main(sys.argv[2:])

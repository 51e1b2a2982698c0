"""Starts the command line, and says what to install where that extra is missing."""

from __future__ import annotations

import atexit
import gc
import sys


def main() -> None:
    """Run the ``mpj`` command."""
    try:
        from mpj.cli import main as run
    except KeyboardInterrupt:
        sys.exit(2)
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.stderr.write("De opdrachtregel heeft een uitbreiding nodig: pip install 'mpj[cli]'\n")
        sys.exit(2)
    rest_collector()
    run()


def rest_collector() -> None:
    """Look for no rings of references, in a process of our own alone: never in a program that calls the library.

    A command makes few and ends soon; looking would walk over every record again and again, and once more at its end.
    """
    gc.disable()
    atexit.register(gc.freeze)


if __name__ == "__main__":
    main()

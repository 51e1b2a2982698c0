"""Starts the command line, and says what to install where that extra is missing."""

from __future__ import annotations

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
    # A command makes no rings of references and ends soon; looking for them would walk over every record again and again. It is
    # switched off in a process of our own alone, never in a program that calls the library.
    gc.disable()
    run()


if __name__ == "__main__":
    main()

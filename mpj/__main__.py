"""Starts the command line, and says what to install where that extra is missing."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the ``mpj`` command."""
    try:
        from mpj.cli import main as run
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.stderr.write("De opdrachtregel heeft een uitbreiding nodig: pip install 'mpj[cli]'\n")
        sys.exit(2)
    run()


if __name__ == "__main__":
    main()

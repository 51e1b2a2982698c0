"""Where the example contract folders stand: in the installed package, else in the checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def contract_folders() -> list[Path]:
    """Return the contract folders of the demo region; raises FileNotFoundError when they were not installed."""
    root = next((path for path in (_PACKAGE / "_tariffs", _PACKAGE.parent / "tariffs") if path.is_dir()), None)
    if root is None:
        raise FileNotFoundError("tariffs")
    return [root / "voorbeeldregio", root / "voorbeeldcodes"]

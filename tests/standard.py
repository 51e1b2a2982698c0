"""The official schemas, samples and rules of the standard, which are no part of this repository, and the tests that need them.

They are looked for in the folder that the variable MPJ_SHARED names, else in `shared` beside the checkout. Where they are missing,
a test that needs them skips and the summary says so; it fails where they were promised (MPJ_SHARED is set) and in CI.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("MPJ_SHARED") or Path(__file__).resolve().parents[2] / "shared")
STANDARD = SHARED / "ijw-3.2"
needs_standard = pytest.mark.standard


def missing() -> str:
    """Why the standard cannot be read; empty when it can."""
    try:
        (STANDARD / "xsd" / "JW323.xsd").read_bytes()
    except OSError as error:
        return f"the official schemas, samples and rules cannot be read: {error}"
    return ""


def required() -> bool:
    """Whether a test that needs the standard may not skip."""
    return bool(os.environ.get("MPJ_SHARED")) or os.environ.get("CI", "").lower() in ("1", "true")


def demand() -> None:
    """Let the test that runs skip where the standard is missing, or fail where it may not."""
    reason = missing()
    if reason and required():
        pytest.fail(f"{reason}. MPJ_SHARED names the folder that has ijw-3.2; in CI nothing skips", pytrace=False)
    if reason:
        pytest.skip(reason)

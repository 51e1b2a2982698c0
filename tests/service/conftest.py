"""What holds for every test of the service."""

from __future__ import annotations

import pytest

from mpj.service.pages import desk


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a test waits for its work: what it shows is not to depend on how busy the machine is."""
    monkeypatch.setattr(desk, "AT_ONCE", 120)

"""In CI nothing skips: a machine without PostgreSQL is a failure there, and a reason elsewhere."""

from __future__ import annotations

import pytest

from ledger import clusters


def test_a_missing_postgresql_skips_but_not_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "INITDB", None)
    monkeypatch.delenv("CI", raising=False)
    assert "initdb was not found" in clusters.no_cluster()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(AssertionError, match="apt-get install postgresql"):
        clusters.no_cluster()

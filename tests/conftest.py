"""What holds for every test: how hard it searches, and what becomes of it where the official standard is missing."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from hypothesis import is_hypothesis_test, settings
from search import fitted, register
from standard import demand, missing

register()
for _stopping in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    # A shell starts what runs in the background with these ignored, and so would every command that a test starts and ends.
    if signal.getsignal(_stopping) is signal.SIG_IGN:
        signal.signal(_stopping, signal.SIG_DFL)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try as many examples as this run is meant to (`search.SHARE`)."""
    tests: list[Any] = [item.obj for item in items if isinstance(item, pytest.Function)]
    for test in {id(test): test for test in tests if is_hypothesis_test(test)}.values():
        test = getattr(test, "__func__", test)
        asked: settings = getattr(test, "_hypothesis_internal_use_settings", None) or settings()
        test._hypothesis_internal_use_settings = fitted(asked)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that needs the official standard skips or fails without it."""
    if item.get_closest_marker("standard"):
        demand()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not looked at for want of the official standard."""
    reason = missing()
    skipped = [one for one in terminalreporter.stats.get("skipped", []) if reason and reason in str(one.longrepr)]
    if skipped:
        terminalreporter.write_line(f"NOT CHECKED: {len(skipped)} tests skipped, {reason}", yellow=True, bold=True)

"""The pages as people meet them: a service that listens, a tab of Chromium, and what is wrong with what it shows."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from presentation.test_browser import FAULTS

Error = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; the extra mpj[dev] has it").Error

WIDTHS = (360, 1280, 1600)


class Tab:
    """A tab that hears what goes wrong: on the console, in a script, and what is asked of elsewhere."""

    def __init__(self, browser: Any, url: str, shots: Path) -> None:
        self.url, self.shots = url, shots
        self.wrong: list[str] = []
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.page = self.context.new_page()
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda asked: self.wrong.append(asked.url) if not asked.url.startswith((url, "data:")) else None)

    def open(self, path: str) -> None:
        """Go to a page by its address."""
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        """Press the button of that name, and wait for what comes, also where it takes a while."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()
        self.settle()

    def follow(self, name: str) -> None:
        """Follow the link of that name."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is being computed any more."""
        for _ in range(300):
            self.page.wait_for_load_state()
            # In one look: the page that waits goes to the next one by itself.
            with suppress(Error):
                if self.page.evaluate("!!document.querySelector('main') && !document.querySelector('progress')"):
                    return
            self.page.wait_for_timeout(200)
        raise AssertionError("still busy")

    def check(self, name: str) -> None:
        """The page is right at every width: contrast, labels, one head, no wider than the screen; and none of it in an address."""
        assert "9999" not in self.page.url + self.page.title()
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.wrong += [f"{name} {width}: {one}" for one in self.page.evaluate(FAULTS)]
            self.page.screenshot(path=self.shots / f"{name}-{width}.png", full_page=True)
        self.page.set_viewport_size({"width": 1280, "height": 900})
        assert not self.wrong, "\n".join(self.wrong)

    @property
    def text(self) -> str:
        """What stands on the page."""
        return str(self.page.locator("body").inner_text())

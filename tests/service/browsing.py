"""The pages as people meet them: a service that listens, a tab of Chromium, and what is wrong with what it shows."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from presentation.test_browser import FAULTS

Error = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; the extra mpj[dev] has it").Error

WIDTHS = (360, 768, 1280, 1600)
PAPER = """() => {
  const found = [];
  for (const node of document.querySelectorAll('.top,.foot,.skip,form,button:not(.link),.button,.actions,.tabs,.turn'))
    if (node.getClientRects().length) found.push(`on paper: ${node.tagName} ${node.textContent.trim().slice(0, 40)}`);
  for (const node of document.querySelectorAll('main *')) {
    const style = getComputedStyle(node);
    if (style.overflowX !== 'visible' && node.scrollWidth > node.clientWidth + 1 && node.clientWidth)
      found.push(`cut off on paper: ${node.className || node.tagName}`);
  }
  for (const node of document.querySelectorAll('details > :not(summary)'))
    if (!node.closest('form') && !node.checkVisibility()) found.push('folded away on paper');
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) found.push(`wider than the paper: ${wide}`);
  return found;
}"""
"""What is wrong with a page on A4: what is for a screen alone, and what is cut off."""
FOCUSED = """() => {
  const node = document.activeElement, style = getComputedStyle(node);
  const text = (node.textContent || node.value || node.id || '').trim();
  return { text, seen: node === document.body || (style.outlineStyle !== 'none' && node.getClientRects().length > 0) };
}"""
"""What has the focus, and whether that is seen."""
A4 = {"width": 1032, "height": 702}
"""Pixels of A4 on its side, between the margins that a page asks for."""


class Tab:
    """A tab that hears what goes wrong: on the console, in a script, and what is asked of elsewhere."""

    def __init__(self, browser: Any, url: str, shots: Path, *, script: bool = True) -> None:
        self.url, self.shots = url, shots
        self.wrong: list[str] = []
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=script)
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
        self.paper(name)
        self.page.set_viewport_size({"width": 1280, "height": 900})
        assert not self.wrong, "\n".join(self.wrong)

    def paper(self, name: str) -> None:
        """The page on paper: nothing that is for a screen alone, and nothing cut off."""
        self.page.set_viewport_size(A4)
        self.page.emulate_media(media="print")
        self.wrong += [f"{name}: {one}" for one in self.page.evaluate(PAPER)]
        self.page.screenshot(path=self.shots / f"{name}-papier.png", full_page=True)
        self.page.emulate_media(media="screen")

    def by_keyboard(self, name: str) -> None:
        """Go to the button or link of that name with the Tab key alone, from the top, and press Enter."""
        self.page.evaluate("document.activeElement.blur()")
        for _ in range(60):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(FOCUSED)
            if not at["seen"]:
                self.wrong.append(f"focus is not seen: {at['text']}")
            if at["text"].startswith(name):
                with self.page.expect_navigation():
                    self.page.keyboard.press("Enter")
                self.settle()
                return
        raise AssertionError(f"the Tab key does not come to {name}")

    @property
    def text(self) -> str:
        """What stands on the page."""
        return str(self.page.locator("body").inner_text())

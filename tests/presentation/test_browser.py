"""Pages as a person sees them, in Chromium: at two widths and on paper, without console errors, readable, with labels.

Where there is no Chromium or no Playwright these tests skip and say why; in CI (``CI=true``) they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from verify.support import line, message
from verify.test_many import LATER, MARCH, folder

from mpj import cli
from mpj.presentation import html
from mpj.presentation.report import Bar, Bars, Cell, Column, Report, Table, Tone, Waterfall, WaterfallStep

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTHS = (1280, 390)
LEAST = 4.5
"""The least contrast of text with what is behind it (WCAG 2.1, 1.4.3)."""
FAULTS = """() => {
  const light = rgb => { const [r, g, b] = rgb.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 });
    return .2126 * r + .7152 * g + .0722 * b };
  const colour = text => { const found = text.match(/[\\d.]+/g).map(Number); return { rgb: found.slice(0, 3), a: found[3] ?? 1 } };
  const behind = node => { for (let at = node; at; at = at.parentElement) { const c = colour(getComputedStyle(at).backgroundColor);
    if (c.a > 0) return c.rgb } return [255, 255, 255] };
  const found = [];
  for (const node of document.querySelectorAll('body *')) {
    if (node.closest('svg') && node.tagName !== 'text') continue;
    const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
    if (!own) continue;
    const style = getComputedStyle(node);
    const ink = colour(node.tagName === 'text' ? style.fill : style.color).rgb;
    const [a, b] = [light(ink), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < LEAST) found.push(`contrast ${ratio.toFixed(2)}: ${node.textContent.trim().slice(0, 40)}`);
  }
  if (!document.documentElement.lang) found.push('no language');
  if (!document.title) found.push('no title');
  if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
  for (const node of document.querySelectorAll('a,button')) if (!node.textContent.trim()) found.push('no text in a link');
  for (const node of document.querySelectorAll('svg')) {
    const label = node.getAttribute('aria-label') || node.querySelector('title')?.textContent;
    if (!label && node.getAttribute('aria-hidden') !== 'true') found.push('no label of a figure');
  }
  for (const node of document.querySelectorAll('input,select')) if (!node.labels?.length) found.push('no label of a field');
  for (const node of document.querySelectorAll('table')) if (node.tHead && !node.tHead.querySelector('th')) found.push('no heads');
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) found.push(`wider than the screen: ${wide}`);
  return found;
}""".replace("LEAST", str(LEAST))


def no_browser() -> str:
    """Why there is no browser; empty when there is one. In CI (``CI=true``) there must be: AssertionError."""
    reason = "" if find_spec("playwright") else "playwright is not installed; the extra mpj[dev] has it"
    reason = reason or ("" if CHROMIUM else "Chromium is not installed: apt-get install chromium")
    if reason and os.environ.get("CI", "").lower() in ("1", "true"):
        raise AssertionError(f"{reason}. In CI pages are judged in a browser as well")
    return reason


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, without a window."""
    if no_browser():
        pytest.skip(no_browser())
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def judged(browser: Any, page: Path, shots: Path) -> list[str]:
    """What is wrong with a page at every width and on paper; screenshots go to `shots`."""
    found: list[str] = []
    for width in WIDTHS:
        tab = browser.new_page(viewport={"width": width, "height": 900})
        _listen(tab, found)
        tab.goto(page.as_uri())
        found += [f"{width}: {one}" for one in tab.evaluate(FAULTS)]
        tab.screenshot(path=shots / f"{page.stem}-{width}.png", full_page=True)
        tab.close()
    tab = browser.new_page(viewport={"width": 1040, "height": 720})
    tab.emulate_media(media="print")
    tab.goto(page.as_uri())
    found += [f"print: {one}" for one in tab.evaluate(FAULTS) if one.startswith("contrast")]
    tab.pdf(path=shots / f"{page.stem}.pdf", prefer_css_page_size=True)
    tab.close()
    return found


def _listen(tab: Any, found: list[str]) -> None:
    """Hear what a page says on the console, where it breaks, and what it asks for."""
    tab.on("console", lambda said: found.append(f"console: {said.text}") if said.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: found.append(f"error: {error}"))
    tab.on("request", lambda asked: found.append(f"asks for {asked.url}") if not asked.url.startswith("file:") else None)


def test_a_page_with_every_part(browser: Any, tmp_path: Path) -> None:
    """Every tone, form and figure; and a code's rows that stay on one sheet of paper."""
    columns = (Column("code", "code"), Column("naam"), Column("bedrag", "cent"), Column("deel", "percent"), Column("dag", "date"))
    tones: tuple[Tone, ...] = ("plain", "soft", "strong", "more", "less", "excluded")
    rows = [("2.1", Cell(tone, "text", tone), Cell(12345, "cent", tone), Fraction(5, 2), date(2026, 3, 1)) for tone in tones]
    linked = ("3.1", Cell("TR418", "code", link="https://informatiemodel.istandaarden.nl/"), 1, None, None)
    table = Table("Bedragen", columns, (*rows, linked), ("", "samen", 74070, None, None), "een noot", banded=True)
    steps = (WaterfallStep("oud", 10000, total=True), WaterfallStep("meer", 500), WaterfallStep("nieuw", 10500, total=True))
    bars = Bars("Opbouw", ("loon", "overig"), (Bar("hbo", (Fraction(900), Fraction(100)), "€ 10,00", Fraction(950)),), "contract")
    report = Report("Alles", (("regels", "12"),), (table, Waterfall("Verschil", steps), bars, "Een zin."), "mpj")
    page = tmp_path / "alles.html"
    page.write_text(html.page(report), "utf-8")
    assert judged(browser, page, tmp_path) == []
    tab = browser.new_page()
    tab.goto(page.as_uri())
    tab.emulate_media(media="print")
    assert tab.evaluate("getComputedStyle(document.querySelector('tbody.group')).breakInside") == "avoid"
    tab.close()


def test_the_overview_and_an_explanation(browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.COMMANDS, "verify", ("mpj.cli.verify", "verify"))
    wrong = message(line(referentienummer="R7", tarief_cent=170, bedrag_cent=10200), nummer="DN7", identificatie="B7")
    assert cli.run(folder(tmp_path, a=MARCH, b=LATER, c=wrong)) == 0
    pages = sorted((tmp_path / "uit").glob("*.html"))
    assert len(pages) == 3
    assert {page.name: judged(browser, page, tmp_path) for page in pages} == {page.name: [] for page in pages}


def test_a_page_that_is_wrong_is_found_wrong(browser: Any, tmp_path: Path) -> None:
    """The checks can fail: grey on white, a figure without a label, a script that breaks, a picture from outside."""
    page = tmp_path / "fout.html"
    body = '<p style="color:#bbb">licht</p><svg></svg><div style="width:3000px">breed</div><script>throw 1</script>'
    page.write_text(f"<!DOCTYPE html><html><head></head><body>{body}</body></html>", "utf-8")
    found = " ".join(judged(browser, page, tmp_path))
    for text in (
        "contrast 1.9",
        "no language",
        "no title",
        "not one h1",
        "no label of a figure",
        "wider than the screen",
        "error: 1",
    ):
        assert text in found, text

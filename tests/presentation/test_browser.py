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
from cli.helpers import TARIEVEN, mpj, write_contract, write_month
from verify.support import line, message
from verify.test_many import LATER, MARCH, folder

from mpj import cli
from mpj.presentation import html
from mpj.presentation.report import Bar, Bars, Cell, Column, Report, Table, Tone, Waterfall, WaterfallStep
from mpj.verification.many import Overzichtrij, Uitslagen
from mpj.verification.overzicht import report

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
VOORBEELD = Path(__file__).parents[2] / "tariffs" / "voorbeeldregio"
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
  for (const node of document.querySelectorAll('input:not([type=hidden]),select,textarea'))
    if (!node.labels?.length) found.push('no label of a field');
  for (const node of document.querySelectorAll('table')) if (node.tHead && !node.tHead.querySelector('th')) found.push('no heads');
  const wide = document.documentElement.scrollWidth;
  for (const node of document.querySelectorAll('.scroll'))
    if (innerWidth >= 1280 && node.scrollWidth > node.clientWidth) found.push(`a table of ${node.scrollWidth}`);
  for (const node of document.querySelectorAll('svg text')) {
    const drawn = node.ownerSVGElement, high = node.getAttribute('font-size') * drawn.clientWidth / drawn.viewBox.baseVal.width;
    if (matchMedia('screen').matches && high < 8) found.push(`letters of ${high.toFixed(1)}: ${node.textContent.slice(0, 40)}`);
  }
  for (const node of document.querySelectorAll('.scroll')) {
    const shadows = getComputedStyle(node).backgroundAttachment.split(', ');
    const told = node.tabIndex === 0 && node.getAttribute('role') === 'region' && node.matches('[aria-label],[aria-labelledby]');
    if (!told) found.push('a table that scrolls without a name, or not with the keyboard');
    const screen = !matchMedia('print').matches;
    if (screen && shadows.join() !== 'local,local,scroll,scroll') found.push('no shadow tells that a table scrolls');
  }
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_overview_and_an_explanation(browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.COMMANDS, "verify", ("mpj.cli.verify", "verify"))
    wrong = message(line(referentienummer="R7", tarief_cent=170, bedrag_cent=10200), nummer="DN7", identificatie="B7")
    assert cli.run(folder(tmp_path, a=MARCH, b=LATER, c=wrong)) == 0
    pages = sorted((tmp_path / "uit").glob("*.html"))
    assert len(pages) == 3
    assert {page.name: judged(browser, page, tmp_path) for page in pages} == {page.name: [] for page in pages}


@pytest.mark.slow
def test_the_overview_of_a_region_fits_a_screen(browser: Any, tmp_path: Path) -> None:
    """Twenty aanbieders in sixteen gemeenten, with every amount in the millions."""
    cent = {"ingediend_cent": 123_456_789, "toegekend_cent": 100_000_000, "afgekeurd_cent": 23_456_789, "niet_beoordeeld_cent": 0}
    day = date(2026, 4, 5)
    known: dict[str, Any] = {"dagtekening": day, "uiterste_antwoorddatum": day, "regels": 1_234, **cent}
    rows = tuple(
        Overzichtrij(
            f"jw323-{65656000 + number}-{380 + place:04}-2026-03-DN12345{number:02}{place:02}.xml",
            "deels_toegekend",
            aanbieder=str(65656000 + number),
            gemeente=f"{380 + place:04}",
            periode="2026-03",
            declaratienummer=f"DN12345{number:02}{place:02}",
            belangrijkste_code="9346",
            **known,
        )
        for number, place in ((number, number % 16) for number in range(20))
    )
    page = tmp_path / "overzicht.html"
    page.write_text(html.page(report(Uitslagen(rows, ()), "nl", date(2026, 4, 10))), "utf-8")
    assert judged(browser, page, tmp_path) == []


@pytest.mark.slow
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


KOSTEN = """prestatiecode;kwalificatieniveau;salariskosten;clientgebonden_kosten;bruto_uren;verlof_procent;verzuim_procent;\
scholing_procent;indirect_client_procent;indirect_overig_procent;overhead_procent;overige_kosten;risico_marge_procent;bron
2.1;hbo;72000;1500;1878;12,8;6;3;15;10;20;3600;2,5;verzonnen
2.1;wo;92000;1500;1878;12,8;6;3;15;10;20;3600;2,5;verzonnen
"""
ON_PAPER = """() => {
  const size = node => parseFloat(getComputedStyle(node).fontSize), found = [];
  for (const table of document.querySelectorAll('table')) {
    const soft = [...table.querySelectorAll('td.soft')].filter(node => node.textContent.trim());
    const plain = [...table.querySelectorAll('td.n:not(.soft,.out)')].filter(node => node.textContent.trim());
    if (soft.length && Math.min(...plain.map(size)) <= Math.max(...soft.map(size))) found.push('an hour price as large as a price');
  }
  for (const node of document.querySelectorAll('tbody.group'))
    if (getComputedStyle(node).breakInside !== 'avoid') found.push('a group that breaks');
  for (const node of document.querySelectorAll('.scroll'))
    if (node.scrollWidth > node.clientWidth + 1) found.push(`on paper a table of ${node.scrollWidth} in ${node.clientWidth}`);
  return found;
}"""


def tariff_pages(folder: Path) -> list[Path]:
    """What `mpj tariffs` writes as pages: a matrix, a comparison, a repricing of a month and a build-up."""
    month = write_month(folder / "maand")
    old, new = month.folder / "vb", folder / "nieuw"
    assert month.declare().code == 0
    write_contract(new, tarieven=TARIEVEN.replace("24,55", "26,15").replace("30,00", "28,85"))
    (folder / "kosten.csv").write_text(KOSTEN, "utf-8")
    lines = "--regels", month.out / "declaratieregels.csv", "--herkomst", month.out / "herkomst.csv"
    for asked in (
        ("show", VOORBEELD, "--formaat", "html", "--out", folder / "matrix.html"),
        ("diff", old, new, "--formaat", "html", "--out", folder / "verschil.html"),
        ("reprice", *lines, "--oud", old, "--nieuw", new, "--out", folder / "her"),
        ("buildup", folder / "kosten.csv", "--contract", old, "--op", "2026-07-01", "--out", folder / "opbouw"),
    ):
        done = mpj("tariffs", *asked)
        assert done.code == 0, done.err
    return [
        folder / "matrix.html",
        folder / "verschil.html",
        folder / "her" / "herberekening.html",
        folder / "opbouw" / "opbouw.html",
    ]


@pytest.mark.slow
def test_the_pages_of_tariffs(browser: Any, tmp_path: Path) -> None:
    """At both widths and on paper: readable, no table wider than its box, a code's rows on one sheet, hour prices smaller."""
    for page in tariff_pages(tmp_path):
        assert (page.name, judged(browser, page, tmp_path)) == (page.name, [])
        tab = browser.new_page(viewport={"width": 1040, "height": 720})
        tab.goto(page.as_uri())
        tab.emulate_media(media="print")
        assert (page.name, tab.evaluate(ON_PAPER)) == (page.name, [])
        tab.close()

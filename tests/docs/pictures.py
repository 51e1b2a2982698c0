"""Makes the pictures of README.md: `python -m docs.pictures` with `tests` on the path, where Playwright and Chromium are.

The pages on the invented region, as `mpj demo --pagina` opens them.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.browsing import Tab
from service.support import served

from docs.examples import ROOT
from mpj.demo import contract_folders, generate
from mpj.reading.config import read_config
from mpj.reading.toml import quoted
from mpj.service import Office

FOLDER = ROOT / "docs" / "pictures"
WIDE, HIGH = 1200, 700
_REGION = {"zaad": 7, "clienten": 120, "registraties": 3000, "verblijven": 20}
_WEBP = """png => new Promise(done => { const image = new Image(); image.onload = () => {
  const canvas = document.createElement('canvas'); canvas.width = image.width; canvas.height = image.height;
  canvas.getContext('2d').drawImage(image, 0, 0); done(canvas.toDataURL('image/webp', .82).split(',')[1]) };
  image.src = 'data:image/png;base64,' + png })"""


def office(folder: Path, sizes: dict[str, int]) -> Office:
    """An office on an invented region, with a ledger."""
    region = generate(folder, contract_folders(), periode="2026-03", **sizes)
    files = {"contracten": contract_folders(), "toewijzingen": [region.toewijzingen_csv], "registraties": [region.registraties_csv]}
    files |= {"verblijf": [region.verblijf_csv], "medewerkers": [region.medewerkers_csv]}
    lines = [f"{name} = [{', '.join(quoted(path.as_posix()) for path in paths)}]" for name, paths in files.items()]
    (folder / "mpj.toml").write_text("\n".join([*lines, 'ledger = "demo.db"', 'uit = "maanden/{periode}"', ""]), "utf-8")
    made = Office(read_config(folder / "mpj.toml"), "demo")
    with made.ledger(new=True) as ledger:
        ledger.begin("2026-03")
    return made


def take(browser: Any, folder: Path, sizes: dict[str, int] = _REGION) -> list[Path]:
    """Take the pictures into `folder`: a month before it is kept, and the explanation of one of its lines."""
    with TemporaryDirectory() as name, served(office=office(Path(name), sizes)) as url:
        tab = Tab(browser, url, folder)
        tab.page.set_viewport_size({"width": WIDE, "height": HIGH})
        tab.open("/maand")
        tab.press("Laat de maand zien")
        shots = [_shot(tab, folder / "maand.webp")]
        assert "onbeslist" not in tab.text, "a picture shows a month that is ready"
        tab.follow("Regels (")
        with tab.page.expect_navigation():
            tab.page.locator("button.link").first.click()
        shots.append(_shot(tab, folder / "uitleg.webp"))
        assert not tab.wrong, tab.wrong
    return shots


def _shot(tab: Tab, path: Path) -> Path:
    page = tab.context.new_page()
    png = base64.b64encode(tab.page.screenshot()).decode()
    path.write_bytes(base64.b64decode(page.evaluate(_WEBP, png)))
    page.close()
    return path


@contextmanager
def chromium() -> Iterator[Any]:
    """Chromium, without a window."""
    from playwright.sync_api import sync_playwright
    from presentation.test_browser import CHROMIUM

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.getuid() == 0 else [])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with chromium() as browser:
        for path in take(browser, FOLDER):
            print(path.relative_to(ROOT), path.stat().st_size)

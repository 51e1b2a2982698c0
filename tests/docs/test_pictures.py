"""The pictures of README.md are of the pages as they are made now, and small."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from presentation.test_browser import browser as browser

from docs.examples import ROOT
from docs.pictures import FOLDER, HIGH, WIDE, take

_SIZE = """data => new Promise(done => { const image = new Image(); image.onload = () => done([image.width, image.height]);
  image.src = 'data:image/webp;base64,' + data })"""


def test_readme_shows_every_picture() -> None:
    shown = re.findall(r"\(docs/pictures/(\S+?)\)", (ROOT / "README.md").read_text("utf-8"))
    assert shown == sorted(path.name for path in FOLDER.iterdir())
    assert all((FOLDER / name).stat().st_size < 80_000 for name in shown)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_the_pictures_can_be_taken_again(browser: Any, tmp_path: Path) -> None:
    made = take(browser, tmp_path, {"zaad": 7, "clienten": 40, "registraties": 900, "verblijven": 12})
    assert sorted(path.name for path in made) == sorted(path.name for path in FOLDER.iterdir())
    page = browser.new_page()
    for path in (*made, *FOLDER.iterdir()):
        assert page.evaluate(_SIZE, base64.b64encode(path.read_bytes()).decode()) == [WIDE, HIGH], path.name
    page.close()

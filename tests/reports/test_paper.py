"""The page of a gemeente in a real browser: one sheet of A4, with every prestatiecode on it."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from mpj.presentation import html
from mpj.protocol import MPJ_16
from mpj.reports import Jaarbeeld, Jaarregel
from mpj.reports.pages import gemeente_page
from mpj.reports.speech import ReportSpeech
from mpj.reports.year import Aansluiting, Post

BROWSER = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
POSTS: tuple[Post, ...] = (
    *("toegekend", "open", "afgekeurd", "ingetrokken"),
    *("nog_in_te_dienen", "zonder_toewijzing", "niet_declarabel", "geleverd"),
)


def row(code: str) -> Jaarregel:
    cents = dict.fromkeys(("ingediend_cent", "toegekend_cent", "open_cent", "afgekeurd_cent", "credit_cent"), 123_456_789)
    texts = {"perceel": "A", "kwalificatieniveau": "hbo", "productcategorie": "45", "productcode": "45213", "normtijd": "kwartier"}
    dates = {"begindatum": date(2026, 1, 1), "einddatum": date(2026, 12, 31)}
    numbers = {"tarief_cent": 2455, "eenheden": Fraction(50_288), "uren": Fraction(12_572), "clienten": 3}
    given = {"aanbieder": "65656055", "gemeente": "0363", "prestatiecode": code, "eenheid": "01"}
    return Jaarregel(**given, **texts, **dates, **numbers, **cents)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no browser on this machine")
def test_a_gemeente_with_every_prestatiecode_is_one_sheet(tmp_path: Path) -> None:
    assert BROWSER is not None
    counts: tuple[Post, ...] = ("zonder_prijs", "onleesbaar")
    posts = [Aansluiting("0363", post, 10, 123_456) for post in POSTS]
    posts += [Aansluiting("0363", post, 3, None) for post in counts]
    beeld = Jaarbeeld(
        jaar=2026,
        ontvangen=False,
        peildatum=date(2026, 12, 31),
        gesloten=None,
        regels=tuple(map(row, MPJ_16.prestatiecodes)),
        aansluiting=tuple(posts),
        sha256="0" * 64,
    )
    page, paper = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(html.page(gemeente_page(beeld, "0363", ReportSpeech("nl", {"0363": "Amsterdam"}))), "utf-8")
    asked = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile"]
    subprocess.run([*asked, f"--print-to-pdf={paper}", page.as_uri()], check=True, capture_output=True, timeout=60)
    content = paper.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", content)) == 1
    assert re.search(rb"MediaBox\s*\[0 0 59\d[.\d]* 84\d[.\d]*\]", content), "A4 that stands"

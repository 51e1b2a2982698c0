"""Examples are run, tables are up to date, links lead somewhere, columns and words are all told."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

import mpj
from docs.examples import ROOT, Page, blocks, matches
from mpj import cli
from mpj.contract import SETTINGS
from mpj.contract.producten import PRODUCTEN
from mpj.contract.rows import CODES, TARIEVEN
from mpj.docs import main, rewritten
from mpj.output.shape import HERKOMST, REGELS, UITVAL
from mpj.protocol import MPJ_16
from mpj.records import REDENEN
from mpj.records.definitions import DEFINITIONS
from mpj.records.words import SOORTEN, STATUSSEN, TIJDSOORTEN

DOCS = ROOT / "docs"
ELSEWHERE = ("docs/extending.md", "docs/spark.md", "docs/tariffs.md", "docs/verify.md")
"""Pages whose examples are run by a test of their own."""
OWN = tuple(
    path.relative_to(ROOT).as_posix()
    for path in sorted((ROOT / "README.md", *DOCS.rglob("*.md")))
    if path.relative_to(ROOT).as_posix() not in ELSEWHERE
)
PAGES = (*OWN, *ELSEWHERE, "CHANGELOG.md")
SLOW = ("docs/demo.md", "docs/reports.md", "docs/nl/accountant.md", "docs/nl/klerk.md")
"""Pages whose examples take more than some two seconds: they play months, or have many of them."""
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def page(name: str) -> str:
    """Return the text of a page."""
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in OWN])
def test_examples_show_what_the_page_says(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("FORCE_COLOR", "COLUMNS", "NO_COLOR", "TERM"):
        monkeypatch.delenv(variable, raising=False)
    for outcome in Page(page(name), tmp_path).run():
        if not matches(outcome.expected, outcome.shown):
            pytest.fail(f"{name}, line {outcome.line}\nthe page says\n{outcome.expected}\nbut it shows\n{outcome.shown}")


@pytest.mark.parametrize("name", OWN)
def test_commands_for_reading_exist(name: str) -> None:
    """A ``sh`` block is not run; it may hold only make targets, parts of the benchmarks and mpj commands that exist."""
    targets = re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE)
    for block in blocks(page(name)):
        for line in block.text.splitlines() if block.language == "sh" else ():
            program, word, *rest = line.split()
            part = program.endswith("python") and word == "-m" and find_spec(rest[0]) is not None
            assert part or (program == "make" and word in targets) or (program.endswith("mpj") and word in cli.COMMANDS), line


@pytest.mark.slow
def test_the_excerpt_of_the_demo_is_real(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    excerpt = re.search(r"<!-- excerpt of: mpj demo -->\n```text\n(.*?)```", page("README.md"), re.DOTALL)
    assert excerpt is not None
    assert cli.run(["demo", "--out", str(tmp_path / "demo")]) == 0
    shown = capsys.readouterr().out
    assert matches(excerpt[1], shown), shown
    regels = (tmp_path / "demo" / "declaratie" / "declaratieregels.csv").read_text("utf-8").splitlines()
    assert cli.run(["explain", "--van", str(tmp_path / "demo" / "declaratie"), "--regel", regels[1].split(";")[0]]) == 0


def test_no_page_waits_for_figures() -> None:
    assert [path.name for path in DOCS.rglob("*.md") if re.search(r"^[A-Z]+$", path.read_text("utf-8"), re.MULTILINE)] == []


def test_generated_tables_are_up_to_date() -> None:
    for path in DOCS.rglob("*.md"):
        text = path.read_text("utf-8")
        assert rewritten(text) == text, f"run make docs: {path.name}"


def test_the_generator_touches_only_its_tables(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("before\n<!-- generated: reasons -->\nold\n<!-- end generated -->\nafter\n", "utf-8")
    (tmp_path / "b.md").write_text("nothing generated\n", "utf-8")
    assert main(tmp_path) == [tmp_path / "a.md"]
    text = (tmp_path / "a.md").read_text("utf-8")
    assert text.startswith("before\n<!-- generated: reasons -->\n")
    assert text.endswith("<!-- end generated -->\nafter\n")
    assert "old" not in text
    assert main(tmp_path) == []


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_internal_links_lead_somewhere(name: str) -> None:
    text = re.sub(r"^```.*?^```$", "", page(name), flags=re.DOTALL | re.MULTILINE)
    for link in _LINK.findall(text):
        if link.startswith(("http://", "https://")):
            continue
        target, _, anchor = link.partition("#")
        path = (ROOT / name).parent / target if target else ROOT / name
        assert path.exists(), f"{name}: {link}"
        assert not anchor or anchor in anchors(path.read_text("utf-8")), f"{name}: {link}"


def test_the_index_names_every_page() -> None:
    for folder in (DOCS, DOCS / "nl"):
        linked = set(_LINK.findall((folder / "README.md").read_text("utf-8")))
        assert {path.name for path in folder.glob("*.md")} - {"README.md"} <= linked


def columns_told(section: str) -> dict[str, str]:
    """Return the rows of the first table under a heading of formats.md: first cell (code words) to second cell."""
    text = page("docs/formats.md").split(f"### {section}\n")[1].split("\n#")[0]
    rows = re.findall(r"^\| `([a-z_]+)` \|(.*?)\|", text, re.MULTILINE)
    return dict(rows)


@pytest.mark.parametrize(
    ("section", "columns", "required"),
    [
        ("tarieven.csv", TARIEVEN.columns.known, TARIEVEN.columns.required),
        ("codes.csv", CODES.columns.known, CODES.columns.required),
        ("producten.csv", PRODUCTEN.columns.known, PRODUCTEN.columns.required),
        *((f"{one.soort}.csv", one.columns.known, one.columns.required) for one in DEFINITIONS),
    ],
)
def test_input_columns_are_all_told(section: str, columns: tuple[str, ...], required: tuple[str, ...]) -> None:
    told = columns_told(section)
    assert tuple(told) == columns
    assert {name for name, second in told.items() if "yes" in second} == set(required)


@pytest.mark.parametrize(
    ("section", "columns"),
    [
        ("declaratieregels.csv", REGELS.names),
        ("herkomst.csv", HERKOMST.names),
        ("uitval.csv", UITVAL.names),
    ],
)
def test_output_columns_are_all_told(section: str, columns: tuple[str, ...]) -> None:
    assert tuple(columns_told(section)) == columns


def test_every_reason_is_told_in_english_too() -> None:
    told = re.findall(r"^\| `([a-z_]+)` \|", page("docs/reasons.md").split("## The same in English")[1], re.MULTILINE)
    assert told == list(REDENEN)


def domain_words() -> set[str]:
    """Return every Dutch word of columns, settings and choices."""
    words = {
        "Prestatiecode",
        "Kwalificatieniveau",
        "Toewijzing",
        "Registratie",
        "Perceel",
        "Tarief",
        "Declaratieregel",
        "Aanbieder",
    }
    words |= {"Gemeente", "Normtijd", "Hulpvorm", "Uitval", "Tariefkaart", "Herkomst", "Specifiek", "Aspecifiek", "Generiek"}
    for columns in (
        TARIEVEN.columns.known,
        CODES.columns.known,
        *(one.columns.known for one in DEFINITIONS),
        REGELS.names,
        HERKOMST.names,
        UITVAL.names,
        SOORTEN,
        TIJDSOORTEN,
        STATUSSEN,
        tuple(MPJ_16.normtijden),
        tuple(MPJ_16.kwalificatieniveaus),
    ):
        words |= set(columns)
    for setting in SETTINGS:
        words |= {setting.key, *setting.choices}
    return {word.lower() for word in words}


def test_the_glossary_has_every_word() -> None:
    cells = re.findall(r"^\| (.+?) \| (.+) \|$", page("docs/glossary.md"), re.MULTILINE)
    told = {word.lower() for cell in cells for word in re.findall(r"[`*]([\w+-]+)[`*]", " ".join(cell))}
    told |= {word.lower() for first, _ in cells for word in re.findall(r"[\w+-]+", first)}
    assert domain_words() - told == set()


def test_imports_run_one_way() -> None:
    """The table in architecture.md is the rule; imports inside functions count too, unless the table says so."""
    folders = {path.name for path in (ROOT / "mpj").iterdir() if (path / "__init__.py").exists()}
    allowed: dict[str, set[str]] = {}
    lazy: dict[str, set[str]] = {}
    for folder, text in re.findall(r"^\| `([a-z]+)` \| (.+) \|$", page("docs/architecture.md"), re.MULTILINE):
        named = set(re.findall(r"`([a-z]+)`", text.split(";")[0]))
        if text.startswith("all of the above"):
            named = set(allowed) - named
        allowed[folder] = folders if text == "everything" else named
        lazy[folder] = set(re.findall(r"`([a-z]+)`", text.partition(";")[2]))
    assert set(allowed) == folders
    for folder in folders:
        for path in (ROOT / "mpj" / folder).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mpj."):
                    used = node.module.split(".")[1]
                    top = node in tree.body
                    fine = used in (folder, "version") or used in allowed[folder] or (not top and used in lazy[folder])
                    assert fine, f"{path.relative_to(ROOT)}, line {node.lineno}: {folder} imports {used}"


def test_the_files_that_architecture_names_exist() -> None:
    rows = re.findall(r"^\| .+? \| (.*`[a-z]+/[a-z_0-9]+\.(?:py|toml)`.*) \|$", page("docs/architecture.md"), re.MULTILINE)
    assert len(rows) > 15
    for row in rows:
        names = re.findall(r"`([a-z_0-9/]+\.(?:py|toml))`", row)
        folder = names[0].split("/")[0]
        for name in names:
            assert (ROOT / "mpj" / name).exists() or (ROOT / "mpj" / folder / name).exists(), name


def test_the_changelog_has_the_current_version() -> None:
    assert f"## [{mpj.__version__}]" in page("CHANGELOG.md")
    assert page("CHANGELOG.md").index("## [Unreleased]") < page("CHANGELOG.md").index(f"## [{mpj.__version__}]")


@pytest.mark.parametrize("name", PAGES)
def test_no_real_bsn_stands_in_a_page(name: str) -> None:
    for digits in re.findall(r"(?<![0-9])[0-9]{9}(?![0-9])", page(name)):
        assert digits.startswith("9999"), f"{name}: {digits}"

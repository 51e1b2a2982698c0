"""A BSN planted anywhere: in any field of any file, in a name, in an option. No command then prints it, or writes it.

Apart are the files that hold BSNs or ids by design (docs/privacy.md). `make test` tries 2,000 by a fixed seed, `long` more.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from cli.helpers import ALL_BSNS, BRAM, REGISTRATIES, TARIEVEN, TOEWIJZINGEN, TOML, VERBLIJF, Outcome, mpj, write

MESSAGE = (Path(__file__).parents[1] / "messages" / "golden" / "jw323-maand.xml").read_text("utf-8")
MEDEWERKERS = "medewerker;kwalificatieniveau;begindatum;einddatum\nM-1;hbo;2026-01-01;\n"
# Each client has a toewijzing, so that each BSN is one of the run.
MONTH = {
    "toewijzingen.csv": TOEWIJZINGEN + "4;999900043;0363;65656055;2026-01-01;;4.1\n5;999900055;0363;65656055;2026-01-01;;4.1\n",
    "registraties.csv": "\n".join(
        line + end for line, end in zip(REGISTRATIES.splitlines(), (";medewerker", *[";M-1"] * 9), strict=False)
    ),
    "verblijf.csv": VERBLIJF,
    "medewerkers.csv": MEDEWERKERS,
    "vb/contract.toml": TOML,
    "vb/tarieven.csv": TARIEVEN,
    "bericht.xml": MESSAGE,
    "meer.xml": MESSAGE,
}
BY_DESIGN = {"declaratieregels.csv", "herkomst.csv", "mpj.toml", *MONTH}
"""Lines, their trace with the ids of records; and what went in. Messages too: jw323*.xml and jw325*.xml."""
WITH_LEDGER = 40
"""One in so many attempts calls what keeps a ledger, which takes a hundred times as long."""
_GAPS = re.compile(r"(?<=\d)[\s.\-/_\u00a0\u200b\u2011]{1,3}(?=\d)")


def form(dice: Random) -> str:
    """A BSN as somebody might write it."""
    gap = dice.choice(["", "", ".", " ", "-", "/", "_", "\u00a0", "\u2011", "\u200b"])
    cuts = dice.choice([(4, 6), (3, 6), (2, 5), tuple(range(1, 9))])
    digits = "".join(gap + digit if place in cuts else digit for place, digit in enumerate(BRAM))
    if dice.random() < 0.2:
        digits = digits.translate({ord(str(one)): 0xFF10 + one for one in range(10)})
    return dice.choice(["{}", "{}", "{}", "BSN{}", "{}-1", "R {} x", "x{}x"]).format(digits)


def in_a_cell(files: dict[str, str], dice: Random) -> None:
    """Plant in a field of a table, its header too."""
    name = dice.choice([name for name in files if name.endswith(".csv")])
    rows = [line.split(";") for line in files[name].splitlines()]
    row = dice.choice(rows if dice.random() < 0.2 else rows[1:])
    row[dice.randrange(len(row))] = form(dice)
    files[name] = "\n".join(map(";".join, rows)) + "\n"


def in_the_contract(files: dict[str, str], dice: Random) -> None:
    """Plant in a value or a key of contract.toml."""
    lines = files["vb/contract.toml"].splitlines()
    place = dice.choice([place for place, line in enumerate(lines) if "=" in line])
    key = lines[place].partition("=")[0]
    lines[place] = f'{key}= "{form(dice)}"' if dice.random() < 0.8 else f'{lines[place]}\n"{form(dice)}" = "x"'
    files["vb/contract.toml"] = "\n".join(lines) + "\n"


def in_the_message(files: dict[str, str], dice: Random) -> None:
    """Plant in the text, or the name, of an element."""
    found = list(re.finditer(r">([^<>\s][^<>]*)</", files["bericht.xml"]))
    one = dice.choice(found)
    text = files["bericht.xml"]
    files["bericht.xml"] = text[: one.start(1)] + form(dice) + text[one.end(1) :]


def calls(folder: Path, names: dict[str, str], dice: Random) -> list[list[str]]:
    """A call of some command on the files in a folder, the option values perhaps planted."""
    paths = {name: str(folder / names.get(name, name)) for name in MONTH}
    vb, out = str(folder / names.get("vb", "vb")), str(folder / names.get("uit", "uit"))
    month = ["--contracten", vb, "--toewijzingen", paths["toewijzingen.csv"]]
    declare = ["declare", *month, "--registraties", paths["registraties.csv"], "--verblijf", paths["verblijf.csv"]]
    declare += ["--periode", "2026-03", "--dagtekening", "2026-04-07", "--out", out, "--executor", "python"]
    planted = form(dice)
    proposal = dice.choice([[], ["--voorstel", str(folder / f"{planted.replace('/', '')}.toml")]])
    work = dice.choice([["--out", str(folder / f"lijst.{kind}"), "--formaat", kind] for kind in ("csv", "json")])
    work += dice.choice([[], ["--per", "medewerker"], ["--per", "gemeente"]])
    return dice.choice(
        [
            [declare],
            [
                [*declare, "--medewerkers", paths["medewerkers.csv"]],
                ["explain", "--van", out, "--bron", dice.choice([planted, "R1"])],
            ],
            [declare, ["sample", "--van", out, "--aantal", "2", "--zaad", planted]],
            [[*declare, dice.choice(["--volgnummer", "--periode", "--dagtekening", "--eerder", "--xsd-versie"]), planted]],
            [["explain", "--van", dice.choice([out, planted]), dice.choice(["--regel", "--bron"]), planted]],
            [["intake", dice.choice([paths[name] for name in MONTH if name.endswith(".csv")]), *proposal], ["intake", planted]],
            [declare, ["worklist", "--van", out, *work]],
            [["tariffs", "check", vb]],
            [["tariffs", "show", vb, "--formaat", dice.choice(["tekst", "csv", "html"])]],
            [["tariffs", "diff", vb, dice.choice([vb, planted])]],
            [["tariffs", "index", vb, "--percentage", dice.choice(["3", planted]), "--vanaf", "2027-01-01"]],
            [["messages", "check", paths["bericht.xml"]]],
            [["messages", "check", paths["bericht.xml"]]],
            [["verify", "--bericht", paths["bericht.xml"], *month, "--dagtekening", "2026-04-07", "--out", out]],
            [["verify", "--bericht", paths["bericht.xml"], paths["meer.xml"], *month, "--dagtekening", "2026-04-07", "--out", out]],
            [["ledger", "status", "--ledger", planted]],
            [["ledger", "erase", "--ledger", str(folder / "l.db"), "--bsn-bestand", planted]],
            [[planted], ["declare", f"--{planted}"], ["ledger", planted]],
        ]
    )


def with_ledger(folder: Path, names: dict[str, str], dice: Random) -> list[list[str]]:
    """Calls that make a ledger and go on with it: a month of ``mpj.toml``, or one that begins with what was declared before."""
    used = {name: names.get(name, name) for name in ("vb", "uit", *MONTH)}
    ledger, planted, config = str(folder / "l.db"), form(dice), folder / "mpj.toml"
    inputs = (("contracten", "vb"), *((kind, f"{kind}.csv") for kind in ("toewijzingen", "registraties", "verblijf")))
    told = [f'{kind} = ["{used[name]}"]' for kind, name in inputs]
    write(config, "\n".join([*told, 'ledger = "l.db"', f'uit = "{used["uit"]}"']) + "\n")
    earlier, care = str(folder / used["bericht.xml"]), str(folder / used["registraties.csv"])
    with_care = dice.choice([[], ["--nog-te-declareren", care]])
    begin = ["ledger", "begin", "--ledger", ledger, "--vanaf", dice.choice(["2026-03", "2026-04", planted]), "--eerder", earlier]
    month = ["month", dice.choice(["2026-03", "2026-03", planted]), "--config", str(config), "--dagtekening", "2026-04-07"]
    later = [
        ["ledger", "close-year", dice.choice(["2025", planted]), "--ledger", ledger],
        ["ledger", "status", "--ledger", ledger, *dice.choice([[], ["--herstellijst"]])],
        ["ledger", "work", "--ledger", ledger],
        ["ledger", "check", "--ledger", ledger],
        ["ledger", "send", "--ledger", ledger, dice.choice(["2026-03", planted])],
        ["ledger", dice.choice(["withdraw", "resend"]), "--ledger", ledger, planted],
        ["ledger", "messages", "--ledger", ledger, planted, "--out", str(folder / "weer")],
        ["ledger", "answer", "--ledger", ledger, earlier],
    ]
    return [*dice.choice([[month], [[*begin, *with_care]], [[*begin, *with_care], month]]), *dice.sample(later, 2)]


def shown_in(path: Path) -> str:
    """What a file that people open holds; of a workbook all its parts."""
    if path.suffix != ".xlsx":
        return path.read_text("utf-8")
    with zipfile.ZipFile(path) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())


def leaks(text: str) -> bool:
    """Whether a text shows a BSN, in whatever digits and with whatever between them."""
    plain = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)
    plain = _GAPS.sub("", plain)
    return any(bsn in plain for bsn in ALL_BSNS)


PLANTS: list[Callable[[dict[str, str], Random], None]] = [in_a_cell, in_a_cell, in_the_contract, in_the_message, lambda *_: None]


def attempt(folder: Path, number: int, dice: Random) -> None:
    """Plant, call, and look at everything that was printed and written."""
    files = dict(MONTH)
    plant = dice.choice(PLANTS)
    plant(files, dice)
    named = dice.choice(["uit", "vb", *MONTH, "", "", "", ""])
    names = {named: form(dice).replace("/", "") + Path(named).suffix} if named and "/" not in named else {}
    for name, text in files.items():
        top, _, rest = name.partition("/")
        write(folder / names.get(top, top) / rest if rest else folder / names.get(name, name), text)
    before = {path for path in folder.rglob("*") if path.is_file()}
    meldingen = dice.choice(["tekst", "json"])
    for call in (calls if number % WITH_LEDGER else with_ledger)(folder, names, dice):
        outcome = mpj(*call, f"--meldingen={meldingen}")
        check(outcome, f"{number}: {call} {names} {plant}", as_json=meldingen == "json")
    for path in sorted(folder.rglob("*")):
        message = path.suffix == ".xml" and path.name.startswith(("jw323", "jw325"))
        if path.is_file() and path not in before and path.name not in BY_DESIGN and not message and ".db" not in path.name:
            assert not leaks(shown_in(path)), f"{number}: {path.name} {names} {plant}"


def check(outcome: Outcome, said: str, *, as_json: bool) -> None:
    """Assert that a command showed no BSN, and nothing that it did not foresee."""
    assert not leaks(outcome.out), f"{said}\n{outcome.out}"
    assert not leaks(outcome.err), f"{said}\n{outcome.err}"
    assert not outcome.unexpected, f"{said}\n{outcome.err}"
    if as_json:
        assert all(isinstance(json.loads(line), dict) for line in outcome.err.splitlines()), f"{said}\n{outcome.err}"


def attempts(tmp_path: Path, seed: int, most: int) -> None:
    """Make so many attempts; each has dice of its own, so that one can be repeated by its number."""
    for number in range(most):
        folder = tmp_path / str(number % 50)
        attempt(folder / str(number), number, Random(seed * 1_000_000 + number))


@pytest.mark.slow
def test_a_planted_bsn_shows_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    attempts(tmp_path, 13, 2_000)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_many_planted_bsns_show_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.chdir(tmp_path)
    attempts(tmp_path, seed, 2_000)


def test_the_search_sees_a_bsn_in_every_form() -> None:
    """What does not see a leak cannot find one."""
    dice = Random(1)
    assert all(leaks(form(dice)) for _ in range(500))
    assert not leaks("2026-03-02 999900019 € 9.999,00")

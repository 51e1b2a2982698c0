"""What the jobs start from: a declaration that is right in every line, with its contract and toewijzingen, and a changed matrix."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from attrs import evolve

from benchmarks.peers.data import AANBIEDER, bsns, tarieven
from mpj.messages import Berichtidentificatie, Declaratiekop, Header, Periode, Prestatie, Totaal, Xsdversie, write_stream
from mpj.messages.values import Clientregel

GEMEENTE = "3001"
FIRST, LAST, DATED = date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 5)
# Product code, price of a kwartier in cents; four of them on each line.
CODES = (("45212", 2455), ("45213", 2610), ("45214", 3120))
CONTRACT = f"""\
[contract]
id = "GROEI"
protocol = "MPJ-16"
aanbieder = "{AANBIEDER}"
gemeenten = ["{GEMEENTE}"]
begindatum = 2026-01-01
einddatum = 2026-12-31

[[perceel]]
code = "A"
"""


def declaration(count: int) -> Iterator[Declaratiekop | Clientregel]:
    """Yield the head and `count` lines of a declaration of March 2026, three lines to a client, none of them held."""
    cents = sum(4 * CODES[number % len(CODES)][1] for number in range(count))
    header = Header("490", 3, 2, AANBIEDER, GEMEENTE, Berichtidentificatie("ID1", DATED), Xsdversie("1.0.0", "1.0.0"))
    yield Declaratiekop(header, "DN1", Periode(FIRST, LAST), DATED, Totaal(cents, "D"))
    line = Prestatie("R", None, 1, "45", "45212", FIRST, LAST, 60, "01", 164, 9820, "D")
    own = bsns()
    bsn = ""
    for number in range(count):
        client, place = divmod(number, len(CODES))
        if not place:
            bsn = next(own)
        code, price = CODES[place]
        one = evolve(
            line,
            referentienummer=f"R{number}",
            toewijzingnummer=client + 1,
            productcode=code,
            tarief_cent=(2 * price + 15) // 30,
            bedrag_cent=4 * price,
        )
        yield Clientregel(client + 1, bsn, place + 1, one)


def write_declaration(path: Path, count: int) -> int:
    """Write a declaration of `count` lines; returns its bytes."""
    with path.open("wb") as out:
        return write_stream(declaration(count), out)


def write_verification(folder: Path, count: int) -> None:
    """Write a declaration of `count` lines, the contract under which all are right, and the toewijzingen of its clients."""
    write_declaration(folder / "jw323.xml", count)
    contract = folder / "contract"
    contract.mkdir()
    (contract / "contract.toml").write_text(CONTRACT, "utf-8")
    rows = [f"2.1;{niveau};2026-01-01;{price // 100},{price % 100:02}\n" for niveau, (_, price) in zip(LEVELS, CODES, strict=True)]
    (contract / "tarieven.csv").write_text("prestatiecode;kwalificatieniveau;begindatum;tarief\n" + "".join(rows), "utf-8")
    with (folder / "toewijzingen.csv").open("w", encoding="utf-8", newline="") as out:
        out.write("toewijzingnummer;bsn;gemeente;aanbieder;begindatum;einddatum;prestatiecode;volume;eenheid;frequentie\n")
        for number, bsn in zip(range(1, -(-count // len(CODES)) + 1), bsns(), strict=False):
            out.write(f"{number};{bsn};{GEMEENTE};{AANBIEDER};2026-01-01;2026-12-31;2.1;100;04;6\n")


LEVELS = ("hbo", "hbo+", "wo")


def write_changed_contract(old: Path, new: Path) -> None:
    """Write the contract of the year once more, every price from the first of July three percent higher."""
    new.mkdir()
    (new / "contract.toml").write_bytes((old / "contract.toml").read_bytes())
    head, *rows = tarieven()
    (new / "tarieven.csv").write_text("\n".join((head, *(_raised(row) for row in rows), "")), "utf-8")


def _raised(row: str) -> str:
    *cell, begin, end, price = row.split(";")
    if price == "uitgesloten" or (end and end < "2026-07-01"):
        return row
    cents = int(price.replace(",", ""))
    cents += cents * 3 // 100
    raised = f"{cents // 100},{cents % 100:02}"
    if begin >= "2026-07-01":
        return ";".join((*cell, begin, end, raised))
    until = date(2026, 7, 1) - timedelta(days=1)
    return ";".join((*cell, begin, str(until), price)) + "\n" + ";".join((*cell, "2026-07-01", end, raised))

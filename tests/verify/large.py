"""A large declaration, written line by line, with its contract and toewijzingen: for what must not grow with the number of lines.

As a program it verifies one with `mpj verify` and prints its peak memory in kB: ``python large.py FOLDER OUT``; with ``whole``
behind these every element is parsed by itself, as what is not plain is.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import islice, product
from pathlib import Path

from benchmarks.peers.data import bsns
from mpj.messages import (
    Berichtidentificatie,
    Clientregel,
    Declaratiekop,
    Header,
    Periode,
    Prestatie,
    Totaal,
    Xsdversie,
    write_stream,
)
from mpj.reading.periods import first_day, last_day, month_of

CODES = (("45212", 164, 9820), ("45213", 174, 10440), ("45214", 208, 12480))
MONTHS = tuple(range(month_of(date(2022, 1, 1)), month_of(date(2026, 4, 1))))[::-1]
MOST = len(CODES) * len(MONTHS)
CONTRACT = """[contract]
id = "VB"
protocol = "MPJ-16"
aanbieder = "65656055"
gemeenten = ["0384"]
begindatum = 2022-01-01
einddatum = 2027-12-31

[[perceel]]
code = "A"
naam = "Alles"
gemeenten = []
"""


def lines(clients: list[str], per_client: int) -> Iterator[Clientregel]:
    """At most MOST right lines for each client: months back from March 2026, three codes in each, a volume that differs."""
    for client, bsn in enumerate(clients, 1):
        for nummer, (month, (code, tariff, amount)) in enumerate(islice(product(MONTHS, CODES), per_client), 1):
            blocks = 1 + (client + nummer) % 40
            one = Prestatie(
                referentienummer=f"R{client}-{nummer}",
                vorig_referentienummer=None,
                toewijzingnummer=client,
                productcategorie="45",
                productcode=code,
                begindatum=first_day(month),
                einddatum=last_day(month),
                volume=60 * blocks,
                eenheid="01",
                tarief_cent=tariff,
                bedrag_cent=amount * blocks,
                debetcredit="D",
            )
            yield Clientregel(client, bsn, nummer, one)


def prepare(folder: Path, count: int, clients: int, price: str = "24,55") -> None:
    """Write a declaration of `count` lines for `clients` clients, a multiple of them, into `folder`, and what it is held against.

    With another `price` for the hbo a third of the lines is wrong.
    """
    per_client, people = count // clients, sorted(islice(bsns(), clients))
    assert per_client * clients == count and per_client <= MOST
    day = date(2026, 4, 5)
    total = sum(line.prestatie.bedrag_cent for line in lines(people, per_client))
    header = Header("490", 3, 2, "65656055", "0384", Berichtidentificatie("B1", day), Xsdversie("1.0.0", "1.0.0"))
    head = Declaratiekop(header, "DN1", Periode(date(2026, 3, 1), date(2026, 3, 31)), day, Totaal.of(total))

    def parts() -> Iterator[Declaratiekop | Clientregel]:
        yield head
        yield from lines(people, per_client)

    with (folder / "jw323.xml").open("wb") as stream:
        write_stream(parts(), stream)
    (folder / "contract").mkdir()
    (folder / "contract" / "contract.toml").write_text(CONTRACT, "utf-8")
    prices = (("hbo", price), ("hbo+", "26,10"), ("wo", "31,20"))
    rows = "".join(f"A;2.1;{level};2022-01-01;;{cents}\n" for level, cents in prices)
    head_row = "perceel;prestatiecode;kwalificatieniveau;begindatum;einddatum;tarief\n"
    (folder / "contract" / "tarieven.csv").write_text(head_row + rows, "utf-8")
    own = "".join(f"{number};{bsn};0384;65656055;2022-01-01;2.1;500;04;6\n" for number, bsn in enumerate(people, 1))
    columns = "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;prestatiecode;volume;eenheid;frequentie\n"
    (folder / "toewijzingen.csv").write_text(columns + own, "utf-8")


def peak(folder: Path, out: Path) -> int:
    """Return the peak memory in kB of a process that verifies what stands in `folder`."""
    done = subprocess.run([sys.executable, __file__, str(folder), str(out)], check=True, capture_output=True, text=True)
    return int(done.stdout.splitlines()[-1])


def main(folder: Path, out: Path, *whole: str) -> None:
    """Verify, and print the peak memory of this process."""
    from mpj.cli import run
    from mpj.messages.shapes import PlainElement

    if whole:
        PlainElement.of = classmethod(lambda *_: None)  # type: ignore[method-assign,assignment]
    names = {"bericht": "jw323.xml", "contracten": "contract", "toewijzingen": "toewijzingen.csv"}
    given = [part for name, file in names.items() for part in (f"--{name}", str(folder / file))]
    assert run(["verify", *given, "--dagtekening", "2026-04-10", "--out", str(out)]) == 0
    print(Path("/proc/self/status").read_text("utf-8").split("VmHWM:")[1].split()[0])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])

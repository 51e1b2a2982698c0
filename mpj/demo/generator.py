"""The generator: from a seed and contract folders to the input files of one month.

Clients are made first, all of them, because each one's share in the registraties depends on the others; after that
every row is written as soon as it is made. Nothing but the arguments decides a byte: no clock, no environment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from random import Random
from types import MappingProxyType

from attrs import frozen

from mpj.demo.chance import apportion, between, one_of, weighted
from mpj.demo.clients import Admission, DemoClient, make_client
from mpj.demo.files import Files
from mpj.demo.month import Month, write_client
from mpj.demo.people import Staff, bsn_range, make_staff
from mpj.demo.region import Region, read_region
from mpj.reading.periods import parse_month

STAY_ROWS_PER_100_CLIENTS = 180
FIRST_TOEWIJZINGNUMMER = 100_001
# Weights of the gemeenten in the example contracts; any other gemeente gets one of the last row.
_SIZES = {
    gemeente: size
    for size, gemeenten in (
        (45, ("0363",)),
        (16, ("0392", "0394", "0479")),
        (9, ("0362", "0439", "0453")),
        (4, ("0375", "0383", "0385", "0396")),
        (3, ("0358", "0384", "0397", "0451")),
        (2, ("0377", "0473", "0852", "0880")),
        (1, ("0415", "0431", "0437", "0450")),
    )
    for gemeente in gemeenten
}
_OTHER_SIZES = (1, 1, 1, 2, 2, 3, 4, 6, 9)

_README = """\
# Verzonnen gegevens

Alles in deze map is verzonnen door `mpj demo`: cliënten, zorg, medewerkers en toewijzingen bestaan niet. De
burgerservicenummers komen uit de testreeks die met 9999 begint. Ook de fouten zijn bedacht, en staan er met opzet in.

| bestand | rijen |
|---|---|
| toewijzingen.csv | {toewijzingen} |
| registraties.csv | {registraties} |
| verblijf.csv | {verblijven} |
| medewerkers.csv | {medewerkers} |

Maand {periode}, zaad {zaad}, {clienten} cliënten in {gemeenten} gemeenten. Met hetzelfde zaad, dezelfde aantallen en
dezelfde contracten ontstaan dezelfde bestanden.

*In English: invented data for trying out mpj. Nobody in these files exists, and the mistakes are there on purpose.*
"""


@frozen
class Overview:
    """What was made."""

    folder: Path
    """Where it was written."""
    toewijzingen_csv: Path
    """The file of toewijzingen."""
    registraties_csv: Path
    """The file of registraties."""
    verblijf_csv: Path
    """The file of stays."""
    medewerkers_csv: Path
    """The file of levels."""
    periode: str
    """The month, as 2026-03."""
    zaad: int
    """The seed."""
    gemeenten: int
    """Those with a client."""
    clienten: int
    """How many clients."""
    toewijzingen: int
    """How many rows: two versions of one are two."""
    registraties: int
    """How many rows."""
    verblijven: int
    """How many rows."""
    medewerkers: int
    """How many rows."""
    mess: Mapping[str, int]
    """How many records each kind of mess struck, by file and kind, as in ``registraties/dubbel_gelijk``."""


def generate(
    folder: Path,
    contract_dirs: Sequence[Path],
    *,
    zaad: int = 2026,
    clienten: int = 2000,
    registraties: int = 60000,
    verblijven: int = 300,
    periode: str = "2026-03",
) -> Overview:
    """Write toewijzingen.csv, registraties.csv, verblijf.csv, medewerkers.csv and a README.md to `folder`.

    `contract_dirs` are contract folders without faults. Exactly `clienten` clients with a BSN of the test range receive
    care in the month `periode`, in exactly `registraties` rows of contacts and `verblijven` rows of stays. `zaad` is
    the seed: the same arguments and contracts give the same bytes. Files of these names are replaced, and only when all
    of them are complete.

    Raises ValueError when the sizes cannot be had (more clients than the test range has numbers, records and nobody to
    give them to), when `periode` is not a month or the contracts have no price in it; OSError when a file cannot be
    read or written.
    """
    if registraties < 0 or verblijven < 0:
        raise ValueError("a number of records is zero or more")
    month_number = parse_month(periode)
    region = read_region(contract_dirs, month_number)
    rng = Random(zaad)
    bsns = _numbers(rng, clienten)
    staff, medewerkers = make_staff(rng, registraties, month_number)
    clients, stays = _clients(rng, region, staff, bsns, verblijven, month_number)
    month = Month(month_number, region.offers, staff)
    quotas = apportion(registraties, [client.weight for client in clients])
    folder.mkdir(parents=True, exist_ok=True)
    with Files(folder) as files:
        files.write(medewerkers)
        for client, quota, stay_rows in zip(clients, quotas, stays, strict=True):
            write_client(rng, month, client, quota, stay_rows, files)
    return _overview(folder, periode, zaad, clients, files.rows, month.mess)


def _numbers(rng: Random, clienten: int) -> list[str]:
    known = bsn_range()
    if not 0 < clienten <= len(known):
        raise ValueError(f"the test range has BSNs for 1 to {len(known)} clients, not {clienten}")
    return rng.sample(known, clienten)


def largest(region: Region, count: int) -> Region:
    """Return a region of its `count` largest gemeenten."""
    names = sorted(region.offers, key=lambda gemeente: (-_SIZES.get(gemeente, 0), gemeente))[:count]
    return Region({gemeente: region.offers[gemeente] for gemeente in names})


def admission(rng: Random, region: Region, staff: Staff, month: int) -> Admission:
    """Return how clients are taken in, from a month on: most of them by the large gemeenten."""
    sizes = {gemeente: _SIZES.get(gemeente) or one_of(rng, _OTHER_SIZES) for gemeente in region.offers}
    with_stays = [(name, size) for name, size in sizes.items() if any(offer.role == "verblijf" for offer in region.offers[name])]
    return Admission(
        region=region,
        staff=staff,
        month=month,
        numbers=count(FIRST_TOEWIJZINGNUMMER),
        gemeenten=weighted(list(sizes.items())),
        gemeenten_with_stays=weighted(with_stays) if with_stays else None,
    )


def _clients(
    rng: Random, region: Region, staff: Staff, bsns: Sequence[str], verblijven: int, month: int
) -> tuple[list[DemoClient], list[int]]:
    """Return the clients, and for each how many rows of stays it has."""
    intake = admission(rng, region, staff, month)
    if verblijven and intake.gemeenten_with_stays is None:
        raise ValueError("none of the contracts buys etmalen, so there is nowhere to stay")
    staying = min(len(bsns), -(-verblijven * 100 // STAY_ROWS_PER_100_CLIENTS))
    stays = [0] * len(bsns)
    chosen = sorted(rng.sample(range(len(bsns)), staying))
    # In pairs: a weekend away takes a row for the weekend and one for the days after it.
    pairs, left = divmod(verblijven - staying, 2)
    for index, weekends in zip(chosen, apportion(pairs, [between(rng, 1, 4) for _ in chosen]), strict=True):
        stays[index] = 1 + 2 * weekends
    if left:
        stays[chosen[-1]] += left
    return [make_client(rng, intake, bsn, stays=bool(rows)) for bsn, rows in zip(bsns, stays, strict=True)], stays


def _overview(
    folder: Path, periode: str, zaad: int, clients: Sequence[DemoClient], rows: Mapping[str, int], mess: Mapping[str, int]
) -> Overview:
    overview = Overview(
        folder=folder,
        toewijzingen_csv=folder / "toewijzingen.csv",
        registraties_csv=folder / "registraties.csv",
        verblijf_csv=folder / "verblijf.csv",
        medewerkers_csv=folder / "medewerkers.csv",
        periode=periode,
        zaad=zaad,
        gemeenten=len({client.gemeente for client in clients}),
        clienten=len(clients),
        toewijzingen=rows["toewijzingen.csv"],
        registraties=rows["registraties.csv"],
        verblijven=rows["verblijf.csv"],
        medewerkers=rows["medewerkers.csv"],
        mess=MappingProxyType({kind: times for kind, times in sorted(mess.items()) if times}),
    )
    facts = {name: getattr(overview, name) for name in Overview.__annotations__}
    (folder / "README.md").write_text(_README.format_map(facts), encoding="utf-8", newline="\n")
    return overview

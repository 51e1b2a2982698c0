"""Old lines carried over, as files: ``was_wordt.csv``, ``niet_vertaald.csv`` and, beside new lines, ``vergelijking.csv``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from mpj.output.read import read_regels
from mpj.output.shape import SAMENVATTING
from mpj.output.write import write_csv, write_json
from mpj.protocol import MPJ_16, Protocol
from mpj.reading.sources import find_sources
from mpj.version import __version__
from mpj.workbench.convert.conversion import Omgezet, Som, convert, new_sums, read_mapping, read_old_lines
from mpj.workbench.exact import number, round_half_up

COLUMNS = ("periode", "gemeente", "prestatiecode", "kwalificatieniveau", "volume", "bedrag_cent")
UNMAPPED_COLUMNS = ("gemeente", "aanbieder", "productcode", "regels", "volume", "bedrag_cent")
COMPARED_COLUMNS = (
    "gemeente",
    "prestatiecode",
    "kwalificatieniveau",
    "maanden_oud",
    "oud_cent",
    "oud_per_maand_cent",
    "maanden_nieuw",
    "nieuw_cent",
    "nieuw_per_maand_cent",
    "verschil_per_maand_cent",
)


def convert_files(stage: Path, tabel: Path, regels: Iterable[Path], nieuw: Iterable[Path]) -> Omgezet:
    """Carry old lines over by the table, write every file of the outcome into `stage`, and return the outcome.

    `nieuw` are files of lines as ``mpj declare`` writes them, to compare with. Raises InputError with every fault.
    """
    outcome = convert(read_old_lines(regels), read_mapping(tabel))
    write_csv(stage / "was_wordt.csv", COLUMNS, rows(outcome))
    write_csv(stage / "niet_vertaald.csv", UNMAPPED_COLUMNS, unmapped_rows(outcome))
    sources = find_sources(nieuw, (".csv",))
    if sources:
        new = new_sums(line for source in sources for line in read_regels(source))
        write_csv(stage / "vergelijking.csv", COMPARED_COLUMNS, compared_rows(outcome.groepen, new))
    missed = sum(som.cent for som in outcome.niet_vertaald.values())
    data = {
        "formaat": 1,
        "soort": "was_wordt",
        "versie": __version__,
        "regels": sum(som.regels for som in outcome.niet_vertaald.values()) + outcome.vertaald,
        "bedrag_cent": outcome.totaal,
        "vertaald_cent": outcome.totaal - missed,
        "niet_vertaald_cent": missed,
        "niet_vertaalde_codes": len(outcome.niet_vertaald),
    }
    write_json(stage / SAMENVATTING, data)
    return outcome


def _order(protocol: Protocol = MPJ_16) -> Mapping[str, int]:
    return {code: place for place, code in enumerate((*protocol.prestatiecodes, "", *protocol.niveaus))}


def _volume(volume: Fraction) -> str:
    return str(volume.numerator) if volume.denominator == 1 else number(volume).replace(".", "")


def rows(outcome: Omgezet) -> Iterator[tuple[str, ...]]:
    """Return one row per month, gemeente, prestatiecode and level; volume with at most 2 decimals, half up."""
    order = _order()
    for key in sorted(outcome.groepen, key=lambda key: (key[0], key[1], order[key[2]], order[key[3]])):
        som = outcome.groepen[key]
        yield (*key, _volume(som.volume), str(som.cent))


def unmapped_rows(outcome: Omgezet) -> Iterator[tuple[str, ...]]:
    """Return what the table does not map, the largest amounts first."""
    for party, som in sorted(outcome.niet_vertaald.items(), key=lambda item: (-abs(item[1].cent), item[0])):
        yield (*party, str(som.regels), _volume(som.volume), str(som.cent))


def compared_rows(
    old: Mapping[tuple[str, str, str, str], Som], new: Mapping[tuple[str, str, str, str], Som]
) -> Iterator[tuple[str, ...]]:
    """Return old and new per gemeente, prestatiecode and level: totals, months, and eurocents per month, rounded half up.

    A month counts for a gemeente when it has any line in it, so that a quiet code is compared over the same months.
    """
    order = _order()
    months = [_months(side) for side in (old, new)]
    sums = [_by_place(side) for side in (old, new)]
    for place in sorted({*sums[0], *sums[1]}, key=lambda place: (place[0], order[place[1]], order[place[2]])):
        found: list[str] = []
        means: list[int] = []
        for side in (0, 1):
            cents, count = sums[side].get(place, 0), len(months[side].get(place[0], ()))
            means.append(round_cents(cents, count))
            found += [str(count), str(cents), str(means[-1])]
        yield (*place, *found, str(means[1] - means[0]))


def round_cents(cents: int, months: int) -> int:
    """Return eurocents per month, rounded half up; 0 when there are no months."""
    return round_half_up(Fraction(cents, months)) if months else 0


def _months(side: Mapping[tuple[str, str, str, str], Som]) -> dict[str, set[str]]:
    result: dict[str, set[str]] = {}
    for periode, gemeente, _, _ in side:
        result.setdefault(gemeente, set()).add(periode)
    return result


def _by_place(side: Mapping[tuple[str, str, str, str], Som]) -> dict[tuple[str, str, str], int]:
    result: dict[tuple[str, str, str], int] = {}
    for (_, *place), som in side.items():
        key = place[0], place[1], place[2]
        result[key] = result.get(key, 0) + som.cent
    return result

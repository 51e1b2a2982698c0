"""Names of columns and keys: what is missing, what is double, what is probably a slip of the pen, and what decides unread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mpj.reading.faults import Fault, mask
from mpj.reading.headers import Columns, plain
from mpj.reading.register import Foutcode
from mpj.reading.toml import quoted


def check_names(
    found: Sequence[str], known: Iterable[str], required: Iterable[str], bestand: str, rij: int, prefix: str = ""
) -> list[Fault]:
    """Compare the names found in a file with the known ones.

    Returns faults (a required name is missing, a name stands twice, an unknown name is at most 2 letters from a known one; 1
    for names up to 4 letters; case, ``_`` and ``-`` apart) and one warning that lists the other unknown names. Where `known` are
    `Columns`, a name that stands for a column which is absent is a fault too.
    """
    undecided = known.undecided(found) if isinstance(known, Columns) else {}
    soort = known.soort if isinstance(known, Columns) else ""
    known = tuple(known)
    unknown = [name for name in dict.fromkeys(found) if name and name not in known and name not in undecided]
    neighbours = {name: neighbour for name in unknown if (neighbour := _neighbour(name, known)) is not None}
    doubles = sorted({name for name in found if name and found.count(name) > 1})
    told = {*neighbours.values(), *undecided.values()}
    missing = [name for name in required if name not in found and name not in told]

    def fault(code: Foutcode, name: str, verwacht: str, toelichting: str) -> Fault:
        return Fault(code, bestand, rij, prefix + name, verwacht=verwacht, toelichting=toelichting)

    faults = [fault("kolom_dubbel", mask(name), "elke naam één keer", "de naam komt twee keer voor") for name in doubles]
    text = "onbekende naam die veel op een bekende lijkt"
    faults += [fault("kolom_verschreven", mask(name), neighbour, text) for name, neighbour in neighbours.items()]
    text = "onder deze naam staat meestal wat beslist, en mpj weet niet of dat hier zo is"
    faults += [
        fault("kolom_onbeslist", mask(name), _choices(soort, mask(name), column), text) for name, column in undecided.items()
    ]
    text = "verplichte kolom of sleutel ontbreekt"
    faults += [fault("kolom_ontbreekt", name, prefix + name, text) for name in missing]
    if ignored := [mask(name) for name in unknown if name not in neighbours]:
        text = "onbekende namen, overgeslagen: " + ", ".join(ignored)
        faults.append(Fault("kolom_onbekend", bestand, rij, toelichting=text, soort="waarschuwing"))
    return faults


def _choices(soort: str, name: str, column: str) -> str:
    """Return the line of a profile that uses a name, and the one that ignores it; what to do where there is no profile."""
    if not soort:
        return f"{column} als naam, of de tabel zonder deze kolom"
    key = quoted(name)
    return f'in een profiel onder [{soort}.kolommen] de regel {key} = "{column}" (gebruiken) of {key} = "" (negeren)'


def _neighbour(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is nearest to `name`, None when none is near."""
    left = plain(name)
    distances: list[tuple[int, str]] = []
    for candidate in known:
        right = plain(candidate)
        allowed = 1 if min(len(left), len(right)) <= 4 else 2
        if abs(len(left) - len(right)) <= allowed and (distance := _distance(left, right)) <= allowed:
            distances.append((distance, candidate))
    return min(distances)[1] if distances else None


def _distance(left: str, right: str) -> int:
    """Return the Levenshtein distance: letters to add, drop or change."""
    row = list(range(len(right) + 1))
    for number, letter in enumerate(left, 1):
        previous, row[0] = row[0], number
        for column, other in enumerate(right, 1):
            previous, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, previous + (letter != other))
    return row[-1]

"""Names of columns and keys: what is missing, what is double, and what is probably a slip of the pen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mpj.reading.faults import Fault, mask


def check_names(
    found: Sequence[str], known: Iterable[str], required: Iterable[str], bestand: str, rij: int, prefix: str = ""
) -> list[Fault]:
    """Compare the names found in a file with the known ones.

    Returns faults (a required name is missing, a name stands twice, an unknown name is at most 2 letters from a known one; 1
    for names up to 4 letters; case, ``_`` and ``-`` apart) and one warning that lists the other unknown names.
    """
    known = tuple(known)
    faults = [
        Fault(
            "kolom_dubbel",
            bestand,
            rij,
            prefix + mask(name),
            toelichting="de naam komt twee keer voor",
            verwacht="elke naam één keer",
        )
        for name in sorted({name for name in found if name and found.count(name) > 1})
    ]
    near: dict[str, str] = {}
    ignored: list[str] = []
    for name in dict.fromkeys(found):
        if not name or name in known:
            continue
        neighbour = _neighbour(name, known)
        if neighbour is None:
            ignored.append(mask(name))
        else:
            near[neighbour] = name
            faults.append(
                Fault(
                    "kolom_verschreven",
                    bestand,
                    rij,
                    prefix + mask(name),
                    toelichting="onbekende naam die veel op een bekende lijkt",
                    verwacht=neighbour,
                )
            )
    faults += [
        Fault(
            "kolom_ontbreekt",
            bestand,
            rij,
            prefix + name,
            toelichting="verplichte kolom of sleutel ontbreekt",
            verwacht=prefix + name,
        )
        for name in required
        if name not in found and name not in near
    ]
    if ignored:
        text = "onbekende namen, overgeslagen: " + ", ".join(ignored)
        faults.append(Fault("kolom_onbekend", bestand, rij, toelichting=text, soort="waarschuwing"))
    return faults


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")


def _neighbour(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is nearest to `name`, None when none is near."""
    left = _plain(name)
    distances: list[tuple[int, str]] = []
    for candidate in known:
        right = _plain(candidate)
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

"""What two parties said to each other, read from the messages of a play on disk and from nothing else: no code of mpj takes part.

A line is granted or rejected by the answer that names its declaration, and open without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

GRANTED, OPEN, REJECTED, LOST = "toegekend", "open", "afgekeurd", "verloren"
STATES = (GRANTED, OPEN, REJECTED)


@dataclass(frozen=True)
class Line:
    """A Prestatie of a JW323."""

    gemeente: str
    aanbieder: str
    declaratie: str
    gedeclareerd: str
    """The month of declaring."""
    bsn: str
    toewijzing: str
    categorie: str
    code: str
    maand: str
    debet: bool
    volume: int
    cent: int
    referentie: str
    vorige: str
    stand: str

    @property
    def signed(self) -> int:
        return self.cent if self.debet else -self.cent

    @property
    def care(self) -> tuple[object, ...]:
        """What makes two lines the same care; the category may change with the contract."""
        return self.bsn, self.gemeente, self.toewijzing, self.aanbieder, self.code[2:], self.maand, self.debet


@dataclass(frozen=True)
class Answer:
    """A JW325: which lines it rejects; what it grants in all."""

    declaratie: str
    rejected: frozenset[str]
    granted_cent: int


def _name(one: ElementTree.Element) -> str:
    return one.tag.partition("}")[2]


def _texts(one: ElementTree.Element, *names: str) -> list[str]:
    """Return the texts at a path of names below an element, wherever the first of them is."""
    found = [part for part in one.iter() if _name(part) == names[0]]
    for name in names[1:]:
        found = [child for part in found for child in part if _name(child) == name]
    return [part.text or "" for part in found]


def _one(one: ElementTree.Element, *names: str) -> str:
    return next(iter(_texts(one, *names)), "")


def _lines(path: Path) -> Iterator[Line]:
    root = ElementTree.parse(path).getroot()
    declaratie, period = _one(root, "DeclaratieNummer"), _one(root, "DeclaratiePeriode", "Begindatum")[:7]
    for client in (part for part in root.iter() if _name(part) == "Client"):
        for part in (part for part in client.iter() if _name(part) == "Prestatie"):
            yield Line(
                gemeente=_one(root, "Ontvanger"),
                aanbieder=_one(root, "Afzender"),
                declaratie=declaratie,
                gedeclareerd=period,
                bsn=_one(client, "Bsn"),
                toewijzing=_one(part, "ToewijzingNummer"),
                categorie=_one(part, "ProductCategorie"),
                code=_one(part, "ProductCode"),
                maand=_one(part, "ProductPeriode", "Begindatum")[:7],
                debet=_one(part, "IngediendBedrag", "DebetCredit") == "D",
                volume=int(_one(part, "GeleverdVolume")),
                cent=int(_one(part, "IngediendBedrag", "Bedrag")),
                referentie=_one(part, "ReferentieNummer"),
                vorige=_one(part, "VorigReferentieNummer"),
                stand=OPEN,
            )


def _answer(path: Path) -> Answer:
    """Return an answer; it names the lines that it rejects alone."""
    root = ElementTree.parse(path).getroot()
    rejected = frozenset(_one(part, "ReferentieNummer") for part in root.iter() if _name(part) == "Prestatie")
    cents = int(_one(root, "TotaalToegekendBedrag", "TotaalBedrag"))
    sign = 1 if _one(root, "TotaalToegekendBedrag", "DebetCredit") == "D" else -1
    return Answer(_one(root, "DeclaratieNummer"), rejected, sign * cents)


def conversation(folder: Path, months: Iterable[str], *, under_way: bool) -> list[Line]:
    """Return every line that was sent, month after month, and where it stands in the end.

    `under_way`: also by the answers that did not arrive, as the gemeenten know them; what the transport lost they do not know.
    """
    places = [*months, *(["onderweg"] if under_way else ())]
    answers = {one.declaratie: one for place in places for one in map(_answer, sorted((folder / place).glob("jw325-*.xml")))}
    lost = sorted((folder / "verloren").glob("jw323-*.xml"))
    found: list[Line] = []
    for month in months:
        for path in sorted((folder / month).glob("jw323-*.xml")):
            lines = list(_lines(path))
            answer = answers.get(lines[0].declaratie)
            stands = [
                line if answer is None else replace(line, stand=REJECTED if line.referentie in answer.rejected else GRANTED)
                for line in lines
            ]
            if answer is not None:
                assert sum(line.signed for line in stands if line.stand == GRANTED) == answer.granted_cent
            found += stands
        if not under_way and month == list(months)[-1]:
            found += [replace(line, stand=LOST) for path in lost for line in _lines(path) if line.gedeclareerd == month]
    return found


def counting(lines: list[Line]) -> list[Line]:
    """Return the lines that count: of the rejected ones those that no later line follows; nothing that was lost."""
    later: dict[object, int] = {}
    for place, line in enumerate(lines):
        later[_followable(line)] = place
    return [
        line
        for place, line in enumerate(lines)
        if line.stand != LOST and not (line.stand == REJECTED and later[_followable(line)] > place)
    ]


def _followable(line: Line) -> object:
    return line.care if line.debet else ("credit", line.vorige)

"""Which version of each toewijzing counts (IV013), and what clients miss by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import field, frozen

from mpj.reading.faults import Fault, InputError
from mpj.records.toewijzingen import OngeldigeToewijzing, Stempel, naam_of, stempel_of
from mpj.records.values import Toewijzing

Version = Toewijzing | OngeldigeToewijzing


@frozen
class Missed:
    """A toewijzing that a client does not have, although a row of toewijzingen gives it."""

    bsn: str = field(repr=False)
    """The client."""
    gemeente: str | None
    """None where it cannot be read: it may be any."""
    nummer: int | None
    """Likewise."""
    ongeldig: bool
    """Whether a faulty row hides it; else a later version gives it to another client."""
    toelichting: str
    """Why, in Dutch, with file and row."""
    melding: Fault | None = None
    """What is told of it, whether the client has records or not."""

    def fits(self, gemeente: str | None, nummer: int | None) -> bool:
        """Say whether it may be a toewijzing of this gemeente and number (None: any)."""
        return all(None in (own, asked) or own == asked for own, asked in ((self.gemeente, gemeente), (self.nummer, nummer)))

    @property
    def order(self) -> tuple[bool, str]:
        """The order in which they are told: what can be repaired first."""
        return not self.ongeldig, self.toelichting


def current(items: Iterable[Version]) -> tuple[list[Toewijzing], list[Missed]]:
    """Return the current version of every toewijzing, and what clients miss; raises InputError where versions cannot be ordered."""
    groups: dict[tuple[str, int], list[Version]] = {}
    missed: list[Missed] = []
    for item in items:
        if item.sleutel is not None:
            groups.setdefault(item.sleutel, []).append(item)
        elif isinstance(item, OngeldigeToewijzing) and item.bsn is not None:
            missed.append(Missed(item.bsn, None, None, True, _unreadable(item)))
    faults: list[Fault] = []
    found: list[Toewijzing] = []
    for versions in groups.values():
        first = versions[0]
        if len(versions) == 1 and isinstance(first, Toewijzing):
            found.append(first)
            continue
        latest = _latest(versions, faults)
        if isinstance(latest, Toewijzing):
            found.append(latest)
            missed += _moved(latest, versions)
        else:
            missed += _hidden(latest, versions)
    if faults:
        raise InputError(sorted(faults, key=lambda fault: (fault.bestand, fault.rij)))
    return found, missed


def _latest(versions: Sequence[Version], faults: list[Fault]) -> Version:
    """Return the version that counts, or the faulty one that hides the toewijzing; those that cannot be ordered are `faults`."""
    stamps: dict[Stempel | None, Version] = {}
    hiding: list[Version] = []
    for version in versions:
        if isinstance(version, OngeldigeToewijzing) and version.stempel_onleesbaar:
            hiding.append(version)
            continue
        stempel = _stempel(version)
        other = stamps.setdefault(stempel, version)
        if other is version:
            continue
        if stempel is None:
            text = "twee rijen met dezelfde gemeente en hetzelfde toewijzingnummer, zonder toewijzingsdatum"
            faults.append(_version_fault(version, other, text))
        elif isinstance(version, OngeldigeToewijzing) or isinstance(other, OngeldigeToewijzing):
            stamps[stempel] = version if isinstance(version, OngeldigeToewijzing) else other
        elif version != other:
            text = "twee versies met dezelfde toewijzingsdatum en -tijd, maar verschillende inhoud"
            faults.append(_version_fault(version, other, text))
    if hiding:
        return min(hiding, key=_place)
    return stamps[max(stamps, key=lambda stempel: (stempel is not None, stempel or ()))]


def _hidden(by: Version, versions: Iterable[Version]) -> Iterator[Missed]:
    """Return what the clients of a toewijzing miss that a faulty version hides."""
    assert isinstance(by, OngeldigeToewijzing)
    assert by.sleutel is not None
    for bsn in sorted({version.bsn for version in versions if version.bsn is not None}):
        yield Missed(bsn, *by.sleutel, True, _unreadable(by))


def _unreadable(row: OngeldigeToewijzing) -> str:
    return f"de toewijzing is ongeldig: {_named(row)}"


def _moved(latest: Toewijzing, versions: Iterable[Version]) -> Iterator[Missed]:
    """Return what earlier clients of a toewijzing miss that is another client's now."""
    former = {one.bsn: one for one in sorted(versions, key=_place) if isinstance(one, Toewijzing) and one.bsn != latest.bsn}
    for bsn, one in sorted(former.items()):
        naam = naam_of(latest, latest.bsn, bsn)
        text = f"{naam} is van een andere cliënt geworden: {_named(latest)}, eerder {_named(one)}"
        verwacht = "een toewijzing houdt haar cliënt: vraag de gemeente of dit klopt"
        melding = Fault("toewijzing_andere_client", *_place(latest), "bsn", "", verwacht, text, "waarschuwing")
        yield Missed(bsn, *latest.sleutel, False, text, melding)


def _stempel(version: Version) -> Stempel | None:
    if isinstance(version, OngeldigeToewijzing):
        return version.stempel
    return stempel_of(version.toewijzingsdatum, version.toewijzingstijd)


def _place(version: Version) -> tuple[str, int]:
    source = version.uitval if isinstance(version, OngeldigeToewijzing) else version
    return source.bestand, source.rij


def _named(version: Version) -> str:
    bestand, rij = _place(version)
    return f"{bestand or 'invoer'} rij {rij}" if rij else bestand or "de invoer"


def _version_fault(version: Version, other: Version, toelichting: str) -> Fault:
    assert version.sleutel is not None
    later, earlier = sorted((version, other), key=_place, reverse=True)
    where = f" (de andere: {_named(earlier)})" if _place(earlier)[1] else ""
    verwacht = "per versie een eigen toewijzingsdatum en -tijd"
    found = f"gemeente {version.sleutel[0]}"
    return Fault("toewijzing_dubbel", *_place(later), "toewijzingnummer", found, verwacht, toelichting + where)

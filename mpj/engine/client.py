"""One client's records through steps 2 to 7: a client is the unit of work, nothing here looks beyond it.

A step that has nothing to do for a client is passed over: most clients have no group time, no limits and one toewijzing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, time, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from mpj.engine.levering import Levering, Regelsleutel, cost, fits, measure, share
from mpj.engine.limits import Limiet, Limieten, Verbruik, Vraag
from mpj.engine.matching import Afwijzing, Dekking, Dekkingen, Match, find
from mpj.engine.planning import GEPLAND, Afspraken
from mpj.engine.presence import Aanwezig, presence
from mpj.engine.scope import Periode, named, set_aside, vorm_reason
from mpj.engine.tarieven import CONTACT, Tarief, Tarieven
from mpj.protocol import Afronding
from mpj.protocol import Protocol as Rules
from mpj.reading.periods import month_of
from mpj.records.entries import Entry, Reeks
from mpj.records.medewerkers import Levels
from mpj.records.uitval import Uitval
from mpj.records.values import Verblijf
from mpj.tariefkaart.model import VERBLIJF

_DAY = timedelta(days=1)
ROUNDED_AWAY = "de som rondt af op 0 eenheden"


class Earlier(Protocol):
    """What was declared before this run."""

    leeg: bool
    """Nothing was, so that nothing below needs to be asked."""

    def used(self, dekking: Dekking) -> Verbruik | None:
        """Return what was used of a toewijzing, None when nothing was."""

    def block(self, leveringen: Sequence[Levering]) -> tuple[str, str] | None:
        """Return why a line, given whole and before the limits, may not be declared now: reason, sentence; None when it may."""

    def keeps(self, levering: Levering) -> bool:
        """Say whether a delivery stands behind an earlier line already, and so comes first where a limit counts."""

    def eenheden(self, levering: Levering) -> int:
        """Return the units of a delivery that stand behind an earlier line."""

    def tarief(self, levering: Levering) -> tuple[int, Afronding | None] | None:
        """Return eurocents per normtijd and rounding that its line was declared at and keeps; None: as the contract says."""


class Dag(NamedTuple):
    """A day as a run sees it: its month, why care on it is out (reason and sentence, or None), and its `Tarieven.tijdvak`."""

    maand: int
    reden: tuple[str, str] | None
    tijdvak: int


class Dagen(dict[date, Dag]):
    """The days of a run, worked out on first use."""

    def __init__(self, periode: Periode, tarieven: Tarieven) -> None:
        super().__init__()
        self._periode = periode
        self._tarieven = tarieven

    def __missing__(self, day: date) -> Dag:
        reden = self._periode.reason(day)
        why = (reden, self._periode.explain(reden)) if reden else None
        made = self[day] = Dag(month_of(day), why, self._tarieven.tijdvak(day))
        return made


class Clientrun:
    """Runs one client after another; keeps nothing of one client for the next but what it returns."""

    def __init__(
        self,
        protocol: Rules,
        periode: Periode,
        dekkingen: Dekkingen,
        levels: Levels | None,
        earlier: Earlier,
        differs: Callable[[Entry, str], None],
    ) -> None:
        self.protocol = protocol
        self.periode = periode
        self.dekkingen = dekkingen
        self.levels = levels
        self.earlier = earlier
        self.differs = differs
        self.tarieven = Tarieven(protocol, dekkingen.kaarten)
        self.dagen = Dagen(periode, self.tarieven)

    def run(
        self, bsn: str, registraties: list[Entry], stays: Sequence[Verblijf], maanden: Collection[int] | None = None
    ) -> tuple[list[list[Levering]], list[Uitval], list[Levering]]:
        """Return the deliveries of each line, in order of date and id, what was set aside, and the deliveries on planning alone.

        `registraties` and `stays` are one client's, readable, each once. `maanden` are the months of which days of a stay count,
        None for all.
        """
        return _Client(self, bsn, registraties, stays, maanden).run()

    def match(
        self, dekkingen: Sequence[Dekking], nummer: int | None, gemeente: str | None, prestatiecode: str | None, day: date
    ) -> Match | Afwijzing:
        """Return the toewijzing for care of a client with these `dekkingen` (`mpj.engine.matching.find`), unless it is too old."""
        match = find(dekkingen, nummer, gemeente, prestatiecode, day)
        if isinstance(match, Match) and (end := self.periode.verlopen(match.dekking.toewijzing.einddatum)):
            return Afwijzing("te_oud", f"de productperiode eindigde op {end}")
        return match


class _Client:
    """The work for one client."""

    def __init__(
        self,
        context: Clientrun,
        bsn: str,
        registraties: list[Entry],
        stays: Sequence[Verblijf],
        maanden: Collection[int] | None,
    ) -> None:
        self.context = context
        self.maanden = maanden
        self.protocol = context.protocol
        self.registraties = registraties
        self.registraties.sort()
        self.stays = sorted(stays, key=lambda stay: (stay.begindatum, stay.id)) if stays else stays
        self.uitval: list[Uitval] = []
        self._stay_days: dict[tuple[str, str], list[tuple[date, date, int, str, str, int | None]]] = {}
        self.dekkingen = context.dekkingen.of(bsn)
        self.grenzen = context.dekkingen.grenzen(bsn)
        self._matches: dict[tuple[object, ...], Match | Afwijzing] = {}
        self._known: dict[Match, dict[object, Tarief]] = {}

    def run(self) -> tuple[list[list[Levering]], list[Uitval], list[Levering]]:
        found, planned = self._registraties()
        for stay in self.stays:
            found += self._stay(stay)
        found = self._one_place_a_month(found)
        afspraken = Afspraken(self.registraties) if planned else None
        if afspraken is not None:
            found = [levering for levering in found if self._planned(levering, afspraken)]
        lines: dict[Regelsleutel, list[Levering]] = {}
        rest = self._counted(found, lines)
        if rest:
            self._together(rest, lines)
        on_planning = [] if afspraken is None else [one for line in lines.values() for one in line if _on_planning(one, afspraken)]
        if self.stays:
            self._collect_stays()
        return list(lines.values()), self.uitval, on_planning

    def _counted(self, found: Sequence[Levering], lines: dict[Regelsleutel, list[Levering]]) -> list[Levering]:
        """Steps 4, 6 and 8 for what needs no look at other deliveries, straight to its line; return the others, after step 4."""
        rest: list[Levering] = []
        alone, noting = self.context.earlier.leeg, self.context.levels is not None
        for levering in found:
            tarief, dekking = levering.tarief, levering.match.dekking
            if noting:
                self._note_level(levering)
            if tarief.niveau_geweigerd is not None:
                self._aside(levering, tarief.niveau_geweigerd.reden, tarief.niveau_geweigerd.toelichting)
                continue
            if not alone and (kept := self.context.earlier.tarief(levering)) is not None:
                # What stands keeps price and rounding: a contract that changes in retrospect changes nothing by itself.
                levering.tarief = tarief = tarief.at(*kept)
            levering.regel = regel = (id(dekking), tarief.productcode, tarief.maand)
            levering.geteld = geteld = measure(levering)
            if geteld < tarief.vanaf:
                text = f"korter dan de drempel van {tarief.vanaf} minuten" if geteld else "0 minuten of stuks"
                self._aside(levering, "geen_tijd", text, 0)
            elif alone and tarief.gewoon and not dekking.begrensd:
                levering.voor_limiet = levering.units = units = tarief.eenheden[geteld]
                levering.cents = units * tarief.cent
                line = lines.get(regel)
                if not units:
                    self._aside(levering, "geen_tijd", ROUNDED_AWAY, 0)
                elif line is None:
                    lines[regel] = [levering]
                else:
                    line.append(levering)
            else:
                rest.append(levering)
        return rest

    def _together(self, found: list[Levering], lines: dict[Regelsleutel, list[Levering]]) -> None:
        """Steps 5 to 9 for deliveries that others bear upon: presence, sums, earlier lines, limits."""
        found = self._present(found)
        if self.stays:
            found.sort(key=lambda levering: levering.volgorde)
        found = self._rounded(found)
        if not self.context.earlier.leeg:
            found = self._open(found)
        for members in self._filled(self._limited(found)):
            beside = lines.setdefault(members[0].regel, members)
            if beside is not members:
                beside += members
                beside.sort(key=lambda levering: levering.volgorde)

    def _aside(self, levering: Levering, reden: str, toelichting: str = "", waarde: int | None = None) -> None:
        gemeente = levering.dekking.toewijzing.gemeente
        if isinstance(levering.record, Verblijf):
            self._days_aside(levering.record, levering.datum, levering.datum, 1, reden, toelichting, gemeente, waarde)
        else:
            self.uitval.append(set_aside(levering.record, reden, toelichting, gemeente=gemeente, waarde_cent=waarde))

    def _days_aside(
        self,
        stay: Verblijf,
        begin: date,
        end: date,
        count: int,
        reden: str,
        text: str,
        gemeente: str = "",
        waarde: int | None = None,
    ) -> None:
        self._stay_days.setdefault((stay.id, reden), []).append((begin, end, count, text, gemeente, waarde))

    def _collect_stays(self) -> None:
        """Make one row of uitval of the days of one stay with one reason."""
        stays = {stay.id: stay for stay in self.stays}
        for (identity, reden), parts in self._stay_days.items():
            values = [waarde for *_, waarde in parts]
            gemeenten = {gemeente for *_, gemeente, _ in parts}
            self.uitval.append(
                set_aside(
                    stays[identity],
                    reden,
                    "; ".join(dict.fromkeys(text for _, _, _, text, _, _ in parts if text)),
                    datum=min(begin for begin, *_ in parts),
                    datum_tot=max(end for _, end, *_ in parts),
                    aantal=sum(count for _, _, count, *_ in parts),
                    gemeente=gemeenten.pop() if len(gemeenten) == 1 else "",
                    waarde_cent=None if None in values else sum(value for value in values if value is not None),
                )
            )

    def _registraties(self) -> tuple[list[Levering], bool]:
        """Place the registraties (steps 2 and 3), and say whether any of them is planned or belongs to an afspraak."""
        found: list[Levering] = []
        dagen, levels, snijdt = self.context.dagen, self.context.levels, {month_of(day) for day in self.grenzen}
        planned = False
        for entry in self.registraties:
            datum, _, reeks, tijd, afspraak, _, _ = entry
            dag = dagen[datum]
            niveau = reeks.vorm.kwalificatieniveau if levels is None else self._delivered(entry)
            # What holds for a day holds for its month, unless a toewijzing begins or ends in it.
            key: object = datum if dag.maand in snijdt else dag.tijdvak
            if levels is not None or tijd.duur is None:
                key = (key, niveau, tijd.duur is None)
            answer = reeks.memo.get(key)
            if answer is None:
                answer = reeks.memo[key] = self._place(reeks, datum, dag, niveau, zonder_tijd=tijd.duur is None)
            if afspraak is not None or reeks.vorm.status == GEPLAND:
                planned = True
            if isinstance(answer, Afwijzing):
                self.uitval.append(set_aside(entry, answer.reden, answer.toelichting))
            else:
                match, tarief = answer
                found.append(Levering(entry, datum, match, tarief, niveau or ""))
        return found, planned

    def _place(
        self, reeks: Reeks, datum: date, dag: Dag, niveau: str | None, *, zonder_tijd: bool
    ) -> tuple[Match, Tarief] | Afwijzing:
        """Return toewijzing and Tarief of a registratie of this reeks on this day, or the first reason why there are none."""
        if reason := dag.reden or vorm_reason(reeks.vorm):
            return Afwijzing(*reason)
        match = self._match(reeks.toewijzingnummer, reeks.gemeente, reeks.vorm.prestatiecode, datum)
        if isinstance(match, Afwijzing):
            return match
        tarief = self._tarief(match, datum, dag, reeks.vorm.soort, niveau, zonder_tijd=zonder_tijd)
        return tarief.geweigerd or (match, tarief)

    def _match(self, nummer: int | None, gemeente: str | None, prestatiecode: str | None, datum: date) -> Match | Afwijzing:
        key = (nummer, gemeente, prestatiecode, bisect_right(self.grenzen, datum))
        match = self._matches.get(key)
        if match is None:
            match = self._matches[key] = self.context.match(self.dekkingen, nummer, gemeente, prestatiecode, datum)
        return match

    def _tarief(self, match: Match, datum: date, dag: Dag, soort: str | None, niveau: str | None, *, zonder_tijd: bool) -> Tarief:
        tarieven = self.context.tarieven
        known = self._known.get(match)
        if known is None:
            known = self._known[match] = tarieven.known(match.dekking, match.prestatiecode)
        key = (dag.tijdvak, soort, niveau, zonder_tijd)
        tarief = known.get(key)
        if tarief is None:
            found = tarieven.find(match.dekking, match.prestatiecode, datum, soort, niveau, zonder_tijd=zonder_tijd)
            if found.geweigerd is not None:
                return found
            tarief = known[key] = found
        return tarief

    def _stay(self, stay: Verblijf) -> list[Levering]:
        result: list[Levering] = []
        for run in self.context.periode.days_of(stay):
            if run.reden is not None:
                self._days_aside(stay, run.begin, run.einde, run.aantal, run.reden, "", stay.gemeente or "")
                continue
            days = [run.begin + offset * _DAY for offset in range(run.aantal)]
            if self.maanden is not None:
                days = [day for day in days if month_of(day) in self.maanden]
            if days and stay.aanwezigheid != "aanwezig":
                self._days_aside(stay, days[0], days[-1], len(days), "afwezig", "niet aanwezig gemeld", stay.gemeente or "")
                continue
            for day in days:
                found = self._stay_day(stay, day)
                if isinstance(found, Afwijzing):
                    self._days_aside(stay, day, day, 1, found.reden, found.toelichting, stay.gemeente or "")
                elif day == stay.einddatum and found.plaats.kaart.instellingen.laatste_dag == "telt_niet":
                    self._aside(found, "afwezig", "de laatste dag telt niet in dit contract")
                else:
                    result.append(found)
        return result

    def _stay_day(self, stay: Verblijf, day: date) -> Levering | Afwijzing:
        match = self._match(stay.toewijzingnummer, stay.gemeente, stay.prestatiecode, day)
        if isinstance(match, Afwijzing):
            return match
        tarief = self._tarief(match, day, self.context.dagen[day], VERBLIJF, None, zonder_tijd=True)
        return tarief.geweigerd or Levering(stay, day, match, tarief, "")

    def _one_place_a_month(self, found: list[Levering]) -> list[Levering]:
        """Set aside what one toewijzing would bill under two contracts or percelen in one month: one line cannot hold it."""
        if len({levering.tarief.plaats for levering in found}) < 2:
            return found
        places: dict[tuple[int, str, int], set[tuple[str, str]]] = {}
        for levering in found:
            place = (levering.plaats.kaart.instellingen.contract, levering.plaats.perceel)
            places.setdefault((id(levering.dekking), levering.prestatiecode, levering.maand), set()).add(place)
        kept: list[Levering] = []
        for levering in found:
            options = places[id(levering.dekking), levering.prestatiecode, levering.maand]
            if len(options) == 1:
                kept.append(levering)
                continue
            names = "; ".join(f"contract {contract}, perceel {perceel}" for contract, perceel in sorted(options))
            self._aside(levering, "perceel_onbekend", f"in deze maand wisselt het perceel: {names}")
        return kept

    def _planned(self, levering: Levering, afspraken: Afspraken) -> bool:
        record = levering.record
        if isinstance(record, Verblijf):
            return True
        settings = levering.plaats.kaart.instellingen
        verdict = afspraken.judge(record, settings.registratiewijze, bevestiging=settings.bevestiging)
        if verdict is None:
            return True
        reden, other = verdict
        text = f"registratiewijze {settings.registratiewijze}" + (
            f"; telt in plaats hiervan: {named(other)}" if other and reden == "vervangen" else ""
        )
        if other and reden == "niet_gerealiseerd":
            text += f"; afgezegd door {named(other)}"
        self._aside(levering, reden, text, self._value_alone(levering) if reden == "niet_bevestigd" else None)
        return False

    def _value_alone(self, levering: Levering) -> int | None:
        """Return what a record would cost if it were the only one, None while its level is not billable."""
        self._note_level(levering)
        refused = levering.tarief.niveau_geweigerd
        if refused is not None and refused.reden != "productcode_niet_toegewezen":
            return None
        levering.geteld = measure(levering)
        share([levering])
        return cost(levering, levering.voor_limiet)

    def _delivered(self, entry: Entry) -> str | None:
        """Return the delivered level: that of the medewerkers' file where the record names a medewerker, else its own."""
        levels, medewerker = self.context.levels, entry.reeks.medewerker
        if levels is None or medewerker is None:
            return entry.reeks.vorm.kwalificatieniveau
        return levels.on(medewerker, entry.datum)

    def _note_level(self, levering: Levering) -> None:
        """Report a level on the record that the medewerkers' file contradicts."""
        record = levering.record
        if self.context.levels is None or isinstance(record, Verblijf) or record.reeks.medewerker is None:
            return
        if levering.niveau and record.reeks.vorm.kwalificatieniveau not in (None, levering.niveau):
            self.context.differs(record, levering.niveau)

    def _present(self, found: list[Levering]) -> list[Levering]:
        """Step 5: group time once per client, toewijzing and date; a day of a stay once per toewijzing."""
        groups: dict[tuple[int, date], list[Levering]] = {}
        days: dict[tuple[int, date], list[Levering]] = {}
        for levering in found:
            if levering.tarief.groepstijd:
                groups.setdefault((id(levering.match.dekking), levering.datum), []).append(levering)
            elif isinstance(levering.record, Verblijf):
                days.setdefault((id(levering.match.dekking), levering.datum), []).append(levering)
        dropped: set[int] = set()
        for members in groups.values():
            for levering, minutes in zip(members, presence([_aanwezig(member) for member in members]), strict=True):
                levering.geteld = minutes
                if not minutes:
                    dropped.add(id(levering))
                    self._aside(levering, "dubbele_aanwezigheid", "deze tijd van het kind telt al in een andere registratie", 0)
        for members in days.values():
            first = min(members, key=_stay_order)
            for levering in members:
                if levering is not first:
                    dropped.add(id(levering))
                    assert isinstance(first.record, Verblijf)
                    self._aside(levering, "dubbele_dag", f"telt al in {named(first.record)}", 0)
        return [levering for levering in found if id(levering) not in dropped] if dropped else found

    def _rounded(self, found: list[Levering]) -> list[Levering]:
        """Step 6: normed units, rounded once over contact, day or product period; sums that round to 0 are set aside."""
        sums: dict[object, list[Levering]] = {}
        empty: set[int] = set()
        for levering in found:
            tarief = levering.tarief
            if tarief.over == CONTACT:
                levering.voor_limiet = tarief.eenheden[levering.geteld]
                if not levering.voor_limiet:
                    empty.add(id(levering))
            else:
                key = (levering.regel, levering.datum) if tarief.over == "dag" else levering.regel
                sums.setdefault(key, []).append(levering)
        for members in sums.values():
            share(members)
            if not any(levering.voor_limiet for levering in members):
                empty.update(map(id, members))
        if not empty:
            return found
        for levering in found:
            if id(levering) in empty:
                self._aside(levering, "geen_tijd", ROUNDED_AWAY, 0)
        return [levering for levering in found if id(levering) not in empty]

    def _open(self, found: Sequence[Levering]) -> list[Levering]:
        """Set aside what belongs to an earlier line that may not be declared now."""
        lines: dict[Regelsleutel, list[Levering]] = {}
        for levering in found:
            lines.setdefault(levering.regel, []).append(levering)
        blocked = {regel: reason for regel, members in lines.items() if (reason := self.context.earlier.block(members))}
        for levering in found if blocked else ():
            if reason := blocked.get(levering.regel):
                more = max(levering.voor_limiet - self.context.earlier.eenheden(levering), 0)
                self._aside(levering, *reason, cost(levering, more) if reason[0] == "wacht_op_antwoord" else None)
        return [levering for levering in found if levering.regel not in blocked]

    def _limited(self, found: Sequence[Levering]) -> list[Levering]:
        """Steps 7 and 8: bill up to what the toewijzing allows, first what stands already, then in order of date, then id."""
        bounded: list[Levering] = []
        for levering in found:
            if levering.tarief.ongerond or levering.match.dekking.begrensd:
                bounded.append(levering)
            else:
                levering.units = levering.voor_limiet
                levering.cents = cost(levering, levering.units)
        if not bounded:
            return list(found)
        refused = self._bound(bounded)
        return [levering for levering in found if id(levering) not in refused] if refused else list(found)

    def _bound(self, found: list[Levering]) -> set[int]:
        """Hold deliveries against the limits of their toewijzing, and return which of them nothing is left of."""
        earlier = self.context.earlier
        limits: dict[int, Limieten] = {}
        lines: dict[Regelsleutel, int] = {}
        refused: set[int] = set()
        for levering in found if earlier.leeg else sorted(found, key=lambda levering: not earlier.keeps(levering)):
            dekking = levering.match.dekking
            limieten = limits.get(id(dekking))
            if limieten is None:
                limieten = limits[id(dekking)] = Limieten(self.protocol, dekking.toewijzing, earlier.used(dekking))
            line, units = lines.get(levering.regel, 0), levering.voor_limiet
            price = partial(cost, levering, line=line)
            whole = levering.plaats.kaart.instellingen.bij_overschrijding == "hele_contacten"
            wanted = Vraag(levering.datum, named(levering.record), units, levering.eenheid, levering.tarief.per_unit, whole)
            toets = limieten.take(wanted, price, partial(fits, levering, line))
            levering.units, levering.afgetopt = toets.units, toets.afgetopt
            levering.cents = price(toets.units)
            levering.rest_cents = price(units) - levering.cents
            if toets.limiet is not None and not toets.units:
                self._aside(levering, toets.limiet.reden, _used_up(dekking, toets.limiet), levering.rest_cents)
                refused.add(id(levering))
                continue
            lines[levering.regel] = line + toets.units
        return refused

    def _filled(self, found: Sequence[Levering]) -> list[list[Levering]]:
        """Gather the deliveries of each line (step 9); those of a line that comes to nothing are set aside."""
        lines: dict[Regelsleutel, list[Levering]] = {}
        for levering in found:
            line = lines.get(levering.regel)
            if line is None:
                lines[levering.regel] = [levering]
            else:
                line.append(levering)
        filled: list[list[Levering]] = []
        for members in lines.values():
            if any(levering.cents for levering in members):
                filled.append(members)
                continue
            for levering in members:
                self._aside(levering, "geen_tijd", "de regel komt op 0 uit", 0)
        return filled


def _on_planning(levering: Levering, afspraken: Afspraken) -> bool:
    return not isinstance(levering.record, Verblijf) and afspraken.alone(levering.record)


def _aanwezig(levering: Levering) -> Aanwezig:
    record = levering.record
    assert not isinstance(record, Verblijf)
    begin: time | None = record.tijd.begintijd
    return Aanwezig(record.id, None if begin is None else begin.hour * 60 + begin.minute, levering.geteld)


def _stay_order(levering: Levering) -> tuple[date, str]:
    assert isinstance(levering.record, Verblijf)
    return levering.record.begindatum, levering.record.id


def _used_up(dekking: Dekking, limiet: Limiet) -> str:
    what = "budget" if limiet.reden.startswith("budget") else "omvang"
    return f"{what} van {dekking.naam} op sinds {limiet.op}"


def by_client(registraties: Iterable[Entry], stays: Iterable[Verblijf]) -> dict[str, tuple[list[Entry], list[Verblijf]]]:
    """Return the records of each client, by BSN."""
    clients: dict[str, tuple[list[Entry], list[Verblijf]]] = {}
    for entry in registraties:
        clients.setdefault(entry.reeks.bsn, ([], []))[0].append(entry)
    for stay in stays:
        clients.setdefault(stay.bsn, ([], []))[1].append(stay)
    return clients

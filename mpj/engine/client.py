"""One client's records through steps 2 to 7: a client is the unit of work, nothing here looks beyond it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, time, timedelta
from functools import partial
from typing import Protocol

from attrs import evolve

from mpj.engine.levering import Levering, Rekenwijze
from mpj.engine.limits import Limiet, Limieten, Verbruik, Vraag
from mpj.engine.matching import SPECIFIEK, Afwijzing, Dekking, Dekkingen
from mpj.engine.placing import Placing
from mpj.engine.planning import Afspraken
from mpj.engine.presence import Aanwezig, presence
from mpj.engine.scope import Periode, named, registratie_reason, set_aside
from mpj.protocol import Protocol as Rules
from mpj.reading.periods import month_of
from mpj.records.medewerkers import Levels
from mpj.records.uitval import Uitval
from mpj.records.values import Registratie, Verblijf
from mpj.tariefkaart import stricter
from mpj.tariefkaart.model import NIVEAU, ZONDER

_DAY = timedelta(days=1)


class Earlier(Protocol):
    """What was declared before this run."""

    def used(self, dekking: Dekking) -> Verbruik | None:
        """Return what was used of a toewijzing, None when nothing was."""

    def block(self, leveringen: Sequence[Levering]) -> tuple[str, str] | None:
        """Return why a line, given whole and before the limits, may not be declared now: reason, sentence; None when it may."""

    def keeps(self, levering: Levering) -> bool:
        """Say whether a delivery stands behind an earlier line already, and so comes first where a limit counts."""

    def tarief(self, levering: Levering) -> int | None:
        """Return the eurocents per normtijd that its line was declared at before and keeps, None for the price of the contract."""


class Clientrun:
    """Runs one client after another; keeps nothing of one client for the next but what it returns."""

    def __init__(
        self,
        protocol: Rules,
        periode: Periode,
        dekkingen: Dekkingen,
        levels: Levels | None,
        earlier: Earlier,
        differs: Callable[[Registratie, str], None],
    ) -> None:
        self.protocol = protocol
        self.periode = periode
        self.dekkingen = dekkingen
        self.levels = levels
        self.earlier = earlier
        self.differs = differs
        self.placing = Placing(protocol, periode, dekkingen.kaarten)
        self.rekenwijze = Rekenwijze(protocol)

    def run(
        self, bsn: str, registraties: Sequence[Registratie], stays: Sequence[Verblijf], maanden: Collection[int] | None = None
    ) -> tuple[list[Levering], list[Uitval], list[Levering]]:
        """Return the deliveries behind lines, in order of date and id, what was set aside, and those on planning alone.

        `registraties` and `stays` are one client's, readable, each once. `maanden` are the months of which days of a stay count,
        None for all.
        """
        return _Client(self, bsn, registraties, stays, maanden).run()


class _Client:
    """The work for one client."""

    def __init__(
        self,
        context: Clientrun,
        bsn: str,
        registraties: Sequence[Registratie],
        stays: Sequence[Verblijf],
        maanden: Collection[int] | None,
    ) -> None:
        self.context = context
        self.maanden = maanden
        self.protocol = context.protocol
        self.rekenwijze = context.rekenwijze
        self.registraties = sorted(registraties, key=lambda record: (record.datum, record.id))
        self.stays = sorted(stays, key=lambda stay: (stay.begindatum, stay.id))
        self.afspraken = Afspraken(self.registraties)
        self.uitval: list[Uitval] = []
        self._stay_days: dict[tuple[str, str], list[tuple[date, date, int, str, str, int | None]]] = {}
        self.dekkingen = context.dekkingen.of(bsn)

    def run(self) -> tuple[list[Levering], list[Uitval], list[Levering]]:
        found = [levering for record in self.registraties if (levering := self._registratie(record))]
        for stay in self.stays:
            found += self._stay(stay)
        found = self._one_place_a_month(found)
        found = [levering for levering in found if self._planned(levering) and self._level(levering) and self._timed(levering)]
        found = self._present(found)
        found.sort(key=lambda levering: levering.volgorde)
        self._keep_prices(found)
        found = self._rounded(found)
        found = self._open(found)
        found = self._limited(found)
        found = self._no_empty_lines(found)
        on_planning = [
            levering for levering in found if isinstance(levering.record, Registratie) and self.afspraken.alone(levering.record)
        ]
        self._collect_stays()
        return found, self.uitval, on_planning

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

    def _registratie(self, record: Registratie) -> Levering | None:
        if reason := registratie_reason(record, self.context.periode):
            self.uitval.append(set_aside(record, *reason))
            return None
        found = self.context.placing.place(record, record.datum, self.dekkingen)
        if isinstance(found, Afwijzing):
            self.uitval.append(set_aside(record, found.reden, found.toelichting))
            return None
        return found

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
                found = self.context.placing.place(stay, day, self.dekkingen)
                if isinstance(found, Afwijzing):
                    self._days_aside(stay, day, day, 1, found.reden, found.toelichting, stay.gemeente or "")
                elif day == stay.einddatum and found.plaats.kaart.instellingen.laatste_dag == "telt_niet":
                    self._aside(found, "afwezig", "de laatste dag telt niet in dit contract")
                else:
                    result.append(found)
        return result

    def _one_place_a_month(self, found: Sequence[Levering]) -> list[Levering]:
        """Set aside what one toewijzing would bill under two contracts or percelen in one month: one line cannot hold it."""
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

    def _planned(self, levering: Levering) -> bool:
        record = levering.record
        if isinstance(record, Verblijf):
            return True
        settings = levering.plaats.kaart.instellingen
        verdict = self.afspraken.judge(record, settings.registratiewijze, bevestiging=settings.bevestiging)
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
        trial = evolve(levering)
        if self._find_level(trial) is not None or not isinstance(levering.record, Registratie):
            return None
        trial.geteld = self.rekenwijze.measure(trial)
        self.rekenwijze.share([trial])
        return self.rekenwijze.cost(trial, trial.voor_limiet)

    def _level(self, levering: Levering) -> bool:
        refusal = self._find_level(levering)
        if refusal is not None:
            self._aside(levering, refusal.reden, refusal.toelichting)
            return False
        toewijzing, settings = levering.dekking.toewijzing, levering.plaats.kaart.instellingen
        strict = settings.tr340 == "productcode" and levering.dekking.soort == SPECIFIEK and toewijzing.productcode
        if strict and levering.code.productcode != toewijzing.productcode:
            self._aside(
                levering,
                "productcode_niet_toegewezen",
                f"toegewezen {toewijzing.productcode}, de regel zou {levering.code.productcode} dragen",
            )
            return False
        levering.regel = (id(levering.dekking), levering.code.productcode, levering.maand)
        return True

    def _find_level(self, levering: Levering) -> Afwijzing | None:
        """Step 4: set delivered level, price row and code of a delivery that is priced per level, or return why not."""
        record = levering.record
        if not isinstance(record, Registratie):
            return None
        delivered = self._delivered(record)
        levering.niveau = delivered or ""
        if levering.prijs.soort == ZONDER:
            return None
        if delivered is None:
            return Afwijzing("niveau_onbekend", "geen kwalificatieniveau, en geen medewerker met een niveau op deze datum")
        kaart, perceel, code = levering.plaats.kaart, levering.plaats.perceel, levering.prestatiecode
        contracted = ", ".join(kaart.niveaus(perceel, code, levering.maand))
        limit = stricter(delivered, levering.dekking.maximum, self.protocol.niveaus)
        as_delivered = kaart.prijs(perceel, code, NIVEAU, delivered, levering.maand)
        billed = kaart.prijs(perceel, code, NIVEAU, limit, levering.maand)
        if as_delivered is None or not as_delivered.gedeclareerd:
            return Afwijzing("niveau_te_laag", f"geleverd {delivered}, gecontracteerd {contracted}")
        if billed is None or not billed.gedeclareerd:
            return Afwijzing("niveau_niet_gecontracteerd", f"maximum {levering.dekking.maximum}, gecontracteerd {contracted}")
        levering.prijs = billed
        levering.code = kaart.productcode(perceel, code, billed.gedeclareerd, levering.dekking.categorie)
        return None

    def _delivered(self, record: Registratie) -> str | None:
        """Return the delivered level: that of the medewerkers' file where the record names a medewerker, else its own."""
        if self.context.levels is None or record.medewerker is None:
            return record.kwalificatieniveau
        niveau = self.context.levels.on(record.medewerker, record.datum)
        if niveau is not None and record.kwalificatieniveau not in (None, niveau):
            self.context.differs(record, niveau)
        return niveau

    def _timed(self, levering: Levering) -> bool:
        levering.geteld = self.rekenwijze.measure(levering)
        drempel = self.rekenwijze.afronding(levering).drempel if levering.prijs.minuten else 0
        if levering.geteld == 0 or levering.geteld < drempel:
            text = f"korter dan de drempel van {drempel} minuten" if levering.geteld else "0 minuten of stuks"
            self._aside(levering, "geen_tijd", text, 0)
            return False
        return True

    def _present(self, found: Sequence[Levering]) -> list[Levering]:
        """Step 5: group time once per client, toewijzing and date; a day of a stay once per toewijzing."""
        groups: dict[tuple[int, date], list[Levering]] = {}
        days: dict[tuple[int, date], list[Levering]] = {}
        for levering in found:
            key = (id(levering.dekking), levering.datum)
            if isinstance(levering.record, Verblijf):
                days.setdefault(key, []).append(levering)
            elif levering.prijs.soort == ZONDER and levering.prijs.minuten and self._is_group(levering):
                groups.setdefault(key, []).append(levering)
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
                    self._aside(levering, "dubbele_dag", f"telt al in {named(first.record)}", 0)
        return [levering for levering in found if id(levering) not in dropped]

    def _is_group(self, levering: Levering) -> bool:
        record = levering.record
        default = self.protocol.prestatiecodes[levering.prestatiecode].hulpvorm.soort
        return isinstance(record, Registratie) and (record.soort or default) == "groep"

    def _rounded(self, found: Sequence[Levering]) -> list[Levering]:
        """Step 6: normed units, rounded once over contact, day or product period; sums that round to 0 are set aside."""
        sums: dict[object, list[Levering]] = {}
        for levering in found:
            over = self.rekenwijze.afronding(levering).over if self.rekenwijze.rounds(levering) else "contact"
            key = {"contact": id(levering), "dag": (levering.regel, levering.datum), "productperiode": levering.regel}[over]
            sums.setdefault(key, []).append(levering)
        empty: set[int] = set()
        for members in sums.values():
            self.rekenwijze.share(members)
            if not any(levering.voor_limiet for levering in members):
                empty.update(map(id, members))
        for levering in found:
            if id(levering) in empty:
                self._aside(levering, "geen_tijd", "de som rondt af op 0 eenheden", 0)
        return [levering for levering in found if id(levering) not in empty]

    def _keep_prices(self, found: Sequence[Levering]) -> None:
        """Give what stands behind an earlier line the price it was declared at: a retroactive price changes nothing by itself."""
        for levering in found:
            tarief = self.context.earlier.tarief(levering)
            if tarief is not None and tarief != levering.prijs.tarief_cent:
                levering.prijs = evolve(levering.prijs, tarief_cent=tarief)

    def _open(self, found: Sequence[Levering]) -> list[Levering]:
        """Set aside what belongs to an earlier line that may not be declared now."""
        lines: dict[tuple[int, str, int], list[Levering]] = {}
        for levering in found:
            lines.setdefault(levering.regel, []).append(levering)
        blocked = {regel: reason for regel, members in lines.items() if (reason := self.context.earlier.block(members))}
        for levering in found if blocked else ():
            if reason := blocked.get(levering.regel):
                waiting = reason[0] == "wacht_op_antwoord"
                kept = waiting and self.context.earlier.keeps(levering)
                waarde = (0 if kept else self.rekenwijze.cost(levering, levering.voor_limiet)) if waiting else None
                self._aside(levering, *reason, waarde)
        return [levering for levering in found if levering.regel not in blocked]

    def _limited(self, found: Sequence[Levering]) -> list[Levering]:
        """Steps 7 and 8: bill up to what the toewijzing allows, first what stands already, then in order of date, then id."""
        limits: dict[int, Limieten] = {}
        lines: dict[tuple[int, str, int], int] = {}
        kept: list[Levering] = []
        for levering in sorted(found, key=lambda levering: not self.context.earlier.keeps(levering)):
            limieten = limits.get(id(levering.dekking))
            if limieten is None:
                limieten = Limieten(self.protocol, levering.dekking.toewijzing, self.context.earlier.used(levering.dekking))
                limits[id(levering.dekking)] = limieten
            line, units = lines.get(levering.regel, 0), levering.voor_limiet
            cost = partial(self.rekenwijze.cost, levering, line=line)
            per_unit = self.rekenwijze.per_unit(levering)
            whole = levering.plaats.kaart.instellingen.bij_overschrijding == "hele_contacten"
            wanted = Vraag(levering.datum, named(levering.record), units, levering.eenheid, per_unit, whole)
            toets = limieten.take(wanted, cost, partial(self.rekenwijze.fits, levering, line))
            levering.units, levering.afgetopt = toets.units, toets.afgetopt
            levering.cents = cost(toets.units)
            levering.rest_cents = cost(units) - levering.cents
            if toets.limiet is not None and not toets.units:
                self._aside(levering, toets.limiet.reden, _used_up(levering.dekking, toets.limiet), levering.rest_cents)
                continue
            lines[levering.regel] = line + toets.units
            kept.append(levering)
        return sorted(kept, key=lambda levering: levering.volgorde)

    def _no_empty_lines(self, found: Sequence[Levering]) -> list[Levering]:
        cents: dict[tuple[int, str, int], int] = {}
        for levering in found:
            cents[levering.regel] = cents.get(levering.regel, 0) + levering.cents
        for levering in found:
            if not cents[levering.regel]:
                self._aside(levering, "geen_tijd", "de regel komt op 0 uit", 0)
        return [levering for levering in found if cents[levering.regel]]


def _aanwezig(levering: Levering) -> Aanwezig:
    record = levering.record
    assert isinstance(record, Registratie)
    begin: time | None = record.begintijd
    return Aanwezig(record.id, None if begin is None else begin.hour * 60 + begin.minute, levering.geteld)


def _stay_order(levering: Levering) -> tuple[date, str]:
    assert isinstance(levering.record, Verblijf)
    return levering.record.begindatum, levering.record.id


def _used_up(dekking: Dekking, limiet: Limiet) -> str:
    what = "budget" if limiet.reden.startswith("budget") else "omvang"
    return f"{what} van {dekking.naam} op sinds {limiet.op}"


def by_client(
    registraties: Iterable[Registratie], stays: Iterable[Verblijf]
) -> dict[str, tuple[list[Registratie], list[Verblijf]]]:
    """Return the records of each client, by BSN."""
    clients: dict[str, tuple[list[Registratie], list[Verblijf]]] = {}
    for registratie in registraties:
        clients.setdefault(registratie.bsn, ([], []))[0].append(registratie)
    for stay in stays:
        clients.setdefault(stay.bsn, ([], []))[1].append(stay)
    return clients

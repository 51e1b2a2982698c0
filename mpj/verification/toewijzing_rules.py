"""Rules that hold a debit line against its toewijzing (iJw 3.2): does it exist, whose is it, and does the line fit it.

Each rule takes a line and returns the breach, or None. Without a toewijzing only TR338 speaks; the others have nothing to compare.
"""

from __future__ import annotations

from mpj.engine.limits import counted, product_period
from mpj.engine.matching import ASPECIFIEK, GENERIEK, NIET_MPJ, SPECIFIEK
from mpj.messages.values import Client
from mpj.protocol import Normtijd, Protocol
from mpj.protocol.model import MINUTEN
from mpj.reading.periods import first_day, last_day, month_of
from mpj.verification.case import CODE_ONBEKEND, GEEN_CONTRACT, TOEWIJZING_ONGELDIG, Case, Line
from mpj.verification.values import Breach, Cent, Volume, Word


def tr304_client(case: Case, client: Client) -> Breach | None:
    """TR304 (level 3, 8187, Client): the BSN is that of a client known from the toewijzingen. Source: iJw 3.2.

    Credit lines are judged by their debit alone, so a client with only credit lines is not asked for.
    """
    debits = [one for one in client.prestaties if one.debetcredit == "D"]
    hidden = any(case.hides(client.bsn, one) for one in debits)
    if client.bsn in case.clienten or not debits or hidden:
        return None
    return Breach(Word("een onbekende cliënt"), Word("een cliënt met een toewijzing van deze gemeente"))


def tr304(line: Line) -> Breach | None:
    """TR304 (level 3, 8187): the toewijzing of a line is one of the line's own client. Source: iJw 3.2.

    Not the same as TR338: the number exists, but belongs to someone else. Found on the line, so the code stands there.
    """
    if line.dekking is None or line.dekking.toewijzing.bsn == line.bsn:
        return None
    return Breach(str(line.prestatie.toewijzingnummer), Word("een toewijzing van deze cliënt"), sentence="TR304.regel")


def tr338(line: Line) -> Breach | None:
    """TR338 (level 3, 9338): a toewijzing with this ToewijzingNummer exists. Source: iJw 3.2.

    It exists for this gemeente and this aanbieder; a toewijzing of another aanbieder does not count.
    """
    if line.dekking is not None or line.reden == TOEWIJZING_ONGELDIG:
        return None
    return Breach(str(line.prestatie.toewijzingnummer), Word("een bekende toewijzing voor deze aanbieder"))


def tr384(line: Line) -> Breach | None:
    """TR384 (level 3, 9384): the toewijzing was not removed (RedenWijziging 13). Source: iJw 3.2."""
    if line.dekking is None or not line.dekking.verwijderd:
        return None
    return Breach(Word("een verwijderde toewijzing"), Word("een geldige toewijzing"))


def tr307(line: Line) -> Breach | None:
    """TR307 (level 3, 9307): the product period does not begin before the toewijzing. Source: iJw 3.2, IV089."""
    if line.dekking is None or line.prestatie.begindatum >= line.dekking.toewijzing.begindatum:
        return None
    return Breach(line.prestatie.begindatum, line.dekking.toewijzing.begindatum)


def tr308(line: Line) -> Breach | None:
    """TR308 (level 3, 9308): the product period does not end after the toewijzing. Source: iJw 3.2, IV089."""
    end = None if line.dekking is None else line.dekking.toewijzing.einddatum
    if end is None or line.prestatie.einddatum <= end:
        return None
    return Breach(line.prestatie.einddatum, end)


def tr387(line: Line) -> Breach | None:
    """TR387 (level 3, 9387): the product period begins on the first of its month, or on the toewijzing's first day when that is
    later in the month. Source: iJw 3.2, IV089.
    """
    if line.dekking is None:
        return None
    toewijzing, month = line.dekking.toewijzing, line.maand
    same = month_of(toewijzing.begindatum) == month
    expected = product_period(toewijzing.begindatum, None, month)[0] if same else first_day(month)
    return None if line.prestatie.begindatum == expected else Breach(line.prestatie.begindatum, expected)


def tr388(line: Line) -> Breach | None:
    """TR388 (level 3, 9388): the product period ends on the last of its month, or on the toewijzing's last day when that is
    earlier in the month. Source: iJw 3.2, IV089.
    """
    if line.dekking is None:
        return None
    toewijzing, month = line.dekking.toewijzing, month_of(line.prestatie.einddatum)
    same = toewijzing.einddatum is not None and month_of(toewijzing.einddatum) == month
    expected = toewijzing.einddatum if same and toewijzing.einddatum else last_day(month)
    return None if line.prestatie.einddatum == expected else Breach(line.prestatie.einddatum, expected)


def tr339(line: Line) -> Breach | None:
    """TR339 (level 3, 9339): the category is that of the toewijzing, when the toewijzing has one. Source: iJw 3.2."""
    if line.dekking is None:
        return None
    expected = line.dekking.categorie or line.dekking.toewijzing.productcategorie or ""
    if not expected or line.prestatie.productcategorie == expected:
        return None
    return Breach(line.prestatie.productcategorie, expected)


def tr340(line: Line) -> Breach | None:
    """TR340 (level 3, 9340): the code is that of the toewijzing, when the toewijzing has one. Source: iJw 3.2.

    Under MPJ a specific toewijzing names the prestatiecode, and the level digit of a line is the delivered one; so
    prestatiecodes are compared. A contract with ``tr340 = "productcode"`` insists on the assigned code itself. A code that no
    contract knows is not that of a specific toewijzing either.
    """
    if line.dekking is None:
        return None
    dekking, assigned, found = line.dekking, line.dekking.toewijzing.productcode, line.prestatie.productcode
    if line.cell is None:
        unknown = dekking.soort == SPECIFIEK and line.reden in (CODE_ONBEKEND, GEEN_CONTRACT)
        if not unknown or line.case.may_be(found, dekking):
            return None
        return Breach(found, ", ".join(sorted(dekking.codes or ())), sentence="TR340.onbekend")
    if dekking.soort == NIET_MPJ and assigned is not None:
        return Breach(found, assigned)
    if dekking.soort != SPECIFIEK:
        return None
    if not dekking.covers(line.cell.prestatiecode):
        return Breach(line.cell.prestatiecode, ", ".join(sorted(dekking.codes or ())), sentence="TR340.prestatiecode")
    strict = line.cell.kaart.instellingen.insists_on_productcode and assigned is not None
    return Breach(found, assigned) if strict and found != assigned else None


def tr341(line: Line) -> Breach | None:
    """TR341 (level 3, 9341): the unit is the assigned one, hours may be declared in minutes; where the toewijzing names none,
    or is aspecific or generic, it is the contract's. Source: iJw 3.2, OP267.
    """
    if line.dekking is None:
        return None
    specific = line.dekking.soort not in (ASPECIFIEK, GENERIEK)
    assigned = line.dekking.toewijzing.eenheid if specific else None
    if assigned is not None:
        expected = _units(assigned, line.cell.normtijd if line.cell else None, line.case.protocol)
    elif line.cell is not None and line.cell.prijs is not None:
        expected = (line.cell.prijs.eenheid,)
    else:
        return None
    return None if line.prestatie.eenheid in expected else Breach(line.prestatie.eenheid, expected[0])


def _units(assigned: str, normtijd: Normtijd | None, protocol: Protocol) -> tuple[str, ...]:
    """Return the wire units that an assigned unit allows, the one to expect first; what counts clock time may come in minutes."""
    usual = normtijd.eenheden.get(assigned, assigned) if normtijd else assigned
    timed = counted(protocol, assigned)[0] == MINUTEN
    return (usual, assigned, *protocol.minuten) if timed else (usual, assigned)


def tr321(line: Line) -> Breach | None:
    """TR321 (level 3, 9321): the volume fits what the toewijzing allows in one product period. Source: iJw 3.2, IV077.

    All accepted lines on the toewijzing in that month count together, whatever their level; 60 minutes are an hour.
    """
    return _over(line, line.maand)


def tr322(line: Line) -> Breach | None:
    """TR322 (level 3, 9322): the sum of volumes fits what the toewijzing allows over its whole term. Source: iJw 3.2.

    Volumes of all accepted lines, earlier ones included, credits taken off; never euros, never one month alone.
    """
    return _over(line, None)


def _over(line: Line, month: int | None) -> Breach | None:
    """Return the breach when this line brings what is used above what the omvang allows.

    Both in what the assigned unit counts: of one month, or with None of the whole toewijzing.
    """
    if line.dekking is None or line.dekking.toewijzing.volume is None:
        return None
    one, toewijzing, protocol = line.prestatie, line.dekking.toewijzing, line.case.protocol
    allowed = line.case.usage.maximum(toewijzing, month)
    if allowed is None:
        return None
    telt, weight = counted(protocol, one.eenheid)
    telt_omvang, maximum = allowed
    if telt_omvang != telt:
        return None
    total = line.case.usage.of(one.toewijzingnummer).volume(telt, month) + one.volume * weight
    if total <= maximum:
        return None
    assigned = toewijzing.eenheid or ""
    single = next((code for code, unit in protocol.eenheden.items() if (unit.telt, unit.gewicht) == (telt, 1)), assigned)
    shown = single if total % counted(protocol, assigned)[1] else assigned
    scale = counted(protocol, shown)[1]
    more = {"regel": Volume(one.volume, one.eenheid)}
    return Breach(Volume(total // scale, shown), Volume(maximum // scale, shown), more=more)


def tr369(line: Line) -> Breach | None:
    """TR369 (level 3, 9369): the lines together fit the budget of the toewijzing, in eurocents. Source: iJw 3.2.

    The signed amounts of all accepted lines count, earlier ones included.
    """
    budget = None if line.dekking is None else line.dekking.toewijzing.budget_cent
    if budget is None:
        return None
    total = line.case.usage.of(line.prestatie.toewijzingnummer).cent + line.prestatie.bedrag_cent
    return Breach(Cent(total), Cent(budget)) if total > budget else None

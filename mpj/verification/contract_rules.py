"""Rules that hold a debit line against contract and tariff matrix: TR381, TR418, TR346 and the MPJ rules of our own.

One cause is named once. TR418 judges the tariff as shown, TR346 the amount against the line's own tariff, and MPJ04 the amount
against the exact price of the cell, where the first two cannot see that far: on the wire a quarter of an hour in minutes shows a
rounded tariff.
"""

from __future__ import annotations

from mpj.engine.limits import counted, output_weeks
from mpj.engine.matching import ASPECIFIEK
from mpj.messages.declaratie import product_tarief
from mpj.protocol.model import ETMALEN
from mpj.tariefkaart.model import NIVEAU
from mpj.verification.case import ANDER_PERCEEL, JEUGDBESCHERMING, NIET_GECONTRACTEERD, TAAK, Line
from mpj.verification.values import Breach, Cent, Volume, Waarde, Word

ZONDER_NIVEAU = Word("zonder niveau")


def tr381(line: Line) -> Breach | None:
    """TR381 (level 4, S329): the code belongs to the category in the agreed product list. Source: iJw 3.2.

    The list is the contract's own code table, or else the default scheme.
    """
    if line.cell is None:
        return None
    one = line.prestatie
    listed = line.cell.kaart.listed
    if (one.productcode, one.productcategorie) in listed:
        return None
    own = sorted(categorie for code, categorie in listed if code == one.productcode)
    expected = " / ".join(own or line.case.protocol.prestatiecodes[line.cell.prestatiecode].categorieen)
    return Breach(one.productcategorie, expected, more={"productcode": one.productcode})


def mpj01(line: Line) -> Breach | None:
    """MPJ01 (level 4, 9340): the level of the line is contracted in that month, and not above the maximum of the toewijzing.

    A line without level needs a price without level. What is bought by task is paid outside the messages and has no line.
    Source: the tariff matrix (perceel x prestatiecode x level x month).
    """
    if line.cell is None:
        if line.reden == TAAK:
            return Breach(line.prestatie.productcode, Word("geen regel in een bericht"), sentence="MPJ01.taak")
        if line.reden != NIET_GECONTRACTEERD:
            return None
        return Breach(line.prestatie.productcode, Word("een gecontracteerde code"), sentence="MPJ01.code")
    cell, more = line.cell, {"prestatiecode": line.cell.prestatiecode}
    if cell.prijs is None:
        expected = ", ".join(cell.contracted) or ZONDER_NIVEAU
        return Breach(cell.niveau or ZONDER_NIVEAU, expected, more=more)
    maximum, niveaus = line.dekking.maximum if line.dekking else None, line.case.protocol.niveaus
    if cell.prijs.soort == NIVEAU and maximum is not None and niveaus.index(cell.niveau) > niveaus.index(maximum):
        return Breach(cell.niveau, maximum, sentence="MPJ01.maximum", more=more)
    return None


def mpj02(line: Line) -> Breach | None:
    """MPJ02 (level 4, 9340): the prestatiecode is in reach of an aspecific toewijzing, and the code is one of its perceel.

    A specific toewijzing names the prestatiecode, which is TR340; a wrong category is TR339 (9339). Source: iJw 3.2.
    """
    if line.cell is None:
        if line.reden != ANDER_PERCEEL:
            return None
        return Breach(line.prestatie.productcode, Word("een code van het toegewezen perceel"), sentence="MPJ02.perceel")
    if line.dekking is None or line.dekking.soort != ASPECIFIEK or line.dekking.covers(line.cell.prestatiecode):
        return None
    return Breach(line.cell.prestatiecode, ", ".join(sorted(line.dekking.codes or (), key=_number)))


def _number(code: str) -> tuple[int, ...]:
    return tuple(int(part) for part in code.split("."))


def mpj03(line: Line) -> Breach | None:
    """MPJ03 (level 4, 9341): the volume is a whole number of normed units above zero, in a unit that the normtijd knows.

    Source: the normtijden of the protocol (kwartier in minutes: a multiple of 15). Silent where TR341 names the unit already, and
    of euros (MPJ08).
    A line of zero declares nothing, and could never be credited (CS325).
    """
    one, normtijd = line.prestatie, None if line.cell is None else line.cell.normtijd
    if not one.volume:
        return Breach(Volume(0, one.eenheid), Word("een volume boven nul"), sentence="MPJ03.nul")
    if normtijd is None or "TR341" in line.broken:
        return None
    units = line.cell.units(one.volume, one.eenheid) if line.cell else None
    if units is None:
        return Breach(one.eenheid, ", ".join(normtijd.bericht), sentence="MPJ03.eenheid", more={"normtijd": Word(normtijd.naam)})
    if not units[1] or one.eenheid in line.case.protocol.bedragen:
        return None
    block = normtijd.bericht[one.eenheid]
    more: dict[str, Waarde] = {"normtijd": Word(normtijd.naam), "veelvoud": block}
    return Breach(Volume(one.volume, one.eenheid), Volume(units[0] * block, one.eenheid), more=more)


def mpj07(line: Line) -> Breach | None:
    """MPJ07 (level 4, 9321): a line holds no more etmalen than its product period has days, and no more months, periods or weeks
    than it has: one month, and of a GI none where the toewijzing begins within it; the weeks by their Sundays.

    Source: an etmaal is a day and its night; IV076; standard protocol for the GI 1.3 (no broken first month). Minutes are never
    held against the clock: two professionals in one contact are two records. Nothing is added up over lines: two stays on the day
    of a move are two etmalen.
    """
    one, protocol = line.prestatie, line.case.protocol
    if (breach := _output_too_much(line)) is not None:
        return breach
    telt, weight = counted(protocol, one.eenheid)
    days = (one.einddatum - one.begindatum).days + 1
    if telt != ETMALEN or one.volume * weight <= days or days < 1:
        return None
    return Breach(Volume(one.volume, one.eenheid), Volume(days, one.eenheid))


def _output_too_much(line: Line) -> Breach | None:
    """Return the breach where a line holds more months, periods or weeks than its product period has, in what they are told in."""
    one, cell = line.prestatie, line.cell
    if cell is None or cell.prijs is None or line.dekking is None or line.broken & {"TR341", "MPJ03", "TR387", "TR388"}:
        return None
    if line.case.protocol.is_monthly(cell.prijs.normtijd):
        most = 1 if one.begindatum.day == 1 else 0
    elif cell.variant == "periode":
        most = 1
    elif cell.variant == "week":
        most = output_weeks(line.dekking.toewijzing, one.begindatum, one.einddatum)
    else:
        return None
    units = cell.units(one.volume, one.eenheid)
    if units is None or units[0] <= most or line.ongeregeld:
        return None
    normtijd = cell.kaart.protocol.normtijden[cell.prijs.normtijd]
    more: dict[str, Waarde] = {"aantal": units[0], "eenheid": Word(normtijd.naam), "hoogstens": most}
    return Breach(
        Volume(one.volume, one.eenheid),
        Volume(most * cell.per_unit(one.eenheid), one.eenheid),
        sentence="MPJ07.output",
        more=more,
    )


def mpj08(line: Line) -> Breach | None:
    """MPJ08 (level 4, 0611): output in euros is a whole number of times the contract's price per week or period.

    Source: producten.csv. The line itself shows no price (CD087), and its volume is its amount (CS339). A traject has no price: it
    may be any part of the assigned amount (TR322, TR369).
    """
    cell, one = line.cell, line.prestatie
    if cell is None or cell.prijs is None or one.eenheid not in line.case.protocol.bedragen or line.ongeregeld:
        return None
    if "CS339" in line.broken:
        return None
    found = cell.units(one.volume, one.eenheid)
    if found is None or not found[1]:
        return None
    more: dict[str, Waarde] = {"normtijd": Word(cell.prijs.normtijd)}
    return Breach(Cent(one.volume), Cent(cell.prijs.tarief_cent), more=more)


def mpj05(line: Line) -> Breach | None:
    """MPJ05 (level 4, S329): youth protection and probation (11.1, 12.1, 13.1) only where the contract allows it.

    Source: ``jeugdbescherming`` in the contract.
    """
    if line.reden != JEUGDBESCHERMING:
        return None
    return Breach(line.prestatie.productcode, Word("een contract met jeugdbescherming"))


def _expected_tarief(line: Line) -> int | None:
    """Return the ProductTarief that the contract gives, in eurocents per wire unit, rounded as on the wire (IV081)."""
    cell, eenheid = line.cell, line.prestatie.eenheid
    if cell is None or cell.prijs is None or cell.normtijd is None:
        return None
    if eenheid not in cell.normtijd.bericht:
        return cell.exact(1, eenheid)
    return product_tarief(cell.prijs.normtijd, eenheid, cell.prijs.tarief_cent, protocol=line.case.protocol)


def tr418(line: Line) -> Breach | None:
    """TR418 (level 3, 0611): the tariff is the contract's for this product in that month. Source: iJw 3.2.

    Per wire unit: a price per kwartier or uur shows in minutes rounded half up, for information.
    """
    found, expected = line.prestatie.tarief_cent, _expected_tarief(line)
    if expected is None or found is None or found == expected:
        return None
    return Breach(Cent(found), Cent(expected))


def tr346(line: Line) -> Breach | None:
    """TR346 (level 4, 9346): the amount is volume times the unrounded tariff, euros (83) apart. Source: iJw 3.2, IV081.

    An hour price in minutes: half_up(price x minutes / 60) to the cent. Other units in minutes show a rounded tariff, so the
    line alone tells only within that rounding; MPJ04 judges the rest.
    """
    one, exact, protocol = line.prestatie, line.exact, line.case.protocol
    if one.eenheid in protocol.bedragen or one.tarief_cent is None or one.bedrag_cent == exact or line.broken & {"TR341", "MPJ03"}:
        return None
    own = one.volume * one.tarief_cent
    slack = (one.volume + 1) // 2 if one.eenheid in protocol.minuten else 0
    normtijd = line.cell.normtijd if line.cell else None
    unrounded = normtijd is not None and one.eenheid in normtijd.ongerond and "TR418" not in line.broken
    if abs(one.bedrag_cent - own) <= slack and not unrounded:
        return None
    expected = exact if exact is not None and "TR418" not in line.broken else own
    return Breach(Cent(one.bedrag_cent), Cent(expected), more={"volume": Volume(one.volume, one.eenheid)})


def mpj04(line: Line) -> Breach | None:
    """MPJ04 (level 4, 0611 price, 9346 amount): the amount is exactly units x the cell's price in that month.

    Source: the tariff matrix. Silent where TR418 or TR346 names the cause, or the unit is wrong (TR341, MPJ03).
    """
    cell, one, exact = line.cell, line.prestatie, line.exact
    named = line.broken & {"TR418", "TR346", "TR341", "MPJ03"}
    if cell is None or cell.prijs is None or cell.normtijd is None or exact is None or one.bedrag_cent == exact or named:
        return None
    units, _ = cell.units(one.volume, one.eenheid) or (0, 0)
    price, rest = divmod(one.bedrag_cent, units) if units else (0, 1)
    more: dict[str, Waarde] = {"eenheden": units, "normtijd": Word(cell.prijs.normtijd), "prijs": Cent(cell.prijs.tarief_cent)}
    if one.tarief_cent is not None and one.bedrag_cent == one.volume * one.tarief_cent:
        more["tarief"] = Cent(one.tarief_cent)
        return Breach(Cent(one.bedrag_cent), Cent(exact), sentence="MPJ04.minuutprijs", more=more)
    # Only a price in minutes is shown rounded, so that another price can hide behind the tariff of the line.
    rounded, protocol = one.eenheid in line.case.protocol.minuten, line.case.protocol
    if not rest and rounded and product_tarief(cell.prijs.normtijd, one.eenheid, price, protocol=protocol) == one.tarief_cent:
        return Breach(Cent(price), Cent(cell.prijs.tarief_cent), sentence="MPJ04.prijs", retourcode="0611", more=more)
    return Breach(Cent(one.bedrag_cent), Cent(exact), more=more)

"""What the ledger remembers of one client, as the engine takes it: data, made of what stands and of what is decided so far."""

from __future__ import annotations

from mpj.engine.limits import Verbruik
from mpj.engine.memory import Keeps, Memory, Recorded, Regelinhoud, Standing
from mpj.engine.search import Afwijzing
from mpj.engine.values import Identiteit
from mpj.ledger.codec import load_sleutel
from mpj.ledger.schema import AFGEKEURD, CONCEPT, TOEGEKEND, WACHT
from mpj.ledger.stand import Clientstand, Regel
from mpj.ledger.verdict import Ledgerrun, SoFar


def remembered(run: Ledgerrun, stand: Clientstand, decisions: SoFar) -> Memory:
    """Return what a client's lines mean for the next look at its records."""
    states = {identiteit: stand.state(identiteit) for identiteit in stand.regels}
    used = dict(stand.used)
    standing: dict[Identiteit, Standing] = {}
    for identiteit, (state, regel) in states.items():
        if one := _standing(run, stand, decisions, identiteit):
            standing[identiteit] = one
        if regel is not None and (state in (CONCEPT, WACHT) or identiteit in decisions.held):
            lines = [one.line for one in (regel, *stand.beside(identiteit))]
            rows = [(line.eenheid, regel.maand, line.bedrag_cent, line.volume_bericht) for line in lines]
            used[identiteit[:2]] = used.get(identiteit[:2], Verbruik()) + Verbruik.of(run.protocol, rows)
        elif regel is not None and (pieces := stand.pieces.get(regel.id)):
            rows = [(regel.line.eenheid, regel.maand, one.bedrag_cent, one.geteld) for one in pieces]
            used[identiteit[:2]] = used.get(identiteit[:2], Verbruik()) + Verbruik.of(run.protocol, rows)
    behind = {
        one.recorded: (one.eenheden, run.fingerprints.get(one.recorded[:2]) == one.fingerprint)
        for records in stand.behind.values()
        for one in records
    }
    return Memory(used, standing, behind, _kept(stand, decisions), run.confirmed, stand.maanden)


def _kept(stand: Clientstand, decisions: SoFar) -> dict[Recorded, tuple[Identiteit, Afwijzing]]:
    """Return what stands behind lines that are held, wait for an answer or are another contract's concept.

    So nothing of it comes on another line meanwhile, also where it changed, or went to another client: its change waits as well.
    """
    found = {recorded: (identiteit, _waits(state, regel)) for recorded, (identiteit, state, regel) in stand.of_others.items()}
    told = {identiteit: (regel, _waits(state, regel)) for identiteit, state, regel in stand.waiting}
    for identiteit, held in decisions.held.items():
        state, regel = stand.state(identiteit)
        if regel is not None and state != CONCEPT:
            shown = f"regel {regel.line.referentienummer}"
            told[identiteit] = regel, Afwijzing("reeds_gedeclareerd", f"{shown} is toegekend en blijft staan: {held.tekst}")
    return found | {one.recorded: (key, why) for key, (regel, why) in told.items() for one in stand.behind.get(regel.id, ())}


def _waits(state: str, regel: Regel) -> Afwijzing:
    """Return why what stands behind a line that may still be granted is on no other one."""
    if state == CONCEPT:
        return _in_concept(regel)
    shown = f"regel {regel.line.referentienummer}"
    return Afwijzing("wacht_op_antwoord", f"{shown} wacht op antwoord: tot dan staat deze zorg daar")


def _standing(run: Ledgerrun, stand: Clientstand, decisions: SoFar, identiteit: Identiteit) -> Standing | None:
    """Return what new care on an identity is told: it waits, stands rejected as it was, is held, or goes on (None)."""
    state, regel = stand.state(identiteit)
    shown = "de creditregel" if regel is None else f"regel {regel.line.referentienummer}"
    inhoud = _as_it_was(run, identiteit, regel)
    keeps = None
    if regel is not None and (identiteit not in decisions.anew or identiteit in decisions.held):
        # Of a line that is known from its message alone, the price of a normed unit is not.
        told = regel.line.normtijd and identiteit not in decisions.repriced
        price = (regel.line.tarief_cent, regel.afronding) if told else None
        keeps = Keeps(regel.line.productcategorie, regel.line.productcode, price)
    if state == CONCEPT and regel is not None:
        return Standing(_in_concept(regel))
    if state == WACHT:
        changes = Afwijzing("wacht_op_antwoord", f"de wijziging wacht op het antwoord op {shown}")
        same = Afwijzing("reeds_gedeclareerd", f"{shown} wacht op antwoord")
        return Standing(changes, same, inhoud, asks=True, keeps=keeps)
    if state == AFGEKEURD and regel is not None and not run.judges(regel):
        text = f"{shown} is afgekeurd, en het contract van die aanbieder is niet gegeven"
        return Standing(Afwijzing("geen_contract", text))
    if state == AFGEKEURD and regel is not None and regel.id in stand.pieces:
        text = f"{shown} is overgenomen van een ander systeem en afgekeurd; hersteld (mpj ledger resend) komt deze zorg erbij"
        return Standing(Afwijzing("afgekeurd", text))
    if state == AFGEKEURD and regel is not None and not regel.opnieuw:
        same = Afwijzing("afgekeurd", f"{shown} is afgekeurd en staat op de herstellijst")
        return Standing(None, same, inhoud, price_counts=True)
    if state != TOEGEKEND:
        return None
    held = decisions.held.get(identiteit)
    if held is None:
        return Standing(None, keeps=keeps)
    changes = Afwijzing(held.reden, f"{shown} is toegekend en blijft staan: {held.tekst}")
    return Standing(changes, Afwijzing("reeds_gedeclareerd", f"{shown} is toegekend"), inhoud, asks=True, keeps=keeps)


def _in_concept(regel: Regel) -> Afwijzing:
    """Return why care in a concept of another contract, which may still be sent, is on no line of this run."""
    line = regel.line
    text = (
        f"regel {line.referentienummer} is een concept van aanbieder {line.aanbieder} en gemeente {line.gemeente}: "
        f"geef ook dat contract mee, dan vervangt deze run het"
    )
    return Afwijzing("geen_contract", text)


def _as_it_was(run: Ledgerrun, identiteit: Identiteit, regel: Regel | None) -> Regelinhoud | None:
    """Return what a line was made of, None where its toewijzing is another one now: then nothing equals it."""
    stored = None if regel is None else load_sleutel(regel.sleutel)
    if stored is None or stored[1] != run.toewijzingen.get(identiteit[:2]):
        return None
    return stored[0]

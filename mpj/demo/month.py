"""One client's month: contacts and stays with their mess, and the toewijzingen that were meant to hold them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count
from random import Random

from attrs import field, frozen

from mpj.demo.chance import apportion
from mpj.demo.clients import DemoCare, DemoClient, Plan
from mpj.demo.disturb import Around, disturb, mess_of
from mpj.demo.files import Files
from mpj.demo.mess import draw_kinds
from mpj.demo.people import Staff
from mpj.demo.region import Offer
from mpj.demo.registraties import RegistratieRow, contacts
from mpj.demo.toewijzingen import Need, need_of_contact, need_of_days, toewijzing_rows
from mpj.demo.verblijf import present_days, stay_parts, verblijf_rows


@frozen(eq=False)
class Month:
    """What the clients of one run share."""

    number: int
    """The month (`mpj.reading.periods`)."""
    offers: Mapping[str, tuple[Offer, ...]]
    """What is bought, by gemeente."""
    staff: Staff
    registratie_ids: Iterator[str] = field(factory=lambda: (f"R{number:06d}" for number in count(1)))
    verblijf_ids: Iterator[str] = field(factory=lambda: (f"V{number:05d}" for number in count(1)))
    mess: Counter[str] = field(factory=Counter)
    """How often each kind of mess struck so far."""


def write_client(rng: Random, month: Month, client: DemoClient, registraties: int, verblijven: int, files: Files) -> None:
    """Write exactly `registraties` rows of contacts and `verblijven` rows of stays, and the client's toewijzingen."""
    needs: dict[Plan, Need] = {care.plan: Need() for care in client.cares}
    for care, quota in zip(client.cares, apportion(registraties, [care.weight for care in client.cares]), strict=True):
        rows, need = contact_rows(rng, month, client, care, quota)
        needs[care.plan] += need
        files.write(rows)
    if client.stay and verblijven:
        needs[client.stay.plan] += _write_stay(rng, month, client, client.stay, verblijven, files)
    for plan, need in needs.items():
        assigned = toewijzing_rows(rng, client, plan, need, month.number)
        month.mess[f"toewijzingen/{plan.mess}"] += bool(plan.mess)
        files.write(assigned)


def contact_rows(rng: Random, month: Month, client: DemoClient, care: DemoCare, quota: int) -> tuple[list[RegistratieRow], Need]:
    """Return exactly `quota` rows, and what they would use if everything went as it should."""
    if not quota:
        return [], Need()
    kinds = draw_kinds(rng, mess_of(care), quota)
    around = Around(care, _codes_like(month.offers[client.gemeente], client, care), month.staff)
    rows: list[RegistratieRow] = []
    need = Need()
    for kind, row in zip(kinds, contacts(rng, care, client, len(kinds), month.registratie_ids), strict=True):
        need += need_of_contact(care, row)
        written = disturb(rng, kind, row, around)
        month.mess[f"registraties/{kind.naam}"] += bool(kind.naam) and written != (row,)
        rows.extend(written)
    return rows, need


def _codes_like(offers: tuple[Offer, ...], client: DemoClient, care: DemoCare) -> tuple[str, ...]:
    """Return prestatiecodes for the same kind of care that the client was not assigned."""
    assigned = {other.plan.offer for other in client.cares}
    return tuple(offer.prestatiecode.code for offer in offers if offer.role == care.plan.offer.role and offer not in assigned)


def _write_stay(rng: Random, month: Month, client: DemoClient, care: DemoCare, count: int, files: Files) -> Need:
    parts = stay_parts(rng, care, count, month.number)
    for row, kind, changed in verblijf_rows(rng, client, care, parts, month.number, month.verblijf_ids):
        month.mess[f"verblijf/{kind.naam}"] += changed
        files.write([row])
    return need_of_days(care, present_days(parts, month.number))

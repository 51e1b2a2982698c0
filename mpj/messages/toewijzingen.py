"""JW301 for billing: its products as plain values, each with the rules (chapter C.6) that make it unfit to bill on.

One rule is one function; `REGELS` lists them. They look at one product only, so nothing has to be remembered between
products.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from stdnum.nl import bsn as stdnum_bsn

from mpj.messages.binding import arguments
from mpj.messages.description import Registry
from mpj.messages.parsing import Limits, Source
from mpj.messages.reader import open_message
from mpj.messages.values import Product, ToegewezenProduct, Toewijzingsbericht
from mpj.reading.faults import Fault
from mpj.reading.register import Regelcode

Breuk = tuple[str, str, str, str]
"""Element, found, expected and a Dutch sentence."""

_OLD_RULES_UNTIL = date(2020, 12, 31)


def _runs_past_2020(product: Product) -> bool:
    return product.einddatum is None or product.einddatum > _OLD_RULES_UNTIL


def cd079(product: Product) -> Breuk | None:
    """CD079: without a budget the product is named."""
    if product.budget_cent is None and product.productcategorie is None:
        return "Product", "niets", "Product of Budget", "Een toewijzing zonder budget moet een product noemen"
    return None


def cd041(product: Product) -> Breuk | None:
    """CD041: a product code comes with an Omvang."""
    if product.productcode is not None and product.volume is None:
        return "Omvang", "niets", "Omvang", "Bij een productcode hoort een omvang"
    return None


def cd080(product: Product) -> Breuk | None:
    """CD080: without a product code there is no Omvang, unless the toewijzing ended before 2021."""
    if product.productcode is None and product.volume is not None and _runs_past_2020(product):
        return "Omvang", "gevuld", "niets", "Zonder productcode mag er geen omvang zijn"
    return None


def cd077(product: Product) -> Breuk | None:
    """CD077: with a budget there is no Omvang."""
    if product.budget_cent is not None and product.volume is not None:
        return "Omvang", "gevuld", "niets", "Bij een budget mag er geen omvang zijn"
    return None


def cd078(product: Product) -> Breuk | None:
    """CD078: with an Omvang there is no budget."""
    if product.volume is not None and product.budget_cent is not None:
        return "Budget", "gevuld", "niets", "Bij een omvang mag er geen budget zijn"
    return None


def cd075(product: Product) -> Breuk | None:
    """CD075: a budget comes with an end date."""
    if product.budget_cent is not None and product.einddatum is None:
        return "Einddatum", "niets", "een datum", "Bij een budget hoort een einddatum"
    return None


def cd076(product: Product) -> Breuk | None:
    """CD076: an Omvang per week (frequency 2) comes with an end date."""
    if product.frequentie == "2" and product.einddatum is None:
        return "Einddatum", "niets", "een datum", "Bij een omvang per week hoort een einddatum"
    return None


def cs003(product: Product) -> Breuk | None:
    """CS003: the end date is not before the start."""
    if product.einddatum is not None and product.einddatum < product.begindatum:
        expected = f"{product.begindatum} of later"
        return "Einddatum", str(product.einddatum), expected, "De einddatum ligt voor de ingangsdatum"
    return None


def cs335(product: Product) -> Breuk | None:
    """CS335: a removal (reason 13) ends on the day it begins."""
    if product.reden_wijziging == "13" and product.einddatum != product.begindatum:
        found = str(product.einddatum or "niets")
        return "Einddatum", found, str(product.begindatum), "Een verwijderde toewijzing eindigt op haar ingangsdatum"
    return None


def cs336(product: Product) -> Breuk | None:
    """CS336: reason 01 is out of use."""
    if product.reden_wijziging == "01":
        return "RedenWijziging", "01", "een andere reden", "Reden 01 mag niet meer gebruikt worden"
    return None


def cs338(product: Product) -> Breuk | None:
    """CS338: etmaal, dagdeel, euros and pieces (effort) are not assigned per day, unless the toewijzing ended before
    2021.
    """
    if product.eenheid in {"14", "16", "83", "84"} and product.frequentie == "1" and _runs_past_2020(product):
        return "Omvang/Frequentie", "1", "2, 4 of 6", "Deze eenheid wordt niet per dag toegewezen"
    return None


REGELS: tuple[tuple[str, Callable[[Product], Breuk | None]], ...] = (
    ("CD079", cd079),
    ("CD041", cd041),
    ("CD080", cd080),
    ("CD077", cd077),
    ("CD078", cd078),
    ("CD075", cd075),
    ("CD076", cd076),
    ("CS003", cs003),
    ("CS335", cs335),
    ("CS336", cs336),
    ("CS338", cs338),
)


def product_faults(product: Product, pad: str, bestand: str = "", rij: int = 0) -> tuple[Fault, ...]:
    """Return every rule of `REGELS` that `product` breaks; `pad` is the product's own element path."""
    broken = ((Regelcode(code), rule(product)) for code, rule in REGELS)
    return tuple(Fault(code, bestand, rij, f"{pad}/{found[0]}", *found[1:]) for code, found in broken if found)


def message_faults(message: Toewijzingsbericht, bestand: str = "") -> tuple[Fault, ...]:
    """Return every rule that a whole JW301 breaks: the BSN (CS002), and the rules of `REGELS` for each product."""
    faults: tuple[Fault, ...] = ()
    if not stdnum_bsn.is_valid(message.bsn):
        text = "Het BSN voldoet niet aan de elfproef"
        faults = (Fault(Regelcode("CS002"), bestand, 0, "Client/Bsn", "(verborgen)", "een geldig BSN", text),)
    for number, product in enumerate(message.producten, start=1):
        faults += product_faults(product, _pad(number), bestand)
    return faults


def _pad(number: int) -> str:
    return f"Client/ToegewezenProducten/ToegewezenProduct[{number}]"


def iter_toewijzingen(
    source: Source, bestand: str = "", *, limits: Limits | None = None, registry: Registry | None = None
) -> Iterator[ToegewezenProduct]:
    """Yield the products of a JW301 one by one, with the client, gemeente and aanbieder they belong to.

    `source` is a path, bytes or a binary file; `bestand` the name for faults where the source has none. A product
    that breaks a rule of chapter C.6 is yielded with its `fouten`. Raises InputError with every fault when the
    message is not a JW301 or breaks the form (control level 1); that may be after the first products were yielded,
    since the message is read as a stream.
    """
    with open_message(source, bestand, limits, registry, "JW301") as reader:
        for part in reader.delen():
            if part.naam != "ToegewezenProduct":
                continue
            root, client = part.omgeving[0], part.omgeving[1]
            values = arguments(Product, part.waarden)
            yield ToegewezenProduct(
                **values,
                bsn=client["Bsn"],
                gemeente=root["Header"]["Afzender"],
                aanbieder=root["Header"]["Ontvanger"],
                bestand=reader.bestand,
                rij=part.rij,
                fouten=product_faults(Product(**values), _pad(part.nummers[-1]), reader.bestand, part.rij),
            )

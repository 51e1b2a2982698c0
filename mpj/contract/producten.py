"""The products beside MPJ of a contract (`producten.csv`): their rows, and what only shows when all are seen together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mpj.contract.check import check_dates, check_month
from mpj.contract.model import Contract, Productprijs
from mpj.contract.rows import (
    BEGINDATUM,
    EINDDATUM,
    TEKST,
    Contracttabel,
    Fields,
    above_zero,
    read_period,
)
from mpj.contract.varianten import Variant, varianten
from mpj.contract.words import PRODUCTVARIANTEN
from mpj.protocol import Protocol, decode, is_prestatiecode
from mpj.reading import forms
from mpj.reading.definition import Definition, Field
from mpj.reading.faults import Fault, Hears
from mpj.reading.fields import FieldError, check_choice, parse_euros
from mpj.reading.forms import Form
from mpj.reading.register import Foutcode

_VARIANT = Form(
    "a variant of the [products](producten.md#variants)",
    str,
    lambda text: check_choice(text, PRODUCTVARIANTEN),
    lambda text: check_choice(text, PRODUCTVARIANTEN),
    PRODUCTVARIANTEN,
)
_BEDRAG = Form("euros per unit above zero, with at most 2 decimals", int, lambda text: above_zero(parse_euros(text)), above_zero)
PRODUCTEN = Definition(
    "producten",
    (
        Field("productcategorie", TEKST, "a category of JZ020", "categorie", required=True),
        Field("productcode", forms.PRODUCTCODE, "no code of MPJ in this contract", "product", required=True),
        Field("variant", _VARIANT, "how it is bought", "uitvoeringsvariant", required=True),
        Field("eenheid", TEKST, "a wire unit that the variant permits; empty: its usual one"),
        Field("tarief", _BEDRAG, "empty of a `traject` only, whose price is the assigned amount", "prijs, bedrag", required=True),
        BEGINDATUM,
        EINDDATUM,
        Field("omschrijving", TEKST, "what people call it", "naam"),
    ),
    profiled=False,
)
"""A dated price of a product beside MPJ."""


def read_producten(table: Contracttabel, protocol: Protocol, window: tuple[date, date], report: Hears) -> Iterator[Productprijs]:
    """Yield the rows of a table of products that could be read; every field that is wrong goes to `report`.

    `window` is the inclusive period of the contract.
    """
    for rij, row in table.rows:
        fields = Fields(PRODUCTEN, table.naam, rij, row, report)
        categorie = fields.take("productcategorie", lambda text: _category(protocol, text))
        code, naam = fields.take("productcode"), fields.take("variant")
        variant = varianten().per[naam] if naam else None
        eenheid = _unit(fields, protocol, variant)
        tarief = _price(fields, variant)
        begin, end = read_period(fields, window)
        omschrijving = fields.take("omschrijving") or ""
        if fields.ok and variant is not None and begin and end:
            yield Productprijs(categorie, code, variant.naam, eenheid, tarief, begin, end, omschrijving, rij)


def _category(protocol: Protocol, text: str) -> str:
    if text not in protocol.productcategorieen:
        raise FieldError("een code uit JZ020, als 45")
    return text


def _unit(fields: Fields, protocol: Protocol, variant: Variant | None) -> str:
    """Return the wire unit: the variant's usual one where none is named."""
    named = fields.take("eenheid") or ""
    if variant is None:
        return named
    if variant.eenheden and variant.naam not in protocol.varianten:
        told = f"het protocol {protocol.id} heeft geen normtijd voor de variant {variant.naam}"
        fields.wrong("variant_onjuist", "variant", "een variant die het protocol kan tellen", told)
    if named and named not in variant.eenheden:
        wanted = " of ".join(variant.eenheden) or "leeg"
        fields.wrong("eenheid_onjuist", "eenheid", wanted, f"deze eenheid past niet bij de variant {variant.naam}")
    return named or next(iter(variant.eenheden), "")


def _price(fields: Fields, variant: Variant | None) -> int | None:
    """Return eurocents per unit; None where the price is the assigned amount."""
    if variant is not None and not variant.tarief:
        if fields.fields.get("tarief"):
            told = f"de prijs van een {variant.naam} is het toegewezen bedrag"
            fields.wrong("tarief_onjuist", "tarief", "leeg", told)
        return None
    if variant is None and not fields.fields.get("tarief"):
        return None
    found: int | None = fields.take("tarief")
    return found


def check_producten(contract: Contract, bestand: str, report: Hears) -> None:
    """Report products that are a code of MPJ as well, of which rows contradict each other, and prices as `check_cells` does.

    What prestaties tell of may be bought otherwise from a month on; what counts registraties is counted in one way.
    """
    own = {row.productcode: row for row in contract.codes or ()}
    first: dict[str, Productprijs] = {}
    for product in contract.producten:
        code = product.productcode
        if contract.codes is None and _is_mpj(contract.protocol, code):
            _wrong(report, bestand, product, "product_is_mpj", "productcode", code, "een code die MPJ niet heeft")
        elif code in own or is_prestatiecode(code):
            _wrong(report, bestand, product, "product_is_mpj", "productcode", code, "een code die codes.csv en MPJ niet hebben")
        other = first.setdefault(code, product)
        prestaties = not any(varianten().per[one.variant].inspanning for one in (product, other))
        for kolom in ("productcategorie",) if prestaties else ("productcategorie", "variant", "eenheid"):
            found, wanted = getattr(product, kolom), getattr(other, kolom)
            if found != wanted:
                _wrong(report, bestand, product, "product_wisselt", kolom, found, f"{wanted}, als op rij {other.rij}")
        check_month(contract, product, bestand, report)
    check_dates(contract.producten, bestand, report)


def _is_mpj(protocol: Protocol, productcode: str) -> bool:
    """Say whether the default scheme gives this code to a prestatiecode, under a category of its row."""
    found = decode(protocol, productcode)
    return found is not None and found.productcategorie in protocol.prestatiecodes[found.prestatiecode].categorieen


def _wrong(report: Hears, bestand: str, product: Productprijs, code: Foutcode, kolom: str, gevonden: str, verwacht: str) -> None:
    text = {
        "product_is_mpj": "de productcode is er een van MPJ",
        "product_wisselt": "alle rijen noemen dezelfde categorie, en wat registraties telt ook dezelfde variant en eenheid",
    }[code]
    report(Fault(code, bestand, product.rij, kolom, gevonden, verwacht, f"product {product.productcode}: {text}"))

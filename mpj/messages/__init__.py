"""iJw messages (JW301, JW323, JW325): read, written and checked from one description of each, which is data.

Needs the extra `messages` (lxml); nothing outside this folder imports it. See docs/messages.md.
"""

from __future__ import annotations

from mpj.reading.extras import need

need("mpj.messages", "messages", "lxml")

from mpj.messages.check import check
from mpj.messages.content import content_faults
from mpj.messages.declaratie import RELEASE, XSD_VERSIE, Declaratieregel, Deel, declaratieberichten, product_tarief, split
from mpj.messages.description import Beschrijving, Registry, shipped
from mpj.messages.files import write_berichten
from mpj.messages.parsing import Limits
from mpj.messages.reader import from_bytes, iter_jw323, iter_jw325, passed_over, read, read_jw301, read_jw323, read_jw325
from mpj.messages.toewijzingen import iter_toewijzingen
from mpj.messages.values import (
    Antwoordbericht,
    Antwoordclient,
    Antwoordheader,
    Antwoordkop,
    Antwoordprestatie,
    Antwoordslot,
    Berichtidentificatie,
    Client,
    Clientregel,
    Clientslot,
    Declaratieantwoord,
    Declaratiebericht,
    Declaratiekop,
    Header,
    Periode,
    Prestatie,
    Product,
    ToegewezenProduct,
    Toewijzingsbericht,
    Totaal,
    Xsdversie,
)
from mpj.messages.writer import to_bytes, write, write_stream

__all__ = [
    "RELEASE",
    "XSD_VERSIE",
    "Antwoordbericht",
    "Antwoordclient",
    "Antwoordheader",
    "Antwoordkop",
    "Antwoordprestatie",
    "Antwoordslot",
    "Berichtidentificatie",
    "Beschrijving",
    "Client",
    "Clientregel",
    "Clientslot",
    "Declaratieantwoord",
    "Declaratiebericht",
    "Declaratiekop",
    "Declaratieregel",
    "Deel",
    "Header",
    "Limits",
    "Periode",
    "Prestatie",
    "Product",
    "Registry",
    "ToegewezenProduct",
    "Toewijzingsbericht",
    "Totaal",
    "Xsdversie",
    "check",
    "content_faults",
    "declaratieberichten",
    "from_bytes",
    "iter_jw323",
    "iter_jw325",
    "iter_toewijzingen",
    "passed_over",
    "product_tarief",
    "read",
    "read_jw301",
    "read_jw323",
    "read_jw325",
    "shipped",
    "split",
    "to_bytes",
    "write",
    "write_berichten",
    "write_stream",
]

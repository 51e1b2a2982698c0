"""Contract and protocol compiled into flat tables: the only place that knows what is billed as what.

`kwalificatieniveaus` holds the level rule, `compile` turns a contract into tables by month, `collection` chooses contract and
perceel, `files` writes the tables as CSV and reads them back. Whatever walks over records only looks up and adds.
"""

from mpj.tariefkaart.collection import Plaats, Tariefkaarten
from mpj.tariefkaart.compile import compile_tariefkaart
from mpj.tariefkaart.files import read_tariefkaart, write_tariefkaart
from mpj.tariefkaart.instellingen import Instellingen
from mpj.tariefkaart.kwalificatieniveaus import billed_level, stricter
from mpj.tariefkaart.model import Aanbod, Outputprijs, Prijs, Productcode, Tariefkaart

__all__ = [
    "Aanbod",
    "Instellingen",
    "Outputprijs",
    "Plaats",
    "Prijs",
    "Productcode",
    "Tariefkaart",
    "Tariefkaarten",
    "billed_level",
    "compile_tariefkaart",
    "read_tariefkaart",
    "stricter",
    "write_tariefkaart",
]

"""A contract folder: settings, percelen, matrix, code table, products beside MPJ; loaded, and checked as a whole.

Every fault in the folder is reported at once. A `Contract` in hand has passed; what its matrix means is compiled in
`mpj.tariefkaart` and nowhere else.
"""

from mpj.contract.check import check_together
from mpj.contract.load import load_contract, load_contracts
from mpj.contract.model import Cel, Coderij, Contract, Perceel, Plafond, Productprijs, Termijnen
from mpj.contract.settings import SETTINGS, Setting, eenheid_key, settings_of

__all__ = [
    "SETTINGS",
    "Cel",
    "Coderij",
    "Contract",
    "Perceel",
    "Plafond",
    "Productprijs",
    "Setting",
    "Termijnen",
    "check_together",
    "eenheid_key",
    "load_contract",
    "load_contracts",
    "settings_of",
]

"""What comes in: registraties, stays, prestaties, medewerkers and toewijzingen, as values; and what is set aside, with its reason.

Readers turn files or mappings into values. A record that cannot be read becomes `Uitval` with reason ``ongeldig``; it never
stops a run and is never lost. Knows nothing of contracts.
"""

from mpj.records.medewerkers import read_medewerkers
from mpj.records.prestaties import parse_prestatie, read_prestaties
from mpj.records.profile import read_profile
from mpj.records.reader import read_registraties
from mpj.records.reasons import REDENEN, Reden
from mpj.records.registraties import parse_registratie
from mpj.records.toewijzingen import OngeldigeToewijzing, parse_toewijzing, read_toewijzingen
from mpj.records.uitval import Uitval
from mpj.records.values import Medewerker, Prestatie, Registratie, Toewijzing, Verblijf
from mpj.records.verblijf import parse_verblijf, read_verblijf

__all__ = [
    "REDENEN",
    "Medewerker",
    "OngeldigeToewijzing",
    "Prestatie",
    "Reden",
    "Registratie",
    "Toewijzing",
    "Uitval",
    "Verblijf",
    "parse_prestatie",
    "parse_registratie",
    "parse_toewijzing",
    "parse_verblijf",
    "read_medewerkers",
    "read_prestaties",
    "read_profile",
    "read_registraties",
    "read_toewijzingen",
    "read_verblijf",
]

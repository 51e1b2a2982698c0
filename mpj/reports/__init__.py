"""What a ledger says at group level: the year per gemeente (docs/reports.md).

A report is a value of `mpj.presentation`; nothing here names a client, and nothing below imports it.
"""

from mpj.reports.beside import beside, estimated
from mpj.reports.files import write_year
from mpj.reports.year import Jaarbeeld, Jaarregel, Jaarvraag, read_year

__all__ = ["Jaarbeeld", "Jaarregel", "Jaarvraag", "beside", "estimated", "read_year", "write_year"]

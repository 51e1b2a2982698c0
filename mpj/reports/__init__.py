"""What a ledger says at group level: the year per gemeente, use of limits, a comparison, the traffic (docs/reports.md).

A report is a value of `mpj.presentation`; nothing here names a client, and nothing below imports it.
"""

from mpj.reports.benchmark import Meting, Vergelijkingsbeeld, Vergelijkingsvraag, read_benchmark
from mpj.reports.benchmark_pages import write_benchmark
from mpj.reports.beside import beside, estimated
from mpj.reports.files import write_year
from mpj.reports.kpi import Berichtenbeeld, Kpi, read_kpi
from mpj.reports.kpi_pages import write_kpi
from mpj.reports.paid import Betaalbeeld, Betaalregel, paid_report, read_paid, write_paid
from mpj.reports.requests import read_requests
from mpj.reports.use import Gebruik, Gebruiksbeeld, Gebruiksvraag, read_use
from mpj.reports.use_pages import write_use
from mpj.reports.year import Jaarbeeld, Jaarregel, Jaarvraag, read_year

__all__ = [
    "Berichtenbeeld",
    "Betaalbeeld",
    "Betaalregel",
    "Gebruik",
    "Gebruiksbeeld",
    "Gebruiksvraag",
    "Jaarbeeld",
    "Jaarregel",
    "Jaarvraag",
    "Kpi",
    "Meting",
    "Vergelijkingsbeeld",
    "Vergelijkingsvraag",
    "beside",
    "estimated",
    "paid_report",
    "read_benchmark",
    "read_kpi",
    "read_paid",
    "read_requests",
    "read_use",
    "read_year",
    "write_benchmark",
    "write_kpi",
    "write_paid",
    "write_use",
    "write_year",
]

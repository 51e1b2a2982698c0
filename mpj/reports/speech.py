"""In what language a report is said."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from mpj.presentation import languages
from mpj.presentation.report import Table
from mpj.reading.periods import month_text
from mpj.records.reasons import REDENEN


@frozen
class ReportSpeech(languages.Language):
    """The words of one language; raises ValueError for one that there is no catalog of."""

    CATALOG: ClassVar[tuple[str, str]] = "mpj.reports", "reports"

    @property
    def meanings(self) -> dict[str, str]:
        """What the reasons mean, by code, as an explanation says it."""
        known = {} if self.taal == "nl" else languages.catalog("mpj.explanation", "explain", self.taal)
        return {code: known["", one.betekenis] if known else one.betekenis for code, one in REDENEN.items()}

    def side(self, *, ontvangen: bool) -> str:
        """Return whose lines are seen."""
        return self.say("ontvangen van aanbieders") if ontvangen else self.say("gedeclareerd")

    def months(self, van: int, tot: int) -> str:
        """Return a period of months (`mpj.reading.periods`)."""
        return self.say("{van} tot en met {tot}", van=month_text(van), tot=month_text(tot))

    def first(self, table: Table, most: int, rest: str, form: str = "Hier de eerste {most} van {all}; {rest}.") -> Table:
        """Return the table with at most `most` rows, and a note in `form` on where the `rest` is; both in Dutch."""
        return table.first(most, self.say(rest), self.say(form), self.taal)

"""What was declared before to a gemeente that others went into (``herindeling``): under the code that it has, and under theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attrs import frozen

from mpj.verification.history import Bekend, EerdereRegel, History


def under(history: History, codes: Sequence[str]) -> History:
    """Return what tells of all these codes of one gemeente together; of one code it is `history` itself."""
    return history if len(codes) == 1 else _Together(history, tuple(codes))


@frozen
class _Together:
    """A `History` that asks another one about each of `codes`, whichever it is asked about; the last period is a code's own."""

    history: History
    codes: tuple[str, ...]

    def known(self, aanbieder: str, gemeente: str) -> Bekend:
        """See `History`: a month is known in full where it is under every code that something of it is known of."""
        found = [self.history.known(aanbieder, code) for code in self.codes]
        months: dict[int, bool] = {}
        for one in found:
            months |= {maand: months.get(maand, True) and answered for maand, answered in one.maanden.items()}
        return Bekend(found[0].vanaf, months)

    def has_message(self, afzender: str, identificatie: str) -> bool:
        """See `History`."""
        return self.history.has_message(afzender, identificatie)

    def has_declaration(self, aanbieder: str, declaratienummer: str) -> bool:
        """See `History`."""
        return self.history.has_declaration(aanbieder, declaratienummer)

    def has_reference(self, aanbieder: str, referentienummer: str) -> bool:
        """See `History`."""
        return self.history.has_reference(aanbieder, referentienummer)

    def last_period(self, aanbieder: str, gemeente: str) -> date | None:
        """See `History`."""
        return self.history.last_period(aanbieder, gemeente)

    def line(self, aanbieder: str, gemeente: str, referentienummer: str) -> EerdereRegel | None:
        """See `History`."""
        found = (self.history.line(aanbieder, code, referentienummer) for code in self.codes)
        return next((one for one in found if one is not None), None)

    def credited(self, aanbieder: str, gemeente: str, referentienummer: str) -> bool:
        """See `History`."""
        return any(self.history.credited(aanbieder, code, referentienummer) for code in self.codes)

    def lines(self, aanbieder: str, gemeente: str, toewijzingnummer: int) -> Sequence[EerdereRegel]:
        """See `History`."""
        return [one for code in self.codes for one in self.history.lines(aanbieder, code, toewijzingnummer)]

"""Whose service it is: a configuration, with its contracts, ledger, names and folders; nothing else of the machine is in reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from mpj.output.folder import BOOKED
from mpj.reading.config import Config
from mpj.reading.faults import Fault, InputError
from mpj.records.definitions import DEFINITIONS
from mpj.service.problems import UNEXPECTED
from mpj.service.standing import KeptLooks

if TYPE_CHECKING:
    from mpj.ledger import Ledger

WACHT_SECONDEN = 2
"""How long a request waits for who writes in the ledger, before it is told to come again."""


@define
class Committed:
    """Hears whether the ledger was changed for good (`mpj.ledger.database.Witness`)."""

    yes: bool = False

    def hold(self) -> None:
        """Hear that it is about to be."""

    def done(self) -> None:
        """Hear that it was."""
        self.yes = True


@frozen
class Office:
    """One organisation. Its configuration says what is read and written; a request names no path and no address."""

    config: Config | None = None
    wie: str = ""
    """Who uses it, for what the ledger remembers of who agreed."""
    wacht: float = WACHT_SECONDEN
    standing: KeptLooks = field(factory=KeptLooks, eq=False, repr=False)
    """What was made of its ledger, as long as that is not changed."""

    def month(self, periode: str) -> dict[str, Any]:
        """Return what the configuration gives a month, by the names of the options of `mpj declare`; raises InputError."""
        if self.config is None:
            raise _not_configured("een configuratie")
        return self.config.given(periode)

    def files(self, periode: str) -> dict[str, list[Path]]:
        """Return the files that the configuration names for a month, by the fields of a form; none without a configuration."""
        if self.config is None:
            return {}
        known = self.month(periode)
        named = {"contract": known["contracten"], "profiel": [known["profiel"]] if known["profiel"] else []}
        named |= {one.soort: known[one.soort] for one in DEFINITIONS}
        return {name: list(paths) for name, paths in named.items() if paths}

    @contextmanager
    def ledger(self, *, new: bool = False) -> Iterator[Ledger]:
        """Give the ledger for one transaction or more; where it is not there yet it is made only if it may be `new`.

        Raises InputError where there is none, and (BusyError) where somebody else writes in it. Of what goes wrong after it was
        changed for good the error says that it was.
        """
        from mpj.ledger import Ledger

        url = self.month("").get("ledger")
        if not url:
            raise _not_configured("een ledger")
        with Ledger(url, wacht=self.wacht, wie=self.wie) as ledger:
            if ledger.database.memory:
                raise _unusable(
                    "een ledger in het geheugen onthoudt niets", "een bestand, of postgresql://gebruiker@server/database"
                )
            if not new and not ledger.database.exists():
                raise _unusable("dit ledger bestaat nog niet", "eerst ledger/begin of ledger/declare")
            committed = ledger.database.witness = Committed()
            try:
                yield ledger
            except InputError as error:
                raise (InputError([*error.faults, BOOKED]) if committed.yes else error) from None
            except Exception as error:
                if committed.yes:
                    raise InputError([UNEXPECTED, BOOKED]) from error
                raise

    @property
    def has_ledger(self) -> bool:
        """Whether the configuration names a ledger."""
        return self.config is not None and bool(self.config.given("")["ledger"])

    @property
    def sites(self) -> Mapping[str, str]:
        """The sites under which it is reached from other machines, by their Host: `https://` and a name, and perhaps a port."""
        return {} if self.config is None else {site.partition("//")[2]: site for site in self.config.sites}

    @property
    def vier_ogen(self) -> bool:
        """Whether a second person sends."""
        return self.config is not None and self.config.vier_ogen

    @property
    def names(self) -> dict[str, str]:
        """The names of gemeenten and aanbieders by code."""
        return {} if self.config is None else self.config.namen

    @property
    def regions(self) -> dict[str, str]:
        """The regions of gemeenten by code."""
        return {} if self.config is None else self.config.regios

    @property
    def accounts(self) -> dict[str, tuple[str, ...]]:
        """The gemeenten that pay from each account."""
        return {} if self.config is None else self.config.rekeningen

    @property
    def years_kept(self) -> int | None:
        """How many years a client is kept, None where the configuration does not say."""
        return None if self.config is None else self.config.bewaren.get("jaren")

    @property
    def bound(self) -> Mapping[str, int]:
        """What differs from the usual bound of a run (`mpj.ledger.Grens`)."""
        return {} if self.config is None else self.config.grens


NOBODY = Office()
"""Where there is no configuration: only the functions that look at nothing but their request."""


def _not_configured(what: str) -> InputError:
    text = f"deze dienst heeft {what} nodig, en die staat niet in haar configuratie"
    return _unusable(text, "mpj serve --config mpj.toml, met daarin ledger = ...")


def _unusable(toelichting: str, verwacht: str) -> InputError:
    return InputError(Fault("ledger_onbruikbaar", kolom="ledger", toelichting=toelichting, verwacht=verwacht))

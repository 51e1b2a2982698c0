"""`mpj tariffs index`: the prices of a contract from a date on, by a percentage or by OVA and PPC."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from mpj.cli.common import FILE, Command, Datum, choice, force_option, guarded, meldingen_option, remark
from mpj.cli.screen import say, show_report
from mpj.cli.signals import folder_to_write
from mpj.cli.tariff_options import MOST, Percentage, PercentagePair, load

if TYPE_CHECKING:
    from mpj.contract import Contract
    from mpj.workbench.index.figures import Indexpercentage

_HIGH = 10
"""Above so many percent, up or down, a person confirms."""
_MINUTES = "minuut"


class Multiple(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A whole number that prices of time are a multiple of, or the word for the minutes of each."""

    name = "veelvoud"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        if value == _MINUTES or isinstance(value, int):
            return _MINUTES if value == _MINUTES else int(value)
        text = str(value)
        if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 6000):
            self.fail(f"verwacht een geheel getal, als 15 of 60, of {_MINUTES}", param, ctx)
        return int(text[:6])


@frozen
class IndexOptions:
    """What was asked of `mpj tariffs index`."""

    map_: Path
    percentage: Fraction | None
    ova: Fraction | None
    ppc: Fraction | None
    ova_vorig: tuple[Fraction, Fraction] | None
    ppc_vorig: tuple[Fraction, Fraction] | None
    gewicht: tuple[Fraction, Fraction] | None
    akkoord: bool
    vanaf: date
    afronding: str
    deelbaar_door: int | str | None
    bestaande: str
    out: Path | None
    force: bool
    meldingen: str

    def asked(self) -> Indexpercentage:
        """Return the percentage, given or weighed; raises UsageError where the options do not go together."""
        from mpj.workbench.index.figures import OVA, PPC, Indexcijfer, Indexpercentage, weighed, weights

        own = (self.ova, self.ppc, self.ova_vorig, self.ppc_vorig, self.gewicht)
        if self.percentage is not None:
            if any(option is not None for option in own):
                raise click.UsageError("geef --percentage, of --ova en --ppc; niet allebei")
            return Indexpercentage(self.percentage)
        if self.ova is None or self.ppc is None:
            raise click.UsageError("geef --percentage, of --ova en --ppc samen")
        if (self.ova_vorig is None) != (self.ppc_vorig is None):
            raise click.UsageError("geef --ova-vorig en --ppc-vorig samen, of geen van beide (het eerste jaar van een contract)")
        for option, pair in (("--ova-vorig", self.ova_vorig), ("--ppc-vorig", self.ppc_vorig)):
            if pair is not None and min(pair) <= -100:
                raise click.UsageError(f"{option}: een cijfer van -100 procent of minder kan niet")
        parts = self.gewicht or (weights()[OVA], weights()[PPC])
        if sum(parts) != 100 or min(parts) < 0:
            raise click.UsageError("--gewicht: de twee gewichten zijn samen 100, als 90:10")
        cijfers = Indexcijfer("OVA", self.ova, parts[0], self.ova_vorig), Indexcijfer("PPC", self.ppc, parts[1], self.ppc_vorig)
        return weighed(cijfers)

    def check(self, asked: Indexpercentage, contract: Contract) -> None:
        """Say what is unusual; raises InputError for a percentage that a person has to confirm."""
        from mpj.presentation import words
        from mpj.reading.faults import Fault, InputError

        if any(cijfer.vorig for cijfer in asked.cijfers) and self.vanaf.year <= contract.begindatum.year + 1:
            begin = words.short_day(contract.begindatum)
            remark(f"Let op: het contract begon op {begin}; bij de eerste indexatie is er meestal nog niets te corrigeren.")
        if abs(asked.procent) > _HIGH and not self.akkoord:
            shown = words.percent(asked.procent)
            text = f"elke prijs verandert met {shown}, dus € 100,00 wordt {words.euros(100 * (100 + asked.procent))}"
            wanted = f"hoogstens {_HIGH}%, of --akkoord als dit klopt"
            raise InputError(Fault("percentage_hoog", kolom="--percentage", gevonden=shown, verwacht=wanted, toelichting=text))


@click.command(cls=Command)
@click.argument("map_", metavar="DIR", type=FILE)
@click.option("--percentage", type=Percentage(), help="De index in procenten, precies zoals u hem schrijft: 3,42.")
@click.option("--ova", type=Percentage(), help="In plaats van --percentage, met --ppc: de voorlopige OVA van het nieuwe jaar.")
@click.option("--ppc", type=Percentage(), help="De voorlopige PPC (prijsindex particuliere consumptie) van het nieuwe jaar.")
@click.option("--ova-vorig", type=PercentagePair(), help="De OVA van vorig jaar, voorlopig en definitief: 4,94:6,00.")
@click.option("--ppc-vorig", type=PercentagePair(), help="De PPC van vorig jaar, voorlopig en definitief: 2,51:3,10.")
@click.option("--gewicht", type=PercentagePair(), help="De gewichten van OVA en PPC.  [standaard: 90:10]")
@click.option("--akkoord", is_flag=True, help=f"Een percentage boven {_HIGH} klopt.")
@click.option("--vanaf", type=Datum(), required=True, help="Eerste dag van de nieuwe prijzen: de eerste van een maand.")
@choice(
    "--afronding", "cent", "vijf_cent", "tien_cent", "euro", text="Waarop een nieuwe prijs wordt afgerond, één keer, half omhoog."
)
@click.option(
    "--deelbaar-door",
    type=Multiple(),
    metavar="GETAL|minuut",
    help="Een prijs van tijd wordt een veelvoud van zoveel cent; minuut: van de minuten waar hij voor geldt (60 per uur, 15 per "
    "kwartier), zodat de minuutprijs op hele centen uitkomt.",
)
@choice("--bestaande", "weigeren", "vervangen", "meenemen", text="Wat te doen met prijzen die al op of na die dag beginnen.")
@click.option("--out", type=FILE, metavar="DIR", help="Nieuwe contractmap.  [standaard: tarieven.csv op het scherm]")
@force_option
@meldingen_option
@guarded
def index(**given: Any) -> int:
    """Indexeer: nieuwe gedateerde cellen vanaf een datum; de oude worden afgesloten op de dag ervoor.

    Met een percentage, of met OVA en PPC: wat vorig jaar voorlopig was en anders uitkwam, wordt per cijfer gecorrigeerd met
    (1 + definitief) / (1 + voorlopig) - 1, en dan gewogen.
    """
    from mpj.contract.matrix import tarieven_text
    from mpj.workbench.index import report
    from mpj.workbench.index.folder import write_contract
    from mpj.workbench.index.indexation import index_cells

    options = IndexOptions(**given)
    asked = options.asked()
    contract = load(options.meldingen, options.map_)[0]
    options.check(asked, contract)
    how = {"afronding": options.afronding, "bestaande": options.bestaande, "deelbaar_door": options.deelbaar_door}
    result = index_cells(contract, asked.procent, options.vanaf, **how)  # type: ignore[arg-type]
    if options.out is None:
        say(tarieven_text(contract, result.cellen), end="")
        remark(report.rule(result))
        return 0
    with folder_to_write(options.out, force=options.force) as stage:
        write_contract(stage, contract, result.cellen, source=options.map_)
    show_report(report.report(result, asked, most=MOST))
    say(f"\nGeschreven in {options.out}; opnieuw geladen, zonder fouten.")
    return 0

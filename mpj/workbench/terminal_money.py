"""What repricing, build-up and conversion show on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape

from mpj.workbench.buildup.price import Uitgelegd
from mpj.workbench.buildup.report import compared_rows, value_text, what_if_rows
from mpj.workbench.convert.conversion import Omgezet
from mpj.workbench.convert.report import unmapped_rows
from mpj.workbench.exact import euros, signed
from mpj.workbench.reprice.report import movers, notes, steps
from mpj.workbench.reprice.values import Herberekening
from mpj.workbench.terminal import console, table

_MOST = 40


def show_reprice(outcome: Herberekening, out_folder: str) -> None:
    """Print totals, effects, the largest movers and what could not be told."""
    out, total = console(), outcome.totaal
    rows = [(step.name, step.text) for step in steps(outcome)]
    out.print(
        table(("", "euro"), rows, numeric=(1,), title=f"{total.regels} regels herberekend, {outcome.uit_herkomst} met de herkomst")
    )
    found = [
        (
            *(key.gemeente, key.perceel, key.prestatiecode, key.kwalificatieniveau or "zonder"),
            euros(sums.oud),
            euros(sums.nieuw),
            signed(euros(sums.verschil)),
        )
        for key, sums in movers(outcome)
    ]
    if found:
        header = ("gemeente", "perceel", "code", "niveau", "oud", "nieuw", "verschil")
        out.print(table(header, found, numeric=(4, 5, 6), title="\nDe grootste verschillen"))
    for text in notes(outcome)[: len(outcome.geweigerd) + len(outcome.vervallen)]:
        out.print(f"[bold]Let op:[/bold] {escape(text)}")
    out.print(f"\nGeschreven in [bold]{escape(out_folder)}[/bold].", soft_wrap=True)


def show_buildup(items: Sequence[Uitgelegd], out_folder: str | None) -> None:
    """Print every step of every build-up, the what-ifs and the contracted cells."""
    out = console()
    for item in items:
        kosten = item.opbouw.kosten
        rows = [(step.naam, step.uitleg, value_text(step)) for step in item.opbouw.stappen]
        out.print(
            table(
                ("stap", "hoe", "uitkomst"),
                rows,
                numeric=(2,),
                title=f"\n{kosten.naam}: {euros(item.opbouw.prijs_cent)} per kwartier",
            )
        )
    out.print(table(("", "wat als", "prijs", "verschil"), list(what_if_rows(items)), numeric=(2, 3), title="\nWat als"))
    if any(item.contract for item in items):
        header = ("", "perceel", "contract", "opbouw", "verschil", "%")
        out.print(table(header, list(compared_rows(items)), numeric=(2, 3, 4, 5), title="\nNaast het contract, per kwartier"))
    if out_folder is not None:
        out.print(f"\nGeschreven in [bold]{escape(out_folder)}[/bold].", soft_wrap=True)


def show_convert(outcome: Omgezet, out_folder: str) -> None:
    """Print how much was carried over, and the largest codes that were not."""
    out = console()
    missed = sum(som.cent for som in outcome.niet_vertaald.values())
    out.print(f"{outcome.vertaald} regels omgezet: {euros(outcome.totaal - missed)} van {euros(outcome.totaal)}.")
    if outcome.niet_vertaald:
        rows = [(*row[:4], euros(int(row[5]))) for row in list(unmapped_rows(outcome))[:_MOST]]
        header = ("gemeente", "aanbieder", "productcode", "regels", "bedrag")
        out.print(table(header, rows, numeric=(3, 4), title="\nNiet in de tabel"))
    out.print(f"\nGeschreven in [bold]{escape(out_folder)}[/bold].", soft_wrap=True)

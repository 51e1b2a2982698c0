"""What a run on Spark gives: tables that stay on the executors, and the summary."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from attrs import frozen
from pyspark.sql import DataFrame

from mpj.engine.lines import sort_key
from mpj.engine.outcome import Result
from mpj.engine.told import RunSummary
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.protocol import PROTOCOLS, Protocol, to_toml
from mpj.reading.faults import Fault
from mpj.records.uitval import Uitval, in_order


@frozen
class SparkResult:
    """The outcome of a run on Spark: `mpj.Result`, with its tables on the executors, in no order.

    `regels`, `herkomst` and `meldingen` have the fields of `mpj.Declaratieregel`, `mpj.Herkomst` and `mpj.Fault` as columns,
    `uitval` those of uitval.csv. Amounts are eurocents, dates inclusive. Leave it, as a context, or `close` it, and the tables
    are gone.
    """

    regels: DataFrame
    herkomst: DataFrame
    uitval: DataFrame
    meldingen: DataFrame
    samenvatting: RunSummary
    protocol: Protocol
    _close: Callable[[], None]

    def __enter__(self) -> SparkResult:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Have the executors let go of the tables."""
        self._close()

    def collect(self) -> Result:
        """Return all of it as values on the driver, in the order of `mpj.declare`: for results that fit there."""
        regels = sorted((Declaratieregel(**row) for row in _rows(self.regels)), key=sort_key)
        place = {line.referentienummer: number for number, line in enumerate(regels)}
        herkomst = [Herkomst(**row | {"niveaus": tuple(row["niveaus"])}) for row in _rows(self.herkomst)]
        herkomst.sort(key=lambda one: (place[one.referentienummer], one.datum, one.bron, one.soort == "verblijf"))
        uitval = [Uitval(**{name: value for name, value in row.items() if name != "vervolg"}) for row in _rows(self.uitval)]
        meldingen = [Fault(**row) for row in _rows(self.meldingen)]
        return Result(
            tuple(regels),
            tuple(herkomst),
            tuple(in_order(uitval)),
            tuple(sorted(meldingen, key=lambda note: (note.bestand, note.rij, note.toelichting))),
            self.samenvatting,
            self.protocol,
        )

    def write(self, folder: str) -> None:
        """Write the tables as Parquet, and last the summary as one line of JSON, each in a folder of its own below `folder`.

        A protocol that is no shipped one is laid beside them, as text, before the summary.
        `folder` is any place that Spark can write to. Raises pyspark's AnalysisException where one of them is there already.
        """
        tables = {"declaratieregels": self.regels, "herkomst": self.herkomst, "uitval": self.uitval, "meldingen": self.meldingen}
        for name, table in tables.items():
            table.write.parquet(f"{folder}/{name}")
        if self.protocol != PROTOCOLS.get(self.protocol.id):
            self._text(to_toml(self.protocol), f"{folder}/protocol")
        self._text(json.dumps(self.samenvatting, ensure_ascii=False), f"{folder}/samenvatting")

    def _text(self, text: str, folder: str) -> None:
        self.regels.sparkSession.createDataFrame([(text,)], "value string").coalesce(1).write.text(folder)


def _rows(frame: DataFrame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = frame.toArrow().to_pylist()
    return found

"""What passes between Spark and the engine: the form of rows on their way, and the caller's tables brought into it.

Every kind of record travels in one form, so that all that is known of a client can meet in one part: `soort`, `sleutel` (what
brings rows together), where it was read, and its fields as text in the order of its layout, or a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
from attrs import astuple
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DecimalType,
    DoubleType,
    FloatType,
    StructType,
    TimestampNTZType,
    TimestampType,
)

from mpj.output import shape
from mpj.output.shape import HERKOMST, REGELS, UITVAL
from mpj.reading.faults import Fault, InputError
from mpj.reading.headers import Columns
from mpj.reading.names import check_names
from mpj.records.entries import PRESTATIE, VERBLIJF

REGISTRATIE, TOEWIJZING, EERDER, FOUT = "registratie", "toewijzing", "eerder", "fout"
OORDEEL = "oordeel_"
"""Before the kind of record: what was decided of all records with an id, whoever they are of."""
RECORDED = (REGISTRATIE, VERBLIJF, PRESTATIE)
"""The kinds of record of a client."""
PLACE = ("bestand", "rij")
"""Columns that say where a row was read."""

_TEXT, _WHOLE, _BYTES = pa.string(), pa.int64(), pa.binary()
_TYPES: Mapping[type, pa.DataType] = {str: _TEXT, int: _WHOLE, date: pa.date32(), bool: pa.bool_(), tuple: pa.list_(_TEXT)}


def struct_of(columns: Iterable[shape.FileColumn]) -> pa.StructType:
    """Return the type of a row with these columns."""
    return pa.struct([pa.field(column.name, _TYPES[column.kind]) for column in columns])


RECORDS = pa.schema(
    {"soort": _TEXT, "sleutel": _TEXT, "bestand": _TEXT, "rij": _WHOLE, "velden": pa.list_(_TEXT), "waarde": _BYTES}
)
"""Rows on their way to the part that they belong to."""

BOUND = pa.schema([*RECORDS, pa.field("uitval", struct_of(UITVAL.columns)), pa.field("gelezen", _WHOLE)])
"""Current toewijzingen and earlier lines by client, faults; toewijzingen that were set aside; how many of them were read, with the
earlier lines that were, counted by aanbieder and gemeente."""

OUTCOME = pa.schema(
    {
        "regel": struct_of(REGELS.columns),
        "herkomst": struct_of(HERKOMST.columns),
        "uitval": struct_of(UITVAL.columns),
        "melding": struct_of(shape.columns_of(Fault)),
        "totalen": _BYTES,
        "client": _TEXT,
    }
)
"""What clients came to: each row has one of these, the others are null."""

CLIENT = pa.schema({"client": _TEXT})
"""A BSN: of a client, or what may be one."""

ASIDE = pa.schema(list(struct_of(UITVAL.columns)))
"""What was set aside."""

DECLARATIE = pa.schema({"aanbieder": _TEXT, "gemeente": _TEXT, "declaratienummer": _TEXT, "regels": _WHOLE, "bedrag_cent": _WHOLE})
"""A declaration: its parties, its number, and what it adds up to."""


def notes_of(spark: SparkSession, notes: Iterable[Fault]) -> DataFrame:
    """Return warnings as a table, as `OUTCOME` has them."""
    kind: Any = spark_type(OUTCOME)["melding"].dataType
    return spark.createDataFrame([astuple(note) for note in notes], kind)


def spark_type(schema: pa.Schema) -> StructType:
    """Return an Arrow schema as Spark names it."""
    found: StructType = from_arrow_schema(schema)
    return found


def named(frame: DataFrame, columns: Columns) -> DataFrame:
    """Return a caller's table with its columns under the names that mpj gives them."""
    return frame.toDF(*columns.named(frame.columns))


def cells_of(frame: DataFrame) -> DataFrame:
    """Return a caller's table with each row as one list of texts, beside where it was read."""
    theirs = [name for name in frame.columns if name not in PLACE]
    apart = frame.toDF(*(name if name in PLACE else f"k{theirs.index(name)}" for name in frame.columns))
    cells = F.array(*(text_of(apart, f"k{place}") for place in range(len(theirs))))
    return apart.select(cells.alias("velden"), *(name for name in PLACE if name in frame.columns))


def columns_of(frame: DataFrame | None, naam: str, columns: Columns, notes: list[Fault]) -> tuple[str, ...]:
    """Return the columns that a caller's table has of those known; names that are not go to `notes`.

    Raises InputError where one is misspelt, double or missing.
    """
    if frame is None:
        return ()
    faults = check_names([name for name in frame.columns if name not in PLACE], columns, columns.required, naam, 0)
    wrong = [fault for fault in faults if fault.soort == "fout"]
    if wrong:
        raise InputError(wrong)
    notes += faults
    return tuple(name for name in frame.columns if name in columns.known)


def rows_of(frame: DataFrame, soort: str, columns: Sequence[str], sleutel: Column) -> DataFrame:
    """Return a caller's table in the form of `RECORDS`: every value as text, as a mapping's would be read."""
    place = [F.col("bestand").cast("string") if "bestand" in frame.columns else F.lit("")]
    place.append(F.col("rij").try_cast("bigint") if "rij" in frame.columns else F.lit(0).cast("bigint"))
    return frame.select(
        F.lit(soort).alias("soort"),
        sleutel.alias("sleutel"),
        F.coalesce(place[0], F.lit("")).alias("bestand"),
        F.coalesce(place[1], F.lit(0).cast("bigint")).alias("rij"),
        F.array(*(text_of(frame, name) for name in columns)).alias("velden"),
        F.lit(None).cast("binary").alias("waarde"),
    )


def text_of(frame: DataFrame, name: str) -> Column:
    """Return a column as text, empty for null: as `mpj.reading.cells.as_text` does of a value."""
    column, kind = F.col(name), frame.schema[name].dataType
    if isinstance(kind, BooleanType):
        column = F.when(column, "ja").when(~column, "nee")
    elif isinstance(kind, TimestampType | TimestampNTZType):
        column = F.date_format(column, "yyyy-MM-dd'T'HH:mm:ss")
    elif isinstance(kind, FloatType | DoubleType | DecimalType):
        whole = column.cast("decimal(38,0)")
        text = F.when(whole == column, whole.cast("string")).otherwise(column.cast("string"))
        column = F.when(~F.isnan(column.cast("double")), text)
    elif isinstance(kind, ArrayType):
        column = F.array_join(column.cast("array<string>"), ",")
    return F.coalesce(column.cast("string"), F.lit(""))


def client_of(frame: DataFrame) -> Column:
    """Return what brings a client's records together: the BSN. What has none, and can only be set aside, is spread by its id."""
    bsn = text_of(frame, "bsn")
    return F.when(bsn.rlike(r"^[0-9]{9}\z"), bsn).otherwise(F.xxhash64(text_of(frame, "id")).cast("string"))


def id_of(frame: DataFrame, soort: str) -> Column:
    """Return a number that records of one kind with the same id share, blanks apart; null where there is no id.

    Others may share it too.
    """
    plain = F.regexp_replace(text_of(frame, "id"), r"[\s\p{Z}\x1c-\x1f\x85]", "")
    return F.when(plain != "", F.xxhash64(F.lit(soort), plain))


def number_of(frame: DataFrame) -> Column:
    """Return what the versions of a toewijzing share: the digits of its number. Those of other gemeenten may share it too."""
    return F.regexp_replace(F.regexp_replace(text_of(frame, "toewijzingnummer"), "[^0-9]", ""), "^0+", "")


def values_of(spark: SparkSession, soort: str, values: Iterable[tuple[str, bytes]]) -> DataFrame:
    """Return values, as bytes with their key, in the form of `RECORDS`."""
    rows: dict[str, list[Any]] = {name: [] for name in RECORDS.names}
    for sleutel, data in values:
        for name, value in zip(RECORDS.names, (soort, sleutel, "", 0, [], data), strict=True):
            rows[name].append(value)
    return spark.createDataFrame(pa.table(rows, schema=RECORDS))

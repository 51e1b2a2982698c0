"""The run on Apache Spark: `mpj.declare` on more records than one machine holds (docs/spark.md).

Spark spreads the records by client and keeps the results; what is decided for a client is decided by the engine, on each part.
Needs the extra ``mpj[spark]`` and Java 17 or newer.
"""

from mpj.reading.faults import Fault, InputError

try:
    from mpj.executors.spark.result import SparkResult
    from mpj.executors.spark.run import declare
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in ("pyspark", "pyarrow", "pandas", "py4j", "numpy"):
        raise
    text = "rekenen op Spark vraagt een uitbreiding"
    raise InputError(Fault("uitbreiding_ontbreekt", toelichting=text, verwacht="pip install 'mpj[spark]'")) from error

__all__ = ["SparkResult", "declare"]

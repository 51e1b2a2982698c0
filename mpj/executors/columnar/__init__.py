"""The columnar executor, extra ``mpj[columnar]``: the run of `mpj.executors.parts` on DuckDB, from CSV and Parquet files.

`sources` makes files into one table, `kinds` and `routes` decide once per distinct thing with the engine's own code, `lines` joins,
groups and writes, and `run` leads; what is special goes through the engine.
"""

from mpj.executors.columnar.run import declare_files

__all__ = ["declare_files"]

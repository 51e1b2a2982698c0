"""The ways to run a job: from values in memory, from files in parts, on DuckDB, on Spark.

They ask the job (`mpj.engine.job`) and add up what it answers; none decides anything.
"""

"""What a run leaves behind: the CSV files and the summary, written complete or not at all, and read back by who comes next.

`shape` knows the columns, `write` and `read` go from values to files and back, `folder` makes a folder appear at once,
`schemas/` holds the JSON Schemas of what a machine reads.
"""

from mpj.output.folder import output_folder
from mpj.output.parquet import check_installed
from mpj.output.read import Run, read_herkomst, read_regels, read_run, read_uitval
from mpj.output.write import write_result

__all__ = ["Run", "check_installed", "output_folder", "read_herkomst", "read_regels", "read_run", "read_uitval", "write_result"]

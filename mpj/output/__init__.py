"""What a run leaves behind: the CSV files and the summary, written complete or not at all, and read back by who comes next.

`tables` knows the columns, `folder` how a folder appears at once, `schemas/` the JSON Schemas of what a machine reads.
"""

from mpj.output.folder import output_folder
from mpj.output.tables import Run, read_herkomst, read_regels, read_run, read_stappen, read_uitval, write_result

__all__ = ["Run", "output_folder", "read_herkomst", "read_regels", "read_run", "read_stappen", "read_uitval", "write_result"]

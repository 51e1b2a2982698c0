"""An invented region: clients, toewijzingen and timesheets as the field has them, mess included.

`generate` writes the four input files of a month from a seed and the contract folders; it knows the protocol's data,
and nothing of the engine that will judge what it wrote.
"""

from mpj.demo.folders import contract_folders
from mpj.demo.generator import Overview, generate

__all__ = ["Overview", "contract_folders", "generate"]

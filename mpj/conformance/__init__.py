"""The conformance pack: cases with their right outcomes as JSON, for systems in other languages, and what such a system answered.

docs/conformance.md says how to read a case, and how to answer it.
"""

from mpj.conformance.answers import Comparison, Mismatch, check
from mpj.conformance.pack import ConformanceCase, read_pack, write_pack
from mpj.conformance.report import report

__all__ = ["Comparison", "ConformanceCase", "Mismatch", "check", "read_pack", "report", "write_pack"]

"""One line back to its registraties, or one record forward to its line or its reason, step by step.

Reads a finished run (`mpj.output.Run`), computes nothing anew but what it shows, and names no client.
"""

from mpj.explanation.build import Blok, Uitleg, explain

__all__ = ["Blok", "Uitleg", "explain"]

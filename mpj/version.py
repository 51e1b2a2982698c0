"""The version of mpj, below everything that writes it into a file."""

from __future__ import annotations

__version__ = "0.10.0"

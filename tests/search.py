"""How hard the tests search: fixed seeds by default, so that red stays red; `make search` looks elsewhere and further."""

from __future__ import annotations

import os
import random

from hypothesis import settings

# Times as many examples as a test asks for.
FACTOR = int(os.environ.get("EXAMPLES") or 1)


def register() -> None:
    """Register both profiles and take the fixed one; ``--hypothesis-profile=search`` takes the other."""
    settings.register_profile("fixed", derandomize=True, deadline=None, print_blob=True)
    settings.register_profile("search", derandomize=False, deadline=None, print_blob=True, database=None)
    settings.load_profile("fixed")


def examples(count: int) -> int:
    """How many examples to try where a test asks for `count`."""
    return count * FACTOR


def seed() -> int:
    """What a test that chooses by itself starts from: the same every time, but another in `make search`."""
    return 0 if settings().derandomize else random.SystemRandom().randrange(1 << 32)

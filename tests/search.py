"""How hard the tests search: fixed seeds by default, so that red stays red; `make search` looks elsewhere and further."""

from __future__ import annotations

import os
import random
from fractions import Fraction

from hypothesis import HealthCheck, settings

# How many times as many examples as it asks for a test tries: a third in `make test`, which has to be quick; all in `make long`
# and `make search` (EXAMPLES=1), or more.
SHARE = Fraction(os.environ.get("EXAMPLES") or "1/3")


def register() -> None:
    """Register both profiles and take the fixed one; ``--hypothesis-profile=search`` takes the other."""
    settings.register_profile("fixed", derandomize=True, deadline=None, print_blob=True)
    settings.register_profile("search", derandomize=False, deadline=None, print_blob=True, database=None)
    settings.load_profile("fixed")


def fitted(asked: settings) -> settings:
    """Return the settings of a test for this run: its share of the examples, and no red by how long a machine took to draw them."""
    calm = {*asked.suppress_health_check, HealthCheck.too_slow, HealthCheck.filter_too_much}
    return settings(asked, max_examples=examples(asked.max_examples), suppress_health_check=sorted(calm, key=str))


def examples(count: int) -> int:
    """How many examples to try where a test asks for `count`."""
    return max(min(count, 5), int(count * SHARE))


def seed() -> int:
    """What a test that chooses by itself starts from: the same every time, but another in `make search`."""
    return 0 if settings().derandomize else random.SystemRandom().randrange(1 << 32)

"""The steps from a record to its place in a line, in their order: docs/steps.md, explanations and tests are driven by `STEPS`.

Each is a module with one function: care in, care and what it set aside out (`mpj.engine.care.Passed`). Step 1 comes before
(`mpj.engine.sieve`).
"""

from mpj.engine.care import Step
from mpj.engine.steps import gather, level, limit, place, planning, presence, round_

STEPS: tuple[Step, ...] = (
    Step("place", (2, 3), place.REASONS, place.apply),
    Step("planning", (2,), planning.REASONS, planning.apply),
    Step("level", (4,), level.REASONS, level.apply),
    Step("presence", (5,), presence.REASONS, presence.apply),
    Step("round", (6,), round_.REASONS, round_.apply),
    Step("limit", (7, 8), limit.REASONS, limit.apply),
    Step("gather", (9,), gather.REASONS, gather.apply),
)
AFTER_ROUNDING = STEPS[[step.name for step in STEPS].index("limit") :]
"""What is left for care that is placed, counted and rounded."""

__all__ = ["AFTER_ROUNDING", "STEPS"]

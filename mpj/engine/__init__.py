"""From records to lines: the nine steps of docs/steps.md in their order, one module each, client by client.

`run` is the whole, `client` the steps for one client. `scope` (steps 1 and 2), `matching` and `placing` (3), `planning` (2, once
the contract is known), `presence` (5), `rounding` and `levering` (6 and 8), `limits` (7) and `lines` (9) are the steps; the level
rule (4) lives in `mpj.tariefkaart`.
"""

from mpj.engine.run import Result, declare
from mpj.engine.values import Declaratieregel, Herkomst

__all__ = ["Declaratieregel", "Herkomst", "Result", "declare"]

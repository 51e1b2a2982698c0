"""From records to lines: the nine steps of docs/steps.md, client by client, and all that others ask of a run (`job`).

`opdracht` says what is asked, `sieve` is step 1, `steps` are the others, `fast` their shortcut. `matching`, `tarieven`, `planning`,
`presence` and `limits` hold the rules that steps apply, `memory` what was declared before, `outcome`, `lines` and `summary` what
comes out.
"""

from mpj.engine.outcome import Bijlage, Result
from mpj.engine.values import Declaratieregel, Herkomst

__all__ = ["Bijlage", "Declaratieregel", "Herkomst", "Result"]

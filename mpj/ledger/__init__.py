"""The ledger: what was declared, answered and set aside, so that every run continues the conversation (docs/ledger.md).

`api` is the door; `running` a run, as a line: `input`, `gather` (what it looks at), `memory`, compute, `verdict`, `store`.
`conversation` is sending and answers, `receiving` the gemeente's side, `status` and `life` look back. Needs the extras `ledger` and
`messages`; the engine knows nothing of it.
"""

from mpj.reading.extras import need

need("mpj.ledger", "ledger", "sqlalchemy", "alembic", "lxml")

from mpj.ledger.api import Ledger
from mpj.ledger.bound import Grens
from mpj.ledger.conversation import Geboekt
from mpj.ledger.decide import codes_asked

__all__ = ["Geboekt", "Grens", "Ledger", "codes_asked"]

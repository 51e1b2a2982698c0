"""The ledger: what was declared, answered and set aside, so that every run continues the conversation (docs/ledger.md).

`api` is the door; `running` a run (`gather` what it looks at, `book` and `hold` what became of each line), `conversation`
sending and answers, `status` and `life` looking back. Needs the extras `ledger` and `messages`; the engine knows nothing of it.
"""

from mpj.ledger.api import Ledger
from mpj.ledger.conversation import Geboekt

__all__ = ["Geboekt", "Ledger"]

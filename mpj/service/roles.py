"""What a user of the service is, and by that may do: the roles, and the groups of them that `operations` names."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

Rol: TypeAlias = Literal["clerk", "controller", "reader", "owner"]
"""Who declares, who verifies, who only looks, and whose the service is."""
ROLES: tuple[Rol, ...] = get_args(Rol)
LOOKS: frozenset[Rol] = frozenset(ROLES)
"""Who sees what stands in the ledger, without a BSN."""
DECLARES: frozenset[Rol] = frozenset(("clerk", "owner"))
"""Who makes a month, sends it and works in the ledger."""
VERIFIES: frozenset[Rol] = frozenset(("controller", "owner"))
"""Who judges messages of others, and works on tariffs."""
BOOKS: frozenset[Rol] = DECLARES | VERIFIES
"""Who takes in what others answer."""
OWNS: frozenset[Rol] = frozenset(("owner",))
"""Who decides about whole clients."""

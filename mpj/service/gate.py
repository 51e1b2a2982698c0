"""Who asks, whether they may, and the office in their name: of a program by its token, of a visitor by the session they began."""

from __future__ import annotations

import asyncio
from collections.abc import Set

from attrs import evolve, frozen
from starlette.requests import Request

from mpj.reading.faults import Fault, InputError
from mpj.service.logins import NOBODY, Logins
from mpj.service.office import Office
from mpj.service.roles import Rol
from mpj.service.users import User

_BEARER = "bearer "


@frozen
class Gate:
    """Opens an office to its users, or, where it has none, to whoever reaches it on this machine."""

    office: Office
    logins: Logins | None = None

    async def program(self, request: Request, rollen: Set[Rol]) -> Office:
        """Return the office in the name of who asks; raises InputError for who may not, once the request was read to its end."""
        if self.logins is None:
            return self.office
        try:
            told = request.headers.get("authorization", "")
            if not told.lower().startswith(_BEARER):
                raise InputError(NOBODY)
            user = await asyncio.to_thread(self.logins.login, told[len(_BEARER) :].strip())
            self.check(user, rollen)
        except InputError:
            await drain(request)
            raise
        return self.of(user)

    def of(self, user: User | None) -> Office:
        """Return the office in the name of a user."""
        return self.office if user is None else evolve(self.office, wie=user.naam)

    def check(self, user: User, rollen: Set[Rol]) -> None:
        """Raise InputError where the role of a user is none of these."""
        if user.rol not in rollen:
            text, verwacht = "dit mag deze gebruiker niet", f"de rol {' of '.join(sorted(rollen))}"
            raise InputError(Fault("rol_onvoldoende", gevonden=user.rol, verwacht=verwacht, toelichting=text))


async def drain(request: Request) -> None:
    """Read what a refused request still brings, and keep none of it: so the refusal arrives."""
    async for _ in request.stream():
        pass

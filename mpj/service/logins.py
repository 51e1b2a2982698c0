"""Who is let in: by a token, with each request or once for a session; who guesses is slowed down. All of it is in memory."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from hmac import compare_digest, digest

from attrs import define, frozen

from mpj.reading.faults import Fault, InputError
from mpj.service.users import STRANGER, User, Users, name_of

IDLE, LONGEST = 30 * 60, 10 * 3600
"""Seconds after which a session ends: of nothing asked, and in all."""
MOST = 1000
"""Sessions at one time; who was away longest goes for a new one."""
WAIT = 60
"""Seconds that one waits at most after a token that was not right; the first time it is one, and twice as long each time after."""
FORGOTTEN = 3600
"""Seconds after which a wrong token is forgotten."""
TOKEN_LENGTH = 200
_PLACES = 256


@frozen
class _Session:
    user: User
    begun: float
    last: float


@define
class _Wrong:
    times: int = 0
    last: float = 0


class Logins:
    """Lets users in, by a clock in seconds."""

    def __init__(self, users: Users, clock: Callable[[], float]) -> None:
        self._users = users
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._known: dict[str, tuple[User, bytes]] = {}
        self._wrong: dict[int, _Wrong] = {}
        self._sessions: dict[str, _Session] = {}
        self._lock = threading.Lock()
        self._checking = threading.Lock()

    def login(self, token: str) -> User:
        """Return whose token this is; raises InputError where it is nobody's, and where it comes too soon after a wrong one.

        What was right is remembered, as a digest. One token is checked at a time: it takes memory and time.
        """
        token, naam = token[:TOKEN_LENGTH], name_of(token[:TOKEN_LENGTH])
        told = digest(self._secret, token.encode(), "sha256")
        user, known = self._users.find(naam), self._known.get(naam)
        if known is not None and known[0] == user and compare_digest(known[1], told):
            return known[0]
        with self._checking:
            wrong = self._wait(naam)
            if not (user or STRANGER).has(token) or user is None:
                wrong.times, wrong.last = wrong.times + 1, self._clock()
                raise InputError(NOBODY)
            wrong.times = 0
            self._known[naam] = user, told
        return user

    def _wait(self, naam: str) -> _Wrong:
        """Return how often it went wrong for a name, or one beside it: nothing tells which names there are."""
        place = digest(self._secret, naam.encode(), "sha256")[0] % _PLACES
        wrong, now = self._wrong.setdefault(place, _Wrong()), self._clock()
        if wrong.last + FORGOTTEN < now:
            wrong.times = 0
        left = wrong.last + min(2 ** max(0, wrong.times - 1), WAIT) - now
        if wrong.times and left > 0:
            text, verwacht = "er kwam net een token dat niet klopt", f"een nieuwe poging over {int(left) + 1} seconden"
            raise InputError(Fault("pogingen_te_veel", toelichting=text, verwacht=verwacht))
        return wrong

    def begin(self, pas: str, user: User) -> None:
        """Begin a session under a pass that was just handed out."""
        now = self._clock()
        with self._lock:
            self._sessions[pas] = _Session(user, now, now)
            for old in sorted(self._sessions, key=lambda one: self._sessions[one].last)[: max(0, len(self._sessions) - MOST)]:
                del self._sessions[old]

    def end(self, pas: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(pas, None)

    def user_of(self, pas: str) -> User | None:
        """Return whose session goes on under a pass, None where none does: it ended, or its user is not what they were."""
        with self._lock:
            found, now = self._sessions.get(pas), self._clock()
            if found is None:
                return None
            late = now - found.last >= IDLE or now - found.begun >= LONGEST
            if late or self._users.find(found.user.naam) != found.user:
                del self._sessions[pas]
                return None
            self._sessions[pas] = _Session(found.user, found.begun, now)
        return found.user


NOBODY = Fault("niet_ingelogd", toelichting="er is geen token, of het klopt niet", verwacht="het token van een gebruiker")
"""What is said to who is let in by nothing: not whether it is the name or the rest."""

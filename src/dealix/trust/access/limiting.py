"""How often something may be tried, counted where every process of the API sees it."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from dealix.errors import TooMany

log = logging.getLogger(__name__)
Said = TypeVar("Said")

BY_PAIR = RateLimitItemPerMinute(8, 15, namespace="sign_in_pair")
"""Tries at one account from one address; in an open session, tries at one's own password."""
BY_ACCOUNT = RateLimitItemPerMinute(40, 15, namespace="sign_in_account")
"""Tries at one account from all addresses from which its person has not signed in before."""
BY_ADDRESS = RateLimitItemPerMinute(60, 15, namespace="sign_in_address")
"""Failed tries from one address at accounts whose people have not signed in from it before."""
KNOWN = RateLimitItemPerDay(1, 30, namespace="sign_in_known")
"""A pair that has signed in within this window: no stranger's tries count against it."""


@dataclass(frozen=True)
class Try:
    """One try: the blind index of the account and the address it came from.

    `own`: the person is signed in already, so nobody else's tries stand in the way.
    """

    account: str
    address: str
    own: bool = False


class Windows:
    """Moving windows of counted tries; a process counts alone while the shared counter is away."""

    def __init__(self, storage: RedisStorage | None = None) -> None:
        self._alone = MovingWindowRateLimiter(MemoryStorage())
        self._shared = MovingWindowRateLimiter(storage) if storage is not None else None

    @classmethod
    def at(cls, broker_url: str | None) -> "Windows":
        """Counting in Valkey or Redis where the broker is one, else in this process."""
        address = shared_address(broker_url)
        if address is None:
            return cls()
        return cls(RedisStorage(address, wrap_exceptions=True, socket_timeout=1))

    def require(self, limit: RateLimitItem, *who: str) -> None:
        """Count one try of `who`.

        Raises:
            TooMany: the window is full; the sentence says for how many seconds.
        """
        self._ask(lambda counter: _require(counter, limit, who, hit=True))

    def require_room(self, limit: RateLimitItem, *who: str) -> None:
        """Refuse where the window is full, and count nothing.

        Raises:
            TooMany: as `require`.
        """
        self._ask(lambda counter: _require(counter, limit, who, hit=False))

    def count(self, limit: RateLimitItem, *who: str) -> None:
        """Count one and refuse nothing."""
        self._ask(lambda counter: counter.hit(limit, *who))

    def full(self, limit: RateLimitItem, *who: str) -> bool:
        """Whether nothing more has room in this window."""
        return not self._ask(lambda counter: counter.test(limit, *who))

    def forget(self, limit: RateLimitItem, *who: str) -> None:
        """Empty a window."""
        self._ask(lambda counter: counter.clear(limit, *who))

    def _ask(self, question: Callable[[MovingWindowRateLimiter], Said]) -> Said:
        if self._shared is not None:
            try:
                return question(self._shared)
            except StorageError:
                log.warning("the shared counter of tries is away; counting in this process")
        return question(self._alone)


class SignInLimits:
    """Windows of sign-in: nobody guesses passwords, and no stranger's tries lock a person out."""

    def __init__(self, windows: Windows | None = None) -> None:
        self._windows = windows or Windows()

    @classmethod
    def at(cls, broker_url: str | None) -> "SignInLimits":
        """Counting where `Windows.at` counts."""
        return cls(Windows.at(broker_url))

    def begin(self, attempt: Try) -> None:
        """Count a try before its password is looked at, so that parallel tries count too.

        Raises:
            TooMany: a window is full; the sentence says for how many seconds.
        """
        windows = self._windows
        stranger = not attempt.own and not windows.full(KNOWN, attempt.account, attempt.address)
        if stranger:
            windows.require_room(BY_ADDRESS, attempt.address)
        windows.require(BY_PAIR, attempt.account, _place(attempt))
        if stranger:
            windows.require(BY_ACCOUNT, attempt.account)

    def failed(self, attempt: Try) -> None:
        """Remember that the password was wrong."""
        if not attempt.own:
            self._windows.count(BY_ADDRESS, attempt.address)

    def succeeded(self, attempt: Try) -> None:
        """Forget the tries of this account from this address, and know the two together."""
        self._windows.forget(BY_PAIR, attempt.account, _place(attempt))
        if not attempt.own:
            self._windows.forget(KNOWN, attempt.account, attempt.address)  # lasts from now on
            self._windows.count(KNOWN, attempt.account, attempt.address)


def shared_address(broker_url: str | None) -> str | None:
    """The broker's address as the counter's library writes it; None when it cannot count there."""
    if broker_url is None:
        return None
    scheme = urlsplit(broker_url).scheme
    if scheme in {"redis", "rediss"}:
        return broker_url
    if scheme == "redis+socket":
        return "redis+unix" + broker_url.removeprefix("redis+socket")
    return None


def _place(attempt: Try) -> str:
    """Where a try counts; an open session's tries lie where no sign-in reaches."""
    return "own" if attempt.own else attempt.address


def _require(
    counter: MovingWindowRateLimiter, limit: RateLimitItem, who: tuple[str, ...], *, hit: bool
) -> None:
    if counter.hit(limit, *who) if hit else counter.test(limit, *who):
        return
    until = counter.get_window_stats(limit, *who).reset_time
    raise TooMany("too_many_requests", seconds=max(1, round(until - time.time())))

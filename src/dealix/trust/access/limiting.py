"""How often somebody may try to sign in, counted where every process of the API sees it."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from dealix.errors import TooMany

log = logging.getLogger(__name__)

BY_PAIR = RateLimitItemPerMinute(8, 15, namespace="sign_in_pair")
"""Tries at one account from one address."""
BY_ACCOUNT = RateLimitItemPerMinute(40, 15, namespace="sign_in_account")
"""Tries at one account from everywhere; higher, so that a stranger cannot lock a person out."""
BY_ADDRESS = RateLimitItemPerMinute(60, 15, namespace="sign_in_address")
"""Failed tries from one address at any account."""


@dataclass(frozen=True)
class Try:
    """One try: the blind index of the account and the address it came from."""

    account: str
    address: str


class SignInLimits:
    """The three windows. When the shared counter is away, this process counts alone."""

    def __init__(self, storage: RedisStorage | None = None) -> None:
        self._alone = MovingWindowRateLimiter(MemoryStorage())
        self._shared = MovingWindowRateLimiter(storage) if storage is not None else None

    @classmethod
    def at(cls, broker_url: str | None) -> "SignInLimits":
        """Counting in Valkey or Redis where the broker is one, else in this process."""
        address = shared_address(broker_url)
        if address is None:
            return cls()
        return cls(RedisStorage(address, wrap_exceptions=True, socket_timeout=1))

    def begin(self, attempt: Try) -> None:
        """Count a try before its password is looked at, so that parallel tries count too.

        Raises:
            TooMany: a window is full; the sentence says for how many seconds.
        """
        pair, account = (attempt.account, attempt.address), (attempt.account,)
        self._ask(lambda counter: _require(counter, BY_ADDRESS, (attempt.address,), hit=False))
        self._ask(lambda counter: _require(counter, BY_PAIR, pair, hit=True))
        self._ask(lambda counter: _require(counter, BY_ACCOUNT, account, hit=True))

    def failed(self, attempt: Try) -> None:
        """Remember that the password was wrong."""
        self._ask(lambda counter: counter.hit(BY_ADDRESS, attempt.address))

    def succeeded(self, attempt: Try) -> None:
        """Forget the tries of this account from this address."""
        self._ask(lambda counter: counter.clear(BY_PAIR, attempt.account, attempt.address))

    def _ask(self, question: Callable[[MovingWindowRateLimiter], object]) -> None:
        if self._shared is not None:
            try:
                question(self._shared)
            except StorageError:
                log.warning("the shared counter of sign-ins is away; counting in this process")
            else:
                return
        question(self._alone)


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


def _require(
    counter: MovingWindowRateLimiter, limit: RateLimitItem, who: tuple[str, ...], *, hit: bool
) -> None:
    if counter.hit(limit, *who) if hit else counter.test(limit, *who):
        return
    until = counter.get_window_stats(limit, *who).reset_time
    raise TooMany("too_many_requests", seconds=max(1, round(until - time.time())))

"""Limits that count: how many calls a provider takes in a window of real time, and what is left."""

from collections import defaultdict, deque

from dealix.sandbox import moments
from dealix.sandbox.options import Options


class Window:
    """At most `most` calls in `seconds`, for each name that is counted apart.

    A window slides, unless it is `aligned`: then each begins at a full multiple of its length, as
    an hour does at its top. What is refused is not counted.
    """

    def __init__(self, most: int, seconds: float, *, aligned: bool = False) -> None:
        self.most = most
        self._seconds = seconds
        self._aligned = aligned
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, name: str = "") -> bool:
        """Count a call; False where the window is full."""
        if not self.left(name):
            return False
        self._calls[name].append(moments.epoch())
        return True

    def left(self, name: str = "") -> int:
        """How many calls the window still takes."""
        calls, begun = self._calls[name], self._begun()
        while calls and calls[0] < begun:
            calls.popleft()
        return max(0, self.most - len(calls))

    def resets(self) -> int:
        """Seconds since 1970 at which an aligned window begins anew."""
        return int(self._begun() + self._seconds)

    def _begun(self) -> float:
        now = moments.epoch()
        return now - now % self._seconds if self._aligned else now - self._seconds


def most(options: Options, name: str, usual: int) -> int:
    """The number that the environment gives as `SANDBOX_<NAME>`, else the provider's usual one.

    Raises ValueError for what is no whole number from 1 on.
    """
    told = options.word(name)
    if told is None:
        return usual
    if not told.isdigit() or not int(told):
        raise ValueError(f"SANDBOX_{name.upper()} is a whole number from 1 on")
    return int(told)

"""The one error tree; each error states its HTTP status and whether trying again can help.

    DealixError
    ├── Refused                 the caller is told why; nothing was started, nothing was lost
    │   ├── InvalidInput 422    ├── NotSignedIn 401   ├── NotEntitled 403   ├── NotFound 404
    │   ├── Conflict 409        ├── TooLarge 413      └── TooMany 429
    ├── ProviderError           what became of a call to an outside system
    │   ├── ProviderRefused     it answered no: final, with its reason
    │   ├── ProviderUnavailable it certainly did nothing: trying again is safe
    │   └── OutcomeUnknown      nobody knows: look up or ask, never send blindly again
    ├── NotConfigured 503       a setting is missing; the sentence names it
    └── InvariantBroken 500     our own fault

Every error carries a stable `code` out of `CODES`; the sentence is translated at the door.
"""

from typing import ClassVar

from dealix.error_codes import CODES


class DealixError(Exception):
    """Root of the tree: a stable `code`, the values its sentence needs, and no personal data."""

    status: ClassVar[int] = 500
    retry: ClassVar[bool] = False

    def __init__(self, code: str, /, **params: object) -> None:
        if code not in CODES:
            raise LookupError(f"error code {code!r} has no sentence in dealix.error_codes")
        self.code = code
        self.params = params
        super().__init__(f"{code}: {self.sentence}")

    @property
    def sentence(self) -> str:
        """The English sentence; doors translate `CODES[code]` before they fill in `params`."""
        return CODES[self.code].format_map(_Params(self.params))

    @property
    def retry_after(self) -> int | None:
        """Seconds after which the same may be tried again, where that is known."""
        return None

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.code, self.params))


class _Params(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def _rebuild(kind: type[DealixError], code: str, params: dict[str, object]) -> DealixError:
    return kind(code, **params)


class Refused(DealixError):
    """The request is refused; the caller is told why and nothing was started."""

    status = 400


class InvalidInput(Refused):
    """The input breaks its schema or a business rule; `params['errors']` lists the fields."""

    status = 422


class NotSignedIn(Refused):
    """No session or token, or one that has ended."""

    status = 401


class NotEntitled(Refused):
    """The person is known and has no right to do this."""

    status = 403


class NotFound(Refused):
    """Unknown, or another tenant's: the two are not told apart."""

    status = 404


class Conflict(Refused):
    """The thing has changed, is decided already, or has ended."""

    status = 409


class TooLarge(Refused):
    """The body or file is larger than the limit that the sentence names."""

    status = 413


class TooMany(Refused):
    """A limit on how often something may be done was reached; `params['seconds']` says how long."""

    status = 429

    @property
    def retry_after(self) -> int | None:
        """The seconds until there is room again."""
        seconds = self.params.get("seconds")
        return seconds if isinstance(seconds, int) else 60


class ProviderError(DealixError):
    """A call to an outside system did not end in its plain success."""

    status = 502


class ProviderRefused(ProviderError):
    """The provider answered that it will not do this: final, with its reason."""


class ProviderUnavailable(ProviderError):
    """The provider certainly did nothing; the same call may be made again."""

    retry = True


class OutcomeUnknown(ProviderError):
    """The call may have had its effect; only a look-up or a person can tell."""


class NotConfigured(DealixError):
    """A setting is missing; the sentence names it."""

    status = 503

    @property
    def retry_after(self) -> int | None:
        """An engine that is away may be back at once."""
        return 1


class InvariantBroken(DealixError):
    """Something that cannot be has been seen: our fault, an operator must look."""

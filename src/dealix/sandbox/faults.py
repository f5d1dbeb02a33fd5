"""Faults on demand: posted once, they strike the requests they name until used up or outdated."""

from collections.abc import Mapping

from dealix.sandbox import moments
from dealix.sandbox.rows import Fault, FaultChange
from dealix.sandbox.world import World

REQUEST_FAULTS = frozenset(
    {"error_500", "error_500_after", "rate_limited", "timeout_before", "timeout_after", "slow"}
)
"""`…_after`: the effect has happened, and then the server fails or its answer is lost."""
WEBHOOK_FAULTS = frozenset(
    {"webhook_twice", "webhook_late", "webhook_bad_signature", "webhook_lost"}
)
SLOW_SECONDS = 3.0
LATE_SECONDS = 5.0
_FIELDS = {"provider", "fault", "count", "until", "seconds", "scope", "match"}


class FaultInputError(ValueError):
    """A fault that cannot be set, with a sentence that says why."""


def post(world: World, data: object, played: Mapping[str, frozenset[str]]) -> Fault:
    """Set a fault of one of those `played`; without `count` and `until` it strikes once.

    Raises FaultInputError.
    """
    if not isinstance(data, dict):
        raise FaultInputError("a fault is a JSON object")
    if unknown := set(data) - _FIELDS:
        raise FaultInputError(f"unknown fields: {', '.join(sorted(map(str, unknown)))}")
    provider, name = _text(data, "provider") or "", _text(data, "fault") or ""
    if provider not in played:
        raise FaultInputError(f"provider is one of {', '.join(sorted(played))}")
    if name not in played[provider]:
        raise FaultInputError(
            f"fault of {provider} is one of {', '.join(sorted(played[provider]))}"
        )
    scope = _text(data, "scope")
    if (provider, name) == ("smtp", "timeout_before") and scope:
        raise FaultInputError("timeout_before of smtp strikes before the mail: match a recipient")
    count, until = _count(data.get("count")), _until(data.get("until"))
    fault = Fault(
        id=world.reference("fault_"),
        provider=provider,
        fault=name,
        count=1 if count is None and until is None else count,
        until=until,
        seconds=_seconds(data.get("seconds")),
        scope=scope,
        match=_text(data, "match"),
        created_at=moments.now(),
    )
    world.commit(fault)
    return fault


def _count(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1_000_000:
        raise FaultInputError("count is a whole number from 1 on")
    return value


def _until(value: object) -> str | None:
    if value is None:
        return None
    try:
        return moments.parse(str(value))
    except ValueError:
        raise FaultInputError("until is an RFC 3339 time with its offset") from None


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 600:
        raise FaultInputError("seconds is a number from 0 to 600")
    return float(value)


def _text(data: dict[str, object], name: str) -> str | None:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise FaultInputError(f"{name} is a text")
    return value or None


def take(
    world: World,
    provider: str,
    names: frozenset[str],
    *,
    at: str,
    scope: str | None = None,
    text: str = "",
    counted: bool = True,
) -> Fault | None:
    """The first fault that strikes a request with this time, scope and text, used up by one.

    A caller that only reads passes `counted=False`: a probe then never uses up a counted fault,
    but an outage with a date strikes it too.
    """
    for fault in list(world.faults.values()):
        if fault.provider != provider or fault.fault not in names:
            continue
        if fault.scope is not None and fault.scope != scope:
            continue
        if fault.match is not None and fault.match not in text:
            continue
        if fault.until is not None and at >= fault.until:
            continue
        if fault.count is None:
            return fault
        if counted:
            world.commit(FaultChange(fault=fault.id, left=fault.count - 1))
            return fault
    return None


def clear(world: World, provider: str | None = None, scope: str | None = None) -> int:
    """Lift all faults, or those of one provider or scope; how many there were."""
    chosen = [
        fault.id
        for fault in world.faults.values()
        if provider in (None, fault.provider) and scope in (None, fault.scope)
    ]
    world.commit(*(FaultChange(fault=each, left=0) for each in chosen))
    return len(chosen)

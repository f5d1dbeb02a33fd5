"""Counters that operators watch, and the small server that shows them in processes without HTTP."""

from collections.abc import Callable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    start_http_server,
)

EFFECTS = Counter(
    "dealix_effects_total",
    "Effects by system, method and what became of them.",
    ["system", "method", "status"],
)
UNDOS = Counter("dealix_undos_total", "Undo actions by what became of them.", ["action", "status"])
DECISIONS = Counter(
    "dealix_decisions_total",
    "Decisions at gates, and whether the workflow was told at once.",
    ["gate", "decision", "delivered"],
)
WEBHOOKS = Counter(
    "dealix_webhooks_total", "Deliveries by provider and what was done.", ["provider", "outcome"]
)
RUNS = Counter("dealix_runs_total", "Runs by workflow and status reached.", ["workflow", "status"])
CASES = Counter("dealix_cases_total", "Cases opened and resolved.", ["kind", "event"])
NOTICES = Counter(
    "dealix_notices_total", "Notices to our own people by kind and outcome.", ["kind", "outcome"]
)
UNROUTED = Gauge(
    "dealix_inbox_unrouted", "Deliveries that belong to no known message after the grace time."
)
SHORT = Histogram(
    "dealix_short_seconds",
    "Tasks of the short lane by workflow and outcome.",
    ["workflow", "outcome"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3),
)
LABELS = Counter(
    "dealix_message_labels_total", "Labels that messages got, by kind.", ["kind", "label"]
)
CALLS = Histogram(
    "dealix_connector_seconds",
    "Calls to providers by operation and outcome.",
    ["provider", "operation", "outcome"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
)
REQUESTS = Histogram(
    "dealix_http_seconds",
    "Requests to pages and API by method, pattern of the route, and status.",
    ["method", "route", "status"],
    buckets=(0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


def effect(system: str | None, method: str, status: str) -> None:
    """One effect reached `status` (done, failed, in_doubt, undone, waived)."""
    EFFECTS.labels(system or "own", method, status).inc()


def undo(action: str, status: str) -> None:
    """One undo reached `status` (done, failed, waived, not_needed)."""
    UNDOS.labels(action, status).inc()


def decision(gate: str, choice: str, *, delivered: bool) -> None:
    """One decision was stored."""
    DECISIONS.labels(gate, choice, str(delivered).lower()).inc()


def webhook(provider: str, outcome: str) -> None:
    """One delivery came in (stored, repeated, refused, unrouted, attached, unmatched)."""
    WEBHOOKS.labels(provider, outcome).inc()


def run(workflow: str, status: str) -> None:
    """One run reached `status`."""
    RUNS.labels(workflow, status).inc()


def case(kind: str, event: str) -> None:
    """One case was opened or resolved."""
    CASES.labels(kind, event).inc()


def notice(kind: str, outcome: str) -> None:
    """One notice was settled (sent, failed, unknown, dropped)."""
    NOTICES.labels(kind, outcome).inc()


def connector_call(provider: str, operation: str, outcome: str, seconds: float) -> None:
    """One call to a provider ended."""
    CALLS.labels(provider, operation, outcome).observe(seconds)


def request(method: str, route: str, status: int, seconds: float) -> None:
    """One request was answered; a method that nobody knows is counted as `other`."""
    known = method if method in METHODS else "other"
    REQUESTS.labels(known, route, str(status)).observe(seconds)


def short_task(workflow: str, outcome: str, seconds: float) -> None:
    """One task of the short lane ended (done, failed, or the code of its error)."""
    SHORT.labels(workflow, outcome).observe(seconds)


def label(kind: str, given: str) -> None:
    """One message got a label (intent, dialect)."""
    LABELS.labels(kind, given).inc()


def exposition() -> tuple[bytes, str]:
    """The text of `/metrics` and its content type, for a process that has an HTTP server."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST


def serve(port: int, host: str = "127.0.0.1") -> Callable[[], None]:
    """Serve `/metrics` from a thread of its own; answers what stops it."""
    server, thread = start_http_server(port, host)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join(5)

    return stop

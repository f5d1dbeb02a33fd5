"""Logs as JSON lines that never hold the text of a failure, since that may name a person.

An exception is told by its types and places in the code; our own errors also by their code. The
filter works on every record that reaches the root's handlers, and on the Temporal SDK's loggers
themselves, which print failures in clear.
"""

import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from dealix.errors import DealixError

TEMPORAL_LOGGERS = (
    "temporalio",
    "temporalio.activity",
    "temporalio.client",
    "temporalio.nexus",
    "temporalio.runtime",
    "temporalio.worker",
    "temporalio.worker._activity",
    "temporalio.worker._workflow",
    "temporalio.worker._workflow_instance",
    "temporalio.workflow",
)
SHORTEST_TEXT = 3
HIDDEN = "[redacted]"
PATTERNS = (
    re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    re.compile(r"\+\d[\d ().-]{6,16}\d"),
    re.compile(r"whsec_[A-Za-z0-9+/=]+"),
    re.compile(r"(?i)bearer\s+\S+"),
    re.compile(r"(?<=/d/)[A-Za-z0-9_-]{20,}"),
    re.compile(r"(?<=/p/)[0-9a-f]{20,}"),
    re.compile(r"(?<=dealix_link=)[A-Za-z0-9_-]+"),
    re.compile(r"dx[std]_[A-Za-z0-9_-]{20,}"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)
Caught = tuple[type[BaseException], BaseException, TracebackType | None]


class Redaction(logging.Filter):
    """Takes out of a record what may be personal or secret; it never drops a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """See `logging.Filter.filter`; safe to run twice on one record."""
        caught = _caught(record)
        if isinstance(record.args, tuple):
            record.args = tuple(map(_argument, record.args))
        record.msg, record.args = _message(record, caught), ()
        if record.exc_info:
            record.exc_text = trace_of(caught[1]) if caught else None
            record.exc_info = None
        record.stack_info = None
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, process, message, and the trace of a failure."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": self._process,
            "message": record.getMessage(),
        }
        if record.exc_text:
            line["trace"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


def configure(process: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Make this process log JSON lines, redacted, to `stream` (stderr); uncaught failures too."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    install()
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    for name in ("httpx", "httpcore", "fontTools", "fpdf"):
        logging.getLogger(name).setLevel(logging.WARNING)


def install() -> None:
    """Put the filter on the root's handlers and on the Temporal SDK's loggers, each once.

    The SDK's loggers say nothing below INFO: its debug lines hold payloads.
    """
    root = logging.getLogger()
    loggers = [logging.getLogger(name) for name in TEMPORAL_LOGGERS]
    for place in (*root.handlers, *loggers):
        if not any(isinstance(each, Redaction) for each in place.filters):
            place.addFilter(Redaction())
    for logger in loggers:
        logger.setLevel(max(logging.INFO, root.getEffectiveLevel()))


def redacted(text: str) -> str:
    """The text without addresses, phone numbers and credentials."""
    for pattern in PATTERNS:
        text = pattern.sub(HIDDEN, text)
    return text


def trace_of(failure: BaseException) -> str:
    """Types and places of a failure and of what caused it, without any of their texts."""
    lines = []
    for each in reversed(chain_of(failure)):
        frames = traceback.extract_tb(each.__traceback__)
        lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        lines.append(name_of(each))
    return "\n".join(lines)


def name_of(failure: BaseException) -> str:
    """A failure by its type, and ours by its code."""
    kind = f"{type(failure).__module__}.{type(failure).__qualname__}"
    return f"{kind} {failure.code}" if isinstance(failure, DealixError) else kind


def chain_of(failure: BaseException) -> list[BaseException]:
    """A failure and what caused it, newest first; members of groups included."""
    found: list[BaseException] = []
    waiting: list[BaseException] = [failure]
    while waiting:
        each = waiting.pop(0)
        if any(each is known for known in found):
            continue
        found.append(each)
        members = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        waiting += [*members, *(e for e in (each.__cause__, each.__context__) if e)]
    return found


def _caught(record: logging.LogRecord) -> Caught | None:
    """The failure that a record tells of: its own, else the one that is being handled."""
    for info in (record.exc_info, sys.exc_info()):
        if isinstance(info, tuple) and info[0] is not None and info[1] is not None:
            return info
    return None


def _argument(value: object) -> object:
    return name_of(value) if isinstance(value, BaseException) else value


def _message(record: logging.LogRecord, caught: Caught | None) -> str:
    try:
        text = record.getMessage()
    except (TypeError, ValueError):
        text = "a message whose arguments do not fit it"
    for each in chain_of(caught[1]) if caught else ():
        for said in (*map(str, each.args), str(each)):
            if len(said) >= SHORTEST_TEXT:
                text = text.replace(said, f"[{type(each).__name__}]")
    return redacted(text)


def _uncaught(
    kind: type[BaseException], failure: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, failure, trace)
        return
    logging.getLogger("dealix").critical("ended by a failure", exc_info=(kind, failure, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        told = (args.exc_type, args.exc_value, args.exc_traceback)
        logging.getLogger("dealix").critical("a thread ended by a failure", exc_info=told)

"""The short lane: a task answers while its caller waits; its parts are declared where they are.

A task writes nothing outside and undoes nothing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from dealix.declaring import part, task
from dealix.errors import DealixError
from dealix.observability import metrics

__all__ = ["part", "task", "timed"]


@contextmanager
def timed(workflow: str) -> Iterator[None]:
    """Count one run of a short task, with its time and how it ended."""
    began, outcome = time.perf_counter(), "failed"
    try:
        yield
        outcome = "done"
    except DealixError as error:
        outcome = error.code
        raise
    finally:
        metrics.short_task(workflow, outcome, time.perf_counter() - began)

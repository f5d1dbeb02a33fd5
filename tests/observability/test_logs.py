"""No log line holds the text of a failure: a planted name is searched for, and not found."""

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from tests.conftest import Engines

from dealix.errors import ProviderRefused
from dealix.observability import logs

NAME = "Fatima Alharbi"
MAIL = "fatima@partner.example"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """This process logs as a process of ours does; everything is put back afterwards."""
    root = logging.getLogger()
    kept = (root.handlers[:], root.level, sys.excepthook, threading.excepthook)
    raising = logging.raiseExceptions
    levels = {name: logging.getLogger(name).level for name in logs.TEMPORAL_LOGGERS}
    stream = io.StringIO()
    logs.configure("test", "DEBUG", stream)
    yield stream
    root.handlers[:], root.level, sys.excepthook, threading.excepthook = kept
    root.setLevel(kept[1])
    logging.captureWarnings(capture=False)
    logging.raiseExceptions = raising
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.filters[:] = [
            each for each in logger.filters if not isinstance(each, logs.Redaction)
        ]


def told(stream: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def throw(failure: BaseException) -> None:
    raise failure


def fail() -> None:
    try:
        throw(KeyError(NAME))
    except KeyError as cause:
        raise ValueError(f"{NAME} <{MAIL}> has no registration") from cause


@activity.defn
async def name_somebody(style: str) -> None:
    activity.logger.info("working")
    try:
        fail()
    except ValueError as failure:
        if style == "logs":
            activity.logger.warning("could not: %s", failure)
            activity.logger.error(f"could not: {failure}")
        raise


@workflow.defn
class Naming:
    @workflow.run
    async def run(self, style: str) -> None:
        if style == "bug" and not workflow.unsafe.is_replaying() and workflow.info().attempt == 1:
            workflow.logger.warning("a bug follows")
        await workflow.execute_activity(
            name_somebody,
            style,
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(
                maximum_attempts=2, initial_interval=timedelta(milliseconds=1)
            ),
        )


@workflow.defn
class Buggy:
    @workflow.run
    async def run(self, name: str) -> None:
        raise RuntimeError(f"no rule for {name}")


def test_failures_in_activities_and_workflows_name_nobody(
    engines: Engines, lines: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    async def work() -> None:
        client = await Client.connect(engines.temporal_address, namespace=engines.namespace)
        queue = f"logs-{uuid4()}"
        worker = Worker(
            client,
            task_queue=queue,
            workflows=[Naming, Buggy],
            activities=[name_somebody],
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        async with worker:
            for style in ("plain", "logs"):
                with pytest.raises(WorkflowFailureError):
                    await client.execute_workflow(
                        Naming.run, style, id=f"t/naming/{uuid4()}", task_queue=queue
                    )
            buggy = await client.start_workflow(
                Buggy.run, NAME, id=f"t/buggy/{uuid4()}", task_queue=queue
            )
            for _ in range(100):
                if "Failed activation" in lines.getvalue():
                    break
                await asyncio.sleep(0.05)
            await buggy.terminate()

    asyncio.run(work())
    written = lines.getvalue() + capfd.readouterr().err
    for name in ("Fatima", "Alharbi", MAIL):
        assert name not in written
    failed = [line for line in told(lines) if "Completing activity as failed" in line["message"]]
    assert len(failed) == 4
    assert "builtins.ValueError" in failed[0]["trace"]
    assert "builtins.KeyError" in failed[0]["trace"]
    assert "test_logs.py" in failed[0]["trace"]
    assert "RuntimeError" in written
    assert "could not: builtins.ValueError" in written
    assert "could not: [ValueError]" in written


def test_without_the_filter_the_sdk_would_name_her(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match=NAME):
        fail()
    try:
        fail()
    except ValueError:
        logging.getLogger("unfiltered").exception("no filter here")
    assert NAME in caplog.text


def test_our_own_failures_keep_their_code(lines: io.StringIO) -> None:
    try:
        throw(ProviderRefused("provider_refused", provider="smtp", reason="SMTP 550"))
    except ProviderRefused:
        logging.getLogger("dealix").exception("the step failed")
    [line] = told(lines)
    assert "dealix.errors.ProviderRefused provider_refused" in line["trace"]
    assert (line["level"], line["process"], line["message"]) == ("error", "test", "the step failed")


def test_addresses_numbers_and_credentials_are_hidden(lines: io.StringIO) -> None:
    log = logging.getLogger("dealix.somewhere")
    log.info("to %s from %s", MAIL, "+966 55 123 4567")
    log.info("whsec_c2VjcmV0 Authorization: Bearer pat-na1-1 postgresql://app:hunter2@db/x")
    written = lines.getvalue()
    for secret in (MAIL, "966", "c2VjcmV0", "pat-na1", "hunter2"):
        assert secret not in written
    assert len(told(lines)) == 2


def test_groups_futures_and_bad_arguments(lines: io.StringIO) -> None:
    group = ExceptionGroup(f"both about {NAME}", [ValueError(NAME), KeyError(NAME)])
    said = f"future: <Task exception={group!r}>"
    logging.getLogger("asyncio").error(said, exc_info=group)
    logging.getLogger("dealix").info("%d", NAME)
    assert "Fatima" not in lines.getvalue()
    assert len(told(lines)) == 2


def test_arabic_is_readable(lines: io.StringIO) -> None:
    logging.getLogger("dealix").info("بدأ التشغيل")
    assert "بدأ التشغيل" in lines.getvalue()


@pytest.mark.parametrize(
    "where", ["fail()", "t = threading.Thread(target=fail); t.start(); t.join()"]
)
def test_what_nobody_catches_names_nobody(where: str) -> None:
    script = (
        "import threading\nfrom dealix.observability import logs\nlogs.configure('p')\n"
        f"def fail():\n    raise ValueError('{NAME}')\n{where}\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert "Fatima" not in ended.stderr + ended.stdout
    [line] = [json.loads(each) for each in ended.stderr.splitlines()]
    assert (line["level"], "ValueError" in line["trace"]) == ("critical", True)

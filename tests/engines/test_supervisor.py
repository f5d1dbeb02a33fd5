"""A stack survives the death of any of its processes, the supervisor included, losing nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from temporalio.api.namespace.v1 import NamespaceConfig

from dealix.engines import plan as plans
from dealix.engines import probes, temporal
from dealix.engines.home import Home
from dealix.engines.plan import Plan
from dealix.engines.stack import Stack

ENGINES = ["postgres", "valkey", "temporal"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("home"))
    stack.start(ENGINES)
    yield stack
    stack.stop()


def plan_of(stack: Stack) -> Plan:
    return plans.read(stack.home, plans.settings_for(stack.home.root))


def eventually(holds: Callable[[], bool], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def quietly(question: Callable[[], bool], *errors: type[Exception]) -> Callable[[], bool]:
    def ask() -> bool:
        try:
            return question()
        except errors:
            return False

    return ask


def new_pid(stack: Stack, name: str, old: int) -> Callable[[], bool]:
    return lambda: stack.record()["processes"][name] != old


def write_row(stack: Stack) -> None:
    with psycopg.connect(plan_of(stack).migration_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")


def row_is_there(stack: Stack) -> bool:
    with psycopg.connect(plan_of(stack).migration_url, connect_timeout=2) as connection:
        return connection.execute("SELECT word FROM kept").fetchone() == ("still here",)


def test_postgres_comes_back_with_its_data(stack):
    write_row(stack)
    old = stack.record()["processes"]["postgres"]
    os.kill(old, signal.SIGKILL)
    eventually(new_pid(stack, "postgres", old))
    eventually(quietly(lambda: row_is_there(stack), psycopg.Error))


def test_valkey_comes_back_with_its_data(stack):
    with redis.Redis.from_url(plan_of(stack).broker_url) as client:
        client.lpush("queue", "task")
    old = stack.record()["processes"]["valkey"]
    os.kill(old, signal.SIGKILL)
    eventually(new_pid(stack, "valkey", old))

    def kept() -> bool:
        with redis.Redis.from_url(plan_of(stack).broker_url, socket_timeout=2) as client:
            return client.lrange("queue", 0, -1) == [b"task"]

    eventually(quietly(kept, redis.RedisError))


def test_temporal_comes_back_with_its_namespaces_and_their_retention(stack):
    plan = plan_of(stack)
    old = stack.record()["processes"]["temporal"]
    os.kill(old, signal.SIGKILL)
    eventually(new_pid(stack, "temporal", old))

    def described(name: str) -> NamespaceConfig | None:
        answer = probes.namespace(plan.settings, plan.temporal_address, name).answer
        return answer.config if answer else None

    for name in ("dealix", "dealix-rehearsal"):
        eventually(lambda name=name: described(name) is not None)
        config = described(name)
        assert config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=90)
        assert sorted(config.custom_search_attribute_aliases.values()) == sorted(
            temporal.SEARCH_ATTRIBUTES
        )


def test_a_process_killed_again_and_again_is_never_given_up(stack):
    for _ in range(5):
        old = stack.record()["processes"]["valkey"]
        os.kill(old, signal.SIGKILL)
        eventually(new_pid(stack, "valkey", old))


def test_a_second_stack_on_the_same_folder_is_refused(stack):
    command = [sys.executable, "-m", "dealix.engines.supervisor", "--home", str(stack.home.root)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert f"Another stack runs on this folder (process {stack.process.pid})" in done.stderr
    assert stack.home.stack_file.exists(), "the refused one must not take away the other's record"


def test_a_killed_supervisor_takes_everything_with_it_and_the_next_start_goes_on(tmp_path):
    stack = Stack(tmp_path)
    before = stack.start(ENGINES)
    write_row(stack)
    family = psutil.Process(stack.process.pid).children(recursive=True)
    assert len(family) > len(ENGINES)  # PostgreSQL has children of its own
    stack.process.kill()
    stack.process.wait()
    _, left = psutil.wait_procs(family, timeout=10)
    assert not left

    after = stack.start(ENGINES)
    try:
        assert row_is_there(stack)
        assert after["database_url"] == before["database_url"], "ports are remembered"
        assert not set(before["processes"].values()) & set(after["processes"].values())
    finally:
        assert stack.stop() == 0


def test_a_stop_leaves_no_process_and_no_record(tmp_path):
    stack = Stack(tmp_path)
    stack.start(["valkey"])
    family = psutil.Process(stack.process.pid).children(recursive=True)
    assert stack.stop() == 0
    assert not [process for process in family if process.is_running()]
    assert not stack.home.stack_file.exists()


def test_a_port_that_was_taken_meanwhile_is_chosen_again(tmp_path):
    import socket

    stack = Stack(tmp_path)
    stack.start(["valkey"])
    port = plan_of(stack).ports["valkey"]
    stack.stop()
    with socket.create_server(("127.0.0.1", port)):
        stack.start(["valkey"])
        assert plan_of(stack).ports["valkey"] != port
        stack.stop()


def test_an_engine_with_an_address_in_the_settings_is_left_out(tmp_path):
    stack = Stack(tmp_path, {"DEALIX_BROKER_URL": "redis://broker.internal:6379/0"})
    record = stack.start(["postgres", "valkey"])
    assert set(record["processes"]) == {"postgres"}
    stack.stop()


def test_rehearsals_get_a_server_of_their_own_where_temporal_is_an_address(tmp_path):
    stack = Stack(tmp_path, {"DEALIX_TEMPORAL_ADDRESS": "temporal.internal:7233"})
    record = stack.start(["temporal", "temporal_rehearsal"])
    assert set(record["processes"]) == {"temporal_rehearsal"}
    assert record["temporal_address"] == "temporal.internal:7233"
    assert record["rehearsal_address"].startswith("127.0.0.1:")
    stack.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must give up its rights")
def test_root_without_user_namespaces_runs_postgres_as_nobody_outside_its_folder(tmp_path):
    import shutil

    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (programs / "unshare").chmod(0o755)
    environment = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    stack = Stack(tmp_path / "home", environment)
    record = stack.start(["postgres"])
    outside = Path(record["database_folder"])
    try:
        assert psutil.Process(record["processes"]["postgres"]).uids().real == 65534
        assert outside.stat().st_mode & 0o777 == 0o700
        assert tmp_path not in outside.parents
        write_row(stack)
        assert row_is_there(stack)
    finally:
        stack.stop()
        shutil.rmtree(outside.parent)


def test_a_start_that_fails_says_why_and_leaves_nothing_running(tmp_path):
    broken = tmp_path / "temporal"
    broken.write_text("#!/bin/sh\necho this is not a server >&2\nexit 3\n")
    broken.chmod(0o700)
    home = Home(tmp_path / "home").create()
    environment = {
        **os.environ,
        "DEALIX_TEMPORAL_BINARY": str(broken),
        "DEALIX_START_PATIENCE": "2",
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
    }
    command = [sys.executable, "-m", "dealix.engines.supervisor", "--home", str(home.root)]
    command += ["--only", "temporal"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "temporal did not start" in done.stderr
    assert "this is not a server" in (home.log / "temporal.log").read_text()
    assert not home.stack_file.exists()

"""The judge's record survives SIGKILL and a torn line, and refuses to go on with a hole in it."""

import os
import signal
import smtplib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.sandbox.conftest import company


def everything(sandbox):
    names = ("effects", "requests", "messages", "faults", "deliveries")
    return {name: sandbox.rows(name) for name in names}


def test_everything_is_there_after_a_kill(own_sandbox):
    own_sandbox.mail("<one@dealix.example>", subject="شروط")
    own_sandbox.mail("<undo@dealix.example>", X_Dealix_Undoes="<one@dealix.example>")
    own_sandbox.upsert(company("p", "k", name="روابي"))
    own_sandbox.upsert(company("p", "u", dealix_status="withdrawn"))
    own_sandbox.fault("hubspot", "error_500", count=3, scope=own_sandbox.scope)
    own_sandbox.upsert(company("p", "k2", name="x"))
    before = everything(own_sandbox)
    own_sandbox.kill()
    own_sandbox.start()
    assert everything(own_sandbox) == before
    assert before["faults"][0]["count"] == 2
    assert [bool(row["undone"]) for row in before["effects"]] == [True, False, True, False]
    own_sandbox.client.delete("/_sandbox/faults")
    again = own_sandbox.upsert(company("p", "u", dealix_status="withdrawn"))
    assert again.json()["results"][0]["new"] is False
    assert len(own_sandbox.rows("effects")) == 4


@pytest.mark.parametrize("tail", [b'[{"_":"effect","id":99,"prov', b'[{"_":"eff\n', b"\xff\x00"])
def test_a_torn_last_line_is_left_behind(own_sandbox, tail):
    own_sandbox.mail("<kept@dealix.example>")
    own_sandbox.kill()
    with (own_sandbox.home / "journal.jsonl").open("ab") as file:
        file.write(tail)
    for number in range(2):
        own_sandbox.start()
        own_sandbox.mail(f"<later-{number}@dealix.example>")
        assert len(own_sandbox.rows("effects")) == 2 + number
        own_sandbox.kill()
    own_sandbox.start()


def test_a_whole_last_line_without_its_newline_counts(own_sandbox):
    own_sandbox.mail("<whole@dealix.example>")
    own_sandbox.kill()
    journal = own_sandbox.home / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().removesuffix(b"\n"))
    for number in range(2):
        own_sandbox.start()
        assert len(own_sandbox.rows("requests")) == 1 + number
        assert own_sandbox.rows("requests")[0]["status"] == 250
        own_sandbox.mail(f"<next-{number}@dealix.example>")
        own_sandbox.kill()
    own_sandbox.start()


def test_a_hole_in_the_middle_stops_the_judge(own_sandbox):
    own_sandbox.mail("<one@dealix.example>")
    own_sandbox.kill()
    journal = own_sandbox.home / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0][:40] + b"\n", *lines[1:]]))
    own_sandbox.process = own_sandbox.launch()
    assert own_sandbox.process.wait(20) == 1
    assert "line 1 of" in own_sandbox.log


def test_two_sandboxes_on_one_home_are_refused(own_sandbox):
    second = own_sandbox.launch()
    assert second.wait(20) == 1
    assert "another sandbox writes" in own_sandbox.log


def test_the_record_is_readable_by_its_owner_only(own_sandbox):
    mode = (own_sandbox.home / "journal.jsonl").stat().st_mode
    assert mode & 0o077 == 0


def test_what_was_answered_is_never_lost_under_kills(own_sandbox):
    """Writers go on while the sandbox is killed: every acknowledged write is there, once."""
    acknowledged: list[str] = []
    ended = threading.Event()

    def write(worker: int) -> None:
        number = 0
        with httpx.Client(base_url=own_sandbox.client.base_url, trust_env=False) as client:
            while not ended.is_set():
                key = f"w{worker}-{number}"
                try:
                    answer = own_sandbox.upsert(company(key, key, name=key), client=client)
                except httpx.HTTPError:
                    time.sleep(0.02)
                    continue
                assert answer.status_code == 200
                acknowledged.append(key)
                number += 1

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(write, worker) for worker in range(4)]
        for _ in range(3):
            time.sleep(0.5)
            own_sandbox.kill()
            own_sandbox.start()
        time.sleep(0.3)
        ended.set()
        for each in futures:
            each.result()
    keys = [row["key"] for row in own_sandbox.rows("effects")]
    assert len(keys) == len(set(keys))
    assert set(acknowledged) <= set(keys)
    assert len(acknowledged) > 40


def test_many_writers_at_once_double_nothing_and_lose_nothing(sandbox):
    def one(number: int) -> int:
        with httpx.Client(base_url=sandbox.client.base_url, trust_env=False, timeout=30) as client:
            write = company(f"{sandbox.scope}-{number % 20}", f"k{number % 20}", name="same")
            return sandbox.upsert(write, client=client).status_code

    def mail(number: int) -> int:
        return sandbox.mail(f"<bulk-{number}@dealix.example>")[0]

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(one, range(100))) == {200}
        assert set(pool.map(mail, range(60))) == {250}
    crm, mails = sandbox.rows("effects", provider="hubspot"), sandbox.rows("effects", kind="email")
    assert sorted(row["key"] for row in crm) == sorted(f"k{number}" for number in range(20))
    assert len({row["idempotency_key"] for row in mails}) == len(mails) == 60


def test_thousands_of_effects_slow_nothing_down(own_sandbox):
    def batch(first: int) -> float:
        inputs = [company(f"c{n}", f"k{n}", name=f"Company {n}") for n in range(first, first + 100)]
        begun = time.monotonic()
        assert own_sandbox.upsert(*inputs).status_code == 200
        return time.monotonic() - begun

    times = [batch(first) for first in range(0, 4000, 100)]
    early, late = min(times[1:8]), min(times[-8:])
    assert late < early * 3 + 0.02
    begun = time.monotonic()
    assert len(own_sandbox.rows("effects")) == 4000
    assert len(own_sandbox.rows("effects", key="k3999")) == 1
    assert time.monotonic() - begun < 3
    own_sandbox.kill()
    begun = time.monotonic()
    own_sandbox.start()
    assert time.monotonic() - begun < 5
    assert len(own_sandbox.rows("effects")) == 4000


def test_a_connection_held_open_holds_up_nobody(sandbox):
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as idle:
        idle.ehlo()
        sandbox.fault("hubspot", "slow", scope=sandbox.scope, seconds=2)
        other = httpx.Client(base_url=sandbox.client.base_url, trust_env=False)
        with other, ThreadPoolExecutor(1) as pool:
            one = company(sandbox.scope, "slow", name="x")
            slow = pool.submit(sandbox.upsert, one, client=other)
            begun = time.monotonic()
            assert sandbox.mail("<quick@dealix.example>")[0] == 250
            assert time.monotonic() - begun < 1
            assert slow.result().status_code == 200


def test_a_signal_ends_it_quietly(own_sandbox):
    os.kill(own_sandbox.process.pid, signal.SIGINT)
    assert own_sandbox.process.wait(5) == 0
    assert "Traceback" not in own_sandbox.log

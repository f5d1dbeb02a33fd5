"""Two workers of one process: whatever happens to the broker, both go on hearing."""

import threading
import time
from contextlib import contextmanager, suppress

import pytest
import redis
from kombu.exceptions import OperationalError
from pydantic import SecretStr

from dealix.lanes.medium import celery_app, worker_of
from dealix.settings import Settings

BROKER_OF_ITS_OWN = 9
"""A number of the broker's databases that no other test uses."""


@pytest.fixture
def broker(engines):
    """A database of the broker, and the program's own look at it."""
    url = f"{engines.broker_url.rsplit('/', 1)[0]}/{BROKER_OF_ITS_OWN}"
    client = redis.Redis.from_url(url)
    yield url, client
    client.flushdb()
    client.close()


@contextmanager
def listening(url, queue):
    """A worker on this queue in a thread of its own, as the medium process has two of them."""
    heard = []
    app = celery_app(Settings(broker_url=SecretStr(url)))
    app.conf.update(task_default_queue=queue, worker_redirect_stdouts=False)

    def hear():
        heard.append(time.monotonic())

    app.task(name=f"test.{queue}")(hear)
    worker = worker_of(app, 2, hostname=f"{queue}@test", without_gossip=True)
    thread = threading.Thread(target=worker.start, daemon=True)
    thread.start()
    try:
        yield app, queue, heard
    finally:
        worker.stop()
        thread.join(10)
        app.close()


def hears(app, queue, heard, patience=15.0):
    """Whether a ring is heard, however often it must be rung while the broker comes back."""
    before, end = len(heard), time.monotonic() + patience
    while len(heard) == before and time.monotonic() < end:
        with suppress(OperationalError, OSError):
            app.send_task(f"test.{queue}", queue=queue, expires=5)
        time.sleep(0.3)
    return len(heard) > before


def cut(client):
    """End every connection to this database, as a broker that dies does."""
    mine = client.client_id()
    for one in client.client_list():
        if one["db"] == str(BROKER_OF_ITS_OWN) and int(one["id"]) != mine:
            client.client_kill_filter(_id=one["id"])


@pytest.mark.filterwarnings("ignore::celery.platforms.SecurityWarning")
@pytest.mark.filterwarnings("ignore::celery.exceptions.CPendingDeprecationWarning")
def test_both_workers_of_a_process_hear_again_after_the_broker_was_lost(broker):
    url, client = broker
    with listening(url, "first") as first, listening(url, "second") as second:
        for _ in range(4):
            assert hears(*first)
            assert hears(*second)
            cut(client)
        assert hears(*first)
        assert hears(*second)

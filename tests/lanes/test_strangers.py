"""What a stranger writes is kept for the company that is written to, until a person takes it up."""

from datetime import timedelta

import pytest
from tests.lanes.test_inbox import (
    ANSWER,
    GRACE,
    SECRETS,
    TENANT,
    VAULT,
    a_run,
    events,
    owner,  # noqa: F401 (a fixture)
    payload,
    sent,
    signed,
)

from dealix.actors import system
from dealix.connectors.secrets import Keyring
from dealix.errors import NotFound
from dealix.lanes.inbox import Inbox
from dealix.lanes.tenant_keys import TenantKeys
from dealix.records.case_book import open_case_of


@pytest.fixture
def inbox(fresh_database):
    keys = TenantKeys(Keyring("codec.keys", {"k1": b"k" * 32}))
    return Inbox(fresh_database, keys, VAULT, SECRETS, inbound_tenant=TENANT)


def written(inbox, delivery="s1", **more):
    raw = payload(None, **more)
    return inbox.receive("smtp", signed(raw, delivery), raw)


def test_it_is_kept_once_sealed_and_for_nobody_else(inbox, fresh_database):
    first, again = written(inbox), written(inbox)
    assert (first.tenant_id, first.repeated, again.repeated) == (TENANT, False, True)
    [event] = events(fresh_database)
    assert ANSWER.encode() not in event.sealed
    assert events(fresh_database, "rawabi-ae") == []
    with fresh_database.tenant(TENANT) as session:
        assert inbox.stranger(session, event.id).text == ANSWER
    with fresh_database.tenant("rawabi-ae") as session, pytest.raises(NotFound):
        inbox.stranger(session, event.id)


def test_what_answers_something_is_no_strangers(inbox, fresh_database, owner):  # noqa: F811
    raw = payload("<unknown@dealix.example>")
    assert inbox.receive("smtp", signed(raw, "a1"), raw).tenant_id is None
    sent(fresh_database, "<m1@dealix.example>")
    raw = payload("<m1@dealix.example>")
    inbox.receive("smtp", signed(raw, "a2"), raw)
    [event] = events(fresh_database)
    with fresh_database.tenant(TENANT) as session, pytest.raises(NotFound):
        inbox.stranger(session, event.id)


def test_without_the_setting_it_is_nobodys(fresh_database, owner):  # noqa: F811
    keys = TenantKeys(Keyring("codec.keys", {"k1": b"k" * 32}))
    assert written(Inbox(fresh_database, keys, VAULT, SECRETS)).tenant_id is None
    assert events(fresh_database) == []


def test_handed_over_it_goes_with_its_person_and_its_case_is_settled(
    inbox,
    fresh_database,
    owner,  # noqa: F811
):
    written(inbox)
    owner.execute("UPDATE inbound_events SET received_at = received_at - %s", (GRACE,))
    inbox.sweep()
    [event] = events(fresh_database)
    with fresh_database.tenant(TENANT) as session:
        assert open_case_of(session, "unmatched", event.id)
        VAULT.add(session, "person_9", {"name": "سامي"})
        session.add(a_run(TENANT, "run_9", timedelta(0)))
        session.flush()
        assert inbox.hand_over(session, event.id, "run_9", "person_9")
        assert not inbox.hand_over(session, event.id, "run_9", "person_9")
        assert open_case_of(session, "unmatched", event.id) is None
    inbox.sweep()
    [event] = events(fresh_database)
    assert (event.status, event.run_id, event.person_id) == ("attached", "run_9", "person_9")
    with fresh_database.tenant(TENANT) as session:
        assert inbox.read(session, event).text == ANSWER
        VAULT.erase(session, system(TENANT), "person_9")
        assert inbox.read(session, event) is None

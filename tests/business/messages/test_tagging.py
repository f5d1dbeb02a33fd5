"""Each message that came in is tagged once, by the models, with nothing of its text kept."""

import pytest
from sqlalchemy import text
from tests.lanes.test_inbox import SECRETS, TENANT, VAULT, payload, sent, signed

from dealix.actors import system
from dealix.business.messages.tagging import Tagger
from dealix.connectors.secrets import Keyring
from dealix.lanes.inbox import Inbox
from dealix.lanes.tenant_keys import TenantKeys
from dealix.store.session import Database

SAID = {
    "d1": ("كم سعر الباقة السنوية؟", "pricing_question"),
    "d2": ("وش رايك نتقابل الأسبوع الجاي", "meeting_request"),
    "d3": ("لا ترسلون لي رسائل مرة ثانية", "opt_out"),
    "d4": ("🙂🙂", "other"),
}


@pytest.fixture
def inbox(fresh_database: Database) -> Inbox:
    keys = TenantKeys(Keyring("codec.keys", {"k1": b"k" * 32}))
    return Inbox(fresh_database, keys, VAULT, SECRETS)


def came(inbox: Inbox, delivery: str, words: str) -> str:
    raw = payload("<m1@dealix.example>", text=words, subject="")
    return inbox.receive("smtp", signed(raw, delivery), raw).event_id


def test_each_message_gets_its_labels_once(inbox: Inbox, fresh_database: Database) -> None:
    sent(fresh_database, "<m1@dealix.example>")
    ids = {came(inbox, delivery, said): intent for delivery, (said, intent) in SAID.items()}
    tagger = Tagger(fresh_database, inbox)
    assert (tagger.sweep(), tagger.sweep()) == (len(SAID), 0)
    tags = tagger.tags(TENANT, ids)
    assert {event: tag["intent"] for event, tag in tags.items()} == ids
    dialects = {intent: tags[event]["dialect"] for event, intent in ids.items()}
    assert dialects["meeting_request"] == "gulf"
    assert {tag["follows"] for tag in tags.values()} >= {"send_pricing", "book", "stop_for_good"}
    assert tagger.tags("rawabi-ae", ids) == {}
    with fresh_database.tenant(TENANT) as session:
        kept = session.execute(text("SELECT row_to_json(t)::text FROM message_tags t")).scalars()
        assert not any(said in row for row in kept for said, _ in SAID.values())


def test_a_message_whose_person_was_erased_is_not_asked_again(
    inbox: Inbox, fresh_database: Database
) -> None:
    sent(fresh_database, "<m1@dealix.example>")
    event = came(inbox, "d1", "نعم")
    with fresh_database.tenant(TENANT) as session:
        VAULT.erase(session, system(TENANT), "person_1")
    tagger = Tagger(fresh_database, inbox)
    assert (tagger.sweep(), tagger.sweep()) == (1, 0)
    assert tagger.tags(TENANT, [event]) == {}

"""Each message that came in is tagged once, by the models, with nothing of its text kept."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.lanes.test_inbox import SECRETS, TENANT, VAULT, events, payload, sent, signed

from dealix.actors import Actor, system
from dealix.api.routes.records import Resolve
from dealix.business.messages.tagging import Tagger
from dealix.connectors.secrets import Keyring
from dealix.errors import NotEntitled
from dealix.lanes.cases import CaseService
from dealix.lanes.inbox import Inbox
from dealix.lanes.tenant_keys import TenantKeys
from dealix.language.stopping import asks_to_stop
from dealix.store.session import Database
from dealix.trust.access.rights import permit
from dealix.trust.outbound.governance import ConsentBook
from dealix.trust.outbound.governance.doubting import UNSURE, Doubts
from dealix.trust.outbound.governance.listening import Listener

BOOK = ConsentBook(VAULT)
DOUBTS = Doubts(BOOK)
OFFICER = Actor(TENANT, "usr_c", frozenset({"compliance_officer"}))
BY_MODEL_ALONE = "رسائلكم صارت تزعجني كثير"
SAID = {
    "d1": ("كم سعر الباقة السنوية؟", "pricing_question"),
    "d2": ("وش رايك نتقابل الأسبوع الجاي", "meeting_request"),
    "d3": ("لا ترسلون لي رسائل مرة ثانية", "opt_out"),
    "d4": ("🙂🙂", "other"),
}


@pytest.fixture
def inbox(fresh_database: Database) -> Inbox:
    keys = TenantKeys(Keyring("codec.keys", {"k1": b"k" * 32}))
    return Inbox(fresh_database, keys, VAULT, SECRETS, hearing=Listener(BOOK))


def came(inbox: Inbox, delivery: str, words: str) -> str:
    raw = payload("<m1@dealix.example>", text=words, subject="")
    return inbox.receive("smtp", signed(raw, delivery), raw).event_id


def test_each_message_gets_its_labels_once(inbox: Inbox, fresh_database: Database) -> None:
    sent(fresh_database, "<m1@dealix.example>")
    ids = {came(inbox, delivery, said): intent for delivery, (said, intent) in SAID.items()}
    tagger = Tagger(fresh_database, inbox, DOUBTS)
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
    tagger = Tagger(fresh_database, inbox, DOUBTS)
    assert (tagger.sweep(), tagger.sweep()) == (1, 0)
    assert tagger.tags(TENANT, [event]) == {}


def held(database: Database) -> tuple[bool, list[tuple[str, str, str]]]:
    """Whether nothing may go to the person, and what the book of consents says of them."""
    with database.tenant(TENANT) as session:
        query = "SELECT event, source, recorded_by FROM consents ORDER BY recorded_at, id"
        said = [tuple(row) for row in session.execute(text(query))]
        return BOOK.standing(session, "person_1").opted_out, said


def desk(database: Database) -> CaseService:
    return CaseService(database, permit, lambda *_: True, settlers={UNSURE: DOUBTS.settle})


def asked_by_model(inbox: Inbox, database: Database) -> None:
    """A message of the person that no rule takes for a request to stop, and the model does."""
    sent(database, "<m1@dealix.example>")
    assert asks_to_stop("", BY_MODEL_ALONE) is None
    came(inbox, "d1", BY_MODEL_ALONE)
    assert held(database) == (False, [])
    assert Tagger(database, inbox, DOUBTS).sweep() == 1


def test_who_asks_to_stop_by_the_models_reading_is_held_until_a_person_has_read_it(
    inbox: Inbox, fresh_database: Database
) -> None:
    asked_by_model(inbox, fresh_database)
    assert held(fresh_database) == (True, [("opted_out", "model_reading", "system")])
    [event] = events(fresh_database)
    tags = Tagger(fresh_database, inbox, DOUBTS).tags(TENANT, [event.id])
    assert (tags[event.id]["follows"], tags[event.id]["rule"]) == ("hold", None)
    came(inbox, "d2", BY_MODEL_ALONE)
    assert Tagger(fresh_database, inbox, DOUBTS).sweep() == 1
    [case] = desk(fresh_database).list(OFFICER, "open")
    assert (case["kind"], case["key"], case["run"]) == (UNSURE, "person_1", event.run_id)
    with fresh_database.tenant(TENANT) as session:
        query = "SELECT action FROM audit_records WHERE subject = 'person_1'"
        assert "consent.opted_out" in set(session.scalars(text(query)))


@pytest.mark.parametrize(
    ("resolution", "stays", "said"),
    [
        ("confirm_stop", True, ("opted_out", "reply", "usr_c")),
        ("lift_stop", False, ("lifted", "read_by_person", "usr_c")),
    ],
)
def test_a_person_confirms_a_hold_or_lifts_it(
    inbox: Inbox, fresh_database: Database, resolution: str, stays: bool, said: tuple[str, ...]
) -> None:
    asked_by_model(inbox, fresh_database)
    [case] = desk(fresh_database).list(OFFICER, "open")
    seller = Actor(TENANT, "usr_s", frozenset({"partner_manager"}))
    with pytest.raises(NotEntitled):
        desk(fresh_database).resolve(seller, case["id"], resolution, None)
    assert held(fresh_database)[0]
    desk(fresh_database).resolve(OFFICER, case["id"], resolution, "read")
    assert held(fresh_database) == (stays, [("opted_out", "model_reading", "system"), said])


def test_lifting_opens_nothing_that_the_person_has_closed_in_their_own_words(
    inbox: Inbox, fresh_database: Database
) -> None:
    asked_by_model(inbox, fresh_database)
    came(inbox, "d2", "إيقاف")
    [case] = desk(fresh_database).list(OFFICER, "open")
    desk(fresh_database).resolve(OFFICER, case["id"], "lift_stop", None)
    assert held(fresh_database)[0]


def test_who_was_heard_by_rule_leaves_no_case(inbox: Inbox, fresh_database: Database) -> None:
    sent(fresh_database, "<m1@dealix.example>")
    came(inbox, "d1", "لا ترسلون لي رسائل مرة ثانية")
    assert Tagger(fresh_database, inbox, DOUBTS).sweep() == 1
    assert held(fresh_database) == (True, [("opted_out", "reply", "system")])
    assert desk(fresh_database).list(OFFICER, "open") == []


def test_a_rehearsal_holds_its_own_and_asks_nobody(inbox: Inbox, fresh_database: Database) -> None:
    sent(fresh_database, "<m1@dealix.example>", skipped=timedelta(days=1))
    came(inbox, "d1", BY_MODEL_ALONE)
    assert Tagger(fresh_database, inbox, DOUBTS).sweep() == 1
    assert held(fresh_database) == (False, [("opted_out", "model_reading", "system")])
    assert desk(fresh_database).list(OFFICER, "open") == []


def test_the_door_takes_what_a_person_says_of_a_hold() -> None:
    for word in ("confirm_stop", "lift_stop"):
        assert Resolve(resolution=word).resolution == word

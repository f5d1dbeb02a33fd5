"""Consent to sharing personal data stands apart from consent to messages."""

import pytest

from dealix.trust.outbound.governance.consents import Standing
from dealix.trust.outbound.governance.models import ConsentEvent


def event(word, purpose, channel="*", source="signed_contract"):
    return ConsentEvent(event=word, purpose=purpose, channel=channel, source=source)


def standing(*events, own=True):
    made = Standing()
    for each in events:
        made.add(each, own=own)
    return made


def test_it_permits_no_message():
    one = standing(event("given", "data_sharing"))
    assert (one.sharing, one.given) == ("signed_contract", {})


def test_consent_to_every_message_is_none_to_sharing():
    assert standing(event("given", "*")).sharing is None


def test_it_does_not_lift_an_opt_out():
    one = standing(event("opted_out", "*"), event("given", "data_sharing"))
    assert (one.opted_out, one.sharing) == (True, "signed_contract")


@pytest.mark.parametrize("purpose", ["data_sharing", "*"])
def test_it_is_withdrawn_by_itself_or_with_everything(purpose):
    assert standing(event("given", "data_sharing"), event("withdrawn", purpose)).sharing is None


def test_withdrawing_messages_leaves_it():
    one = standing(event("given", "data_sharing"), event("withdrawn", "marketing"))
    assert one.sharing == "signed_contract"


def test_another_person_with_the_same_address_gave_it_for_nobody_else():
    assert standing(event("given", "data_sharing"), own=False).sharing is None

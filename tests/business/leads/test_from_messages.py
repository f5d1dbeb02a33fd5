"""What a stranger's message tells of a lead, whatever its sender has written."""

import pytest

from dealix.business.leads.from_messages import offered, told_by
from dealix.business.leads.schemas import LeadInput
from dealix.connectors.deliveries import ReceivedMail
from dealix.errors import InvalidInput
from dealix.validation import validated


def mail(sender, text="Hello"):
    return ReceivedMail(sender, "", text, "2027-03-02T08:00:00Z")


def test_a_mail_tells_its_sender_and_the_domain_of_the_company():
    told = told_by(mail("سارة الحربي <sara@tamr.example>", "كم السعر؟"))
    assert told["contact"] == {"locale": "ar", "email": "sara@tamr.example", "name": "سارة الحربي"}
    assert told["company"] == {"name": "tamr.example", "website": "https://tamr.example"}
    given = validated(LeadInput, told)
    assert (given.source, given.data_from, given.consents) == ("inbound_message", "person", [])


def test_an_address_that_anybody_may_have_tells_no_company():
    assert told_by(mail("sara@gmail.com"))["company"] == {}


def test_a_number_is_a_phone():
    told = told_by(mail("+966557654321"))
    assert told["contact"] == {"locale": "en", "phone": "+966557654321"}


@pytest.mark.parametrize(
    "sender",
    ["", "A", "a\x00b@c.example", "x" * 100_000, "x" * 100_000 + "@y.example", "😀", "\u202eevil"],
    ids=["empty", "letter", "nul", "long", "long_address", "emoji", "bidi"],
)
def test_whatever_a_sender_is_called_breaks_nothing_and_makes_no_lead_by_itself(sender):
    told = told_by(mail(sender, "😀" * 10))
    assert all(len(str(value)) <= 200 for value in told["contact"].values())
    with pytest.raises(InvalidInput):
        validated(LeadInput, told)


@pytest.mark.parametrize(
    ("delivery", "intent", "is_offered"),
    [
        ({}, "interested", True),
        ({}, "meeting_request", True),
        ({}, "opt_out", False),
        ({}, "partner_enquiry", True),
        ({}, "pricing_question", True),
        ({}, "support", False),
        ({"provider": "docusign"}, "interested", False),
        ({"run": "run_1"}, "interested", False),
        ({"stranger": False}, "interested", False),
    ],
)
def test_a_lead_is_offered_of_who_wants_something_of_ours(delivery, intent, is_offered):
    row = {"provider": "smtp", "run": None, "stranger": True, **delivery}
    assert offered(row, {"intent": intent}) is is_offered
    assert offered(row, None) is False

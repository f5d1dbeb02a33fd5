"""What the registry's answer means: who is refused, what a decider sees, which risks it brings."""

from datetime import UTC, date, datetime

import pytest

from dealix.business.partners.registry_check import refusal, today
from dealix.business.partners.registry_packet import context, persons, risks
from dealix.business.partners.schemas import RegistryFinding, RegistryManager
from dealix.connectors.company_research import RegistryRecord
from dealix.connectors.company_research.wathq import state_of
from dealix.i18n.words import word
from dealix.lanes.provenance import Provenance

DAY = date(2027, 3, 1)


def record(**changed):
    given = {
        "registry": "wathq",
        "number": "1010123456",
        "national_number": "7010123456",
        "name": "شركة الواحة",
        "status": "active",
        "status_text": "نشط",
        "entity_type": "شركة",
        "confirmation_due": DAY,
    }
    return RegistryRecord(**{**given, **changed})


def finding(**changed):
    given = {
        "registry": "wathq",
        "reference": "reg_1",
        "asked_at": datetime(2027, 3, 1, 9, tzinfo=UTC),
        "national_number": "7010123456",
        "registered_name": "شركة الواحة",
        "entity_type": "شركة",
        "status": "active",
        "confirmation_due": DAY,
        "signing": "alone",
        "signatory": "alone",
        "managers": [RegistryManager(person_id="person_1", position="مدير")],
        "provenance": Provenance(
            generated_at=datetime(2027, 3, 1, 9, tzinfo=UTC),
            method="registry",
            inputs_hash="sha256:0",
            sources=["wathq reg_1"],
        ),
    }
    return RegistryFinding(**{**given, **changed})


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "registration_unknown"),
        (record(), None),
        (record(confirmation_due=None), None),
        (record(status="suspended"), "registration_suspended"),
        (record(status="expired"), "registration_expired"),
        (record(status="deleted"), "registration_struck_off"),
        (record(status="other"), "registration_inactive"),
        (record(confirmation_due=date(2027, 2, 28)), "registration_overdue"),
    ],
)
def test_each_reason_has_a_code_of_its_own(answer, code):
    assert refusal(answer, DAY) == code


def test_the_registry_goes_by_the_clocks_of_riyadh():
    assert today(datetime(2027, 2, 28, 22, tzinfo=UTC)) == DAY


def test_an_expired_registration_is_read_in_both_languages():
    assert (state_of("منتهي"), state_of("Expired")) == ("expired", "expired")


@pytest.mark.parametrize(
    ("signatory", "found"),
    [
        ("alone", []),
        ("jointly", ["contact_signs_jointly"]),
        ("unclear", ["contact_signing_unclear"]),
        ("no", ["contact_may_not_sign"]),
    ],
)
def test_who_may_not_sign_alone_is_a_risk(signatory, found):
    one = finding(signatory=signatory)
    assert risks(one) == found
    assert context(one)["registry"]["contact_signs"] == f"sign_{signatory}"


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_a_confirmation_of_which_nothing_is_told_is_a_risk_that_the_packet_says(locale):
    silent = finding(confirmation_due=None, signatory="unclear")
    assert risks(silent) == ["confirmation_not_told", "contact_signing_unclear"]
    assert risks(finding(confirmation_due=None)) == ["confirmation_not_told"]
    assert context(silent)["registry"]["confirmation_due"] is None
    said = str(word(locale, "confirmation_not_told"))
    assert said != "confirmation_not_told"
    assert said.isascii() == (locale == "en")


def test_without_an_answer_the_packet_says_that_nobody_looked():
    assert (risks(None), context(None), persons(None)) == (["registration_not_checked"], {}, {})


def test_a_packet_names_managers_by_their_ids_alone():
    one = finding()
    assert persons(one) == {"person_1": "مدير"}
    assert "person_1" not in str(context(one))

"""What is in force is read where it is kept, named so that a person finds it, and compared."""

import pytest
from tests.business.compliance.test_controls import Tenant

from dealix.business.compliance import in_force
from dealix.business.compliance.claims import LIVE, Document, claims_of
from dealix.business.compliance.conflicts import conflicts_of
from dealix.business.compliance.controls import Live
from dealix.business.compliance.judging import open_pairs
from dealix.business.compliance.processing import activities
from dealix.clock import real_now
from dealix.connectors.secrets import LocalSecrets, variable
from dealix.key_names import fresh_key
from dealix.lanes.working_time import WorkingSettings
from dealix.settings import Settings
from dealix.trust.model_use.settings import ModelSettings
from dealix.trust.policy.authority_defaults import rows_for
from dealix.trust.privacy.vault import KEK_RING


def installed(**settings):
    key_id, key = fresh_key()
    secrets = LocalSecrets(None, {variable(KEK_RING): f'{{"{key_id}": "{key}"}}'})
    return Live(Tenant(), Settings(**settings), secrets, activities(), real_now())


def claimed(**settings):
    return [
        *in_force.of_authority(rows_for("rawabi-sa")),
        *in_force.of_calendar(WorkingSettings()),
        *in_force.of_register(activities()),
        *in_force.of_consents(),
        *in_force.of_models(ModelSettings()),
        *in_force.of_installation(installed(**settings)),
    ]


def against(paper, **settings):
    return conflicts_of([*claims_of(Document("paper", paper)), *claimed(**settings)])


@pytest.mark.parametrize(
    ("paper", "place", "says"),
    [
        ("All messages need consent except reminders.", "consents", "needs a consent"),
        ("A director approves discounts up to 10%.", "authority", "up to 25"),
        ("At most 50 WhatsApp messages per day.", "calendar", "10"),
        ("Discount limit: 20,000 SAR", "authority", "100000"),
        ("Emails are sent without consent.", "consents", "consent on record"),
        ("Models may cost at most 90 SAR per day.", "models", "50"),
        ("No personal data is encrypted at rest.", "installation", "encrypted"),
        ("Retention of WhatsApp messages: 5 years", "processing", "24"),
        ("Sign-ins expire after 24 hours.", "installation", "12"),
        ("The discount limit is 20%.", "authority", "15"),
        ("Urgent approvals are given within 2 working days.", "calendar", "240"),
        ("Working hours: 08:00-16:00", "calendar", "09:00 to 17:00"),
        ("الحد اليومي للبريد: ٥٠ رسالة", "calendar", "20"),
        ("حد الخصم ٢٠٪", "authority", "15"),
        ("الخصومات التي لا تتجاوز ٢٠٪ يعتمدها مدير المبيعات", "authority", "up to 25"),
        ("ساعات العمل في رمضان من ٩ صباحًا إلى ٣ مساءً", "calendar", "10:00 to 16:00"),
        ("ساعات الهدوء من ١١ مساءً إلى ٧ صباحًا", "calendar", "21:00"),
        ("نحتفظ برسائل واتساب ٣٦ شهرًا", "processing", "24"),
    ],
)
def test_a_paper_that_says_otherwise_is_named_with_where_the_truth_is_kept(paper, place, says):
    [conflict] = against(paper)
    assert conflict.b.source == f"{LIVE}{place}"
    assert place in in_force.PLACES
    english, arabic = conflict.b.quote.split("\n")
    assert says in english
    assert arabic != english


@pytest.mark.parametrize(
    "paper",
    [
        "A director approves discounts up to 25%, a vice president up to 40%.",
        "At most 20 emails per day. Quiet hours are from 9 pm to 8 am.",
        "Discounts above 100,000 SAR are decided by the CFO.",
        "High-priority approvals are given within 1 working day.",
        "Payments are kept for 10 years, usage data for 24 months.",
        "Retention of backups: 90 days",
        "كل الرسائل تحتاج إلى إذن",
        "مدة الاحتفاظ برسائل واتساب سنتان",
    ],
)
def test_a_paper_that_says_what_is_in_force_is_none(paper):
    assert against(paper) == []


def test_what_is_in_force_is_laid_before_no_model():
    papers = [
        *claims_of(Document("one", "Retention of all personal data: 24 months")),
        *claims_of(Document("two", "Retention of leads: 12 months")),
    ]
    claims = [*papers, *claimed()]
    [(one, other)] = open_pairs(claims, conflicts_of(claims))
    assert {one.source, other.source} == {"one", "two"}


def test_a_changed_setting_changes_what_is_claimed():
    quiet = WorkingSettings.model_validate({"quiet": None, "daily": {"email": 50}})
    [conflict] = conflicts_of(
        [*claims_of(Document("paper", "Daily limit: 20 emails")), *in_force.of_calendar(quiet)]
    )
    assert "50" in conflict.b.quote
    assert all("quiet" not in claim.subject for claim in in_force.of_calendar(quiet))


def test_where_data_go_is_read_from_the_addresses_and_the_register():
    paper = "كل البيانات تبقى داخل المملكة"
    [conflict] = against(paper, hubspot_url="https://api.hubapi.example")
    assert (conflict.rule, conflict.severity) == ("promised_and_denied", "high")
    assert "hubspot_url" in conflict.b.quote
    assert against(paper, wathq_url="https://api.wathq.example") == []
    played = {"hubspot_url": "http://127.0.0.1:1", "sandbox_url": "http://127.0.0.1:1"}
    assert against(paper, **played) == []


def test_a_line_without_tls_contradicts_the_promise_of_one():
    paper = "All traffic is encrypted in transit."
    [conflict] = against(paper, hubspot_url="http://crm.example")
    assert "hubspot_url" in conflict.b.quote
    assert against(paper, public_url="https://a.example", secure_cookies=True) == []
    assert against(paper) == []

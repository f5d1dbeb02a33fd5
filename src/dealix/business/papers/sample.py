"""An invented partnership, with which a template is tried before it is put in force."""

from datetime import UTC, datetime

from dealix.business.papers.schemas import TermSheetFacts

SAMPLE = TermSheetFacts(
    reference="TS-SAMPLE",
    company="Sample Company",
    company_ar="شركة المثال",
    partner="Sample Partner",
    partner_ar="شريك المثال",
    registration_number="1010000000",
    partner_type="referral",
    exclusive=False,
    share_percent="10",
    expected_revenue="100,000.00",
    currency="SAR",
    contact_name="Sample Contact",
    issued_at=datetime(2025, 1, 1, tzinfo=UTC),
)

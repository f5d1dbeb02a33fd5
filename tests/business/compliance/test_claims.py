"""Amounts, days, hours and scopes are read as people write them, and compared as what they are."""

import re

import pytest
from tests.business.compliance.test_contradictions import found

from dealix.business.compliance import claim_amounts, claim_dates, claim_scopes, claim_words
from dealix.business.compliance.claims import Document, claims_of
from dealix.business.compliance.conflicts import conflicts_of
from dealix.business.papers.standard import CLAUSES
from dealix.language.normal import plain
from dealix.processes.example_documents import DOCUMENTS

REFUNDS_CFO = "Only the CFO may approve refunds."


@pytest.mark.parametrize(
    ("one", "other", "rule", "kind"),
    [
        ("Discount limit: 15,000 SAR", "Discount limit: 20,000 SAR", "different_amounts",
         "factual"),
        ("حد الخصم ١٥٬٠٠٠ ريال", "The discount limit is SAR 20,000", "different_amounts",
         "factual"),
        ("حد الخصم ١٥ ألف ريال سعودي", "حد الخصم 20 ألف ريال", "different_amounts", "factual"),
        ("# Launch\nDeadline: 2027-03-01", "# Launch\nDeadline: 1 April 2027", "different_days",
         "temporal"),
        ("# الإطلاق\nالموعد النهائي: 2027-03-01", "# الإطلاق\nالموعد النهائي: ١ أبريل ٢٠٢٧",
         "different_days", "temporal"),
        ("# الإطلاق\nالموعد النهائي: ١ رمضان ١٤٤٨هـ", "# الإطلاق\nالموعد النهائي: 1 April 2027",
         "different_days", "temporal"),
        ("The deadline for the audit report is March 1, 2027.",
         "The deadline for the audit report is 1 April 2027.", "different_days", "temporal"),
        ("الموعد النهائي للتقرير السنوي هو 1 مارس 2027",
         "الموعد النهائي للتقرير السنوي: 15/1/1448", "different_days", "temporal"),
        ("Quiet hours are from 9 pm to 8 am.", "ساعات الهدوء من ١٠ مساءً إلى ٨ صباحًا",
         "different_hours", "temporal"),
        ("Working hours: 09:00-17:00", "ساعات العمل من 8 صباحا حتى 5 مساء", "different_hours",
         "temporal"),
        ("At most 20 emails per day.", "الحد اليومي للبريد: 30 رسالة", "different_numbers",
         "factual"),
        ("Urgent approvals are decided within 4 working hours.",
         "تعتمد الطلبات العاجلة خلال يومين", "different_times", "temporal"),
        ("# Delivery\nMinimum order: 10,000 SAR", "# Delivery\nMinimum order: 12,000 SAR",
         "different_amounts", "factual"),
        ("# Delivery\n| Maximum delay | 5 days |", "# Delivery\nMaximum delay: 9 days",
         "different_times", "temporal"),
        ("Retention: 24 months for WhatsApp, 36 months for email", "Retention of email: 24 months",
         "different_times", "temporal"),
        ("All data, without exception, is encrypted at rest", "Backups are not encrypted at rest",
         "promised_and_denied", "policy"),
        ("All discounts need approval.", "All discounts except those of partners need approval.",
         "all_and_exception", "scope"),
        ("جميع الخصومات تحتاج إلى موافقة", "كل الخصومات تحتاج موافقة باستثناء خصومات الشركاء",
         "all_and_exception", "scope"),
        ("Every contract needs approval.", "جميع العقود تحتاج إلى موافقة ما عدا عقود الشركاء",
         "all_and_exception", "scope"),
        ("All customer data is encrypted at rest.",
         "All customer data except logs is encrypted at rest.", "all_and_exception", "scope"),
        ("Except for logs, all customer data is encrypted at rest.",
         "جميع بيانات العملاء مشفرة أثناء التخزين", "all_and_exception", "scope"),
        (REFUNDS_CFO, "Every manager may approve refunds.", "only_and_others", "scope"),
        ("لا يعتمد المبالغ المستردة إلا المدير المالي", "يعتمد كل المديرين المبالغ المستردة",
         "only_and_others", "scope"),
        ("المدير المالي فقط يعتمد المشتريات", "Only the CEO may approve purchases.",
         "only_and_others", "scope"),
    ],
)  # fmt: skip
def test_what_contradicts_is_found_in_both_languages(one, other, rule, kind):
    [conflict] = found(one, other)
    assert (conflict.rule, conflict.kind) == (rule, kind)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Discount limit: 15,000 SAR", "حد الخصم ١٥ ألف ريال"),
        ("Discount limit: 15,000 SAR", "Discount limit: SAR 15k"),
        ("Discount limit: 1.5 million SAR", "Discount limit: 1,500,000.00 riyals"),
        ("Discount limit: 15,000 SAR", "Discount limit: 15,000 USD"),
        ("Discount limit: 15,000 SAR", "Payment terms: 20,000 SAR"),
        ("A director approves discounts up to 25%.", "Discounts above 25% need the VP."),
        ("A director approves discounts of no more than 25%.",
         "A director approves discounts over 15%."),
        ("# Launch\nDeadline: 2027-03-01", "# Launch\nDeadline: 1st of March 2027"),
        ("# Launch\nDeadline: 2027-04-01", "# Launch\nDeadline: 01/04/2027"),
        ("# الإطلاق\nالموعد النهائي: ١ رمضان ١٤٤٨هـ", "# الإطلاق\nالموعد النهائي: 8 فبراير 2027"),
        ("# الإطلاق\nالموعد النهائي: ١ آذار ٢٠٢٧", "# الإطلاق\nالموعد النهائي: ١ مارس ٢٠٢٧م"),
        ("The deadline for the audit is March 1, 2027.",
         "The deadline for the pilot is 1 May 2027."),
        ("Quiet hours are from 9 pm to 8 am.", "ساعات الهدوء من ٢١:٠٠ إلى ٠٨:٠٠"),
        ("Working hours in Ramadan: 10:00-16:00", "ساعات العمل من 8 صباحا حتى 5 مساء"),
        ("Retention of contracts: 12 months", "مدة الاحتفاظ بالعقود: 365 يومًا"),
        ("Deleted within 1 month", "يحذف خلال 30 يوما"),
        ("Retention: between 24 and 36 months", "Retention: 24 months"),
        ("We answer 100 emails a day.", "We answer 200 emails a day."),
        (REFUNDS_CFO, "Every manager may approve purchases."),
        ("Only the CEO may approve discounts above 40%.",
         "Only the director may approve discounts up to 15%."),
        ("All data except backups is encrypted at rest.", "Backups are not encrypted at rest."),
        ("جميع البيانات مشفرة أثناء التخزين باستثناء النسخ الاحتياطية",
         "النسخ الاحتياطية غير مشفرة أثناء التخزين"),
        ("All discounts need approval.", "All contracts except those of partners need approval."),
        ("All discounts need approval.", "Every quarter all reports are read."),
        ("# Offer one\nMaximum delay: 5 days", "# Offer two\nMaximum delay: 9 days"),
    ],
)  # fmt: skip
def test_one_thing_in_two_forms_and_two_things_are_no_conflict(one, other):
    assert found(one, other) == []


def test_two_limits_of_one_class_are_a_matter_of_scope():
    table = "| Class | Criteria |\n|---|---|\n| Short | below {} minutes, no external I/O |"
    [conflict] = found(table.format(5), table.format(9))
    assert (conflict.rule, conflict.kind) == ("two_limits", "scope")


def test_what_a_paper_says_twice_is_found_once():
    [conflict] = found("Uptime is 99.9%\n" * 40, "Uptime is 99.5%\n" * 40)
    assert conflict.rule == "different_numbers"


def test_the_example_company_s_own_papers_contradict_nothing():
    papers = [Document(each.title, each.text) for each in DOCUMENTS]
    papers += [Document(key, f"{text.en}\n{text.ar}") for key, _, text in CLAUSES]
    assert conflicts_of([claim for paper in papers for claim in claims_of(paper)]) == []


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("01/09/1448 هـ", "2027-02-08"),
        ("1 Dhu al-Hijjah 1447", "2026-05-18"),
        ("1 جمادى الآخرة ١٤٤٨", "2026-11-11"),
        ("1 كانون الثاني 2027", "2027-01-01"),
        ("1 septembre 2027", None),
        ("1448-09-01", "2027-02-08"),
        ("1501-01-01", None),
        ("2027-3-9", "2027-03-09"),
        ("21.04.2027", "2027-04-21"),
        ("29 February 2027", None),
        ("Dec. 31, 2027", "2027-12-31"),
    ],
)
def test_a_day_is_one_whatever_calendar_it_is_written_in(said, day):
    days = claim_dates.days_in(plain(said, dashes=True))
    assert [one.day.isoformat() for one in days] == ([day] if day else [])


@pytest.mark.parametrize(
    ("said", "measure", "value"),
    [
        ("$ 1,250.50", "USD", 1250.5),
        ("12.500 KWD", "KWD", 12.5),
        ("15.000 SAR", "SAR", 15000.0),
        ("1٫5 مليون درهم", "AED", 1_500_000.0),
        ("3 دنانير", None, None),
        ("﷼ 400", "SAR", 400.0),
        ("٥ أيام عمل", "working", 5 * 8 * 3600.0),
        ("ساعتان", "seconds", 7200.0),
        ("٢٠٪", "percent", 20.0),
        ("100 ريال قطري", "QAR", 100.0),
        ("24h1", None, None),
    ],
)
def test_an_amount_has_its_measure_or_its_currency(said, measure, value):
    amounts = claim_amounts.amounts_in(plain(said, dashes=True))
    assert [(one.measure, one.value) for one in amounts] == ([(measure, value)] if measure else [])


def test_every_arabic_word_of_a_pattern_is_spelled_as_texts_are():
    tables = [vars(each) for each in (claim_amounts, claim_dates, claim_scopes, claim_words)]
    texts = [str(value) for table in tables for name, value in table.items() if name.isupper()]
    words = {word for text in texts for word in re.findall(r"[\u0621-\u064a]{2,}", text)}
    assert {word for word in words if plain(word) != word} == set()
    assert len(words) > 200

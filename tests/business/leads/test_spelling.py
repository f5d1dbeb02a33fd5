"""Names are one in either script where they can be, and two where a letter or a vowel says so."""

import pytest

from dealix.business.leads.matching import Described, judge
from dealix.business.leads.spelling import key_of, same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Noura Al-Qahtani", "نورة القحطاني"),
        ("Abdulrahman Al Shehri", "عبد الرحمن الشهري"),
        ("Mohammed bin Khalid", "محمد خالد"),
        ("Ash-Shammari, Reem", "ريم الشمري"),
        ("Huda Al-Ghamdi", "هدى الغامدي"),
        ("Ahmad", "AHMED"),
        ("Najd Logistics Services", "نجد للخدمات اللوجستية"),
        ("Rawabi Trading Co. Ltd", "شركة روابي للتجارة المحدودة"),
        ("Al Rajhi Bank", "مصرف الراجحي"),
        ("Salam Foods", "سلام للأغذية"),
        ("طُـوَيق", "طويق\u200f"),
    ],
)
def test_one_name_in_two_spellings(one, other):
    assert key_of(one) == key_of(other)
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Salam", "سليم"),
        ("Saleem", "سلام"),
        ("Hasan", "حسين"),
        ("Mohammed", "محمود"),
        ("Najd Trading", "نجد للخدمات اللوجستية"),
        ("Najd 2", "نجد 3"),
        ("Trading Company", "شركة التجارة"),
        ("", ""),
        ("🙂", "🙂"),
        ("x" * 100_000, "س" * 100_000),
    ],
)
def test_two_names_stay_two(one, other):
    assert not same(one, other)


def lead(own_id="b", *, company="c1", names=("Najd Logistics",), registration=None, domains=(),
         country="SA", **person):  # fmt: skip
    numbers = frozenset([registration] if registration else [])
    return Described(own_id, company, country, names, numbers, frozenset(domains), person)


SARA = {"name": "Sara Al-Otaibi", "email": "sara@najd.example", "phone": "+966512345678"}


@pytest.mark.parametrize(
    ("new", "known", "found"),
    [
        (lead(**SARA), lead("a", company="c2", names=("Tuwaiq",), **SARA),
         ("person", ("email", "phone"))),
        (lead(name="سارة العتيبي"), lead("a", name="Sara Al-Otaibi"),
         ("person", ("name_at_company", "company_name"))),
        (lead(name="Majed"), lead("a", company="c2", names=("نجد للوجستيات",), name="Sara"),
         ("company", ("company_name",))),
        (lead(name="Majed", registration="1010"),
         lead("a", company="c2", names=("Other",), registration="1010", name="Sara"),
         ("company", ("registration",))),
        (lead(name="Majed", registration="1010"),
         lead("a", company="c2", registration="2020", name="Sara"), None),
        (lead(name="Majed"), lead("a", company="c2", country="AE", name="Sara"), None),
        (lead(company="c2", names=("B",), name="Majed", email="info@x.example"),
         lead("a", name="Sara", email="info@x.example"), None),
        (lead(company="c2", names=("B",), name="Majed", phone="+966112345678"),
         lead("a", name="Sara", phone="+966112345678"), None),
        (lead(company="c2", names=("B",), domains=["x.example"], name="Majed"),
         lead("a", domains=["x.example"], name="Sara"), ("company", ("domain",))),
    ],
)  # fmt: skip
def test_what_makes_two_leads_one(new, known, found):
    match = judge(new, known)
    assert (match and (match.what, match.why)) == found

"""Valid inputs of a partner approval, as many distinct ones as are asked for."""

from typing import Any

NAMES = (
    ("Najd Logistics", "نجد للخدمات اللوجستية"),
    ("Red Sea Retail", "تجزئة البحر الأحمر"),
    ("Hijaz Cloud", "حجاز للحوسبة السحابية"),
    ("Asir Foods", "أغذية عسير"),
    ("Tabuk Industrial", "تبوك الصناعية"),
)
CONTACTS = ("نورة القحطاني", "فهد العتيبي", "Layla Haddad", "عبدالرحمن الشهري", "Omar Nasser")
BANDS = ("medium_green", "high_green", "platinum", "low_green")
TYPES = ("distribution", "referral", "technology", "strategic", "government")
FIRST_NUMBER = 1_010_000_000
"""The registration number of the first example."""


def partner_example(number: int) -> dict[str, Any]:
    """The nth input that runs, counted from 0; each is another company."""
    english, arabic = NAMES[number % len(NAMES)]
    suffix = f" {number // len(NAMES) + 1}" if number >= len(NAMES) else ""
    return {
        "name": english + suffix,
        "name_ar": arabic + suffix,
        "partner_type": TYPES[number % len(TYPES)],
        "country": "SA",
        "registration_number": str(FIRST_NUMBER + number),
        "contact": {
            "name": CONTACTS[number % len(CONTACTS)],
            "email": f"contact{number}@partner.example",
            "phone": f"+96650{1_000_000 + number}",
            "locale": "ar" if number % 2 == 0 else "en",
        },
        "economics": {
            "expected_revenue": str(400_000 + 50_000 * (number % 40)),
            "setup_cost": "25000",
            "revenue_share_percent": "15",
            "currency": "SAR",
        },
        "saudization": BANDS[number % len(BANDS)],
        "data_sharing_consent": "signed_contract",
    }

"""Valid proposals, as many distinct ones as are asked for; the example company's book has them."""

from typing import Any

_COMPANIES = (
    ("Najd Logistics", "نجد للخدمات اللوجستية"),
    ("Tuwaiq Systems", "أنظمة طويق"),
    ("Marjan Retail", "مرجان للتجزئة"),
)


def proposal_example(number: int) -> dict[str, Any]:
    """The nth proposal, counted from 0: a deal of its own, at a price within the limits."""
    name, name_ar = _COMPANIES[number % len(_COMPANIES)]
    return {
        "deal": {
            "key": f"proposal-example-{number}",
            "title": "Sales platform, first year",
            "title_ar": "منصة المبيعات، السنة الأولى",
            "company_name": f"{name} {800 + number}",
            "company_name_ar": f"{name_ar} {800 + number}",
            "country": "SA",
        },
        "lines": [
            {"sku": "PLATFORM-SEAT", "quantity": 30 + number % 50, "discount_percent": "10"},
            {"sku": "ONBOARDING-DAY", "quantity": 3},
        ],
    }

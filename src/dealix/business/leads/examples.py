"""Valid leads, as many distinct ones as are asked for."""

from typing import Any

_COMPANIES = (
    ("Najd Logistics", "نجد للخدمات اللوجستية", "logistics", 420),
    ("Tuwaiq Systems", "أنظمة طويق", "technology", 85),
    ("Marjan Retail", "مرجان للتجزئة", "retail", 1300),
)
_PEOPLE = ("سارة العتيبي", "Majed Al-Harbi", "هند الزهراني")


def lead_example(number: int) -> dict[str, Any]:
    """The nth lead, counted from 0; three companies have many."""
    name, name_ar, industry, employees = _COMPANIES[number % len(_COMPANIES)]
    return {
        "key": f"example-{number}",
        "company": {
            "name": name,
            "name_ar": name_ar,
            "country": "SA",
            "industry": industry,
            "employees": employees,
        },
        "contact": {
            "name": _PEOPLE[number % len(_PEOPLE)],
            "email": f"lead{number}@example.com",
            "phone": f"+9665{10_000_000 + number:08d}",
            "locale": "ar",
        },
        "source": "web_form",
        "data_from": "person",
        "consents": [{"channel": "email", "purpose": "marketing"}],
        "budget": ("unknown", "indicated", "confirmed")[number % 3],
        "timing": ("quarter", "now", "year")[number % 3],
    }


def qualification_example(number: int) -> dict[str, Any]:
    """The nth lead to qualify: each is of another company, with a registration of its own."""
    lead = lead_example(number)
    company, contact = lead["company"], lead["contact"]
    return {
        **lead,
        "key": f"qualify-{number}",
        "company": {
            **company,
            "name": f"{company['name']} {700 + number}",
            "name_ar": f"{company['name_ar']} {700 + number}",
            "registration_number": str(1_010_500_000 + number),
        },
        "contact": {
            **contact,
            "email": f"buyer@company{number}.example",
            "phone": f"+9665{50_000_000 + number:08d}",
        },
    }

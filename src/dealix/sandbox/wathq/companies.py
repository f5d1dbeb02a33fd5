"""Companies of the registry: a few with a story of their own, the rest made up from their number.

Sources: third-party clients of the un-versioned API (there is no public specification):
`status{id,name,confirmationDate}`, `entityType{id,name,formId,formName}`, `parties[]`,
`management{structureName,managers[]}`, `activities[]`. `wayOfWork` is named by the contract API.
"""

from datetime import date, datetime, timedelta
from typing import Any

Json = dict[str, Any]
ACTIVE, SUSPENDED, DELETED = (1, "نشط"), (2, "معلق"), (3, "مشطوب")
ALONE, JOINTLY = "منفردين", "مجتمعين"
FORMS = ((1, "شركة ذات مسؤولية محدودة"), (2, "شركة مساهمة مبسطة"), (3, "مؤسسة فردية"))
NAMES = ("نجد للخدمات", "تجزئة البحر الأحمر", "حجاز للحوسبة", "أغذية عسير", "تبوك الصناعية")
MANAGERS = ("نورة القحطاني", "فهد العتيبي", "Layla Haddad", "عبدالرحمن الشهري", "Omar Nasser")
ACTIVITIES = (("620110", "تصميم وبرمجة البرمجيات الخاصة"), ("463010", "البيع بالجملة"))
CONFIRMED_FOR = timedelta(days=200)

# Numbers with a story: what differs from an ordinary company, or None for one that is unknown.
STORIES: dict[str, Json | None] = {
    "1010999001": {"status": SUSPENDED},
    "1010999002": {"overdue": True},
    "1010999003": None,
    "1010999004": {"managers": MANAGERS[:2], "way": JOINTLY},
    "1010999005": {"status": DELETED},
    "1010999006": {"managers": MANAGERS[:2], "way": ALONE},
    "1010999007": {"managers": MANAGERS[:2], "way": None},
}


def national_number(cr: str) -> str:
    """The unified number (7…) of a registration number."""
    return cr if cr.startswith("7") else f"7{int(cr) % 1_000_000_000:09d}"


def of_number(number: str) -> str:
    """The registration number of a unified one, where nobody has asked for it before."""
    return f"1{number[1:]}" if number.startswith("7") else number


def company(cr: str, at: str, told: Json | None) -> Json | None:
    """All that the registry says of a company at a time, or None when it knows none.

    `told` is what the control plane has set for this number.
    """
    story = told if told is not None else STORIES.get(cr, {})
    if story is None or story.get("unknown"):
        return None
    index = int(cr)
    today = datetime.fromisoformat(at).date()
    managers = tuple(story.get("managers") or (MANAGERS[index % len(MANAGERS)],))
    status = tuple(story.get("status") or ACTIVE)
    form = FORMS[index % 2]
    due = today - timedelta(days=40) if story.get("overdue") else today + CONFIRMED_FOR
    return {
        "crNationalNumber": national_number(cr),
        "crNumber": cr,
        "versionNo": 3,
        "name": story.get("name") or f"شركة {NAMES[index % len(NAMES)]}",
        "isMain": True,
        "issueDateGregorian": "2019-04-20",
        "issueDateHijri": "1440/08/15",
        "headquarterCityName": "الرياض",
        "entityType": {"id": 2, "name": "شركة", "formId": form[0], "formName": form[1]},
        "status": _status(status, due, today),
        "crCapital": 500_000,
        "parties": [_party(name, index + place) for place, name in enumerate(managers)],
        "management": _management(managers, index, story.get("way")),
        "activities": [{"id": code, "name": name} for code, name in ACTIVITIES],
    }


def _status(status: tuple[Any, ...], due: date, today: date) -> Json:
    empty = {"gregorian": None, "hijri": None}
    stopped = {"gregorian": (today - timedelta(days=90)).isoformat(), "hijri": None}
    return {
        "id": status[0],
        "name": status[1],
        "confirmationDate": {"gregorian": due.isoformat(), "hijri": None},
        "suspensionDate": stopped if tuple(status) == SUSPENDED else empty,
        "deletionDate": stopped if tuple(status) == DELETED else empty,
    }


def _party(name: str, index: int) -> Json:
    return {
        "name": name,
        "typeId": 1,
        "typeName": "سعودي الجنسية",
        "identity": {"id": f"1{index % 1_000_000_000:09d}", "typeId": 1, "typeName": "هوية وطنية"},
        "partnership": [{"id": 1, "name": "شريك"}],
    }


def _management(managers: tuple[str, ...], index: int, way: str | None) -> Json:
    several = len(managers) > 1
    return {
        "structureId": 2 if several else 1,
        "structureName": "مديرين" if several else "مدير",
        "wayOfWork": way,
        "managers": [
            _party(name, index + place) | {"positions": [{"id": 1, "name": "مدير"}]}
            for place, name in enumerate(managers)
        ],
    }


def old(full: Json) -> Json:
    """The same company in the shape of `/v5`; that of `/v4` lacks the parties."""
    states = {1: ("active", "Active"), 2: ("suspended", "Suspended"), 3: ("deleted", "Deleted")}
    code, english = states[full["status"]["id"]]
    people = [
        {"name": each["name"], "relation": {"id": "manager", "name": "مدير"}}
        for each in full["management"]["managers"]
    ]
    return {
        "crName": full["name"],
        "crNumber": full["crNumber"],
        "crEntityNumber": full["crNationalNumber"],
        "issueDate": full["issueDateHijri"],
        "businessType": {"id": "102", "name": full["entityType"]["formName"]},
        "status": {"id": code, "name": full["status"]["name"], "nameEn": english},
        "parties": people,
        "activities": {"description": "", "isic": full["activities"]},
    }

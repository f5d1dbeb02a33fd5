"""The people of the example company, invented: two companies of one group, in two countries."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Company:
    """A tenant of the example."""

    tenant_id: str
    name: str
    name_ar: str
    country: str
    time_zone: str


@dataclass(frozen=True)
class Employee:
    """One person; `handle` is the part before the @, `manager` another one's handle."""

    handle: str
    name: str
    name_ar: str
    roles: tuple[str, ...]
    manager: str | None = None
    locale: str = "ar"


RAWABI_SA = Company("rawabi-sa", "Rawabi Trading", "روابي للتجارة", "SA", "Asia/Riyadh")
RAWABI_AE = Company("rawabi-ae", "Rawabi Emirates", "روابي الإمارات", "AE", "Asia/Dubai")

SAUDI = (
    Employee("noura", "Noura Al-Qahtani", "نورة القحطاني", ("partner_manager",), "fahad"),
    Employee("lina", "Lina Al-Harbi", "لينا الحربي", ("sales_rep",), "noura"),
    Employee("turki", "Turki Al-Shehri", "تركي الشهري", ("partner_manager",), "fahad", "en"),
    Employee("fahad", "Fahad Al-Otaibi", "فهد العتيبي", ("director",), "huda"),
    Employee("huda", "Huda Al-Ghamdi", "هدى الغامدي", ("vp",), "reem"),
    Employee(
        "omar", "Omar Al-Zahrani", "عمر الزهراني", ("vp_corpdev", "ic_member"), "sultan", "en"
    ),
    Employee("reem", "Reem Al-Shammari", "ريم الشمري", ("svp", "pmi_director"), "sultan"),
    Employee("khalid", "Khalid Al-Dosari", "خالد الدوسري", ("cfo", "ic_member"), "sultan"),
    Employee(
        "yousef", "Yousef Al-Mutairi", "يوسف المطيري", ("cto", "workstream_lead"), "sultan", "en"
    ),
    Employee("maha", "Maha Al-Subaie", "مها السبيعي", ("legal_counsel",), "sultan"),
    Employee("abeer", "Abeer Al-Harthi", "عبير الحارثي", ("compliance_officer",), "sultan"),
    Employee("sultan", "Sultan Al-Rashid", "سلطان الراشد", ("ceo",)),
    Employee("saleh", "Saleh Al-Anazi", "صالح العنزي", ("board_member",)),
    Employee("amal", "Amal Al-Juhani", "أمل الجهني", ("operator",), "yousef", "en"),
    Employee("bandar", "Bandar Al-Balawi", "بندر البلوي", ("tenant_admin",), "yousef"),
    Employee("dana", "Dana Al-Faraj", "دانة الفرج", ("auditor",), "saleh"),
)

EMIRATI = (
    Employee(
        "mariam", "Mariam Al-Mansoori", "مريم المنصوري", ("partner_manager", "sales_rep"), "saeed"
    ),
    Employee("saeed", "Saeed Al-Ketbi", "سعيد الكتبي", ("director", "vp", "operator"), "hessa"),
    Employee("hessa", "Hessa Al-Falasi", "حصة الفلاسي", ("ceo",), None, "en"),
    Employee("rashid", "Rashid Al-Shamsi", "راشد الشامسي", ("cfo", "tenant_admin"), "hessa"),
    Employee(
        "aisha",
        "Aisha Al-Nuaimi",
        "عائشة النعيمي",
        ("legal_counsel", "compliance_officer"),
        "hessa",
    ),
    Employee("hamad", "Hamad Al-Suwaidi", "حمد السويدي", ("auditor",), "hessa", "en"),
)

COMPANIES = ((RAWABI_SA, SAUDI), (RAWABI_AE, EMIRATI))

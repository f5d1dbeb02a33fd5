"""Words by which claims are found, in both languages, as `language.normal.plain` spells them."""

import re

TOPICS: dict[str, str] = {
    "retention": r"retention|retain(?:ed|s)?|kept for|keep (?:it|them|messages|data) for"
    r"|نحتفظ|يحتفظ|تحفظ|مده الاحتفاظ|الاحتفاظ",
    "discount_limit": r"discount limit|discounts? (?:of )?(?:at most|up to|above)"
    r"|حد الخصم|الخصم (?:لا يتجاوز|حتي|الاقصي)",
    "uptime": r"uptime|availability|نسبه التوفر|جاهزيه",
    "backup": r"back(?: |-)?ups?|النسخ الاحتياطي",
    "response_time": r"respon(?:se|d)s? (?:time|within)|زمن الاستجابه|نرد خلال",
    "daily_limit": r"daily limit|(?:per|a) day|في اليوم|الحد اليومي",
    "deletion": r"deleted? (?:within|after)|erased? (?:within|after)|نحذف خلال|تحذف بعد|يحذف خلال",
    "payment_terms": r"payment (?:terms|due)|due within|مده السداد|تسدد خلال",
}
"""What a quantity is about."""

QUALIFIERS: dict[str, str] = {
    "whatsapp": r"whatsapp|واتساب|واتس",
    "email": r"e ?-?mails?|البريد|بريد",
    "sms": r"\bsms\b|الرسائل النصيه",
    "payments": r"payments?|المدفوعات",
    "logs": r"\blogs?\b|السجلات",
    "contracts": r"contracts?|العقود",
    "leads": r"\bleads?\b|العملاء المحتملين",
}
"""Of which one: two quantities are about one thing when these agree too."""

PROMISES: dict[str, str] = {
    "encrypted_at_rest": r"encrypt(?:ed|ion|s)?(?: \w+){0,2} at rest"
    r"|مشفره? (?:\w+ ){0,2}(?:اثناء|عند) (?:التخزين|الحفظ)|تشفير (?:\w+ )?(?:المخزنه|عند التخزين)",
    "encrypted_in_transit": r"encrypt(?:ed|ion|s)?(?: \w+){0,2} in transit"
    r"|مشفره? (?:\w+ ){0,2}(?:اثناء|عند) النقل",
    "stays_in_kingdom": r"(?:stays?|stored|remains?|hosted|kept)(?: \w+){0,2} in(?:side)?"
    r" (?:the )?(?:kingdom|saudi arabia)|داخل المملكه",
    "shared_with_third_parties": r"(?:share[sd]?|sell|sold)(?: \w+){0,3} (?:with|to) third parties"
    r"|(?:نشارك|تشارك|نبيع)(?: \w+){0,3} (?:مع|الي) (?:اطراف ثالثه|طرف ثالث|جهات خارجيه)",
    "sent_without_consent": r"without (?:prior )?consent|دون موافقه|بدون موافقه",
    "multi_factor": r"multi ?-?factor|two ?-?factor|\bmfa\b|المصادقه (?:الثنائيه|متعدده العوامل)",
    "human_approval": r"(?:human|manual) approval|approved by a person|موافقه بشريه",
}
"""What is promised, or denied; found with a negation in front it is a denial."""

NEGATION = re.compile(
    r"\b(?:no|not|never|without|cannot|isn't|aren't|don't|doesn't|non)\b"
    r"|(?:^|\s)(?:لا|ليست?|لم|لن|غير|بدون|دون|عدم)(?=\s|$)"
)
FIELDS: dict[str, str] = {
    "owner": r"owner|responsible|accountable|المالك|المسوول|الجهه المسووله",
    "status": r"status|state|الحاله",
    "deadline": r"deadline|due(?: date)?|effective(?: date)?|expires?|الموعد(?: النهائي)?"
    r"|تاريخ (?:الاستحقاق|السريان|الانتهاء)",
    "version": r"version|الاصدار",
}
"""Fields that stand as `name: value`."""

UNITS: dict[str, tuple[str, float]] = {
    r"s|secs?|seconds?|ثانيه|ثواني": ("seconds", 1),
    r"mins?|minutes?|دقيقه|دقايق|دقائق": ("seconds", 60),
    r"hours?|ساعه|ساعات": ("seconds", 3600),
    r"days?|يوما?|ايام": ("seconds", 86400),
    r"weeks?|اسبوعا?|اسابيع": ("seconds", 7 * 86400),
    r"months?|شهرا?|اشهر|شهور": ("seconds", 365 * 86400 / 12),
    r"years?|سنه|سنوات|عاما?|اعوام": ("seconds", 365 * 86400),
    r"%|percent|بالمايه|في المايه|٪": ("percent", 1),
}
"""A unit, the measure that it is one of, and how much of that it is."""
UNIT_WORDS = "|".join(UNITS)
QUANTITY = re.compile(
    rf"(?<![\d.,])(\d{{1,7}}(?:\.\d+)?)\s*-?\s*({UNIT_WORDS})(?![a-z\u0621-\u064a])"
)
DAY = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)")
COUNT = re.compile(r"(?<![\d.,%<>–-])(\d{1,4})\s+((?:[a-z][a-z-]+\s?){1,2})")
OUTSIDE = re.compile(
    r"\b(?:apis?|llm|provider|whatsapp|sms|e-?mail|calendar|cal\.com|research)\b"
    r"|واجهات برمجيه|مزود|واتساب"
)
INSIDE = re.compile(r"\b(?:internal|none|no)\b|داخلي|لا يوجد")

"""Words by which claims are found, in both languages, as `language.normal.plain` spells them."""

import re

TOPICS: dict[str, str] = {
    "retention": r"retention|retain(?:ed|s)?|kept (?:\w+ ){0,3}for|keeps? (?:\w+ ){1,4}for"
    r"|نحتفظ|يحتفظ|تحفظ|مده الاحتفاظ|الاحتفاظ",
    "discount_limit": r"discount limit|limit (?:of|on|for) discounts?|max(?:imum)? discount"
    r"|discounts? (?:of )?(?:at most|up to|above|over|more than)"
    r"|حد الخصم|الحد (?:الاعلي|الاقصي) للخصم|الخصم (?:لا يتجاوز|حتي|الاقصي)"
    r"|(?:ال)?(?:خصم|خصومات) (?:التي )?(?:لا )?(?:حتي|فوق|يزيد علي|تزيد علي|يتجاوز|تتجاوز)",
    "uptime": r"uptime|availability|نسبه التوفر|جاهزيه",
    "backup": r"back(?: |-)?ups?|النسخ الاحتياطي",
    "response_time": r"respon(?:se|d)s? (?:time|within)|زمن الاستجابه|نرد خلال",
    "approval_time": r"approv\w+(?: \S+){0,5} (?:within|in) \d|approval (?:time|sla)"
    r"|sla (?:of|for) (?:\S+ )?approvals?"
    r"|(?:الاعتماد|الموافقه|تعتمد|اعتماد|موافقه)(?: \S+){0,4} خلال|مهله (?:الاعتماد|الموافقه)"
    r"|زمن (?:الاعتماد|الموافقه)",
    "daily_limit": r"daily limit|الحد اليومي"
    r"|\A(?=.*(?:at most|no more than|up to|limited to|maximum))(?=.*(?:per|a) day\b)"
    r"|\A(?=.*(?:بحد اقصي|لا يزيد|لا تزيد|لا يتجاوز|لا نرسل اكثر))(?=.*(?:في اليوم|يوميا))",
    "session": r"(?:sessions?|sign-?ins?) (?:ends?|expires?|lasts?|times? out)|session length"
    r"|(?:تنتهي|مده|مهله) (?:ال)?جلسه",
    "deletion": r"deleted? (?:within|after)|erased? (?:within|after)|نحذف خلال|تحذف بعد|يحذف خلال",
    "payment_terms": r"payment (?:terms|due)|due within|مده السداد|تسدد خلال",
    "vat": r"\bvat\b|value[- ]added tax|ضريبه القيمه المضافه",
}
"""What a quantity is about."""

HOURS: dict[str, str] = {
    "quiet_hours": r"quiet hours?|ساعات (?:الهدوء|السكون|الصمت)"
    r"|(?:no|never)\b.*messages?\b.*between|لا (?:نراسل|ترسل|نرسل) .*بين",
    "working_hours": r"(?:working|office|business|opening) hours"
    r"|(?:ساعات|اوقات) (?:ال)?(?:عمل|دوام)|الدوام",
}
"""What a span of a day is about."""

QUALIFIERS: dict[str, str] = {
    "whatsapp": r"whatsapp|واتساب|واتس",
    "email": r"e ?-?mails?|البريد|بريد",
    "sms": r"\bsms\b|الرسايل النصيه",
    "payments": r"payments?|المدفوعات",
    "logs": r"\blogs?\b|السجلات",
    "contracts": r"contracts?|العقود",
    "leads": r"\bleads?\b|العملاء المحتملين",
    "affiliates": r"affiliates?|المسوقين|المسوقون",
    "analytics": r"analytics|usage data|التحليلات|بيانات الاستخدام",
    "backups": r"back(?: |-)?ups?|copies|النسخ الاحتياطيه",
    "employees": r"employees?|\bstaff\b|الموظفين|موظف",
    "invoices": r"invoices?|الفواتير|فواتير",
    "recordings": r"recordings?|التسجيلات",
    "resumes": r"\bcvs?\b|résumés?|السير الذاتيه",
    "models": r"\bmodels?\b|النماذج|النموذج",
    "ramadan": r"ramadan|رمضان",
}
"""Of which one: two quantities are about one thing when these agree too."""

PRIORITIES: dict[str, str] = {
    "critical": r"critical|urgent|حرجه?\b|الحرجه|عاجله?\b|العاجله",
    "high": r"\bhigh\b|عاليه?\b|العاليه|مرتفعه",
    "normal": r"\bnormal\b|\bstandard\b|عاديه?\b|العاديه",
    "low": r"\blow\b|منخفضه?\b|المنخفضه",
}
"""Of which priority: approvals have a time for each."""

PERSONS: dict[str, str] = {
    "cfo": r"\bcfo\b|chief financial officer|finance director|المدير المالي",
    "ceo": r"\bceo\b|chief executive(?: officer)?|الرييس التنفيذي|المدير التنفيذي",
    "cto": r"\bcto\b|chief technology officer|مدير التقنيه|المدير التقني",
    "svp": r"\bsvp\b|senior vice presidents?|نايب الرييس الاول|كبير نواب الرييس",
    "vp": r"\bvps?\b|vice presidents?|نايب الرييس|نواب الرييس",
    "board": r"\bboard\b|مجلس الاداره",
    "counsel": r"(?:legal )?counsel\b|المستشار القانوني",
    "director": r"\b(?:sales )?directors?\b|مدير المبيعات|المدير التجاري",
    "admins": r"\badmin(?:istrator)?s?\b|مسوولو? النظام|مسوول النظام",
    "sellers": r"sales (?:reps?|representatives?|staff)|\bsellers?\b|مندوب\w* المبيعات|البايع\w*",
    "managers": r"\bmanagers?\b|المديرين|المديرون|المدراء|المدير\b|مدير\b",
    "employees": r"\bemployees?\b|\bstaff\b|\beverybody\b|\beveryone\b|\banyone\b"
    r"|الموظفين|الموظفون|موظف",
    "users": r"\busers?\b|المستخدمين|المستخدمون|مستخدم",
}
"""Who may or decides; the more particular ones first."""

ABOVE = re.compile(
    r"\b(?:above|over|beyond|(?<!no )more than|(?<!not )exceed\w*)\b"
    r"|فوق|اكثر من|(?<!لا )(?:يزيد علي|تزيد علي|يتجاوز|تتجاوز)"
)
UP_TO = re.compile(
    r"\b(?:up to|at most|no more than|not exceed\w*|below|under)\b"
    r"|حتي|لا (?:يتجاوز|تتجاوز|يزيد علي|تزيد علي)"
)
"""Whether an amount is where somebody's say begins, or where it ends."""

MEASURED = re.compile(
    r"\b(?:limit|max(?:imum)?|min(?:imum)?|cap|ceiling|threshold|budget|fee|rate|period|term"
    r"|deadline|date)\b"
    r"|(?:^|\s)(?:ال)?(?:حد|سقف|مده|مهله|فتره|نسبه|رسوم|ميزانيه|موعد|تاريخ)(?:\s|$)"
)
"""A label that names a measure: under the same headings it says the same everywhere."""

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
    "multi_factor": r"multi ?-?factor|two ?-?factor|\bmfa\b|المصادقه (?:الثناييه|متعدده العوامل)",
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
    "deadline": r"deadline|due(?: date)?|effective(?: date)?|expires?|الموعد(?: النهايي)?"
    r"|تاريخ (?:الاستحقاق|السريان|الانتهاء)",
    "version": r"version|الاصدار",
}
"""Fields that stand as `name: value`."""

DEADLINE_OF = re.compile(
    r"(?P<what>deadline|due date|launch(?: date)?|go-?live(?: date)?|effective date|start date"
    r"|end date|expiry date) (?:for|of) (?:the )?(?P<of>\S.{2,60}?)(?:\s(?:is|will be))?"
    r"\s*:?\s*(?:on|by)?\s*$"
    r"|(?P<ar>الموعد النهايي|موعد الاطلاق|تاريخ (?:الاستحقاق|السريان|البدء|الانتهاء)) "
    r"ل(?P<for>\S.{2,60}?)\s*(?:هو|:)?\s*(?:يوم|في)?\s*$"
)
"""What stands before a day in a sentence that says of what it is the deadline."""

COUNT = re.compile(r"(?<![\d.,%<>–-])(\d{1,4})\s+((?:[a-z][a-z-]+\s?){1,2})")
OUTSIDE = re.compile(
    r"\b(?:apis?|llm|provider|whatsapp|sms|e-?mail|calendar|cal\.com|research)\b"
    r"|واجهات برمجيه|مزود|واتساب"
)
INSIDE = re.compile(r"\b(?:internal|none|no)\b|داخلي|لا يوجد")

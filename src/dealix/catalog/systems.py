"""The systems that steps call: who runs each, and how it is reached."""

from dealix.catalog.words import Owner, System, SystemKind


def _ours(key: str, name: str, name_ar: str, kind: SystemKind) -> System:
    return System(key=key, name=name, name_ar=name_ar, kind=kind, owner=Owner.OURS)


def _in_process(key: str, name: str, name_ar: str, outside_when: str) -> System:
    return System(
        key=key,
        name=name,
        name_ar=name_ar,
        kind=SystemKind.MODEL,
        owner=Owner.OURS,
        over_network=False,
        outside_when=outside_when,
    )


def _theirs(key: str, name: str, name_ar: str, kind: SystemKind) -> System:
    return System(key=key, name=name, name_ar=name_ar, kind=kind, owner=Owner.SOMEONE_ELSE)


ALL: tuple[System, ...] = (
    _ours("postgres", "PostgreSQL", "قاعدة البيانات", SystemKind.DATABASE),
    _ours("valkey", "Valkey", "وسيط المهام", SystemKind.BROKER),
    _ours("temporal", "Temporal", "محرك سير العمل", SystemKind.ENGINE),
    _in_process("embeddings", "Embedding model", "نموذج التضمين", "embeddings_url"),
    _in_process("step_model", "Step executor", "منفّذ الخطوات", "model_url"),
    System(
        key="openclaw",
        name="OpenClaw gateway",
        name_ar="بوابة OpenClaw",
        kind=SystemKind.MODEL,
        owner=Owner.OURS,
        outside_when="openclaw_url",
    ),
    _theirs("llm", "Model provider", "مزوّد النماذج", SystemKind.MODEL_PROVIDER),
    _theirs("email", "Email", "البريد الإلكتروني", SystemKind.MESSAGING),
    _theirs("whatsapp", "WhatsApp", "واتساب", SystemKind.MESSAGING),
    _theirs("sms", "SMS", "الرسائل القصيرة", SystemKind.MESSAGING),
    _theirs("crm", "CRM", "إدارة علاقات العملاء", SystemKind.CRM),
    _theirs("esign", "Electronic signature", "التوقيع الإلكتروني", SystemKind.ESIGN),
    _theirs("cal", "Cal.com", "التقويم Cal.com", SystemKind.CALENDAR),
    _theirs("wathq", "Wathq (Saudi registry)", "واثق (السجل السعودي)", SystemKind.REGISTRY),
    _theirs("gleif", "GLEIF", "سجل معرّفات الكيانات", SystemKind.REGISTRY),
    _theirs("opencorporates", "OpenCorporates", "دليل سجلات الشركات", SystemKind.REGISTRY),
    _theirs(
        "uae_registry", "UAE economic register", "السجل الاقتصادي الإماراتي", SystemKind.REGISTRY
    ),
    _theirs("s3", "Document storage", "تخزين المستندات", SystemKind.STORAGE),
    _theirs("financials", "Financial data", "البيانات المالية", SystemKind.FINANCIAL),
    _theirs("legal_tools", "Legal review tools", "أدوات المراجعة القانونية", SystemKind.LEGAL),
    _theirs("counsel", "Legal counsel", "المستشار القانوني", SystemKind.LEGAL),
    _theirs("advisors", "Financial advisors", "المستشارون الماليون", SystemKind.ADVISOR),
    _theirs("regulator", "Regulators", "الجهات التنظيمية", SystemKind.AUTHORITY),
    _theirs("local_partners", "Local partners", "الشركاء المحليون", SystemKind.PARTNER),
    _theirs("infrastructure", "Infrastructure", "البنية التحتية", SystemKind.INFRASTRUCTURE),
    _theirs("hr", "HR systems", "أنظمة الموارد البشرية", SystemKind.BUSINESS_SYSTEM),
    _theirs("finance", "Finance systems", "الأنظمة المالية", SystemKind.BUSINESS_SYSTEM),
    _theirs("it", "IT work orders", "طلبات تقنية المعلومات", SystemKind.BUSINESS_SYSTEM),
)

SYSTEMS: dict[str, System] = {system.key: system for system in ALL}

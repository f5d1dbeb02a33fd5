"""The five rows that run as pipelines: declared medium, and medium here too."""

from datetime import date

from dealix.catalog.model import Facts, Row, Ruling, Step, act, seed
from dealix.catalog.words import Duration, Engine, Lane, Method, Undo

NONE = Undo.NONE


def _facts(
    engine: Engine, duration: str, steps: tuple[Step, ...], systems: tuple[str, ...] = ()
) -> Facts:
    return Facts(
        lane=Lane.MEDIUM,
        engine=engine,
        duration=Duration.parse(duration),
        steps=steps,
        systems=systems,
    )


LEAD_QUALIFICATION = Row(
    key="lead_qualification",
    name="Lead qualification pipeline",
    name_ar="مسار تأهيل العملاء المحتملين",
    capability="leads",
    external_io="Company research APIs",
    built=True,
    note=(
        "Asks the Saudi registry by number, and GLEIF and OpenCorporates by name; the memo says of "
        "each what it found and when. A directory that is away is said to be, and holds nothing "
        "up. Rules decide; a model that is chosen moves the score within bounds and sums up."
    ),
    declared=_facts(
        Engine.OPENCLAW_CELERY,
        "1-5 min",
        (
            seed("Capture", becomes=("capture_lead",)),
            seed(
                "Enrich",
                calls=("wathq", "uae_registry"),
                becomes=("research_company", "search_gleif", "search_opencorporates"),
            ),
            seed("Score", becomes=("score_qualification",)),
            seed("Route", becomes=("route_lead",)),
            seed("Notify", becomes=("notify_owner",)),
        ),
        ("wathq", "uae_registry"),
    ),
    here=_facts(
        Engine.CELERY_CHAIN,
        "1-5 min",
        (
            act("capture_lead", "Capture the lead", "تسجيل العميل", Method.UPSERT, NONE),
            act("match_lead", "Find doubles", "البحث عن التكرار", Method.UPSERT, NONE),
            act(
                "research_company",
                "Look the company up",
                "البحث عن الشركة",
                Method.IDEMPOTENCY_HEADER,
                NONE,
                "wathq",
            ),
            act(
                "search_gleif",
                "Look among legal entities",
                "البحث بين الكيانات القانونية",
                Method.IDEMPOTENCY_HEADER,
                NONE,
                "gleif",
            ),
            act(
                "search_opencorporates",
                "Look in the world's registers",
                "البحث في سجلات العالم",
                Method.IDEMPOTENCY_HEADER,
                NONE,
                "opencorporates",
            ),
            act(
                "score_qualification",
                "Score by the step executor",
                "احتساب التأهيل",
                Method.UPSERT,
                NONE,
                "step_model",
            ),
            act("route_lead", "Route to a person", "التوجيه إلى موظف", Method.UPSERT, NONE),
            act("notify_owner", "Tell our own person", "إشعار الموظف", Method.MESSAGE_ID, NONE),
        ),
        ("wathq", "gleif", "opencorporates", "step_model"),
    ),
    ruling=Ruling(
        rules=("candidate_external_systems", "medium_internal_services"),
        reason=(
            "Reads registries only, no effect to take back; each answer is kept by its key, so a "
            "pipeline that starts again asks nobody twice."
        ),
        owner="CTO",
        review=date(2027, 5, 31),
    ),
)

PROPOSAL_GENERATION = Row(
    key="proposal_generation",
    name="Proposal generation",
    name_ar="إعداد العروض",
    capability="proposals",
    external_io="LLM provider",
    built=True,
    note=(
        "A price above the limits ends the run as `awaiting_price_approval`. Its approval is a "
        "flow of its own, [price_approval](workflows/price_approval.md), which no row of the "
        "inventory names; a yes starts a run of this pipeline that goes on with the approved price."
    ),
    declared=_facts(
        Engine.OPENCLAW_CELERY,
        "5-15 min",
        (
            seed("Deal data", becomes=("collect_deal",)),
            seed("LLM draft", calls=("llm",), becomes=("draft_proposal",)),
            seed("CPQ pricing", becomes=("price_proposal",)),
            seed("PDF", becomes=("render_proposal",)),
            seed("Notify", becomes=("notify_author",)),
        ),
        ("llm",),
    ),
    here=_facts(
        Engine.CELERY_CHAIN,
        "5-15 min",
        (
            act("collect_deal", "Collect the deal", "جمع بيانات الصفقة", Method.UPSERT, NONE),
            act(
                "draft_proposal",
                "Draft by the step executor",
                "صياغة العرض",
                Method.IDEMPOTENCY_HEADER,
                NONE,
                "llm",
            ),
            act("price_proposal", "Price by rules", "التسعير", Method.UPSERT, NONE),
            act("render_proposal", "Render the PDF", "إنشاء الملف", Method.CONTENT_HASH, NONE),
            act("notify_author", "Tell our own person", "إشعار الموظف", Method.MESSAGE_ID, NONE),
        ),
        ("llm",),
    ),
    ruling=Ruling(
        rules=("medium_internal_services",),
        reason=(
            "The one outside call asks a model for a draft: nothing outside changes, nothing is "
            "to take back, and nothing leaves before a person sends it through outbound."
        ),
        owner="CTO",
        review=date(2027, 5, 31),
    ),
)

COMPLIANCE_SCAN = Row(
    key="compliance_scan",
    name="Compliance scan",
    name_ar="فحص الامتثال",
    capability="compliance",
    external_io="Internal services only",
    built=True,
    note="Rules alone look and decide: the inventory names no model here, and none is asked.",
    declared=_facts(
        Engine.OPENCLAW,
        "2-5 min",
        (
            seed("Iterate controls", becomes=("list_controls",)),
            seed("Check each", becomes=("check_control",)),
            seed("Aggregate", becomes=("aggregate_findings",)),
            seed("Report", becomes=("report_findings",)),
        ),
    ),
    here=_facts(
        Engine.CELERY_CHAIN,
        "2-5 min",
        (
            act("list_controls", "List the controls", "حصر الضوابط", Method.UPSERT, NONE),
            act("check_control", "Check each on live data", "فحص كل ضابط", Method.UPSERT, NONE),
            act("aggregate_findings", "Aggregate", "تجميع النتائج", Method.UPSERT, NONE),
            act("report_findings", "Report", "إعداد التقرير", Method.CONTENT_HASH, NONE),
        ),
    ),
)

EVIDENCE_PACK = Row(
    key="evidence_pack",
    name="Evidence pack assembly",
    name_ar="تجميع حزمة الأدلة",
    capability="evidence",
    external_io="Internal only",
    built=True,
    declared=_facts(
        Engine.CELERY_TASK,
        "1-5 min",
        (
            seed("Query 6+ tables", calls=("postgres",), becomes=("query_sources",)),
            seed("Aggregate", becomes=("aggregate_items",)),
            seed("Hash", becomes=("hash_items",)),
            seed("Store", becomes=("store_pack",)),
        ),
    ),
    here=_facts(
        Engine.CELERY_CHAIN,
        "1-5 min",
        (
            act("query_sources", "Query the sources", "استعلام المصادر", Method.UPSERT, NONE),
            act("aggregate_items", "Aggregate", "تجميع العناصر", Method.UPSERT, NONE),
            act("hash_items", "Hash every item", "تجزئة العناصر", Method.CONTENT_HASH, NONE),
            act("store_pack", "Store the pack", "حفظ الحزمة", Method.CONTENT_HASH, Undo.FINAL),
        ),
    ),
)

CONTRADICTION_SCAN = Row(
    key="contradiction_scan",
    name="Contradiction scan",
    name_ar="كشف التناقضات",
    capability="compliance",
    external_io="LLM provider",
    built=True,
    note="Compares by rules; a model that is chosen judges only the pairs that they leave open.",
    declared=_facts(
        Engine.CELERY_TASK,
        "5-30 min",
        (
            seed("Load docs", becomes=("load_documents",)),
            seed("LLM comparison", calls=("llm",), becomes=("compare_claims",)),
            seed("Flag conflicts", becomes=("flag_conflicts",)),
        ),
        ("llm",),
    ),
    here=_facts(
        Engine.CELERY_CHAIN,
        "5-30 min",
        (
            act("load_documents", "Load documents", "تحميل المستندات", Method.UPSERT, NONE),
            act(
                "compare_claims",
                "Compare by the step executor",
                "مقارنة الادعاءات",
                Method.IDEMPOTENCY_HEADER,
                NONE,
                "llm",
            ),
            act("flag_conflicts", "Flag conflicts", "وسم التناقضات", Method.UPSERT, NONE),
        ),
        ("llm",),
    ),
    ruling=Ruling(
        rules=("medium_internal_services",),
        reason=(
            "The model reads claims without personal data and answers; nothing outside changes, "
            "nothing is to take back, and hours of computing stay medium."
        ),
        owner="Compliance officer",
        review=date(2027, 5, 31),
    ),
)

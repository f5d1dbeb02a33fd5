"""The eight rows that the inventory declares short-lived and local, fact by fact."""

from datetime import date

from dealix.catalog.model import Facts, Row, Ruling, Step, act, seed
from dealix.catalog.words import Duration, Engine, Lane, Method, Undo

NONE = Undo.NONE


def _facts(
    engine: Engine, duration: str, steps: tuple[Step, ...], systems: tuple[str, ...] = ()
) -> Facts:
    return Facts(
        lane=Lane.SHORT,
        engine=engine,
        duration=Duration.parse(duration),
        steps=steps,
        systems=systems,
    )


LEAD_SCORING = Row(
    key="lead_scoring",
    name="Lead scoring",
    name_ar="تقييم العملاء المحتملين",
    capability="leads",
    declared=_facts(
        Engine.CELERY_TASK,
        "<5s",
        (
            seed("LLM call", calls=("llm",)),
            seed("Score", becomes=("score_lead",)),
            seed("DB write", calls=("postgres",), becomes=("store_score",)),
        ),
    ),
    here=_facts(
        Engine.CELERY_TASK,
        "<5s",
        (
            act("score_lead", "Score", "احتساب التقييم", Method.UPSERT, NONE, "step_model"),
            act("store_score", "Store the score", "حفظ التقييم", Method.UPSERT, NONE),
        ),
        ("step_model",),
    ),
    built=True,
    note=(
        "Rules score; where a company has chosen a model, it moves the score by 10 points at most "
        "and says why. Without one rules score alone, and every card says so."
    ),
    ruling=Ruling(
        rules=("short_external_io", "short_single_service"),
        reason=(
            "Only where an outside model is configured: it reads only, no effect to take back, "
            "within a limit of time, and rules score alone when the model does not answer."
        ),
        owner="CTO",
        review=date(2027, 5, 31),
    ),
)

MESSAGE_CLASSIFICATION = Row(
    key="message_classification",
    name="Message classification",
    name_ar="تصنيف الرسائل",
    capability="messages",
    declared=_facts(
        Engine.SYNC,
        "<2s",
        (
            seed("NLP", becomes=("classify",)),
            seed("Intent", becomes=("classify",)),
            seed("Tag", becomes=("tag",)),
        ),
    ),
    here=_facts(
        Engine.SYNC,
        "<2s",
        (
            act("classify", "Classify the text", "تصنيف النص", Method.UPSERT, NONE, "step_model"),
            act("tag", "Tag the message", "وسم الرسالة", Method.UPSERT, NONE),
        ),
        ("step_model",),
    ),
    built=True,
    note=(
        "Rules and the models of our own process answer. A message of which they are not sure is "
        "shown to a model where a company has chosen one."
    ),
    ruling=Ruling(
        rules=("short_external_io", "short_single_service"),
        reason=(
            "Only where an outside model is configured, and only for messages that our own models "
            "cannot tell: it reads only, no effect to take back, within a limit of time."
        ),
        owner="CTO",
        review=date(2027, 5, 31),
    ),
)

DIALECT_DETECTION = Row(
    key="dialect_detection",
    name="Dialect detection",
    name_ar="كشف اللهجة",
    capability="messages",
    declared=_facts(
        Engine.SYNC,
        "<1s",
        (
            seed("Arabic NLP", becomes=("detect_dialect",)),
            seed("Dialect label", becomes=("detect_dialect",)),
        ),
    ),
    here=_facts(
        Engine.SYNC,
        "<1s",
        (act("detect_dialect", "Detect the dialect", "كشف اللهجة", Method.UPSERT, NONE),),
    ),
    built=True,
)

KNOWLEDGE_RETRIEVAL = Row(
    key="knowledge_retrieval",
    name="Knowledge retrieval",
    name_ar="استرجاع المعرفة",
    capability="knowledge",
    declared=_facts(
        Engine.SYNC,
        "<3s",
        (
            seed("pgvector search", calls=("embeddings", "postgres"), becomes=("search",)),
            seed("Rank", becomes=("rank",)),
            seed("Return", becomes=("rank",)),
        ),
    ),
    here=_facts(
        Engine.SYNC,
        "<3s",
        (
            act("embed", "Embed the question", "تضمين السؤال", Method.UPSERT, NONE, "embeddings"),
            act("search", "Search", "البحث", Method.UPSERT, NONE),
            act("rank", "Rank and return", "الترتيب والإرجاع", Method.UPSERT, NONE),
        ),
        ("embeddings",),
    ),
    built=True,
    note="The model of our own process embeds, or the endpoint of `DEALIX_EMBEDDINGS_URL`.",
    ruling=Ruling(
        rules=("short_external_io", "short_single_service"),
        reason=(
            "Only where an outside endpoint is configured: it reads only, and full-text search "
            "answers when the endpoint does not."
        ),
        owner="CTO",
        review=date(2027, 5, 31),
    ),
)

DASHBOARD_AGGREGATION = Row(
    key="dashboard_aggregation",
    name="Dashboard aggregation",
    name_ar="تجميع لوحة المؤشرات",
    capability="dashboard",
    declared=_facts(
        Engine.SYNC,
        "<5s",
        (
            seed("Multi-query", calls=("postgres",), becomes=("query_metrics",)),
            seed("Aggregate", becomes=("aggregate_metrics",)),
            seed("Return", becomes=("aggregate_metrics",)),
        ),
    ),
    here=_facts(
        Engine.SYNC,
        "<5s",
        (
            act("query_metrics", "Query each metric", "استعلام المؤشرات", Method.UPSERT, NONE),
            act("aggregate_metrics", "Aggregate and return", "التجميع", Method.UPSERT, NONE),
        ),
    ),
    built=True,
    note="Nothing feeds the cost of a new customer yet: it says `no_data`.",
)

HEALTH_CHECK = Row(
    key="health_check",
    name="Health check",
    name_ar="فحص السلامة",
    capability="observability",
    declared=_facts(
        Engine.SYNC,
        "<1s",
        (
            seed(
                "Service probes",
                calls=("postgres", "valkey", "temporal", "email", "crm"),
                becomes=("probe_engines", "probe_connectors"),
            ),
            seed("Status", becomes=("report_status",)),
        ),
    ),
    here=_facts(
        Engine.SYNC,
        "<1s",
        (
            act(
                "probe_engines",
                "Probe every engine",
                "فحص المحركات",
                Method.UPSERT,
                NONE,
                "postgres valkey temporal",
            ),
            act(
                "probe_connectors",
                "Probe every connector",
                "فحص الموصلات",
                Method.UPSERT,
                NONE,
                "llm embeddings openclaw email crm whatsapp wathq gleif opencorporates esign",
            ),
            act("report_status", "Report the status", "عرض الحالة", Method.UPSERT, NONE),
        ),
        (
            *("postgres", "valkey", "temporal", "llm", "embeddings", "openclaw"),
            *("email", "crm", "whatsapp", "wathq", "gleif", "opencorporates", "esign"),
        ),
    ),
    built=True,
    ruling=Ruling(
        rules=("candidate_external_systems", "short_external_io", "short_single_service"),
        reason=(
            "Reads only, no effect to take back; each probe has a limit of its own and its "
            "failure is the answer, not an error."
        ),
        owner="Operator",
        review=date(2027, 5, 31),
    ),
)

TRUST_SCORE = Row(
    key="trust_score",
    name="Trust score calculation",
    name_ar="احتساب درجة الثقة",
    capability="scores",
    declared=_facts(
        Engine.CELERY_TASK,
        "<5s",
        (
            seed("Factor aggregation", becomes=("aggregate_factors",)),
            seed("Score", becomes=("score_trust",)),
            seed("DB", calls=("postgres",), becomes=("store_trust_score",)),
        ),
    ),
    here=_facts(
        Engine.CELERY_TASK,
        "<5s",
        (
            act("aggregate_factors", "Aggregate factors", "تجميع العوامل", Method.UPSERT, NONE),
            act("score_trust", "Score", "احتساب الدرجة", Method.UPSERT, NONE),
            act("store_trust_score", "Store the score", "حفظ الدرجة", Method.UPSERT, NONE),
        ),
    ),
    built=True,
    note="Affiliates have no data yet: their score says `not_enough_data`.",
)

AUDIT_WRITE = Row(
    key="audit_write",
    name="Audit log write",
    name_ar="كتابة سجل التدقيق",
    capability="audit",
    declared=_facts(
        Engine.SYNC,
        "<1s",
        (
            seed("Event", becomes=("append_record",)),
            seed("AuditLog insert", calls=("postgres",), becomes=("append_record",)),
        ),
    ),
    here=_facts(
        Engine.SYNC,
        "<1s",
        (
            act(
                "append_record",
                "Append in the caller's transaction",
                "إضافة السجل",
                Method.UPSERT,
                Undo.FINAL,
            ),
        ),
    ),
    built=True,
)

ROWS: tuple[Row, ...] = (
    LEAD_SCORING,
    MESSAGE_CLASSIFICATION,
    DIALECT_DETECTION,
    KNOWLEDGE_RETRIEVAL,
    DASHBOARD_AGGREGATION,
    HEALTH_CHECK,
    TRUST_SCORE,
    AUDIT_WRITE,
)

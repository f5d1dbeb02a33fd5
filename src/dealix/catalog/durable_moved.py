"""The rows that the inventory declares medium and that run durable here, as its own rules ask."""

from dealix.catalog.model import Facts, Row, act, event, gate, seed, timer
from dealix.catalog.words import Duration, Engine, Lane, Method, Undo, Waits

NONE, FINAL = Undo.NONE, Undo.FINAL

OUTREACH_SEQUENCE = Row(
    key="outreach_sequence",
    name="Multi-channel outreach sequence",
    name_ar="سلسلة التواصل متعددة القنوات",
    capability="outreach",
    external_io="WhatsApp, Email, SMS",
    declared=Facts(
        lane=Lane.MEDIUM,
        engine=Engine.SEQUENCE_ENGINE,
        duration=Duration.parse("Hours-days"),
        systems=("whatsapp", "email", "sms"),
        steps=(
            seed("Template", becomes=("choose_template",)),
            seed("Personalize", becomes=("personalize",)),
            seed(
                "Send",
                calls=("whatsapp", "email", "sms"),
                outsider_sees=True,
                becomes=("standing_approval", "send_first"),
            ),
            seed("Wait", waits=Waits.TIME, becomes=("answer",)),
            seed("Follow-up", outsider_sees=True, becomes=("send_follow_up",)),
        ),
    ),
    here=Facts(
        lane=Lane.DURABLE,
        engine=Engine.TEMPORAL,
        duration=Duration.parse("1-30 days"),
        systems=("whatsapp", "email", "sms"),
        pauses=("standing_approval", "answer"),
        steps=(
            act("choose_template", "Template chosen", "اختيار القالب", Method.UPSERT, NONE),
            act("personalize", "Personalised", "تخصيص الرسالة", Method.CONTENT_HASH, NONE),
            gate("standing_approval", "Standing approval", "الموافقة الدائمة"),
            act(
                "send_first",
                "First message sent",
                "إرسال الرسالة الأولى",
                Method.MESSAGE_ID,
                FINAL,
                "whatsapp email sms",
                outsider_sees=True,
            ),
            event("answer", "Answer, or time has passed", "الرد أو انقضاء المهلة"),
            act(
                "send_follow_up",
                "Follow-up sent",
                "إرسال المتابعة",
                Method.MESSAGE_ID,
                FINAL,
                "whatsapp email sms",
                outsider_sees=True,
            ),
        ),
    ),
)

MEETING_BOOKING = Row(
    key="meeting_booking",
    name="Meeting booking flow",
    name_ar="حجز الاجتماعات",
    capability="meetings",
    external_io="Cal.com API",
    declared=Facts(
        lane=Lane.MEDIUM,
        engine=Engine.CELERY_CHAIN,
        duration=Duration.parse("2-10 min"),
        systems=("cal",),
        steps=(
            seed("Propose times", outsider_sees=True, becomes=("find_times", "propose_times")),
            seed("Negotiate", waits=Waits.OUTSIDER, outsider_sees=True, becomes=("choice",)),
            seed("Confirm", outsider_sees=True, becomes=("book_meeting",)),
            seed("Calendar", calls=("cal",), becomes=("book_meeting",)),
        ),
    ),
    here=Facts(
        lane=Lane.DURABLE,
        engine=Engine.TEMPORAL,
        duration=Duration.parse("1-7 days"),
        systems=("cal", "email"),
        pauses=("choice", "meeting_begins"),
        steps=(
            act("find_times", "Free times found", "إيجاد الأوقات", Method.UPSERT, NONE, "cal"),
            act(
                "propose_times",
                "Times proposed",
                "اقتراح الأوقات",
                Method.MESSAGE_ID,
                "withdraw_times",
                "email",
                outsider_sees=True,
            ),
            event("choice", "Guest's choice", "اختيار الضيف"),
            act(
                "book_meeting",
                "Meeting booked",
                "حجز الاجتماع",
                Method.IDEMPOTENCY_HEADER,
                "cancel_meeting",
                "cal",
                outsider_sees=True,
            ),
            timer("meeting_begins", "Until the meeting", "حتى موعد الاجتماع"),
        ),
    ),
)

AFFILIATE_ONBOARDING = Row(
    key="affiliate_onboarding",
    name="Affiliate onboarding",
    name_ar="انضمام المسوّقين بالعمولة",
    capability="partners",
    external_io="Email notifications",
    declared=Facts(
        lane=Lane.MEDIUM,
        engine=Engine.CELERY_CHAIN,
        duration=Duration.parse("10-30 min"),
        systems=("email",),
        steps=(
            seed("Application", becomes=("take_application",)),
            seed("Evaluate", becomes=("evaluate_applicant",)),
            seed("Approve/reject", waits=Waits.APPROVAL, becomes=("affiliate_approval",)),
            seed(
                "Provision",
                calls=("email",),
                outsider_sees=True,
                becomes=("provision_affiliate", "notify_affiliate"),
            ),
        ),
    ),
    here=Facts(
        lane=Lane.DURABLE,
        engine=Engine.TEMPORAL,
        duration=Duration.parse("1-7 days"),
        systems=("email",),
        pauses=("affiliate_approval",),
        steps=(
            act("take_application", "Application taken", "استلام الطلب", Method.UPSERT, NONE),
            act("evaluate_applicant", "Applicant evaluated", "تقييم المتقدم", Method.UPSERT, NONE),
            gate("affiliate_approval", "Affiliate approval", "الموافقة على المسوّق"),
            act(
                "provision_affiliate",
                "Affiliate provisioned",
                "تجهيز المسوّق",
                Method.UPSERT,
                "deprovision_affiliate",
            ),
            act(
                "notify_affiliate",
                "Affiliate notified",
                "إشعار المسوّق",
                Method.MESSAGE_ID,
                FINAL,
                "email",
                outsider_sees=True,
            ),
        ),
    ),
)

"""Flows that no row of the inventory names: a workflow of it begins them, and nobody else can.

They are built, so that they are held to the same rules as its rows: `dealix inventory check` reads
their code, and each has its page. The inventory stays at its 22.
"""

from dealix.catalog.model import Facts, Row, act, gate
from dealix.catalog.words import Duration, Engine, Lane, Method, Undo

NONE = Undo.NONE

_PRICE = Facts(
    lane=Lane.DURABLE,
    engine=Engine.TEMPORAL,
    duration=Duration.parse("1-7 days"),
    steps=(
        act("weigh_price", "Weigh the price", "وزن السعر", Method.UPSERT, NONE),
        gate("value_approval", "Approval by value", "اعتماد قيمة الخصم"),
        gate("discount_approval", "Approval by percentage", "اعتماد نسبة الخصم"),
        act("continue_proposal", "Go on with the proposal", "متابعة العرض", Method.UPSERT, NONE),
        act("tell_requester", "Tell who asked", "إشعار مقدّم الطلب", Method.MESSAGE_ID, NONE),
    ),
    pauses=("value_approval", "discount_approval"),
)

PRICE_APPROVAL = Row(
    key="price_approval",
    name="Price approval",
    name_ar="اعتماد السعر",
    capability="proposals",
    declared=_PRICE,
    here=_PRICE,
    built=True,
    note=(
        "No row of the inventory: the proposal pipeline begins it where a price lies above the "
        "limits, and nobody can start it otherwise."
    ),
)

ROWS = (PRICE_APPROVAL,)

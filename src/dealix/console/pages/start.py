"""Start a workflow from a form that is made of its input schema."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from dealix import catalog
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.field_errors import sentences
from dealix.console.forms import SchemaForm, asked_for_more, with_another
from dealix.console.paging import address
from dealix.console.people import choice
from dealix.console.products import products
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import Conflict, InvalidInput, NotFound
from dealix.i18n import N_, sentence_of
from dealix.lanes.pipelines import MEDIUM
from dealix.store.ids import new_id

MODES = (
    ("real", N_("For real"), N_("Messages go to the partner once people here have decided.")),
    (
        "practice",
        N_("Practice"),
        N_(
            "Real names and real approvers, but every message to the partner comes to you instead, "
            "and nothing is written to the CRM. It stays so until the run ends."
        ),
    ),
    (
        "rehearsal",
        N_("Rehearse only"),
        N_("Virtual time, the sandbox instead of real partners, and records of its own."),
    ),
)
"""How a run is started: what the form sends, its name, what it means."""

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/start")
def workflows(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """The workflows that can be started."""
    visit.section = "start"
    rows = [catalog.as_public(row, visit.services.settings) for row in catalog.rows()]
    return page(visit, "start_list.html", rows=rows)


@router.get("/start/{workflow}")
def form(
    visit: Annotated[Visit, Depends(signed_in)],
    workflow: str,
    example: Annotated[int | None, Query(ge=0, le=1_000_000)] = None,
    mode: str = "real",
    deal: Annotated[str, Query(max_length=128)] = "",
) -> Response:
    """The form of a workflow, empty or filled with its nth example, for real or in practice.

    `deal` is what a proposal is about; another workflow's form does not ask for it.
    """
    kind = _kind(visit, workflow)
    given = ({"deal_id": deal} if deal else {}) if example is None else kind.examples(example)
    return _form(visit, workflow, given, {"_mode": [mode]})


@router.post("/start/{workflow}")
def start(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    workflow: str,
) -> Response:
    """Start the run; what is wrong is said at its field, and nothing that was entered is lost."""
    kind = _kind(visit, workflow)
    given = _schema(visit, kind).read(sent)
    more = asked_for_more(sent)
    if more is not None:
        return _form(visit, workflow, with_another(given, more), sent)
    mode = _mode(visit, kind, sent)
    try:
        run, _ = visit.services.runs.start(
            visit.who,
            workflow,
            given,
            first(sent, "_key") or None,
            mode == "rehearsal",
            practice=mode == "practice",
        )
    except (InvalidInput, Conflict) as refusal:
        return _form(visit, workflow, given, sent, refusal)
    return back_to(f"/runs/{run['id']}", "started")


def _mode(visit: Visit, kind: Any, sent: Sent) -> str:
    """The chosen way to start. One that is not on the form is refused, never taken as real."""
    mode = first(sent, "_mode")
    if mode not in {value for value, _, _ in _modes(visit, kind)}:
        raise InvalidInput("invalid_input")
    return mode


def _modes(visit: Visit, kind: Any) -> list[tuple[str, str, str]]:
    """The ways to start that this installation offers; a pipeline has one and asks nothing."""
    say = visit.speech.say
    if kind.lane == MEDIUM:
        return [("real", say(N_("For real")), "")]
    can_rehearse = visit.services.runs.bridge.can_rehearse()
    return [
        (value, say(name), say(hint))
        for value, name, hint in MODES
        if value != "rehearsal" or can_rehearse
    ]


def _kind(visit: Visit, workflow: str) -> Any:
    row = catalog.row(workflow)
    kind = visit.services.runs.kinds.get(workflow)
    if kind is None:
        raise NotFound("not_built", workflow=visit.speech.plain(row.name))
    return kind


def _schema(visit: Visit, kind: Any) -> SchemaForm:
    who = choice(visit, but=visit.who.user_id)
    schema = kind.input_model.model_json_schema()
    return SchemaForm(
        schema, visit.speech.zone, who.options, who.find, who.written, lambda: products(visit)
    )


def _form(
    visit: Visit,
    workflow: str,
    given: dict[str, Any],
    sent: Sent,
    refusal: InvalidInput | Conflict | None = None,
) -> Response:
    visit.section = "start"
    locale = visit.speech.locale
    kind = _kind(visit, workflow)
    schema = _schema(visit, kind)
    wrong: dict[str, list[str]] = {}
    problems: list[str] = []
    if refusal is not None:
        wrong, others = sentences(locale, refusal, schema.fields(given), given)
        problems = others if wrong else [sentence_of(refusal, locale), *others]
    mode = first(sent, "_mode") or "real"
    number = visit.services.runs.unused_example(visit.who, workflow)
    return page(
        visit,
        "start.html",
        example=address(f"/start/{workflow}", example=str(number), mode=mode),
        status=refusal.status if refusal else 200,
        row=catalog.row(workflow),
        fields=schema.fields(given, wrong),
        key=first(sent, "_key") or new_id("form"),
        mode=mode,
        modes=_modes(visit, kind),
        problem=" ".join(problems),
    )

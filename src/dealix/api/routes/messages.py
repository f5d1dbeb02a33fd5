"""Messages to outsiders with the verdict of each rule, what came in, and what a message says."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from dealix.api.bodies import Body
from dealix.api.deps import Further, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.message_schemas import DeliveryView, OutsideMessageView, RefusedView
from dealix.business.messages.schemas import ClassifiedMessage, DetectedDialect

router = APIRouter(prefix="/messages", tags=["messages"])

Text = Annotated[
    str, Field(min_length=1, max_length=200_000, description="The message, as it was written.")
]
HeaderName = Annotated[str, Field(max_length=100)]
HeaderValue = Annotated[str, Field(max_length=2000)]


class Said(Body):
    """A message."""

    text: Text


class SaidByMail(Said):
    """A message, and of a mail its subject and headers, by which automatic answers are known."""

    subject: Annotated[str, Field(max_length=2000)] = ""
    headers: Annotated[dict[HeaderName, HeaderValue], Field(max_length=200)] = Field(
        default_factory=dict
    )


@router.get(
    "/outbound", responses={200: {"model": list[OutsideMessageView]}, **problems(401, 403, 422)}
)
def outbound(
    actor: Who,
    services: Parts,
    further: Further,
    run: OptionalIdent = None,
    limit: Limit = 100,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """What was to go out, the last judged first; the header `Link` leads to older ones."""
    return further(services.desk.messages(actor, run, limit, cursor), limit, "judged")


@router.get("/inbound", responses={200: {"model": list[DeliveryView]}, **problems(401, 403, 422)})
def inbound(
    actor: Who,
    services: Parts,
    further: Further,
    run: OptionalIdent = None,
    limit: Limit = 100,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """What came in, newest first, of one run or of all; the header `Link` leads to older ones.

    A message has its `tag` once it was read by the models: what it wants, and in which dialect.
    """
    found = further(services.desk.deliveries(actor, run, limit, cursor), limit)
    tags = services.tagger.tags(actor.tenant_id, [row["id"] for row in found])
    return [{**row, "tag": tags.get(row["id"])} for row in found]


@router.get("/refused", responses={200: {"model": list[RefusedView]}, **problems(401, 403, 422)})
def refused(actor: Who, services: Parts, limit: Limit = 100) -> list[dict[str, Any]]:
    """What was refused at the door, by minute, provider and reason, the newest first."""
    return services.desk.refused(actor, limit)


@router.post("/classify", responses={200: {"model": ClassifiedMessage}, **problems(401, 403, 422)})
def classify(body: SaidByMail, actor: Who, services: Parts) -> dict[str, Any]:
    """What a message wants, how sure that is, and what follows; nothing of it is kept."""
    found = services.messages.classify(actor, body.text, subject=body.subject, headers=body.headers)
    return found.model_dump(mode="json")


@router.post("/dialect", responses={200: {"model": DetectedDialect}, **problems(401, 403, 422)})
def dialect(body: Said, actor: Who, services: Parts) -> dict[str, Any]:
    """In which dialect a message is written, and how sure that is; nothing of it is kept."""
    return services.messages.dialect(actor, body.text).model_dump(mode="json")

"""What leaves over WhatsApp, as the Cloud API words it, and what it answers.

Source: Meta's Business Messaging API, `POST /{version}/{phone number ID}/messages`. Free text is
for the 24 hours after a person has written to us; outside them a message is an approved template.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from dealix.connectors import phones
from dealix.connectors.data_class import DataClass, Outgoing

LONGEST_TEXT = 4096
ACCEPTED = "accepted"
Correlation = Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[A-Za-z0-9._:-]+$")]
Recipient = Annotated[str, Field(max_length=80), AfterValidator(phones.e164)]
Parameter = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^[^\n\t]+$")]


class TextBody(Outgoing):
    """The words of a free text; a link in it gets no preview, which Meta would fetch."""

    body: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), DataClass.RESTRICTED]
    preview_url: Annotated[Literal[False], DataClass.PUBLIC] = False


class TemplateLanguage(Outgoing):
    """The language in which an approved template is rendered."""

    code: Annotated[Literal["ar", "en"], DataClass.PUBLIC]
    policy: Annotated[Literal["deterministic"], DataClass.PUBLIC] = "deterministic"


class TemplateParameter(Outgoing):
    """One value that fills a place of a template."""

    type: Annotated[Literal["text"], DataClass.PUBLIC] = "text"
    text: Annotated[Parameter, DataClass.RESTRICTED]


class TemplateComponent(Outgoing):
    """The values of a template's body, in the order of its places."""

    type: Annotated[Literal["body"], DataClass.PUBLIC] = "body"
    parameters: Annotated[tuple[TemplateParameter, ...], DataClass.RESTRICTED]


class TemplateBody(Outgoing):
    """An approved template by its name, its language and its values."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,512}$"), DataClass.INTERNAL]
    language: Annotated[TemplateLanguage, DataClass.PUBLIC]
    components: Annotated[tuple[TemplateComponent, ...], DataClass.RESTRICTED]


class TextMessage(Outgoing):
    """One free text to one person."""

    messaging_product: Annotated[Literal["whatsapp"], DataClass.PUBLIC] = "whatsapp"
    recipient_type: Annotated[Literal["individual"], DataClass.PUBLIC] = "individual"
    to: Annotated[Recipient, DataClass.RESTRICTED]
    type: Annotated[Literal["text"], DataClass.PUBLIC] = "text"
    text: Annotated[TextBody, DataClass.RESTRICTED]
    biz_opaque_callback_data: Annotated[Correlation, DataClass.INTERNAL]


class TemplateMessage(Outgoing):
    """One approved template to one person."""

    messaging_product: Annotated[Literal["whatsapp"], DataClass.PUBLIC] = "whatsapp"
    recipient_type: Annotated[Literal["individual"], DataClass.PUBLIC] = "individual"
    to: Annotated[Recipient, DataClass.RESTRICTED]
    type: Annotated[Literal["template"], DataClass.PUBLIC] = "template"
    template: Annotated[TemplateBody, DataClass.RESTRICTED]
    biz_opaque_callback_data: Annotated[Correlation, DataClass.INTERNAL]


Message = TextMessage | TemplateMessage
SENDS: tuple[type[Outgoing], ...] = (
    TextMessage,
    TemplateMessage,
    TextBody,
    TemplateBody,
    TemplateLanguage,
    TemplateComponent,
    TemplateParameter,
)


@dataclass(frozen=True)
class Sent:
    """Meta took the message; `reference` is its wamid. Whether it arrives, its statuses say.

    `number` is that of the person's account, which may differ from the number sent to; personal.
    `standing` is Meta's `message_status`.
    """

    reference: str
    number: str
    standing: str

    @property
    def is_held(self) -> bool:
        """Whether Meta keeps it back for now: it may let it go later, or never."""
        return self.standing != ACCEPTED


def text_message(to: str, body: str, correlation: str) -> TextMessage:
    """A free text, for an open conversation."""
    return TextMessage(to=to, text=TextBody(body=body), biz_opaque_callback_data=correlation)


def template_message(
    to: str, name: str, language: Literal["ar", "en"], values: Sequence[str], correlation: str
) -> TemplateMessage:
    """An approved template with the values of its body."""
    parameters = tuple(TemplateParameter(text=value) for value in values)
    body = TemplateBody(
        name=name,
        language=TemplateLanguage(code=language),
        components=(TemplateComponent(parameters=parameters),) if parameters else (),
    )
    return TemplateMessage(to=to, template=body, biz_opaque_callback_data=correlation)


def correlation_for(key: str) -> str:
    """The correlation ID of the effect `key`: always the same, and it tells nothing about it."""
    return f"wa.{hashlib.sha256(key.encode()).hexdigest()[:40]}"

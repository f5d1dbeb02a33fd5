"""What WhatsApp takes: a message is judged, kept as one effect, and never deduplicated."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dealix.sandbox.door import Call, Reply
from dealix.sandbox.rows import Effect, Json
from dealix.sandbox.whatsapp import answers
from dealix.sandbox.world import World

UNDOES_HEADER = "x-sandbox-undoes"
WINDOW = timedelta(hours=24)
OUTSIDE_WINDOW = 131047
LONGEST_TEXT, LONGEST_CORRELATION = 4096, 512
APPROVED = re.compile(r"hello_world|dealix_[a-z0-9_]+")
"""Templates that stand for those which an account's set-up gets approved."""

LANGUAGES = {"ar", "en"}
ACCEPTED = "accepted"


def problem(data: Json) -> Reply | None:
    """Why a message is not taken, or None."""
    if data.get("messaging_product") != "whatsapp":
        return answers.error(400, 100, "messaging_product must be whatsapp")
    if not re.fullmatch(r"\+?[0-9]{7,15}", str(data.get("to"))):
        return answers.error(400, 131009, "Parameter 'to' is not a phone number")
    correlation = data.get("biz_opaque_callback_data", "")
    if not isinstance(correlation, str) or len(correlation) > LONGEST_CORRELATION:
        return answers.error(400, 100, "biz_opaque_callback_data has 512 characters at most")
    if data.get("type") == "text":
        return _text_problem(data.get("text"))
    if data.get("type") == "template":
        return _template_problem(data.get("template"))
    return answers.error(400, 131009, "The sandbox takes messages of type text and template")


def _text_problem(text: Any) -> Reply | None:
    if not isinstance(text, dict) or not isinstance(text.get("body"), str) or not text["body"]:
        return answers.error(400, 131008, "Parameter text.body is required")
    if len(text["body"]) > LONGEST_TEXT:
        return answers.error(400, 131009, f"text.body has {LONGEST_TEXT} characters at most")
    return None


def _template_problem(template: Any) -> Reply | None:
    if not isinstance(template, dict) or not isinstance(template.get("language"), dict):
        return answers.error(400, 131008, "Parameter template.language is required")
    name, code = str(template.get("name")), str(template["language"].get("code"))
    if not APPROVED.fullmatch(name) or code not in LANGUAGES:
        text = f"template name ({name[:60]}) does not exist in {code[:10]}"
        return answers.error(404, 132001, text)
    for component in template.get("components") or []:
        for each in component.get("parameters") or []:
            if each.get("type") == "text" and not str(each.get("text") or "").strip():
                return answers.error(400, 132000, "a parameter is empty")
    return None


@dataclass(frozen=True, slots=True)
class Taking:
    """How a message is taken: of which account, and what is unusual about it.

    `renamed`: the person's own ID is another than the number sent to. `standing` is what the
    answer calls it; what is not `accepted` is held back, and no status follows.
    """

    account: str
    renamed: bool = False
    standing: str = ACCEPTED


def accepted(world: World, call: Call, data: Json, how: Taking) -> tuple[Effect, int | None]:
    """The effect of a message, and the code with which it will fail, since 200 proves nothing."""
    number = str(data["to"]).removeprefix("+")
    correlation = data.get("biz_opaque_callback_data") or ""
    undoes = call.headers.get(UNDOES_HEADER) or None
    key = correlation or f"sha256:{hashlib.sha256(call.body).hexdigest()}"
    named = undoes.split() if undoes else []
    taken = [each for key in named for each in world.by_key.get(("whatsapp", key), [])]
    failure = None
    if data["type"] == "text" and not has_written(world, number, call.at):
        failure = OUTSIDE_WINDOW
    effect = Effect(
        id=world.next_id(),
        provider="whatsapp",
        kind=f"message.{data['type']}",
        reference=answers.wamid(world),
        idempotency_key=key,
        key=key,
        at=call.at,
        received_at=call.received_at,
        body={
            "to": number,
            "wa_id": own_id(number) if how.renamed else number,
            "number_id": call.path["number"],
            "account": how.account,
            "standing": how.standing,
            "type": data["type"],
            "text": text_of(data),
            "template": data.get("template"),
            "correlation": correlation,
            "failure": failure,
        },
        scope=call.scope,
        undoes=undoes,
        takes_back=[each for each in taken if world.effects[each].undone is None],
        request=call.id,
    )
    return effect, failure


def text_of(data: Json) -> str:
    """What a person would read: the free text, or a template's name with its values."""
    if data["type"] == "text":
        return str(data["text"]["body"])
    template = data["template"]
    values = [
        str(each.get("text"))
        for component in template.get("components") or []
        for each in component.get("parameters") or []
    ]
    return f"[{template['name']}] {' · '.join(values)}".strip()


def own_id(number: str) -> str:
    """Another ID of the person of a number, as some countries' numbers have beside the dialled."""
    return f"{number[:3]}9{number[3:]}"[:15]


def has_written(world: World, number: str, at: str) -> bool:
    """Whether this person has written to us in the 24 hours before `at`, under whichever ID."""
    now = datetime.fromisoformat(at)
    theirs = {world.effects[each].body.get("wa_id") for each in world.sent_to.get(number, [])}
    return any(
        row.channel == "whatsapp"
        and row.sender in {number, *theirs}
        and timedelta(0) <= now - datetime.fromisoformat(row.at) <= WINDOW
        for row in world.inbound.values()
    )


def receipt(effect: Effect) -> Reply:
    """The answer to a message that was taken."""
    body = effect.body
    return Reply(
        200,
        {
            "messaging_product": "whatsapp",
            "contacts": [{"input": body["to"], "wa_id": body["wa_id"]}],
            "messages": [{"id": effect.reference, "message_status": body["standing"]}],
        },
    )

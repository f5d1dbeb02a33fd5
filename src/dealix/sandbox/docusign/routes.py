"""DocuSign's calls at their real paths, and what the other party does under `/_sandbox/esign`."""

import base64
import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dealix.sandbox import faults
from dealix.sandbox.docusign import acting, answers, connect, definitions, views
from dealix.sandbox.docusign.tokens import Tokens
from dealix.sandbox.door import TIME_HEADER, Call, Provider, Reply, pass_through, read_body
from dealix.sandbox.options import Options
from dealix.sandbox.rows import Delivery, Effect, Envelope, EnvelopeChange, Json
from dealix.sandbox.webhooks import Deliverer
from dealix.sandbox.world import World, stamp

ENVELOPES = "/restapi/v2.1/accounts/{account:str}/envelopes"
ENVELOPE = ENVELOPES + "/{envelope:str}"
OWN_FAULTS = frozenset({"polling_limit", "burst_limited", "token_expired", "consent_required"})
TRANSACTION_LIFE = timedelta(days=7)
ACCOUNT = "5a6d0b1e-0000-4000-8000-000000000001"
"""The account where none is given."""
Handler = Callable[[World, Call], Reply]


class DocuSign:
    """The provider: checks the token, then runs one operation and sends what it causes."""

    def __init__(self, world: World, deliverer: Deliverer, options: Options) -> None:
        self._world = world
        self._deliverer = deliverer
        self._tokens = Tokens(
            options.word("docusign_public_key"), options.word("docusign_integration_key")
        )
        self._account = options.word("docusign_account") or ACCOUNT
        self._limits = answers.Limits(options)
        self._provider = Provider(
            name="docusign",
            error=answers.trouble,
            headers=self._limits.headers,
            max_body=answers.MAX_REQUEST,
        )

    def routes(self) -> Iterable[Route]:
        """All routes."""
        yield self._route("POST", "/oauth/token", self._tokens.grant)
        yield self._route("GET", "/oauth/userinfo", self._known(self._userinfo))
        yield self._route("POST", ENVELOPES, self._signed_in(self._create), writes=True)
        yield self._route("GET", ENVELOPES, self._signed_in(_list))
        yield self._route("GET", ENVELOPE, self._signed_in(_get))
        yield self._route("PUT", ENVELOPE, self._signed_in(self._update), writes=True)
        yield self._route("GET", ENVELOPE + "/documents/{document:str}", self._signed_in(_document))
        yield Route("/_sandbox/esign", self.envelopes, methods=["GET"])
        yield Route("/_sandbox/esign/{envelope:str}/sign", self.sign, methods=["POST"])
        yield Route("/_sandbox/esign/{envelope:str}/decline", self.decline, methods=["POST"])

    def _route(self, method: str, path: str, handler: Handler, *, writes: bool = False) -> Route:
        async def endpoint(request: Request) -> Response:
            return await pass_through(self._world, self._provider, handler, request, writes=writes)

        return Route(path, endpoint, methods=[method])

    def _known(self, operation: Handler) -> Handler:
        """An operation for whoever carries a token in force."""

        def handler(world: World, call: Call) -> Reply:
            known = self._tokens.accepts(world, call)
            return operation(world, call) if known else answers.bad_token()

        return handler

    def _signed_in(self, operation: Handler) -> Handler:
        """An operation on the account, whose calls are counted."""

        def handler(world: World, call: Call) -> Reply:
            if _struck(world, call, "burst_limited"):
                return answers.limited(400, answers.TOO_MANY_AT_ONCE)
            return self._limits.refuse() or operation(world, call)

        return self._known(handler)

    def _userinfo(self, _: World, call: Call) -> Reply:
        base = f"http://{call.headers.get('host', '')}"
        account = {"account_id": self._account, "is_default": True, "base_uri": base}
        return Reply(200, {"sub": "sandbox", "accounts": [account]})

    def _send(self, caused: list[Delivery]) -> None:
        for each in caused:
            self._deliverer.start(each.id)

    def _create(self, world: World, call: Call) -> Reply:
        data = _body(call)
        if isinstance(data, Reply):
            return data
        try:
            envelope = definitions.read(call, data, world.uuid("envelope"))
        except definitions.Invalid as wrong:
            return answers.error(400, wrong.code, str(wrong))
        if envelope.status == "sent":
            _out(envelope)
            world.commit(envelope, _effect(world, call, envelope, "envelope"))
        else:
            world.commit(envelope)
        self._announce(world, envelope)
        uri = f"/envelopes/{envelope.id}"
        shown = {"envelopeId": envelope.id, "status": envelope.status, "uri": uri}
        return Reply(201, shown | {"statusDateTime": answers.written(call.at)})

    def _announce(self, world: World, envelope: Envelope) -> None:
        if envelope.status == "sent":
            made = connect.deliveries(world, envelope, "envelope-sent")
            world.commit(*made)
            self._send(made)

    def _update(self, world: World, call: Call) -> Reply:
        envelope, data = _find(world, call), _body(call)
        if envelope is None:
            return _unknown()
        if isinstance(data, Reply):
            return data
        if data.get("status") == "voided":
            return self._void(world, call, envelope, data)
        if data.get("status") == "sent" and envelope.status == "created":
            _out(envelope)
            sent = EnvelopeChange(envelope=envelope.id, status="sent", at=call.at)
            effect = _effect(world, call, envelope, "envelope")
            self._send(acting.change(world, envelope, [sent], effect))
            return Reply(200, {"envelopeId": envelope.id})
        return answers.error(400, "ENVELOPE_INVALID_STATUS", "Invalid envelope status.")

    def _void(self, world: World, call: Call, envelope: Envelope, data: Json) -> Reply:
        reason = str(data.get("voidedReason") or "")
        if not reason:
            return answers.error(400, "VOID_REASON_REQUIRED", "A reason for voiding is required.")
        effect = _effect(world, call, envelope, "envelope.void")
        effect.undoes = acting.key_of(envelope)
        effect.takes_back = [
            each.id
            for each in world.effects.values()
            if each.kind == "envelope" and each.reference == envelope.id
        ]
        try:
            self._send(acting.void(world, envelope, reason, call.at, effect))
        except acting.NotNow:
            return answers.error(
                400, "ENVELOPE_CANNOT_VOID_INVALID_STATE", "Only sent or delivered can be voided."
            )
        return Reply(200, {"envelopeId": envelope.id})

    async def envelopes(self, request: Request) -> Response:
        """Every envelope, for whoever plays the signers; `scope` chooses a rehearsal's."""
        scope = request.query_params.get("scope")
        parts = {"recipients", "custom_fields"}
        rows = [each for each in self._world.envelopes.values() if scope in (None, each.scope)]
        return JSONResponse([views.envelope(each, parts) | {"scope": each.scope} for each in rows])

    async def sign(self, request: Request) -> Response:
        """The other party signs: one `signer` (its ID or email), or all who still have to."""

        def act(envelope: Envelope, data: dict[str, str], at: str) -> list[Delivery]:
            return acting.sign(self._world, envelope, data.get("signer"), at)

        return await self._act(request, act)

    async def decline(self, request: Request) -> Response:
        """The other party declines, with a `reason`."""

        def act(envelope: Envelope, data: dict[str, str], at: str) -> list[Delivery]:
            reason = data.get("reason") or "declined"
            return acting.decline(self._world, envelope, data.get("signer"), reason, at)

        return await self._act(request, act)

    async def _act(
        self, request: Request, act: Callable[[Envelope, dict[str, str], str], list[Delivery]]
    ) -> Response:
        envelope = self._world.envelopes.get(request.path_params["envelope"])
        if envelope is None:
            return JSONResponse({"error": "there is no such envelope"}, 404)
        try:
            data = _acted(await read_body(request))
            at, _ = stamp(data.get("at") or request.headers.get(TIME_HEADER))
            caused = act(envelope, data, at)
        except acting.NotNow as error:
            return JSONResponse({"error": str(error)}, 409)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 422)
        await self._world.durable()
        self._send(caused)
        return JSONResponse(
            {
                "envelope": envelope.id,
                "status": envelope.status,
                "deliveries": [each.id for each in caused],
            }
        )


def _acted(body: bytes | None) -> dict[str, str]:
    data = json.loads(body or b"{}")
    if not isinstance(data, dict) or set(data) - {"signer", "reason", "at"}:
        raise ValueError("the fields are signer, reason and at")
    if not all(isinstance(each, str) for each in data.values()):
        raise ValueError("every field is a text")
    return data


def _out(envelope: Envelope) -> None:
    for signer in envelope.signers:
        signer["status"] = "sent"


def _struck(world: World, call: Call, fault: str) -> bool:
    found = faults.take(
        world, "docusign", frozenset({fault}), at=call.at, scope=call.scope, text=_text(call)
    )
    return found is not None


def _text(call: Call) -> str:
    return call.path.get("envelope", "") + call.body.decode("utf-8", "replace")


def _body(call: Call) -> Any:
    try:
        data = json.loads(call.body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return answers.error(400, "INVALID_REQUEST_BODY", "The request body is not an object.")
    return data


def _find(world: World, call: Call) -> Envelope | None:
    found = world.envelopes.get(call.path["envelope"])
    return found if found is not None and found.account == call.path["account"] else None


def _unknown() -> Reply:
    return answers.error(
        400, "ENVELOPE_DOES_NOT_EXIST", "The envelope you specified does not exist."
    )


def _effect(world: World, call: Call, envelope: Envelope, kind: str) -> Effect:
    key = acting.key_of(envelope)
    body: Json = {
        "envelope": envelope.id,
        "subject": envelope.subject,
        "to": [each["email"] for each in envelope.signers],
        "transaction_id": envelope.transaction_id,
        "custom_fields": envelope.custom_fields,
    }
    return Effect(
        id=world.next_id(),
        provider="docusign",
        kind=kind,
        reference=envelope.id if kind == "envelope" else f"{envelope.id}/voided",
        idempotency_key=key,
        key=key,
        at=call.at,
        received_at=call.received_at,
        body=body,
        scope=call.scope,
        request=call.id,
    )


def _get(world: World, call: Call) -> Reply:
    if _struck(world, call, "polling_limit"):
        return answers.limited(400, "Hourly_Envelope_Polling_Limit_Exceeded")
    envelope = _find(world, call)
    if envelope is None:
        return _unknown()
    return Reply(200, views.envelope(envelope, _parts(call)))


def _parts(call: Call) -> set[str]:
    return set(call.query.get("include", "").replace(" ", "").split(","))


def _list(world: World, call: Call) -> Reply:
    query = call.query
    if not {"from_date", "envelope_ids", "transaction_ids"} & query.keys():
        return answers.error(
            400, "INVALID_REQUEST_PARAMETER", "from_date or a list of ids is required."
        )
    try:
        found = [each for each in world.envelopes.values() if _matches(each, call)]
    except ValueError:
        return answers.error(400, "INVALID_REQUEST_PARAMETER", "from_date is not a date.")
    size = {"resultSetSize": str(len(found)), "totalSetSize": str(len(found)), "startPosition": "0"}
    if "transaction_ids" in query:
        statuses = [
            {
                "envelopeId": each.id,
                "status": each.status,
                "transactionId": each.transaction_id,
            }
            for each in found
        ]
        return Reply(200, size | {"envelopeTransactionStatuses": statuses})
    return Reply(200, size | {"envelopes": [views.envelope(each, _parts(call)) for each in found]})


def _matches(row: Envelope, call: Call) -> bool:
    query = call.query
    if row.account != call.path["account"]:
        return False
    if "transaction_ids" in query:
        young = _moment(call.at) - _moment(row.created_at) < TRANSACTION_LIFE
        return young and row.transaction_id in query["transaction_ids"].split(",")
    if "envelope_ids" in query:
        return row.id in query["envelope_ids"].split(",")
    if "custom_field" in query:
        name, _, value = query["custom_field"].partition("=")
        if row.custom_fields.get(name) != value:
            return False
    return _moment(max(row.stamps.values())) >= _moment(query["from_date"])


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a date without its offset")
    return moment


def _document(world: World, call: Call) -> Reply:
    envelope = _find(world, call)
    if envelope is None:
        return _unknown()
    wanted = call.path["document"]
    chosen = [each for each in envelope.documents if wanted in ("combined", each["documentId"])]
    if not chosen:
        return answers.error(400, "DOCUMENT_DOES_NOT_EXIST", "The document does not exist.")
    content = b"".join(base64.b64decode(each["documentBase64"]) for each in chosen)
    trailer = f"\n% signed in envelope {envelope.id}: {envelope.status}\n".encode()
    return Reply(200, content + trailer, {"content-type": "application/pdf"})

"""WhatsApp, played: statuses come by signed webhooks, and a 200 proves nothing."""

import hashlib
import hmac
import json
import time

import pytest
from tests.sandbox.conftest import APP_SECRET, VERIFY_TOKEN, WHATSAPP_TOKEN, wait_for

NUMBER, ACCOUNT = "100000000000001", "200000000000001"
PATH = "/api/v1/webhooks/whatsapp"
TO = "966501234567"


def send(sandbox, key, *, to=TO, text=None, token=WHATSAPP_TOKEN, number=NUMBER, **headers):
    body = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": to}
    body |= {"biz_opaque_callback_data": key} if key else {}
    if text is None:
        values = [{"type": "text", "text": "نورة"}]
        template = {"name": "dealix_partner_terms", "language": {"code": "ar"}}
        template["components"] = [{"type": "body", "parameters": values}]
        body |= {"type": "template", "template": template}
    else:
        body |= {"type": "text", "text": {"body": text}}
    own = {"authorization": f"Bearer {token}", "x-sandbox-scope": sandbox.scope} | headers
    return sandbox.client.post(f"/v23.0/{number}/messages", json=body, headers=own)


def key_that(sandbox, read_at_once):
    """A key of the test whose message is read at once, or is not."""
    keys = (f"{sandbox.scope}-{number}" for number in range(1000))
    return next(
        k for k in keys if (hashlib.sha256(k.encode()).digest()[0] % 4 == 0) == read_at_once
    )


def verified(received):
    path, headers, raw, _ = received
    digest = hmac.new(APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert path == PATH
    assert headers["x-hub-signature-256"] == f"sha256={digest}"
    [entry] = json.loads(raw)["entry"]
    assert entry["id"] == ACCOUNT
    return entry["changes"][0]["value"]


def reply(sandbox, text="موافقون", **more):
    body = {"channel": "whatsapp", "from": "+966 50 123 4567", "text": text, **more}
    return sandbox.client.post("/_sandbox/messages/reply", json={"scope": sandbox.scope, **body})


def about(sandbox, receiver):
    """What was told of this test's messages: others' may still be on their way."""
    return [each for each in receiver.received if sandbox.scope.encode() in each[2]]


def statuses(sandbox, receiver):
    return [verified(each)["statuses"][0] for each in about(sandbox, receiver)]


@pytest.mark.parametrize(
    ("read_at_once", "told"),
    [(False, ["sent", "delivered", "read"]), (True, ["sent", "read"])],
)
def test_statuses_bring_the_correlation_id_back(sandbox, receiver, read_at_once, told):
    key = key_that(sandbox, read_at_once)
    answer = send(sandbox, key)
    assert answer.status_code == 200
    wamid = answer.json()["messages"][0]["id"]
    wait_for(lambda: len(about(sandbox, receiver)) == len(told))
    assert [each["status"] for each in statuses(sandbox, receiver)] == told
    for each in statuses(sandbox, receiver):
        assert (each["id"], each["biz_opaque_callback_data"]) == (wamid, key)
        assert each["timestamp"].isdigit()
    [effect] = sandbox.rows("effects")
    assert (effect["idempotency_key"], effect["reference"]) == (key, wamid)


def test_free_text_outside_the_window_fails_afterwards(sandbox, receiver):
    answer = send(sandbox, f"{sandbox.scope}-cold", to="966509999999", text="مرحبا")
    assert answer.status_code == 200
    wait_for(lambda: about(sandbox, receiver))
    [status] = statuses(sandbox, receiver)
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131047)


def test_free_text_inside_the_window_is_delivered(sandbox, receiver):
    send(sandbox, f"{sandbox.scope}-1")
    assert reply(sandbox).status_code == 201
    send(sandbox, f"{sandbox.scope}-2", text="شكراً")
    wait_for(lambda: [s for s in statuses(sandbox, receiver) if s["status"] == "read"][1:])
    assert "failed" not in [each["status"] for each in statuses(sandbox, receiver)]
    later = {"x-sandbox-time": "2039-01-01T00:00:00Z"}
    send(sandbox, f"{sandbox.scope}-3", text="بعد حين", **later)
    wait_for(lambda: [s for s in statuses(sandbox, receiver) if s["status"] == "failed"])


def test_an_answer_arrives_escaped_as_meta_escapes_it(sandbox, receiver):
    send(sandbox, f"{sandbox.scope}-1")
    answered = reply(sandbox, "نعم https://x.example")
    assert answered.status_code == 201
    wait_for(lambda: [each for each in receiver.received if b'"contacts"' in each[2]])
    [one] = [each for each in receiver.received if b'"contacts"' in each[2]]
    assert one[2].isascii()
    assert rb"\u0646\u0639\u0645 https:\/\/x.example" in one[2]
    [message] = verified(one)["messages"]
    assert (message["from"], message["text"]["body"]) == (TO, "نعم https://x.example")
    assert verified(one)["metadata"]["phone_number_id"] == NUMBER
    assert "context" not in message
    rows = sandbox.rows("messages", address="00966 50 123 4567")
    assert [row["direction"] for row in rows] == ["out", "in"]
    assert {row["channel"] for row in rows} == {"whatsapp"}


def test_a_quoting_answer_names_the_message(sandbox, receiver):
    wamid = send(sandbox, f"{sandbox.scope}-1").json()["messages"][0]["id"]
    reply(sandbox, message_id=f"{sandbox.scope}-1")
    wait_for(lambda: [each for each in receiver.received if b'"contacts"' in each[2]])
    [one] = [each for each in receiver.received if b'"contacts"' in each[2]]
    assert verified(one)["messages"][0]["context"]["id"] == wamid


@pytest.mark.parametrize(
    ("fault", "count", "told"),
    [("webhook_lost", 3, 0), ("webhook_twice", 1, 4), ("webhook_bad_signature", 1, 4)],
)
def test_webhooks_get_lost_doubled_and_forged(sandbox, receiver, fault, count, told):
    receiver.answers += [401] if fault == "webhook_bad_signature" else []
    sandbox.fault("whatsapp", fault, scope=sandbox.scope, count=count)
    send(sandbox, key_that(sandbox, False))
    time.sleep(0.7)
    wait_for(lambda: len(about(sandbox, receiver)) >= told)
    assert len(about(sandbox, receiver)) == told
    if fault == "webhook_bad_signature":
        with pytest.raises(AssertionError):
            verified(about(sandbox, receiver)[0])


def test_a_lost_answer_has_its_effect_and_its_statuses(sandbox, receiver):
    sandbox.fault("whatsapp", "timeout_after", scope=sandbox.scope)
    with pytest.raises(Exception, match="disconnected"):
        send(sandbox, f"{sandbox.scope}-lost")
    wait_for(lambda: about(sandbox, receiver))
    assert statuses(sandbox, receiver)[0]["biz_opaque_callback_data"] == f"{sandbox.scope}-lost"


def test_errors_have_the_graph_apis_shape(sandbox):
    for answer, status, code in (
        (send(sandbox, "k", token="wrong"), 401, 190),
        (send(sandbox, "k", number="999"), 400, 100),
        (send(sandbox, "k", to="nobody"), 400, 131009),
        (send(sandbox, "k", text=""), 400, 131008),
    ):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (status, code)
        assert error["error_data"]["details"]
        assert error["fbtrace_id"]
    sandbox.fault("whatsapp", "rate_limited", scope=sandbox.scope)
    limited = send(sandbox, "k")
    assert (limited.status_code, limited.json()["error"]["code"]) == (429, 130429)
    assert sandbox.rows("effects") == []


def test_a_message_without_our_key_still_has_one(sandbox, receiver):
    send(sandbox, None)
    [effect] = sandbox.rows("effects")
    assert effect["idempotency_key"].startswith("sha256:")
    own = effect["reference"].encode()
    wait_for(lambda: [each for each in receiver.received if own in each[2]])
    told = next(each for each in receiver.received if own in each[2])
    assert "biz_opaque_callback_data" not in verified(told)["statuses"][0]


def test_what_is_taken_back_is_marked(sandbox):
    first = send(sandbox, f"{sandbox.scope}-1")
    undo = {"x-sandbox-undoes": f"{sandbox.scope}-1"}
    second = send(sandbox, f"{sandbox.scope}-2", **undo)
    rows = sandbox.rows("effects")
    assert rows[0]["reference"] == first.json()["messages"][0]["id"]
    assert rows[0]["undone"] == second.json()["messages"][0]["id"]


@pytest.mark.parametrize(
    ("change", "status"),
    [({"from": "966500000000"}, 404), ({"from": "nobody"}, 422), ({"at": "soon"}, 422)],
)
def test_a_bad_reply_is_refused(sandbox, change, status):
    send(sandbox, f"{sandbox.scope}-1")
    assert reply(sandbox, **change).status_code == status


def test_the_handshake_is_metas(sandbox, receiver):
    answer = sandbox.client.post("/_sandbox/whatsapp/handshake")
    assert answer.json() == {"subscribed": False, "status": 501}, "the receiver answers no GET"
    assert VERIFY_TOKEN not in answer.text


def test_a_person_may_have_another_id_than_the_number_sent_to(sandbox, receiver):
    sandbox.fault("whatsapp", "other_wa_id", scope=sandbox.scope)
    answer = send(sandbox, f"{sandbox.scope}-1").json()
    [contact] = answer["contacts"]
    assert contact["input"] == TO
    assert contact["wa_id"] != TO
    assert reply(sandbox).status_code == 201
    wait_for(lambda: [each for each in receiver.received if b'"contacts"' in each[2]])
    [one] = [each for each in receiver.received if b'"contacts"' in each[2]]
    assert verified(one)["messages"][0]["from"] == contact["wa_id"]
    wait_for(lambda: about(sandbox, receiver))
    assert statuses(sandbox, receiver)[0]["recipient_id"] == contact["wa_id"]
    send(sandbox, f"{sandbox.scope}-2", text="شكراً")
    assert sandbox.rows("effects")[1]["body"]["failure"] is None, "they have written"


def test_statuses_come_in_one_webhook_and_not_in_their_order(sandbox, receiver):
    sandbox.fault("whatsapp", "batched_statuses", scope=sandbox.scope)
    send(sandbox, key_that(sandbox, False))
    wait_for(lambda: about(sandbox, receiver))
    [one] = about(sandbox, receiver)
    values = [entry["changes"][0]["value"] for entry in json.loads(one[2])["entry"]]
    told = [[status["status"] for status in value["statuses"]] for value in values]
    assert told == [["read", "delivered"], ["sent"]]


@pytest.mark.parametrize(
    ("fault", "word"),
    [("held_for_quality", "held_for_quality_assessment"), ("paused", "paused")],
)
def test_a_message_that_is_held_back_is_taken_and_told_of_no_further(
    sandbox, receiver, fault, word
):
    sandbox.fault("whatsapp", fault, scope=sandbox.scope)
    answer = send(sandbox, f"{sandbox.scope}-1")
    assert answer.json()["messages"][0]["message_status"] == word
    time.sleep(0.7)
    assert about(sandbox, receiver) == []
    assert len(sandbox.rows("effects")) == 1


def test_a_token_ends_and_nothing_was_sent(sandbox):
    sandbox.fault("whatsapp", "token_expired", scope=sandbox.scope)
    error = send(sandbox, "k").json()["error"]
    assert (error["code"], error["error_subcode"]) == (190, 463)
    assert sandbox.rows("effects") == []
    assert send(sandbox, "k").status_code == 200

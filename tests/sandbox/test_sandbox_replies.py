"""Replies come as signed webhooks, until acknowledged, whatever faults there are."""

import base64
import json
import time
from itertools import pairwise

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from tests.sandbox.conftest import SECRET, wait_for

PATH = "/api/v1/webhooks/smtp"


def reply(sandbox, text="موافقون، شكراً", **more):
    body = {"channel": "email", "from": "Sami <Sami@partner.example>", "text": text, **more}
    body.setdefault("scope", sandbox.scope)
    answer = sandbox.client.post("/_sandbox/messages/reply", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def verified(received):
    _, headers, body, _ = received
    return Webhook(SECRET).verify(body, headers)


def is_acknowledged(sandbox):
    return all(row["status"] == "acknowledged" for row in sandbox.rows("deliveries"))


def test_a_reply_answers_the_last_mail_by_a_signed_webhook(sandbox, receiver):
    sandbox.mail("<first@dealix.example>")
    sandbox.mail("<last@dealix.example>", subject="الشروط", References="<first@dealix.example>")
    sandbox.mail("<other@dealix.example>", to="mona@partner.example")
    replied = reply(sandbox)
    wait_for(lambda: receiver.received)
    path, headers, _, _ = receiver.received[0]
    event = verified(receiver.received[0])
    assert path == PATH
    assert headers["webhook-id"] == replied["delivery"]
    assert event["type"] == "email.received"
    data = event["data"]
    assert data["in_reply_to"] == "<last@dealix.example>"
    assert data["references"] == ["<first@dealix.example>", "<last@dealix.example>"]
    assert (data["subject"], data["text"]) == ("Re: الشروط", "موافقون، شكراً")
    assert data["to"] == ["partners@dealix.example"]
    wait_for(lambda: is_acknowledged(sandbox))


def test_the_mailbox_shows_both_directions_of_one_address(sandbox, receiver):
    sandbox.mail("<mine@dealix.example>")
    sandbox.mail("<hers@dealix.example>", to="mona@partner.example")
    reply(sandbox)
    rows = sandbox.rows("messages", address="sami@partner.example")
    assert [row["direction"] for row in rows] == ["out", "in"]
    assert len(sandbox.rows("effects")) == 2, "a reply is no effect of ours"
    wait_for(lambda: is_acknowledged(sandbox))


def test_a_deaf_receiver_is_tried_until_it_acknowledges(sandbox, receiver):
    receiver.answers += [500, 401, 302]
    sandbox.mail("<deaf@dealix.example>")
    reply(sandbox)
    wait_for(lambda: is_acknowledged(sandbox))
    assert len(receiver.received) == 4
    assert len({headers["webhook-id"] for _, headers, _, _ in receiver.received}) == 1
    assert len({body for _, _, body, _ in receiver.received}) == 1
    assert all(verified(each) for each in receiver.received)
    times = [at for _, _, _, at in receiver.received]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[0] < gaps[1] < gaps[2]
    attempts = sandbox.rows("deliveries")[0]["attempts"]
    assert [each["answer"] for each in attempts] == [500, 401, 302, 204]


def test_webhook_twice_comes_twice_under_one_id(sandbox, receiver):
    sandbox.fault("smtp", "webhook_twice", scope=sandbox.scope)
    sandbox.mail("<twice-hook@dealix.example>")
    reply(sandbox)
    wait_for(lambda: len(receiver.received) == 2)
    wait_for(lambda: is_acknowledged(sandbox))
    first, second = receiver.received
    assert first[1]["webhook-id"] == second[1]["webhook-id"]
    assert verified(first) == verified(second)


def test_webhook_late_comes_late(sandbox, receiver):
    sandbox.fault("smtp", "webhook_late", scope=sandbox.scope, seconds=0.8)
    sandbox.mail("<late@dealix.example>")
    begun = time.monotonic()
    reply(sandbox)
    wait_for(lambda: receiver.received)
    assert receiver.received[0][3] - begun >= 0.75
    wait_for(lambda: is_acknowledged(sandbox))


def test_webhook_bad_signature_is_followed_by_a_good_one(sandbox, receiver):
    receiver.answers += [401]
    sandbox.fault("smtp", "webhook_bad_signature", scope=sandbox.scope)
    sandbox.mail("<forged@dealix.example>")
    reply(sandbox)
    wait_for(lambda: is_acknowledged(sandbox))
    forged, good = receiver.received
    with pytest.raises(WebhookVerificationError):
        verified(forged)
    assert verified(good)
    assert [each["fault"] for each in sandbox.rows("deliveries")[0]["attempts"]] == [
        "webhook_bad_signature",
        None,
    ]


def test_webhook_lost_never_comes_unless_sent_again_by_hand(sandbox, receiver):
    sandbox.fault("smtp", "webhook_lost", scope=sandbox.scope)
    sandbox.mail("<lost@dealix.example>")
    lost = reply(sandbox)["delivery"]
    time.sleep(0.6)
    assert receiver.received == []
    assert sandbox.rows("deliveries")[0]["status"] == "lost"
    again = sandbox.client.post(f"/_sandbox/deliveries/{lost}/redeliver")
    assert again.status_code == 202
    wait_for(lambda: is_acknowledged(sandbox))
    assert receiver.received[0][1]["webhook-id"] == lost


def test_a_killed_sandbox_delivers_after_its_restart(own_sandbox, receiver):
    receiver.answers += [503] * 1000
    own_sandbox.mail("<pending@dealix.example>")
    delivery = reply(own_sandbox)["delivery"]
    wait_for(lambda: receiver.received)
    own_sandbox.kill()
    receiver.answers.clear()
    receiver.received.clear()
    own_sandbox.start()
    wait_for(lambda: receiver.received)
    assert receiver.received[0][1]["webhook-id"] == delivery
    wait_for(lambda: is_acknowledged(own_sandbox))


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"from": "nobody@partner.example"}, 404),
        ({"channel": "whatsapp"}, 422),
        ({"text": ""}, 422),
        ({"text": 5}, 422),
        ({"from": "nonsense"}, 422),
        ({"surprise": "x"}, 422),
        ({"at": "yesterday"}, 422),
        ({"text": "x" * 100_001}, 413),
    ],
)
def test_a_bad_reply_is_refused(sandbox, receiver, change, status):
    sandbox.mail("<refuse@dealix.example>")
    body = {"channel": "email", "from": "sami@partner.example", "text": "yes"} | change
    answer = sandbox.client.post("/_sandbox/messages/reply", content=json.dumps(body))
    assert answer.status_code == status
    assert answer.json()["error"]
    assert receiver.received == []


def test_a_reply_may_carry_a_virtual_time(sandbox, receiver):
    sandbox.mail("<then@dealix.example>", X_Sandbox_Time="2027-01-01T00:00:00Z")
    reply(sandbox, at="2027-01-04T00:00:00Z")
    wait_for(lambda: receiver.received)
    assert verified(receiver.received[0])["data"]["sent_at"] == "2027-01-04T00:00:00.000Z"
    assert sandbox.rows("messages")[-1]["at"] == "2027-01-04T00:00:00.000Z"
    wait_for(lambda: is_acknowledged(sandbox))


def test_a_stranger_writes_without_having_received_anything(sandbox, receiver):
    body = {"channel": "email", "from": "Sara <sara@new.example>", "text": "مرحباً", "subject": "Hi"}
    made = sandbox.client.post("/_sandbox/messages/write", json=body)
    assert made.status_code == 201, made.text
    wait_for(lambda: receiver.received)
    data = verified(receiver.received[0])["data"]
    assert (data["in_reply_to"], data["references"], data["subject"]) == ("", [], "Hi")
    assert sandbox.client.post("/_sandbox/messages/write", json={"text": "x"}).status_code == 422


def enclosed(name, content):
    return {"filename": name, "content": base64.b64encode(content).decode()}


def test_files_of_a_reply_come_with_its_webhook_and_stand_in_the_mailbox(sandbox, receiver):
    sandbox.mail("<files@dealix.example>")
    replied = reply(
        sandbox, attachments=[enclosed("الشروط.docx", b"PK\x03\x04"), enclosed("", b"")]
    )
    wait_for(lambda: receiver.received)
    first, second = verified(receiver.received[0])["data"]["attachments"]
    assert (first["filename"], base64.b64decode(first["content"])) == ("الشروط.docx", b"PK\x03\x04")
    assert (second["filename"], second["size"], second["content"]) == (None, 0, "")
    [row] = [r for r in sandbox.rows("messages") if r["id"] == replied["id"]]
    assert [one["size"] for one in row["attachments"]] == [4, 0]
    file = sandbox.client.get(f"/_sandbox/messages/{row['id']}/attachments/1")
    assert file.content == b"PK\x03\x04"
    assert sandbox.client.get(f"/_sandbox/messages/{row['id']}/attachments/3").status_code == 404
    wait_for(lambda: is_acknowledged(sandbox))


def test_a_file_beyond_the_room_of_a_webhook_is_named_without_its_content(sandbox, receiver):
    sandbox.mail("<large@dealix.example>")
    files = [enclosed("large.pdf", b"0" * 8_000_000), enclosed("small.pdf", b"%PDF-")]
    reply(sandbox, attachments=files)
    wait_for(lambda: receiver.received)
    large, small = verified(receiver.received[0])["data"]["attachments"]
    assert (large["size"], "content" in large, "content" in small) == (8_000_000, False, True)
    wait_for(lambda: is_acknowledged(sandbox))


@pytest.mark.parametrize(
    "files",
    [
        "a.pdf",
        [{"content": "no base64!"}],
        [{"filename": "a.pdf", "path": "/etc/passwd"}],
        [{"filename": "a" * 501, "content": ""}],
        [{"filename": "a.pdf", "content": ""}] * 21,
        ["a.pdf"],
    ],
)
def test_files_that_cannot_be_sent_are_refused(sandbox, files):
    sandbox.mail("<none@dealix.example>")
    body = {"channel": "email", "from": "sami@partner.example", "text": "x", "attachments": files}
    answer = sandbox.client.post("/_sandbox/messages/reply", json=body)
    assert (answer.status_code, bool(answer.json()["error"])) == (422, True)

"""Mail, twice sent is twice there; faults strike where they say."""

import smtplib
import time
from email import policy

import pytest


def test_a_mail_is_one_effect_under_its_message_id(sandbox):
    code, answer = sandbox.mail("<one@dealix.example>")
    assert code == 250
    (row,) = sandbox.rows("effects")
    assert (row["provider"], row["kind"]) == ("smtp", "email")
    assert row["idempotency_key"] == "<one@dealix.example>"
    assert row["reference"] in answer.decode()
    assert row["undone"] is None
    assert row["body"]["to"] == ["sami@partner.example"]


def test_arabic_headers_and_bodies_are_read_as_written(sandbox):
    sandbox.mail("<ar@dealix.example>", subject="شروط الشراكة", text="السلام عليكم،\nمرفق الشروط.")
    (row,) = sandbox.rows("messages")
    assert row["subject"] == "شروط الشراكة"
    assert row["text"].splitlines() == ["السلام عليكم،", "مرفق الشروط."]


def test_alternatives_and_attachments_are_listed(sandbox):
    message = sandbox.message("<parts@dealix.example>")
    message.add_alternative("<p>أهلاً</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="terms.pdf")
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as client:
        client.send_message(message)
    (row,) = sandbox.rows("messages")
    assert row["html"].strip() == "<p>أهلاً</p>"
    assert [each["name"] for each in row["attachments"]] == ["terms.pdf"]


def test_broken_mail_is_kept_and_has_a_key(sandbox):
    raw = (
        b"Subject: =?utf-8?q?=ff?= \xff\r\nContent-Type: text/plain; charset=nonsense\r\n"
        b"X-Sandbox-Scope: " + sandbox.scope.encode() + b"\r\n\r\n\xff\xfe hello\r\n"
    )
    for _ in range(2):
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as client:
            client.sendmail("a@dealix.example", ["b@partner.example"], raw)
    first, second = sandbox.rows("effects")
    assert first["idempotency_key"].startswith("sha256:")
    assert first["idempotency_key"] == second["idempotency_key"]
    assert "hello" in first["body"]["text"]
    assert sandbox.rows("requests")[0]["encoding"] == "base64"


def test_the_same_message_id_twice_is_doubled(sandbox):
    sandbox.mail("<twice@dealix.example>")
    sandbox.mail("<twice@dealix.example>")
    rows = sandbox.rows("effects", provider="smtp", key="<twice@dealix.example>")
    assert len(rows) == 2
    assert rows[0]["reference"] != rows[1]["reference"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Dealix_Undoes": "<terms@dealix.example>"},
        {"In_Reply_To": "<terms@dealix.example>", "X_Dealix_Kind": "retraction"},
    ],
)
def test_a_retraction_marks_what_it_takes_back(sandbox, headers):
    sandbox.mail("<terms@dealix.example>")
    sandbox.mail("<retract@dealix.example>", **headers)
    mine = {row["idempotency_key"]: row for row in sandbox.rows("effects")}
    retraction = mine["<retract@dealix.example>"]
    assert mine["<terms@dealix.example>"]["undone"] == retraction["reference"]
    assert retraction["undoes"] == "<terms@dealix.example>"
    assert retraction["undone"] is None


def test_a_plain_reply_takes_nothing_back(sandbox):
    sandbox.mail("<kept@dealix.example>")
    sandbox.mail("<note@dealix.example>", In_Reply_To="<kept@dealix.example>")
    assert [row["undone"] for row in sandbox.rows("effects")] == [None, None]


def test_a_rehearsals_time_becomes_at(sandbox):
    sandbox.mail("<virtual@dealix.example>", X_Sandbox_Time="2027-02-01T12:00:00+03:00")
    (row,) = sandbox.rows("effects")
    assert row["at"] == "2027-02-01T09:00:00.000Z"
    assert row["received_at"] < "2027"


def test_an_unreadable_time_is_refused(sandbox):
    code, _ = sandbox.mail("<bad-time@dealix.example>", X_Sandbox_Time="tomorrow")
    assert code == 554
    assert sandbox.rows("effects") == []


@pytest.mark.parametrize(("fault", "code"), [("error_500", 451), ("rate_limited", 450)])
def test_a_refusing_server_has_nothing(sandbox, fault, code):
    sandbox.fault("smtp", fault, scope=sandbox.scope)
    answered, _ = sandbox.mail("<refused@dealix.example>")
    assert answered == code
    assert sandbox.rows("effects") == []
    (request,) = sandbox.rows("requests")
    assert (request["status"], request["fault"]) == (code, fault)
    assert sandbox.mail("<refused@dealix.example>")[0] == 250


def test_timeout_before_drops_at_data_with_nothing_there(sandbox):
    address = f"{sandbox.scope}@partner.example"
    sandbox.fault("smtp", "timeout_before", match=address)
    error = sandbox.mail("<before@dealix.example>", to=address)
    assert isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError)
    assert sandbox.rows("effects") == []
    assert sandbox.mail("<before@dealix.example>", to=address)[0] == 250
    every = sandbox.client.get("/_sandbox/requests").json()
    requests = [row for row in every if row["path"] == address]
    assert [(row["fault"], row["status"]) for row in requests] == [
        ("timeout_before", None),
        (None, 250),
    ]


def test_timeout_after_has_the_mail_and_no_answer(sandbox):
    sandbox.fault("smtp", "timeout_after", scope=sandbox.scope)
    error = sandbox.mail("<after@dealix.example>")
    assert isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError)
    assert len(sandbox.rows("effects", key="<after@dealix.example>")) == 1
    assert sandbox.rows("requests")[0]["status"] is None


def test_a_server_that_goes_away_after_the_mail_has_it(sandbox):
    sandbox.fault("smtp", "error_500_after", scope=sandbox.scope)
    assert sandbox.mail("<gone@dealix.example>")[0] == 421
    assert len(sandbox.rows("effects", key="<gone@dealix.example>")) == 1


def test_slow_has_the_mail_at_once_and_answers_late(sandbox):
    sandbox.fault("smtp", "slow", scope=sandbox.scope, seconds=0.6)
    begun = time.monotonic()
    assert sandbox.mail("<slow@dealix.example>")[0] == 250
    assert time.monotonic() - begun >= 0.6
    assert len(sandbox.rows("effects")) == 1


def test_a_client_that_gives_up_on_a_slow_server_was_heard(sandbox):
    sandbox.fault("smtp", "slow", scope=sandbox.scope, seconds=30)
    message = sandbox.message("<gave-up@dealix.example>")
    client = smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=0.5)
    with pytest.raises((smtplib.SMTPServerDisconnected, TimeoutError)):
        client.send_message(message)
    client.close()
    assert len(sandbox.rows("effects")) == 1


def test_too_large_a_mail_is_refused(sandbox):
    message = sandbox.message("<huge@dealix.example>", text="x").as_bytes(policy=policy.SMTP)
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as client:
        client.ehlo()
        client.mail("a@dealix.example")
        client.rcpt("b@partner.example")
        code, _ = client.data(message + (b"y" * 900 + b"\r\n") * 11_500)
    assert code == 552
    assert sandbox.rows("effects") == []

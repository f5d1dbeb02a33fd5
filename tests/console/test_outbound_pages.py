"""The outbound desk shows each message with its rules; a partner who says stop is left alone."""

import httpx


def sent(console):
    """A run whose terms went out; answers it with the message as programs see it."""
    run = console.start()
    console.terms_out(run)
    console.visitor("noura").until(
        f"/outbound?run={run}", lambda page: "Done" in page.text, "the terms went out"
    )
    headers = {"Authorization": f"Bearer {console.person('noura')['token']}"}
    address = f"{console.url}/api/v1/messages/outbound?run={run}"
    messages = httpx.get(address, headers=headers, trust_env=False).json()
    (message,) = (each for each in messages if each["channel"] == "email")
    return run, message


def test_a_message_is_shown_with_what_each_rule_said(console):
    run, _ = sent(console)
    page = console.visitor("noura").get(f"/outbound?run={run}")
    for words in ("Allowed", "Nobody is disturbed in quiet hours", "Partnership", "Done"):
        assert words in page.text
    arabic = console.visitor("noura", locale="ar").get(f"/outbound?run={run}")
    assert "لا يُزعَج أحد في ساعات الهدوء" in arabic.text


def test_a_message_shows_what_the_provider_told_of_it(console):
    run, _ = sent(console)
    path = f"/outbound?run={run}"
    page = console.visitor("noura").until(
        path, lambda p: 'data-receipt="read"' in p.source, "that it was read"
    )
    assert "What the provider told" in page.text
    arabic = console.visitor("noura", locale="ar").get(path)
    assert "ما أخبر به المزوّد" in arabic.text


def test_a_delivery_with_a_wrong_signature_is_listed_for_operators_without_its_body(console):
    secret = "words of a forger"
    answer = httpx.post(
        f"{console.url}/api/v1/webhooks/whatsapp",
        json={"entry": secret},
        headers={"X-Hub-Signature-256": "sha256=0"},
        trust_env=False,
    )
    assert answer.status_code == 401
    page = console.visitor("amal").get("/outbound")
    assert 'data-refused="whatsapp"' in page.source
    assert "The signature is wrong" in page.text
    assert secret not in page.source
    assert "التوقيع غير صحيح" in console.visitor("amal", locale="ar").get("/outbound").text
    assert "data-refused" not in console.visitor("noura").get("/outbound").source
    rows = console.api("amal", "GET", "/messages/refused")
    assert rows[0]["code"] == "webhook_signature"


def test_a_stop_in_an_answer_ends_all_messages_to_that_partner(console):
    run, message = sent(console)
    held = console.sandbox("GET", "/_sandbox/messages")
    answered = next(each for each in held if each["message_id"] == message["message_id"])
    assert "STOP" in answered["text"] or "إيقاف" in answered["text"]
    reply = {
        "channel": "email",
        "from": answered["to"][0],
        "text": "شكرًا لكم\nإيقاف",
        "message_id": answered["message_id"],
    }
    console.sandbox("POST", "/_sandbox/messages/reply", json=reply)
    officer = console.visitor("abeer")
    page = officer.until(
        "/consents", lambda page: "asked us to stop" in page.text, "the opt-out is on record"
    )
    assert f"/consents/{message['person_id']}" in page.links("/consents/person_")
    assert "An answer to us" in officer.get(f"/consents/{message['person_id']}").text
    fahad = console.visitor("fahad")
    fahad.send(fahad.get(f"/runs/{run}/undo"), f"/runs/{run}/cancel", comment="They said stop.")
    refused = console.visitor("noura").until(
        f"/outbound?run={run}",
        lambda page: "The person has asked us not to write again." in page.text,
        "the retraction is refused",
    )
    assert "Refused" in refused.text


def test_consent_is_recorded_on_the_persons_page(console):
    console.start()
    officer = console.visitor("abeer")
    everybody = officer.get("/consents").links("/consents/person_")
    page = officer.get(everybody[0])
    action = f"{everybody[0]}/record"
    said = {"event": "given", "channel": "email", "purpose": "marketing", "source": "web_form"}
    page = officer.send(page, action, **said)
    assert "It is on record." in page.text
    assert "Abeer Al-Harthi" in page.text
    wrong = officer.send(page, action, **{**said, "source": "given_by_starter"})
    assert wrong.status == 422
    assert action not in console.visitor("noura").get(everybody[0]).source

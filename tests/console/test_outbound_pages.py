"""The outbound desk shows each message with its rules; a partner who says stop is left alone."""


def sent(console):
    run = console.start()
    approval = console.waits_at(run, "manager_approval")
    console.decide(console.decider(approval), approval, "approve")
    second = console.waits_at(run, "executive_approval")
    return run, second


def test_a_message_is_shown_with_what_each_rule_said(console):
    run, _ = sent(console)
    page = console.visitor("noura").get(f"/outbound?run={run}")
    for words in ("Allowed", "Nobody is disturbed in quiet hours", "Partnership", "Done"):
        assert words in page.text
    arabic = console.visitor("noura", locale="ar").get(f"/outbound?run={run}")
    assert "لا يُزعَج أحد في ساعات الهدوء" in arabic.text


def test_a_stop_in_an_answer_ends_all_messages_to_that_partner(console):
    run, second = sent(console)
    held = console.sandbox("GET", "/_sandbox/messages")
    answered = [each for each in held if each["direction"] == "out"][-1]
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
    person = next(iter(page.links("/consents/person_")))
    assert "An answer to us" in officer.get(person).text
    console.decide(console.decider(second), second, "approve")
    refused = console.visitor("noura").until(
        f"/outbound?run={run}",
        lambda page: "The person has asked us not to write again." in page.text,
        "the notice is refused",
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

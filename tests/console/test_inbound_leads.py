"""A stranger writes to the company: the message is offered as a lead, and made one by a person."""

import time

WANTED = "We are interested in your platform. Please send us your prices and show us a demo."
ARABIC = "السلام عليكم، كم سعر الباقة السنوية؟ نرغب في عرض أسعار لشركتنا."


def write(console, **more):
    """Write by the mailbox's form as somebody whom nobody knows."""
    noura = console.visitor("noura")
    given = {"channel": "email", "subject": "Prices", "text": WANTED, **more}
    page = noura.send(noura.get("/mailbox"), "/mailbox/write", **given)
    assert page.path == "/outbound", page.text


def offers(console, handle="noura"):
    page = console.visitor(handle).get("/outbound")
    return page.links("/leads/from-message/inb_")


def until_offered(console, known=()):
    """The way to a new offer, once the message has come in and was read."""
    ends = time.monotonic() + 30
    while not (new := [each for each in offers(console) if each not in known]):
        assert time.monotonic() < ends, console.visitor("noura").get("/outbound").text
        time.sleep(0.3)
    return new[0]


def test_a_mail_of_a_stranger_is_offered_and_becomes_one_lead(console):
    known = offers(console)
    leads = console.api("noura", "GET", "/leads")
    write(console, **{"from": "Sara Al-Harbi <sara@tamr-oasis.example>"})
    place = until_offered(console, known)
    assert console.api("noura", "GET", "/leads") == leads, "nothing is made by itself"
    noura = console.visitor("noura")
    page = noura.get(place)
    assert WANTED in page.source
    values = page.form(place)["values"]
    assert values["contact.email"] == "sara@tamr-oasis.example"
    assert values["contact.name"] == "Sara Al-Harbi"
    assert values["company.website"] == "https://tamr-oasis.example"
    assert values["source"] == "inbound_message"
    assert "sara@" not in place
    wrong = noura.send(page, place, **{"company.name": ""})
    assert (wrong.status, "Fill this in." in wrong.text) == (422, True)
    begun = noura.send(page, place, **{"company.name": "Tamr Oasis"})
    assert begun.path.startswith("/runs/run_"), begun.text
    noura.until(begun.path, lambda seen: "The lead and its memo" in seen.text, "a qualified lead")
    assert noura.send(page, place).status == 404, "it is taken up"
    assert place not in offers(console)
    made = [each for each in console.api("noura", "GET", "/leads") if each not in leads]
    assert [(each["contact"]["name"], each["source"]) for each in made] == [
        ("Sara Al-Harbi", "inbound_message")
    ]
    inbound = console.api("noura", "GET", "/messages/inbound")
    [event] = [each for each in inbound if each["id"] == place.rpartition("/")[2]]
    assert (event["stranger"], event["run"]) == (False, begun.path.rpartition("/")[2])


def test_a_whatsapp_message_is_offered_with_its_number(console):
    known = offers(console)
    write(console, channel="whatsapp", text=ARABIC, **{"from": "+966 55 765 4321"})
    place = until_offered(console, known)
    values = console.visitor("noura").get(place).form(place)["values"]
    assert values["contact.phone"] == "+966557654321"
    assert values["contact.locale"] == "ar"


def test_who_wants_nothing_of_ours_is_no_lead(console):
    known = offers(console)
    write(console, subject="Support", text="لا تراسلوني مرة أخرى", **{"from": "x@stop.example"})
    write(console, text=WANTED, **{"from": "y@after.example"})
    place = until_offered(console, known)
    assert [each for each in offers(console) if each not in known] == [place]


def test_offers_are_for_who_may_enter_leads_of_the_company_that_is_written_to(console):
    write(console, **{"from": "z@other.example"})
    place = until_offered(console)
    assert offers(console, "dana") == []
    assert console.visitor("dana").get(place).status == 403
    assert console.visitor("mariam", "rawabi-ae").get(place).status in {403, 404}
    assert console.visitor("noura").get("/leads/from-message/inb_x").status == 404
    for body in ({"from": ""}, {"from": "no address"}, {"channel": "post"}, {"text": ""}):
        noura = console.visitor("noura")
        given = {"channel": "email", "from": "a@b.example", "text": WANTED, **body}
        assert noura.send(noura.get("/mailbox"), "/mailbox/write", **given).status == 422

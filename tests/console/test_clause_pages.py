"""The clause library in the console: side by side, marked stale, confirmed by legal only."""


def test_a_change_marks_the_other_language_stale_until_legal_confirms(console):
    noura, maha = console.visitor("noura"), console.visitor("maha")
    before = noura.get("/clauses")
    assert "Confidentiality" in before.source
    assert "السرية" in before.text
    changed = noura.send(
        before, "/clauses/confidentiality/change", en="Each party keeps it secret for ten years."
    )
    assert changed.status == 200
    assert "ten years" in changed.source
    assert "Arabic is stale" in changed.text
    assert "Confirmed last" in changed.source
    assert "/clauses/confidentiality/confirm" not in changed.source, "this is legal's to do"
    page = maha.get("/clauses")
    confirmed = maha.send(page, "/clauses/confidentiality/confirm")
    assert "Arabic is stale" not in confirmed.text
    late = maha.send(page, "/clauses/confidentiality/confirm", version="1")
    assert late.status == 409
    assert "has changed since you saw it" in late.text


def test_what_was_entered_stays_when_it_is_refused(console):
    noura = console.visitor("noura")
    page = noura.get("/clauses")
    refused = noura.send(page, "/clauses/offer/change", en="It ends with {salary} & <b>all</b>.")
    assert refused.status == 422
    assert "Nothing fills the place" in refused.text
    assert refused.form("/clauses/offer/change")["values"]["en"].startswith("It ends with {salary}")


def test_who_may_only_read_sees_no_form(console):
    page = console.visitor("dana").get("/clauses")
    assert "Confidentiality" in page.text
    assert "/change" not in page.source

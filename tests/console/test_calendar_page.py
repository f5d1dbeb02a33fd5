"""The calendar's page: both dates, holidays, and a day that the administrator sets."""


def test_a_month_shows_holidays_ramadan_and_both_dates(console):
    english = console.visitor("noura").get("/calendar?month=2026-03")
    for words in ("March 2026", "Eid al-Fitr Holiday", "1 Shawwal 1447 AH", "10:00–16:00"):
        assert words in english.text
    assert 'action="/calendar/day"' not in english.source  # only the administrator sets days
    arabic = console.visitor("noura", locale="ar").get("/calendar?month=2026-03")
    for words in ("مارس 2026", "عطلة عيد الفطر", "1 شوال 1447 هـ", "الجمعة"):
        assert words in arabic.text


def test_the_administrator_sets_a_day_and_takes_it_back(console):
    bandar = console.visitor("bandar")
    page = bandar.get("/calendar?month=2027-05")
    told = {"day": "2027-05-20", "kind": "holiday", "name": "Moon day", "name_ar": "يوم الهلال"}
    page = bandar.send(page, "/calendar/day", **told)
    assert "The day is set." in page.text
    assert "Moon day" in page.text
    wrong = bandar.send(page, "/calendar/day", day="2027-05-20", kind="hours")
    assert wrong.status == 422
    assert "Other hours need a begin and an end" in wrong.text
    page = bandar.send(wrong, "/calendar/day", day="2027-05-20", kind="usual", begins="", ends="")
    assert "Moon day" not in page.text


def test_settings_are_kept_and_nobody_else_may_change_them(console):
    rashid = console.visitor("rashid", "rawabi-ae")
    page = rashid.get("/calendar")
    changed = {"allowed_critical": "2", "has_quiet": "true", "quiet_begins": "22:00"}
    kept = rashid.send(page, "/calendar/settings", **changed)
    assert "The settings are kept." in kept.text
    form = kept.form("/calendar/settings")["values"]
    assert (form["allowed_critical"], form["quiet_begins"]) == ("2", "22:00")
    rashid.send(kept, "/calendar/settings", has_quiet="")  # the example's partners never sleep
    mariam = console.visitor("mariam", "rawabi-ae")
    page = mariam.get("/calendar")
    assert mariam.send(page, "/calendar/settings").status in (403, 422)

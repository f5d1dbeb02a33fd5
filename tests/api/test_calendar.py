"""The calendar for programs: a month, one day's word, settings."""


def test_a_program_reads_a_month_and_sets_a_day(door):
    admin, noura = door.client("bandar"), door.client("noura")
    month = noura.get("/api/v1/calendar", params={"month": "2026-03"}).json()
    assert month["time_zone"] == "Asia/Riyadh"
    assert len(month["days"]) == 31
    told = {"date": "2026-03-25", "kind": "holiday", "name": "Eid, a day more"}
    assert noura.put("/api/v1/calendar", json=told).json()["code"] == "not_entitled"
    day = admin.put("/api/v1/calendar", json=told).json()
    assert (day["working"], day["holiday"], day["override"]) == (
        False,
        "Eid, a day more",
        "holiday",
    )
    back = admin.put("/api/v1/calendar", json={"date": "2026-03-25", "kind": "usual"})
    assert back.json()["working"] is True
    again = admin.put("/api/v1/calendar", json={"date": "2026-03-25", "kind": "usual"})
    assert again.status_code == 404


def test_a_month_that_is_none_and_hours_that_run_backwards_are_refused(door):
    admin = door.client("bandar")
    assert admin.get("/api/v1/calendar", params={"month": "2026-13"}).status_code == 422
    assert admin.get("/api/v1/calendar", params={"month": "soon"}).status_code == 422
    hours = {"begins": "15:00", "ends": "10:00"}
    wrong = {"date": "2026-03-25", "kind": "hours", "hours": hours}
    answer = admin.put("/api/v1/calendar", json=wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "hours_backwards"
    nothing = admin.put("/api/v1/calendar", json={"date": "2026-03-25", "kind": "hours"})
    assert nothing.status_code == 422


def test_settings_have_defaults_and_are_changed_as_a_whole(door):
    admin = door.client("rashid", "rawabi-ae")
    found = admin.get("/api/v1/calendar/settings").json()
    assert found["day"] == {"begins": "09:00:00", "ends": "17:00:00"}
    assert found["allowed"] == {"critical": 240, "high": 480, "normal": 960, "low": 2400}
    found["allowed"]["critical"] = 120
    assert admin.put("/api/v1/calendar/settings", json=found).json()["allowed"]["critical"] == 120
    assert admin.get("/api/v1/calendar/settings").json() == found

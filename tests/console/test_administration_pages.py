"""Administration by its pages; and a contact who is erased while their run is open."""

import time

import pytest

from dealix.cli.main import run as dealix


def until(look, seconds=60):
    """The first answer that is something."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.2)
    return found


def test_an_invited_person_comes_in_by_the_pages_alone(console):
    admin = console.visitor("bandar")
    values = {
        "name": "Nada Al-Omari",
        "name_ar": "ندى العمري",
        "email": "nada@rawabi-sa.example",
        "roles": "sales_rep",
        "manager_id": console.person("noura")["user_id"],
    }
    form = admin.get("/users/new")
    wrong = admin.send(form, "/users/new", **{**values, "email": "nobody"})
    assert wrong.status == 422
    assert wrong.form("/users/new")["values"]["name_ar"] == "ندى العمري"  # nothing is lost
    made = admin.send(form, "/users/new", **values)
    code = made.source.partition('id="code"')[2].partition('class="mono">')[2].partition("<")[0]
    assert code
    stranger = console.visitor()
    page = stranger.get("/welcome")
    told = {"email": values["email"], "code": code, "new": "a long enough password"}
    different = stranger.send(page, "/welcome", **told, again="another")
    assert different.status == 422
    done = stranger.send(page, "/welcome", **told, again=told["new"])
    assert done.path == "/sign-in"
    signed = stranger.send(
        done, "/sign-in", email=values["email"], password="a long enough password", next="/account"
    )
    assert "Nada Al-Omari" in signed.text
    assert "Your roles wait for a second person" in stranger.get("/").text
    user = next(
        one for one in console.api("bandar", "GET", "/users") if one["email"] == values["email"]
    )
    second = console.visitor("abeer")
    assert 'id="unconfirmed"' in second.get("/").source
    assert 'id="unconfirmed"' not in admin.get("/").source  # who proposed it cannot confirm it
    assert "Nada Al-Omari comes in" in second.get("/users").text
    look = second.get(f"/users/{user['id']}")
    assert f"/users/{user['id']}/change" not in look.source  # she confirms, and gives nothing
    done = second.send(look, f"/users/{user['id']}/confirm")
    assert "It is confirmed" in done.text
    assert stranger.get("/start/partner_approval").status == 200
    page = admin.get(f"/users/{user['id']}")
    ended = admin.send(page, f"/users/{user['id']}/deactivate")
    assert "The access has ended" in ended.text
    assert stranger.get("/account").path == "/sign-in"


def test_an_administrator_sees_no_form_for_themselves_and_others_none_at_all(console):
    own = console.person("bandar")["user_id"]
    page = console.visitor("bandar").get(f"/users/{own}")
    assert "changed by another administrator" in page.text
    assert f"/users/{own}/change" not in page.source
    assert console.visitor("noura").get(f"/users/{own}").status == 403
    assert console.visitor("rashid", "rawabi-ae").get(f"/users/{own}").status == 404
    assert 'href="/users/' not in console.visitor("noura").get("/users").source


def test_ending_the_access_of_a_sole_approver_names_the_request_first(console):
    run = console.start()
    approval = console.waits_at(run, "manager_approval")
    decider = console.decider(approval)
    others = [
        one["user_id"]
        for one in console.record["sign_ins"]
        if one["tenant"] == "rawabi-sa"
        and {"director", "vp", "svp", "ceo"} & set(one["roles"])
        and not one["email"].startswith(decider)
    ]
    admin, user = console.visitor("bandar"), console.person(decider)["user_id"]
    for other in others:
        console.api("bandar", "POST", f"/users/{other}/deactivate", json={"knowing": True})
    try:
        page = admin.get(f"/users/{user}")
        refused = admin.send(page, f"/users/{user}/deactivate")
        assert refused.status == 409
        assert approval in refused.text
        assert "knowing" in refused.source
        knowing = admin.send(refused, f"/users/{user}/deactivate", knowing="true")
        assert "No access" in knowing.text
    finally:
        for each in (*others, user):
            back = console.api("bandar", "POST", f"/users/{each}/activate")
            path = f"/users/{each}/grants/{back['grant']['id']}/confirm"
            console.api("abeer", "POST", path)
        # Their sessions ended with their access: they sign in anew.
        for one in console.record["sign_ins"]:
            if one["user_id"] in (*others, user):
                words = {"email": one["email"], "password": one["password"]}
                one["token"] = console.visitor().client.post(
                    "/api/v1/sessions", json=words
                ).json()["token"]  # fmt: skip


def test_a_row_is_changed_by_its_form_and_a_second_person_puts_it_into_force(console):
    admin = console.visitor("bandar")
    table = console.api("bandar", "GET", "/authority")
    path = f"/authority/{table['version']}/rows/1"
    page = admin.get(path)
    same = admin.send(page, path, act="change")
    assert same.status == 422
    assert "would change nothing" in same.text
    draft = admin.send(page, path, amount_to="750000", act="change")
    assert "750,000" in draft.text
    assert "Another person who has this right" in draft.text
    assert console.visitor("noura").get(path).status == 403
    second = console.visitor("khalid")  # whom the administrator has given nothing
    shown = second.get(draft.path)
    done = second.send(shown, f"{draft.path}/activate")
    assert "in force now" in done.text
    rows = console.api("noura", "GET", "/authority")["rows"]
    assert rows[1]["amount_to"] == "750000"
    assert rows[1]["slots"] == table["rows"][1]["slots"]
    back = admin.send(admin.get(f"{draft.path}/rows/1"), f"{draft.path}/rows/1", amount_to="")
    again = second.send(second.get(back.path), f"{back.path}/activate")
    assert "in force now" in again.text


def test_lists_name_whom_they_are_about(console, waiting_run):
    name = console.api("noura", "GET", f"/runs/{waiting_run}")["subject"]["name"]
    for path in ("/runs", "/approvals", f"/runs/{waiting_run}", "/"):
        assert name in console.visitor("noura").get(path).text, path


@pytest.fixture(scope="module")
def erased(console):
    """A run whose terms are out and whose contact was erased before they answered."""
    run = console.start()
    first = console.waits_at(run, "manager_approval")
    console.terms_out(run)
    person = console.api("noura", "GET", f"/runs/{run}")["subject"]["persons"][0]
    officer = console.visitor("abeer")
    look = officer.get(f"/people/{person}/erase")
    assert run in look.text
    assert officer.send(look, f"/people/{person}/erase").status == 422  # no reason, no erasure
    done = officer.send(look, f"/people/{person}/erase", reason="person_asked")
    assert "The person is erased" in done.text
    return {"run": run, "first": first, "done": done}


def test_a_look_at_a_name_is_for_the_entitled_and_the_page_says_erased_afterwards(console, erased):
    person = erased["done"].path
    assert "The key is destroyed" in erased["done"].text
    assert console.visitor("noura").get(person).status == 403
    auditor = console.visitor("dana").get(person)
    assert auditor.status == 200
    assert "/erase" not in auditor.source
    page = console.visitor("fahad").get(f"/approvals/{erased['first']}")
    assert "The contact has been erased" in page.text
    assert 'id="draft"' not in page.source


def test_mail_to_an_erased_person_is_refused_and_everything_still_verifies(
    console, erased, tmp_path
):
    run = erased["run"]
    before = len(console.sandbox("GET", "/_sandbox/messages"))
    undo = console.api("fahad", "GET", f"/runs/{run}/undo-preview")["undo"]
    told = sum(each["action"].startswith("retract_terms") for each in undo)
    assert told
    console.api("fahad", "POST", f"/runs/{run}/cancel", json={})

    def open_cases():
        found = console.api("fahad", "GET", f"/cases?run={run}")
        return [each for each in found if each["status"] == "open"]

    for case in until(lambda: len(found := open_cases()) == told and found):
        assert (case["kind"], case["reason"]) == ("undo_failed", "person_erased")
        by_hand = {"resolution": "done_by_hand", "comment": "by phone"}
        console.api("fahad", "POST", f"/cases/{case['id']}/resolutions", json=by_hand)

    def ended():
        found = console.api("fahad", "GET", f"/runs/{run}")
        return found if found["ended_at"] else None

    shown = until(ended)
    assert (shown["status"], shown["outcome"]) == ("cancelled", "cancelled")
    assert len(console.sandbox("GET", "/_sandbox/messages")) == before
    [pack] = shown["evidence"]
    file = tmp_path / "pack.zip"
    headers = {"Authorization": f"Bearer {console.person('abeer')['token']}"}
    answer = console.visitor().client.get(
        f"/api/v1/evidence/{pack}.zip?reveal=true", headers=headers
    )
    file.write_bytes(answer.content)
    assert dealix(["evidence", "verify", str(file)]) == 0
    assert until(lambda: console.api("dana", "GET", "/audit/verify")["ok"], 15)

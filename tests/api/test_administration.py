"""Administration over HTTP: shapes, rights, codes, and that other companies see nothing."""

import json

from tests.api.test_bad_input import start

from dealix.api import account_schemas, schemas
from dealix.records import audit


def problem(answer):
    return answer.status_code, answer.json()["code"]


def test_an_administrator_invites_changes_and_ends_and_the_person_sets_a_password(door):
    admin, anybody = door.client("bandar"), door.client()
    given = {
        "name": "Hind Al-Saleh",
        "name_ar": "هند الصالح",
        "email": "hind@rawabi-sa.example",
        "roles": ["sales_rep"],
        "manager_id": door.person("noura")["user_id"],
    }
    made = admin.post("/api/v1/users", json=given)
    assert made.status_code == 201
    code = account_schemas.CodeView.model_validate(made.json())
    again = admin.post("/api/v1/users", json=given)
    assert problem(again) == (422, "email_unusable")
    words = {"email": given["email"], "password": "a long enough password"}
    assert problem(anybody.post("/api/v1/users/password", json={**words, "code": "x"})) == (
        401, "invitation_invalid",
    )  # fmt: skip
    assert problem(confirmed(door, code.id)) == (409, "password_first")
    assert anybody.post("/api/v1/users/password", json={**words, "code": code.code}).is_success
    token = anybody.post("/api/v1/sessions", json=words).json()["token"]
    hind = door.client(Authorization=f"Bearer {token}")
    assert hind.get("/api/v1/me").json()["roles"] == []
    assert problem(hind.get("/api/v1/runs")) == (403, "roles_wait")
    assert problem(confirmed(door, code.id, "bandar")) == (403, "same_person_confirms")
    view = account_schemas.AccountView.model_validate(confirmed(door, code.id).json())
    assert (view.roles, view.manager_id) == (["sales_rep"], given["manager_id"])
    assert hind.get("/api/v1/me").json()["roles"] == ["sales_rep"]
    changed = admin.patch(f"/api/v1/users/{code.id}", json={"roles": ["partner_manager"]})
    view = account_schemas.AccountView.model_validate(changed.json())
    assert (view.roles, view.grant.roles) == (["sales_rep"], ["partner_manager"])
    assert confirmed(door, code.id, "sultan").json()["roles"] == ["partner_manager"]
    assert admin.patch(f"/api/v1/users/{code.id}", json={"manager_id": None}).json()[
        "manager_id"
    ] is None  # fmt: skip
    assert hind.get("/api/v1/me").json()["roles"] == ["partner_manager"]
    assert admin.post(f"/api/v1/users/{code.id}/deactivate").json()["active"] is False
    assert problem(hind.get("/api/v1/me")) == (401, "not_signed_in")
    back = admin.post(f"/api/v1/users/{code.id}/activate").json()
    assert (back["active"], back["roles"], back["grant"]["why"]) == (True, [], "restored")
    refused = door.client("abeer").post(
        f"/api/v1/users/{code.id}/grants/{back['grant']['id']}/refuse"
    )
    assert refused.json()["grant"] is None


def confirmed(door, user, by="abeer"):
    """What a second person is answered who confirms what waits for this user."""
    waits = door.client("bandar").get("/api/v1/users/grants").json()
    [grant] = [one for one in waits if one["user_id"] == user]
    account_schemas.GrantView.model_validate(grant)
    return door.client(by).post(f"/api/v1/users/{user}/grants/{grant['id']}/confirm")


def test_what_waits_for_a_second_person_is_for_those_who_may(door):
    assert problem(door.client("noura").get("/api/v1/users/grants")) == (403, "not_entitled")
    lina = door.person("lina")["user_id"]
    body = {"roles": ["sales_rep", "operator"]}
    grant = door.client("bandar").patch(f"/api/v1/users/{lina}", json=body).json()["grant"]
    path = f"/api/v1/users/{lina}/grants/{grant['id']}"
    assert problem(door.client("noura").post(f"{path}/confirm")) == (403, "not_entitled")
    assert problem(door.client("noura").post(f"{path}/refuse")) == (403, "not_entitled")
    stranger = door.client("hessa", "rawabi-ae")
    assert problem(stranger.post(f"{path}/confirm")) == (404, "not_found")
    assert stranger.get("/api/v1/users/grants").json() == []
    assert door.client("sultan").post(f"{path}/refuse").json()["roles"] == ["sales_rep"]


def test_nobody_administers_themselves_or_without_the_right_or_another_company(door):
    admin, noura = door.client("bandar"), door.client("noura")
    own = door.person("bandar")["user_id"]
    lina = door.person("lina")["user_id"]
    mariam = door.person("mariam", "rawabi-ae")["user_id"]
    body = {"roles": ["ceo"]}
    assert problem(admin.patch(f"/api/v1/users/{own}", json=body)) == (403, "own_rights")
    assert problem(noura.patch(f"/api/v1/users/{lina}", json=body)) == (403, "not_entitled")
    assert problem(admin.patch(f"/api/v1/users/{mariam}", json=body)) == (404, "not_found")
    assert problem(admin.get(f"/api/v1/users/{mariam}")) == (404, "not_found")
    unknown = admin.patch(f"/api/v1/users/{lina}", json={"roles": ["emperor"]})
    assert problem(unknown) == (422, "unknown_role")


def test_own_password_and_sessions(door):
    person = door.person("turki")
    words = {"email": person["email"], "password": person["password"]}
    tokens = [door.client().post("/api/v1/sessions", json=words).json()["token"] for _ in "ab"]
    here, there = (door.client(Authorization=f"Bearer {token}") for token in tokens)
    listed = here.get("/api/v1/users/me/sessions").json()
    assert [account_schemas.SessionView.model_validate(each) for each in listed]
    other = next(each for each in listed if not each["present"])
    assert here.delete(f"/api/v1/users/me/sessions/{other['id']}").status_code == 204
    wrong = {"old": "wrong", "new": "a long enough password"}
    assert problem(here.post("/api/v1/users/me/password", json=wrong)) == (422, "password_wrong")
    right = {"old": person["password"], "new": "a long enough password"}
    assert here.post("/api/v1/users/me/password", json=right).json()["sessions_ended"] >= 1
    assert here.get("/api/v1/me").status_code == 200
    assert there.get("/api/v1/me").status_code == 401


def test_the_authority_table_takes_two_people(door):
    admin, ceo, noura = (door.client(who) for who in ("bandar", "sultan", "noura"))
    table = noura.get("/api/v1/authority").json()
    schemas.AuthorityOverview.model_validate(table)
    rows = table["rows"]
    rows[-1] = {**rows[-1], "amount_from": "10"}
    assert problem(noura.post("/api/v1/authority", json={"rows": rows})) == (403, "not_entitled")
    draft = admin.post("/api/v1/authority", json={"rows": rows})
    assert draft.status_code == 201
    view = schemas.AuthorityView.model_validate(draft.json())
    assert {each["change"] for each in view.differences} == {"changed"}
    path = f"/api/v1/authority/{view.version}"
    assert problem(admin.post(f"{path}/activate")) == (403, "same_person_activates")
    assert ceo.post(f"{path}/activate").json()["status"] == "active"
    assert problem(ceo.post(f"{path}/activate")) == (409, "authority_not_draft")
    assert noura.get("/api/v1/authority").json()["version"] == view.version
    stranger = door.client("rashid", "rawabi-ae")
    assert problem(stranger.get("/api/v1/authority/900")) == (404, "not_found")


def test_a_partners_contact_is_erased_after_a_look(door, noura):
    run = start(noura, number=77).json()
    assert run["subject"]["name"]
    [person] = run["subject"]["persons"]
    officer, auditor = door.client("abeer"), door.client("dana")
    path = f"/api/v1/people/{person}"
    held = schemas.HeldView.model_validate(auditor.get(path).json())
    assert held.open_runs == [run["id"]]
    assert problem(noura.get(path)) == (403, "not_entitled")
    assert problem(auditor.get(f"{path}?reveal=true")) == (403, "not_entitled")
    assert officer.get(f"{path}?reveal=true").json()["name"]
    body = {"reason": "person_asked", "held": held.held}
    assert problem(auditor.post(f"{path}/erase", json=body)) == (403, "not_entitled")
    stale = officer.post(f"{path}/erase", json={**body, "held": "sha256:old"})
    assert problem(stale) == (409, "held_changed")
    bare = officer.post(f"{path}/erase", json={"held": held.held})
    assert problem(bare) == (422, "invalid_input")
    assert officer.post(f"{path}/erase", json=body).json()["erased_at"]
    assert problem(officer.post(f"{path}/erase", json=body)) == (409, "person_erased")
    stranger = door.client("aisha", "rawabi-ae")
    assert problem(stranger.get(path)) == (404, "not_found")
    assert person not in [each["person_id"] for each in stranger.get("/api/v1/people").json()]


def test_lists_say_whom_runs_are_about(door, noura):
    run = start(noura, number=78).json()
    listed = noura.get("/api/v1/runs?limit=5").json()
    assert next(each for each in listed if each["id"] == run["id"])["subject"] == run["subject"]


def test_keys_are_told_and_rotated_by_an_operator(door, engines):
    before = json.loads(engines.secrets_file.read_text())
    operator, auditor = door.client("amal"), door.client("dana")
    rings = auditor.get("/api/v1/keys").json()
    assert [schemas.RingView.model_validate(each).ring for each in rings] == [
        "codec.keys",
        "person.kek",
    ]
    body = {"ring": "person.kek"}
    assert problem(auditor.post("/api/v1/keys/rotate", json=body)) == (403, "not_entitled")
    made = operator.post("/api/v1/keys/rotate", json=body).json()
    assert made["wrapped_anew"] > 0
    after = json.loads(engines.secrets_file.read_text())
    assert list(after["person.kek"])[:-1] == list(before["person.kek"])
    assert auditor.get("/api/v1/me").json()["name"]  # what the older key wrapped still opens
    assert engines.secrets_file.stat().st_mode & 0o777 == 0o600


def test_the_audit_is_verified_against_what_a_second_owner_has_kept(door):
    auditor = door.client("dana")
    known = {"main": [{"seq": 1, "hash": "0" * 64}]}
    audit.seal_all(door.services.database)
    assert auditor.post("/api/v1/audit/verify", json={"known": {}}).json()["ok"]
    found = auditor.post("/api/v1/audit/verify", json={"known": known}).json()
    assert not found["ok"]
    assert "main#1" in found["first_bad"]

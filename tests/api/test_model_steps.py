"""Who does model steps and what may leave, over the API and by `dealix models`."""

from tests.api.test_resources import fits
from tests.cli.conftest import terminal  # noqa: F401 (a fixture)

from dealix import model_steps
from dealix.api import model_schemas

DRAFT = "proposal_generation.draft_proposal"


def test_the_administrator_chooses_and_others_look_or_do_not(door):
    bandar, abeer, noura = (door.client(each) for each in ("bandar", "abeer", "noura"))
    shown = abeer.get("/api/v1/models").json()
    fits(model_schemas.ModelUseView, shown)
    assert (shown["configured"], shown["settings"]["otherwise"]) == ([], "rules")
    assert noura.get("/api/v1/models").status_code == 403
    assert [each["name"] for each in shown["steps"]] == [each.name for each in model_steps.ALL]
    body = {"steps": {"lead_scoring.score_lead": "model"}, "tokens_per_day": 1000}
    assert abeer.put("/api/v1/models", json=body).status_code == 403
    changed = bandar.put("/api/v1/models", json=body).json()
    assert changed["settings"]["steps"] == body["steps"]
    other = door.client("rashid", "rawabi-ae").get("/api/v1/models").json()
    assert other["settings"]["steps"] == {}
    for bad in ({"otherwise": "magic"}, {"steps": {"No Step": "rules"}}, {"tokens_per_day": -1}):
        answer = bandar.put("/api/v1/models", json=bad)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    answer = bandar.put("/api/v1/models", json={"steps": {"lead_scoring.adjust": "model"}})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_model_step")
    assert answer.json()["errors"][0]["field"] == "steps.lead_scoring.adjust"


def test_the_register_says_what_leaves_and_who_may_say_so(door):
    abeer, bandar = door.client("abeer"), door.client("bandar")
    rows = abeer.get("/api/v1/processing-register").json()
    fits(model_schemas.ProcessingView, rows)
    assert len(rows) == 7
    entry = {"categories": ["messages"], "basis": "consent", "leaves": "as_is"}
    refused = abeer.put("/api/v1/processing-register/ai_analysis", json=entry)
    assert [each["field"] for each in refused.json()["errors"]] == ["agreement"]
    given = entry | {"agreement": "DPA-7", "abroad": True}
    assert bandar.put("/api/v1/processing-register/ai_analysis", json=given).status_code == 403
    changed = abeer.put("/api/v1/processing-register/ai_analysis", json=given).json()
    fits(model_schemas.ProcessingView, changed)
    assert changed["leaves"] == bandar.get("/api/v1/models").json()["personal_data"] == "as_is"
    unfit = abeer.put(
        "/api/v1/processing-register/ai_analysis", json=given | {"agreement": "a\u202eb"}
    )
    assert unfit.status_code == 422
    assert abeer.put("/api/v1/processing-register/none", json=given).status_code == 404


def test_the_command_chooses_limits_and_shows(terminal):  # noqa: F811
    made = terminal.data("models", "choose", "openclaw", "--step", DRAFT, who="bandar")
    assert made["settings"]["steps"][DRAFT] == "openclaw"
    made = terminal.data("models", "limit", "--tokens", "500", "--cost", "1.50", who="bandar")
    assert made["settings"]["tokens_per_day"] == 500
    assert made["settings"]["steps"][DRAFT] == "openclaw"
    code, out, _err = terminal("models", who="bandar")
    assert code == 0
    assert "none: rules do every step" in out
    lines = {each.split()[0]: each.split()[1:] for each in out.splitlines() if "." in each[:40]}
    assert lines[DRAFT] == ["openclaw", "chosen"]
    assert lines["contradiction_scan.compare_claims"] == ["rules", "as", "every", "step"]
    assert (
        "no_such.step"
        in terminal("models", "choose", "model", "--step", "no_such.step", who="bandar")[2]
    )
    assert terminal("models", "limit", who="bandar")[0] == 1

"""What directories list of a lead's company stands in the memo, source by source, never merged."""

from datetime import timedelta

import pytest
from tests.api.served import served
from tests.api.test_qualification import begin, qualify
from tests.console.visiting import Visitor
from tests.sandbox.conftest import OPENCORPORATES_TOKEN

from dealix.api.app import create_app
from dealix.business.leads.examples import qualification_example
from dealix.console.routes import add_pages
from dealix.lanes import leases

BOTH = ["gleif", "opencorporates"]


@pytest.fixture(scope="module", autouse=True)
def key():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEALIX_SECRET_OPENCORPORATES_TOKEN", OPENCORPORATES_TOKEN)
        yield


@pytest.fixture
def directories(door, sandbox, monkeypatch):
    """Both directories are set; a step that rests is due at once; faults end with the test."""
    url = f"http://{sandbox.http_address}"
    settings = {"gleif_url": url, "opencorporates_url": url}
    door.services.settings = door.services.settings.model_copy(update=settings)
    monkeypatch.setattr(door.services.pipeline_worker, "pause", lambda _tries: timedelta(0))
    yield sandbox
    sandbox.client.delete("/_sandbox/faults")


def listed(sandbox, given, where=BOTH, **facts):
    """The company of a lead, listed in these directories, with what is different there."""
    company = given["company"]
    told = {
        "number": f"n{company['registration_number']}{facts.get('registered_as', '')}",
        "name": company["name"],
        "registered_as": company["registration_number"],
        **facts,
    }
    for each in where:
        answer = sandbox.client.post(
            "/_sandbox/registers/companies", json={"directory": each, **told}
        )
        assert answer.status_code == 201, answer.text


def research(found):
    """The research of a memo, and what each directory said by its name."""
    told = found["memo"]["research"]
    return told, {each["source"]: each for each in told["elsewhere"]}


def asked(sandbox):
    rows = sandbox.client.get("/_sandbox/requests").json()
    return sum(row["provider"] in BOTH for row in rows)


def test_what_is_listed_is_told_with_its_date_and_asked_once(door, noura, directories):
    given = qualification_example(40)
    listed(directories, given)
    _, found = qualify(door, noura, given)
    told, said = research(found)
    assert [each["result"] for each in said.values()] == ["found", "found"]
    for each in said.values():
        [entry] = each["entries"]
        assert each["answer"].startswith("reg_")
        assert each["asked_at"]
        assert (entry["status"], entry["name_agrees"], entry["number_agrees"]) == (
            "active", True, True,
        )  # fmt: skip
        source = f"{each['source']}:{each['answer']}"
        assert source in found["memo"]["provenance"]["sources"]
    assert told["conflicts"] == []
    assert not {"gleif", "opencorporates"} & set(found["memo"]["provenance"]["not_configured"])
    before = asked(directories)
    _, again = qualify(door, noura, {**given, "key": "again-40"})
    assert [each["answer"] for each in research(again)[1].values()] == [
        each["answer"] for each in said.values()
    ]
    assert asked(directories) == before
    assert given["company"]["name"] not in str(found["memo"])


def test_a_company_that_nobody_lists_is_unknown_there(door, noura, directories):
    _, found = qualify(door, noura, qualification_example(41))
    told, said = research(found)
    assert {each["result"] for each in said.values()} == {"unknown_there"}
    assert all(each["asked_at"] for each in said.values())
    assert told["conflicts"] == []


def test_a_company_that_a_register_knows_twice_is_put_before_a_person(door, noura, directories):
    given = qualification_example(42)
    given["company"]["registration_number"] = None
    other = {"name": f"{given['company']['name']} LLC", "registered_as": "4030999042"}
    one = {**given, "company": {**given["company"], "registration_number": "1010999142"}}
    listed(directories, one, ["gleif"])
    listed(directories, one, ["gleif"], **other)
    run, found = qualify(door, noura, given)
    told, said = research(found)
    assert said["gleif"]["result"] == "known_twice"
    assert {each["registered_as"] for each in said["gleif"]["entries"]} == {
        "1010999142", "4030999042",
    }  # fmt: skip
    assert told["conflicts"] == ["known_twice"]
    assert run["result"]["verdict"] == "check_registration"
    with served(create_app(door.services, add_pages)) as url:
        for lang, words in (("en", "lists this company twice"), ("ar", "مرتين")):
            visitor = Visitor(url, lang, door.person("noura")["token"])
            page = visitor.get(f"/leads/{found['lead']}").text
            visitor.client.close()
            assert words in page
            assert "4030999042" in page


def test_the_number_that_was_given_says_which_of_two_it_is(door, noura, directories):
    given = qualification_example(43)
    listed(directories, given, ["gleif"])
    listed(directories, given, ["gleif"], registered_as="4030999043", status="inactive")
    _, found = qualify(door, noura, given)
    told, said = research(found)
    assert said["gleif"]["result"] == "found"
    assert [each["status"] for each in said["gleif"]["entries"]] == ["active"]
    assert told["conflicts"] == []


def test_sources_that_differ_are_told_apart(door, noura, directories):
    given = qualification_example(44)
    listed(directories, given, ["gleif"], registered_as="1010999944")
    listed(directories, given, ["opencorporates"], status="inactive")
    run, found = qualify(door, noura, given)
    told, said = research(found)
    assert [each["result"] for each in said.values()] == ["found", "found"]
    assert told["conflicts"] == ["number_differs", "status_differs"]
    assert run["result"]["verdict"] == "check_registration"


def test_a_number_of_the_other_kind_contradicts_nothing(door, noura, directories):
    given = qualification_example(45)
    listed(directories, given, ["gleif"], registered_as="7010500045")
    _, found = qualify(door, noura, given)
    told, said = research(found)
    [entry] = said["gleif"]["entries"]
    assert (entry["number_agrees"], told["conflicts"]) == (None, [])


def test_a_directory_that_is_down_holds_nothing_up_and_is_said_to_be(door, noura, directories):
    given = qualification_example(46)
    listed(directories, given)
    directories.fault("gleif", "error_500", count=9)
    directories.fault("opencorporates", "allowance_spent")
    run, found = qualify(door, noura, given)
    _, said = research(found)
    assert (run["status"], run["outcome"]) == ("completed", "qualified")
    assert {name: (each["result"], each["because"]) for name, each in said.items()} == {
        "gleif": ("not_asked", "away"),
        "opencorporates": ("not_asked", "allowance_spent"),
    }
    directories.client.delete("/_sandbox/faults")
    _, again = qualify(door, noura, {**given, "key": "again-46"})
    assert {each["result"] for each in research(again)[1].values()} == {"found"}


def test_a_directory_that_takes_no_more_calls_is_asked_when_it_says(door, noura, directories):
    given = qualification_example(47)
    listed(directories, given, ["gleif"])
    directories.fault("gleif", "rate_limited")
    run = begin(noura, given).json()["id"]
    door.services.pipeline_worker.work_due()
    assert noura.get(f"/api/v1/runs/{run}").json()["ended_at"] is None
    with door.services.database.tenant("rawabi-sa") as session:
        leases.hurry(session, run)
    door.services.pipeline_worker.work_due()
    found = noura.get(f"/api/v1/qualifications/{run}").json()
    assert research(found)[1]["gleif"]["result"] == "found"

"""A list of leads at the API: looked at, started once however often it comes, and given out."""

import csv
import io
import re
import time

import pytest
from sqlalchemy import text

from dealix.business.leads import sheets

HEAD = "company,contact,email,phone,employees,country\n"
LISTED = HEAD + (
    "Nafud Trading,Sara,sara@nafud.example,0501112233,120,SA\n"
    "Nafud Trading,Sara,sara@nafud.example,0501112233,120,SA\n"
    "Sarat Foods,Rakan,rakan@sarat.example,12,45,SA\n"
    "=cmd|' /C calc'!A0,Hind,hind@formula.example,,,SA\n"
    ",Nobody,nobody@nowhere.example,,,SA\n"
    "Hijaz Steel,Omar,omar@hijaz.example,,many,XX\n"
)


def send(client, path, content, **query):
    files = {"file": ("leads.csv", content, "text/csv")}
    return client.post(f"/api/v1/leads/lists{path}", files=files, params=query)


def runs_of(door):
    query = text("SELECT count(*) FROM runs WHERE workflow = 'lead_qualification'")
    with door.services.database.tenant("rawabi-sa") as session:
        return session.execute(query).scalar_one()


def test_a_preview_says_what_each_row_would_become_and_starts_nothing(door, noura):
    before = runs_of(door)
    answer = send(noura, "/preview", LISTED.encode())
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert {row["row"]: row["status"] for row in found["rows"]} == {
        2: "ready",
        3: "repeated",
        4: "wrong",
        5: "ready",
        6: "wrong",
        7: "wrong",
    }
    assert found["rows"][1]["same_as"] == 2
    said = [row["detail"] for row in found["rows"] if row["status"] == "wrong"]
    wrong = [re.sub("[\u2068\u2069]", "", each) for each in said]
    assert wrong[0].startswith("الصف 4، الهاتف: ")
    assert wrong[1].startswith("الصف 6، الشركة: ")
    assert len(found["rows"][5]["errors"]) == 2
    assert runs_of(door) == before


def test_good_rows_start_once_however_often_the_list_comes(door, noura):
    before = runs_of(door)
    first = send(noura, "", LISTED.encode()).json()
    assert first["counts"] == {"ready": 0, "started": 2, "known": 0, "repeated": 1, "wrong": 3}
    again = send(noura, "", LISTED.encode("utf-16")).json()
    assert again["counts"]["known"] == 2
    other = send(door.client("fahad"), "", LISTED.replace(",", ";").encode(), data_from="company")
    assert other.json()["counts"]["known"] == 2, other.text
    assert runs_of(door) == before + 2
    run = first["rows"][0]["run"]
    assert again["rows"][0]["run"] == run
    door.services.pipeline_worker.work_due()
    assert noura.get(f"/api/v1/runs/{run}").json()["outcome"] == "qualified"
    lead = noura.get(f"/api/v1/qualifications/{run}").json()["lead"]
    kept = noura.get(f"/api/v1/leads/{lead}").json()
    assert (kept["source"], kept["data_from"]) == ("import", "third_party")
    assert (kept["contact"]["name"], kept["contact"]["phone"]) == ("Sara", "+966501112233")


def test_what_is_given_out_opens_without_calculating(door, noura):
    send(noura, "", LISTED.encode())
    door.services.pipeline_worker.work_due()
    answer = noura.get("/api/v1/leads.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    cells = {cell for row in rows for cell in row}
    assert "'=cmd|' /C calc'!A0" in cells
    assert "'+966501112233" in cells
    assert not any(cell.startswith(sheets.FORMULA) for cell in cells)
    assert {row["status"] for row in send(noura, "/preview", answer.content).json()["rows"]} == {
        "ready"
    }


@pytest.mark.journey
def test_five_hundred_rows_are_started_once_each_and_no_answer_takes_long(door, noura):
    rows = "".join(f"Firm {n},Person {n},p{n}@firm{n}.example,,,SA\n" for n in range(500))
    started, left = 0, 500
    while left:
        began = time.monotonic()
        counts = send(noura, "", (HEAD + rows).encode()).json()["counts"]
        assert time.monotonic() - began < 29
        started, left = started + counts["started"], counts["ready"]
        assert counts["known"] + counts["started"] + left == 500
    assert started == 500


def test_what_was_not_started_in_time_goes_on_with_the_same_list(door):
    lists, who = door.services.lead_lists, door.person("noura")["user_id"]
    actor = door.services.access.person("rawabi-sa", who)
    content = (
        HEAD + "".join(f"Late {n},P{n},p{n}@late{n}.example,,,SA\n" for n in range(3))
    ).encode()
    seen = []
    for _ in range(4):
        looked = lists.start(actor, content, "third_party", patience=0)
        seen.append((looked.count("known"), looked.count("started"), looked.count("ready")))
    assert seen == [(0, 1, 2), (1, 1, 1), (2, 1, 0), (3, 0, 0)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "csv_empty"),
        (b"a,b\n1,2\n", "csv_columns"),
        (b"\x00\x01\x02", "csv_unreadable"),
        (HEAD.encode() + b"x" * 600_000, "body_too_large"),
    ],
)
def test_what_is_no_list_is_refused(noura, content, code):
    answer = send(noura, "/preview", content)
    assert answer.json()["code"] == code


def test_a_list_needs_the_right_to_enter_leads(door):
    for handle in ("amal", "dana", "saleh"):
        for path in ("", "/preview"):
            assert send(door.client(handle), path, LISTED.encode()).status_code == 403
    assert door.client("saleh").get("/api/v1/leads.csv").status_code == 403


def test_a_cell_of_a_hundred_thousand_letters_is_a_wrong_row(noura):
    found = send(noura, "/preview", (HEAD + "A" * 100_000 + ",Sara,,,,SA\n").encode()).json()
    assert found["rows"][0]["errors"][0]["code"] == "string_too_long"
    assert len(found["rows"][0]["company"]) <= 200

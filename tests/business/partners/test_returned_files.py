"""A file that comes with a partner's mail is kept at its round, compared, or refused by name."""

import base64
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from standardwebhooks.webhooks import Webhook
from tests.api.conftest import door, noura  # noqa: F401 (fixtures)
from tests.api.test_bad_input import start
from tests.attacks.test_answers_by_hand import counts, offered
from tests.business.papers.sheets import edited, say
from tests.business.papers.test_opening import hostile, pdf

from dealix import clock
from dealix.actors import Actor, system
from dealix.business.partners import repository
from dealix.business.partners.evidence import ReturnedFileSource
from dealix.business.partners.returned_files import MOST, ReturnedFiles
from dealix.lanes import run_book
from dealix.lanes.sent_messages import expect_answers
from dealix.store.ids import new_id

TENANT = "rawabi-sa"
NOURA = Actor(TENANT, "usr_noura", frozenset({"partner_manager"}))


class Round:
    """A run whose terms are out, and the mails that its partner answers with."""

    def __init__(self, door, client, number):  # noqa: F811
        self.door, self.made, self.client = door, door.services, client
        self.run = start(client, number=number).json()["id"]
        self.ours = f"<{new_id('m')}@dealix.example>"
        with self.made.database.tenant(TENANT) as session:
            run = run_book.get(session, self.run)
            self.person = repository.partner(session, run.input["partner_id"]).contact_person_id
            kept = self.made.partners.sheets.draft(session, run)
            self.docx = self.made.partners.sheets.file(session, kept, "docx")
            expect_answers(
                session,
                message_id=self.ours,
                run_id=self.run,
                person_id=self.person,
                effect_key=self.ours,
            )
        offered(door, self.run)

    def mail(self, *files, say="انظر المرفق"):
        """A mail of the partner's through the real door; answers how it was taken."""
        rows = [
            {"filename": name, "content": base64.b64encode(content).decode()}
            for name, content in files
        ]
        data = {"in_reply_to": self.ours, "from": "sami@partner.example", "text": say}
        body = json.dumps({"type": "email.received", "data": data | {"attachments": rows}})
        moment = datetime.fromtimestamp(int(clock.real_now().timestamp()), UTC)
        delivery, secret = new_id("msg"), self.made.secrets.get("smtp.webhook").split()[0]
        headers = {
            "Webhook-Id": delivery,
            "Webhook-Timestamp": str(int(moment.timestamp())),
            "Webhook-Signature": Webhook(secret).sign(delivery, moment, body),
        }
        answer = self.client.post("/api/v1/webhooks/smtp", content=body, headers=headers)
        return answer.status_code

    def swept(self):
        """Take the mails to the run, then up their files. Answers the files of the first round."""
        self.made.inbox.sweep()
        ReturnedFiles(self.made.database, self.made.inbox, self.made.answers).sweep()
        found = self.made.negotiations.get(NOURA, self.run)
        return [file for message in found["rounds"][0]["messages"] for file in message["files"]]

    def rows(self, query):
        with self.made.database.tenant(TENANT) as session:
            return session.execute(text(query), {"run": self.run}).all()


@pytest.fixture
def round_(door, noura, request):  # noqa: F811
    return Round(door, noura, 2000 + sum(map(ord, request.node.name)) % 5000)


def test_a_word_document_by_mail_is_compared_clause_by_clause(round_):
    returned = edited(round_.docx, lambda d: say(d, 2, 0, "thirty", "ninety"))
    assert round_.mail(("terms\u202excod.docx", returned)) == 200
    [file] = round_.swept()
    assert (file["name"], file["refused"]) == ("termsxcod.docx", None)
    [change] = file["changes"]
    assert (change["key"], change["marked"]) == ("share", "none")
    assert ["gone", "thirty"] in change["en"]
    assert ["come", "ninety"] in change["en"]
    fetched = round_.made.uploads.fetch(NOURA, file["document"])
    assert fetched.content == returned
    assert counts(round_.door, round_.run) == [0, 0, 0]  # a person enters what it means


def test_what_came_back_unchanged_says_the_same(round_):
    round_.mail(("terms.docx", round_.docx))
    [file] = round_.swept()
    assert (file["changes"], bool(file["document"])) == ([], True)


def test_a_pdf_is_listed_for_a_person_to_read(round_):
    round_.mail(("signed.pdf", pdf()))
    [file] = round_.swept()
    assert [one["kind"] for one in file["changes"]] == ["not_compared"]


def test_anything_else_is_listed_as_refused_with_its_reason(round_):
    macros = hostile("macros")[0]
    round_.mail(("run.exe", b"MZ\x90"), ("logo.png", b"\x89PNG\r\n"), ("a.docx", macros), ("", b""))
    files = round_.swept()
    assert [one["document"] for one in files] == [None] * 4
    assert [one["refused"] for one in files[:2]] == ["file_kind", "file_kind"]
    assert files[2]["refused"] in {"docx_macros", "not_a_docx"}
    assert files[3]["refused"] == "file_kind"
    assert round_.rows("SELECT 1 FROM upload_uses WHERE run_id = :run") == []


def test_more_files_than_are_taken_of_one_mail_are_named_as_refused(round_):
    round_.mail(*[(f"{number}.pdf", pdf()) for number in range(MOST + 2)])
    files = round_.swept()
    assert [one["refused"] for one in files] == [None] * MOST + ["files_too_many"] * 2


def test_the_files_are_kept_once_and_no_longer_in_the_mail(round_):
    returned = edited(round_.docx, lambda d: say(d, 2, 0, "thirty", "sixty"))
    query = "SELECT length(sealed) AS size, files FROM inbound_events WHERE run_id = :run"
    round_.mail(("terms.docx", returned))
    round_.made.inbox.sweep()
    [before] = round_.rows(query)
    assert (before.size > len(returned), before.files) == (True, 1)
    assert len(round_.swept()) == len(round_.swept()) == 1
    [after] = round_.rows(query)
    assert (after.size < 2000, after.files) == (True, 0)
    kept = round_.rows("SELECT row_to_json(f)::text AS row FROM returned_files f")
    assert all("terms.docx" not in one.row and "sixty" not in one.row for one in kept)


def test_a_counter_offer_may_name_the_document_that_came_by_mail(round_):
    returned = edited(round_.docx, lambda d: say(d, 2, 0, "thirty", "ninety"))
    round_.mail(("terms.docx", returned))
    [file] = round_.swept()
    data = {"answer": "counter", "document": file["document"]}
    body = {"event": "partner_answer", "data": data}
    answer = round_.client.post(f"/api/v1/runs/{round_.run}/events", json=body)
    assert answer.status_code < 300, answer.text
    [given] = round_.rows("SELECT upload_id, changed FROM partner_answers WHERE run_id = :run")
    assert given.upload_id == file["document"]
    assert [one["key"] for one in given.changed] == ["share"]


def test_the_evidence_names_what_came_and_what_became_of_it_without_a_word(round_):
    returned = edited(round_.docx, lambda d: say(d, 2, 0, "thirty", "ninety"))
    round_.mail(("terms.docx", returned), ("run.exe", b"MZ"))
    files = round_.swept()
    with round_.made.database.tenant(TENANT) as session:
        items = [one.body for one in ReturnedFileSource().items(session, round_.run)]
    assert [one["document"] for one in items] == [files[0]["document"], None]
    assert [one["refused"] for one in items] == [None, "file_kind"]
    assert "ninety" not in json.dumps(items)


def test_after_an_erasure_nothing_of_a_file_opens_again(round_):
    round_.mail(("terms.docx", round_.docx))
    round_.swept()
    round_.mail(("late.pdf", pdf()))
    round_.made.inbox.sweep()
    with round_.made.database.tenant(TENANT) as session:
        round_.made.vault.erase(session, system(TENANT), round_.person)
    files = ReturnedFiles(round_.made.database, round_.made.inbox, round_.made.answers)
    assert (files.sweep(), files.sweep()) == (1, 0)
    rows = round_.rows("SELECT * FROM returned_files WHERE run_id = :run")
    assert len(rows) == 1


def test_a_large_mail_is_read_only_where_it_looks_signed(round_):
    body = b"x" * 40_000
    answer = round_.client.post("/api/v1/webhooks/smtp", content=body)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    late = {"Webhook-Id": "m", "Webhook-Timestamp": "1", "Webhook-Signature": "v1,x"}
    answer = round_.client.post("/api/v1/webhooks/smtp", content=body, headers=late)
    assert answer.status_code == 413
    now = late | {"Webhook-Timestamp": str(int(clock.real_now().timestamp()))}
    answer = round_.client.post("/api/v1/webhooks/smtp", content=body, headers=now)
    assert answer.json()["code"] == "webhook_signature"

"""Heads that left for a second owner find a rewrite of the whole chain; they leave once a day."""

import json
import threading
from datetime import timedelta

import psycopg
import pytest
from tests.records.audit.deeds import OTHER, TENANT, deeds, sealed, triggers_off, verified

from dealix import clock
from dealix.connectors.email import SmtpMailer
from dealix.connectors.email.smtp import Server
from dealix.errors import InvalidInput
from dealix.records import audit
from dealix.records.audit.chain import following
from dealix.records.audit.rows import RECORD, record_of
from dealix.records.audit.schemas import moment
from dealix.records.case_book import open_case_of
from dealix.trust.outbound.anchoring import Anchors
from dealix.trust.policy.engine import PolicyEngine

SENDER = "partners@dealix.example"


@pytest.fixture
def tenants(fresh_urls):
    with psycopg.connect(fresh_urls.owner) as owner:
        for tenant in (TENANT, OTHER):
            owner.execute(
                "INSERT INTO tenants VALUES (%s, %s, %s, 'SA', 'Asia/Riyadh', now())",
                (tenant, tenant, tenant),
            )


def anchors(database, target, mailer=None):
    return Anchors(database, str(target), lambda: mailer, SENDER, PolicyEngine())


def rewritten(database, owner_url, record_id):
    """Change a record as whoever rules the database can, and compute the whole chain anew."""
    with triggers_off(owner_url) as owner:
        owner.execute(
            "UPDATE audit_records SET data = '{\"number\": 99}' WHERE id = %s", (record_id,)
        )
        columns = ", ".join(column.key for column in RECORD)
        rows = owner.execute(
            f"SELECT {columns} FROM audit_records WHERE tenant_id = %s AND chain = 'main' "
            "AND id IN (SELECT record_id FROM audit_seals) ORDER BY place",
            (TENANT,),
        ).fetchall()
        head = None
        for row in rows:
            link = following(head, record_of(row), moment(clock.real_now()))
            head = audit.Head(seq=link.seq, hash=link.hash)
            owner.execute(
                "UPDATE audit_seals SET record_digest = %s, prev_hash = %s, hash = %s, "
                "sealed_at = %s WHERE tenant_id = %s AND chain = 'main' AND seq = %s",
                (link.record_digest, link.prev_hash, link.hash, link.sealed_at, TENANT, link.seq),
            )


def test_a_rewrite_of_the_whole_chain_is_found_only_against_the_anchor(
    fresh_database, fresh_urls, tenants, tmp_path
):
    file = tmp_path / "anchors.jsonl"
    first, *_ = deeds(fresh_database, 5)
    sealed(fresh_database)
    assert anchors(fresh_database, file).sweep() == 1
    sealed(fresh_database)
    known = audit.read_anchors(file, TENANT)
    assert verified(fresh_database, known=known).ok
    rewritten(fresh_database, fresh_urls.owner, first)
    assert verified(fresh_database).ok  # consistent in itself
    found = verified(fresh_database, known=known)
    assert not found.ok
    assert "main#5" in found.first_bad
    assert "not the one known before" in found.first_bad


def test_an_export_is_compared_with_the_anchor_offline(
    fresh_database, fresh_urls, tenants, tmp_path
):
    from dealix.cli.main import run

    file, export = tmp_path / "anchors.jsonl", tmp_path / "audit.jsonl"
    first, *_ = deeds(fresh_database, 3)
    sealed(fresh_database)
    anchors(fresh_database, file).sweep()
    rewritten(fresh_database, fresh_urls.owner, first)
    sealed(fresh_database)
    with fresh_database.tenant(TENANT) as session:
        export.write_bytes(b"".join(audit.export(session)))
    assert run(["audit", "verify", str(export)]) == 0
    assert run(["audit", "verify", str(export), "--anchor", str(file)]) == 1


def test_a_chain_that_was_cut_is_found_too(fresh_database, fresh_urls, tenants, tmp_path):
    file = tmp_path / "anchors.jsonl"
    deeds(fresh_database, 4)
    sealed(fresh_database)
    anchors(fresh_database, file).sweep()
    with triggers_off(fresh_urls.owner) as owner:
        owner.execute("DELETE FROM audit_seals WHERE seq > 2")
        owner.execute(
            "DELETE FROM audit_records WHERE id NOT IN (SELECT record_id FROM audit_seals)"
        )
    assert verified(fresh_database).ok
    found = verified(fresh_database, known=audit.read_anchors(file, TENANT))
    assert found.findings[0].kind == "truncated"


def test_each_company_leaves_once_a_day_whoever_sweeps_and_however_often(
    fresh_database, tenants, tmp_path
):
    file = tmp_path / "anchors.jsonl"
    for tenant in (TENANT, OTHER):
        deeds(fresh_database, 2, tenant)
        sealed(fresh_database, tenant)
    each = anchors(fresh_database, file)
    threads = [threading.Thread(target=each.sweep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    each.sweep()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert sorted(line["tenant_id"] for line in lines) == [OTHER, TENANT]
    with pytest.raises(InvalidInput):
        audit.read_anchors(file, "another")


def test_a_process_that_died_between_file_and_record_writes_no_second_line(
    fresh_database, fresh_urls, tenants, tmp_path
):
    file = tmp_path / "anchors.jsonl"
    deeds(fresh_database, 2)
    sealed(fresh_database)
    each = anchors(fresh_database, file)
    each.sweep()
    with psycopg.connect(fresh_urls.owner) as owner:
        owner.execute(
            "UPDATE audit_anchors SET status = 'started', done_at = NULL, "
            "begun_at = begun_at - interval '10 minutes'"
        )
    assert each.sweep() == 1
    assert len(file.read_text().splitlines()) == 1


def test_a_file_that_cannot_be_written_is_tried_again(fresh_database, tenants, tmp_path):
    deeds(fresh_database, 2)
    sealed(fresh_database)
    file = tmp_path / "later" / "anchors.jsonl"
    each = anchors(fresh_database, file)
    assert each.sweep() == 0
    file.parent.mkdir()
    assert each.sweep() == 1


def test_the_next_day_holds_what_is_new(fresh_database, tenants, tmp_path, monkeypatch):
    file = tmp_path / "anchors.jsonl"
    deeds(fresh_database, 2)
    sealed(fresh_database)
    each = anchors(fresh_database, file)
    each.sweep()
    deeds(fresh_database, 2)
    sealed(fresh_database)
    tomorrow = clock.real_now() + timedelta(days=1)
    monkeypatch.setattr(clock, "real_now", lambda: tomorrow)
    assert each.sweep() == 1
    heads = audit.read_anchors(file, TENANT)["main"]
    assert len(heads) == 2
    assert heads[0].seq < heads[1].seq


def smtp(lines, *, silent=False):
    """A mail server for one mail; `silent` breaks off after the final dot."""

    def script(connection):
        said = connection.makefile("rb")
        answer = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
        connection.sendall(b"220 here\r\n")
        while line := said.readline():
            verb = line.split()[0].upper()
            connection.sendall(answer.get(verb, b"250 ok\r\n"))
            if verb == b"QUIT":
                return
            if verb != b"DATA":
                continue
            while (text := said.readline()) != b".\r\n":
                lines.append(text)
            if silent:
                return
            connection.sendall(b"250 queued as 7\r\n")

    return script


def test_the_auditors_mailbox_holds_an_anchor_that_can_be_compared(
    fresh_database, tenants, tmp_path, peer
):
    lines: list[bytes] = []
    server = peer(smtp(lines))
    mailer = SmtpMailer(Server.parse(f"smtp://{server.address}"))
    deeds(fresh_database, 3)
    sealed(fresh_database)
    assert anchors(fresh_database, "mailto:auditor@rawabi-sa.example", mailer).sweep() == 1
    saved = tmp_path / "mail.eml"
    saved.write_bytes(b"".join(lines))
    known = audit.read_anchors(saved, TENANT)
    assert known["main"][0].seq == 3
    assert verified(fresh_database, known=known).ok


def test_a_mail_whose_fate_is_unknown_is_not_sent_again_but_asks(fresh_database, tenants, peer):
    lines: list[bytes] = []
    server = peer(smtp(lines, silent=True))
    mailer = SmtpMailer(Server.parse(f"smtp://{server.address}"))
    deeds(fresh_database, 3)
    sealed(fresh_database)
    each = anchors(fresh_database, "mailto:auditor@rawabi-sa.example", mailer)
    assert each.sweep() == 0
    assert each.sweep() == 0  # the server is gone: a second try would have failed
    day = clock.real_now().date().isoformat()
    with fresh_database.tenant(TENANT) as session:
        assert open_case_of(session, "anchor_in_doubt", f"anchor:{day}")

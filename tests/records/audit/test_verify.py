"""Whoever gets past the triggers is found out: verify names the first bad record."""

import json
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from tests.conftest import Urls
from tests.records.audit.deeds import OTHER, TENANT, deed, deeds, sealed, triggers_off, verified

from dealix.errors import InvalidInput
from dealix.records import audit
from dealix.records.audit import verifying
from dealix.store.session import Database

SWAP_SEALS = """
UPDATE audit_seals SET seq = -seq WHERE seq IN (3, 4);
UPDATE audit_seals SET seq = 7 + seq WHERE seq < 0
"""
DAMAGES = {
    "altered data": ("UPDATE audit_records SET data = '{}' WHERE id = %s", "altered", 2),
    "altered actor": ("UPDATE audit_records SET actor_id = 'x' WHERE id = %s", "altered", 2),
    "altered time": ("UPDATE audit_records SET at = at + '1 us' WHERE id = %s", "altered", 2),
    "record moved": ("UPDATE audit_records SET chain = 'x' WHERE id = %s", "altered", 2),
    "record gone": ("DELETE FROM audit_records WHERE id = %s", "missing", 2),
    "seal gone": ("DELETE FROM audit_seals WHERE record_id = %s", "missing", 2),
    "hash replaced": ("UPDATE audit_seals SET hash = 'x' WHERE record_id = %s", "broken_hash", 2),
    "digest replaced": (
        "UPDATE audit_seals SET record_digest = 'x' WHERE record_id = %s", "broken_hash", 2,
    ),
    "sealing moved": (
        "UPDATE audit_seals SET sealed_at = now() WHERE record_id = %s", "broken_hash", 2,
    ),
    "link cut": ("UPDATE audit_seals SET prev_hash = 'x' WHERE record_id = %s", "reordered", 2),
}  # fmt: skip


@pytest.fixture
def chain_of_six(fresh_database: Database) -> list[str]:
    ids = deeds(fresh_database, 6)
    sealed(fresh_database)
    return ids


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_named(
    fresh_database: Database, fresh_urls: Urls, chain_of_six: list[str], damage: str
) -> None:
    statement, kind, place = DAMAGES[damage]
    victim = chain_of_six[place - 1]
    with triggers_off(fresh_urls.owner) as owner:
        owner.execute(statement, (victim,))
    found = verified(fresh_database)
    first = found.findings[0]
    assert not found.ok
    assert (first.kind, first.chain, first.seq) == (kind, "main", place)
    assert first.record_id == (None if damage == "seal gone" else victim)
    assert found.first_bad is not None
    assert f"main#{place}" in found.first_bad


def test_first_of_several_is_named(
    fresh_database: Database, fresh_urls: Urls, chain_of_six: list[str]
) -> None:
    with triggers_off(fresh_urls.owner) as owner:
        for place in (5, 3):
            owner.execute(
                "UPDATE audit_records SET data = '{}' WHERE id = %s", (chain_of_six[place - 1],)
            )
    assert [one.record_id for one in verified(fresh_database).findings] == [chain_of_six[2]]


def test_swapped_records_are_named(
    fresh_database: Database, fresh_urls: Urls, chain_of_six: list[str]
) -> None:
    with triggers_off(fresh_urls.owner) as owner:
        owner.execute(SWAP_SEALS)
    first = verified(fresh_database).findings[0]
    assert (first.kind, first.seq, first.record_id) == ("reordered", 3, chain_of_six[3])


def test_inserted_record_gets_no_place_in_the_past(
    fresh_database: Database, fresh_urls: Urls, chain_of_six: list[str]
) -> None:
    """Only the end of the chain is free: a seal for an earlier place is refused by its key."""
    deed(fresh_database, 9)
    forged = (
        "INSERT INTO audit_seals SELECT tenant_id, chain, 3, 'audit_x', record_digest, "
        "prev_hash, hash, sealed_at FROM audit_seals WHERE seq = 3"
    )
    with psycopg.connect(fresh_urls.app) as app:
        app.execute("SELECT set_config('app.tenant', %s, true)", (TENANT,))
        with pytest.raises(psycopg.errors.UniqueViolation):
            app.execute(forged)


def test_cut_end_is_found_by_a_head_kept_elsewhere(
    fresh_database: Database, fresh_urls: Urls, chain_of_six: list[str]
) -> None:
    heads = verified(fresh_database).heads
    assert heads["main"].seq == 6
    with triggers_off(fresh_urls.owner) as owner:
        owner.execute("DELETE FROM audit_records WHERE id = %s", (chain_of_six[5],))
        owner.execute("DELETE FROM audit_seals WHERE seq = 6")
    assert verified(fresh_database).ok, "by itself a chain does not know where it ended"
    found = verified(fresh_database, known=heads)
    assert [(one.kind, one.seq) for one in found.findings] == [("truncated", 6)]
    deed(fresh_database, 7)
    sealed(fresh_database)
    assert verified(fresh_database, known=heads).findings[0].kind == "altered"


def test_unsealed_after_five_seconds_is_a_finding_with_its_cause(
    fresh_database: Database, fresh_urls: Urls
) -> None:
    young = deed(fresh_database, 1)
    found = verified(fresh_database)
    assert (found.ok, found.unsealed) == (True, 1)
    with triggers_off(fresh_urls.owner) as owner:
        owner.execute("UPDATE audit_records SET recorded_at = recorded_at - interval '5.1 s'")
    found = verified(fresh_database)
    assert (found.findings[0].kind, found.findings[0].record_id) == ("unsealed", young)
    assert "is the scheduler running" in str(found.first_bad)
    sealed(fresh_database)
    assert verified(fresh_database).ok


def test_open_transaction_is_named_as_the_cause(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "PATIENCE", timedelta(0))
    with fresh_database.tenant(OTHER) as slow:
        audit.append(slow, "user_1", "thing.done", "slow", {})
        deed(fresh_database, 1)
        found = verified(fresh_database)
    assert "an older transaction is still open" in str(found.first_bad)


def lines(database: Database) -> list[bytes]:
    with database.tenant(TENANT) as session:
        return list(audit.export(session))


@pytest.fixture
def exported(fresh_database: Database, tmp_path: Path) -> Path:
    for number in range(5):
        deed(fresh_database, number)
    deed(fresh_database, 9, chain="rehearsal:run_1")
    deed(fresh_database, 9, OTHER)
    audit.seal_all(fresh_database)
    deed(fresh_database, 6)
    file = tmp_path / "audit.jsonl"
    file.write_bytes(b"".join(lines(fresh_database)))
    return file


def test_export_verifies_without_a_database(exported: Path) -> None:
    found = audit.verify_file(exported)
    assert (found.ok, found.records, found.unsealed) == (True, 6, 1)
    assert {name: head.seq for name, head in found.heads.items()} == {
        "main": 5, "rehearsal:run_1": 1,
    }  # fmt: skip
    assert b"rawabi-ae" not in exported.read_bytes()


def test_every_changed_word_of_an_export_is_found(exported: Path) -> None:
    rows = exported.read_text().splitlines()
    entry = json.loads(rows[3])
    for part in ("record", "link"):
        for name, value in entry[part].items():
            changed = value + 1 if isinstance(value, int) else {} if name == "data" else value + "x"
            other = entry | {part: entry[part] | {name: changed}}
            exported.write_text("\n".join([*rows[:3], json.dumps(other), *rows[4:]]))
            found = audit.verify_file(exported)
            assert not found.ok, f"{part}.{name}"


def test_lost_and_swapped_lines_of_an_export_are_found(exported: Path) -> None:
    rows = exported.read_text().splitlines()
    wrong = {
        "middle lost": ([*rows[:3], *rows[4:]], "missing"),
        "end lost": (rows[:4], "truncated"),
        "unsealed lost": ([*rows[:-2], rows[-1]], "truncated"),
        "swapped": ([rows[0], rows[2], rows[1], *rows[3:]], "missing"),
        "twice": ([*rows[:3], rows[2], *rows[3:]], "reordered"),
    }
    for name, (changed, kind) in wrong.items():
        exported.write_text("\n".join(changed))
        assert audit.verify_file(exported).findings[0].kind == kind, name


@pytest.mark.parametrize("content", [b"", b"{}\n", b"\xff\xfe", b'{"form": "dealix-audit-1"}\n[1]'])
def test_what_is_no_export_is_refused_with_its_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other.txt"
    file.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        audit.verify_file(file)
    assert caught.value.code == "audit_file_unreadable"


def test_slice_of_a_run_holds_its_records_in_order(fresh_database: Database) -> None:
    with fresh_database.tenant(TENANT) as session:
        first = audit.append(session, "u", "run.started", "run_1", {})
        audit.append(session, "u", "run.started", "run_2", {})
        second = audit.append(session, "u", "decision.taken", "decision_1", {"run_id": "run_1"})
    sealed(fresh_database)
    with fresh_database.tenant(TENANT) as session:
        entries = audit.slice_of_run(session, "run_1")
    assert [one.record.id for one in entries if one.record] == [first, second]
    assert [one.link.seq for one in entries if one.link] == [1, 3]

"""The report in both languages tells what the records say, names nobody, and cannot be touched."""

import io
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.orm import Session
from tests.trust.privacy.rings import secrets

from dealix.actors import Actor
from dealix.business.evidence.door import EvidenceService
from dealix.business.evidence.pack import archive
from dealix.business.evidence.reading import files_of
from dealix.business.evidence.report import pdf, reports
from dealix.business.evidence.schemas import RecordItem, SealedItem
from dealix.business.evidence.service import Evidence
from dealix.business.evidence.told import told_of
from dealix.business.evidence.verifying import verify_bytes
from dealix.errors import NotEntitled
from dealix.lanes.subjects import Subjects
from dealix.records import audit
from dealix.store.objects import Objects
from dealix.trust.access.rights import permit
from dealix.trust.privacy import Vault

TENANT, RUN, NORA = "rawabi-sa", "run_1", "person_nora"
AUDITOR = Actor(TENANT, "user_auditor", frozenset({"auditor"}))
MANAGER = Actor(TENANT, "user_manager", frozenset({"partner_manager"}))
PEOPLE = [{"id": "user_boss", "name": "Fahad Al-Otaibi", "name_ar": "فهد العتيبي"}]
APPROVAL = {
    "id": "apr_1", "gate": "manager_approval", "round": 1, "requested_by": "user_manager",
    "status": "approved", "packet_hash": "sha256:" + "a" * 64, "authority_version": 3,
    "opened_at": "2026-03-01T06:00:00Z", "deadline": "2026-03-03T06:00:00Z",
    "sla": {
        "reminder_at": "2026-03-02T18:00:00Z",
        "steps": [{"level": 1, "due_at": "2026-03-02T18:00:00Z", "at": "2026-03-02T18:01:00Z"}],
    },
    "packet": {
        "asks": "partner.send_terms",
        "subject": {"name_ar": "نجد للخدمات", "name": "Najd Services"},
        "context": {"expected_revenue": "400000.00", "currency": "SAR"}, "risks": ["exclusive"],
        "reversibility": "partially", "effects": [{"action": "email.send"}],
    },
    "decisions": [
        {"slot": "manager", "by": "user_boss", "decision": "approve", "comment": "Good fit.",
         "received_at": "2026-03-02T07:00:00Z", "effective_at": "2026-03-02T07:00:00Z"}
    ],
}  # fmt: skip
EFFECTS = [
    {"step": "send_terms", "system": "email", "status": "done", "reference": "<5f@x.example>",
     "done_at": "2026-03-02T07:01:00Z"}
]  # fmt: skip
RECORD = {
    "id": RUN, "workflow": "partner_approval", "outcome": "activated", "rehearsal": False,
    "started_by": "user_manager", "started_at": "2026-03-01T06:00:00Z", "deadline": None,
}  # fmt: skip


@dataclass(frozen=True)
class Flow:
    vault: Vault

    def items(self, session: Session, run_id: str) -> Iterable[RecordItem | SealedItem]:
        yield RecordItem(name="run", kind="run", source="/api/v1/runs/run_1", body=RECORD)
        yield RecordItem(
            name="approval_manager_approval_1", kind="approval", source="/a", body=APPROVAL
        )
        yield RecordItem(name="effects", kind="effects", source="/e", body=EFFECTS)
        yield SealedItem(
            name="terms", kind="term_sheet", source="/t", person_id=NORA,
            ciphertext=self.vault.seal(session, NORA, b"x"), commitment=None,
        )  # fmt: skip


@pytest.fixture
def evidence(tmp_path):
    return Evidence(Vault(secrets()), Objects(tmp_path / "objects"), reports)


@pytest.fixture
def pack(fresh_database, evidence):
    verdict = {
        "run_id": RUN, "allowed": True, "action": "email.send", "rule": "every_rule_holds",
        "policy_version": "sha256:" + "b" * 64,
    }  # fmt: skip
    with fresh_database.tenant(TENANT) as session:
        session.execute(
            text(
                "INSERT INTO tenants VALUES (:t, 'Rawabi Trading', 'روابي للتجارة', 'SA', "
                "'Asia/Riyadh', now())"
            ),
            {"t": TENANT},
        )
        session.execute(
            text(
                "INSERT INTO runs (tenant_id, id, workflow, lane, key, input_hash, input, "
                "status, started_by, rehearsal, chain, requested_at, started_at, engine_id) "
                "VALUES (:t, :run, 'w', 'durable', :run, 'h', '{}', 'running', 'u', "
                "false, 'main', now(), now(), :run)"
            ),
            {"t": TENANT, "run": RUN},
        )
        evidence.vault.add(session, NORA, {"name": "نورة القحطاني"})
        audit.append(session, "system", "policy.judged", "r", verdict)
    audit.settle(fresh_database, TENANT)
    with fresh_database.tenant(TENANT) as session:
        return evidence.assemble(session, "system", RUN, [Flow(evidence.vault)], key="k").id


def sealed(database, evidence, pack):
    with database.tenant(TENANT) as session:
        return evidence.download(session, AUDITOR, pack)


def read(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_the_english_report_says_what_the_records_say(fresh_database, evidence, pack):
    files = files_of(sealed(fresh_database, evidence, pack))
    said = " ".join(read(files["items/report_en.pdf"]).split())
    for words in (
        "Evidence pack", "Rawabi Trading", "Partner approval", "Activated",
        "Manager approval, round 1",
        "Najd Services", "400,000", "user_boss", "Good fit.", "1 March 2026, 09:00", "Reminder due",
        "Reminder sent", "2 March 2026, 21:01",
        "2 March 2026, 21:00", "Allowed", "b" * 12, "<5f@x.example>", "Terms sent to the partner",
        "/api/v1/runs/run_1",
    ):  # fmt: skip
        assert words in said, words
    for item in verify_manifest(fresh_database, evidence, pack):
        if item.kind != "report":
            assert item.sha256[:30] in said, item.name


def verify_manifest(database, evidence, pack):
    with database.tenant(TENANT) as session:
        return evidence.manifest(session, pack).items


def test_both_reports_lie_in_the_pack_and_the_pack_verifies(fresh_database, evidence, pack):
    content = sealed(fresh_database, evidence, pack)
    report = verify_bytes(content)
    assert report.ok, report.first_bad
    files = files_of(content)
    assert files["items/report_ar.pdf"] != files["items/report_en.pdf"]
    assert all(files[f"items/report_{each}.pdf"].startswith(b"%PDF-") for each in ("ar", "en"))


def test_one_bit_of_any_kind_of_item_is_found_and_named(fresh_database, evidence, pack):
    files = files_of(sealed(fresh_database, evidence, pack))
    names = {
        "items/report_ar.pdf": "report_ar",
        "items/report_en.pdf": "report_en",
        "items/run.json": "run",
        "items/approval_manager_approval_1.json": "approval_manager_approval_1",
        "items/effects.json": "effects",
        "items/audit.jsonl": "audit",
        "items/commitments.json": "commitments",
        "sealed/terms.enc": "terms",
        "manifest.json": "manifest.json",
    }
    assert set(files) == set(names)
    for path, name in names.items():
        touched = bytearray(files[path])
        touched[len(touched) // 2] ^= 1
        assert verify_bytes(archive(files | {path: bytes(touched)})).findings[0].name == name


def test_the_sealed_report_names_nobody_and_a_revealed_one_does_and_is_audited(
    fresh_database, evidence, pack
):
    door = EvidenceService(fresh_database, evidence, permit, lambda actor: PEOPLE, Subjects({}))
    assert "Fahad" not in read(door.pdf(MANAGER, pack, "en"))
    with pytest.raises(NotEntitled):
        door.pdf(MANAGER, pack, "en", reveal=True)
    assert "Fahad Al-Otaibi" in read(door.pdf(AUDITOR, pack, "en", reveal=True))
    with fresh_database.tenant(TENANT) as session:
        record = audit.newest(session)[0].record
    assert record is not None
    assert (record.action, record.actor_id) == ("evidence.revealed", "user_auditor")


def test_the_report_follows_from_the_packs_own_files(fresh_database, evidence, pack):
    files = files_of(sealed(fresh_database, evidence, pack))
    with fresh_database.tenant(TENANT) as session:
        told = told_of(session, evidence.manifest(session, pack), files)
    for locale in ("ar", "en"):
        assert pdf(told, locale) == files[f"items/report_{locale}.pdf"]


def test_a_pack_of_before_has_its_report_printed_on_demand(fresh_database, evidence, pack):
    plain = Evidence(evidence.vault, evidence.objects)
    with fresh_database.tenant(TENANT) as session:
        old = plain.assemble(session, "system", RUN, [Flow(evidence.vault)], key="old").id
    door = EvidenceService(fresh_database, plain, permit, lambda actor: PEOPLE, Subjects({}))
    assert "Najd Services" in read(door.pdf(MANAGER, old, "en"))

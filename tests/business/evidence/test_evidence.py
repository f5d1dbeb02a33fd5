"""A pack proves itself offline, names what was touched, and still verifies after an erasure."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from tests.trust.privacy.rings import secrets

from dealix.actors import Actor
from dealix.business.evidence.pack import archive, sha256
from dealix.business.evidence.reading import files_of
from dealix.business.evidence.schemas import RecordItem, Report, SealedItem
from dealix.business.evidence.service import Evidence
from dealix.business.evidence.sources import Item
from dealix.business.evidence.verifying import verify, verify_bytes
from dealix.errors import InvariantBroken, NotFound
from dealix.records import audit
from dealix.store.objects import Objects
from dealix.store.session import Database
from dealix.trust.privacy import Vault

TENANT, RUN, OTHER_RUN = "rawabi-sa", "run_1", "run_2"
OFFICER = Actor(TENANT, "user_officer", frozenset({"compliance_officer"}))
NORA, SAMI = "person_nora", "person_sami"
TERMS = "نورة القحطاني: 12 %"


@dataclass(frozen=True)
class Flow:
    """What a flow brings: a record with commitments, and a document that names a person."""

    vault: Vault

    def items(self, session: Session, run_id: str) -> Iterable[Item]:
        commitment = self.vault.commit(session, NORA, run_id, {"terms": TERMS})["terms"]
        yield RecordItem(
            name="dossier", kind="dossier", source="/api/v1/partners/p", body={"id": "p", "ن": 1}
        )
        yield SealedItem(
            name="terms",
            kind="document",
            source="/api/v1/documents/d",
            person_id=NORA,
            ciphertext=self.vault.seal(session, NORA, TERMS.encode()),
            commitment=commitment,
        )


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(Vault(secrets()), Objects(tmp_path / "objects"))


@pytest.fixture
def pack(fresh_database: Database, evidence: Evidence) -> str:
    """A run with personal values of two people and audit records between another run's."""
    with fresh_database.tenant(TENANT) as session:
        for run in (RUN, OTHER_RUN):
            session.execute(
                text(
                    "INSERT INTO runs (tenant_id, id, workflow, lane, key, input_hash, input, "
                    "status, started_by, rehearsal, chain, requested_at, started_at, engine_id) "
                    "VALUES (:tenant, :run, 'w', 'durable', :run, 'h', '{}', 'running', 'u', "
                    "false, 'main', now(), now(), :run)"
                ),
                {"tenant": TENANT, "run": run},
            )
        evidence.vault.add(session, NORA, {"name": "نورة القحطاني", "email": "nora@x.example"})
        evidence.vault.add(session, SAMI, {"name": "سامي"})
        digests = evidence.vault.commit(session, NORA, RUN, {"email": "nora@x.example"})
        evidence.vault.commit(session, SAMI, f"{RUN}:cc", {"name": "سامي"})
        for run in (RUN, OTHER_RUN, RUN, RUN):
            audit.append(session, "user_1", "step.done", "effect", {"run_id": run} | digests)
    assert audit.settle(fresh_database, TENANT)
    with fresh_database.tenant(TENANT) as session:
        return evidence.assemble(session, "system", RUN, [Flow(evidence.vault)], key="k").id


def download(database: Database, evidence: Evidence, pack: str, *, reveal: bool) -> bytes:
    with database.tenant(TENANT) as session:
        return evidence.download(session, OFFICER, pack, reveal=reveal)


def test_sealed_pack_verifies_offline(
    fresh_database: Database, evidence: Evidence, pack: str, tmp_path: Path
) -> None:
    content = download(fresh_database, evidence, pack, reveal=False)
    file = tmp_path / "pack.zip"
    file.write_bytes(content)
    report = verify(file)
    assert report == Report(
        pack_id=pack, run_id=RUN, sha256=sha256(content), items=4, sealed_documents=1,
        audit_records=3, audit_unsealed=0, commitments=3, revealed=0, erased=0, findings=[],
    )  # fmt: skip
    assert zipfile.ZipFile(file).testzip() is None
    for clear in ("نورة", "nora@", "سامي"):
        assert clear.encode() not in content


def test_pack_is_recorded_in_the_audit_with_its_hash(
    fresh_database: Database, evidence: Evidence, pack: str
) -> None:
    with fresh_database.tenant(TENANT) as session:
        row, newest = evidence.find(session, pack), audit.newest(session, run_id=RUN)[0].record
        assert evidence.of_runs(session, [RUN, "run_none"]) == {RUN: [pack], "run_none": []}
        assert [item.name for item in evidence.manifest(session, pack).items] == [
            item["name"] for item in row.items
        ]
    assert newest is not None
    assert (newest.action, newest.subject) == ("evidence.assembled", pack)
    assert (
        newest.data["sha256"] == row.sha256 == verify_bytes(evidence.objects.get(row.sha256)).sha256
    )


def test_same_key_is_the_same_pack(fresh_database: Database, evidence: Evidence, pack: str) -> None:
    with fresh_database.tenant(TENANT) as session:
        again = evidence.assemble(session, "system", RUN, [Flow(evidence.vault)], key="k")
        other = evidence.assemble(session, "system", RUN, [], key="another")
    assert again.id == pack
    assert other.id != pack
    with fresh_database.tenant("rawabi-ae") as session, pytest.raises(NotFound):
        evidence.find(session, pack)


def test_revealed_values_are_proven(
    fresh_database: Database, evidence: Evidence, pack: str
) -> None:
    content = download(fresh_database, evidence, pack, reveal=True)
    report = verify_bytes(content)
    assert (report.ok, report.revealed, report.erased) == (True, 3, 0)
    assert files_of(content)["revealed/terms.txt"].decode() == TERMS
    sealed = download(fresh_database, evidence, pack, reveal=False)
    assert report.sha256 == sha256(sealed), "the revealed part does not change the pack's name"
    with fresh_database.tenant(TENANT) as session:
        record = audit.newest(session)[0].record
    assert record is not None
    assert (record.action, record.actor_id) == ("evidence.revealed", "user_officer")


def test_after_an_erasure_everything_still_verifies(
    fresh_database: Database, evidence: Evidence, pack: str
) -> None:
    before = download(fresh_database, evidence, pack, reveal=False)
    with fresh_database.tenant(TENANT) as session:
        evidence.vault.erase(session, OFFICER, NORA)
    audit.seal_all(fresh_database)
    with fresh_database.tenant(TENANT) as session:
        assert evidence.vault.reveal(session, NORA) == {}
        assert audit.verify(session).ok
    assert download(fresh_database, evidence, pack, reveal=False) == before
    assert verify_bytes(before).ok
    content = download(fresh_database, evidence, pack, reveal=True)
    report = verify_bytes(content)
    assert (report.ok, report.revealed, report.erased) == (True, 1, 2)
    assert "revealed/terms.txt" not in files_of(content)
    assert "نورة".encode() not in content
    assert b"nora@x.example" not in content


def test_pack_assembled_after_an_erasure_verifies(
    fresh_database: Database, evidence: Evidence, pack: str
) -> None:
    with fresh_database.tenant(TENANT) as session:
        evidence.vault.erase(session, OFFICER, SAMI)
        late = evidence.assemble(session, "system", RUN, [], key="late").id
    report = verify_bytes(download(fresh_database, evidence, late, reveal=True))
    assert (report.ok, report.commitments, report.revealed, report.erased) == (True, 3, 2, 1)


@pytest.mark.parametrize("reveal", [False, True])
def test_every_flipped_bit_is_found(
    fresh_database: Database, evidence: Evidence, pack: str, reveal: bool
) -> None:
    content = download(fresh_database, evidence, pack, reveal=reveal)
    assert verify_bytes(content).ok
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << (place % 8)
        assert not verify_bytes(bytes(flipped)).ok, f"byte {place}"


def flips(content: bytes) -> Iterator[tuple[str, bytes]]:
    files = files_of(content)
    for path, file in files.items():
        middle = len(file) // 2
        yield (
            path,
            archive(files | {path: file[:middle] + bytes([file[middle] ^ 1]) + file[middle + 1 :]}),
        )


def test_the_touched_record_is_named(
    fresh_database: Database, evidence: Evidence, pack: str
) -> None:
    names = {
        "manifest.json": "manifest.json",
        "items/dossier.json": "dossier",
        "items/commitments.json": "commitments",
        "items/audit.jsonl": "audit",
        "sealed/terms.enc": "terms",
        "revealed/values.json": "revealed/values.json",
        "revealed/terms.txt": "revealed/values.json",
    }
    content = download(fresh_database, evidence, pack, reveal=True)
    for path, flipped in flips(content):
        first = verify_bytes(flipped).findings[0].name
        assert first.startswith(names.pop(path)), path
    assert names == {}


def test_the_touched_audit_record_is_named(
    fresh_database: Database, evidence: Evidence, pack: str
) -> None:
    files = files_of(download(fresh_database, evidence, pack, reveal=False))
    lines = files["items/audit.jsonl"].splitlines(keepends=True)
    victim = json.loads(lines[1])["record"]["id"]
    lines[1] = lines[1].replace(b"step.done", b"step.dome")
    report = verify_bytes(archive(files | {"items/audit.jsonl": b"".join(lines)}))
    assert report.findings[0].name == "audit"
    assert victim in str(report.first_bad)


def test_forged_value_added_and_lost_files_are_found(
    fresh_database: Database, evidence: Evidence, pack: str
) -> None:
    files = files_of(download(fresh_database, evidence, pack, reveal=True))
    values = files["revealed/values.json"].replace(b"nora@x", b"mona@x")
    lost = {path: file for path, file in files.items() if path != "sealed/terms.enc"}
    for changed, name in (
        (files | {"revealed/values.json": values}, "revealed/values.json commitment_"),
        (files | {"revealed/more.txt": b"x"}, "revealed/more.txt"),
        (files | {"items/more.json": b"{}"}, "items/more.json"),
        (lost, "terms"),
    ):
        assert verify_bytes(archive(changed)).findings[0].name.startswith(name)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", archive({}), archive({"a": b""})])
def test_what_is_no_pack_is_said_so(content: bytes) -> None:
    assert not verify_bytes(content).ok


def test_compressed_copy_is_not_the_pack(
    fresh_database: Database, evidence: Evidence, pack: str
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path, file in files_of(download(fresh_database, evidence, pack, reveal=False)).items():
            bundle.writestr(path, file)
    assert not verify_bytes(buffer.getvalue()).ok


def test_changed_object_is_not_handed_out(
    fresh_database: Database, evidence: Evidence, pack: str
) -> None:
    with fresh_database.tenant(TENANT) as session:
        path = evidence.objects.path(evidence.find(session, pack).sha256)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(InvariantBroken):
        download(fresh_database, evidence, pack, reveal=False)


def test_unsealed_records_are_counted(
    fresh_database: Database, evidence: Evidence, pack: str
) -> None:
    with fresh_database.tenant(TENANT) as session:
        audit.append(session, "user_1", "step.done", RUN, {})
        early = evidence.assemble(session, "system", RUN, []).id
    report = verify_bytes(download(fresh_database, evidence, early, reveal=False))
    assert (report.ok, report.audit_records) == (True, 3)
    assert report.audit_unsealed == 2, "the pack before and the step just done"

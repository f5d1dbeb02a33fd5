"""Verify a pack offline: every hash, the run's slice of the audit chain, every revealed value.

What a pack cannot prove by itself is that nobody made it anew as a whole: for that, its SHA-256,
which the report states, is compared with the one that the audit chain recorded when it was made.
"""

import base64
import binascii
import json
from pathlib import Path

from pydantic import ValidationError

from dealix.business.evidence.pack import MANIFEST, REVEALED, archive, sha256, whole
from dealix.business.evidence.reading import files_of
from dealix.business.evidence.schemas import (
    CommitmentEntry,
    Manifest,
    ManifestItem,
    OpenedValue,
    PackFinding,
    Report,
    Revealed,
)
from dealix.errors import InvalidInput
from dealix.i18n import N_
from dealix.records.audit.chain import walk_slice
from dealix.records.audit.reading import entries_of
from dealix.trust.privacy import commitment_digest

AUDIT = "audit"
COMMITMENTS = "commitments"


def verify(path: Path) -> Report:
    """Check the pack at `path`; what is wrong is named in the report, nothing is raised for it."""
    return verify_bytes(path.read_bytes())


def verify_bytes(content: bytes) -> Report:
    """Check a pack held in memory; see `verify`."""
    try:
        files = files_of(content)
    except InvalidInput as error:
        return Report(findings=[PackFinding(name="archive", detail=error.sentence)])
    return _Check(content, files).report()


class _Check:
    """One verification: collects counts and findings, part by part."""

    def __init__(self, content: bytes, files: dict[str, bytes]) -> None:
        self._content = content
        self._files = files
        self._sound: dict[str, bytes] = {}
        self._report = Report()

    def report(self) -> Report:
        manifest = self._manifest()
        if manifest is not None:
            for item in manifest.items:
                self._item(item)
            self._strangers(manifest)
            self._slice(manifest)
            self._revealed(self._commitments())
            self._archive(manifest)
        return self._report

    def _found(self, name: str, detail: str) -> None:
        self._report.findings.append(PackFinding(name=name, detail=detail))

    def _manifest(self) -> Manifest | None:
        try:
            manifest = Manifest.model_validate_json(self._files.get(MANIFEST, b""))
        except ValidationError:
            self._found(MANIFEST, N_("it is missing or is not a manifest"))
            return None
        if whole(manifest) != manifest.sha256:
            self._found(MANIFEST, N_("its hash is not that of what it says"))
        self._report.pack_id, self._report.run_id = manifest.pack_id, manifest.run_id
        return manifest

    def _item(self, item: ManifestItem) -> None:
        self._report.items += 1
        self._report.sealed_documents += item.sealed_for is not None
        content = self._files.get(item.path)
        if content is None:
            self._found(item.name, N_("it is missing from the pack"))
        elif sha256(content) == item.sha256:
            self._sound[item.name] = content
        elif item.kind != AUDIT:
            self._found(item.name, N_("its content is not what was sealed"))

    def _strangers(self, manifest: Manifest) -> None:
        listed = {MANIFEST, *(item.path for item in manifest.items)}
        for path in sorted(self._files.keys() - listed):
            if not path.startswith("revealed/"):
                self._found(path, N_("the manifest does not list it"))

    def _slice(self, manifest: Manifest) -> None:
        """The run's audit records: also where the file was changed, to name the record."""
        for item in manifest.items:
            if item.kind == AUDIT and item.path in self._files:
                bad = self._walk(manifest.chain, self._files[item.path])
                if bad is not None or item.name not in self._sound:
                    self._found(item.name, bad or N_("its content is not what was sealed"))

    def _walk(self, chain: str, content: bytes) -> str | None:
        try:
            entries = entries_of(content.splitlines())
        except InvalidInput as error:
            return error.sentence
        walk = walk_slice(chain, entries)
        self._report.audit_records += walk.records
        self._report.audit_unsealed += sum(entry.link is None for entry in entries)
        return walk.finding.name if walk.finding else None

    def _commitments(self) -> dict[str, CommitmentEntry]:
        content = self._sound.get(COMMITMENTS)
        if content is None:
            return {}
        try:
            entries = [CommitmentEntry.model_validate(one) for one in json.loads(content)]
        except (ValueError, TypeError):
            self._found(COMMITMENTS, N_("it is not a list of commitments"))
            return {}
        self._report.commitments = len(entries)
        return {entry.id: entry for entry in entries}

    def _revealed(self, commitments: dict[str, CommitmentEntry]) -> None:
        extra = {path for path in self._files if path.startswith("revealed/")}
        if not extra:
            return
        try:
            revealed = Revealed.model_validate_json(self._files.get(REVEALED, b""))
        except ValidationError:
            self._found(REVEALED, N_("it is missing or is not a list of values"))
            return
        for value in revealed.values:
            bad = self._unproven(value, commitments)
            if bad:
                self._found(f"{REVEALED} {value.commitment}", bad)
            else:
                self._report.revealed += 1
        named = {value.file for value in revealed.values} | {REVEALED}
        for path in sorted(extra - named):
            self._found(path, N_("no commitment proves it"))
        erased = set(revealed.erased)
        self._report.erased = sum(one.person_id in erased for one in commitments.values())

    def _unproven(self, value: OpenedValue, commitments: dict[str, CommitmentEntry]) -> str | None:
        entry = commitments.get(value.commitment)
        if entry is None:
            return N_("the pack holds no such commitment")
        try:
            salt, clear = bytes.fromhex(value.salt), self._clear(value)
        except (ValueError, binascii.Error):
            return N_("it cannot be read")
        if clear is None or len(salt) != 32 or commitment_digest(salt, clear) != entry.digest:
            return N_("the value is not the one that was committed to")
        return None

    def _clear(self, value: OpenedValue) -> bytes | None:
        if value.file is not None:
            file = self._files.get(value.file)
            return sha256(file).encode() if file is not None and value.hashed else file
        if value.base64 is not None:
            return base64.b64decode(value.base64, validate=True)
        return value.text.encode() if value.text is not None else None

    def _archive(self, manifest: Manifest) -> None:
        """The sealed pack follows from its files: any byte beside them is a finding too."""
        paths = [MANIFEST, *(item.path for item in manifest.items)]
        sealed = {path: self._files[path] for path in paths if path in self._files}
        self._report.sha256 = sha256(archive(sealed))
        rest = {path: file for path, file in self._files.items() if path not in sealed}
        if not self._report.findings and archive(sealed | rest) != self._content:
            self._found("archive", N_("bytes outside of its files were changed"))

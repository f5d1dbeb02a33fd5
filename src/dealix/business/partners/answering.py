"""A partner's answer to one version of the terms: checked, compared with ours, kept once."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.papers.opening import kind_of
from dealix.business.papers.schemas import DOCX, ClauseChange
from dealix.business.papers.uploads import UploadService
from dealix.business.partners import repository, terms
from dealix.business.partners.models import Answer, PartnerLink, ReturnedFile
from dealix.business.partners.schemas import PartnerAnswer, TermsRevision
from dealix.business.partners.term_sheets import TermSheets, said
from dealix.errors import Conflict, InvalidInput, NotFound
from dealix.lanes import run_events
from dealix.lanes.models import Run
from dealix.records.canonical import canonical
from dealix.store.ids import new_id
from dealix.store.session import tenant_of
from dealix.trust.privacy import Vault
from dealix.validation import validated

EVENT = "partner_answer"
RETURNED = "returned_terms"
"""What a returned document is called among a run's uploads."""

PLACE = ("kind", "key", "number", "marked", "where")
"""What is said in clear of a change that a returned document makes; its words are sealed."""


@dataclass(frozen=True)
class Answers:
    """Answers of every tenant's partners; each call works inside the session's tenant.

    `uploads` is asked for when a document is at hand: an answer alone needs no folder of files.
    """

    vault: Vault
    sheets: TermSheets
    uploads: Callable[[], UploadService]

    def receive(self, session: Session, run: Run, content: bytes, *, by: str) -> str:
        """Keep a returned Word document or PDF, sealed for the contact. Answers its ID.

        Raises:
            InvalidInput: why such a file is not taken; TooLarge.
        """
        media_type = kind_of(content)
        person = _contact(session, run)
        return self.uploads().keep(session, by, content, media_type, person).id

    def keep(
        self, session: Session, run: Run, version: int, answer: PartnerAnswer, *, by: str
    ) -> str | None:
        """Store an answer with what wakes the run; the run's row is locked by the caller.

        Raises:
            Conflict: this version was answered or replaced, or the run has ended.
            InvalidInput: `return_with_counter`, `return_unchanged`, or the document is none.
        """
        assert_open(session, run, version)
        person = _contact(session, run)
        words = (answer.comment or "").encode()
        row = {
            "tenant_id": tenant_of(session),
            "id": new_id("ans"),
            "run_id": run.id,
            "version": version,
            "answer": answer.answer,
            "proposals": answer.proposals.model_dump(mode="json", exclude_none=True),
            "person_id": person if words or answer.document else None,
            "sealed": self.vault.seal(session, person, words) if words else None,
            "entered_by": by,
            "received_at": clock.real_now(),
            "at": run.now(),
            **self._returned(session, run, version, answer, person),
        }
        made = session.execute(
            insert(Answer).values(row).on_conflict_do_nothing().returning(Answer.id)
        ).scalar_one_or_none()
        if made is None:
            raise Conflict("offer_answered")
        data = {"answer": answer.answer, "version": version, "id": made}
        return run_events.store(session, run, EVENT, made, data, by=by)

    def by_hand(
        self, session: Session, actor: Actor, run: Run, given: Mapping[str, Any]
    ) -> str | None:
        """An answer that came by mail, WhatsApp or word of mouth, entered by one of us.

        `document` names the upload of what they returned. Nobody can have answered terms that are
        not out: such an answer is refused, not kept.
        """
        version = terms.newest(session, run.id).version
        if not is_out(session, run, version):
            raise Conflict("offer_not_out")
        assert_open(session, run, version)
        answer = read(given)
        if answer.document is not None:
            self.uploads().permit(actor, "document.read")
            content = self.uploads().opened(session, answer.document).content
            own = self.receive(session, run, content, by=actor.user_id)
            answer = answer.model_copy(update={"document": own})
        return self.keep(session, run, version, answer, by=actor.user_id)

    def _returned(
        self, session: Session, run: Run, version: int, answer: PartnerAnswer, person: str
    ) -> dict[str, Any]:
        """The returned document with what it says otherwise, tracked or not; a PDF is only kept."""
        if answer.document is None:
            return {}
        if answer.answer != "counter":
            raise InvalidInput("return_with_counter")
        file = self.uploads().opened(session, answer.document)
        changes = self.differences(session, run, version, file.content, file.media_type)
        alone = answer.proposals == TermsRevision() and not answer.comment
        if alone and not changes:
            raise InvalidInput("return_unchanged")
        self.uploads().take_up(session, run.id, answer.document, RETURNED)
        return {"upload_id": answer.document, **self.kept(session, person, changes)}

    def differences(
        self, session: Session, run: Run, version: int, content: bytes, media_type: str
    ) -> list[ClauseChange]:
        """What a returned document says otherwise than our paper of this version.

        A PDF is not compared, which is said as one change. Raises as `comparing.compare` does;
        `NotFound` where nothing of this version was drafted.
        """
        paper = self.sheets.of_version(session, run.id, version)
        if paper is None:
            raise NotFound("not_found")
        if media_type != DOCX:
            return [ClauseChange("not_compared", None, None, marked="all")]
        return self.sheets.papers.compare(session, paper.id, content)

    def kept(
        self, session: Session, person: str, changes: Sequence[ClauseChange]
    ) -> dict[str, Any]:
        """Where a returned document differs, in clear, and how, sealed for the contact."""
        told = said(changes)
        return {
            "changed": [{name: one[name] for name in PLACE} for one in told],
            "compared": self.vault.seal(session, person, canonical(told)),
        }


def compared(session: Session, vault: Vault, answer: Answer | ReturnedFile) -> list[dict[str, Any]]:
    """How a returned document differs from ours, as `term_sheets.said`; empty once erased."""
    if answer.compared is None or answer.person_id is None:
        return []
    clear = vault.open(session, answer.person_id, answer.compared)
    found: list[dict[str, Any]] = json.loads(clear) if clear is not None else []
    return found


def read(given: Mapping[str, Any]) -> PartnerAnswer:
    """An answer in order.

    Raises:
        InvalidInput: each wrong field is named with its reason.
    """
    return validated(PartnerAnswer, given, frozenset({"counter_without_proposal"}))


def last_answer(session: Session, run_id: str) -> Answer | None:
    """The newest answer of a run's partner."""
    query = select(Answer).where(Answer.run_id == run_id).order_by(Answer.version.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def answers(session: Session, run_id: str) -> list[Answer]:
    """Every answer of a run's partner, oldest first."""
    query = select(Answer).where(Answer.run_id == run_id).order_by(Answer.version)
    return list(session.execute(query).scalars())


def assert_open(session: Session, run: Run, version: int) -> None:
    """Refuse what can no longer be answered.

    Raises:
        Conflict: `offer_answered`, `offer_replaced` or `offer_closed`.
    """
    found = state(session, run, version)
    if found != "open":
        raise Conflict(f"offer_{found}")


def is_out(session: Session, run: Run, version: int) -> bool:
    """Whether the page of this version has been opened: the version is with the partner."""
    query = select(PartnerLink.token_hash).where(
        PartnerLink.run_id == run.id, PartnerLink.version == version
    )
    return session.execute(query).first() is not None


def state(session: Session, run: Run, version: int) -> str:
    """`open`, `answered`, `replaced` by a newer version, or `closed` with the run."""
    if run.ended_at is not None or run.undo_begun_at is not None:
        return "closed"
    if terms.is_answered(session, run.id, version):
        return "answered"
    return "open" if terms.newest(session, run.id).version == version else "replaced"


def _contact(session: Session, run: Run) -> str:
    return repository.partner(session, run.input["partner_id"]).contact_person_id

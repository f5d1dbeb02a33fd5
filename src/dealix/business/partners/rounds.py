"""A negotiation in its rounds: each version with its differences, and all that was said to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.partners import answering, negotiation, returned_files, sendings, terms
from dealix.business.partners.models import Answer, Terms
from dealix.business.partners.schemas import PartnerTerms, TermsRevision
from dealix.business.partners.term_sheets import (
    FORMS,
    Fetched,
    TermSheets,
    file_name,
    reference_of,
    said,
)
from dealix.errors import Conflict, NotFound
from dealix.lanes import letters, run_book
from dealix.lanes.inbox import Inbox
from dealix.lanes.letters import Letter
from dealix.lanes.models import Run
from dealix.records.canonical import stamp
from dealix.records.run_notes import note
from dealix.store.session import Database
from dealix.trust.approvals.reading import reviews
from dealix.trust.privacy import Vault

WORKFLOW = returned_files.WORKFLOW


@dataclass(frozen=True)
class _Record:
    """Everything on record of one negotiation, read once."""

    run: Run
    versions: Sequence[Terms]
    answers: Mapping[int, Answer]
    reviews: Sequence[Mapping[str, Any]]
    sendings: Sequence[Mapping[str, Any]]
    letters: Sequence[Letter]
    files: Mapping[str, list[dict[str, Any]]]

    def sent_as(self, sending: Mapping[str, Any]) -> int:
        """The version that a message of ours brought."""
        return sendings.version_of(self.versions, sending)

    def heard_in(self, letter: Letter) -> int:
        """The version that the other side had last when they wrote."""
        return sendings.version_had(self.versions, self.sendings, letter.at)


class NegotiationDesk:
    """The negotiation of a partner approval as our own people read it."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        inbox: Inbox,
        permit: Callable[[Actor, str], None],
        public_url: str,
        sheets: TermSheets,
    ) -> None:
        """`inbox` opens what people wrote; `public_url` is where the partner's page is found."""
        self.database = database
        self.vault = vault
        self.inbox = inbox
        self.permit = permit
        self.public_url = public_url.rstrip("/")
        self.sheets = sheets

    def get(self, actor: Actor, run_id: str) -> dict[str, Any]:
        """The rounds, oldest first, with the words of the other side in clear.

        Raises:
            NotFound: no such run, or one that negotiates nothing.
        """
        self.permit(actor, "negotiation.read")
        with self.database.tenant(actor.tenant_id) as session:
            run = _found(session, run_id)
            record = _read(session, run, self.inbox, self.vault)
            if not record.versions:
                raise NotFound("not_found")
            current = record.versions[-1]
            out = answering.is_out(session, run, current.version)
            state = answering.state(session, run, current.version)
            bodies = [PartnerTerms.model_validate(row.body) for row in record.versions]
            last = answering.last_answer(session, run.id)
            return {
                "run": run.id,
                "reference": reference_of(run),
                "version": current.version,
                "state": state if out or state != "open" else "not_out",
                "awaits": _awaits(run, current.version, last, state, out=out),
                "terms": _terms(bodies[-1]),
                "proposed": _proposed(bodies[-1], last, current.version),
                "rounds": [
                    self._round(session, record, bodies, place)
                    for place in range(len(record.versions))
                ],
            }

    def file(self, actor: Actor, run_id: str, version: int, form: str) -> Fetched:
        """The paper of one version in one of `FORMS`.

        Raises:
            NotFound: no such run or version, none was written of it, or its contact was erased.
        """
        self.permit(actor, "negotiation.read")
        with self.database.tenant(actor.tenant_id) as session:
            run = _found(session, run_id)
            paper = self.sheets.of_version(session, run.id, version)
            if paper is None:
                raise NotFound("not_found")
            content = self.sheets.file(session, paper, form)
            return Fetched(file_name(reference_of(run), version, form), FORMS[form], content)

    def link(self, actor: Actor, run_id: str) -> str:
        """The address of the partner's page of the version in force; that it was shown is audited.

        Whoever has it can answer as the partner, so it needs the right to enter answers.
        """
        self.permit(actor, "run.event")
        self.permit(actor, "negotiation.read")
        with self.database.tenant(actor.tenant_id) as session:
            run = _found(session, run_id)
            version, _terms_now = terms.latest(session, run.id)
            if not answering.is_out(session, run, version):
                raise Conflict("offer_not_out")
            data = {"version": version}
            by, at = actor.user_id, run.now()
            note(session, by, "partner.link_shown", run.id, data, chain=run.chain, at=at)
            return f"{self.public_url}/p/{negotiation.token_of(self.vault, run, version)}"

    def _round(
        self, session: Session, record: _Record, bodies: Sequence[PartnerTerms], place: int
    ) -> dict[str, Any]:
        row, present = record.versions[place], bodies[place]
        return {
            "version": row.version,
            "source": row.source,
            "made_by": row.made_by,
            "made_at": stamp(row.made_at),
            "terms": _terms(present),
            "clauses": present.model_dump(mode="json")["clauses"],
            "differences": terms.values_changed(bodies[place - 1], present) if place else [],
            "clause_changes": said(self.sheets.changes(session, record.run.id, row.version)),
            "paper": self.sheets.of_version(session, record.run.id, row.version) is not None,
            "reviews": [one for one in record.reviews if one["cycle"] == row.version],
            "sent": [
                {name: one[name] for name in ("step", "status", "key")} | {"at": one["started_at"]}
                for one in record.sendings
                if record.sent_as(one) == row.version
            ],
            "answer": self._answer(session, record.answers.get(row.version), present),
            "messages": [
                _message(letter, record.files.get(letter.id))
                for letter in record.letters
                if record.heard_in(letter) == row.version
            ],
        }

    def _answer(
        self, session: Session, given: Answer | None, offered: PartnerTerms
    ) -> dict[str, Any] | None:
        if given is None:
            return None
        proposed = TermsRevision.model_validate(given.proposals)
        return {
            "answer": given.answer,
            "by": given.entered_by,
            "at": stamp(given.at),
            "received_at": stamp(given.received_at),
            "proposals": terms.values_changed(offered, terms.revised(offered, given.proposals)),
            "clause_proposals": said(
                self.sheets.proposed(session, given.run_id, given.version, proposed.clauses or {})
            ),
            "comment": self._said(session, given),
            "has_comment": given.sealed is not None,
            "document": given.upload_id,
            "document_changes": answering.compared(session, self.vault, given),
        }

    def _said(self, session: Session, given: Answer) -> str | None:
        if given.sealed is None or given.person_id is None:
            return None
        clear = self.vault.open(session, given.person_id, given.sealed)
        return clear.decode() if clear is not None else None


def _message(letter: Letter, files: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {
        "id": letter.id,
        "channel": letter.provider,
        "at": stamp(letter.at),
        "subject": letter.said.subject if letter.said else None,
        "text": letter.said.text if letter.said else None,
        "files": files or returned_files.named(letter.said.files if letter.said else ()),
    }


def _found(session: Session, run_id: str) -> Run:
    run = run_book.get(session, run_id)
    if run.workflow != WORKFLOW:
        raise NotFound("not_found")
    return run


def _read(session: Session, run: Run, inbox: Inbox, vault: Vault) -> _Record:
    return _Record(
        run=run,
        versions=terms.history(session, run.id),
        answers={one.version: one for one in answering.answers(session, run.id)},
        reviews=reviews(session, run.id),
        sendings=sendings.of_run(session, run.id),
        letters=letters.of_run(session, run.id, inbox.read),
        files=returned_files.shown(session, vault, run.id),
    )


def _awaits(run: Run, version: int, last: Answer | None, state: str, *, out: bool) -> str | None:
    """The event that a person may enter now: the partner's answer, our next version, or none."""
    if state == "open" and out:
        return answering.EVENT
    countered = last is not None and last.answer == "counter" and last.version == version
    return (
        negotiation.REVISION if countered and run.ended_at is None and state != "closed" else None
    )


def _proposed(present: PartnerTerms, last: Answer | None, version: int) -> dict[str, Any]:
    """The terms in force with what the partner's counter-offer to them proposes."""
    if last is None or last.answer != "counter" or last.version != version:
        return _terms(present)
    return _terms(terms.revised(present, last.proposals))


def _terms(offered: PartnerTerms) -> dict[str, Any]:
    body = offered.model_dump(mode="json")
    return {name: body[name] for name in terms.COMMERCIAL}

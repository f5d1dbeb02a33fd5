"""The page on which a partner answers a version of the terms, and what becomes of the answer."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.partners import repository, terms
from dealix.business.partners.models import Answer, PartnerLink
from dealix.business.partners.schemas import PartnerAnswer, PartnerTerms
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound
from dealix.lanes import run_book, run_events
from dealix.lanes.models import Run
from dealix.records.run_notes import note
from dealix.store.ids import new_id
from dealix.store.session import Database, tenant_of
from dealix.trust.access.directory import company_names
from dealix.trust.privacy import Vault

EVENT, REVISION = "partner_answer", "terms_revision"
PARTNER = "partner"
"""Who answers on the page: nobody of ours, known by the address that only they got."""


@dataclass(frozen=True)
class Offered:
    """What a partner sees on their page: our name, theirs, the terms, and whether they answered."""

    tenant_id: str
    run_id: str
    version: int
    locale: str
    company: str
    company_ar: str
    partner: str
    partner_ar: str
    terms: PartnerTerms
    text: str
    reference: str
    state: str
    differences: list[dict[str, Any]]
    practice: bool = False


class PartnerDoor:
    """The partner's way in: no account, one version, one answer."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        draft: Callable[[Session, Run], tuple[str, str]],
        deliver: Callable[[str, str], bool],
    ) -> None:
        """`draft` answers the term sheet's text; `deliver(tenant, signal)` tells the run."""
        self.database = database
        self.vault = vault
        self.draft = draft
        self.deliver = deliver

    def offered(self, token: str) -> Offered:
        """What the page of this address shows; it changes nothing, whoever opens it.

        Raises:
            NotFound: there is no such page.
        """
        tenant_id, run_id, version = self._behind(token)
        with self.database.tenant(tenant_id) as session:
            run = run_book.get(session, run_id)
            partner = repository.partner(session, run.input["partner_id"])
            company, company_ar = company_names(session)
            before = terms.of_version(session, run_id, version - 1) if version > 1 else None
            present = terms.of_version(session, run_id, version)
            shown = self._text(session, run, version)
            return Offered(
                tenant_id=tenant_id,
                run_id=run_id,
                version=version,
                locale=partner.locale,
                company=company,
                company_ar=company_ar,
                partner=partner.name,
                partner_ar=partner.name_ar,
                terms=present,
                text=shown,
                reference=reference_of(run),
                state=state_of(session, run, version),
                differences=terms.differences(before, present) if shown and before else [],
                practice=run.practice,
            )

    def answer(self, token: str, given: Mapping[str, Any]) -> str:
        """Keep the partner's answer to this version, once. Answers the word that was kept.

        Raises:
            InvalidInput: the answer is not in order; each wrong field is named.
            Conflict: this version was answered or replaced, or the run has ended.
        """
        tenant_id, run_id, version = self._behind(token)
        answer = validated(given)
        with self.database.tenant(tenant_id) as session:
            run = run_book.get(session, run_id, lock=True)
            signal = keep(session, self.vault, run, version, answer, by=PARTNER)
        if signal is not None:
            self._tell(tenant_id, signal)
        return answer.answer

    def _behind(self, token: str) -> tuple[str, str, int]:
        with self.database.nobody() as session:
            row = session.execute(
                text("SELECT * FROM lookup_partner_link(:asked)"), {"asked": _hashed(token)}
            ).one_or_none()
        if row is None:
            raise NotFound("not_found")
        return str(row.tenant_id), str(row.run_id), int(row.version)

    def _text(self, session: Session, run: Run, version: int) -> str:
        """The term sheet in force; of a replaced version only the page's own facts are shown.

        What was taken back is shown to nobody any more.
        """
        if run.undo_begun_at is not None:
            return ""
        current, _terms = terms.latest(session, run.id)
        return self.draft(session, run)[0] if current == version else ""

    def _tell(self, tenant_id: str, signal: str) -> None:
        """Wake the run now; when that does not work, the scheduler does."""
        try:
            self.deliver(tenant_id, signal)
        except (RuntimeError, OSError):
            return


def validated(given: Mapping[str, Any]) -> PartnerAnswer:
    """An answer in order.

    Raises:
        InvalidInput: each wrong field is named with its reason.
    """
    try:
        return PartnerAnswer.model_validate(dict(given))
    except ValidationError as wrong:
        errors = [
            {"field": ".".join(map(str, error["loc"])), "type": error["type"]}
            for error in wrong.errors(include_input=False, include_url=False)
        ]
        counter = any(error["type"] == "counter_without_proposal" for error in errors)
        code = "counter_without_proposal" if counter else "invalid_input"
        raise InvalidInput(code, errors=errors) from None


def keep(
    session: Session, vault: Vault, run: Run, version: int, answer: PartnerAnswer, *, by: str
) -> str | None:
    """Store an answer with what wakes the run; the run's row is locked by the caller."""
    state = state_of(session, run, version)
    if state != "open":
        raise Conflict(f"offer_{state}")
    person = repository.partner(session, run.input["partner_id"]).contact_person_id
    words = (answer.comment or "").encode()
    row = {
        "tenant_id": tenant_of(session),
        "id": new_id("ans"),
        "run_id": run.id,
        "version": version,
        "answer": answer.answer,
        "proposals": answer.proposals.model_dump(mode="json", exclude_none=True),
        "person_id": person if words else None,
        "sealed": vault.seal(session, person, words) if words else None,
        "entered_by": by,
        "received_at": clock.real_now(),
        "at": run.now(),
    }
    made = session.execute(
        insert(Answer).values(row).on_conflict_do_nothing().returning(Answer.id)
    ).scalar_one_or_none()
    if made is None:
        raise Conflict("offer_answered")
    data = {"answer": answer.answer, "version": version, "id": made}
    return run_events.store(session, run, EVENT, made, data, by=by)


def by_hand(vault: Vault) -> Callable[[Session, Actor, Run, Mapping[str, Any]], str | None]:
    """An answer that came by mail, WhatsApp or word of mouth, entered by one of us.

    Nobody can have answered terms that have not left: such an answer is refused, not kept.
    """

    def enter(session: Session, actor: Actor, run: Run, given: Mapping[str, Any]) -> str | None:
        version, _terms = terms.latest(session, run.id)
        if not is_out(session, run, version):
            raise Conflict("offer_not_out")
        return keep(session, vault, run, version, validated(given), by=actor.user_id)

    return enter


def revise(session: Session, actor: Actor, run: Run, given: Mapping[str, Any]) -> str | None:
    """After a counter-offer: the requester's next version, which must be another one.

    Nobody else makes it: who reviews the terms must not be the one who wrote them.
    """
    if actor.user_id != run.started_by:
        raise NotEntitled("not_the_requester")
    countered = last_answer(session, run.id)
    version, present = terms.latest(session, run.id)
    if countered is None or countered.answer != "counter" or countered.version != version:
        raise Conflict("no_counter_to_answer")
    changed = terms.revised(present, given)
    if changed == present:
        raise InvalidInput("nothing_changed")
    made = terms.keep(session, run, changed, "counter", actor.user_id)
    data = {"version": made}
    note(session, actor.user_id, "terms.revised", run.id, data, chain=run.chain, at=run.now())
    return run_events.store(session, run, REVISION, f"terms-{made}", data, by=actor.user_id)


def open_page(session: Session, vault: Vault, run: Run) -> None:
    """Let the page of the version in force be opened; only the hash of its address is kept."""
    version, _terms = terms.latest(session, run.id)
    row = {
        "tenant_id": tenant_of(session),
        "token_hash": _hashed(token_of(vault, run, version)),
        "run_id": run.id,
        "version": version,
        "made_at": clock.now(),
    }
    session.execute(insert(PartnerLink).values(row).on_conflict_do_nothing())


def is_out(session: Session, run: Run, version: int) -> bool:
    """Whether the page of this version has been opened: the version is with the partner."""
    query = select(PartnerLink.token_hash).where(
        PartnerLink.run_id == run.id, PartnerLink.version == version
    )
    return session.execute(query).first() is not None


def token_of(vault: Vault, run: Run, version: int) -> str:
    """The secret part of a version's address: the same each time, known to the key's holder."""
    return vault.blind_index(f"partner-link:{run.tenant_id}:{run.id}:{version}")


def last_answer(session: Session, run_id: str) -> Answer | None:
    """The newest answer of a run's partner."""
    query = select(Answer).where(Answer.run_id == run_id).order_by(Answer.version.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def answers(session: Session, run_id: str) -> list[Answer]:
    """Every answer of a run's partner, oldest first."""
    query = select(Answer).where(Answer.run_id == run_id).order_by(Answer.version)
    return list(session.execute(query).scalars())


def reference_of(run: Run) -> str:
    """The reference by which both sides know these terms."""
    return f"TS-{run.id[-8:].upper()}"


def state_of(session: Session, run: Run, version: int) -> str:
    """`open`, `answered`, `replaced` by a newer version, or `closed` with the run."""
    if run.ended_at is not None or run.undo_begun_at is not None:
        return "closed"
    query = select(Answer.id).where(Answer.run_id == run.id, Answer.version == version)
    if session.execute(query).first() is not None:
        return "answered"
    current, _terms = terms.latest(session, run.id)
    return "open" if current == version else "replaced"


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

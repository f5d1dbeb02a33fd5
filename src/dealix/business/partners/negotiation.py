"""The page on which a partner answers a version of the terms, and what becomes of the answer."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.papers.schemas import ClauseChange, PaperClause
from dealix.business.partners import answering, repository, terms
from dealix.business.partners.answering import Answers
from dealix.business.partners.models import PartnerLink
from dealix.business.partners.schemas import PartnerTerms
from dealix.business.partners.term_sheets import FORMS, Fetched, file_name, reference_of
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound
from dealix.lanes import run_book, run_events
from dealix.lanes.models import Run
from dealix.records.run_notes import note
from dealix.store.session import Database, tenant_of
from dealix.trust.access.directory import company_names
from dealix.trust.privacy import Vault

REVISION = "terms_revision"
PARTNER = "partner"
"""Who answers on the page: nobody of ours, known by the address that only they got."""


@dataclass(frozen=True)
class Offered:
    """What a partner sees on their page: our name, theirs, the terms, and whether they answered.

    `clauses` are those of the paper that they got; empty once a newer version has gone out.
    """

    tenant_id: str
    run_id: str
    version: int
    locale: str
    company: str
    company_ar: str
    partner: str
    partner_ar: str
    terms: PartnerTerms
    clauses: list[PaperClause]
    reference: str
    state: str
    differences: list[dict[str, Any]]
    clause_changes: list[ClauseChange]
    practice: bool = False


class PartnerDoor:
    """The partner's way in: no account, one version, one answer."""

    def __init__(
        self, database: Database, answers: Answers, deliver: Callable[[str, str], bool]
    ) -> None:
        """`deliver(tenant, signal)` tells the run."""
        self.database = database
        self.answers = answers
        self.sheets = answers.sheets
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
            shown = _is_shown(session, run, version)
            paper = self.sheets.of_version(session, run_id, version) if shown else None
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
                clauses=paper.wording if paper else [],
                reference=reference_of(run),
                state=answering.state(session, run, version),
                differences=terms.values_changed(before, present) if shown and before else [],
                clause_changes=self.sheets.changes(session, run_id, version) if shown else [],
                practice=run.practice,
            )

    def knows(self, token: str) -> bool:
        """Whether there is a page at this address."""
        try:
            self._behind(token)
        except NotFound:
            return False
        return True

    def file(self, token: str, form: str) -> Fetched:
        """The paper of this version in one of `FORMS`, while it is the newest.

        Raises:
            NotFound: there is no such page, a newer version has gone out, or it is erased.
        """
        tenant_id, run_id, version = self._behind(token)
        with self.database.tenant(tenant_id) as session:
            run = run_book.get(session, run_id)
            paper = self.sheets.of_version(session, run_id, version)
            if paper is None or not _is_shown(session, run, version):
                raise NotFound("not_found")
            content = self.sheets.file(session, paper, form)
            return Fetched(file_name(reference_of(run), version, form), FORMS[form], content)

    def answer(self, token: str, given: Mapping[str, Any], returned: bytes | None = None) -> str:
        """Keep the partner's answer to this version, once. Answers the word that was kept.

        `returned` is our Word document as they changed it, or a PDF, which a person must read; it
        comes with a counter-offer.

        Raises:
            InvalidInput: the answer or the file is not in order; each wrong field is named.
            TooLarge: the file is.
            Conflict: this version was answered or replaced, or the run has ended.
        """
        tenant_id, run_id, version = self._behind(token)
        with self.database.tenant(tenant_id) as session:
            run = run_book.get(session, run_id, lock=True)
            answering.assert_open(session, run, version)
            if returned is not None:
                document = self.answers.receive(session, run, returned, by=PARTNER)
                given = {**given, "document": document}
            answer = answering.read(given)
            signal = self.answers.keep(session, run, version, answer, by=PARTNER)
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

    def _tell(self, tenant_id: str, signal: str) -> None:
        """Wake the run now; when that does not work, the scheduler does."""
        try:
            self.deliver(tenant_id, signal)
        except (RuntimeError, OSError):
            return


def revise(session: Session, actor: Actor, run: Run, given: Mapping[str, Any]) -> str | None:
    """After a counter-offer: the requester's next version, which must be another one.

    Nobody else makes it: who reviews the terms must not be the one who wrote them.
    """
    if actor.user_id != run.started_by:
        raise NotEntitled("not_the_requester")
    countered = answering.last_answer(session, run.id)
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


def token_of(vault: Vault, run: Run, version: int) -> str:
    """The secret part of a version's address: the same each time, known to the key's holder."""
    return vault.blind_index(f"partner-link:{run.tenant_id}:{run.id}:{version}")


def _is_shown(session: Session, run: Run, version: int) -> bool:
    """Whether the page shows its paper: the newest version's, until it is taken back."""
    return run.undo_begun_at is None and terms.newest(session, run.id).version == version


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""The papers of a request for those who may see its packet."""

from collections.abc import Callable
from dataclasses import dataclass

from dealix.actors import Actor
from dealix.business.partners.term_sheets import FORMS, Fetched, TermSheets, file_name, reference_of
from dealix.errors import NotFound
from dealix.lanes import run_book
from dealix.store.session import Database
from dealix.trust.approvals.reading import document_of


@dataclass(frozen=True)
class RequestedPapers:
    """Finds the very paper that a packet names, by its commitments."""

    database: Database
    permit: Callable[[Actor, str], None]
    sheets: TermSheets

    def file(self, actor: Actor, approval_id: str, form: str) -> Fetched:
        """The paper of a request in one of `FORMS`.

        Raises:
            NotEntitled: this person may read no packets.
            NotFound: there is no such request or paper, or its contact was erased.
        """
        self.permit(actor, "approval.read")
        with self.database.tenant(actor.tenant_id) as session:
            run_id, named = document_of(session, approval_id)
            found = [
                one
                for one in self.sheets.papers.of_run(session, run_id)
                if (one.docx_digest, one.pdf_digest) == (named.get("docx"), named.get("pdf"))
            ]
            if not found:
                raise NotFound("not_found")
            name = file_name(reference_of(run_book.get(session, run_id)), found[0].version, form)
            return Fetched(name, FORMS[form], self.sheets.file(session, found[0], form))

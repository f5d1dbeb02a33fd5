"""The files that come with a partner's mails: kept at their round, compared, for a person to read.

A mail moves nothing by itself: whoever reads it enters the answer that it holds.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.papers.opening import kind_of
from dealix.business.partners import repository, sendings, terms
from dealix.business.partners.answering import RETURNED, Answers, compared
from dealix.business.partners.models import ReturnedFile
from dealix.business.partners.negotiation import PARTNER
from dealix.connectors.deliveries import ReceivedFile
from dealix.errors import InvalidInput, Refused
from dealix.lanes import run_book
from dealix.lanes.inbox import Inbox
from dealix.lanes.letters import Letter
from dealix.lanes.models import Run
from dealix.store.session import Database
from dealix.trust.privacy import Vault

WORKFLOW = "partner_approval"
MOST = 10
"""Files of one mail that are taken up; further ones are listed as refused."""

AS_FAR_BACK = timedelta(days=30)
"""Mails that came before are not looked at any more."""

BEGINNINGS = (b"PK\x03\x04", b"%PDF-")
"""How a Word document and a PDF begin."""


@dataclass(frozen=True)
class ReturnedFiles:
    """Takes up files of every tenant's mails."""

    database: Database
    inbox: Inbox
    answers: Answers

    def sweep(self) -> int:
        """Take up the files of mails that came since the last time. Answers of how many mails.

        A mail that fails stands in no other's way; its error is raised after the others.
        """
        query = text("SELECT * FROM lookup_mails_with_files(:flow, :since)")
        asked = {"flow": WORKFLOW, "since": clock.real_now() - AS_FAR_BACK}
        with self.database.nobody() as session:
            due = session.execute(query, asked).all()
        taken, failures = 0, list[Exception]()
        for row in due:
            try:
                taken += self._take_up(row.tenant_id, row.id)
            except Exception as failure:  # noqa: BLE001 (raised below, after the other mails)
                failures.append(failure)
        if failures:
            raise failures[0]
        return taken

    def _take_up(self, tenant_id: str, event_id: str) -> bool:
        with self.database.tenant(tenant_id) as session:
            found = self.inbox.bringing(session, event_id)
            if found is None:
                return False  # Another sweep was faster.
            run, letter = run_book.get(session, found[0]), found[1]
            person = repository.partner(session, run.input["partner_id"]).contact_person_id
            if letter.said is not None and not self.answers.vault.is_erased(session, person):
                session.add_all(self._rows(session, run, letter, person, letter.said.files))
            self.inbox.drop_files(session, event_id)
        return True

    def _rows(
        self,
        session: Session,
        run: Run,
        letter: Letter,
        person: str,
        files: Sequence[ReceivedFile],
    ) -> list[ReturnedFile]:
        versions = terms.history(session, run.id)
        version = sendings.version_had(versions, sendings.of_run(session, run.id), letter.at)
        common = {
            "tenant_id": run.tenant_id,
            "event_id": letter.id,
            "run_id": run.id,
            "version": version,
            "person_id": person,
            "taken_at": clock.real_now(),
        }
        return [
            ReturnedFile(
                **common,
                number=number,
                sealed=self.answers.vault.seal(session, person, file.name.encode()),
                size=file.size,
                **self._looked_at(session, run, version, person, file, number),
            )
            for number, file in enumerate(files, start=1)
        ]

    def _looked_at(
        self,
        session: Session,
        run: Run,
        version: int,
        person: str,
        file: ReceivedFile,
        number: int,
    ) -> dict[str, Any]:
        """A file as an upload with its differences, or why it is none."""
        try:
            if number > MOST:
                raise InvalidInput("files_too_many")
            content = file.content()
            if not content.lstrip().startswith(BEGINNINGS):
                raise InvalidInput("file_kind")
            media_type = kind_of(content)
            changes = self.answers.differences(session, run, version, content, media_type)
        except Refused as refusal:
            return {"refused": refusal.code}
        uploads = self.answers.uploads()
        upload = uploads.keep(session, PARTNER, content, media_type, person).id
        uploads.take_up(session, run.id, upload, RETURNED)
        return {"upload_id": upload, **self.answers.kept(session, person, changes)}


def of_run(session: Session, run_id: str) -> list[ReturnedFile]:
    """Every file of a run's mails, oldest first."""
    query = select(ReturnedFile).where(ReturnedFile.run_id == run_id)
    order = (ReturnedFile.taken_at, ReturnedFile.event_id, ReturnedFile.number)
    return list(session.execute(query.order_by(*order)).scalars())


def shown(session: Session, vault: Vault, run_id: str) -> Mapping[str, list[dict[str, Any]]]:
    """The files of a run by the message that brought them, as doors show them.

    `name` is None once the contact is erased, `refused` the code of why a file is not kept.
    """
    found = defaultdict[str, list[dict[str, Any]]](list)
    for row in of_run(session, run_id):
        name = vault.open(session, row.person_id, row.sealed)
        one = {
            "name": name.decode() if name is not None else None,
            "size": row.size,
            "document": row.upload_id,
            "refused": row.refused,
            "changes": compared(session, vault, row),
            "reference": None,
        }
        found[row.event_id].append(one)
    return found


def named(files: Sequence[ReceivedFile]) -> list[dict[str, Any]]:
    """Files that a message only names so far; `reference` is their provider's ID of each."""
    absent: dict[str, Any] = {"document": None, "refused": None, "changes": []}
    return [
        {"name": one.name, "size": one.size, "reference": one.reference, **absent} for one in files
    ]

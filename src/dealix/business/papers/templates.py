"""The template of term sheets: tried, seen with an example, put in force, taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.papers import library, preview, repository, standard, trying, writing
from dealix.business.papers.models import PaperTemplate
from dealix.business.papers.sample import SAMPLE
from dealix.business.papers.schemas import DOCX, TERM_SHEET, Prevailing
from dealix.business.papers.uploads import UploadService
from dealix.errors import Conflict, InvalidInput, NotFound
from dealix.records.canonical import stamp
from dealix.store.session import Database

STANDARD = "standard"
"""Stands for the built-in template where a version is asked for."""

CHANGE = "clauses.confirm"
READ = "clauses.read"


@dataclass(frozen=True)
class TemplateDesk:
    """Templates of every tenant, for the doors."""

    database: Database
    uploads: UploadService
    permit: Callable[[Actor, str], None]

    def list(self, actor: Actor) -> dict[str, Any]:
        """The versions that were ever in force, the newest first; that one is in force now."""
        self.permit(actor, READ)
        with self.database.tenant(actor.tenant_id) as session:
            rows = repository.templates(session, TERM_SHEET)
            return {"kind": TERM_SHEET, "versions": [self._shown(row) for row in rows]}

    def file(self, actor: Actor, version: str) -> bytes:
        """A version's DOCX, or that of `STANDARD`."""
        self.permit(actor, READ)
        if version == STANDARD:
            return standard.template()
        with self.database.tenant(actor.tenant_id) as session:
            return self._content(_known(session, version))

    def receive(self, actor: Actor, content: bytes, prevailing: Prevailing) -> str:
        """Take in a template and try it; answers the upload's ID. It is not in force by that.

        Raises as `trying.tried` does.
        """
        self.permit(actor, CHANGE)
        trying.tried(content, prevailing)
        return str(self.uploads.receive(actor, content)["id"])

    def candidate(self, actor: Actor, document: str, prevailing: Prevailing) -> trying.Tried:
        """What an uploaded template leaves out, once it is seen to be usable.

        Raises as `trying.tried` does, and `NotFound`.
        """
        return trying.tried(self._uploaded(actor, document), prevailing)

    def example(self, actor: Actor, document: str, prevailing: Prevailing, form: str) -> bytes:
        """An invented paper by an uploaded template: as DOCX, or as a PDF to look at.

        Raises:
            InvalidInput: nothing comes out of it.
            Conflict: no clause may go out, as `library.confirmed` says.
        """
        made = self._example(actor, self._uploaded(actor, document), prevailing)
        return made if form == "docx" else preview.printed_as_read(made, SAMPLE.issued_at)

    def use(self, actor: Actor, document: str, prevailing: Prevailing) -> dict[str, Any]:
        """Put an uploaded DOCX in force, once it has been tried and an example has come out.

        Raises as `candidate` and `example` do.
        """
        content = self._uploaded(actor, document)
        trying.tried(content, prevailing)
        self._example(actor, content, prevailing)
        return self._put(actor, content, prevailing)

    def back(self, actor: Actor, version: str) -> dict[str, Any]:
        """Put a version that was in force before, or `STANDARD`, in force again as a new one.

        Raises:
            Conflict: `template_in_force`, it is the one that is.
        """
        self.permit(actor, CHANGE)
        if version == STANDARD:
            return self._put(actor, standard.template(), standard.PREVAILING)
        with self.database.tenant(actor.tenant_id) as session:
            row = _known(session, version)
            content = self._content(row)
        return self._put(actor, content, _prevailing(row))

    def _put(self, actor: Actor, content: bytes, prevailing: Prevailing) -> dict[str, Any]:
        objects = self.uploads.objects
        with self.database.tenant(actor.tenant_id) as session:
            made = library.keep_template(session, objects, content, prevailing, actor.user_id)
            if made is None:
                raise Conflict("template_in_force")
            return {"kind": TERM_SHEET, "version": made, "prevailing": prevailing}

    def _uploaded(self, actor: Actor, document: str) -> bytes:
        self.permit(actor, CHANGE)
        with self.database.tenant(actor.tenant_id) as session:
            found = self.uploads.opened(session, document)
        if found.media_type != DOCX:
            raise InvalidInput("not_a_docx")
        return found.content

    def _example(self, actor: Actor, content: bytes, prevailing: Prevailing) -> bytes:
        with self.database.tenant(actor.tenant_id) as session:
            clauses = writing.chosen(library.confirmed(session), SAMPLE, {}, prevailing)
        return writing.docx(content, SAMPLE, 1, clauses, prevailing)

    def _content(self, row: PaperTemplate) -> bytes:
        return self.uploads.objects.get(row.sha256)

    def _shown(self, row: PaperTemplate) -> dict[str, Any]:
        return {
            "version": row.version,
            "prevailing": row.prevailing,
            "sha256": row.sha256,
            "made_by": row.made_by,
            "made_at": stamp(row.created_at),
            "standard": row.sha256 == standard.digest(),
        }


def _known(session: Session, version: str) -> PaperTemplate:
    row = repository.template(session, TERM_SHEET, int(version)) if version.isdecimal() else None
    if row is None:
        raise NotFound("not_found")
    return row


def _prevailing(row: PaperTemplate) -> Prevailing:
    return "en" if row.prevailing == "en" else "ar"

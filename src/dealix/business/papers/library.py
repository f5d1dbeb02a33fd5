"""The clause library of a company: changed by its owners, confirmed by legal, told in the audit."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.papers import repository, standard
from dealix.business.papers.clauses import check_places, status_of
from dealix.business.papers.models import Clause, PaperTemplate
from dealix.business.papers.schemas import TERM_SHEET, ClauseChangeBody, Prevailing, Wording
from dealix.errors import Conflict, InvalidInput, NotFound
from dealix.records import audit
from dealix.records.canonical import stamp
from dealix.store.locks import lock_named
from dealix.store.objects import Objects
from dealix.store.session import Database, tenant_of
from dealix.trust.access.rights import ROLES

STALE = {"stale_ar": "ar", "stale_en": "en"}
"""The language that a clause's status calls stale."""
TEXTS = ("title_ar", "title_en", "ar", "en", "fallback_ar", "fallback_en")


class ClauseLibrary:
    """Clauses for the doors: with the reader's right, inside the reader's tenant."""

    def __init__(self, database: Database, permit: Callable[[Actor, str], None]) -> None:
        self.database = database
        self.permit = permit

    def list(self, actor: Actor) -> list[dict[str, Any]]:
        """The whole library in the order of the paper."""
        self.permit(actor, "clauses.read")
        with self.database.tenant(actor.tenant_id) as session:
            texts = repository.wordings(session)
            return [
                _shown(
                    row,
                    texts[row.key, row.version],
                    texts.get((row.key, row.approved_version or 0)),
                )
                for row in repository.clauses(session)
            ]

    def get(self, actor: Actor, key: str) -> dict[str, Any]:
        """One clause."""
        self.permit(actor, "clauses.read")
        with self.database.tenant(actor.tenant_id) as session:
            return _view(session, _known(session, key))

    def change(self, actor: Actor, key: str, body: ClauseChangeBody) -> dict[str, Any]:
        """Change a clause or bring in a new one; the language that was not touched turns stale.

        Raises:
            Conflict: `clause_changed`, somebody changed it since `body.version`.
            InvalidInput: a place that nothing fills, or a new clause without both languages.
        """
        self.permit(actor, "clauses.write")
        if body.owner is not None and body.owner not in ROLES:
            raise InvalidInput("clause_owner", owner=body.owner)
        with self.database.tenant(actor.tenant_id) as session:
            row = repository.clause(session, key, lock=True)
            if body.version != (row.version if row else 0):
                raise Conflict("clause_changed", clause=key)
            text = _merged(session, row, body)
            check_places(text)
            row = _written(session, row, key, text, body, actor.user_id)
            return _view(session, row)

    def confirm(self, actor: Actor, key: str, version: int) -> dict[str, Any]:
        """Legal's word that both languages of this version say the same and may go out.

        Raises:
            Conflict: `clause_changed`, this is no longer the version that stands.
        """
        self.permit(actor, "clauses.confirm")
        with self.database.tenant(actor.tenant_id) as session:
            row = _known(session, key, lock=True)
            if row.version != version:
                raise Conflict("clause_changed", clause=key)
            row.approved_version, row.status = version, "approved"
            row.confirmed_by, row.confirmed_at = actor.user_id, clock.now()
            audit.append(session, actor.user_id, "clause.confirmed", key, {"version": version})
            return _view(session, row)


def install(session: Session, objects: Objects, actor_id: str) -> None:
    """Give a company the standard clauses and template, where it has none of its own."""
    if not repository.clauses(session):
        for place, (key, owner, text) in enumerate(standard.CLAUSES, start=1):
            body = ClauseChangeBody(version=0, owner=owner, position=place * 10)
            row = _written(session, None, key, text, body, actor_id)
            row.approved_version, row.status = 1, "approved"
            row.confirmed_by, row.confirmed_at = actor_id, clock.now()
    if repository.newest_template(session, TERM_SHEET) is None:
        keep_template(session, objects, standard.template(), standard.PREVAILING, actor_id)


def keep_template(
    session: Session, objects: Objects, content: bytes, prevailing: Prevailing, actor_id: str
) -> int | None:
    """Put a new version of the term sheet's template in force; None where just this one is.

    Answers its number.
    """
    lock_named(session, "template", TERM_SHEET)
    known, sha256 = repository.newest_template(session, TERM_SHEET), objects.put(content)
    if known is not None and (known.sha256, known.prevailing) == (sha256, prevailing):
        return None
    row = PaperTemplate(
        tenant_id=tenant_of(session),
        kind=TERM_SHEET,
        version=known.version + 1 if known else 1,
        sha256=sha256,
        prevailing=prevailing,
        made_by=actor_id,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    data = {"version": row.version, "sha256": row.sha256, "prevailing": prevailing}
    audit.append(session, actor_id, "template.changed", TERM_SHEET, data)
    return row.version


def confirmed(session: Session) -> list[tuple[str, int, Wording]]:
    """What may go out: of each clause the wording that legal confirmed last.

    Nothing goes out while the languages of a clause say different things; a rewording of both
    waits for legal, and the one before it stands till then.

    Raises:
        Conflict: `clause_stale`, one language was changed and the other not;
            `clause_not_confirmed`, a clause that legal has never confirmed;
            `clause_library_empty`, there is none at all.
    """
    rows = repository.clauses(session)
    if not rows:
        raise Conflict("clause_library_empty")
    found = []
    for row in rows:
        if row.status in STALE:
            raise Conflict("clause_stale", clause=row.key)
        text = repository.wording(session, row.key, row.approved_version)
        if text is None or row.approved_version is None:
            raise Conflict("clause_not_confirmed", clause=row.key)
        found.append((row.key, row.approved_version, text))
    return found


def _known(session: Session, key: str, *, lock: bool = False) -> Clause:
    row = repository.clause(session, key, lock=lock)
    if row is None:
        raise NotFound("not_found")
    return row


def _merged(session: Session, row: Clause | None, body: ClauseChangeBody) -> Wording:
    """The wording after the change; a new clause needs both languages at once."""
    given = {name: getattr(body, name) for name in TEXTS if getattr(body, name) is not None}
    if row is None:
        missing = [name for name in TEXTS[:4] if name not in given]
        if missing:
            raise InvalidInput("clause_one_language")
        return Wording(**given)
    now = repository.wording(session, row.key, row.version)
    if now is None:
        raise NotFound("not_found")
    return now.model_copy(update=given)


def _written(
    session: Session,
    row: Clause | None,
    key: str,
    text: Wording,
    body: ClauseChangeBody,
    user_id: str,
) -> Clause:
    if row is None:
        last = max((each.position for each in repository.clauses(session)), default=0)
        row = Clause(
            tenant_id=tenant_of(session), key=key, position=last + 10, owner="legal_counsel",
            version=0, approved_version=None, status="draft", confirmed_by=None, confirmed_at=None,
        )  # fmt: skip
    row.owner = body.owner or row.owner
    row.position = body.position or row.position
    row.changed_by, row.changed_at = user_id, clock.now()
    if repository.wording(session, key, row.version or None) != text:
        row.version += 1
        repository.keep_wording(session, key, row.version, text, user_id)
    row.status = status_of(text, repository.wording(session, key, row.approved_version))
    session.add(row)
    session.flush()
    data = {"version": row.version, "status": row.status, "owner": row.owner}
    audit.append(session, user_id, "clause.changed", key, data)
    return row


def _view(session: Session, row: Clause) -> dict[str, Any]:
    now = repository.wording(session, row.key, row.version)
    if now is None:
        raise NotFound("not_found")
    return _shown(row, now, repository.wording(session, row.key, row.approved_version))


def _shown(row: Clause, now: Wording, approved_text: Wording | None) -> dict[str, Any]:
    """A clause as people and programs see it."""
    same = approved_text == now
    return {
        "key": row.key,
        "position": row.position,
        "owner": row.owner,
        "version": row.version,
        "approved_version": row.approved_version,
        "status": row.status,
        "stale": STALE.get(row.status),
        **now.model_dump(),
        "approved": None if approved_text is None or same else approved_text.model_dump(),
        "changed_by": row.changed_by,
        "changed_at": stamp(row.changed_at),
        "confirmed_by": row.confirmed_by,
        "confirmed_at": stamp(row.confirmed_at) if row.confirmed_at else None,
    }

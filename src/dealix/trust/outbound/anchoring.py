"""Sends the heads of each tenant's audit to a second owner, once a day, and never twice.

To a file the line is looked up before it is written. A mail server cannot be asked, so a mail
whose fate is unknown is not sent again: a case says so, and the next day's anchor covers it.
"""

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import system
from dealix.connectors.email import Mail, Mailer, message_id_for
from dealix.errors import OutcomeUnknown, ProviderError, ProviderUnavailable
from dealix.i18n import N_, translate
from dealix.records.audit import anchors
from dealix.records.audit.anchors import Anchor, anchors_in
from dealix.records.case_book import open_case
from dealix.store.session import Database
from dealix.trust.policy import service
from dealix.trust.policy.engine import Evaluator
from dealix.trust.policy.schemas import PolicyQuestion

MAIL = "mailto:"
SUBJECT = N_("Audit anchor of {day}")
WORDS = N_(
    "Keep this mail: the line below holds the newest place of each chain of the audit. "
    "dealix audit verify --anchor compares it with the records."
)


@dataclass(frozen=True)
class Anchors:
    """The daily anchors of an installation; `target` is a file or `mailto:` an address of ours."""

    database: Database
    target: str | None
    mailer: Callable[[], Mailer]
    sender: str
    engine: Evaluator

    def sweep(self) -> int:
        """Let leave what has not left today; answers how many anchors left."""
        if self.target is None:
            return 0
        today = clock.real_now().date().isoformat()
        with self.database.nobody() as session:
            query = text("SELECT tenant_id FROM lookup_unanchored(:today)")
            tenants = session.execute(query, {"today": today}).scalars().all()
        return sum(self._leave(tenant, today, self.target) for tenant in tenants)

    def _leave(self, tenant_id: str, day: str, target: str) -> bool:
        with self.database.tenant(tenant_id) as session:
            begun = self._begin(session, day, target)
        if begun is None:
            return False
        anchor, again = begun
        try:
            if target.startswith(MAIL):
                if again:
                    raise OutcomeUnknown("outcome_unknown", provider="smtp", operation="send")
                reference = self._mail(anchor, target.removeprefix(MAIL))
            else:
                reference = write_once(Path(target), anchor)
        except ProviderError as failure:
            self._not_left(anchor, failure)
            return False
        self._left(anchor, reference)
        return True

    def _begin(self, session: Session, day: str, target: str) -> tuple[Anchor, bool] | None:
        """Let policy judge an anchor that is begun now, in the transaction that commits to it."""
        begun = anchors.begin(session, day, "mail" if target.startswith(MAIL) else "file")
        if begun is not None and not begun[1]:
            service.require(session, _question(begun[0]), engine=self.engine)
        return begun

    def _mail(self, anchor: Anchor, address: str) -> str:
        words = "\n".join(translate(locale, WORDS) for locale in ("ar", "en"))
        receipt = self.mailer().send(
            Mail(
                message_id=message_id_for(f"anchor:{anchor.tenant_id}:{anchor.day}", self.sender),
                date=clock.real_now(),
                sender=self.sender,
                to=address,
                subject=" · ".join(
                    translate(locale, SUBJECT, day=anchor.day) for locale in ("ar", "en")
                ),
                body=f"{words}\n\n{anchors.line_of(anchor).decode()}",
                language="ar",
            )
        )
        return receipt.reference

    def _left(self, anchor: Anchor, reference: str) -> None:
        with self.database.tenant(anchor.tenant_id) as session:
            anchors.left(session, anchor, reference)

    def _not_left(self, anchor: Anchor, failure: ProviderError) -> None:
        """What certainly did not leave is tried again; what may have left asks a person."""
        sure = not isinstance(failure, OutcomeUnknown) and not failure.params.get("maybe_done")
        with self.database.tenant(anchor.tenant_id) as session:
            anchors.not_left(session, anchor, sure=sure)
            if not sure:
                open_case(
                    session,
                    run_id=None,
                    kind="anchor_in_doubt",
                    subject=f"anchor:{anchor.day}",
                    step="audit_anchor",
                    reason=failure.code,
                    at=clock.real_now(),
                )


def write_once(file: Path, anchor: Anchor) -> str:
    """Append the anchor's line, flushed to disk, unless the file holds it already.

    Raises:
        ProviderUnavailable: the file cannot be written now; nothing of the line is in it.
    """
    try:
        with file.open("a+b") as open_file:
            fcntl.flock(open_file, fcntl.LOCK_EX)
            open_file.seek(0)
            lines = open_file.read().decode(errors="replace").splitlines()
            there = {(each.tenant_id, each.day) for each in anchors_in(lines)}
            if (anchor.tenant_id, anchor.day) not in there:
                open_file.write(anchors.line_of(anchor))
                open_file.flush()
                os.fsync(open_file.fileno())
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        raise ProviderUnavailable(
            "provider_unavailable", provider="anchor file", reason=reason
        ) from None
    return anchors.hash_of(anchor)


def _question(anchor: Anchor) -> PolicyQuestion:
    return PolicyQuestion(
        tenant=anchor.tenant_id,
        actor=system(anchor.tenant_id),
        action="audit.anchor",
        resource=f"anchor:{anchor.day}",
        payload_hash=anchors.hash_of(anchor),
    )

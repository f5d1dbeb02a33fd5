"""The door of policy: every question is judged by Rego and audited, allowed or not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dealix.errors import NotEntitled
from dealix.records import audit
from dealix.store.session import tenant_of
from dealix.trust.policy import tokens
from dealix.trust.policy.engine import Evaluator, default_engine
from dealix.trust.policy.schemas import PolicyQuestion, Verdict

JUDGED = "policy.judged"


def check(
    session: Session,
    question: PolicyQuestion,
    *,
    chain: str = audit.MAIN,
    engine: Evaluator | None = None,
) -> Verdict:
    """Judge a question and record the verdict in the caller's transaction."""
    question = _in_transaction_of(session, question)
    verdict = (engine or default_engine()).evaluate(question)
    _record(session, question, verdict, chain)
    return verdict


def require(
    session: Session,
    question: PolicyQuestion,
    *,
    chain: str = audit.MAIN,
    engine: Evaluator | None = None,
) -> Verdict:
    """Judge a question; a refusal is recorded in a transaction of its own, then raised.

    The error usually rolls the caller's transaction back; the record of the refusal stays.

    Raises:
        NotEntitled: `token_missing`, or `policy_denied` with the action and the reason.
    """
    return _required(session, question, chain, engine, record=_record)


def permit(
    session: Session,
    question: PolicyQuestion,
    *,
    chain: str = audit.MAIN,
    engine: Evaluator | None = None,
) -> str | None:
    """Permit one effect: find its token, judge, and tie the token to the effect's key.

    Answers the token's ID, or nothing where the action needs none. Asking again with the same key,
    as after a crash, is permitted again; another key is not. It is judged every time; the audit
    gets the first verdict of an effect and each one that differs from the one before.

    Raises:
        NotEntitled: as `require`.
    """
    found = tokens.find(
        session,
        question.action,
        question.resource,
        question.payload_hash,
        run_id=question.run,
        effect_key=question.effect_key,
    )
    facts = None if found is None else tokens.facts_of(found)
    asked = replace(question, token=facts)
    verdict = _required(session, asked, chain, engine, record=_record_news)
    needed = verdict.action_class == "B" or question.canary == "outside"
    if found is None or not needed:
        return None
    tokens.mark_used(session, found.id, question.effect_key)
    return found.id


def _required(
    session: Session,
    question: PolicyQuestion,
    chain: str,
    engine: Evaluator | None,
    record: Callable[[Session, PolicyQuestion, Verdict, str], None],
) -> Verdict:
    question = _in_transaction_of(session, question)
    verdict = (engine or default_engine()).evaluate(question)
    if verdict.allowed:
        record(session, question, verdict, chain)
        return verdict
    with _apart(session) as own:
        _record(own, question, verdict, chain)
    if verdict.reason == "token_missing":
        raise NotEntitled("token_missing", action=question.action)
    raise NotEntitled("policy_denied", action=question.action, reason=verdict.reason)


def _in_transaction_of(session: Session, question: PolicyQuestion) -> PolicyQuestion:
    """The transaction's own tenant is a context too: nobody asks for one tenant inside another."""
    return replace(question, contexts=(*question.contexts, tenant_of(session)))


def _record(session: Session, question: PolicyQuestion, verdict: Verdict, chain: str) -> None:
    """Audit one verdict."""
    who, subject = question.actor.user_id, _subject(question)
    audit.append(session, who, JUDGED, subject, _words(question, verdict), chain)


def _record_news(session: Session, question: PolicyQuestion, verdict: Verdict, chain: str) -> None:
    """Audit a verdict on an effect, unless it repeats the one before word for word.

    The tries of one effect wait for one another at its ledger row, so the newest record is theirs.
    """
    before = audit.latest(session, JUDGED, _subject(question), effect_key=question.effect_key)
    if before != _words(question, verdict):
        _record(session, question, verdict, chain)


def _subject(question: PolicyQuestion) -> str:
    return question.resource or question.run or question.action


def _words(question: PolicyQuestion, verdict: Verdict) -> dict[str, Any]:
    """A verdict as the audit keeps it: identifiers, hashes and stable words only."""
    data = {
        "allowed": verdict.allowed,
        "rule": verdict.rule,
        "reason": verdict.reason,
        "class": verdict.action_class,
        "policy_version": verdict.policy_version,
        "authority_version": verdict.authority_version,
        "action": question.action,
        "payload_hash": question.payload_hash,
        "effect_key": question.effect_key,
        "token": question.token.id if question.token else None,
    }
    if question.run:
        data["run_id"] = question.run
    if question.gate:
        data |= {"gate": question.gate.name, "slot": question.gate.slot}
    return data


@contextmanager
def _apart(session: Session) -> Iterator[Session]:
    """A transaction of the same tenant beside the caller's, committed whatever becomes of that."""
    with Session(session.get_bind()) as own, own.begin():
        tenant = tenant_of(session)
        own.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
        own.info["tenant"] = tenant
        yield own

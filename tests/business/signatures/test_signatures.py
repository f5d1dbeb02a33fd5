"""A signature ends a run's wait once, by what the provider itself says of the envelope."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from tests.business.signatures.conftest import AGREEMENT, TENANT, WITHDRAWN, Desk
from tests.connectors.signing import PDF, held
from tests.lanes.test_inbox import VAULT

from dealix import clock
from dealix.actors import Actor
from dealix.business.signatures.activities import SignatureActivities
from dealix.business.signatures.evidence import SignatureSource
from dealix.business.signatures.models import Envelope
from dealix.business.signatures.schemas import Agreement
from dealix.connectors.esign import connect, reference_for
from dealix.connectors.esign.docusign import LEAST_BETWEEN
from dealix.errors import NotSignedIn, OutcomeUnknown, ProviderRefused, ProviderUnavailable
from dealix.lanes import run_book, run_events, run_views
from dealix.lanes.models import Run
from dealix.lanes.run_activities import RunActivities
from dealix.lanes.schemas import Ending
from dealix.records.models import Case
from dealix.trust.outbound.envelopes import void_hash
from dealix.trust.policy.tokens import Grant, issue

OFFICER = Actor(TENANT, "user_officer", frozenset({"compliance_officer"}))


def test_the_last_signature_wakes_the_run_with_who_and_when(desk: Desk) -> None:
    sent = desk.send()
    assert sent.data["envelope"] == desk.envelope
    assert desk.state().status == "sent"
    desk.act("sign", signer="1")
    desk.act("sign", signer="2")
    desk.take()
    state = desk.state()
    assert state.event is not None
    assert (state.status, state.event.status, state.event.by) == (
        "completed",
        "completed",
        "person_2",
    )
    assert [each["status"] for each in state.signers] == ["completed", "completed"]
    [signal] = desk.signals()
    assert (signal.kind, desk.told) == ("event", [signal.id])
    with desk.database.tenant(TENANT) as session:
        taken = run_events.take(session, desk.run_id, "signature", f"{desk.run_id}:signature")
    assert taken is not None
    assert signal.reference == f"signature/{taken.id}"
    assert (taken.cause, taken.data["status"], taken.data["by"], taken.data["role"]) == (
        state.event.id,
        "completed",
        "person_2",
        "company_signatory",
    )
    assert (desk.signatures.signed_document(TENANT, desk.run_id) or b"").startswith(b"%PDF-")


def test_who_declined_is_told_by_id_and_nobody_is_named(desk: Desk) -> None:
    desk.send()
    desk.act("decline", reason="لا نوافق")
    desk.take()
    event = desk.state().event
    assert event is not None
    assert (event.status, event.by, event.role) == ("declined", "person_1", "partner_signatory")
    with desk.database.tenant(TENANT) as session:
        tables = (
            "signature_envelopes",
            "signature_events",
            "audit_records",
            "effects",
            "run_events",
        )
        for table in tables:
            rows = session.execute(text(f"SELECT CAST(t AS text) FROM {table} t")).scalars()
            kept = " ".join(rows)
            assert "نورة" not in kept
            assert "partner.example" not in kept
            assert "نوافق" not in kept


def test_a_webhook_is_not_believed(desk: Desk) -> None:
    desk.send()
    raw = json.dumps(
        {
            "event": "envelope-completed",
            "generatedDateTime": "2027-03-01T09:00:00Z",
            "data": {
                "envelopeId": desk.envelope,
                "envelopeSummary": {"status": "completed", "transactionId": desk.state().reference},
            },
        }
    ).encode()
    key = "docusign-key-of-the-test"
    desk.inbox.receive("docusign", {"X-DocuSign-Signature-1": connect.signature(key, raw)}, raw)
    desk.sweep()
    assert (desk.state().status, desk.state().event, desk.signals()) == ("sent", None, [])


def test_a_forged_webhook_is_refused_and_a_replayed_one_changes_nothing(desk: Desk) -> None:
    desk.send()
    desk.act("sign")
    headers, raw = desk.forged(event="envelope-voided")
    with pytest.raises(NotSignedIn):
        desk.inbox.receive("docusign", headers, raw)
    desk.take()
    headers, raw = desk.webhook()
    again = desk.inbox.receive("docusign", headers, raw)
    assert again.repeated
    desk.sweep()
    assert (len(desk.events()), len(desk.signals()), len(desk.told)) == (1, 1, 1)


def test_the_same_webhook_a_hundred_times_at_once_is_stored_and_acted_on_once(desk: Desk) -> None:
    desk.send()
    desk.act("sign")
    headers, raw = desk.webhook()

    def deliver(number: int) -> bool:
        receipt = desk.inbox.receive("docusign", headers, raw)
        if number % 10 == 0:
            desk.sweep()
        return receipt.repeated

    with ThreadPoolExecutor(20) as threads:
        repeated = list(threads.map(deliver, range(100)))
    desk.sweep()
    assert repeated.count(False) == 1
    assert (len(desk.events()), len(desk.signals()), len(desk.told)) == (1, 1, 1)


def test_a_webhook_before_our_own_answer_waits_for_its_run(desk: Desk) -> None:
    desk.client.look_up("dlx-0")
    desk.sandbox.fault("docusign", "timeout_after", match=reference_for(desk.key))
    with pytest.raises(OutcomeUnknown):
        desk.send()
    desk.act("sign")
    desk.take()
    assert (desk.state().status, desk.signals()) == ("sending", [])
    desk.send()
    desk.sweep()
    assert desk.state().status == "completed"
    assert len(desk.signals()) == 1
    assert len(held(desk.sandbox, desk.key)) == 1, "it was looked up, not sent again"


def test_a_webhook_of_nobodys_envelope_waits_and_is_given_to_nobody(desk: Desk) -> None:
    body = {"event": "envelope-completed", "generatedDateTime": "2027-03-01T09:00:00Z"}
    raw = json.dumps(body | {"data": {"envelopeId": "93be49ab-0000-0000"}}).encode()
    signature = connect.signature("docusign-key-to-come", raw)
    receipt = desk.inbox.receive("docusign", {"x-docusign-signature-2": signature}, raw)
    assert receipt.tenant_id is None
    desk.sweep()
    assert desk.signals() == []


def test_a_webhook_without_our_field_is_found_by_the_envelope(desk: Desk) -> None:
    desk.send()
    desk.act("sign")
    body = {"event": "envelope-completed", "generatedDateTime": "2027-03-01T09:00:00Z"}
    raw = json.dumps(body | {"data": {"envelopeId": desk.envelope}}).encode()
    signature = connect.signature("docusign-key-to-come", raw)
    desk.inbox.receive("docusign", {"x-docusign-signature-1": signature}, raw)
    desk.sweep()
    assert desk.state().status == "completed"


def test_a_lost_webhook_is_made_up_for_by_asking(desk: Desk) -> None:
    desk.sandbox.fault("docusign", "webhook_lost")
    desk.send()
    desk.act("sign")
    desk.sweep()
    assert desk.state().status == "sent"
    assert desk.signatures.refresh(TENANT, desk.run_id)
    assert (desk.state().status, len(desk.signals())) == ("completed", 1)
    assert not desk.signatures.refresh(TENANT, desk.run_id)


def test_after_a_while_it_is_asked_without_any_webhook(desk: Desk) -> None:
    desk.sandbox.fault("docusign", "webhook_lost")
    desk.send()
    desk.act("decline", reason="no")
    with desk.database.tenant(TENANT) as session:
        [due] = session.execute(text("SELECT due_at FROM signature_envelopes")).scalars()
        assert due - clock.real_now() > timedelta(minutes=15), "DocuSign asks for that"
        session.execute(update(Envelope).values(due_at=clock.real_now()))
    assert desk.signatures.read_due() == 1
    assert desk.state().status == "declined"


def test_what_cannot_be_asked_now_is_asked_later(desk: Desk) -> None:
    desk.send()
    desk.act("sign")
    desk.sandbox.fault("docusign", "polling_limit", match=desk.envelope)
    desk.take()
    assert desk.state().status == "sent"
    with desk.database.tenant(TENANT) as session:
        [(due, tries)] = session.execute(text("SELECT due_at, tries FROM signature_envelopes"))
        assert clock.real_now() < due < clock.real_now() + timedelta(seconds=5)
        assert tries == 1
        session.execute(update(Envelope).values(due_at=clock.real_now()))
    desk.sweep()
    assert desk.state().status == "completed"


def gets(desk: Desk) -> int:
    """How often the provider was asked for our envelope itself."""
    rows = desk.sandbox.client.get("/_sandbox/requests", params={"provider": "docusign"}).json()
    path = f"/envelopes/{desk.envelope}"
    return sum(row["method"] == "GET" and row["path"].endswith(path) for row in rows)


def test_a_limit_that_was_reached_is_waited_out(desk: Desk) -> None:
    desk.client.least_between = LEAST_BETWEEN
    desk.sandbox.fault("docusign", "webhook_lost")
    desk.send()
    desk.act("sign")
    desk.sandbox.fault("docusign", "polling_limit", match=desk.envelope, count=9)
    assert not desk.signatures.refresh(TENANT, desk.run_id)
    with desk.database.tenant(TENANT) as session:
        [due] = session.execute(text("SELECT due_at FROM signature_envelopes")).scalars()
    assert due - clock.real_now() > timedelta(minutes=14)
    assert (desk.signatures.read_due(), gets(desk)) == (0, 1)


def test_an_envelope_is_asked_for_once_in_fifteen_minutes_and_heard_of_at_once(desk: Desk) -> None:
    desk.client.least_between = LEAST_BETWEEN
    desk.send()
    assert not desk.signatures.refresh(TENANT, desk.run_id)
    desk.act("sign")
    desk.take()
    assert (desk.state().status, len(desk.signals())) == ("completed", 1)
    assert gets(desk) == 1, "the webhook came soon after: a list was asked"


def test_the_sandbox_may_be_asked_at_any_time(desk: Desk) -> None:
    desk.sandbox.fault("docusign", "webhook_lost")
    desk.send()
    for _ in range(2):
        assert not desk.signatures.refresh(TENANT, desk.run_id)
    assert gets(desk) == 2


def test_badly_signed_late_and_doubled_webhooks_end_it_once(desk: Desk) -> None:
    for fault in ("webhook_bad_signature", "webhook_twice"):
        desk.sandbox.fault("docusign", fault)
    desk.receiver.answers[:] = [401, 204, 204]
    desk.send()
    desk.act("sign")
    headers, raw = desk.webhook(0)
    with pytest.raises(NotSignedIn):
        desk.inbox.receive("docusign", headers, raw)
    desk.take(1)
    desk.take(2)
    assert desk.webhook(0)[1] != desk.webhook(1)[1], "retryCount grows"
    assert (len(desk.events()), len(desk.told)) == (1, 1)


def test_voiding_takes_it_back_and_tells_nobody(desk: Desk) -> None:
    desk.send()
    assert desk.void().status == "done"
    assert (desk.state().status, desk.effect().status) == ("withdrawn", "undone")
    desk.take()
    assert (desk.events(), desk.signals()) == ([], [])
    sent, void = held(desk.sandbox, desk.key)
    assert sent["undone"] == void["reference"]
    assert desk.void().status == "done"
    assert len(held(desk.sandbox, desk.key)) == 2


def test_voiding_what_was_never_sent_is_harmless(desk: Desk) -> None:
    desk.client.look_up("dlx-0")
    desk.sandbox.fault("docusign", "timeout_before", match=reference_for(desk.key))
    with pytest.raises(OutcomeUnknown):
        desk.send()
    assert desk.void().status == "done"
    assert held(desk.sandbox, desk.key) == []


def test_an_envelope_whose_server_failed_after_it_is_found_and_not_sent_again(desk: Desk) -> None:
    desk.client.look_up("dlx-0")
    desk.sandbox.fault("docusign", "error_500_after", match=reference_for(desk.key))
    with pytest.raises(OutcomeUnknown):
        desk.send()
    assert desk.send().status == "done"
    assert (desk.state().status, desk.effect().status) == ("sent", "done")
    assert len(held(desk.sandbox, desk.key)) == 1


def test_voiding_after_a_lost_answer_finds_the_envelope(desk: Desk) -> None:
    desk.client.look_up("dlx-0")
    desk.sandbox.fault("docusign", "timeout_after", match=reference_for(desk.key))
    with pytest.raises(OutcomeUnknown):
        desk.send()
    assert desk.void().status == "done"
    assert [each["kind"] for each in held(desk.sandbox, desk.key)] == ["envelope", "envelope.void"]


def test_a_void_whose_answer_was_lost_is_looked_up(desk: Desk) -> None:
    desk.send()
    desk.sandbox.fault("docusign", "timeout_after", match="voided")
    with pytest.raises(OutcomeUnknown):
        desk.void()
    assert desk.void().status == "done"
    assert len(held(desk.sandbox, desk.key)) == 2


def test_what_all_have_signed_cannot_be_voided(desk: Desk) -> None:
    desk.send()
    desk.act("sign")
    result = desk.void()
    assert result.status == "failed"
    assert "ENVELOPE_CANNOT_VOID_INVALID_STATE" in (result.reason or "")
    desk.take()
    assert desk.state().status == "completed"


def test_a_sender_who_voids_elsewhere_wakes_the_run(desk: Desk) -> None:
    desk.send()
    desk.client.void(desk.envelope, "by hand")
    desk.take()
    event = desk.state().event
    assert event is not None
    assert (event.status, event.by) == ("voided", None)


def test_the_payload_is_the_document_the_words_and_the_signers(desk: Desk) -> None:
    agreements = (
        AGREEMENT,
        replace(AGREEMENT, document=AGREEMENT.document + b" "),
        replace(AGREEMENT, subject="other"),
        replace(AGREEMENT, signers=AGREEMENT.signers[:1]),
        replace(AGREEMENT, signers=tuple(reversed(AGREEMENT.signers))),
    )
    with desk.database.tenant(TENANT) as session:
        hashes = [desk.signatures.papers(session, desk.run_id, a).payload_hash for a in agreements]
    assert len(set(hashes)) == 5
    desk.send()
    desk.void()
    assert desk.effect().payload_hash == hashes[0], "the same each time"
    assert desk.effect(f"undo:{desk.key}").payload_hash == void_hash(hashes[0])


def test_what_proves_the_papers_proves_no_person_any_more_once_they_are_erased(desk: Desk) -> None:
    desk.send()
    bare = hashlib.sha256(PDF).hexdigest()
    with desk.database.tenant(TENANT) as session:
        for table in ("signature_envelopes", "effects", "audit_records"):
            rows = session.execute(text(f"SELECT CAST(t AS text) FROM {table} t")).scalars()
            assert bare not in " ".join(rows), "a bare hash of what names a person"


def test_the_signed_document_is_kept_sealed_and_proved_by_its_commitment(desk: Desk) -> None:
    desk.send()
    assert desk.signatures.signed_document(TENANT, desk.run_id) is None
    desk.act("sign")
    desk.take()
    signed = desk.signatures.signed_document(TENANT, desk.run_id)
    assert signed is not None
    assert b"completed" in signed
    with desk.database.tenant(TENANT) as session:
        _record, kept = SignatureSource(desk.objects).items(session, desk.run_id)
        made = {one.digest: one.value for one in VAULT.commitments(session, desk.run_id)}
    assert made[kept.commitment] == hashlib.sha256(signed).hexdigest().encode()
    assert kept.commitment == desk.state().signed_digest
    assert PDF[:20] not in kept.ciphertext


def test_a_signed_document_that_cannot_be_fetched_now_is_fetched_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_now(_envelope: str) -> bytes:
        raise ProviderUnavailable("provider_unavailable", provider="docusign", reason="throttled")

    desk.send()
    desk.act("sign")
    with monkeypatch.context() as away:
        away.setattr(desk.client, "document", not_now)
        desk.take()
    assert (desk.state().status, desk.signals()) == ("sent", []), "no end without its document"
    assert desk.signatures.refresh(TENANT, desk.run_id)
    assert desk.signatures.signed_document(TENANT, desk.run_id) is not None


def test_what_all_have_signed_is_final_and_previews_say_so(desk: Desk) -> None:
    desk.send()
    desk.act("sign")
    desk.take()
    with desk.database.tenant(TENANT) as session:
        preview = run_views.undo_preview(session, run_book.get(session, desk.run_id))
    assert (preview["undo"], [e["step"] for e in preview["final"]]) == ([], ["send_envelope"])
    assert (desk.undo().status, desk.undo().reason) == ("not_needed", "signed_by_all")
    assert desk.void().status == "not_needed"
    assert len(held(desk.sandbox, desk.key)) == 1


def test_a_run_that_ends_behind_what_all_have_signed_says_why_it_stands(desk: Desk) -> None:
    desk.send()
    desk.act("sign")
    desk.take()
    ending = Ending(reason="registration_suspended", outcome="rejected")
    RunActivities(desk.database).begin_undo(desk.call(**ending.model_dump(exclude_none=True)))
    with desk.database.tenant(TENANT) as session:
        [case] = session.execute(select(Case)).scalars()
    assert (case.kind, case.step, case.reason) == (
        "still_in_force",
        "send_envelope",
        "signed_by_all",
    )


def test_what_a_signatory_declined_needs_no_voiding(desk: Desk) -> None:
    desk.send()
    desk.act("decline", reason="no")
    desk.take()
    assert (desk.undo().status, desk.effect().final) == ("not_needed", False)
    assert desk.void().status == "not_needed"
    assert len(held(desk.sandbox, desk.key)) == 1


def test_a_refused_document_fails_the_step(desk: Desk) -> None:
    bad = replace(AGREEMENT, document=b"none")
    effect = desk.signatures.send_for_signature(desk.call(), bad)
    with pytest.raises(ProviderRefused):
        effect.call()


def test_another_tenant_sees_nothing(desk: Desk) -> None:
    desk.send()
    desk.act("sign")
    desk.take()
    with desk.database.tenant("other-sa") as session:
        for table in ("signature_envelopes", "signature_events"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_how_it_ended_cannot_be_changed(desk: Desk) -> None:
    desk.send()
    desk.act("sign")
    desk.take()
    with pytest.raises(Exception, match="permission denied"), desk.database.tenant(TENANT) as one:
        one.execute(text("UPDATE signature_events SET status = 'declined'"))


@dataclass
class Agreed:
    """What a run has signed: the first of a list that a test may change."""

    papers: list[Agreement]

    def of(self, _session: Session, _run: Run) -> Agreement:
        return self.papers[0]

    def withdrawal(self, _session: Session, _run: Run) -> str:
        return WITHDRAWN


def test_those_who_were_to_sign_are_told_why_in_the_words_of_the_flow(desk: Desk) -> None:
    steps = SignatureActivities(
        desk.database, desk.signatures, desk.outbound, {"partner_approval": Agreed([AGREEMENT])}
    )
    desk.send()
    envelope = desk.envelope
    call = desk.call(undo_id=desk.undo().id).model_copy(update={"key": f"undo:{desk.key}"})
    assert steps.void_envelope(call).status == "done"
    rows = desk.sandbox.client.get("/_sandbox/requests", params={"provider": "docusign"}).json()
    [void] = [row for row in rows if row["method"] == "PUT" and envelope in row["path"]]
    assert json.loads(void["body"]) == {"status": "voided", "voidedReason": WITHDRAWN}


def test_what_no_approval_covers_is_not_sent_and_goes_back(desk: Desk) -> None:
    agreed = [AGREEMENT]
    steps = SignatureActivities(
        desk.database,
        desk.signatures,
        desk.outbound,
        {"partner_approval": Agreed(agreed)},
    )
    assert steps.send_envelope(desk.call()).status == "changed"
    with desk.database.tenant(TENANT) as session:
        papers = desk.signatures.papers(session, desk.run_id, AGREEMENT)
        granted = Grant("esign.send", f"{desk.run_id}:send_envelope", papers.payload_hash)
        issue(session, run_id=desk.run_id, decision_id="dec_1", issued_by="user_1", effect=granted)
    agreed[0] = replace(AGREEMENT, signers=AGREEMENT.signers[:1])
    assert steps.send_envelope(desk.call()).status == "changed", "another signer was not approved"
    assert held(desk.sandbox, desk.key) == []
    agreed[0] = AGREEMENT
    assert steps.send_envelope(desk.call()).status == "done"
    assert len(held(desk.sandbox, desk.key)) == 1


def test_asked_at_the_deadline_it_says_whether_they_acted_in_time(desk: Desk) -> None:
    steps = SignatureActivities(desk.database, desk.signatures, desk.outbound, {})
    assert not steps.ask_signatories(desk.call()).come, "nothing was sent"
    desk.sandbox.fault("docusign", "webhook_lost")
    desk.send()
    assert not steps.ask_signatories(desk.call()).come
    desk.act("sign")
    assert steps.ask_signatories(desk.call()).come
    assert len(desk.signals()) == 1
    assert steps.ask_signatories(desk.call()).come, "also when a sweep was faster"


def test_an_erased_person_leaves_no_copy_and_the_signature_counts(desk: Desk) -> None:
    desk.send()
    desk.act("sign")
    with desk.database.tenant(TENANT) as session:
        VAULT.erase(session, OFFICER, "person_1")
    desk.take()
    assert (desk.state().status, desk.state().signed_digest) == ("completed", None)
    assert len(desk.signals()) == 1
    assert desk.signatures.signed_document(TENANT, desk.run_id) is None

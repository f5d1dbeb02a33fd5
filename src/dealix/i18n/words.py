"""The words that data holds as keys (roles, states, steps, gates), as people say them."""

from dealix.i18n.catalogue import N_, translate
from dealix.i18n.paper_words import CLAUSES, PAPERS, PLACES
from dealix.i18n.place_words import PLACES_AND_MONEY
from dealix.i18n.words_audit import DEEDS
from dealix.i18n.words_evidence import COMPLIANCE, CONTRADICTIONS, EVIDENCE, ORIGINS
from dealix.i18n.words_language import LANGUAGE
from dealix.i18n.words_leads import COLUMNS, LEADS
from dealix.i18n.words_messages import TAGS
from dealix.i18n.words_outside import MESSAGES, SIGNATURES
from dealix.i18n.words_proposals import PROPOSALS
from dealix.i18n.words_registry import REGISTRY

ROLES = {
    "sales_rep": N_("Sales representative"),
    "partner_manager": N_("Partner manager"),
    "director": N_("Director"),
    "vp": N_("Vice president"),
    "vp_corpdev": N_("VP corporate development"),
    "svp": N_("Senior vice president"),
    "cfo": N_("Chief financial officer"),
    "cto": N_("Chief technology officer"),
    "legal_counsel": N_("Legal counsel"),
    "compliance_officer": N_("Compliance officer"),
    "ceo": N_("Chief executive officer"),
    "ic_member": N_("Investment committee member"),
    "board_member": N_("Board member"),
    "pmi_director": N_("PMI director"),
    "workstream_lead": N_("Workstream lead"),
    "auditor": N_("Auditor"),
    "operator": N_("Operator"),
    "tenant_admin": N_("Company administrator"),
    "manager": N_("Manager"),
    "managers_manager": N_("Manager's manager"),
    "c_level": N_("Chief officer"),
    "board": N_("Board"),
    "system": N_("The system"),
}

RUN_STATES = {
    "running": N_("Running"),
    "waiting": N_("Waiting"),
    "paused": N_("Paused"),
    "compensating": N_("Taking back"),
    "completed": N_("Completed"),
    "compensated": N_("Taken back"),
    "cancelled": N_("Cancelled"),
    "failed": N_("Failed"),
    "attention": N_("Needs attention"),
}

OUTCOMES = {
    "activated": N_("Activated"),
    "rejected": N_("Rejected"),
    "declined": N_("Declined"),
    "expired": N_("Expired"),
    "accept": N_("Accepted"),
    "counter": N_("Counter-offer"),
    "decline": N_("Declined"),
}

STATES = {
    "started": N_("Started"),
    "done": N_("Done"),
    "in_doubt": N_("In doubt"),
    "undone": N_("Undone"),
    "waived": N_("Waived"),
    "registered": N_("Registered"),
    "not_needed": N_("Not needed"),
    "open": N_("Open"),
    "resolved": N_("Resolved"),
    "pending": N_("Pending"),
    "approved": N_("Approved"),
    "changes_requested": N_("Changes requested"),
    "closed": N_("Closed"),
    "withdrawn": N_("Withdrawn"),
    "received": N_("Received"),
    "queued": N_("Queued"),
    "by_hand": N_("Done by hand"),
    "attached": N_("Attached"),
    "heard": N_("Taken up"),
    "new": N_("Not taken up yet"),
    "acted": N_("Acted on"),
    "sent": N_("Sent"),
    "delivered": N_("Delivered"),
    "read": N_("Read"),
}

KINDS = {
    "step": N_("Step"),
    "wait": N_("Wait"),
    "approval": N_("Approval"),
    "message": N_("Message"),
    "undo": N_("Undo"),
    "case": N_("Case"),
}

STEPS = {
    "identify_partner": N_("Partner identified"),
    "score_fit": N_("Fit score"),
    "manager_approval": N_("Manager approval"),
    "draft_term_sheet": N_("Term sheet drafted"),
    "send_terms": N_("Terms sent to the partner"),
    "send_terms_whatsapp": N_("Terms announced by WhatsApp"),
    "write_crm": N_("Written to the CRM"),
    "executive_approval": N_("Executive approval"),
    "activate_partner": N_("Partner activated"),
    "notify_activation": N_("Activation notice"),
    "assemble_evidence": N_("Evidence pack"),
    "ask_manager": N_("Manager asked"),
    "ask_executive": N_("Executive asked"),
    "ask_commercial_owner": N_("Commercial owner asked"),
    "ask_legal": N_("Legal counsel asked"),
    "record_outcome": N_("Outcome recorded"),
    "retract_terms": N_("Terms retracted"),
    "retract_terms_whatsapp": N_("Terms retracted by WhatsApp"),
    "withdraw_in_crm": N_("Withdrawn in the CRM"),
    "deactivate_partner": N_("Partner deactivated"),
    "notify_rejection": N_("Notice of the rejection"),
    "term_review": N_("Term review"),
    "legal_review": N_("Legal review"),
    "partner_answer": N_("Partner's answer"),
    "terms_revision": N_("Terms revised after a counter-offer"),
    "signature": N_("Signature"),
    "send_envelope": N_("Sent for signature"),
    "void_envelope": N_("Signature request voided"),
}

PACKETS = {
    "name": N_("Name"),
    "name_ar": N_("Name in Arabic"),
    "email": N_("Email"),
    "phone": N_("Phone"),
    "partner": N_("Partner"),
    "partner_id": N_("Partner"),
    "partner_name": N_("Partner"),
    "partner_type": N_("Partner type"),
    "country": N_("Country"),
    "registration_number": N_("Commercial registration"),
    "exclusivity": N_("Exclusive partnership"),
    "practice": N_("Practice"),
    "contact": N_("Contact"),
    "expected_revenue": N_("Expected revenue a year"),
    "partner_share": N_("Partner's share"),
    "revenue_share": N_("Revenue share"),
    "revenue_share_percent": N_("Revenue share in percent"),
    "setup_cost": N_("One-time cost"),
    "net_first_year": N_("Net in the first year"),
    "home_market": N_("Home market"),
    "currency": N_("Currency"),
    "fit_score": N_("Fit score"),
    "signals": N_("Signals"),
    "weight": N_("Weight"),
    "points": N_("Points"),
    "because": N_("Because"),
    "draft": N_("The draft"),
    "asks": N_("What is asked"),
    "payload_hash": N_("Hash"),
    "resource": N_("For"),
    "action": N_("Action"),
    "reversibility": N_("Reversibility"),
    "template": N_("Template"),
    "term_sheet": N_("Term sheet"),
    "registration_checked": N_("Registration check"),
    "format_only": N_("Only its form was checked"),
    "registration_not_checked": N_("The registration was not checked at the registry."),
    "exclusive": N_("The partnership is exclusive."),
    "low_fit": N_("The fit score is low."),
    "positive": N_("Positive"),
    "not positive": N_("Not positive"),
    "partner.propose": N_("Decide whether to go on with this partner."),
    "partner.send_terms": N_(
        "Approve this draft. The terms then go to the partner by email and into the CRM."
    ),
    "partner.activate": N_(
        "Approve the partnership. The terms then go out for signature; once all have signed, the "
        "partner becomes active and is told by email."
    ),
    "partner.send_terms.practice": N_("Approve this draft; the terms go to who started the run."),
    "partner.activate.practice": N_("Approve the activation; only who started the run is told."),
    "email.send": N_("Send an email"),
    "email.retract": N_("Send a retraction by email"),
    "whatsapp.send": N_("Send a WhatsApp message"),
    "whatsapp.retract": N_("Send a retraction by WhatsApp"),
    "crm.write": N_("Write to the CRM"),
    "crm.withdraw": N_("Withdraw from the CRM"),
    "esign.send": N_("Send for signature"),
    "esign.void": N_("Void the signature request"),
    "registry.read": N_("Ask the company registry"),
}

PAUSES = {
    "board_approval": N_("Board approval"),
    "regulatory_approval": N_("Regulatory approval"),
    "regulatory_filing": N_("Regulatory filing"),
    "target_response": N_("Target's response"),
    "canary_evaluation": N_("Canary evaluation"),
    "scale_decision": N_("Scale decision"),
    "findings_review": N_("Findings review"),
    "workstream_completion": N_("Workstream completion"),
    "ic_decision": N_("Investment committee decision"),
    "signature_request_sent": N_("Signature request sent"),
    "awaiting_signature": N_("Awaiting signature"),
    "affiliate_approval": N_("Affiliate approval"),
    "release_approval": N_("Release approval"),
    "standing_approval": N_("Standing approval"),
    "meeting_begins": N_("Meeting begins"),
    "answer": N_("Answer"),
    "choice": N_("Choice"),
    "day_1": N_("Day 1"),
    "day_30": N_("Day 30"),
    "day_60": N_("Day 60"),
    "day_90": N_("Day 90"),
}

CASES = {
    "blocked": N_("Something stands in the way"),
    "undo_failed": N_("Taking back failed"),
    "ended_behind": N_("Ended behind our back"),
    "late_delivery": N_("Answer that came too late"),
    "late_answer": N_("Answer that came after the undo"),
    "cancelled_behind": N_("Cancelled behind our back"),
    "still_in_force": N_("Signed, though the run ended otherwise"),
    "signed_by_all": N_("All have signed, and nothing takes that back"),
    "pipeline_failed": N_("A step failed for good"),
    "superseded": N_("It does not count: the run ended otherwise"),
    "stuck": N_("The flow cannot go on"),
    "unmatched": N_("Message without a run"),
    "unsure_stop": N_("Asks to stop, by the model's reading"),
    "confirm_stop": N_("They ask us to stop"),
    "lift_stop": N_("They do not ask for it"),
    "happened": N_("It happened"),
    "recovered": N_("It goes on again"),
    "send_again": N_("Send again"),
    "retry": N_("Try again"),
    "done_by_hand": N_("Done by hand"),
    "waive": N_("Waive"),
}

DECISIONS = {
    "approve": N_("Approve"),
    "reject": N_("Reject"),
    "request_changes": N_("Ask for changes"),
}

SYSTEMS = {
    "email": N_("Email"),
    "smtp": N_("Email"),
    "crm": N_("CRM"),
    "hubspot": N_("HubSpot"),
    "docusign": N_("DocuSign"),
    "whatsapp": N_("WhatsApp"),
    "whatsapp_receipt": N_("WhatsApp: what became of the message"),
    "whatsapp_131026": N_("This number cannot be reached over WhatsApp."),
    "whatsapp_131047": N_("The person has not written to us for more than 24 hours."),
    "whatsapp_held_for_quality_assessment": N_(
        "WhatsApp has taken the message and holds it back until its quality is judged."
    ),
    "whatsapp_paused": N_("WhatsApp has taken the message and has paused its sending."),
    "not_delivered": N_("Not delivered"),
    "sms": N_("SMS"),
    "esign": N_("Electronic signature"),
    "database": N_("Our records"),
    "notice": N_("Notice to a colleague"),
}

LANES = {
    "short": N_("Short"),
    "medium": N_("Medium"),
    "durable": N_("Durable"),
}

METHODS = {
    "upsert": N_("Upsert by key"),
    "idempotency_header": N_("Idempotency header"),
    "message_id": N_("Message ID"),
    "request_id": N_("Request ID"),
    "content_hash": N_("Content hash"),
    "none": N_("None"),
    "undoable": N_("Can be taken back"),
    "final": N_("Final"),
}

APPROVALS = {
    "deal": N_("Deal"),
    "integration": N_("Integration"),
    "billing": N_("Billing"),
    "compliance": N_("Compliance"),
    "critical": N_("Critical"),
    "high": N_("High"),
    "normal": N_("Normal"),
    "low": N_("Low"),
    "reversible": N_("Reversible"),
    "partially": N_("Partially reversible"),
    "irreversible": N_("Irreversible"),
    "referral": N_("Referral"),
    "distribution": N_("Distribution"),
    "technology": N_("Technology"),
    "strategic": N_("Strategic"),
    "government": N_("Government"),
}

ADMINISTRATION = {
    "partner_approval": N_("Partner approval"),
    "ma_offer": N_("Acquisition offer"),
    "discount": N_("Discount"),
    "long_list": N_("Long list"),
    "short_list": N_("Short list"),
    "start_due_diligence": N_("Start of due diligence"),
    "submit_offer": N_("Submitting the offer"),
    "sign": N_("Signing"),
    "integration_plan": N_("Integration plan"),
    "discount_approval": N_("Discount approval"),
    "drafted": N_("Draft"),
    "active": N_("In force"),
    "retired": N_("Replaced"),
    "added": N_("Added"),
    "removed": N_("Removed"),
    "changed": N_("Changed"),
    "unrouted": N_("Delivery that belongs to nobody"),
    "inbound_delivery": N_("Incoming delivery"),
    "anchor_in_doubt": N_("Audit anchor of unknown fate"),
    "audit_anchor": N_("Audit anchor"),
    "person_asked": N_("The person asked for it"),
    "consent_withdrawn": N_("Consent was withdrawn"),
    "purpose_ended": N_("The purpose has ended"),
    "authority_ordered": N_("An authority ordered it"),
    "session": N_("Browser"),
    "token": N_("Program"),
    "codec.keys": N_("Keys of the workflows' payloads"),
    "person.kek": N_("Key that wraps the keys of persons"),
}

WORDS: dict[str, str] = {
    **ADMINISTRATION,
    **ROLES,
    **RUN_STATES,
    **OUTCOMES,
    **STATES,
    **KINDS,
    **STEPS,
    **SIGNATURES,
    **PLACES_AND_MONEY,
    **PACKETS,
    **PAPERS,
    **PAUSES,
    **CLAUSES,
    **PLACES,
    **CASES,
    **DECISIONS,
    **SYSTEMS,
    **LANES,
    **METHODS,
    **APPROVALS,
    **MESSAGES,
    **REGISTRY,
    **DEEDS,
    **LANGUAGE,
    **TAGS,
    **EVIDENCE,
    **CONTRADICTIONS,
    **COMPLIANCE,
    **ORIGINS,
    **PROPOSALS,
    **LEADS,
    **COLUMNS,
}


def word(locale: str, key: object) -> object:
    """The word of a key in `locale`; anything that is no known key comes back as it is."""
    known = WORDS.get(key) if isinstance(key, str) else None
    return translate(locale, known) if known else key

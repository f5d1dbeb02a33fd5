"""The one list of functions that cross tenants, each with what it is for.

They run with the rights of the tables' owner (SECURITY DEFINER), so each answers one narrow
question with identifiers only. A test holds this list equal to what the database has.
"""

LOOKUPS: dict[str, str] = {
    "lookup_sign_in": "Signing in: whose email hash this is, before a tenant is known.",
    "lookup_session": "A request with a cookie or token: whose it is, before a tenant is known.",
    "lookup_device": "A device that stays signed in: whose it is, before a tenant is known.",
    "lookup_passkey": "Signing in by passkey: whose credential it is, before a tenant is known.",
    "keep_challenge": "A passkey ceremony begins: keep its challenge for a few minutes.",
    "take_challenge": "A passkey ceremony ends: take its challenge, once.",
    "lookup_approval_link": "A decision link: which request and approver it is bound to.",
    "lookup_queued_notices": "The notice sweep: notices to our own people that are still to go.",
    "lookup_stale_key_tenants": "Key rotation: which tenants have keys under an older KEK.",
    "lookup_unsealed": "The sealer: which tenants' chains have audit records without a seal.",
    "lookup_unstarted_runs": "The start relay: runs that are stored and not yet with the engine.",
    "lookup_open_signals": "The delivery sweep: decisions and events not yet with their workflow.",
    "lookup_live_runs": "The watch: durable runs to compare with what the engine says of them.",
    "lookup_due_pipelines": "The medium lane: runs that are due and that no worker holds.",
    "lookup_message": "A delivery that answers a message: whose message it was.",
    "lookup_conversation": "An answer that names no message: whose last message it answers.",
    "lookup_delivery": "A delivery that comes twice: whether it is stored already.",
    "lookup_inbound_tenants": "The inbox sweep: which tenants have events to attach.",
    "lookup_routable": "The inbox sweep: early events whose message has become known since.",
    "lookup_partner_link": "A partner's answer page: which tenant, run and version it is about.",
    "count_unrouted": "Health: how many events have waited too long for their tenant.",
    "keep_unrouted": "A delivery of no known tenant: put it aside, encrypted.",
    "claim_late_unrouted": "The inbox sweep: deliveries that waited too long, once, for a case.",
    "lookup_first_tenant": "The inbox sweep: whose operators look after the installation.",
    "lookup_unanchored": "The audit's anchor: which tenants' heads have not left today.",
    "lookup_due_envelopes": "The signature sweep: envelopes to ask the provider about now.",
    "lookup_untagged_messages": "The tagger's sweep: messages of which nobody has said what they "
    "want.",
    "lookup_waiting_short_jobs": "The short lane's sweep: tasks that no worker has answered yet.",
    "knowledge_by_word": "The knowledge search: passages of the transaction's own tenant by word; "
    "under row-level security PostgreSQL uses no index of words.",
    "lookup_unembedded": "The knowledge sweep: which tenants have passages without a vector.",
    "count_probe": "The probes' sweep: that a connector of the installation answered, or did not.",
    "lookup_probes": "Trust scores: how often a connector of the installation answered.",
    "take_unrouted": "The inbox sweep: take an event out of there, once, for its tenant.",
}

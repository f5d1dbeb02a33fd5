"""Words of evidence packs: their kinds, the steps of their assembly, the tables in them."""

from dealix.i18n.catalogue import N_

EVIDENCE = {
    "evidence_pack": N_("Evidence pack assembly"),
    "assembled": N_("Assembled"),
    "query_sources": N_("Sources queried"),
    "aggregate_items": N_("Items summed up"),
    "hash_items": N_("Items hashed"),
    "store_pack": N_("Pack stored and verified"),
    "deal_closure": N_("Deal closure"),
    "compliance_audit": N_("Compliance audit"),
    "board_report": N_("Board report"),
    "incident_response": N_("Incident response"),
    "runs": N_("Runs"),
    "effects": N_("Effects"),
    "undos": N_("Undos"),
    "cases": N_("Cases"),
    "pauses": N_("Pauses"),
    "deliveries": N_("Deliveries to workflows"),
    "answers": N_("Answers from outside"),
    "messages": N_("Messages that left"),
    "inbound": N_("Messages that came in"),
    "receipts": N_("Receipts of messages"),
    "approvals": N_("Approvals"),
    "sla_steps": N_("SLA steps"),
    "authority_versions": N_("Authority tables"),
    "tokens": N_("Approval tokens"),
    "accounts": N_("Accounts"),
    "grants": N_("Rights given"),
    "persons": N_("Persons"),
    "consents": N_("Consents"),
    "message_judgments": N_("Rules' word on messages"),
    "partners": N_("Partners"),
    "terms": N_("Terms"),
    "envelopes": N_("Signature envelopes"),
    "clauses": N_("Clauses"),
    "registry_answers": N_("Answers of registries"),
    "scope": N_("What the pack is about"),
    "audit_of_the_time": N_("Audit of this time"),
}

CONTRADICTIONS = {
    "contradiction_scan": N_("Contradiction scan"),
    "scanned": N_("Scanned"),
    "load_documents": N_("Documents loaded"),
    "compare_claims": N_("Claims compared"),
    "flag_conflicts": N_("Conflicts flagged"),
}
"""The steps of a scan for contradictions."""

COMPLIANCE = {
    "compliance_scan": N_("Compliance scan"),
    "checked": N_("Checked"),
    "list_controls": N_("Controls listed"),
    "check_control": N_("Controls checked on live data"),
    "aggregate_findings": N_("Findings compared with the last scan"),
    "report_findings": N_("Findings reported"),
    "pdpl": N_("Personal Data Protection Law"),
    "nca_ecc": N_("Essential Cybersecurity Controls"),
    "owasp_llm": N_("Ten risks of language model applications"),
    "nist_ai_rmf": N_("AI risk management framework"),
    "pass": N_("Passes"),
    "fail": N_("Fails"),
    "not_applicable": N_("Does not apply"),
    "manual": N_("By hand"),
    "newly_failing": N_("Newly failing"),
    "newly_passing": N_("Newly passing"),
}
"""A scan of controls: its steps, the frameworks, and what a control answers."""

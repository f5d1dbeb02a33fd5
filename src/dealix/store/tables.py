"""Imports every module of tables, so that migrations and tests see the whole schema."""

import importlib

MODULES = (
    "dealix.trust.access.models",
    "dealix.trust.privacy.models",
    "dealix.trust.policy.models",
    "dealix.trust.model_use.models",
    "dealix.trust.approvals.models",
    "dealix.trust.outbound.governance.models",
    "dealix.trust.scores.models",
    "dealix.records.audit.models",
    "dealix.records.models",
    "dealix.lanes.models",
    "dealix.lanes.inbox_models",
    "dealix.lanes.short_models",
    "dealix.lanes.working_time.models",
    "dealix.business.partners.models",
    "dealix.business.evidence.models",
    "dealix.business.signatures.models",
    "dealix.business.compliance.models",
    "dealix.business.papers.models",
    "dealix.business.leads.models",
    "dealix.business.messages.models",
    "dealix.business.deals.models",
    "dealix.business.knowledge.models",
)

for name in MODULES:
    importlib.import_module(name)

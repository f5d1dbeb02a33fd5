"""What evidence shows of leads: where each came from, its scores, whose it became; no names."""

from dealix.business.leads.models import Lead, Qualification, Score
from dealix.store.listing import Listing

LEADS = Listing(
    "leads",
    "/api/v1/leads",
    (
        Lead.id,
        Lead.company_id,
        Lead.person_id,
        Lead.source,
        Lead.data_from,
        Lead.status,
        Lead.owner_id,
        Lead.duplicate_of,
        Lead.score,
        Lead.grade,
        Lead.scored_at,
        Lead.created_at,
        Lead.updated_at,
    ),
    at=Lead.created_at,
    person=Lead.person_id,
)
LEAD_SCORES = Listing(
    "lead_scores",
    "/api/v1/leads",
    (Score.lead_id, Score.key, Score.score, Score.grade, Score.scored_by, Score.scored_at),
    at=Score.scored_at,
)
QUALIFICATIONS = Listing(
    "qualifications",
    "/api/v1/qualifications",
    (
        Qualification.run_id,
        Qualification.person_id,
        Qualification.captured_id,
        Qualification.lead_id,
        Qualification.owner_id,
        Qualification.was_owned_by,
        Qualification.was,
        Qualification.created_at,
        Qualification.told_at,
        Qualification.seen_at,
        Qualification.superseded_at,
    ),
    at=Qualification.created_at,
    run=Qualification.run_id,
    person=Qualification.person_id,
)

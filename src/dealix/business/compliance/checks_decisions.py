"""Checks of decisions: tokens, approvals, second persons, origins of outputs, who finds what."""

from typing import Any, ClassVar

from sqlalchemy import text

from dealix.business.compliance.controls import Found, Live, RowCheck, judged
from dealix.trust.access.rights import ROLES


class EffectsCarryTokens(RowCheck):
    """Effects that left and that policy put into class B, or that it was never asked about."""

    key = "effects_carry_tokens"
    sql = """
        SELECT effects.id, tokens.id IS NULL OR tokens.used_by IS DISTINCT FROM effects.key
        OR tokens.payload_hash IS DISTINCT FROM effects.payload_hash AS wrong
        FROM effects
        JOIN runs ON runs.tenant_id = effects.tenant_id AND runs.id = effects.run_id
        AND NOT runs.rehearsal
        LEFT JOIN tokens ON tokens.tenant_id = effects.tenant_id AND tokens.id = effects.token_id
        WHERE effects.system IS NOT NULL AND effects.kind <> 'record'
        AND effects.status IN ('done', 'undone') AND NOT EXISTS (
            SELECT FROM audit_records AS judged
            WHERE judged.action = 'policy.judged' AND judged.data ? 'run_id'
            AND judged.data ->> 'run_id' = effects.run_id
            AND judged.data ->> 'effect_key' = effects.key
            AND judged.data ->> 'class' = 'A'
        )
    """


class CommitmentsDecided(RowCheck):
    """Tokens that an approved packet issued, and the decision behind each."""

    key = "commitments_decided"
    sql = """
        SELECT tokens.id, NOT EXISTS (
            SELECT FROM decisions
            JOIN approvals ON approvals.tenant_id = decisions.tenant_id
            AND approvals.id = decisions.approval_id
            JOIN users ON users.tenant_id = decisions.tenant_id AND users.id = decisions.user_id
            WHERE decisions.id = tokens.decision_id AND decisions.decision = 'approve'
            AND decisions.packet_hash = approvals.packet_hash
        ) AS wrong
        FROM tokens WHERE tokens.covers = 'packet'
    """


class RequesterApart(RowCheck):
    """Approvals, and who had asked for each."""

    key = "requester_apart"
    sql = """
        SELECT decisions.id, decisions.user_id = approvals.requested_by AS wrong
        FROM decisions JOIN approvals ON approvals.tenant_id = decisions.tenant_id
        AND approvals.id = decisions.approval_id
        WHERE decisions.decision = 'approve'
    """


class FourEyesGrants(RowCheck):
    """Rights that were confirmed and authority tables that were activated, each with by whom."""

    key = "four_eyes_grants"
    sql = """
        SELECT id, settled_by IS NULL OR settled_by = proposed_by OR settled_by = ANY(gets)
        AS wrong FROM account_grants WHERE status = 'confirmed'
        UNION ALL
        SELECT 'authority:' || version, activated_by IS NULL OR activated_by = proposed_by
        FROM authority_tables WHERE activated_at IS NOT NULL AND proposed_by <> 'system'
    """


class AuthorityInForce:
    """The versions of the authority table that are in force."""

    key: ClassVar[str] = "authority_in_force"
    sql: ClassVar[str] = "SELECT version FROM authority_tables WHERE status = 'active'"

    def look(self, live: Live) -> Found:
        """Exactly one must be."""
        versions = [str(one) for one in live.session.execute(text(self.sql)).scalars()]
        wrong = 0 if len(versions) == 1 else max(len(versions), 1)
        return judged(max(len(versions), 1), wrong, versions if wrong else [], versions=versions)


class OutputsSayOrigin(RowCheck):
    """Every score and decision output, and the provenance in it."""

    key = "outputs_say_origin"
    sql = """
        SELECT id, origin IS NULL OR origin ->> 'method' IS NULL
        OR coalesce(origin ->> 'inputs_hash', '') = ''
        OR (origin ->> 'method' = 'model'
            AND (origin ->> 'model' IS NULL OR origin ->> 'prompt_version' IS NULL)) AS wrong
        FROM (
            SELECT 'lead:' || lead_id AS id, body -> 'provenance' AS origin FROM lead_scores
            UNION ALL
            SELECT entity_type || ':' || entity_id, body -> 'provenance' FROM trust_scores
            UNION ALL
            SELECT run_id || ':' || schema_name, body -> 'provenance' FROM decision_outputs
        ) AS outputs
    """


class KnowledgeAudience(RowCheck):
    """Documents that can be searched, and who finds each of their passages."""

    key = "knowledge_audience"
    sql = """
        SELECT id, NOT audience <@ CAST(:roles AS varchar[]) OR EXISTS (
            SELECT FROM knowledge_passages AS p
            WHERE p.document_id = documents.id AND p.audience <> documents.audience
        ) AS wrong FROM knowledge_documents AS documents
    """

    def given(self, _live: Live) -> dict[str, Any]:
        """See `RowCheck.given`."""
        return {"roles": list(ROLES)}


class ModelInRegister:
    """A model that is configured, against the register."""

    key: ClassVar[str] = "model_in_register"

    def look(self, live: Live) -> Found:
        """Without a model there is nothing to disclose anything to."""
        settings = [one for one in ("model_url", "embeddings_url") if getattr(live.settings, one)]
        whole = {
            each.setting
            for entry in live.register
            for each in entry.processors
            if not entry.lacks and entry.states(each)
        }
        wrong = [one for one in settings if one not in whole]
        return judged(len(settings), len(wrong), wrong)


CHECKS = (
    EffectsCarryTokens(),
    CommitmentsDecided(),
    RequesterApart(),
    FourEyesGrants(),
    AuthorityInForce(),
    OutputsSayOrigin(),
    KnowledgeAudience(),
    ModelInRegister(),
)

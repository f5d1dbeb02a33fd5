"""Checks of personal data: consent, opt-outs, erasure, retention, who processes where."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Any, ClassVar
from urllib.parse import urlsplit

from sqlalchemy import text

from dealix.business.compliance.controls import Found, Live, RowCheck, judged
from dealix.business.dashboard.dictionary import METRICS
from dealix.trust.outbound.governance.schemas import OWN_WORD
from dealix.trust.privacy.vault import KEK_RING

MONTH = timedelta(days=365) / 12
ADDRESSES = (
    "smtp_url",
    "hubspot_url",
    "whatsapp_url",
    "docusign_url",
    "docusign_account_url",
    "wathq_url",
    "gleif_url",
    "opencorporates_url",
    "embeddings_url",
    "model_url",
)
"""The settings that hold an address to which personal data may go."""
SAME_PROCESSOR = {"docusign_account_url": "docusign_url"}


class ConsentCoverage:
    """The metric of the dictionary, held to its whole."""

    key: ClassVar[str] = "consent_coverage"

    def look(self, live: Live) -> Found:
        """Leads with a consent in force, of all leads."""
        [sql] = [one.sql for one in METRICS if one.key == self.key]
        covered, leads = live.session.execute(text(sql or "")).one()
        return judged(leads, leads - covered, [])


class OptOutsObeyed(RowCheck):
    """Messages of real runs against the opt-outs that were on record when they left."""

    key = "opt_outs_obeyed"
    sql = """
        SELECT messages.id, EXISTS (
            SELECT FROM consents AS stop
            WHERE stop.person_id = messages.person_id AND stop.world = 'real'
            AND stop.event = 'opted_out' AND stop.recorded_at < messages.recorded_at
            AND NOT EXISTS (
                SELECT FROM consents AS word
                WHERE word.person_id = stop.person_id AND word.world = 'real'
                AND (
                    word.event = 'given' AND word.source = ANY(:own_word)
                    OR word.event = 'lifted' AND stop.source = 'model_reading'
                )
                AND word.recorded_at > stop.recorded_at
                AND word.recorded_at <= messages.recorded_at
            )
        ) AS wrong
        FROM outbound_messages AS messages
        JOIN runs ON runs.tenant_id = messages.tenant_id AND runs.id = messages.run_id
        AND NOT runs.rehearsal AND NOT runs.practice
        WHERE messages.person_id IS NOT NULL
    """

    def given(self, _live: Live) -> dict[str, Any]:
        """See `RowCheck.given`."""
        return {"own_word": sorted(OWN_WORD)}


class MessagesJudged(RowCheck):
    """Messages that were effects of real runs, and the judgment that allowed each."""

    key = "messages_judged"
    sql = """
        SELECT messages.id, NOT EXISTS (
            SELECT FROM message_judgments AS judged
            WHERE judged.effect_key = messages.effect_key AND judged.kind = 'allowed'
        ) AS wrong
        FROM outbound_messages AS messages
        JOIN runs ON runs.tenant_id = messages.tenant_id AND runs.id = messages.run_id
        AND NOT runs.rehearsal AND NOT runs.practice
        JOIN effects ON effects.tenant_id = messages.tenant_id
        AND effects.key = messages.effect_key
    """


class MarketingOwnData(RowCheck):
    """Marketing that was allowed, and the person's own word behind it."""

    key = "marketing_own_data"
    sql = """
        SELECT judged.id, NOT EXISTS (
            SELECT FROM consents AS word
            WHERE word.person_id = judged.person_id AND word.event = 'given'
            AND word.channel IN ('*', judged.channel) AND word.purpose IN ('*', 'marketing')
            AND word.source = ANY(:own_word) AND word.recorded_at <= judged.recorded_at
        ) AS wrong
        FROM message_judgments AS judged
        WHERE judged.purpose = 'marketing' AND judged.kind = 'allowed'
    """

    def given(self, _live: Live) -> dict[str, Any]:
        """See `RowCheck.given`."""
        return {"own_word": sorted(OWN_WORD)}


class ErasedStayErased(RowCheck):
    """What is left of each person who was erased."""

    key = "erased_stay_erased"
    sql = """
        SELECT person_id AS id, wrapped_key IS NOT NULL
        OR EXISTS (SELECT FROM personal_fields AS f WHERE f.person_id = keys.person_id)
        OR EXISTS (SELECT FROM knowledge_documents AS d WHERE d.person_id = keys.person_id)
        AS wrong
        FROM person_keys AS keys WHERE erased_at IS NOT NULL
    """


class ValuesUnderKeys(RowCheck):
    """The key encryption key that each living person's key names, against the ring."""

    key = "values_under_keys"
    sql = """
        SELECT person_id AS id, kek_id <> ALL(:held) AS wrong
        FROM person_keys WHERE erased_at IS NULL
    """

    def given(self, live: Live) -> dict[str, Any]:
        """See `RowCheck.given`."""
        return {"held": sorted(live.secrets.keyring(KEK_RING))}


class RegisterComplete:
    """Every entry of the processing register."""

    key: ClassVar[str] = "register_complete"

    def look(self, live: Live) -> Found:
        """Which entries leave out what they must say."""
        lacking = {each.key: each.lacks for each in live.register if each.lacks}
        return judged(len(live.register), len(lacking), sorted(lacking), lacks=lacking)


class OverdueDeletions:
    """Persons outside whose last message on a channel is older than the register keeps it."""

    key: ClassVar[str] = "overdue_deletions"
    sql: ClassVar[str] = """
        SELECT messages.person_id FROM outbound_messages AS messages
        JOIN person_keys AS keys ON keys.tenant_id = messages.tenant_id
        AND keys.person_id = messages.person_id AND keys.erased_at IS NULL
        WHERE messages.channel = :channel AND NOT EXISTS (
            SELECT FROM users WHERE users.person_id = messages.person_id
        )
        GROUP BY messages.person_id HAVING max(messages.recorded_at) < :oldest
        ORDER BY messages.person_id
    """

    def look(self, live: Live) -> Found:
        """Every channel that is an activity of the register, by its own retention."""
        checked, overdue = 0, list[str]()
        counted = text("SELECT count(DISTINCT person_id) FROM outbound_messages WHERE channel = :c")
        for entry in live.register:
            if entry.retention_months is None:
                continue
            checked += live.session.execute(counted, {"c": entry.key}).scalar_one()
            oldest = live.at - entry.retention_months * MONTH
            values = {"channel": entry.key, "oldest": oldest}
            overdue += live.session.execute(text(self.sql), values).scalars()
        return judged(checked, len(overdue), overdue)


class ProcessorsNamed:
    """The addresses that are configured, against the processors of the register."""

    key: ClassVar[str] = "processors_named"

    def look(self, live: Live) -> Found:
        """Wrong: an address of nobody, or one outside of which the register does not say so."""
        named = {one.setting: (entry, one) for entry in live.register for one in entry.processors}
        configured = [one for one in ADDRESSES if leaves(live, one)]
        wrong, outside = list[str](), dict[str, str]()
        for setting in configured:
            entry, processor = named.get(SAME_PROCESSOR.get(setting, setting), (None, None))
            if entry is None or processor is None or not entry.states(processor):
                wrong.append(setting)
            elif processor.outside or (processor.outside is None and entry.abroad):
                outside[setting] = processor.name
        return judged(len(configured), len(wrong), wrong, outside_the_kingdom=outside)


def leaves(live: Live, setting: str) -> str | None:
    """The address of a setting, where it is somebody else's: neither played nor this machine."""
    address = getattr(live.settings, setting)
    if not address or live.settings.plays(address) or at_home(address):
        return None
    return str(address)


def at_home(address: str) -> bool:
    """Whether an address lies on this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


CHECKS = (
    ConsentCoverage(),
    OptOutsObeyed(),
    MessagesJudged(),
    MarketingOwnData(),
    ErasedStayErased(),
    ValuesUnderKeys(),
    RegisterComplete(),
    OverdueDeletions(),
    ProcessorsNamed(),
)

"""Checks of the installation: isolation, roles, audit, keys, passwords, sessions, lines."""

import stat
from collections import Counter
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError
from argon2.low_level import Type
from sqlalchemy import text

from dealix.business.compliance.checks_privacy import ADDRESSES, at_home, leaves
from dealix.business.compliance.controls import EXAMPLES, Found, Live, RowCheck, judged
from dealix.lanes.tenant_keys import TenantKeys
from dealix.records import audit
from dealix.store.session import tenant_of

LEAST_MEMORY_KIB, LEAST_PASSES = 19_456, 2
"""What OWASP's cheat sheet on storing passwords asks of argon2id at least."""
TOKEN_LASTS = timedelta(days=366)
PROBE = b"what a compliance scan seals and opens"


class TenantsIsolated(RowCheck):
    """Every table with a tenant's rows, in the catalogue of the database."""

    key = "tenants_isolated"
    sql = """
        SELECT c.relname::text AS id, NOT c.relrowsecurity OR NOT EXISTS (
            SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid
            AND pg_get_expr(p.polqual, c.oid) LIKE '%app.tenant%'
            AND pg_get_expr(p.polwithcheck, c.oid) LIKE '%app.tenant%'
        ) OR EXISTS (
            SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polpermissive
            AND pg_get_expr(p.polqual, c.oid) NOT LIKE '%app.tenant%'
        ) AS wrong
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
        AND a.attname = 'tenant_id' AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
    """


class RoleWithoutPower(RowCheck):
    """What the role of this very connection is and owns."""

    key = "role_without_power"
    sql = """
        SELECT power AS id, held AS wrong FROM pg_roles AS r, LATERAL (VALUES
            ('superuser', r.rolsuper), ('bypasses_row_security', r.rolbypassrls),
            ('creates_roles', r.rolcreaterole), ('creates_databases', r.rolcreatedb)
        ) AS powers (power, held) WHERE r.rolname = current_user
        UNION ALL
        SELECT c.relname::text, pg_has_role(current_user, c.relowner, 'MEMBER')
        FROM pg_class AS c
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
    """


class AppendOnly(RowCheck):
    """Tables to which the application may only add."""

    tables: ClassVar[tuple[str, ...]]
    sql = """
        SELECT name AS id, has_any_column_privilege(current_user, name, 'UPDATE')
        OR has_table_privilege(current_user, name, 'DELETE, TRUNCATE')
        OR 2 > (
            SELECT count(*) FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
            WHERE t.tgrelid = name::regclass AND t.tgenabled IN ('O', 'A')
            AND p.proname = 'refuse_change'
        ) AS wrong
        FROM unnest(CAST(:tables AS text[])) AS name
    """

    def given(self, _live: Live) -> dict[str, Any]:
        """See `RowCheck.given`."""
        return {"tables": list(self.tables)}


class AuditAppendOnly(AppendOnly):
    """The records of the audit and their seals."""

    key = "audit_append_only"
    tables = ("audit_records", "audit_seals")


class ConsentHistory(AppendOnly):
    """What people agreed to, and what rules said of messages."""

    key = "consent_history"
    tables = ("consents", "message_judgments")


class AuditChain:
    """Every chain of the company, walked to its end."""

    key: ClassVar[str] = "audit_chain"

    def look(self, live: Live) -> Found:
        """What the verifier finds."""
        seen = audit.verify(live.session)
        places = [one.record_id or f"{one.chain}#{one.seq}" for one in seen.findings]
        heads = {name: head.hash for name, head in seen.heads.items() if name == audit.MAIN}
        more = {"kinds": dict(Counter(one.kind for one in seen.findings)), "heads": heads}
        return judged(seen.records + seen.unsealed, len(places), places, **more)


class HeadsLeft:
    """The newest anchor of the company."""

    key: ClassVar[str] = "heads_left"
    sql: ClassVar[str] = (
        "SELECT status, target, reference FROM audit_anchors WHERE day = :day ORDER BY day"
    )

    def look(self, live: Live) -> Found:
        """Without a second owner nothing leaves, or only to our own folder: no excuse either."""
        day = live.at.date().isoformat()
        row = live.session.execute(text(self.sql), {"day": day}).one_or_none()
        here = live.settings.anchors_lie_here
        seen = {"day": day, "second_owner": live.settings.audit_anchor is not None and not here}
        if row is None:
            return judged(1, 1, [day], **seen)
        left = row.status == "done" and not here
        return judged(1, 0 if left else 1, [] if left else [day], **seen, reference=row.reference)


class PayloadsEncrypted:
    """The keys by which histories are sealed, tried now."""

    key: ClassVar[str] = "payloads_encrypted"

    def look(self, live: Live) -> Found:
        """Seal something, look that it shows nothing, and open it again."""
        keys, tenant = TenantKeys.of(live.secrets, live.settings), tenant_of(live.session)
        sealed = keys.seal_named("compliance", tenant, PROBE)
        holds = PROBE not in sealed and keys.open_named("compliance", tenant, sealed) == PROBE
        return judged(1, 0 if holds else 1, [], key_id=keys.current)


class SecretsPrivate:
    """The mode of the file of secrets; where there is none, secrets come from elsewhere."""

    key: ClassVar[str] = "secrets_private"

    def look(self, live: Live) -> Found:
        """Whether nobody but its owner may read it."""
        file = live.settings.secrets_file
        if file is None:
            return judged(0, 0, [], file=False)
        mode = stat.S_IMODE(file.stat().st_mode)
        return judged(1, 1 if mode & 0o077 else 0, [], mode=f"{mode:04o}")


class PasswordsHashed:
    """How every password of the company was hashed."""

    key: ClassVar[str] = "passwords_hashed"

    def look(self, live: Live) -> Found:
        """By parameters alone: nothing of a hash is told."""
        rows = live.session.execute(
            text("SELECT id, password_hash FROM users WHERE password_hash IS NOT NULL ORDER BY id")
        ).all()
        weak = [user_id for user_id, hashed in rows if not _strong(hashed)]
        ways = Counter(_way(hashed) for _, hashed in rows)
        return judged(len(rows), len(weak), weak[:EXAMPLES], parameters=dict(ways))


def _strong(hashed: str) -> bool:
    try:
        used = extract_parameters(hashed)
    except InvalidHashError:
        return False
    enough = used.memory_cost >= LEAST_MEMORY_KIB and used.time_cost >= LEAST_PASSES
    return used.type is Type.ID and enough


def _way(hashed: str) -> str:
    try:
        used = extract_parameters(hashed)
    except InvalidHashError:
        return "unknown"
    return f"{used.type.name} m={used.memory_cost} t={used.time_cost} p={used.parallelism}"


class SessionsEnd(RowCheck):
    """How long each session and token lasts; a session is told by its person."""

    key = "sessions_end"
    sql = """
        SELECT user_id AS id, expires_at - created_at > CASE kind
            WHEN 'session' THEN CAST(:session AS interval) ELSE CAST(:token AS interval)
        END AS wrong FROM sessions
    """

    def given(self, live: Live) -> dict[str, Any]:
        """See `RowCheck.given`."""
        longest = timedelta(hours=live.settings.session_hours, minutes=1)
        return {"session": longest, "token": TOKEN_LASTS}


class SecondFactor(RowCheck):
    """People who administer, and their passkeys."""

    key = "second_factor"
    sql = """
        SELECT id, NOT EXISTS (SELECT FROM passkeys WHERE passkeys.user_id = users.id) AS wrong
        FROM users WHERE active
        AND roles && ARRAY['tenant_admin', 'operator', 'compliance_officer']::varchar[]
    """


class LeaversCut(RowCheck):
    """People whose access has ended, and what they could still come in by."""

    key = "leavers_cut"
    sql = """
        SELECT id, EXISTS (
            SELECT FROM sessions WHERE sessions.user_id = users.id AND expires_at > :at
        ) OR EXISTS (
            SELECT FROM devices WHERE devices.user_id = users.id
            AND revoked_at IS NULL AND expires_at > :at
        ) AS wrong FROM users WHERE NOT active
    """

    def given(self, live: Live) -> dict[str, Any]:
        """See `RowCheck.given`."""
        return {"at": live.at}


class EncryptedInTransit:
    """The addresses of the console and of providers elsewhere."""

    key: ClassVar[str] = "encrypted_in_transit"

    def look(self, live: Live) -> Found:
        """Whether each line is encrypted; what stays on this machine needs no line."""
        found = {one: address for one in ADDRESSES if (address := leaves(live, one))}
        if not at_home(live.settings.public_url):
            found["public_url"] = live.settings.public_url
        plain = [one for one, address in found.items() if not _encrypted(address)]
        if "public_url" in found and not live.settings.secure_cookies:
            plain.append("secure_cookies")
        return judged(len(found), len(plain), plain)


def _encrypted(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "smtp":  # STARTTLS is asked for, unless the address says that it is not
        return parse_qs(parts.query).get("tls", [""])[0] != "none"
    return parts.scheme in {"https", "smtps"}


class CasesTakenUp(RowCheck):
    """Cases, and for how long they have been open."""

    key = "cases_taken_up"
    sql = """
        SELECT id, status = 'open' AND opened_at < CAST(:at AS timestamptz) - interval '7 days'
        AS wrong FROM cases
    """

    def given(self, live: Live) -> dict[str, Any]:
        """See `RowCheck.given`."""
        return {"at": live.at}


CHECKS = (
    TenantsIsolated(),
    RoleWithoutPower(),
    AuditAppendOnly(),
    ConsentHistory(),
    AuditChain(),
    HeadsLeft(),
    PayloadsEncrypted(),
    SecretsPrivate(),
    PasswordsHashed(),
    SessionsEnd(),
    SecondFactor(),
    LeaversCut(),
    EncryptedInTransit(),
    CasesTakenUp(),
)

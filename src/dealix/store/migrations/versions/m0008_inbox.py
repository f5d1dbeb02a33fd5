"""Messages out, so that answers find their run; events in, stored once by delivery ID."""

import sqlalchemy as sa
from alembic import op

from dealix.store import rls

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of the inbox and the few functions that work before a tenant is known."""
    outbound_messages()
    inbound_events()
    unrouted_events()
    lookups()
    unrouted_doors()


def outbound_messages() -> None:
    """What we sent, by its Message-ID: an answer names it and so finds tenant, run and person."""
    op.create_table(
        "outbound_messages",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String),
        sa.Column("message_id", sa.String, nullable=False, unique=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("person_id", sa.String),
        sa.Column("effect_key", sa.String, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    op.create_index("ix_outbound_messages_run", "outbound_messages", ["tenant_id", "run_id"])
    rls.protect("outbound_messages", rights="SELECT, INSERT, UPDATE")


def inbound_events() -> None:
    """What came in for a tenant; the text lies in `sealed`, under the person's or tenant's key."""
    op.create_table(
        "inbound_events",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("delivery_id", sa.String, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("in_reply_to", sa.String),
        sa.Column("run_id", sa.String),
        sa.Column("person_id", sa.String),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("attached_at", MOMENT),
        sa.CheckConstraint("status IN ('new', 'waiting', 'attached', 'unmatched')"),
        sa.UniqueConstraint("provider", "delivery_id"),
    )
    op.create_index("ix_inbound_events_run", "inbound_events", ["tenant_id", "run_id"])
    op.execute(
        "CREATE INDEX ix_inbound_events_open ON inbound_events (tenant_id, received_at) "
        "WHERE status IN ('new', 'waiting')"
    )
    rls.protect("inbound_events", rights="SELECT, INSERT, UPDATE")


def unrouted_events() -> None:
    """Events whose tenant is not known yet: the application reaches them by functions only."""
    op.create_table(
        "unrouted_events",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("delivery_id", sa.String, nullable=False),
        sa.Column("in_reply_to", sa.String),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.UniqueConstraint("provider", "delivery_id"),
    )
    op.create_index("ix_unrouted_events_reply", "unrouted_events", ["in_reply_to"])
    op.execute(f"REVOKE ALL ON unrouted_events FROM PUBLIC, {rls.APP_ROLE}")


def lookups() -> None:
    """A delivery names no tenant: the message that it answers does."""
    rls.lookup(
        "lookup_message",
        "answered text",
        "TABLE (tenant_id varchar, run_id varchar, person_id varchar)",
        "SELECT tenant_id, run_id, person_id FROM outbound_messages WHERE message_id = answered",
    )
    rls.lookup(
        "lookup_delivery",
        "sender text, delivery text",
        "TABLE (id varchar)",
        "SELECT id FROM inbound_events WHERE provider = sender AND delivery_id = delivery "
        "UNION ALL "
        "SELECT id FROM unrouted_events WHERE provider = sender AND delivery_id = delivery",
    )
    rls.lookup(
        "lookup_inbound_tenants",
        "",
        "TABLE (tenant_id varchar)",
        "SELECT DISTINCT tenant_id FROM inbound_events WHERE status IN ('new', 'waiting')",
    )
    rls.lookup(
        "lookup_routable",
        "at_most integer",
        "TABLE (id varchar, tenant_id varchar, run_id varchar, person_id varchar)",
        "SELECT u.id, m.tenant_id, m.run_id, m.person_id FROM unrouted_events u "
        "JOIN outbound_messages m ON m.message_id = u.in_reply_to "
        "ORDER BY u.received_at LIMIT at_most",
    )
    rls.lookup(
        "count_unrouted",
        "before timestamptz",
        "bigint",
        "SELECT count(*) FROM unrouted_events WHERE received_at < before",
    )


def unrouted_doors() -> None:
    """Put an event aside, and take it out once: nothing else touches `unrouted_events`."""
    door(
        "keep_unrouted",
        "new_id text, sender text, delivery text, answered text, body bytea, at timestamptz",
        "TABLE (id varchar)",
        "INSERT INTO unrouted_events AS u (id, provider, delivery_id, in_reply_to, sealed, "
        "received_at) VALUES (new_id, sender, delivery, answered, body, at) "
        "ON CONFLICT DO NOTHING RETURNING u.id",
    )
    door(
        "take_unrouted",
        "wanted text",
        "TABLE (provider varchar, delivery_id varchar, in_reply_to varchar, sealed bytea, "
        "received_at timestamptz)",
        "DELETE FROM unrouted_events u WHERE u.id = wanted "
        "RETURNING u.provider, u.delivery_id, u.in_reply_to, u.sealed, u.received_at",
    )


def door(name: str, arguments: str, returns: str, body: str) -> None:
    """A named SECURITY DEFINER function that changes one row of a table without a tenant."""
    op.execute(
        f"CREATE FUNCTION {name}({arguments}) RETURNS {returns} LANGUAGE sql VOLATILE "
        f"SECURITY DEFINER SET search_path = public, pg_temp AS $body$ {body} $body$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name}({arguments}) TO {rls.APP_ROLE}")

"""Row-level security for migrations: what every tenant's table gets, in one place."""

from alembic import op

APP_ROLE = "dealix_app"
TENANT = "NULLIF(current_setting('app.tenant', true), '')"


def protect(table: str, *, rights: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Let the application role see and write only rows of the transaction's tenant.

    `rights` names what the role may do at all: an append-only table gets `SELECT, INSERT`.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY tenant_only ON {table} TO {APP_ROLE} "
        f"USING (tenant_id = {TENANT}) WITH CHECK (tenant_id = {TENANT})"
    )
    op.execute(f"REVOKE ALL ON {table} FROM PUBLIC, {APP_ROLE}")
    op.execute(f"GRANT {rights} ON {table} TO {APP_ROLE}")


def append_only(table: str) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE for everybody, the owner included."""
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def lookup(name: str, arguments: str, returns: str, body: str) -> None:
    """A named SECURITY DEFINER function: the only way to read across tenants (`store.lookups`)."""
    _definer(name, arguments, returns, "LANGUAGE sql STABLE", body)


def door(name: str, arguments: str, returns: str, body: str) -> None:
    """As `lookup`, for a function that changes one row of a table that knows no tenant."""
    _definer(name, arguments, returns, "LANGUAGE sql VOLATILE", body)


def _definer(name: str, arguments: str, returns: str, language: str, body: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}({arguments}) RETURNS {returns} {language} "
        f"SECURITY DEFINER SET search_path = public, pg_temp AS $body$ {body} $body$"
    )
    signature = f"{name}({arguments})"
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")

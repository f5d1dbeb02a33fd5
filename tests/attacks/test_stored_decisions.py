"""Whoever holds the application's database role cannot rewrite what was decided."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

REWRITES = (
    "UPDATE decisions SET decision = 'approve'",
    "UPDATE decisions SET comment = 'never said'",
    "UPDATE decisions SET packet_hash = 'sha256:other'",
    "UPDATE decisions SET user_id = 'somebody'",
    "UPDATE approvals SET packet = '{}'",
    "UPDATE approvals SET packet_hash = 'sha256:other'",
    "UPDATE approvals SET requested_by = 'somebody'",
    "UPDATE audit_records SET action = 'nothing'",
    "DELETE FROM decisions",
    "DELETE FROM audit_records",
)


@pytest.mark.parametrize("statement", REWRITES)
def test_the_application_may_not_rewrite_the_past(database, statement):
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, database.tenant("rawabi-sa") as session:
        session.execute(text(statement))


def test_it_may_write_when_a_decision_took_effect(database):
    with database.tenant("rawabi-sa") as session:
        session.execute(text("UPDATE decisions SET effective_at = now()"))

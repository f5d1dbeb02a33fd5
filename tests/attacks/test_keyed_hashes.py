"""A keyed hash that is shown is no way to the secrets that the same key makes."""

from sqlalchemy import text
from tests.api.conftest import door, noura  # noqa: F401 (fixtures)
from tests.api.test_bad_input import start

from dealix.business.partners import negotiation
from dealix.lanes import run_book

TENANT = "rawabi-sa"


def test_no_comment_makes_the_audit_show_a_partners_secret_address(door, noura):  # noqa: F811
    """Who cancels one run reads in the audit a hash of what they wrote there."""
    victim, own = (start(noura, number=n).json()["id"] for n in (901, 902))
    vault = door.services.vault
    with door.services.database.tenant(TENANT) as session:
        secret = negotiation.token_of(vault, run_book.get(session, victim), 1)
    told = f"partner-link:{TENANT}:{victim}:1"
    noura.post(f"/api/v1/runs/{own}/cancel", json={"comment": told})
    with door.services.database.tenant(TENANT) as session:
        rows = session.execute(text("SELECT data::text FROM audit_records")).scalars()
        assert all(secret not in row for row in rows)

"""A change of the authority table: drafted by one person, compared, put into force by a second."""

import pytest
from tests.conftest import Urls
from tests.trust.policy.cast import OTHER, TENANT, Company, make_tenants, person

from dealix.actors import Actor
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound
from dealix.store.session import Database
from dealix.trust.access.rights import can_activate, permit
from dealix.trust.policy.authority_book import AuthorityBook
from dealix.trust.policy.authority_desk import AuthorityDesk

PEOPLE = Company(
    [
        person("sultan", "ceo"),
        person("bandar", "tenant_admin"),
        person("noura", "partner_manager"),
    ]
)
BANDAR = Actor(TENANT, "bandar", frozenset({"tenant_admin"}))
SULTAN = Actor(TENANT, "sultan", frozenset({"ceo"}))
NOURA = Actor(TENANT, "noura", frozenset({"partner_manager"}))


@pytest.fixture
def desk(fresh_database: Database, fresh_urls: Urls) -> AuthorityDesk:
    make_tenants(fresh_urls.owner)
    book = AuthorityBook(PEOPLE)
    for tenant in (TENANT, OTHER):
        with fresh_database.tenant(tenant) as session:
            book.install(session, "bandar")
    return AuthorityDesk(fresh_database, book, permit, can_activate)


def changed(desk: AuthorityDesk) -> list[dict[str, object]]:
    """The rows in force with one changed, one taken out and one added."""
    rows = desk.overview(NOURA)["rows"]
    rows[1] = {**rows[1], "slots": [{"name": "ceo", "roles": ["ceo"]}]}
    new = {**rows[2], "amount_from": "1000000"}
    rows[2] = {**rows[2], "amount_to": "1000000"}
    return [*rows[:-1], new]


def test_a_draft_shows_what_it_changes_and_counts_once_a_second_person_says_so(
    desk: AuthorityDesk,
) -> None:
    before = desk.overview(NOURA)
    draft = desk.propose(BANDAR, changed(desk))
    assert draft["status"] == "draft"
    assert draft["against"] == before["version"]
    words = sorted(each["change"] for each in draft["differences"])
    assert words == ["added", "changed", "changed", "removed"]
    assert desk.overview(NOURA)["version"] == before["version"]
    with pytest.raises(NotEntitled) as own:
        desk.activate(BANDAR, draft["version"])
    assert own.value.code == "same_person_activates"
    assert desk.activate(SULTAN, draft["version"])["status"] == "active"
    after = desk.overview(NOURA)
    assert after["version"] == draft["version"]
    assert [each["status"] for each in after["versions"]] == ["active", "retired"]
    assert desk.get(NOURA, before["version"])["rows"] == before["rows"]


def test_a_change_that_nobody_else_could_put_into_force_is_refused(desk: AuthorityDesk) -> None:
    alone = AuthorityDesk(
        desk.database,
        AuthorityBook(Company([person("bandar", "tenant_admin"), person("noura", "director")])),
        permit,
        can_activate,
    )
    with pytest.raises(Conflict) as refusal:
        alone.propose(BANDAR, changed(desk))
    assert refusal.value.code == "no_second_person"


def test_a_change_of_nothing_and_a_wrong_row_are_refused(desk: AuthorityDesk) -> None:
    rows = desk.overview(BANDAR)["rows"]
    with pytest.raises(InvalidInput) as nothing:
        desk.propose(BANDAR, rows)
    assert nothing.value.code == "rows_unchanged"
    with pytest.raises(InvalidInput) as wrong:
        desk.propose(BANDAR, [*rows, {**rows[0], "slots": [{"name": "x", "roles": ["emperor"]}]}])
    assert f"rows.{len(rows)}" in str(wrong.value.params["errors"])


def test_who_has_no_right_only_reads_and_other_companies_versions_are_unknown(
    desk: AuthorityDesk,
) -> None:
    draft = desk.propose(BANDAR, changed(desk))["version"]
    with pytest.raises(NotEntitled):
        desk.propose(NOURA, changed(desk))
    with pytest.raises(NotEntitled):
        desk.activate(NOURA, draft)
    stranger = Actor(OTHER, "rashid", frozenset({"tenant_admin"}))
    for call in (desk.get, desk.activate):
        with pytest.raises(NotFound):
            call(stranger, draft)

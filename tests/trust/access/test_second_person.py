"""What one administrator gives waits for a second person whom nobody holds in their hand."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from tests.trust.access.company import PASSWORD, hire
from tests.trust.access.test_passkeys import browser, enrol, passkeys, signed_in_by

from dealix import clock
from dealix.actors import Actor
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound, NotSignedIn
from dealix.records.audit.models import AuditRecord
from dealix.trust.access import directory, grants
from dealix.trust.access.accounts import Accounts, Changes, NewPerson
from dealix.trust.access.limiting import SignInLimits
from dealix.trust.access.models import Grant, User
from dealix.trust.access.own_account import OwnAccount
from dealix.trust.access.rights import permit
from dealix.trust.access.second_person import SecondPerson

__all__ = ["passkeys"]
HERE = "127.0.0.1"
STRONG = "a long enough new password"
KEEPER = ("tenant_admin",)


class Company:
    """One company of its own: people by their roles, and what they do to each other's accounts."""

    def __init__(self, database, vault, tenant: str) -> None:
        self.database, self.vault, self.tenant = database, vault, tenant
        self.accounts = Accounts(database, vault, lambda _session, _user: [])
        self.own = OwnAccount(database, vault, SignInLimits())
        self.second = SecondPerson(database)

    def hire(self, *roles: str, **more) -> Actor:
        made = hire(self.database, self.vault, self.tenant, *roles, **more)
        return Actor(self.tenant, made.user_id, frozenset(roles))

    def now(self, person: Actor) -> Actor:
        """The person with the roles that count at this moment."""
        with self.database.tenant(self.tenant) as session:
            user = session.get_one(User, (self.tenant, person.user_id))
            return Actor(self.tenant, user.id, frozenset(user.roles))

    def manager(self, person: Actor) -> str | None:
        with self.database.tenant(self.tenant) as session:
            return session.get_one(User, (self.tenant, person.user_id)).manager_id

    def give(self, by: Actor, to: Actor, *roles: str, manager: Actor | None = None) -> str:
        """Propose; answers what waits."""
        changes = Changes(roles or None, manager.user_id if manager else None)
        return self.accounts.change(self.now(by), to.user_id, changes)["grant"]["id"]

    def confirm(self, by: Actor, to: Actor, grant: str) -> None:
        self.second.confirm(self.now(by), to.user_id, grant)

    def deeds(self, person: Actor) -> list[tuple[str, str]]:
        with self.database.tenant(self.tenant) as session:
            query = select(AuditRecord).where(AuditRecord.subject == person.user_id)
            rows = session.scalars(query.order_by(AuditRecord.place)).all()
        return [(row.action, row.data.get("code", row.actor_id)) for row in rows]

    def age(self, by: timedelta) -> None:
        """Let everything that was confirmed lie longer ago."""
        with self.database.tenant(self.tenant) as session:
            for grant in session.scalars(select(Grant)):
                if grant.settled_at is not None:
                    grant.settled_at -= by


_number = iter(range(1000))


@pytest.fixture
def company(database, vault):
    return Company(database, vault, f"second{next(_number)}")


def refusal(call) -> str:
    with pytest.raises((NotEntitled, Conflict)) as refused:
        call()
    return refused.value.code


def test_a_role_counts_when_a_second_person_has_confirmed_it(company):
    admin, ceo, sara = company.hire(*KEEPER), company.hire("ceo"), company.hire("sales_rep")
    grant = company.give(admin, sara, "director")
    assert company.now(sara).roles == {"sales_rep"}
    company.confirm(ceo, sara, grant)
    assert company.now(sara).roles == {"director"}
    assert company.deeds(sara) == [
        ("user.proposed", admin.user_id),
        ("user.confirmed", ceo.user_id),
    ]


def test_so_does_a_manager_who_gets_somebody_below_them(company):
    admin, ceo, _cfo = company.hire(*KEEPER), company.hire("ceo"), company.hire("cfo")
    sara, boss = company.hire("sales_rep"), company.hire("director")
    grant = company.give(admin, sara, manager=boss)
    assert company.manager(sara) is None
    company.confirm(ceo, sara, grant)
    assert company.manager(sara) == boss.user_id
    grant = company.give(admin, sara, manager=ceo)
    assert refusal(lambda: company.confirm(ceo, sara, grant)) == "same_person_confirms"
    assert company.manager(sara) == boss.user_id


def test_who_proposes_or_gets_something_does_not_confirm(company):
    admin, other = company.hire(*KEEPER), company.hire(*KEEPER)
    company.hire("cfo")
    grant = company.give(admin, other, "ceo", "tenant_admin")
    for hand in (admin, other):
        assert refusal(lambda hand=hand: company.confirm(hand, other, grant)) == (
            "same_person_confirms"
        )
    assert company.now(other).roles == {"tenant_admin"}
    barred = [code for deed, code in company.deeds(other) if deed == "user.grant_barred"]
    assert barred == ["same_person_confirms"] * 2


@pytest.mark.parametrize("role", ["sales_rep", "director", "operator", "auditor", "legal_counsel"])
def test_only_who_has_the_right_confirms(company, role):
    admin, sara, stranger = (
        company.hire(*KEEPER),
        company.hire("sales_rep"),
        company.hire(role),
    )
    company.hire("cfo")
    grant = company.give(admin, sara, "vp")
    assert refusal(lambda: company.confirm(stranger, sara, grant)) == "not_entitled"
    elsewhere = Company(company.database, company.vault, f"{company.tenant}x")
    with pytest.raises(NotFound):
        elsewhere.confirm(elsewhere.hire("ceo"), sara, grant)


def test_two_administrators_in_a_row_give_each_other_nothing(company):
    one, two, ceo = company.hire(*KEEPER), company.hire(*KEEPER), company.hire("ceo")
    company.confirm(ceo, two, company.give(one, two, "tenant_admin", "cfo"))
    back = Changes(roles=("tenant_admin", "cfo"))
    said = refusal(lambda: company.accounts.change(company.now(two), one.user_id, back))
    assert said == "rights_in_a_circle"
    assert company.now(one).roles == {"tenant_admin"}
    assert ("user.grant_barred", "rights_in_a_circle") in company.deeds(one)


def test_nor_do_three(company):
    one, two, three = (company.hire(*KEEPER) for _ in range(3))
    honest = company.hire("ceo")
    company.confirm(honest, two, company.give(one, two, "tenant_admin", "director"))
    company.confirm(honest, three, company.give(two, three, "tenant_admin", "director"))
    back = Changes(roles=("tenant_admin", "director"))
    said = refusal(lambda: company.accounts.change(company.now(three), one.user_id, back))
    assert said == "rights_in_a_circle"


def test_nor_three_who_confirm_each_other(company):
    one, two, three = (company.hire(*KEEPER) for _ in range(3))
    company.confirm(three, two, company.give(one, two, "tenant_admin", "vp"))
    to_three = refusal(lambda: company.give(two, three, "tenant_admin", "vp"))
    assert to_three == "rights_in_a_circle"  # three has confirmed what two is
    honest = company.hire(*KEEPER)
    grant = company.give(honest, three, "tenant_admin", "vp")
    assert refusal(lambda: company.confirm(two, three, grant)) == "rights_in_a_circle"
    assert company.now(three).roles == {"tenant_admin"}


def test_a_circle_that_lies_long_ago_binds_nobody(company):
    one, two, ceo = company.hire(*KEEPER), company.hire(*KEEPER), company.hire("ceo")
    company.confirm(ceo, two, company.give(one, two, "tenant_admin", "cfo"))
    company.age(grants.REMEMBERED)
    company.confirm(ceo, one, company.give(two, one, "tenant_admin", "cfo"))
    assert company.now(one).roles == {"tenant_admin", "cfo"}


def test_one_administrator_alone_makes_no_second_one(company):
    """The way round that the rule closes: a person of straw who gives the rest."""
    admin = company.hire(*KEEPER)
    company.hire("ceo")
    straw = NewPerson("Straw", "قش", f"straw@{company.tenant}.example", KEEPER)
    made = company.accounts.create(admin, straw)
    company.own.redeem(straw.email, made.code, STRONG, address=HERE)
    puppet = company.now(Actor(company.tenant, made.user_id, frozenset()))
    assert puppet.roles == frozenset()
    assert refusal(lambda: permit(puppet, "user.manage")) == "roles_wait"
    changes = Changes(roles=("tenant_admin", "director"))
    said = refusal(lambda: company.accounts.change(puppet, admin.user_id, changes))
    assert said == "roles_wait"
    waits = company.accounts.get(admin, made.user_id)["grant"]["id"]
    assert refusal(lambda: company.confirm(admin, puppet, waits)) == "same_person_confirms"


def test_whoever_comes_in_by_a_code_is_confirmed_anew(company, access):
    """Who made the code could sit at the account: a forgotten password gives nobody a seat."""
    admin, cfo = company.hire(*KEEPER), company.hire("cfo")
    account = hire(company.database, company.vault, company.tenant, "ceo")
    ceo = Actor(company.tenant, account.user_id, frozenset({"ceo"}))
    code = company.accounts.invite(admin, ceo.user_id).code
    assert company.now(ceo).roles == {"ceo"}  # a code alone takes nothing from anybody
    company.own.redeem(account.email, code, STRONG, address=HERE)
    signed = access.sign_in(account.email, STRONG, address=HERE, kind="token").actor
    assert signed.roles == frozenset()
    with company.database.tenant(company.tenant) as session:
        able = {person.user_id for person in directory.active_users(session)}
        assert ceo.user_id not in able  # nor as somebody's manager
        assert directory.given_by(session, ceo.user_id) == admin.user_id
    waits = company.accounts.get(admin, ceo.user_id)["grant"]
    assert (waits["why"], waits["roles"], waits["proposed_by"]) == (
        "password_set",
        ["ceo"],
        admin.user_id,
    )
    assert refusal(lambda: company.confirm(admin, ceo, waits["id"])) == "same_person_confirms"
    company.confirm(cfo, ceo, waits["id"])
    assert company.now(ceo).roles == {"ceo"}


def test_who_let_somebody_in_confirms_nothing_of_theirs(company):
    """One makes the code and sits there; another, who is honest, proposes what they get."""
    sly, honest = company.hire(*KEEPER), company.hire(*KEEPER)
    ceo = company.hire("ceo")
    lama = NewPerson("Lama", "لمى", f"lama@{company.tenant}.example", ("cfo",))
    made = company.accounts.create(honest, lama)
    newcomer = Actor(company.tenant, made.user_id, frozenset())
    code = company.accounts.invite(sly, made.user_id).code  # "she has lost hers"
    company.own.redeem(lama.email, code, STRONG, address=HERE)
    first = company.accounts.get(honest, made.user_id)["grant"]
    assert sly.user_id in first["barred"]
    assert refusal(lambda: company.confirm(sly, newcomer, first["id"])) == "same_person_confirms"
    later = company.give(honest, newcomer, "cfo", "vp")
    assert refusal(lambda: company.confirm(sly, newcomer, later)) == "same_person_confirms"
    assert company.now(newcomer).roles == frozenset()
    company.confirm(ceo, newcomer, later)
    assert company.now(newcomer).roles == {"cfo", "vp"}


def test_a_forgotten_password_is_no_circle(company):
    """Whom one has made an administrator may make a code for one: it brings back what was there."""
    account = hire(company.database, company.vault, company.tenant, "ceo")
    ceo = Actor(company.tenant, account.user_id, frozenset({"ceo"}))
    one, two, cfo = company.hire(*KEEPER), company.hire("sales_rep"), company.hire("cfo")
    company.confirm(ceo, two, company.give(one, two, *KEEPER))
    code = company.accounts.invite(company.now(two), ceo.user_id).code
    company.own.redeem(account.email, code, STRONG, address=HERE)
    waits = company.accounts.get(one, ceo.user_id)["grant"]["id"]
    company.confirm(cfo, ceo, waits)
    assert company.now(ceo).roles == {"ceo"}
    company.accounts.deactivate(one, ceo.user_id)  # but who has left is not brought back by them
    said = refusal(lambda: company.accounts.activate(company.now(two), ceo.user_id))
    assert said == "rights_in_a_circle"


def test_a_passkey_that_somebody_left_at_the_account_goes_with_the_next_code(
    company, access, passkeys
):
    """Whoever made the code came in by it and stays, until its person gets a code of their own."""
    admin, _cfo = company.hire(*KEEPER), company.hire("cfo")
    account = hire(company.database, company.vault, company.tenant, "ceo")
    for password in ("the administrator's own", STRONG):
        code = company.accounts.invite(admin, account.user_id).code
        company.own.redeem(account.email, code, password, address=HERE)
        if password != STRONG:
            left = enrol(passkeys, browser(access, account, password))
    with pytest.raises(NotSignedIn):
        signed_in_by(passkeys, left)


def test_nobody_is_confirmed_before_they_have_come_in(company):
    admin, ceo, cfo = company.hire(*KEEPER), company.hire("ceo"), company.hire("cfo")
    lama = NewPerson("Lama", "لمى", f"lama@{company.tenant}.example", ("vp",), ceo.user_id)
    made = company.accounts.create(admin, lama)
    newcomer = Actor(company.tenant, made.user_id, frozenset())
    waits = company.accounts.get(admin, made.user_id)["grant"]
    assert refusal(lambda: company.confirm(cfo, newcomer, waits["id"])) == "password_first"
    company.own.redeem(lama.email, made.code, STRONG, address=HERE)
    company.confirm(cfo, newcomer, waits["id"])
    assert company.now(newcomer).roles == {"vp"}
    assert company.manager(newcomer) == ceo.user_id


def test_who_comes_back_has_their_roles_when_a_second_person_says_so(company):
    admin, ceo, sara = company.hire(*KEEPER), company.hire("ceo"), company.hire("director")
    company.accounts.deactivate(admin, sara.user_id)
    company.accounts.activate(admin, sara.user_id)
    assert company.now(sara).roles == frozenset()
    waits = company.accounts.get(admin, sara.user_id)["grant"]
    assert waits["why"] == "restored"
    company.confirm(ceo, sara, waits["id"])
    assert company.now(sara).roles == {"director"}


def test_so_they_have_them_where_their_manager_has_left(company):
    admin, ceo, boss = company.hire(*KEEPER), company.hire("ceo"), company.hire("director")
    sara = company.hire("sales_rep", manager=boss.user_id)
    for person in (boss, sara):
        company.accounts.deactivate(admin, person.user_id)
    waits = company.accounts.activate(admin, sara.user_id)["grant"]["id"]
    company.confirm(ceo, sara, waits)
    assert company.now(sara).roles == {"sales_rep"}
    assert company.manager(sara) == boss.user_id


def test_what_is_confirmed_is_what_was_seen(company):
    admin, ceo, sara = company.hire(*KEEPER), company.hire("ceo"), company.hire("sales_rep")
    seen = company.give(admin, sara, "partner_manager")
    company.give(admin, sara, "tenant_admin", "cfo")
    assert refusal(lambda: company.confirm(ceo, sara, seen)) == "grant_settled"
    assert company.now(sara).roles == {"sales_rep"}


def test_what_takes_away_counts_at_once_and_ends_what_waited(company):
    admin, ceo = company.hire(*KEEPER), company.hire("ceo")
    sara, boss = company.hire("director", "vp"), company.hire("svp")
    waited = company.give(admin, sara, "director", "vp", "ceo")
    company.accounts.change(admin, sara.user_id, Changes(roles=("director",)))
    assert company.now(sara).roles == {"director"}
    assert refusal(lambda: company.confirm(ceo, sara, waited)) == "grant_settled"
    company.give(admin, sara, manager=boss)
    company.accounts.change(admin, sara.user_id, Changes(without_manager=True))
    assert company.accounts.get(admin, sara.user_id)["grant"] is None


def test_a_language_is_nobodys_right_and_waits_for_nobody(company):
    admin, sara = company.hire(*KEEPER), company.hire("sales_rep")
    changed = company.accounts.change(admin, sara.user_id, Changes(locale="ar"))
    assert (changed["locale"], changed["grant"]) == ("ar", None)


def test_a_second_person_or_the_proposer_says_no(company):
    admin, ceo, sara = company.hire(*KEEPER), company.hire("ceo"), company.hire("sales_rep")
    for hand in (ceo, admin):
        grant = company.give(admin, sara, "vp")
        company.second.refuse(hand, sara.user_id, grant)
        assert company.accounts.get(admin, sara.user_id)["grant"] is None
        assert refusal(lambda grant=grant: company.confirm(ceo, sara, grant)) == "grant_settled"
    assert company.now(sara).roles == {"sales_rep"}


def test_nobody_stands_behind_what_somebody_proposed_who_has_left(company):
    rogue, admin = company.hire(*KEEPER), company.hire(*KEEPER)
    ceo, sara = company.hire("ceo"), company.hire("sales_rep")
    grant = company.give(rogue, sara, "cfo")
    company.accounts.deactivate(admin, rogue.user_id)
    assert refusal(lambda: company.confirm(ceo, sara, grant)) == "grant_settled"


def test_two_administrators_alone_bring_in_others_but_raise_each_other_never(company):
    """A company's first hour: both came with the installation, nobody else may confirm yet."""
    one, two = company.hire(*KEEPER), company.hire(*KEEPER)
    raised = Changes(roles=("tenant_admin", "ceo"))
    for by, to in ((one, two), (two, one)):
        assert refusal(lambda by=by, to=to: company.accounts.change(by, to.user_id, raised)) == (
            "nobody_confirms"
        )
        assert refusal(lambda by=by, to=to: company.accounts.invite(by, to.user_id)) == (
            "nobody_confirms"
        )
    sara = company.hire("sales_rep")
    company.confirm(two, sara, company.give(one, sara, "ceo"))
    assert company.now(sara).roles == {"ceo"}
    # and whom they have just made raises neither of them
    said = refusal(lambda: company.accounts.change(one, two.user_id, raised))
    assert said == "nobody_confirms"


def test_the_manager_must_still_be_one_when_it_is_confirmed(company):
    admin, ceo = company.hire(*KEEPER), company.hire("ceo")
    sara, boss = company.hire("sales_rep"), company.hire("director")
    grant = company.give(admin, sara, manager=boss)
    company.accounts.deactivate(admin, boss.user_id)
    with pytest.raises(InvalidInput) as refused:
        company.confirm(ceo, sara, grant)
    assert refused.value.code == "unknown_person"
    assert company.manager(sara) is None


def test_the_database_too_refuses_a_grant_of_one_hand(company, database_urls):
    admin, sara = company.hire(*KEEPER), company.hire("sales_rep")
    company.hire("ceo")
    grant = company.give(admin, sara, "cfo")
    by = text(
        "UPDATE account_grants SET status = 'confirmed', settled_by = :by, settled_at = :at "
        "WHERE id = :id"
    )
    for hand in (admin, sara):
        values = {"by": hand.user_id, "at": clock.real_now(), "id": grant}
        with (
            pytest.raises(IntegrityError, match="grant_of_two_hands"),
            company.database.tenant(company.tenant) as session,
        ):
            session.execute(by, values)
    with psycopg.connect(database_urls.app) as connection, pytest.raises(psycopg.Error):
        connection.execute("DELETE FROM account_grants")


def test_the_list_names_what_waits_to_those_who_may_act_on_it(company):
    admin, ceo, sara = company.hire(*KEEPER), company.hire("ceo"), company.hire("sales_rep")
    grant = company.give(admin, sara, "vp")
    for who in (admin, ceo):
        assert [one["id"] for one in company.second.waiting(who)] == [grant]
    assert refusal(lambda: company.second.waiting(sara)) == "not_entitled"
    assert PASSWORD not in str(company.second.waiting(ceo))

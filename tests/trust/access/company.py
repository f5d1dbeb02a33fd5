"""A small company for tests of sign-in: people in the vault, accounts, one tenant or more."""

from dataclasses import dataclass

from dealix import clock
from dealix.store.ids import new_id
from dealix.store.session import Database
from dealix.trust.access import passwords
from dealix.trust.access.models import Tenant, User
from dealix.trust.privacy import Vault

PASSWORD = "a long enough password"
_HASH = passwords.hashed(PASSWORD)


@dataclass(frozen=True)
class Account:
    tenant_id: str
    user_id: str
    email: str


def hire(
    database: Database,
    vault: Vault,
    tenant_id: str,
    *roles: str,
    manager: str | None = None,
    locale: str = "en",
    active: bool = True,
) -> Account:
    """A person of `tenant_id` (made when missing) with these roles, who can sign in."""
    user_id, person_id = new_id("usr"), new_id("per")
    email = f"{user_id}@{tenant_id}.example"
    with database.tenant(tenant_id) as session:
        if session.get(Tenant, tenant_id) is None:
            session.add(
                Tenant(
                    tenant_id=tenant_id,
                    name=tenant_id.title(),
                    name_ar="شركة",
                    country="SA",
                    time_zone="Asia/Riyadh",
                    created_at=clock.real_now(),
                )
            )
        vault.add(session, person_id, {"name": "Sara", "name_ar": "سارة", "email": email})
        session.add(
            User(
                tenant_id=tenant_id,
                id=user_id,
                person_id=person_id,
                email_hash=vault.blind_index(email),
                password_hash=_HASH,
                roles=list(roles),
                manager_id=manager,
                locale=locale,
                active=active,
                created_at=clock.real_now(),
            )
        )
    return Account(tenant_id, user_id, email)

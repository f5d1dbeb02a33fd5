"""The people of the company, for administrators: invite, change, end and restore access."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.paging import address, cut
from dealix.console.people import choice, people
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import Conflict, InvalidInput, NotEntitled, Refused
from dealix.i18n import sentence_of
from dealix.trust.access.accounts import Changes, NewPerson
from dealix.trust.access.rights import ROLES, permit

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Here = Annotated[Visit, Depends(signed_in)]
Form = Annotated[Sent, Depends(checked)]
PAGE = 100
EMPTY: dict[str, Any] = {
    "name": "",
    "name_ar": "",
    "email": "",
    "roles": [],
    "manager_id": "",
    "locale": "ar",
}


@router.get("/users")
def users(visit: Here, before: str = "") -> Response:
    """Everybody with roles and managers, a page at a time, by name on each page."""
    visit.section = "admin"
    found, older = cut(visit.services.access.people(visit.who, PAGE + 1, before or None), PAGE)
    waiting = visit.allowed(lambda: visit.services.second_person.waiting(visit.who), [])
    return page(
        visit,
        "users.html",
        users=sorted(found, key=lambda one: (not one["active"], one["name"] or "~")),
        person=people(visit),
        waiting=waiting,
        begin="/users" if before else "",
        older=address("/users", before=older) if older else "",
    )


@router.get("/users/new")
def new(visit: Here) -> Response:
    """The form of an invitation."""
    permit(visit.who, "user.manage")
    return _new(visit, EMPTY)


@router.post("/users/new")
def create(visit: Here, sent: Form) -> Response:
    """Make the account; the page shows its code this once."""
    given: dict[str, Any] = {name: first(sent, name) for name in ("name", "name_ar", "email")}
    given |= {"locale": first(sent, "locale") or "ar", "roles": sent.get("roles", [])}
    given["manager_id"] = _manager(visit, sent)
    try:
        made = visit.services.accounts.create(visit.who, _person(given))
    except (InvalidInput, Conflict) as refusal:
        return _new(visit, given, refusal)
    return _one(visit, made.user_id, code=made)


@router.get("/users/{user_id}")
def user(visit: Here, user_id: str) -> Response:
    """One account with what depends on it."""
    return _one(visit, user_id)


@router.post("/users/{user_id}/change")
def change(visit: Here, sent: Form, user_id: str) -> Response:
    """Change roles, manager and language."""
    manager = _manager(visit, sent)
    changes = Changes(
        roles=tuple(sent.get("roles", [])),
        manager_id=manager or None,
        without_manager=not manager,
        locale=first(sent, "locale") if first(sent, "locale") in ("ar", "en") else None,
    )
    try:
        changed = visit.services.accounts.change(visit.who, user_id, changes)
    except (InvalidInput, NotEntitled, Conflict) as refusal:
        return _one(visit, user_id, refusal)
    return back_to(f"/users/{user_id}", "proposed" if changed["grant"] else "saved")


@router.post("/users/{user_id}/confirm")
def confirm(visit: Here, sent: Form, user_id: str) -> Response:
    """Confirm, as a second person, what waits as it was seen."""
    try:
        visit.services.second_person.confirm(visit.who, user_id, first(sent, "grant"))
    except (InvalidInput, NotEntitled, Conflict) as refusal:
        return _one(visit, user_id, refusal)
    return back_to(f"/users/{user_id}", "confirmed")


@router.post("/users/{user_id}/refuse")
def refuse(visit: Here, sent: Form, user_id: str) -> Response:
    """Say no to what waits."""
    try:
        visit.services.second_person.refuse(visit.who, user_id, first(sent, "grant"))
    except Conflict as refusal:
        return _one(visit, user_id, refusal)
    return back_to(f"/users/{user_id}", "refused")


@router.post("/users/{user_id}/code")
def code(visit: Here, sent: Form, user_id: str) -> Response:  # noqa: ARG001 (its token was checked)
    """A new code; the page shows it this once."""
    try:
        made = visit.services.accounts.invite(visit.who, user_id)
    except (InvalidInput, NotEntitled, Conflict) as refusal:
        return _one(visit, user_id, refusal)
    return _one(visit, user_id, code=made)


@router.post("/users/{user_id}/deactivate")
def deactivate(visit: Here, sent: Form, user_id: str) -> Response:
    """End the access; requests that nobody else could decide are named first."""
    knowing = first(sent, "knowing") == "true"
    try:
        visit.services.accounts.deactivate(visit.who, user_id, knowing=knowing)
    except (Conflict, NotEntitled) as refusal:
        return _one(visit, user_id, refusal)
    return back_to(f"/users/{user_id}", "ended")


@router.post("/users/{user_id}/activate")
def activate(visit: Here, sent: Form, user_id: str) -> Response:  # noqa: ARG001 (its token was checked)
    """Restore the access."""
    try:
        visit.services.accounts.activate(visit.who, user_id)
    except (Conflict, NotEntitled) as refusal:
        return _one(visit, user_id, refusal)
    return back_to(f"/users/{user_id}", "restored")


def _person(given: dict[str, Any]) -> NewPerson:
    return NewPerson(
        given["name"],
        given["name_ar"],
        given["email"],
        tuple(given["roles"]),
        given["manager_id"] or None,
        given["locale"],
    )


def _manager(visit: Visit, sent: Sent) -> str:
    """Whom a form names as manager; empty for nobody."""
    find, written = choice(visit).find, first(sent, "manager_id")
    return find(written) if find is not None else written


def _new(visit: Visit, given: dict[str, Any], refusal: Refused | None = None) -> Response:
    visit.section = "admin"
    listed: Any = refusal.params.get("errors") if refusal else None
    return page(
        visit,
        "user_new.html",
        status=refusal.status if refusal else 200,
        given=given,
        roles=ROLES,
        managers=choice(visit),
        wrong={str(each["field"]) for each in listed or ()},
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
    )


def _one(visit: Visit, user_id: str, refusal: Refused | None = None, code: Any = None) -> Response:
    visit.section = "admin"
    account = visit.services.accounts.get(visit.who, user_id)
    return page(
        visit,
        "user.html",
        status=refusal.status if refusal else 200,
        account=account,
        own=user_id == visit.who.user_id,
        may_confirm=_may_confirm(visit, account["grant"]),
        roles=ROLES,
        managers=choice(visit, user_id),
        person=people(visit),
        code=code,
        sole=refusal is not None and refusal.code == "sole_approver",
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
    )


def _may_confirm(visit: Visit, grant: Any) -> bool:
    """Whether the visitor could be the second person here."""
    if grant is None or not visit.may("user.confirm"):
        return False
    return visit.who.user_id not in grant["barred"]

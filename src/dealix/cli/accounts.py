"""`dealix users`: who is in the company; for administrators to invite, change, end and restore."""

from typing import Annotated, Any

import typer

from dealix.cli.output import AsJson, print_json, show_rows, table
from dealix.cli.runs import client

app = typer.Typer(help="The people of your company.", invoke_without_command=True)
PEOPLE = ("email", "name", "name_ar", "roles", "id", "manager_id", "active")
SESSIONS = ("id", "kind", "created_at", "expires_at", "present")
WAITING = ("approval", "gate", "deadline", "sole")
GRANTS = ("user_id", "id", "why", "roles", "manager_id", "proposed_by", "has_password")
GrantId = Annotated[str, typer.Argument(help="ID of what waits, as it was seen.")]
UserId = Annotated[str, typer.Argument(help="ID of the user.")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="A role; may be repeated.")]
Manager = Annotated[str | None, typer.Option("--manager", help="ID of the manager.")]
Language = Annotated[str | None, typer.Option("--language", help="ar or en.")]


@app.callback()
def listed(context: typer.Context, as_json: AsJson = False) -> None:
    """List the people of your company with their roles."""
    if context.invoked_subcommand is None:
        show_rows(client(context).get("/users"), PEOPLE, "There is nobody.", as_json=as_json)


@app.command("show")
def shown(context: typer.Context, user: UserId, as_json: AsJson = False) -> None:
    """Show an account with what waits for its person."""
    show(client(context).get(f"/users/{user}"), as_json=as_json)


@app.command("invite")
def invite(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="Address with which they sign in.")],
    name: Annotated[str, typer.Option("--name", help="Name in English.")],
    name_ar: Annotated[str, typer.Option("--name-ar", help="Name in Arabic.")],
    role: Roles = None,
    manager: Manager = None,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Make an account; prints, this once, the code with which its person sets a password."""
    body = {"email": email, "name": name, "name_ar": name_ar, "roles": role or []}
    body |= {"manager_id": manager} if manager else {}
    body |= {"locale": language} if language else {}
    show_code(client(context).post("/users", body), as_json=as_json)


@app.command("code")
def code(context: typer.Context, user: UserId, as_json: AsJson = False) -> None:
    """Make a new code for somebody who lost theirs, or their password."""
    show_code(client(context).post(f"/users/{user}/invitations", {}), as_json=as_json)


@app.command("change")
def change(
    context: typer.Context,
    user: UserId,
    role: Roles = None,
    manager: Manager = None,
    no_manager: Annotated[bool, typer.Option("--no-manager", help="Nobody above.")] = False,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Change the roles, the manager or the language of somebody else."""
    body: dict[str, Any] = {"roles": role} if role else {}
    body |= {"manager_id": None if no_manager else manager} if manager or no_manager else {}
    body |= {"locale": language} if language else {}
    show(client(context).patch(f"/users/{user}", body), as_json=as_json)


@app.command("waiting")
def waiting(context: typer.Context, as_json: AsJson = False) -> None:
    """List the roles and managers that wait for a second person to confirm them."""
    found = client(context).get("/users/grants")
    show_rows(found, GRANTS, "Nothing waits for a second person.", as_json=as_json)


@app.command("confirm")
def confirm(context: typer.Context, user: UserId, grant: GrantId, as_json: AsJson = False) -> None:
    """Confirm what waits for somebody, as the second person."""
    made = client(context).post(f"/users/{user}/grants/{grant}/confirm", {})
    show(made, as_json=as_json)


@app.command("refuse")
def refuse(context: typer.Context, user: UserId, grant: GrantId, as_json: AsJson = False) -> None:
    """Say no to what waits for somebody, or take back what you proposed."""
    show(client(context).post(f"/users/{user}/grants/{grant}/refuse", {}), as_json=as_json)


@app.command("deactivate")
def deactivate(
    context: typer.Context,
    user: UserId,
    knowing: Annotated[
        bool, typer.Option("--knowing", help="Also where only they can decide a request.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """End somebody's access; names the requests that nobody else could decide."""
    made = client(context).post(f"/users/{user}/deactivate", {"knowing": knowing})
    show(made, as_json=as_json)


@app.command("activate")
def activate(context: typer.Context, user: UserId, as_json: AsJson = False) -> None:
    """Give somebody their access back."""
    show(client(context).post(f"/users/{user}/activate", {}), as_json=as_json)


@app.command("password")
def password(context: typer.Context) -> None:
    """Change your own password; asks for both and ends your other sessions."""
    old = typer.prompt("Present password", hide_input=True)
    new = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    made = client(context).post("/users/me/password", {"old": old, "new": new})
    typer.echo(f"The password is changed; other sessions ended: {made['sessions_ended']}.")


@app.command("sessions")
def sessions(
    context: typer.Context,
    end: Annotated[str | None, typer.Option("--end", help="End the session of this ID.")] = None,
    as_json: AsJson = False,
) -> None:
    """List where you are signed in, or end one of these sessions."""
    door = client(context)
    if end is not None:
        door.delete(f"/users/me/sessions/{end}")
    show_rows(door.get("/users/me/sessions"), SESSIONS, "Nowhere.", as_json=as_json)


def show(account: dict[str, Any], *, as_json: bool) -> None:
    """An account for people: who it is, then what waits for them."""
    if as_json:
        print_json(account)
        return
    state = "active" if account["active"] else "has no access"
    typer.echo(f"{account['id']}  {account['name'] or 'erased person'}: {state}")
    typer.echo(f"roles {', '.join(account['roles'])}; manager {account['manager_id'] or '-'}")
    if account["grant"]:
        typer.echo("waits for a second person:\n" + "\n".join(table([account["grant"]], GRANTS)))
    if account["waiting"]:
        typer.echo("\n".join(table(account["waiting"], WAITING)))


def show_code(made: dict[str, Any], *, as_json: bool) -> None:
    """A fresh invitation."""
    if as_json:
        print_json(made)
    else:
        typer.echo(f"{made['id']}: code {made['code']} until {made['expires_at']}")

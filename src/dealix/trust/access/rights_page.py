"""Writes the table of rights as a page, so that people read what the doors enforce."""

from dealix.trust.access.rights import EVERYBODY, RIGHTS, ROLES

HEAD = """\
# Who may do what

Generated from `dealix.trust.access.rights` by `python -m dealix.cli.reference`; every door and
service asks this one table. An auditor reads everything and changes nothing. Who may
decide a request is no right of a role: the company's authority table names them.
"""


def render() -> str:
    """The page: first what each right is and who has it, then the rights of each role."""
    rights = [
        f"| `{name}` | {right.does} | {_who(right.roles)} |" for name, right in RIGHTS.items()
    ]
    roles = [f"| `{role}` | {_what(role)} |" for role in ROLES]
    return "\n".join(
        [
            HEAD,
            "## By right\n",
            "| right | what it lets a person do | roles |",
            "|---|---|---|",
            *rights,
            "",
            "## By role\n",
            "| role | rights |",
            "|---|---|",
            *roles,
            "",
        ]
    )


def _who(roles: frozenset[str]) -> str:
    if roles == EVERYBODY:
        return "everybody"
    return ", ".join(f"`{role}`" for role in ROLES if role in roles)


def _what(role: str) -> str:
    return ", ".join(f"`{name}`" for name, right in RIGHTS.items() if role in right.roles)

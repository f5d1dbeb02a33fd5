"""Writes the table of rights as a page, so that people read what the doors enforce."""

from dealix.trust.access.grants import REMEMBERED
from dealix.trust.access.rights import EVERYBODY, RIGHTS, ROLES

HEAD = """\
# Who may do what

Generated from `dealix.trust.access.rights` by `python -m dealix.cli.reference`; every door and
service asks this one table. An auditor reads everything and changes nothing. Who may
decide a request is no right of a role: the company's authority table names them.

## Who gives them

Nobody changes their own roles, manager or access (`own_rights`). What an administrator gives
somebody else, a role or a manager who gets somebody below them, waits until a second person
confirms it; so do the roles of whoever sets a password by a code or comes back after having left,
because whoever made the code could sit there. Until then the old roles count, or none
(`roles_wait`). What takes something away counts at once.

- The second person holds `user.confirm`, did not propose it, gets nothing by it, and did not make
  the code by which its person came in (`same_person_confirms`). What is confirmed is
  exactly what was seen (`grant_settled`), once its person has come in (`password_first`): speak
  with them first.
- Neither who proposes nor who confirms may hold their own rights, directly or through others, from
  the person who gets roles now (`rights_in_a_circle`): two administrators in a row, or three, raise
  each other to nothing. What was confirmed more than {days} days ago closes no circle, and neither
  does a password that is set anew: it brings back what was there.
- Where nobody could confirm, nothing is proposed (`nobody_confirms`). A company therefore needs
  three people who may confirm. One that begins with two administrators, as the installation made
  them, brings in the third: one proposes, the other confirms. Neither raises the other, nor lets
  the other in again by a code, before there is one whom neither of the two has made.
- Whoever proposed, invited or changed somebody last is not decided for by them
  (`rights_from_requester`), and puts no table into force together with them.
- `user.proposed`, `user.confirmed`, `user.refused` and, for each attempt that these rules refuse,
  `user.grant_barred` stand in the audit. The database refuses a grant that one hand confirmed.

Two people who conspire, both with these rights, can still raise a third: the audit names both.
"""


def render() -> str:
    """The page: first what each right is and who has it, then the rights of each role."""
    rights = [
        f"| `{name}` | {right.does} | {_who(right.roles)} |" for name, right in RIGHTS.items()
    ]
    roles = [f"| `{role}` | {_what(role)} |" for role in ROLES]
    return "\n".join(
        [
            HEAD.format(days=REMEMBERED.days),
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

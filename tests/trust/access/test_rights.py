import re
from pathlib import Path

import pytest

from dealix import actors, catalog
from dealix.actors import Actor
from dealix.errors import InvariantBroken, NotEntitled
from dealix.trust.access.rights import RIGHTS, ROLES, may, permit

SOURCE = Path(__file__).parents[3] / "src" / "dealix"
READS = {name for name in RIGHTS if name.endswith((".read", ".verify"))} - {"codec.read"}


def person(*roles: str) -> Actor:
    return Actor("one", "usr_x", frozenset(roles))


def test_an_auditor_reads_everything_and_changes_nothing():
    held = {name for name, right in RIGHTS.items() if "auditor" in right.roles}
    # They keep nothing and change nothing.
    answers = {"evidence.reveal", "evidence.read_wide", "message.classify", "knowledge.search"}
    assert held - answers == READS
    for right in ("run.cancel", "run.start.partner_approval", "case.resolve"):
        with pytest.raises(NotEntitled):
            permit(person("auditor"), right)


def test_rights_of_several_roles_add_up():
    both = person("auditor", "operator")
    assert may(both, "audit.read")
    assert may(both, "case.resolve")
    assert not may(both, "run.start.partner_approval")


def test_somebody_without_a_role_may_nothing():
    assert not [name for name in RIGHTS if may(person(), name)]


def test_the_system_may_everything_and_an_unheard_right_is_our_own_fault():
    assert all(may(actors.system("one"), name) for name in RIGHTS)
    with pytest.raises(InvariantBroken):
        permit(person("ceo"), "run.frobnicate")


def test_every_role_has_rights_and_no_right_names_an_unknown_role():
    named = {role for right in RIGHTS.values() for role in right.roles}
    assert named == set(ROLES)


def test_every_right_that_the_code_asks_for_is_in_the_table():
    asked = {
        found
        for file in SOURCE.rglob("*.py")
        for found in re.findall(r"permit\(\s*(?:self\.)?\w+,\s*\"([a-z_.]+)\"", file.read_text())
    }
    assert {"run.read", "case.resolve", "person.read"} <= asked
    assert not asked - set(RIGHTS)


def test_no_right_stands_in_the_table_that_nobody_asks_for():
    texts = [
        file.read_text()
        for file in SOURCE.rglob("*.py")
        if file.name not in {"rights.py", "rights_page.py"}
    ]
    unasked = {
        name
        for name in RIGHTS
        if not name.startswith("run.start.") and not any(f'"{name}"' in text for text in texts)
    }
    assert not unasked
    built = {row.key for row in catalog.rows() if row.built and row.here.lane == "durable"}
    assert {f"run.start.{key}" for key in built} <= set(RIGHTS)

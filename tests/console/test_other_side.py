"""Where people may act as signatories: only where the signature provider is the sandbox."""

from types import SimpleNamespace

import pytest

from dealix.actors import Actor
from dealix.console import other_side
from dealix.errors import NotFound
from dealix.providers import Providers
from dealix.settings import Settings

SANDBOX = "http://127.0.0.1:8010"
REAL = {
    "docusign_url": "https://demo.docusign.net/restapi",
    "docusign_account_url": "https://account-d.docusign.com",
}
NOURA = Actor("rawabi-sa", "usr_1", frozenset({"partner_manager"}))


def visit(**settings: str) -> SimpleNamespace:
    made = Providers(Settings(_env_file=None, **settings))
    return SimpleNamespace(who=NOURA, services=made, may=lambda right: right == "mailbox.read")


@pytest.mark.parametrize(
    ("settings", "rehearsal", "plays"),
    [
        ({"sandbox_url": SANDBOX}, False, True),
        ({"sandbox_url": SANDBOX, "docusign_url": f"{SANDBOX}/restapi"}, False, True),
        ({"sandbox_url": SANDBOX, **REAL}, False, False),
        ({"sandbox_url": SANDBOX, "docusign_url": REAL["docusign_url"]}, False, False),
        ({"sandbox_url": SANDBOX, "docusign_url": f"{SANDBOX}0/restapi"}, False, False),
        ({"sandbox_url": SANDBOX, **REAL}, True, True),  # a rehearsal reaches nobody outside
        ({}, False, False),
        (REAL, True, False),
    ],
)
def test_signatories_are_played_only_where_the_sandbox_is_the_provider(
    settings: dict[str, str], rehearsal: bool, plays: bool
) -> None:
    assert other_side.plays_signatories(visit(**settings), {"rehearsal": rehearsal}) is plays


def test_nobody_acts_as_a_signatory_of_the_real_provider() -> None:
    run = {"id": "run_1", "rehearsal": False}
    with pytest.raises(NotFound):
        other_side.sign(visit(sandbox_url=SANDBOX, **REAL), run, "sign")

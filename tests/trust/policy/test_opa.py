"""The same questions to an OPA server and to this process: they agree, or nothing is allowed."""

import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.trust.policy.cast import ACTOR, DECIDE, OTHER, ROWS, SEND, TENANT, TOKEN

from dealix.actors import Actor
from dealix.engines.home import free_port
from dealix.errors import InvalidInput, InvariantBroken, ProviderUnavailable
from dealix.trust.policy.engine import SOURCES, PolicyEngine, read_sources
from dealix.trust.policy.opa import OpaServer
from dealix.trust.policy.schemas import AuthorityFacts, GateFacts, PolicyQuestion

QUESTIONS = 400
BESIDE = Path(sys.executable).with_name("opa")
PROGRAM = shutil.which("opa") or (str(BESIDE) if BESIDE.exists() else None)
missing = pytest.mark.skipif(
    PROGRAM is None, reason="no OPA server is here: `make journeys` builds one where Go is present"
)


def needs_opa(test: Any) -> Any:
    """A test that asks a real OPA server, which takes minutes to build the first time."""
    return pytest.mark.journey(missing(test))


def served(folder: Path) -> Iterator[str]:
    """A real OPA server on these files."""
    url = f"http://127.0.0.1:{free_port(set())}"
    command = [str(PROGRAM), "run", "--server", "--skip-version-check", "--log-level=error"]
    process = subprocess.Popen([*command, f"--addr={url.removeprefix('http://')}", str(folder)])
    try:
        for _ in range(200):
            try:
                httpx.get(f"{url}/health", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def opa() -> Iterator[str]:
    yield from served(SOURCES)


@pytest.fixture
def differing(tmp_path: Path) -> Iterator[str]:
    """A server whose classes were loosened by one line."""
    for name, source in read_sources().items():
        (tmp_path / name).write_text(source.replace('"person.impersonate",', ""), "utf-8")
    yield from served(tmp_path)


def actions() -> list[str]:
    """Every action that the classes name, and one that they do not."""
    named = re.findall(r'"([a-z_]+\.[a-z_]+)"', read_sources()["classes.rego"])
    return [*sorted(set(named)), "nobody.knows"]


def generated(seed: int) -> PolicyQuestion:
    """A question in which any fact may be right, wrong, empty or another tenant's."""
    lot = random.Random(seed)
    words = ("partner:1", "شريك:١", "", "run_1", "\u202eabc", "partner:2")
    token = None
    if lot.random() < 0.7:
        token = replace(
            TOKEN,
            tenant=lot.choice((TENANT, TENANT, OTHER)),
            run=lot.choice(("run_1", "run_1", "run_2")),
            action=lot.choice((*actions()[:3], "email.send", "email.send", "crm.mark")),
            resource=lot.choice(words),
            payload_hash=lot.choice(("sha256:aa", "sha256:aa", "sha256:bb", "")),
            covers=lot.choice(("packet", "bad_end", "standing", "start")),
            used_by=lot.choice(("", "", "run_1:send", "run_1:other")),
        )
    roles = frozenset(lot.sample(("director", "vp", "ceo", "auditor"), lot.randrange(3)))
    gate = GateFacts(
        lot.choice(("executive_approval", "manager_approval", "unheard_of", "")),
        lot.choice(("director", "manager", "ceo", "")),
        lot.choice(("lina", "noura", "")),
        taken=tuple(lot.sample(("noura", "fahad"), lot.randrange(3))),
        relations=lot.choice(((), (("manager", "noura"),), (("manager", "fahad"),))),
        vacant=lot.choice(((), ("director",))),
        escalated=lot.choice(((), ("noura",))),
    )
    return PolicyQuestion(
        tenant=lot.choice((TENANT, TENANT, TENANT, OTHER, "")),
        actor=Actor(lot.choice((TENANT, TENANT, OTHER)), lot.choice(("noura", "fahad", "")), roles),
        action=lot.choice((*actions(), "approval.decide", "email.send", "email.send")),
        resource=lot.choice(words),
        payload_hash=lot.choice(("sha256:aa", "sha256:aa", "")),
        run=lot.choice(("run_1", "")),
        effect_key=lot.choice(("run_1:send", "")),
        contexts=lot.choice(((), (TENANT,), (OTHER,))),
        canary=lot.choice(("none", "inside", "outside")),
        token=token,
        authority=lot.choice((AuthorityFacts(3, ROWS), AuthorityFacts(0), AuthorityFacts(1, ROWS))),
        gate=lot.choice((gate, gate, None)),
    )


@needs_opa
def test_both_give_the_same_verdict_on_every_question(opa: str) -> None:
    here = PolicyEngine()
    questions = [SEND, DECIDE, *(generated(seed) for seed in range(QUESTIONS))]
    ours = [here.evaluate(one) for one in questions]
    with closing(OpaServer(opa)) as there:
        assert [there.evaluate(one) for one in questions] == ours
    assert len({one.reason for one in ours}) > 8, "the questions meet many rules"
    assert {one.allowed for one in ours} == {True, False}


@needs_opa
def test_a_text_with_nul_is_refused_by_both_alike(opa: str) -> None:
    question = replace(SEND, resource="partner:1\x00")
    with closing(OpaServer(opa)) as there:
        for engine in (PolicyEngine(), there):
            with pytest.raises(InvalidInput):
                engine.evaluate(question)


@needs_opa
def test_a_server_with_other_policies_allows_nothing(differing: str) -> None:
    with closing(OpaServer(differing)) as server, pytest.raises(InvariantBroken):
        server.evaluate(replace(SEND, actor=ACTOR))


def test_a_server_that_is_away_allows_nothing() -> None:
    server = OpaServer(f"http://127.0.0.1:{free_port(set())}")
    with closing(server), pytest.raises(ProviderUnavailable):
        server.evaluate(SEND)

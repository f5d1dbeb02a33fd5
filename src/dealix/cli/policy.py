"""`dealix policy test`: asks the policies questions whose answers are known, also all at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import typer
import yaml

from dealix.actors import Actor
from dealix.cli.output import AsJson, print_json, table
from dealix.connectors.secrets import LocalSecrets
from dealix.settings import Settings
from dealix.trust.policy.engine import Evaluator, PolicyEngine
from dealix.trust.policy.opa import server_of
from dealix.trust.policy.schemas import PolicyQuestion, TokenFacts

app = typer.Typer(help="The policies that judge every action.", no_args_is_help=True)
QUESTIONS = Path(__file__).with_name("policy_questions.yaml")
ROUNDS = 20
THREADS = 8


@app.callback()
def group() -> None:
    """Keep `test` a subcommand."""


@app.command("test")
def check_answers(as_json: AsJson = False) -> None:
    """Ask every known question, one by one and from many threads; fails on a wrong answer."""
    questions = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    found = []
    for by, engine in engines(Settings()):
        answers = [asked(engine, one) for one in questions]
        found += [{"by": by, **one} for one in (*answers, raced(engine, questions))]
    if as_json:
        print_json(found)
    else:
        typer.echo("\n".join(table(found, ("ok", "by", "question", "expected", "answered"))))
    wrong = sum(not one["ok"] for one in found)
    if wrong:
        typer.echo(f"{wrong} of {len(found)} answers are wrong.", err=True)
        raise typer.Exit(1)


def engines(settings: Settings) -> Iterator[tuple[str, Evaluator]]:
    """Who evaluates the policies: this process, and the OPA server that the settings name."""
    yield "regopy", PolicyEngine()
    server = server_of(settings, LocalSecrets.of(settings))
    if server is not None:
        yield "OPA", server


def asked(engine: Evaluator, known: dict[str, Any]) -> dict[str, Any]:
    """One question with what was answered."""
    verdict = engine.evaluate(question_of(known))
    return {
        "question": known["question"],
        "expected": known["expect"],
        "answered": verdict.reason,
        "ok": verdict.reason == known["expect"],
    }


def raced(engine: Evaluator, questions: list[dict[str, Any]]) -> dict[str, Any]:
    """All questions many times over from many threads: none may get another one's answer."""
    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(lambda one: asked(engine, one), questions * ROUNDS))
    wrong = sum(not one["ok"] for one in answers)
    return {
        "question": f"{len(answers)} questions from {THREADS} threads",
        "expected": "0 wrong",
        "answered": f"{wrong} wrong",
        "ok": wrong == 0,
    }


def question_of(known: dict[str, Any]) -> PolicyQuestion:
    """The question as policy is asked it; what the file leaves out is that of a plain one."""
    given = {"tenant": "one", "action": "partner.score", **known["asks"]}
    token = given.pop("token", None)
    actor = Actor(given.pop("actor_tenant", "one"), "usr_asks", frozenset({"partner_manager"}))
    facts = {
        "id": "tok_1",
        "tenant": given["tenant"],
        "run": given.get("run", ""),
        "action": given["action"],
        "resource": given.get("resource", ""),
        "payload_hash": given.get("payload_hash", ""),
        "covers": "packet",
    }
    made = TokenFacts(**{**facts, **token}) if token is not None else None
    contexts = tuple(given.pop("contexts", ()))
    return PolicyQuestion(actor=actor, token=made, contexts=contexts, **given)

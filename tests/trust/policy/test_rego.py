"""The order of evaluation and the reasons, as the Rego sources give them."""

from dataclasses import replace

import pytest
from tests.trust.policy.cast import DECIDE, OTHER, ROWS, SEND, TENANT, TOKEN

from dealix.actors import Actor, system
from dealix.errors import InvalidInput, InvariantBroken
from dealix.trust.policy.engine import PolicyEngine, default_engine, read_sources, version_of
from dealix.trust.policy.schemas import AuthorityFacts, GateFacts, PolicyQuestion


def judged(question: PolicyQuestion) -> str:
    verdict = default_engine().evaluate(question)
    assert verdict.allowed == (verdict.reason == "allowed")
    return verdict.reason


def test_a_runs_by_itself_b_needs_a_token_c_never_and_the_unknown_is_b() -> None:
    bare = replace(SEND, token=None)
    assert judged(replace(bare, action="partner.score")) == "allowed"
    assert judged(bare) == "token_missing"
    assert judged(replace(bare, action="never.heard.of")) == "token_missing"
    unknown = replace(SEND, action="never.heard.of", token=replace(TOKEN, action="never.heard.of"))
    assert judged(unknown) == "allowed"
    verdict = default_engine().evaluate(unknown)
    assert (verdict.action_class, verdict.rule) == ("B", "every_rule_holds")
    for action in ("person.export_across_tenants", "audit.delete", "person.impersonate"):
        forbidden = replace(SEND, action=action, token=replace(TOKEN, action=action))
        assert judged(forbidden) == "class_c"


def test_sending_for_signature_needs_a_token_and_a_bad_end_covers_only_the_void() -> None:
    for action in ("esign.send", "esign.void"):
        asked = replace(SEND, action=action, token=replace(TOKEN, action=action))
        assert judged(replace(asked, token=None)) == "token_missing"
        assert judged(asked) == "allowed"
        bad_end = replace(asked, token=replace(TOKEN, action=action, covers="bad_end"))
        allowed = judged(bad_end) == "allowed"
        assert allowed == (action == "esign.void")
    assert judged(replace(SEND, action="registry.read", token=None)) == "allowed"


def test_each_rule_goes_before_the_next() -> None:
    everything_wrong = replace(
        SEND,
        tenant="",
        action="audit.delete",
        contexts=(OTHER,),
        canary="outside",
        token=None,
    )
    seen = [judged(everything_wrong)]
    for repair in (
        {"tenant": TENANT},
        {"action": "email.send"},
        {"contexts": (TENANT,)},
        {"canary": "inside"},
        {"token": TOKEN},
    ):
        everything_wrong = replace(everything_wrong, **repair)
        seen.append(judged(everything_wrong))
    assert seen == [
        "tenant_missing",
        "class_c",
        "cross_tenant",
        "outside_canary",
        "token_missing",
        "allowed",
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tenant": OTHER}, "token_of_another_tenant"),
        ({"run": "run_2"}, "token_of_another_run"),
        ({"action": "crm.write"}, "token_for_another_action"),
        ({"resource": "partner:2"}, "token_for_another_resource"),
        ({"payload_hash": "sha256:bb"}, "token_for_another_payload"),
        ({"payload_hash": ""}, "token_for_another_payload"),
        ({"used_by": "run_1:another"}, "token_used"),
        ({"used_by": "run_1:send"}, "allowed"),
        ({"covers": "bad_end"}, "token_covers_bad_ends_only"),
        ({"covers": "standing", "run": "run_2"}, "allowed"),
    ],
)
def test_a_token_fits_exactly_or_not_at_all(change: dict[str, str], reason: str) -> None:
    assert judged(replace(SEND, token=replace(TOKEN, **change))) == reason


def test_the_start_of_a_run_covers_its_bad_end_and_nothing_else() -> None:
    for action in ("email.retract", "crm.withdraw", "email.notify", "crm.mark"):
        token = replace(TOKEN, action=action, covers="bad_end")
        assert judged(replace(SEND, action=action, token=token)) == "allowed"


def test_outside_the_canary_even_class_a_needs_a_fitting_token() -> None:
    score = replace(SEND, action="partner.score", token=None, canary="outside")
    assert judged(score) == "outside_canary"
    assert judged(replace(score, token=TOKEN)) == "token_for_another_action"
    assert judged(replace(score, token=replace(TOKEN, action="partner.score"))) == "allowed"
    assert judged(replace(score, canary="inside")) == "allowed"


def test_an_actor_of_another_tenant_is_a_foreign_context() -> None:
    stranger = Actor(OTHER, "x", frozenset({"ceo"}))
    assert judged(replace(SEND, actor=stranger)) == "cross_tenant"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (DECIDE, "allowed"),
        (replace(DECIDE, authority=AuthorityFacts(0, ROWS)), "authority_missing"),
        (replace(DECIDE, authority=AuthorityFacts(3)), "slot_not_in_table"),
        (replace(DECIDE, gate=GateFacts("executive_approval", "ceo", "lina")), "slot_not_in_table"),
        (replace(DECIDE, gate=None), "slot_not_in_table"),
        (replace(DECIDE, actor=system(TENANT)), "actor_is_not_a_person"),
        (replace(DECIDE, gate=GateFacts("executive_approval", "director", "noura")), "own_request"),
        (
            replace(DECIDE, gate=GateFacts("executive_approval", "director", "lina", ("noura",))),
            "one_slot_per_run",
        ),
        (
            replace(DECIDE, actor=Actor(TENANT, "noura", frozenset({"vp"}))),
            "slot_not_filled_by_this_person",
        ),
    ],
)
def test_a_decider_holds_a_slot_of_the_table(question: PolicyQuestion, reason: str) -> None:
    assert judged(question) == reason


def test_a_relation_and_a_deputy_fill_a_slot_too() -> None:
    by_line = GateFacts("executive_approval", "manager", "lina", (), (("manager", "noura"),))
    assert judged(replace(DECIDE, gate=by_line)) == "allowed"
    other = replace(by_line, relations=(("manager", "fahad"),))
    assert judged(replace(DECIDE, gate=other)) == "slot_not_filled_by_this_person"
    vp = replace(DECIDE, actor=Actor(TENANT, "huda", frozenset({"vp"})))
    vacant = GateFacts("executive_approval", "director", "lina", vacant=("director",))
    assert judged(replace(vp, gate=vacant)) == "allowed"


@pytest.mark.parametrize("text", ['a"b', "back\\slash", "line\nbreak", "عقد", '"},{"x":"'])
def test_no_text_breaks_out_of_the_input(text: str) -> None:
    token = replace(TOKEN, resource=text, payload_hash=text)
    assert judged(replace(SEND, resource=text, payload_hash=text, token=token)) == "allowed"
    assert judged(replace(SEND, resource=text + ".", token=token)) == "token_for_another_resource"


def test_a_text_that_the_interpreter_would_cut_is_refused() -> None:
    """At NUL it stops reading: `partner:1` and `partner:1\\0…` would be the same resource."""
    with pytest.raises(InvalidInput):
        judged(replace(SEND, resource="partner:1\x00another"))


def test_the_version_is_the_hash_of_the_sources() -> None:
    engine = default_engine()
    assert engine.evaluate(SEND).policy_version == version_of(read_sources())
    changed = read_sources()
    changed["classes.rego"] = changed["classes.rego"].replace('\t"partner.score",\n', "")
    other = PolicyEngine(changed)
    assert other.version != engine.version
    score = replace(SEND, action="partner.score", token=None)
    assert engine.evaluate(score).allowed
    assert not other.evaluate(score).allowed


def test_a_policy_that_does_not_compile_or_answer_allows_nothing() -> None:
    sources = read_sources()
    with pytest.raises(InvariantBroken):
        PolicyEngine(
            {**sources, "decision.rego": "package dealix.decision\nallowed if {"}
        ).evaluate(SEND)
    silent = {**sources, "decision.rego": "package dealix.decision\nimport rego.v1\n"}
    with pytest.raises(InvariantBroken):
        PolicyEngine(silent).evaluate(SEND)

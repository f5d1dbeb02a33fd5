"""Pairs that the rules leave open, laid before whoever does model steps; rules leave them open.

The rules compare claims about the same thing. Where two speak of one topic and not clearly of one
thing, a configured model may say that both cannot hold. It only adds: what rules found stays, and
what a model adds is at most of middle severity, since the words it reads were written by anybody.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from dealix.business.compliance.claim_words import TOPICS
from dealix.business.compliance.claims import LIVE, Claim
from dealix.business.compliance.conflicts import Conflict, ConflictKind
from dealix.connectors.data_class import DataClass
from dealix.lanes.provenance import Provenance
from dealix.lanes.step_executor import Facts, ModelStep, Personal, StepContext, StepExecutor

RULE = "judged_by_model"
RULES_VERSION = "left-open-1"
MOST_PAIRS, AT_ONCE = 40, 10
INTERNAL, RESTRICTED = DataClass.INTERNAL, DataClass.RESTRICTED
Kept = Mapping[str, Any]


class OpenPair(Facts):
    """Two quotations about one topic; people wrote them, so they may name somebody."""

    number: Annotated[int, INTERNAL]
    topic: Annotated[str, INTERNAL]
    one: Annotated[str, RESTRICTED, Personal.TEXT]
    other: Annotated[str, RESTRICTED, Personal.TEXT]


class OpenPairs(Facts):
    """What is asked at once."""

    pairs: Annotated[tuple[OpenPair, ...], INTERNAL]


class Judged(BaseModel):
    """What is said of one pair; kind and severity count only where it contradicts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: Annotated[int, Field(ge=1, le=AT_ONCE)]
    contradicts: bool
    kind: ConflictKind
    severity: Literal["low", "medium"]


class Judgement(BaseModel):
    """What is said of the pairs, each at most once; of what is left out nothing is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pairs: Annotated[list[Judged], Field(max_length=AT_ONCE)]
    provenance: Provenance

    @model_validator(mode="after")
    def _each_once(self) -> "Judgement":
        if len({each.number for each in self.pairs}) < len(self.pairs):
            raise PydanticCustomError("twice", "a pair is judged once")
        return self


def _left_open(_given: OpenPairs) -> dict[str, Any]:
    return {"pairs": []}


JUDGE_PAIRS: ModelStep[OpenPairs, Judgement] = ModelStep(
    name="contradiction_scan.compare_claims",
    prompt="contradiction",
    facts=OpenPairs,
    output=Judgement,
    rules=_left_open,
    rules_version=RULES_VERSION,
    most_tokens=1200,
)


@dataclass(frozen=True)
class Judgements:
    """What was asked of how many pairs, by whom, and what was found to contradict.

    `told_by` says of each conflict in which of the `asked` it was said.
    """

    conflicts: list[Conflict]
    told_by: list[int]
    pairs: int
    asked: list[Provenance]

    def told(self) -> dict[str, Any]:
        """What the step keeps of it, without a word of any document."""
        by_model = any(each.method == "model" for each in self.asked)
        return {
            "method": "model" if by_model else "rules",
            "not_configured": self.asked[0].not_configured,
            "open_pairs": self.pairs,
            "asked": [each.model_dump(mode="json") for each in self.asked],
        }


def open_pairs(claims: Iterable[Claim], found: Sequence[Conflict]) -> list[tuple[Claim, Claim]]:
    """Pairs of one topic that say different things and that the rules did not decide; 40 at most.

    The same claims give the same pairs in the same order. What is in force says exactly of what it
    holds: rules alone compare it.
    """
    decided = {_places(one.a, one.b) for one in found}
    topics: dict[str, list[Claim]] = {}
    for claim in claims:
        topic = claim.subject.partition(":")[0]
        if topic in TOPICS and not claim.source.startswith(LIVE):
            topics.setdefault(topic, []).append(claim)
    pairs: dict[frozenset[tuple[str, int]], tuple[Claim, Claim]] = {}
    for group in topics.values():
        for a, b in combinations(group, 2):
            place = _places(a, b)
            if len(place) > 1 and a.value != b.value and place not in decided:
                pairs.setdefault(place, (a, b))
            if len(pairs) == MOST_PAIRS:
                return list(pairs.values())
    return list(pairs.values())


def judge(
    models: StepExecutor, pairs: Sequence[tuple[Claim, Claim]], context: StepContext
) -> Judgements:
    """Ask about the pairs, a few at a time; where one call falls back, nothing more is asked."""
    if not pairs:
        alone = models.by_rules(JUDGE_PAIRS, OpenPairs(pairs=()), context)
        return Judgements([], [], 0, [alone.provenance])
    conflicts: list[Conflict] = []
    told_by: list[int] = []
    asked: list[Provenance] = []
    for first in range(0, len(pairs), AT_ONCE):
        some = pairs[first : first + AT_ONCE]
        own = StepContext(
            context.tenant_id, f"{context.key}:{first}", context.sources, context.rehearsal
        )
        result = models.execute(JUDGE_PAIRS, _facts(some), own)
        asked.append(result.provenance)
        said = list(_conflicts(some, result.output))
        conflicts += said
        told_by += [len(asked) - 1] * len(said)
        if result.provenance.method == "rules":
            break
    return Judgements(conflicts, told_by, len(pairs), asked)


def kept(name: str, one: Conflict, told_by: int) -> Kept:
    """What is kept of a judged pair, to be found again by its name, and which call said so."""
    return {"id": name, "kind": one.kind, "severity": one.severity, "told_by": told_by}


def conflict_of(pair: tuple[Claim, Claim], known: Kept) -> Conflict:
    """A judged pair as a conflict, by what was kept of it."""
    return Conflict(*pair, known["kind"], known["severity"], RULE)


def unjudged(pair: tuple[Claim, Claim]) -> Conflict:
    """A pair as a conflict of no weight: to name it before it is known how it was judged."""
    return Conflict(*pair, "factual", "low", RULE)


def _places(a: Claim, b: Claim) -> frozenset[tuple[str, int]]:
    return frozenset({(a.source, a.line), (b.source, b.line)})


def _facts(pairs: Iterable[tuple[Claim, Claim]]) -> OpenPairs:
    return OpenPairs(
        pairs=tuple(
            OpenPair(number=n, topic=a.subject.partition(":")[0], one=a.quote, other=b.quote)
            for n, (a, b) in enumerate(pairs, 1)
        )
    )


def _conflicts(pairs: Sequence[tuple[Claim, Claim]], said: Judgement) -> Iterator[Conflict]:
    for each in said.pairs:
        if each.contradicts and each.number <= len(pairs):
            yield Conflict(*pairs[each.number - 1], each.kind, each.severity, RULE)

"""The words of a proposal: a versioned template, and two sections that a model may write.

While it writes, a model may have passages and products read, by the tools of `reading`.

Prices, terms and names are never a model's: what it writes holds no figure, no address and nothing
that turns a line around, in the language that was asked for.
"""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from dealix.business.partners.schemas import Strict, Wording
from dealix.business.proposals.schemas import ProposalSection
from dealix.connectors.data_class import DataClass
from dealix.lanes.provenance import Provenance
from dealix.lanes.step_executor import Facts, ModelStep, Personal

TEMPLATE = "proposal-template-1"
STEP = "proposal_generation.draft_proposal"
SHORTEST, LONGEST = 40, 900
FIGURES = re.compile(r"\d|%|٪|://|www\.|@", re.IGNORECASE)
HIDDEN = re.compile(r"[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
ARABIC, LATIN = re.compile(r"[\u0600-\u06ff]"), re.compile(r"[A-Za-z]")


def _prose(text: str) -> str:
    """Running text: figures and addresses stand elsewhere, where rules put them."""
    if FIGURES.search(text):
        raise PydanticCustomError("figures", "no digits, percentages or addresses")
    if HIDDEN.search(text):
        raise PydanticCustomError("forbidden_character", "no invisible characters")
    return text


def _arabic(text: str) -> str:
    if len(ARABIC.findall(text)) < 3 * len(LATIN.findall(text)):
        raise PydanticCustomError("language", "written in Arabic")
    return text


def _english(text: str) -> str:
    if len(LATIN.findall(text)) < 3 * len(ARABIC.findall(text)):
        raise PydanticCustomError("language", "written in English")
    return text


Prose = Annotated[Wording, Field(min_length=SHORTEST, max_length=LONGEST), AfterValidator(_prose)]
InArabic = Annotated[Prose, AfterValidator(_arabic)]
InEnglish = Annotated[Prose, AfterValidator(_english)]


class Offered(Facts):
    """What a drafter is told of one product; no price."""

    name: Annotated[str, DataClass.INTERNAL]
    name_ar: Annotated[str, DataClass.INTERNAL]
    quantity: Annotated[int, DataClass.INTERNAL]


class DraftFacts(Facts):
    """What a drafter is told. The title was written by people and may name somebody."""

    seller: Annotated[str, DataClass.PUBLIC]
    seller_ar: Annotated[str, DataClass.PUBLIC]
    customer: Annotated[str, DataClass.CONFIDENTIAL]
    customer_ar: Annotated[str, DataClass.CONFIDENTIAL]
    title: Annotated[str, DataClass.RESTRICTED, Personal.TEXT]
    currency: Annotated[str, DataClass.INTERNAL]
    products: Annotated[list[Offered], DataClass.INTERNAL]


class ProposalProse(Strict):
    """The two sections that a model may write, each in both languages."""

    summary_ar: InArabic
    summary_en: InEnglish
    approach_ar: InArabic
    approach_en: InEnglish
    provenance: Provenance


def by_rules(_facts: DraftFacts) -> dict[str, Any]:
    """The template's own words for both sections."""
    return {
        "summary_ar": (
            "نشكركم على ثقتكم، ويسرنا أن نقدم لكم هذا العرض. يجمع العرض ما اتفقنا على دراسته معاً، "
            "ويبيّن ما نقدمه وسعر كل بند وشروطه بوضوح."
        ),
        "summary_en": (
            "Thank you for your interest. This proposal brings together what we have looked at "
            "with you, and states clearly what we offer, what each item costs and on which terms."
        ),
        "approach_ar": (
            "نبدأ بعد قبولكم بتسمية فريق من الطرفين، ثم نتفق على خطة التنفيذ ومراحلها، ونسلّم كل "
            "مرحلة لتعتمدوها قبل الانتقال إلى ما بعدها."
        ),
        "approach_en": (
            "Once you accept, both sides name their team, we agree on a plan with its stages, and "
            "we hand over each stage for your acceptance before the next one begins."
        ),
    }


DRAFT: ModelStep[DraftFacts, ProposalProse] = ModelStep(
    name=STEP,
    prompt="proposal_draft",
    facts=DraftFacts,
    output=ProposalProse,
    rules=by_rules,
    rules_version=TEMPLATE,
    seconds=120.0,
    most_tokens=2000,
)


def sections(prose: ProposalProse) -> list[ProposalSection]:
    """The sections of a proposal in their order: a model's two, then the template's terms."""
    return [
        ProposalSection(
            key="summary",
            heading_ar="الملخص",
            heading_en="Summary",
            ar=prose.summary_ar,
            en=prose.summary_en,
        ),
        ProposalSection(
            key="approach",
            heading_ar="كيف ننفّذ",
            heading_en="How we deliver",
            ar=prose.approach_ar,
            en=prose.approach_en,
        ),
        ProposalSection(
            key="terms",
            heading_ar="الشروط",
            heading_en="Terms",
            ar=(
                "يسري هذا العرض حتى التاريخ المبيّن في أعلاه. الأسعار بالعملة المذكورة، وتضاف إليها "
                "ضريبة القيمة المضافة كما هو مبيّن. لا يلزم العرض أياً من الطرفين قبل توقيع عقد."
            ),
            en=(
                "This proposal is valid until the date shown at its head. Prices are in the "
                "currency shown; value added tax is added as stated. It binds neither side before "
                "a contract is signed."
            ),
        ),
    ]

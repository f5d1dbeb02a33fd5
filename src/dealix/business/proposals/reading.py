"""What a model may have read while it drafts a proposal: what we know, and what else we sell.

The words go to a customer, so it reads only documents that are meant for everybody in the company,
and of the price book neither a price nor what anything costs us.
"""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from dealix.business.knowledge.service import KnowledgeService
from dealix.business.partners.schemas import Strict
from dealix.business.proposals import books
from dealix.connectors.data_class import DataClass
from dealix.lanes.step_executor import Facts, Personal, Read, ReadTool
from dealix.store.session import Database

LONGEST_PASSAGE = 1_500
LONGEST_TITLE = 200


class Query(Strict):
    """What is looked for in the company's documents."""

    query: Annotated[str, Field(min_length=1, max_length=400)]
    limit: Annotated[int, Field(ge=1, le=5)]


class Listing(Strict):
    """How many products are listed at most."""

    limit: Annotated[int, Field(ge=1, le=30)]


class FoundText(Facts):
    """A passage; people wrote it, and it may name somebody."""

    document: Annotated[str, DataClass.INTERNAL]
    title: Annotated[str, DataClass.RESTRICTED, Personal.TEXT]
    page: Annotated[int | None, DataClass.INTERNAL]
    text: Annotated[str, DataClass.RESTRICTED, Personal.TEXT]


class FoundTexts(Facts):
    """Passages, the best first."""

    passages: Annotated[list[FoundText], DataClass.INTERNAL]


class Sold(Facts):
    """A product of the price book, with the quantities from which it gets cheaper."""

    sku: Annotated[str, DataClass.INTERNAL]
    name: Annotated[str, DataClass.INTERNAL]
    name_ar: Annotated[str, DataClass.INTERNAL]
    cheaper_from: Annotated[list[int], DataClass.INTERNAL]


class SoldProducts(Facts):
    """What is sold in one currency, by the book in force."""

    currency: Annotated[str, DataClass.INTERNAL]
    products: Annotated[list[Sold], DataClass.INTERNAL]


def tools(knowledge: KnowledgeService, tenant_id: str, currency: str) -> tuple[ReadTool[Any], ...]:
    """The reads of one draft, inside its company and in the currency of its deal."""
    return (
        ReadTool(
            "search_knowledge",
            "Passages of the seller's documents that answer a question, the best first.",
            Query,
            "knowledge.search",
            _searching(knowledge, tenant_id),
        ),
        ReadTool(
            "read_price_book",
            "What else the seller sells in this currency, with the quantities from which a product "
            "gets cheaper; no prices.",
            Listing,
            "record.read",
            _listing(knowledge.database, tenant_id, currency),
        ),
    )


def _searching(knowledge: KnowledgeService, tenant_id: str) -> Callable[[Query], Read]:
    def search(asked: Query) -> Read:
        found = knowledge.for_everybody(tenant_id, asked.query, asked.limit).passages
        passages = [
            FoundText(
                document=each.source.id,
                title=each.source.title[:LONGEST_TITLE],
                page=each.page,
                text=each.text[:LONGEST_PASSAGE],
            )
            for each in found
        ]
        return Read(FoundTexts(passages=passages), tuple(each.document for each in passages))

    return search


def _listing(database: Database, tenant_id: str, currency: str) -> Callable[[Listing], Read]:
    def listed(asked: Listing) -> Read:
        with database.tenant(tenant_id) as session:
            book, version = books.in_force(session, currency)
        products = [
            Sold(
                sku=each.sku,
                name=each.name,
                name_ar=each.name_ar,
                cheaper_from=sorted(tier.from_quantity for tier in each.tiers),
            )
            for each in book.products[: asked.limit]
        ]
        source = f"price_book:{currency}:{version}"
        return Read(SoldProducts(currency=currency, products=products), (source,))

    return listed

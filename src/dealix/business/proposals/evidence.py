"""What a proposal puts into the evidence pack of its deal: prices, approvals, what was offered."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dealix.business.deals.service import DealService
from dealix.business.evidence.run_sources import DecisionSource
from dealix.business.evidence.schemas import RecordItem
from dealix.business.proposals import repository
from dealix.records.canonical import stamp
from dealix.store.objects import Objects


@dataclass(frozen=True)
class ProposalSource:
    """Everything on the deal of a proposal's run; nothing for a run of another workflow."""

    deals: DealService
    objects: Objects

    def items(self, session: Session, run_id: str) -> Iterable[RecordItem]:
        """The deal, every price with its approval, every version, and the files of the last one."""
        deal_id = repository.deals_of_runs(session, [run_id]).get(run_id)
        if deal_id is None:
            return
        source = f"/api/v1/deals/{deal_id}"
        deal = self.deals.of(session, deal_id)
        kept = ("id", "key", "amount", "currency", "status", "owner", "opened_at", "closed_at")
        yield RecordItem(
            name="deal",
            kind="deal",
            source=source,
            body={**{name: deal[name] for name in kept}, "company": deal["company"]["id"]},
        )
        history = self.deals.leads.history(session, deal["lead"]) if deal["lead"] else []
        yield RecordItem(name="lead_history", kind="lead_history", source=source, body=history)
        prices = repository.prices_of_deal(session, deal_id)
        source = f"/api/v1/proposals/{run_id}"
        yield RecordItem(
            name="prices",
            kind="prices",
            source=source,
            body=[{"sha256": row.sha256, "at": stamp(row.at), **row.body} for row in prices],
        )
        packs = repository.packs_of_deal(session, deal_id)
        yield RecordItem(
            name="proposals",
            kind="proposals",
            source=source,
            body=[{"sha256": row.sha256, "run": row.run_id, **row.body} for row in packs],
        )
        for version in repository.versions_of_deal(session, deal_id):
            if version.price_run is not None:
                yield from _approvals(session, version.price_run, version.version or 0)
        if packs:
            yield from self._files(packs[-1].body)

    def _files(self, body: dict[str, Any]) -> Iterable[RecordItem]:
        """The newest version as it was offered, in both languages."""
        for document in body["documents"]:
            language, sha256 = document["language"], document["sha256"]
            yield RecordItem(
                name=f"proposal_{body['version']}_{language}",
                kind="proposal",
                source=f"/api/v1/deals/{body['deal_id']}",
                body=self.objects.get(sha256),
                suffix="pdf",
            )


def _approvals(session: Session, price_run: str, version: int) -> Iterable[RecordItem]:
    """The requests of a price with their decisions, named by the version that they are about."""
    for item in DecisionSource().items(session, price_run):
        yield item.model_copy(update={"name": f"version_{version}_{item.name}"})

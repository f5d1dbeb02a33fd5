"""Proposals for the doors: what a start checks and keeps, lists, versions, files, and notices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.deals.schemas import CLOSED, NewDeal
from dealix.business.deals.service import DealService
from dealix.business.leads.schemas import LeadCompany
from dealix.business.proposals import books, pricing, repository
from dealix.business.proposals.approving import InternalStart, PriceApprovals
from dealix.business.proposals.asking import DealInBrief, ProposalInput, ProposalLine
from dealix.business.proposals.models import PriceRecord, ProposalRun
from dealix.business.proposals.schemas import PricingDecisionRecord, ProposalPack
from dealix.errors import Conflict, NotEntitled, NotFound
from dealix.lanes.kinds import Beginning, Prepared, Subject
from dealix.lanes.models import Run
from dealix.printing.paper import Locale
from dealix.records import audit
from dealix.records.canonical import digest, stamp
from dealix.store.objects import Objects
from dealix.store.session import Database
from dealix.trust.access.directory import company_country

MOST = 200
OWN_CURRENCY = {"SA": "SAR", "AE": "AED", "BH": "BHD", "KW": "KWD", "QA": "QAR", "OM": "OMR"}
"""In what a company sells that names no currency, by its country."""
UNNAMED = "deal_new"


@dataclass(frozen=True)
class Proposals:
    """Proposals of a company. `permit(actor, right)` raises."""

    database: Database
    deals: DealService
    approvals: PriceApprovals
    objects: Objects
    permit: Callable[[Actor, str], None]

    # -- starting ----------------------------------------------------------------------------

    def prepare(
        self, session: Session, actor: Actor, given: ProposalInput, start: Beginning
    ) -> Prepared:
        """Price it once beforehand, so that what cannot be offered is refused at the door.

        Raises:
            NotFound: there is no such deal here.
            Conflict: `deal_closed`.
            InvalidInput: what pricing raises; `no_price_book`; `no_deputy`: nobody could agree.
        """
        deal_id = self._known(session, given)
        if deal_id is None:
            deal_id = self._entered(session, actor, given, start)
        deal = self.deals.of(session, deal_id)
        if deal["status"] in CLOSED:
            raise Conflict("deal_closed")
        record = self.priced(session, deal, given.lines, f"prc_{start.run_id}")
        self.approvals.assert_staffed(session, record, actor.user_id)

        def keep(within: Session, run: Run) -> None:
            within.add(
                ProposalRun(
                    tenant_id=run.tenant_id,
                    run_id=run.id,
                    deal_id=deal_id,
                    owner_id=deal["owner"],
                    goes_on_from=None,
                    state="in_progress",
                    created_at=clock.real_now(),
                )
            )
            within.flush()

        lines = [line.model_dump(mode="json") for line in given.lines]
        return Prepared({"deal_id": deal_id, "lines": lines}, after=keep)

    def priced(
        self,
        session: Session,
        deal: dict[str, Any],
        lines: Sequence[ProposalLine],
        record_id: str,
    ) -> PricingDecisionRecord:
        """The price of a deal by the book and the limits in force; nothing of it is kept."""
        book, version = books.in_force(session, deal["currency"])
        limits = self.approvals.limits(session, book.currency)
        terms = pricing.Terms(
            record_id=record_id,
            deal_id=deal["id"],
            version=version,
            seller=company_country(session),
            buyer=deal["company"]["country"],
            limit=limits.percent,
            value_limit=limits.value,
            at=clock.now(),
        )
        return pricing.price(book, lines, terms)

    def _known(self, session: Session, given: ProposalInput) -> str | None:
        """The deal that is meant, by its ID or by our reference; None for one to be entered."""
        if given.deal is not None:
            key = given.deal.key
            return self.deals.id_of(session, key) if key else None
        wanted = str(given.deal_id)
        try:
            return str(self.deals.of(session, wanted)["id"])
        except NotFound:
            found = self.deals.id_of(session, wanted)
            if found is None:
                raise
            return found

    def _entered(
        self, session: Session, actor: Actor, given: ProposalInput, start: Beginning
    ) -> str:
        """Enter the deal that came with its proposal, at the price of this proposal."""
        brief = given.deal or DealInBrief.model_validate({})
        self.permit(actor, "deal.write")
        here = company_country(session)
        country, currency = brief.country or here, brief.currency or OWN_CURRENCY[here]
        about = {"id": UNNAMED, "currency": currency, "company": {"country": country}}
        record = self.priced(session, about, given.lines, f"prc_{start.run_id}")
        company = LeadCompany.model_validate(
            {"name": brief.company_name, "name_ar": brief.company_name_ar, "country": country}
        )
        new = NewDeal.model_validate(
            {
                "key": brief.key,
                "company": company,
                "title": brief.title,
                "title_ar": brief.title_ar,
                "amount": f"{Decimal(record.net).quantize(Decimal('0.01'))}",
                "currency": currency,
            }
        )
        return self.deals.keep(session, actor, new).id

    def refuse_start(
        self, _session: Session, _actor: Actor, _given: InternalStart, _start: Beginning
    ) -> Prepared:
        """The approval of a price is begun by its proposal alone; no door leads there."""
        raise NotEntitled("not_entitled")

    # -- reading -----------------------------------------------------------------------------

    def newest(
        self,
        actor: Actor,
        state: str | None = None,
        deal_id: str | None = None,
        limit: int = 100,
        before: str | None = None,
    ) -> list[dict[str, Any]]:
        """Versions of proposals, the newest first; `before` a run goes on where a list ended."""
        self.permit(actor, "proposal.read")
        with self.database.tenant(actor.tenant_id) as session:
            rows = repository.newest(session, state, deal_id, limit, before)
            return self._listed(session, rows)

    def get(self, actor: Actor, run_id: str) -> dict[str, Any]:
        """One version by a run that wrote it: its price with every rule, and what was offered."""
        self.permit(actor, "proposal.read")
        with self.database.tenant(actor.tenant_id) as session:
            row = repository.origin(session, repository.run_of(session, run_id))
            [shown] = self._listed(session, [row])
            price = repository.price_row(session, row.record_id) if row.record_id else None
            pack = self._pack(session, row)
            others = repository.versions_of_deal(session, row.deal_id)
            return {
                **shown,
                "deal": self.deals.of(session, row.deal_id),
                "price": {"sha256": price.sha256, **price.body} if price else None,
                "pack": pack.model_dump(mode="json") if pack else None,
                "pack_sha256": digest(pack.model_dump(mode="json")) if pack else None,
                "versions": self._listed(session, others),
            }

    def pdf(self, actor: Actor, run_id: str, locale: Locale) -> tuple[bytes, str]:
        """The file of a version in one language, and its SHA-256.

        Raises:
            NotFound: there is no such version, or nothing was offered by it (yet).
            InvariantBroken: `object_broken`, the file is not what was offered.
        """
        self.permit(actor, "proposal.read")
        with self.database.tenant(actor.tenant_id) as session:
            row = repository.origin(session, repository.run_of(session, run_id))
            pack = self._pack(session, row)
        if pack is None:
            raise NotFound("not_found")
        sha256 = next(one.sha256 for one in pack.documents if one.language == locale)
        return self.objects.get(sha256), sha256

    def waiting(self, actor: Actor) -> list[dict[str, Any]]:
        """What the visitor was told of proposals and has not said to have seen."""
        self.permit(actor, "proposal.read")
        with self.database.tenant(actor.tenant_id) as session:
            return self._listed(session, repository.told(session, actor.user_id, MOST))

    def seen(self, actor: Actor, run_id: str) -> dict[str, Any]:
        """Who was told has seen it: it no longer waits on their page.

        Raises:
            NotFound: there is no such proposal, or somebody else was told.
        """
        self.permit(actor, "proposal.read")
        with self.database.tenant(actor.tenant_id) as session:
            found = repository.run_of(session, run_id)
            row = repository.origin(session, found, lock=True)
            if row.told_to != actor.user_id or row.told_at is None:
                raise NotFound("not_found")
            if row.seen_at is None:
                row.seen_at = clock.real_now()
                audit.append(session, actor.user_id, "proposal.seen", row.run_id, {})
            return self._listed(session, [row])[0]

    def subjects(self, session: Session, runs: Sequence[Run]) -> dict[str, Subject]:
        """Whom proposals and their prices are about: the deal's company."""
        deal_of = repository.deals_of_runs(session, [run.id for run in runs])
        deals = self.deals.several(session, deal_of.values())
        return {run: self._subject(session, deals[deal]) for run, deal in deal_of.items()}

    def _subject(self, session: Session, deal: dict[str, Any]) -> Subject:
        company, lead = deal["company"], deal["lead"]
        person = (self.deals.leads.person_of(session, lead),) if lead else ()
        return Subject(company["name"], company["name_ar"] or company["name"], person)

    def _pack(self, session: Session, row: ProposalRun) -> ProposalPack | None:
        if row.version is None:
            return None
        return repository.pack_of(session, proposal_of(row.deal_id), row.version)

    def _listed(self, session: Session, rows: Sequence[ProposalRun]) -> list[dict[str, Any]]:
        deals = self.deals.several(session, [row.deal_id for row in rows])
        prices = repository.several_prices(session, [row.record_id for row in rows])
        return [_shown(row, deals[row.deal_id], prices.get(row.record_id or "")) for row in rows]


def proposal_of(deal_id: str) -> str:
    """The ID of a deal's proposal, of which each run writes a version."""
    return f"prop_{deal_id.removeprefix('deal_')}"


def _shown(row: ProposalRun, deal: dict[str, Any], price: PriceRecord | None) -> dict[str, Any]:
    body = price.body if price else {}
    return {
        "id": row.run_id,
        "run": row.run_id,
        "proposal": proposal_of(row.deal_id),
        "version": row.version,
        "state": row.state,
        "deal_id": row.deal_id,
        "title": deal["title"],
        "title_ar": deal["title_ar"],
        "company": deal["company"],
        "owner": row.owner_id,
        "currency": deal["currency"],
        "net": body.get("net"),
        "gross": body.get("gross"),
        "discount_percent": body.get("discount_percent"),
        "valid_until": body.get("valid_until"),
        "price_run": row.price_run,
        "created_at": stamp(row.created_at),
        "told_at": stamp(row.told_at) if row.told_at else None,
        "seen_at": stamp(row.seen_at) if row.seen_at else None,
    }

"""What an assistant may read of a company by tools: three reads, masked, each one audited.

An assistant speaks as a person of the company, with no more rights than that person has here. What
it reads leaves for a model, so the register of processing has the last word: `masked` takes names
that are known, addresses and numbers out, `nothing` gives nothing of the company's own.
"""

from dataclasses import dataclass
from typing import Any

from dealix import catalog
from dealix.actors import Actor
from dealix.bootstrap import Services
from dealix.errors import NotEntitled
from dealix.records import audit
from dealix.trust.access.rights import permit
from dealix.trust.model_use.masking import Mask
from dealix.trust.privacy.processing import AI_ANALYSIS, entry_of

MOST_PASSAGES = 10
LONGEST = 2_000
"""Characters of a passage that a tool hands on."""

USED = "tool.used"
OF_LEAD = ("id", "status", "source", "budget", "timing", "score", "grade", "scored_at")


@dataclass(frozen=True)
class ToolDesk:
    """The tools, in their actor's name. Each raises what its service raises."""

    services: Services

    def search_knowledge(self, actor: Actor, query: str, limit: int) -> dict[str, Any]:
        """Passages of the company's documents, of those whose audience the actor belongs to.

        Raises:
            NotEntitled: `nothing_may_leave`, the register forbids it.
        """
        mask = self._leaving(actor, "knowledge.search")
        found = self.services.knowledge.search(actor, query, min(limit, MOST_PASSAGES))
        self._note(actor, "search_knowledge", actor.tenant_id, len(found.passages))
        return {
            "passages": [
                {
                    "document": each.source.id,
                    "title": _masked(mask, each.source.title),
                    "page": each.page,
                    "text": _masked(mask, each.text[:LONGEST]),
                    "score": each.score,
                }
                for each in found.passages
            ]
        }

    def lead_card(self, actor: Actor, lead_id: str) -> dict[str, Any]:
        """A lead's score card with its company; never its person.

        Raises:
            NotEntitled: `nothing_may_leave`, the register forbids it.
            NotFound: there is no such lead.
        """
        mask = self._leaving(actor, "lead.read")
        lead = self.services.leads.get(actor, lead_id)
        self._note(actor, "lead_card", lead_id, 1)
        company = lead["company"]
        return {
            **{name: lead[name] for name in OF_LEAD},
            "company": {
                "name": _masked(mask, company["name"]),
                "name_ar": _masked(mask, company["name_ar"]) if company["name_ar"] else None,
                "country": company["country"],
                "industry": company["industry"],
                "employees": company["employees"],
            },
            "card": lead["card"],
        }

    def catalogue(self, actor: Actor, key: str | None) -> dict[str, Any]:
        """The workflows with their steps, or one of them; nothing in it is the company's own.

        Raises:
            NotFound: there is no such workflow.
        """
        permit(actor, "inventory.read")
        rows = [catalog.row(key)] if key else catalog.rows()
        self._note(actor, "catalogue", key or actor.tenant_id, len(rows))
        shown: list[dict[str, Any]] = [row.as_public(self.services.settings) for row in rows]
        names = ("key", "name", "name_ar", "lane", "budget", "built")
        return {
            "workflows": [
                {
                    **{name: each[name] for name in names},
                    "steps": [step["key"] for step in each["steps"]],
                }
                for each in shown
            ]
        }

    def _leaving(self, actor: Actor, right: str) -> Mask | None:
        """How what is read may leave: behind this mask, or as it is."""
        permit(actor, right)
        with self.services.database.tenant(actor.tenant_id) as session:
            leaves = entry_of(session, AI_ANALYSIS).leaves
        if leaves == "nothing":
            raise NotEntitled("nothing_may_leave")
        return Mask() if leaves == "masked" else None

    def _note(self, actor: Actor, tool: str, subject: str, results: int) -> None:
        """That it was read; what was asked is not repeated, it may name somebody."""
        with self.services.database.tenant(actor.tenant_id) as session:
            audit.append(session, actor.user_id, USED, subject, {"tool": tool, "results": results})


def _masked(mask: Mask | None, text: str) -> str:
    return mask.text(text) if mask is not None else text

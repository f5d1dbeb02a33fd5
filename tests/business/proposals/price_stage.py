"""A company with its workers on the real engines, on whose deals prices are asked for."""

import asyncio
import threading

from pydantic import SecretStr
from sqlalchemy import text

from dealix.bootstrap import services, thread_pool
from dealix.lanes import run_book
from dealix.lanes.sweeps import Sweeps
from dealix.processes.seed import Seed
from dealix.proof.rig import until
from dealix.settings import Settings

TENANT = "rawabi-sa"


class PriceStage:
    """Proposes on deals, decides on their prices, and runs what follows."""

    def __init__(self, engines, urls, home):
        self.made = services(
            Settings(
                home=home,
                database_url=SecretStr(urls.app),
                temporal_address=engines.temporal_address,
                temporal_namespace=engines.namespace,
                temporal_task_queue="prices",
                secrets_file=engines.secrets_file,
            )
        )
        self.database = self.made.database
        signs = Seed(self.database, self.made.vault, home / "sign_ins.json").plant()
        self.people = {
            one["email"].partition("@")[0]: self.made.access.actor_of(one["token"])
            for one in signs
            if one["tenant"] == TENANT
        }
        self.noura = self.people["noura"]
        self.sweeps = Sweeps(self.database, self.made.bridge, self.made.courier)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._work()), daemon=True)
        self.thread.start()

    async def _work(self):
        with thread_pool() as threads:
            [worker, *_] = await self.made.workers(threads)
            async with worker:
                while not self.stop.is_set():
                    await asyncio.to_thread(self._sweep)
                    await asyncio.sleep(0.1)

    def _sweep(self):
        """What the scheduler and the medium lane's worker do."""
        self.sweeps.start_stored_runs()
        self.sweeps.deliver_stored_signals()
        self.made.pipeline_worker.work_due()

    def close(self):
        self.stop.set()
        self.thread.join(20)
        self.made.close()

    # -- what tests do -----------------------------------------------------------------------

    def propose(self, key, discount, quantity=10):
        """Offer seats on the deal of this key at a discount; the run once it has ended."""
        given = {
            "deal": {"key": key, "title": "Platform", "company_name": f"Company {key}"},
            "lines": [{"sku": "PLATFORM-SEAT", "quantity": quantity, "discount_percent": discount}],
        }
        run = self.made.runs.start(self.noura, "proposal_generation", given)[0]["id"]
        return self.ended(run)

    def ended(self, run):
        assert until(lambda: self.run(run).ended_at is not None, 40), self.run(run).status
        return self.made.runs.get(self.noura, run)

    def run(self, run):
        with self.database.tenant(TENANT) as session:
            return run_book.get(session, run)

    def proposal(self, run):
        return self.made.proposals.get(self.noura, run)

    def price_run(self, run):
        return self.proposal(run)["price_run"]

    def request(self, price_run, gate="discount_approval", round_=1):
        """The request at a gate, once it is open."""
        wanted = f"apr_{price_run.removeprefix('run_')}_{gate}_{round_}"

        def there():
            query = text("SELECT count(*) FROM approvals WHERE id = :id AND status = 'open'")
            with self.database.tenant(TENANT) as session:
                return session.execute(query, {"id": wanted}).scalar_one()

        assert until(there, 30), self.run(price_run).status
        return self.made.approvals.get(self.noura, wanted)

    def decide(self, request, word="approve", who=None, changes=None):
        seat = request["who_may_decide"][0]["people"]
        handle = who or next(name for name, one in self.people.items() if one.user_id in seat)
        comment = None if word == "approve" else "because"
        return self.made.approvals.decide(
            self.people[handle], request["id"], word, comment, request["packet_hash"], changes
        )

    def count(self, table, **where):
        named = " AND ".join(f"{name} = :{name}" for name in where)
        with self.database.tenant(TENANT) as session:
            query = text(f"SELECT count(*) FROM {table} WHERE {named}")
            return session.execute(query, where).scalar_one()

    def waiting(self):
        return {one["run"]: one["state"] for one in self.made.proposals.waiting(self.noura)}

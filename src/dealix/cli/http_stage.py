"""A rehearsal's stage over HTTP: the running stack's API, and the sandbox's control plane."""

import re
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
from pydantic import TypeAdapter

from dealix.cli.client import TIMEOUT, refusal_of
from dealix.errors import InvalidInput, NotConfigured, NotFound
from dealix.lanes.rehearsal import POLL
from dealix.lanes.rehearsal_judge import SLA
from dealix.trust.approvals.sla import LEVELS

Json = dict[str, Any]
DURATION = TypeAdapter(timedelta)
PARTNER = "partner"
ENVELOPE, SIGNATURE = "envelope", "signature"
WORD_SECONDS = 15.0
"""Real time within which the word of a signature comes, unless the story loses it."""
REGISTRY = "registry"
WORDS = re.compile(r"<w:t(?:\s[^>]*)?>([^<]*)</w:t>|(</w:p>)")
SHORTEST = timedelta(milliseconds=10)
PAGE = re.compile(r"/p/[0-9A-Za-z_-]{40,}")


class HttpStage:
    """See `lanes.rehearsal.Stage`; `record` is the content of `stack.json`."""

    def __init__(self, record: Mapping[str, Any], company: str, requester: str) -> None:
        if not record.get("url") or not record.get("sandbox_url"):
            raise NotConfigured("setting_missing", setting="DEALIX_SANDBOX_URL")
        self.people = [one for one in record["sign_ins"] if one["tenant"] == company]
        self.requester = requester
        self.api = _connection(f"{record['url']}/api/v1")
        self.sandbox = _connection(f"{record['sandbox_url']}/_sandbox")
        self.pages = _connection(str(record["url"]))

    def close(self) -> None:
        """Close the connections."""
        self.api.close()
        self.sandbox.close()
        self.pages.close()

    # -- the stage ---------------------------------------------------------------------------

    def example(self, workflow: str, number: int) -> Json:
        """See `Stage.example`."""
        row: Json = self._ask("GET", f"/inventory/{workflow}", example=number)
        if row["example"] is None:
            raise InvalidInput("not_built", workflow=workflow)
        given: Json = row["example"]
        return given

    def start(self, who: str, workflow: str, given: Mapping[str, Any], at: datetime | None) -> Json:
        """See `Stage.start`."""
        body: Json = {"workflow": workflow, "input": dict(given), "rehearsal": True}
        body |= {"starts_at": at.isoformat()} if at is not None else {}
        return self._send(who, "/runs", body)

    def month(self, name: str) -> Json:
        """See `Stage.month`."""
        found: Json = self._ask("GET", "/calendar", month=name, rehearsal="true")
        return found

    def get(self, run_id: str) -> Json:
        """See `Stage.get`."""
        run: Json = self._ask("GET", f"/runs/{run_id}")
        return run

    def approvals(self, run_id: str) -> list[Json]:
        """See `Stage.approvals`."""
        found: list[Json] = self._ask("GET", "/approvals", scope="open", run=run_id)
        return found

    def owed(self, run_id: str) -> list[Json]:
        """See `Stage.owed`."""
        found: list[Json] = self._ask("GET", "/approvals", scope="owed", run=run_id)
        return found

    def decide(self, who: str, approval: Json, decision: Mapping[str, Any]) -> None:
        """See `Stage.decide`."""
        body = {**decision, "packet_hash": approval["packet_hash"]}
        self._send(who, f"/approvals/{approval['id']}/decisions", body)

    def resubmit(self, who: str, approval: Json, answer: Mapping[str, Any]) -> None:
        """See `Stage.resubmit`."""
        self._send(who, f"/approvals/{approval['id']}/resubmissions", dict(answer))

    def tell(self, who: str, run_id: str, event: str, data: Mapping[str, Any]) -> None:
        """See `Stage.tell`; the partner answers on the page whose address they got by mail.

        What the `registry` tells is what it says of the partner from then on, in this run alone.
        """
        if who == PARTNER:
            answer = self.pages.post(self._page(run_id), data=dict(data))
            if not answer.is_redirect:
                raise refusal_of(answer)
            return
        if who == REGISTRY:
            _checked(self.sandbox.post("/wathq/companies", json={**data, "scope": run_id}))
            return
        self._send(who, f"/runs/{run_id}/events", {"event": event, "data": dict(data)})

    def _page(self, run_id: str) -> str:
        """The newest address of an answer page among the mails of a run."""
        bodies = [str(effect["body"].get("text", "")) for effect in self.effects(run_id)]
        found = [match for body in bodies for match in PAGE.findall(body)]
        if not found:
            raise NotFound("not_found")
        return str(found[-1])

    def sign(self, run: Json, word: str, comment: str | None) -> None:
        """See `Stage.sign`; the provider's webhook comes on its own, so it is waited for."""
        sent = [e for e in self.effects(run["id"]) if e["kind"] == ENVELOPE]
        if not sent:
            raise NotFound("not_found")
        body = {"at": run["now"]} | ({"reason": comment} if comment and word == "decline" else {})
        _checked(self.sandbox.post(f"/esign/{sent[-1]['reference']}/{word}", json=body))
        before, end = _heard(run), time.monotonic() + WORD_SECONDS
        while _heard(self.get(run["id"])) == before and time.monotonic() < end:
            time.sleep(POLL)

    def still(self, who: str, run_id: str, word: str) -> None:
        """See `Stage.still`."""
        self._send(who, f"/runs/{run_id}/{word}", {})

    def cancel(self, who: str, run_id: str, comment: str | None) -> None:
        """See `Stage.cancel`."""
        self._send(who, f"/runs/{run_id}/cancel", {"comment": comment})

    def extend(self, who: str, run_id: str, until: datetime) -> None:
        """See `Stage.extend`."""
        self._send(who, f"/runs/{run_id}/extend", {"until": until.isoformat()})

    def fast_forward(self, run_id: str, duration: timedelta) -> Json:
        """See `Stage.fast_forward`; a run that ended a moment before is answered as it is."""
        body = {"duration": DURATION.dump_python(duration, mode="json")}
        answer = self.api.post(
            f"/runs/{run_id}/fast-forward", json=body, headers=self._as(self.requester)
        )
        if answer.status_code == httpx.codes.CONFLICT and answer.json()["code"] == "run_ended":
            return self.get(run_id)
        run: Json = _checked(answer)
        return run

    def settle(self, run_id: str) -> None:
        """See `Stage.settle`: the shortest jump is answered when the run is idle."""
        self.fast_forward(run_id, SHORTEST)

    def fault(self, fault: Json) -> None:
        """See `Stage.fault`."""
        _checked(self.sandbox.post("/faults", json=fault))

    def escalations(self, run_id: str) -> list[Json]:
        """See `Stage.escalations`."""
        asked: list[Json] = self._ask("GET", "/approvals", scope="all", run=run_id)
        return [
            {
                "at": step["at"],
                "kind": SLA,
                "name": one["gate"],
                "status": LEVELS[step["level"]],
                "attempts": 1,
                "key": f"{one['id']}:{step['level']}",
                "due_at": step["due_at"],
                "reached": [self.person(each)["name"] for each in step["reached"]],
            }
            for one in asked
            for step in one["sla"]["steps"]
        ]

    def effects(self, run_id: str) -> list[Json]:
        """See `Stage.effects`."""
        found: list[Json] = _checked(self.sandbox.get("/effects", params={"scope": run_id}))
        return found

    def papers(self, run_id: str) -> list[str]:
        """See `Stage.papers`: the editable form of each, as it came to the partner."""
        mails: list[Json] = _checked(self.sandbox.get("/messages", params={"scope": run_id}))
        return [
            _text_of(self._file(mail, number))
            for mail in mails
            for number, file in enumerate(mail.get("attachments") or [], 1)
            if file["name"].endswith(".docx")
        ]

    def _file(self, mail: Json, number: int) -> bytes:
        answer = self.sandbox.get(f"/messages/{mail['id']}/attachments/{number}")
        if not answer.is_success:
            raise refusal_of(answer)
        return answer.content

    # -- what the demo asks besides ----------------------------------------------------------

    def evidence(self, pack_id: str, target: Path) -> Path:
        """Fetch a pack into `target`."""
        answer = self.api.get(f"/evidence/{pack_id}.zip", headers=self._as(self.requester))
        if not answer.is_success:
            raise refusal_of(answer)
        target.write_bytes(answer.content)
        return target

    def person(self, who: str) -> Json:
        """The first person of the company with this user ID, address, handle or role."""
        for one in self.people:
            handle = one["email"].partition("@")[0]
            if who in {one["user_id"], one["email"], handle, *one["roles"]}:
                found: Json = one
                return found
        raise InvalidInput("unknown_person", person=who)

    def _as(self, who: str) -> dict[str, str]:
        token = self.person(who)["token"]
        return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    def _ask(self, method: str, path: str, **query: str | int) -> Any:
        answer = self.api.request(method, path, params=query, headers=self._as(self.requester))
        return _checked(answer)

    def _send(self, who: str, path: str, body: Json) -> Json:
        sent: Json = _checked(self.api.post(path, json=body, headers=self._as(who)))
        return sent


def _heard(run: Json) -> int:
    """How many signatures a run has heard of."""
    return sum(e["kind"] == "message" and e["name"] == SIGNATURE for e in run["timeline"])


def _text_of(document: bytes) -> str:
    """The words of a DOCX, read by nothing that writes them; a line for each paragraph."""
    with ZipFile(BytesIO(document)) as parts:
        body = parts.read("word/document.xml").decode()
    text = "".join(word or "\n" for word, _end in WORDS.findall(body))
    return unescape(text).replace("\N{NO-BREAK SPACE}", " ")


def _connection(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=TIMEOUT, trust_env=False)


def _checked(answer: httpx.Response) -> Any:
    if not answer.is_success:
        raise refusal_of(answer)
    return answer.json()

"""The API as the harness uses it: by the example company's people, patient while processes die."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

PATIENCE = 60.0
PAUSE = 0.2


class Refused(Exception):
    """The API refused a call for good; `code` is the problem document's."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Person:
    """One of the example company's people with the token that signs them in."""

    user_id: str
    email: str
    roles: frozenset[str]
    tenant: str
    token: str


class Door:
    """Calls the API and the sandbox; a connection that breaks or a 5xx is tried again."""

    def __init__(self, stack: Mapping[str, Any], tenant: str) -> None:
        """`stack` is the content of `stack.json`."""
        self.url, self.sandbox = stack["url"], stack["sandbox_url"]
        self.people = [_person(entry) for entry in stack["sign_ins"] if entry["tenant"] == tenant]
        self._http = httpx.Client(timeout=30, limits=httpx.Limits(max_keepalive_connections=0))

    def holder(self, *roles: str) -> Person:
        """The first person who holds one of these roles."""
        return next(one for one in self.people if not one.roles.isdisjoint(roles))

    def by_id(self, user_id: str) -> Person | None:
        """The person of an ID, if the example company has one."""
        return next((one for one in self.people if one.user_id == user_id), None)

    def get(self, person: Person, path: str, **query: str) -> Any:
        """GET under `/api/v1`."""
        return self._patiently("GET", f"{self.url}/api/v1{path}", person, params=query)

    def content(self, person: Person, path: str) -> bytes:
        """A file under `/api/v1`."""
        return self._answer("GET", f"{self.url}/api/v1{path}", person).content

    def post(self, person: Person, path: str, body: Mapping[str, Any]) -> Any:
        """POST under `/api/v1`; raises `Refused` for a 4xx."""
        return self._patiently("POST", f"{self.url}/api/v1{path}", person, json=dict(body))

    def once(self, person: Person, path: str, body: Mapping[str, Any]) -> int:
        """POST once, whatever happens. Answers the status."""
        headers = {"Authorization": f"Bearer {person.token}"}
        return self._http.post(
            f"{self.url}/api/v1{path}", json=dict(body), headers=headers
        ).status_code

    def effects(self) -> list[dict[str, Any]]:
        """Everything that the providers hold; an envelope with the `state` that it is in."""
        found: list[dict[str, Any]] = self._patiently("GET", f"{self.sandbox}/_sandbox/effects")
        envelopes = self._patiently("GET", f"{self.sandbox}/_sandbox/esign")
        states = {each["envelopeId"]: each["status"] for each in envelopes}
        for row in found:
            if row["provider"] == "docusign" and row["reference"] in states:
                row["state"] = states[row["reference"]]
        return found

    def signatory(self, envelope: str, word: str) -> bool:
        """Let the other party `sign` or `decline`; False where it has acted already."""
        try:
            self._patiently("POST", f"{self.sandbox}/_sandbox/esign/{envelope}/{word}", json={})
        except Refused:
            return False
        return True

    def fault(self, provider: str, fault: str, **more: Any) -> None:
        """Set a fault at a provider."""
        body = {"provider": provider, "fault": fault, **more}
        self._patiently("POST", f"{self.sandbox}/_sandbox/faults", json=body)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _patiently(self, method: str, url: str, person: Person | None = None, **more: Any) -> Any:
        return self._answer(method, url, person, **more).json()

    def _answer(
        self, method: str, url: str, person: Person | None = None, **more: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {person.token}"} if person else {}
        end = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self._http.request(method, url, headers=headers, **more)
            except httpx.TransportError:
                if time.monotonic() > end:
                    raise
            else:
                if answer.status_code < 400:
                    return answer
                if answer.status_code < 500 and answer.status_code != 429:
                    raise Refused(answer.status_code, _code(answer))
                if time.monotonic() > end:
                    answer.raise_for_status()
            time.sleep(PAUSE)


def pick(people: Sequence[Person], wanted: Sequence[str]) -> list[Person]:
    """The people with these IDs, in the order of the IDs."""
    known = {one.user_id: one for one in people}
    return [known[each] for each in wanted if each in known]


def _person(entry: Mapping[str, Any]) -> Person:
    return Person(
        entry["user_id"], entry["email"], frozenset(entry["roles"]), entry["tenant"], entry["token"]
    )


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("code", "unknown"))
    except ValueError:
        return "unknown"

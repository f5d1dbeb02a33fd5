"""The command line's way to the API of the running stack: who speaks, where it is, what it said."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from dealix.engines.home import Home, read_json
from dealix.settings import Settings

Json = dict[str, Any]
TIMEOUT = httpx.Timeout(10.0, read=180.0)
PATIENCE = 10.0
"""Seconds for which a door that does not answer is asked again: it may just be starting again."""


class Unable(Exception):
    """A command cannot be done; the sentence says why, and `details` go below it."""

    def __init__(self, sentence: str, details: tuple[str, ...] = ()) -> None:
        self.sentence = sentence
        self.details = details
        super().__init__(sentence)


@dataclass
class Client:
    """Speaks to the API as one person; connects at the first question."""

    home: Path
    email: str | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def get(self, path: str, **parameters: str | int | None) -> Any:
        """The JSON answer of a GET under `/api/v1`; of a list whatever its links lead on to.

        A `limit` asks for no more than one answer of so many.
        """
        given = {name: value for name, value in parameters.items() if value is not None}
        answer = self._ask("GET", path, params=given)
        found = answer.json()
        while "limit" not in given and "next" in answer.links:
            address = httpx.URL(answer.links["next"]["url"])
            answer = self._ask("GET", path, params=address.params)
            found += answer.json()
        return found

    def post(self, path: str, body: Any) -> Any:
        """The JSON answer of a POST under `/api/v1`."""
        return self._ask("POST", path, json=body).json()

    def upload(self, path: str, file: Path, fields: Mapping[str, Any], **parameters: str) -> Any:
        """The JSON answer of a POST under `/api/v1` of a file, with fields beside it."""
        files = {"file": (file.name, file.read_bytes())}
        return self._ask("POST", path, files=files, data=fields, params=parameters).json()

    def put(self, path: str, body: Any) -> Any:
        """The JSON answer of a PUT under `/api/v1`."""
        return self._ask("PUT", path, json=body).json()

    def patch(self, path: str, body: Any) -> Any:
        """The JSON answer of a PATCH under `/api/v1`."""
        return self._ask("PATCH", path, json=body).json()

    def delete(self, path: str) -> None:
        """Ask for a DELETE under `/api/v1`."""
        self._ask("DELETE", path)

    def download(self, path: str, target: Path, **parameters: str) -> None:
        """Write the bytes that a GET under `/api/v1` answers into `target`."""
        content = self._ask("GET", path, params=parameters).content
        try:
            target.write_bytes(content)
        except OSError as failure:
            raise Unable(f"{target} cannot be written: {failure.strerror}.") from None

    def record(self) -> Json:
        """`stack.json` of the running stack."""
        try:
            found = read_json(Home(self.home).stack_file)
        except (OSError, ValueError):
            found = {}
        if not found:
            raise Unable(f"No stack is up on {self.home}: start one with make up.")
        return found

    def url(self) -> str:
        """Where the API is: the public address of the settings, else that of `stack.json`."""
        given = self.environment.get("DEALIX_PUBLIC_URL")
        url = given or self.record().get("url")
        if not url:
            raise Unable("The stack that is up has no API.")
        return str(url).rstrip("/")

    def token(self) -> str:
        """The token of who speaks."""
        if self.email is not None:
            return self._token_of(self.email)
        token = self.environment.get("DEALIX_TOKEN")
        if not token:
            raise Unable("Say who you are: --as EMAIL for the example company, or DEALIX_TOKEN.")
        return token

    def _token_of(self, email: str) -> str:
        people: list[Json] = self.record().get("sign_ins") or []
        for person in people:
            if str(person["email"]).casefold() == email.strip().casefold():
                return str(person["token"])
        raise Unable(f"Nobody of the example company has the address {email}.")

    def _ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = {"Accept-Language": self._language(), "Authorization": f"Bearer {self.token()}"}
        with self._connected(headers) as http:
            answer = _patiently(http, method, f"/api/v1{path}", **given)
        if not answer.is_success:
            raise refusal_of(answer)
        return answer

    @contextmanager
    def _connected(self, headers: Mapping[str, str]) -> Iterator[httpx.Client]:
        with httpx.Client(
            base_url=self.url(), headers=headers, timeout=TIMEOUT, trust_env=False
        ) as http:
            yield http

    def _language(self) -> str:
        """The language of this terminal."""
        named = (self.environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
        chosen = next((value for value in named if value), "en")
        return "ar" if chosen.startswith("ar") else "en"


def client_of(email: str | None) -> Client:
    """The client of this installation, for who speaks."""
    return Client(Settings().home, email)


def refusal_of(answer: httpx.Response) -> Unable:
    """What a problem document says, in sentences."""
    try:
        problem: Json = answer.json()
    except ValueError:
        return Unable(f"The API answered {answer.status_code}.")
    fields = tuple(
        f"{error['field'] or 'input'}: {error['detail']}" for error in problem.get("errors") or []
    )
    return Unable(f"{problem.get('detail', answer.status_code)} [{problem.get('code')}]", fields)


def _patiently(http: httpx.Client, method: str, path: str, **given: Any) -> httpx.Response:
    """Ask; a refused connection has done nothing and a look changes nothing: those are repeated."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            answer = http.request(method, path, **given)
            if answer.status_code != 503 or method != "GET" or time.monotonic() > end:
                return answer
            again = True
        except httpx.ConnectError:
            again = True
        except httpx.TransportError:
            again = method == "GET"
        if not again:
            raise Unable("The API broke off; look whether it was done before you repeat it.")
        if time.monotonic() > end:
            raise Unable(f"The API does not answer at {http.base_url}.")
        time.sleep(0.2)

"""Limits as they are played: counted, told in every answer, refused in the provider's own words."""

import time
from datetime import UTC, datetime

import pytest
from tests.connectors.signing import (
    client_of,
    clients_closed,  # noqa: F401 (an autouse fixture)
    request_for,
)
from tests.sandbox.conftest import Sandbox, company
from tests.sandbox.test_sandbox_whatsapp import send

from dealix import clock
from dealix.errors import ProviderUnavailable

ORDINARY = {
    "SANDBOX_DOCUSIGN_HOURLY": "",
    "SANDBOX_DOCUSIGN_BURST": "",
    "SANDBOX_HUBSPOT_ROLLING": "",
    "SANDBOX_WHATSAPP_THROUGHPUT": "",
}


@pytest.fixture
def limited(tmp_path, receiver, request):
    """A sandbox of an account with the limits that the test names, else the ordinary ones."""
    sandbox = Sandbox(tmp_path / "home", receiver.url)
    sandbox.words = ORDINARY | getattr(request, "param", {})
    sandbox.start()
    yield sandbox
    sandbox.kill()
    sandbox.client.close()


def asked(sandbox, client):
    """An answer to a look-up, with its headers."""
    token = client._transport._client.auth.token()
    return sandbox.client.get(
        "/restapi/v2.1/accounts/5a6d0b1e-0000-4000-8000-000000000001/envelopes",
        params={"transaction_ids": "nobody"},
        headers={"authorization": f"Bearer {token}"},
    )


def test_docusign_counts_an_hour_and_half_a_minute(limited):
    client = client_of(limited)
    first, second = asked(limited, client).headers, asked(limited, client).headers
    assert (first["x-ratelimit-limit"], first["x-burstlimit-limit"]) == ("3000", "200")
    for name in ("x-ratelimit-remaining", "x-burstlimit-remaining"):
        assert int(first[name]) - int(second[name]) == 1
    reset = datetime.fromtimestamp(int(first["x-ratelimit-reset"]), UTC)
    assert (reset.minute, reset.second) == (0, 0)
    assert 0 < (reset - clock.real_now()).total_seconds() <= 3600


@pytest.mark.parametrize(
    ("limited", "code"),
    [
        ({"SANDBOX_DOCUSIGN_BURST": "3"}, "BURST_APIINVOCATION_LIMIT_EXCEEDED"),
        ({"SANDBOX_DOCUSIGN_HOURLY": "3"}, "HOURLY_APIINVOCATION_LIMIT_EXCEEDED"),
    ],
    indirect=["limited"],
)
def test_one_call_too_many_is_refused_in_docusigns_words_and_sends_nothing(limited, code):
    client = client_of(limited)
    for _ in range(2):
        asked(limited, client)
    envelope = client.send(request_for("one"))
    answer = asked(limited, client)
    assert (answer.status_code, answer.json()["errorCode"]) == (429, code)
    with pytest.raises(ProviderUnavailable, match="too many requests") as caught:
        client.send(request_for("another"))
    assert "maybe_done" not in caught.value.params
    held = limited.client.get("/_sandbox/effects").json()
    assert [row["reference"] for row in held] == [envelope]


@pytest.mark.parametrize("limited", [{"SANDBOX_HUBSPOT_ROLLING": "2"}], indirect=True)
def test_hubspot_counts_ten_seconds(limited):
    answers = [limited.upsert(company("ref", "k", name="x")) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2].json()["policyName"] == "TEN_SECONDLY_ROLLING"
    left = [each.headers["x-hubspot-ratelimit-remaining"] for each in answers]
    assert left == ["1", "0", "0"]
    assert len(limited.client.get("/_sandbox/effects").json()) == 1


@pytest.mark.parametrize("limited", [{"SANDBOX_WHATSAPP_THROUGHPUT": "2"}], indirect=True)
def test_whatsapp_counts_a_second_for_each_number(limited):
    answers = [send(limited, f"key-{number}") for number in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2].json()["error"]["code"] == 130429
    assert send(limited, "other", number="100000000000002").status_code == 200
    time.sleep(1.0)
    assert send(limited, "key-2").status_code == 200


@pytest.mark.parametrize("number", ["0", "many"])
def test_a_limit_that_is_no_number_stops_the_start(tmp_path, receiver, number):
    sandbox = Sandbox(tmp_path / "home", receiver.url)
    sandbox.words = {"SANDBOX_DOCUSIGN_BURST": number}
    process = sandbox.launch()
    assert process.wait(20) == 1
    assert "SANDBOX_DOCUSIGN_BURST" in sandbox.log
    sandbox.client.close()

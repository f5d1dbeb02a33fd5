"""A run's page leads to the same run in Temporal's own UI, in the namespace where it lies."""

import pytest

from dealix.console.engine_link import engine_href
from dealix.settings import Settings

UI = "https://temporal.example/ui/"
RUN = {"lane": "durable", "engine_id": "rawabi-sa/partner approval/run_1", "rehearsal": False}


def settings(**given):
    names = {"temporal_namespace": "real.a1b2c", "temporal_rehearsal_namespace": "tries"}
    return Settings(_env_file=None, **{**names, "temporal_ui_url": UI, **given})


@pytest.mark.parametrize(
    ("rehearsal", "namespace"),
    [(False, "real.a1b2c"), (True, "tries")],
)
def test_the_link_names_the_namespace_and_quotes_the_whole_id(rehearsal, namespace):
    found = engine_href(settings(), {**RUN, "rehearsal": rehearsal})
    assert found == (
        f"https://temporal.example/ui/namespaces/{namespace}/workflows/"
        "rawabi-sa%2Fpartner%20approval%2Frun_1"
    )


@pytest.mark.parametrize(
    "change",
    [{"engine_id": None}, {"lane": "medium"}, {"lane": "short"}],
)
def test_what_the_engine_does_not_know_has_no_link(change):
    assert engine_href(settings(), {**RUN, **change}) == ""


def test_without_a_ui_there_is_no_link():
    assert engine_href(settings(temporal_ui_url=None), RUN) == ""


def test_the_page_shows_the_link_of_its_run(console, waiting_run):
    page = console.visitor("noura").get(f"/runs/{waiting_run}")
    [link] = page.links(f"{console.record['temporal_ui_url']}/namespaces/")
    assert link.startswith(f"{console.record['temporal_ui_url']}/namespaces/dealix/workflows/")
    assert f"%2F{waiting_run}" in link

"""Every control has its check or its owner; what settings say is judged; changes are named."""

from datetime import date

import pytest

from dealix.business.compliance import checking, controls
from dealix.business.compliance.checking import ALL, change_of, inspect
from dealix.business.compliance.controls import Control, Live
from dealix.business.compliance.processing import Activity, Processor, activities
from dealix.clock import real_now
from dealix.connectors.secrets import LocalSecrets
from dealix.key_names import fresh_key
from dealix.language.scripts import script_of
from dealix.settings import Settings
from dealix.trust.access.rights import ROLES


class Tenant:
    info = {"tenant": "rawabi-sa"}  # noqa: RUF012


def look(check, register=None, secrets=None, **settings):
    given = Settings(**settings)
    return ALL[check].look(
        Live(
            Tenant(), given, secrets or LocalSecrets(None, {}), register or activities(), real_now()
        )
    )


def test_each_control_is_checked_by_a_class_or_looked_at_by_a_role():
    rows = controls.controls()
    assert len({each.key for each in rows}) == len(rows)
    assert {each.check for each in rows if each.check} == set(ALL)
    assert {each.owner for each in rows if each.owner} <= set(ROLES)
    for name in controls.frameworks():
        mine = [each for each in rows if each.framework == name]
        assert any(each.check for each in mine)
        assert any(each.owner for each in mine)


NIST = {
    "GOVERN": (7, 3, 2, 3, 2, 2),
    "MAP": (6, 3, 5, 2, 2),
    "MEASURE": (3, 13, 3, 3),
    "MANAGE": (4, 4, 2, 3),
}
"""How many subcategories each category of AI RMF 1.0 has: 72 in all."""

ECC = {
    1: (3, 3, 4, 2, 4, 4, 2, 3, 6, 5),
    2: (6, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4),
    3: (4,),
    4: (4, 4),
}
"""How many controls each of the 28 subdomains in the four domains of the ECC has here."""

DUTIES = {*range(4, 32), 41}
"""The articles of the PDPL that ask something of a controller."""


def references(framework):
    return {each.reference for each in controls.controls() if each.framework == framework}


def test_every_risk_of_the_owasp_list_of_2025_is_there():
    assert references("owasp_llm") == {f"LLM{number:02}:2025" for number in range(1, 11)}


def test_every_subcategory_of_the_nist_ai_rmf_is_there():
    every = {
        f"{function} {category}.{number}"
        for function, categories in NIST.items()
        for category, many in enumerate(categories, 1)
        for number in range(1, many + 1)
    }
    assert len(every) == 72
    assert references("nist_ai_rmf") == every


def test_every_subdomain_of_the_ecc_is_there_with_its_controls():
    subdomains = {f"{domain}-{n}" for domain, own in ECC.items() for n in range(1, len(own) + 1)}
    every = {
        f"{domain}-{n}-{number}"
        for domain, own in ECC.items()
        for n, many in enumerate(own, 1)
        for number in range(1, many + 1)
    }
    assert (len(subdomains), len(every)) == (28, 110)
    assert "ECC-2:2024" in controls.frameworks()["nca_ecc"]
    assert every <= references("nca_ecc") <= every | subdomains


def test_every_article_of_the_pdpl_that_asks_something_of_a_controller_is_there():
    numbers = {int(each.removeprefix("Art. ")) for each in references("pdpl") if each}
    assert numbers == DUTIES


def test_what_is_listed_is_titled_in_both_languages_and_waits_for_somebody():
    for each in controls.controls():
        assert script_of(each.name_ar) == "arabic", each.key
        assert script_of(each.name) == "latin", each.key
        assert len(each.name) < 100, each.key
        assert each.check or each.due >= date(2027, 1, 1), each.key


@pytest.mark.parametrize(
    "more", [{}, {"check": "audit_chain", "owner": "cto", "due": "2027-01-01"}, {"owner": "cto"}]
)
def test_a_control_that_nobody_looks_at_is_refused(more):
    words = dict.fromkeys(("key", "name", "name_ar", "asks", "asks_ar"), "x")
    with pytest.raises(ValueError, match="either a check"):
        Control(framework="pdpl", severity="low", **words, **more)


def test_what_is_manual_never_passes_and_a_check_that_breaks_has_shown_nothing(monkeypatch):
    class Broken:
        key = "audit_chain"

        def look(self, _live):
            raise LookupError("nothing of this leaves: +966 50 000 0000")

    monkeypatch.setattr(checking, "ALL", {**ALL, "audit_chain": Broken()})
    live = Live(Tenant(), Settings(), LocalSecrets(None, {}), activities(), real_now())
    answers = inspect(live, ["pdpl_privacy_notice", "ecc_audit_chain"])
    assert answers["pdpl_privacy_notice"]["status"] == "manual"
    broken = answers["ecc_audit_chain"]
    assert (broken["status"], broken["evidence"]) == ("fail", {"could_not_look": "LookupError"})


@pytest.mark.parametrize(
    ("before", "now", "first", "change"),
    [
        (None, "pass", True, "first"),
        (None, "fail", True, "first"),
        (None, "fail", False, "newly_failing"),
        ("pass", "fail", False, "newly_failing"),
        ("not_applicable", "fail", False, "newly_failing"),
        ("fail", "pass", False, "newly_passing"),
        ("fail", "not_applicable", False, "changed"),
        ("not_applicable", "pass", False, "changed"),
        ("fail", "fail", False, "unchanged"),
        ("manual", "manual", False, "unchanged"),
    ],
)
def test_a_difference_has_one_name(before, now, first, change):
    assert change_of(before, now, first=first) == change


@pytest.mark.parametrize(
    ("settings", "status", "wrong"),
    [
        ({}, "not_applicable", []),
        ({"whatsapp_url": "https://graph.facebook.com"}, "pass", []),
        ({"hubspot_url": "https://api.hubapi.com"}, "fail", ["hubspot_url"]),
        ({"hubspot_url": "http://127.0.0.1:9/h", "sandbox_url": "http://127.0.0.1:9"},
         "not_applicable", []),
        ({"model_url": "https://models.example"}, "pass", []),
        ({"model_url": "http://localhost:8080"}, "not_applicable", []),
        ({"docusign_url": "https://eu.docusign.net"}, "fail", ["docusign_url"]),
    ],
)  # fmt: skip
def test_who_gets_data_must_be_named_with_their_place(settings, status, wrong):
    found = look("processors_named", **settings)
    assert (found.status, found.evidence["examples"]) == (status, wrong)
    assert "https://" not in str(found.evidence)


def test_a_register_that_says_everything_passes_and_one_that_lacks_a_retention_is_named():
    whole = Activity(
        key="ai", data=["messages"], legal_basis="consent", retention_months=1, abroad=True,
        processors=(Processor(name="Model", setting="model_url"),),
    )  # fmt: skip
    assert look("register_complete", [whole]).status == "pass"
    short = whole.model_copy(update={"retention_months": None})
    found = look("register_complete", [whole, short])
    assert (found.status, found.evidence["lacks"]) == ("fail", {"ai": ["retention"]})
    outside = {"model_url": "https://models.example"}
    assert look("model_in_register", [whole], **outside).status == "pass"
    assert look("model_in_register", [short], **outside).status == "fail"
    assert look("model_in_register", [short]).status == "not_applicable"


@pytest.mark.parametrize(
    ("settings", "status", "wrong"),
    [
        ({}, "not_applicable", []),
        ({"public_url": "https://d.example", "secure_cookies": True}, "pass", []),
        ({"public_url": "https://d.example"}, "fail", ["secure_cookies"]),
        ({"hubspot_url": "http://crm.example"}, "fail", ["hubspot_url"]),
        ({"smtp_url": "smtp://u:p@mail.example:587"}, "pass", []),
        ({"smtp_url": "smtp://mail.example?tls=none"}, "fail", ["smtp_url"]),
    ],
)
def test_a_line_that_leaves_this_machine_must_be_encrypted(settings, status, wrong):
    found = look("encrypted_in_transit", **settings)
    assert (found.status, found.evidence["examples"]) == (status, wrong)
    assert "example" not in str(found.evidence["examples"])


@pytest.mark.parametrize(("mode", "status"), [(0o600, "pass"), (0o640, "fail"), (0o604, "fail")])
def test_only_its_owner_may_read_the_file_of_secrets(tmp_path, mode, status):
    file = tmp_path / "secrets.json"
    file.write_text("{}")
    file.chmod(mode)
    found = look("secrets_private", secrets_file=file)
    assert (found.status, found.evidence["mode"]) == (status, f"{mode:04o}")


def test_without_a_key_nothing_is_encrypted():
    key_id, key = fresh_key()
    ring = f'{{"{key_id}": "{key}"}}'
    held = LocalSecrets(None, {"DEALIX_SECRET_CODEC_KEYS": ring})
    found = look("payloads_encrypted", secrets=held)
    assert (found.status, found.evidence["key_id"]) == ("pass", key_id)
    assert checking.look(
        ALL["payloads_encrypted"],
        Live(Tenant(), Settings(), LocalSecrets(None, {}), (), real_now()),
    ).status == "fail"  # fmt: skip

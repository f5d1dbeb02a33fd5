"""The registry is asked once a day at most; its answer is kept, sealed, with its date."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dealix import clock
from dealix.business.compliance.service import CompanyRegistry
from dealix.connectors.company_research import Manager, RegistryRecord
from dealix.connectors.outcomes import unavailable
from dealix.connectors.secrets import Keyring
from dealix.errors import NotConfigured, NotFound, ProviderUnavailable
from dealix.lanes.tenant_keys import TenantKeys
from dealix.store.session import Database

TENANT, NUMBER = "rawabi-sa", "1010123456"
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
RECORD = RegistryRecord(
    registry="wathq",
    number=NUMBER,
    national_number="7010123456",
    name="شركة الواحة",
    status="active",
    status_text="نشط",
    entity_type="شركة",
    confirmation_due=None,
    managers=(Manager(name="نورة القحطاني"),),
    signing="alone",
)


class Reader:
    """Answers what it is told to, and counts; the client itself is tried on the sandbox."""

    def __init__(self) -> None:
        self.asked: list[tuple[bool, str]] = []
        self.answer: RegistryRecord | Exception | None = RECORD

    def __call__(self, rehearsal: bool) -> "Reader":
        self.rehearsal = rehearsal
        return self

    def look(self, number: str) -> RegistryRecord | None:
        self.asked.append((self.rehearsal, number))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def companies(fresh_database: Database, reader: Reader) -> CompanyRegistry:
    keys = TenantKeys(Keyring("codec.keys", {"k1": b"k" * 32}))
    return CompanyRegistry(fresh_database, keys, reader)  # type: ignore[arg-type]


def test_within_a_day_the_kept_answer_serves(companies: CompanyRegistry, reader: Reader) -> None:
    with clock.at(NOON):
        first = companies.find(TENANT, NUMBER)
    with clock.at(NOON + timedelta(hours=23)):
        again = companies.find(TENANT, NUMBER)
    assert again == first
    assert (first.record, first.fetched_at) == (RECORD, NOON)
    assert len(reader.asked) == 1
    with clock.at(NOON + timedelta(hours=25)):
        assert companies.find(TENANT, NUMBER).id != first.id
        companies.look(TENANT, NUMBER, max_age=timedelta(0))
    assert len(reader.asked) == 3


def test_each_tenant_and_each_rehearsal_asks_for_itself(
    companies: CompanyRegistry, reader: Reader
) -> None:
    for tenant, rehearsal in ((TENANT, None), ("other-sa", None), (TENANT, "run_1")):
        companies.look(tenant, NUMBER, rehearsal=rehearsal)
        companies.look(tenant, NUMBER, rehearsal=rehearsal)
    assert [rehearsal for rehearsal, _ in reader.asked] == [False, False, True]


def test_that_a_company_is_unknown_is_kept_and_asked_again(
    companies: CompanyRegistry, reader: Reader
) -> None:
    reader.answer = None
    assert companies.look(TENANT, NUMBER) is None
    reader.answer = RECORD
    assert companies.look(TENANT, NUMBER) == RECORD


def test_an_answer_is_found_again_by_its_id(companies: CompanyRegistry, reader: Reader) -> None:
    found = companies.find(TENANT, NUMBER)
    assert companies.kept(TENANT, found.id) == found
    assert len(reader.asked) == 1
    for tenant, name in ((TENANT, "reg_none"), ("other-sa", found.id)):
        with pytest.raises(NotFound):
            companies.kept(tenant, name)


def test_without_a_registry_nobody_can_be_asked(
    companies: CompanyRegistry, fresh_database: Database
) -> None:
    def nobody(_rehearsal: bool) -> Reader:
        raise NotConfigured("setting_missing", setting="DEALIX_WATHQ_URL")

    keys = TenantKeys(Keyring("codec.keys", {"k1": b"k" * 32}))
    without = CompanyRegistry(fresh_database, keys, nobody)  # type: ignore[arg-type]
    assert companies.is_configured(rehearsal=False)
    assert not without.is_configured(rehearsal=False)


def test_silence_keeps_nothing(
    companies: CompanyRegistry, reader: Reader, fresh_database: Database
) -> None:
    reader.answer = unavailable("wathq", "HTTP 500")
    with pytest.raises(ProviderUnavailable):
        companies.look(TENANT, NUMBER)
    with fresh_database.tenant(TENANT) as session:
        assert session.execute(text("SELECT count(*) FROM registry_answers")).scalar_one() == 0


def test_people_lie_sealed_and_each_answer_is_in_the_audit(
    companies: CompanyRegistry, fresh_database: Database
) -> None:
    companies.look(TENANT, NUMBER)
    with fresh_database.tenant(TENANT) as session:
        for table in ("registry_answers", "audit_records"):
            rows = session.execute(text(f"SELECT CAST(t AS text) FROM {table} t")).scalars()
            kept = " ".join(rows)
            assert "نورة" not in kept
            assert NUMBER in kept
        raw = session.execute(text("SELECT sealed FROM registry_answers")).scalar_one()
    assert "نورة".encode() not in bytes(raw)
    with fresh_database.tenant("other-sa") as session:
        assert session.execute(text("SELECT count(*) FROM registry_answers")).scalar_one() == 0

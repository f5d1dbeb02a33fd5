"""Clauses, papers and uploads on record: who may what, what may go out, what an erasure leaves."""

from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import text
from tests.business.papers.sheets import edited, say
from tests.business.papers.test_opening import pdf
from tests.trust.privacy.rings import secrets

from dealix.actors import Actor
from dealix.business.evidence.pack import archive
from dealix.business.evidence.reading import files_of
from dealix.business.evidence.service import Evidence
from dealix.business.evidence.verifying import verify_bytes
from dealix.business.papers import library, standard, writing
from dealix.business.papers.evidence import PaperSource
from dealix.business.papers.library import ClauseLibrary
from dealix.business.papers.packing import plain_zip
from dealix.business.papers.sample import SAMPLE
from dealix.business.papers.schemas import ClauseChangeBody, Negotiated
from dealix.business.papers.service import PapersService
from dealix.business.papers.templates import TemplateDesk
from dealix.business.papers.uploads import UploadService
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound
from dealix.records import audit
from dealix.store.objects import Objects
from dealix.trust.access.rights import permit
from dealix.trust.privacy import Vault

TENANT, RUN, NORA = "rawabi-sa", "run_1", "person_nora"
LEGAL = Actor(TENANT, "user_legal", frozenset({"legal_counsel"}))
MANAGER = Actor(TENANT, "user_manager", frozenset({"partner_manager"}))
REP = Actor(TENANT, "user_rep", frozenset({"sales_rep"}))


class Desk:
    """The services over one database, with a company that has its standard library."""

    def __init__(self, database, folder):
        self.database = database
        self.vault, self.objects = Vault(secrets()), Objects(folder)
        self.library = ClauseLibrary(database, permit)
        self.papers = PapersService(self.vault, self.objects)
        self.uploads = UploadService(database, self.vault, self.objects, permit)
        self.templates = TemplateDesk(database, self.uploads, permit)
        self.evidence = Evidence(self.vault, self.objects)
        with database.tenant(TENANT) as session:
            library.install(session, self.objects, "system")
            library.install(session, self.objects, "system")
            self.vault.add(session, NORA, {"name": "نورة القحطاني"})
            session.execute(
                text(
                    "INSERT INTO runs (tenant_id, id, workflow, lane, key, input_hash, input, "
                    "status, started_by, rehearsal, chain, requested_at, started_at, engine_id) "
                    "VALUES (:tenant, :run, 'w', 'durable', :run, 'h', '{}', 'running', 'u', "
                    "false, 'main', now(), now(), :run)"
                ),
                {"tenant": TENANT, "run": RUN},
            )

    def sheet(self, changes=None, version=1):
        with self.database.tenant(TENANT) as session:
            return self.papers.term_sheet(session, SAMPLE, version, changes)


@pytest.fixture
def desk(fresh_database, tmp_path):
    return Desk(fresh_database, tmp_path / "objects")


def test_changing_one_language_makes_the_other_stale_until_legal_confirms(desk):
    changed = desk.library.change(MANAGER, "offer", ClauseChangeBody(version=1, en="Ten days."))
    assert (changed["status"], changed["stale"], changed["version"]) == ("stale_ar", "ar", 2)
    assert changed["approved_version"] == 1
    with pytest.raises(Conflict) as refused:
        desk.sheet()
    assert (refused.value.code, refused.value.params) == ("clause_stale", {"clause": "offer"})
    with pytest.raises(NotEntitled):
        desk.library.confirm(MANAGER, "offer", 2)
    both = desk.library.change(LEGAL, "offer", ClauseChangeBody(version=2, ar="عشرة أيام."))
    assert (both["status"], both["stale"]) == ("draft", None)
    waiting = next(clause for clause in desk.sheet().clauses if clause.key == "offer")
    assert "fourteen" in waiting.en, "what waits for legal does not go out: what stood before does"
    confirmed = desk.library.confirm(LEGAL, "offer", 3)
    assert (confirmed["status"], confirmed["approved_version"]) == ("approved", 3)
    fresh = next(clause for clause in desk.sheet().clauses if clause.key == "offer")
    assert (fresh.ar, fresh.en) == ("عشرة أيام.", "Ten days.")
    with desk.database.tenant(TENANT) as session:
        acts = [entry.record.action for entry in audit.newest(session, limit=3) if entry.record]
    assert acts == ["clause.confirmed", "clause.changed", "clause.changed"]


def test_taking_a_change_back_needs_no_confirmation(desk):
    before = desk.library.get(MANAGER, "offer")
    desk.library.change(MANAGER, "offer", ClauseChangeBody(version=1, en="Ten days."))
    back = desk.library.change(MANAGER, "offer", ClauseChangeBody(version=2, en=before["en"]))
    assert back["status"] == "approved"


def test_a_clause_that_legal_never_saw_does_not_go_out(desk):
    body = ClauseChangeBody(
        version=0, title_ar="خروج", title_en="Exit", ar="يحق الخروج.", en="Exit."
    )
    assert desk.library.change(MANAGER, "exit", body)["status"] == "draft"
    with pytest.raises(Conflict) as refused:
        desk.sheet()
    assert refused.value.code == "clause_not_confirmed"
    desk.library.confirm(LEGAL, "exit", 1)
    assert desk.sheet().clauses[-1].key == "exit"


def test_two_who_change_at_once_do_not_overwrite_one_another(desk):
    desk.library.change(MANAGER, "offer", ClauseChangeBody(version=1, en="Ten days."))
    for act in (
        lambda: desk.library.change(LEGAL, "offer", ClauseChangeBody(version=1, en="Nine.")),
        lambda: desk.library.confirm(LEGAL, "offer", 1),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "clause_changed"
    with pytest.raises(NotEntitled):
        desk.library.change(REP, "offer", ClauseChangeBody(version=2, en="Nine."))


def test_a_kept_paper_is_one_paper_and_comes_out_as_it_went_in(desk):
    paper = desk.sheet()
    with desk.database.tenant(TENANT) as session:
        first = desk.papers.keep(session, RUN, NORA, paper)
        again = desk.papers.keep(session, RUN, NORA, desk.sheet())
        assert desk.papers.commit(session, RUN, NORA, paper) == {
            "docx": first.docx_digest, "pdf": first.pdf_digest,
        }  # fmt: skip
        assert first == again
        assert [kept.id for kept in desk.papers.of_run(session, RUN)] == [first.id]
        assert desk.papers.files(session, first.id) == (paper.docx, paper.pdf)
        assert first.wording == list(paper.clauses)
    stored = b"".join(file.read_bytes() for file in desk.objects.root.rglob("*") if file.is_file())
    assert paper.docx not in stored
    assert paper.pdf not in stored


def draft(desk, session, **changed):
    """Draft the sample for the run, with some of its facts changed."""
    facts = replace(SAMPLE, **changed)
    return desk.papers.draft(session, RUN, NORA, facts, 1, {})


def test_what_would_come_out_the_same_is_not_written_again(desk, monkeypatch):
    with desk.database.tenant(TENANT) as session:
        first = draft(desk, session)
        assert desk.papers.standing(session, RUN, SAMPLE, 1, {}) == first
        assert desk.papers.standing(session, RUN, SAMPLE, 2, {}) is None
        other = replace(SAMPLE, contact_name="Another Contact")
        assert desk.papers.standing(session, RUN, other, 1, {}) is None
        monkeypatch.setattr(writing, "pdf", None)
        assert draft(desk, session) == first
        with pytest.raises(TypeError):
            draft(desk, session, share_percent="11")


def test_another_confirmed_wording_is_another_paper(desk):
    with desk.database.tenant(TENANT) as session:
        first = draft(desk, session)
    body = ClauseChangeBody(version=1, ar="عشرة أيام.", en="Ten days.")
    desk.library.change(LEGAL, "offer", body)
    desk.library.confirm(LEGAL, "offer", 2)
    with desk.database.tenant(TENANT) as session:
        assert desk.papers.standing(session, RUN, SAMPLE, 1, {}) is None
        second = draft(desk, session)
    assert {first.docx_digest, first.pdf_digest}.isdisjoint({second.docx_digest, second.pdf_digest})


def test_a_returned_paper_is_compared_with_the_one_that_was_sent(desk):
    paper = desk.sheet()
    returned = edited(paper.docx, lambda document: say(document, 2, 0, "thirty", "ninety"))
    with desk.database.tenant(TENANT) as session:
        kept = desk.papers.keep(session, RUN, NORA, paper)
        (change,) = desk.papers.compare(session, kept.id, returned)
    assert (change.key, change.marked) == ("share", "none")
    second = desk.sheet({"share": Negotiated("تسعون يوماً", "Ninety days")}, 2)
    (change,) = desk.papers.differences(paper, second)
    assert change.key == "share"
    assert paper.digest != second.digest


def test_an_upload_is_kept_once_sealed_and_only_for_its_company(desk):
    content = pdf()
    first = desk.uploads.receive(MANAGER, content)
    assert desk.uploads.receive(LEGAL, content) == first
    assert desk.uploads.fetch(LEGAL, first["id"]).content == content
    assert not desk.objects.holds(first["sha256"]), "its clear bytes lie nowhere"
    with pytest.raises(NotFound):
        desk.uploads.fetch(Actor("rawabi-ae", "u", LEGAL.roles), first["id"])
    with pytest.raises(NotEntitled):
        desk.uploads.fetch(Actor(TENANT, "u", frozenset({"workstream_lead"})), first["id"])
    with desk.database.tenant(TENANT) as session:
        person = session.execute(text("SELECT person_id FROM uploads")).scalar_one()
        desk.vault.erase(session, LEGAL, person)
    with pytest.raises(NotFound):
        desk.uploads.fetch(LEGAL, first["id"])
    assert desk.uploads.receive(MANAGER, content)["id"] != first["id"]


def own_template(line: str = "{{ company }}") -> bytes:
    made = edited(standard.template(), lambda document: document.add_paragraph(line))
    return plain_zip(made)  # the same bytes each time


def test_a_company_s_own_template_is_tried_before_it_is_in_force(desk):
    broken = desk.uploads.receive(LEGAL, own_template("{{ salary }}"))["id"]
    for act in (desk.templates.candidate, desk.templates.use):
        with pytest.raises(InvalidInput) as refused:
            act(LEGAL, broken, "en")
        assert refused.value.code == "template_unusable"
    fine = desk.templates.receive(LEGAL, own_template(), "en")
    assert len(desk.templates.list(LEGAL)["versions"]) == 1, "bringing it in changes nothing"
    for form, begins in (("docx", b"PK"), ("pdf", b"%PDF-")):
        assert desk.templates.example(LEGAL, fine, "en", form).startswith(begins)
    assert desk.templates.use(LEGAL, fine, "en")["version"] == 2
    paper = desk.sheet()
    assert (paper.template_version, paper.prevailing) == ("term_sheet-2", "en")
    assert "English text prevails" in paper.clauses[-1].en
    with pytest.raises(Conflict) as refused:
        desk.templates.use(LEGAL, fine, "en")
    assert refused.value.code == "template_in_force"


def test_a_template_goes_back_to_one_before_as_a_version_of_its_own(desk):
    desk.templates.use(LEGAL, desk.templates.receive(LEGAL, own_template(), "en"), "en")
    assert desk.templates.back(LEGAL, "1")["version"] == 3
    newest, second, first = desk.templates.list(MANAGER)["versions"]
    assert (newest["sha256"], newest["prevailing"]) == (first["sha256"], first["prevailing"])
    assert (newest["made_by"], newest["standard"]) == (LEGAL.user_id, True)
    assert (second["sha256"], second["standard"]) == (sha256(own_template()).hexdigest(), False)
    assert desk.templates.file(REP, "2") == own_template()
    assert desk.templates.file(REP, "standard") == desk.templates.file(REP, "3")
    with pytest.raises(Conflict):
        desk.templates.back(LEGAL, "standard")
    for version in ("9", "x", "-1"):
        with pytest.raises(NotFound):
            desk.templates.file(REP, version)
    with desk.database.tenant(TENANT) as session:
        acts = [entry.record.action for entry in audit.newest(session, limit=9) if entry.record]
    assert acts.count("template.changed") == 3


def test_only_legal_tries_and_changes_templates(desk):
    document = desk.templates.receive(LEGAL, own_template(), "ar")
    templates = desk.templates
    for act in (
        lambda: templates.receive(MANAGER, own_template(), "ar"),
        lambda: templates.candidate(MANAGER, document, "ar"),
        lambda: templates.example(MANAGER, document, "ar", "pdf"),
        lambda: templates.use(MANAGER, document, "ar"),
        lambda: templates.back(MANAGER, "1"),
    ):
        with pytest.raises(NotEntitled):
            act()
    with pytest.raises(NotFound):
        templates.use(Actor("rawabi-ae", "u", LEGAL.roles), document, "ar")


def test_a_kept_paper_of_practice_is_another_one_than_in_earnest(desk):
    with desk.database.tenant(TENANT) as session:
        earnest, played = draft(desk, session), draft(desk, session, practice=True)
        assert earnest.id != played.id


@pytest.fixture
def packed(desk):
    """A pack with a paper in both forms and an upload."""
    with desk.database.tenant(TENANT) as session:
        desk.papers.keep(session, RUN, NORA, desk.sheet())
        uploaded = desk.uploads.keep(session, "user_1", pdf(), "application/pdf")
        desk.uploads.take_up(session, RUN, uploaded.id, "counter_offer")
        return desk.evidence.assemble(session, "system", RUN, [PaperSource(desk.objects)]).id


def fetched(desk, pack, reveal):
    with desk.database.tenant(TENANT) as session:
        return desk.evidence.download(session, LEGAL, pack, reveal=reveal)


def test_papers_and_uploads_lie_in_the_pack_and_are_proven_when_they_are_shown(desk, packed):
    sealed = verify_bytes(fetched(desk, packed, reveal=False))
    assert (sealed.ok, sealed.sealed_documents) == (True, 3)
    content = fetched(desk, packed, reveal=True)
    files, paper = files_of(content), desk.sheet()
    assert files["revealed/term_sheet_v1_1_docx.docx"] == paper.docx
    assert files["revealed/term_sheet_v1_1_pdf.pdf"] == paper.pdf
    assert verify_bytes(content).ok
    assert verify_bytes(content).revealed == 4, "three files, and what the paper was made of"


def test_one_bit_of_any_document_is_found_and_named(desk, packed):
    files = files_of(fetched(desk, packed, reveal=True))
    documents = [path for path in files if path.startswith(("sealed/", "revealed/term"))]
    assert len(documents) == 5
    for path in documents:
        touched = bytearray(files[path])
        touched[len(touched) // 2] ^= 1
        report = verify_bytes(archive(files | {path: bytes(touched)}))
        name = path.removeprefix("sealed/").removesuffix(".enc")
        named = "revealed/values.json" if path.startswith("revealed/") else name
        assert report.findings[0].name.startswith(named), path


def test_the_pack_verifies_after_the_person_is_erased(desk, packed):
    before = fetched(desk, packed, reveal=False)
    with desk.database.tenant(TENANT) as session:
        desk.vault.erase(session, LEGAL, NORA)
    assert fetched(desk, packed, reveal=False) == before
    content = fetched(desk, packed, reveal=True)
    report = verify_bytes(content)
    assert (report.ok, report.revealed, report.erased) == (True, 1, 3)
    assert not [path for path in files_of(content) if path.startswith("revealed/term_sheet")]
    with desk.database.tenant(TENANT) as session:
        kept = desk.papers.of_run(session, RUN)[0]
        assert kept.wording, "what was offered stays known"
        with pytest.raises(NotFound):
            desk.papers.files(session, kept.id)

"""The reader sees what stands in the files: steps in order, undos, pauses, and what is odd."""

from dataclasses import replace

import pytest

from dealix import catalog
from dealix.catalog import source
from dealix.catalog.check import differences, findings
from dealix.catalog.words import Lane, StepKind, Undo
from dealix.clock import real_now

TODAY = real_now().date()

ACTIVITIES = """
from dealix.lanes.steps import ask, step, undo

class PartnerActivities:
    @step("check_registration", system="wathq", method="content_hash")
    def check_registration(self, call): ...
    @step("identify_partner", method="upsert")
    def identify_partner(self, call): ...
    @step("score_fit", method="upsert")
    def score_fit(self, call): ...
    @ask("ask_manager", gate="manager_approval")
    def ask_manager(self, call): ...
    @step("draft_term_sheet", method="content_hash")
    def draft_term_sheet(self, call): ...
    @step("send_terms", system="email", method="message_id", undo="retract_terms", on_started="ask")
    def send_terms(self, call): ...
    @undo("retract_terms", system="email", method="message_id", on_started="ask")
    def retract_terms(self, call): ...
    @step(
        "send_terms_whatsapp",
        system="whatsapp",
        method="message_id",
        undo="retract_terms_whatsapp",
        on_started="look_up",
    )
    def send_terms_whatsapp(self, call): ...
    @undo(
        "retract_terms_whatsapp", system="whatsapp", method="message_id", on_started="look_up"
    )
    def retract_terms_whatsapp(self, call): ...
    @ask("ask_commercial_owner", gate="term_review")
    def ask_commercial_owner(self, call): ...
    @ask("ask_legal", gate="legal_review")
    def ask_legal(self, call): ...
    @step("write_crm", system="crm", method="upsert", undo="withdraw_in_crm")
    def write_crm(self, call): ...
    @undo("withdraw_in_crm", system="crm", method="upsert")
    def withdraw_in_crm(self, call): ...
    @ask("ask_executive", gate="executive_approval")
    def ask_executive(self, call): ...
    @step("check_activation_facts", method="upsert")
    def check_activation_facts(self, call): ...
    @step("confirm_registration", system="wathq", method="content_hash")
    def confirm_registration(self, call): ...
    @step("activate_in_crm", system="crm", method="upsert", undo="deactivate_in_crm")
    def activate_in_crm(self, call): ...
    @undo("deactivate_in_crm", system="crm", method="upsert")
    def deactivate_in_crm(self, call): ...
    @step("activate_partner", method="upsert", undo="deactivate_partner")
    def activate_partner(self, call): ...
    @undo("deactivate_partner", method="upsert")
    def deactivate_partner(self, call): ...
    @step("notify_activation", system="email", method="message_id", final=True, on_started="ask")
    def notify_activation(self, call): ...
    @step("record_outcome", method="upsert")
    def record_outcome(self, call): ...
    @step("assemble_evidence", method="content_hash")
    def assemble_evidence(self, call): ...
"""

SIGNING_ACTIVITIES = """
from dealix.lanes.steps import step, undo

class SignatureActivities:
    @step(
        "send_envelope",
        system="esign",
        method="request_id",
        undo="void_envelope",
        on_started="look_up",
    )
    def send_envelope(self, call): ...
    @undo("void_envelope", system="esign", method="request_id", on_started="look_up")
    def void_envelope(self, call): ...
"""

SIGNING = """
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dealix.business.signatures.activities import SignatureActivities
    from dealix.lanes.durable import DurableFlow

class Signing(DurableFlow):
    async def sign(self):
        await self.step(SignatureActivities.send_envelope)
        await self.event("signature")
"""

LANES = """
class DurableFlow:
    async def step(self, method): ...
    async def event(self, name):
        await self.carried_out(name)
    async def gate(self, name, method): ...
    async def gates(self, **asked): ...
"""

WORKFLOW = """
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dealix.business.partners.activities import PartnerActivities
    from dealix.business.signatures.workflows import Signing

@workflow.defn(name="partner_approval")
class PartnerApproval(Signing):
    async def conclude(self, outcome):
        await self.step(PartnerActivities.record_outcome, outcome=outcome)
        await self.step(PartnerActivities.assemble_evidence, outcome=outcome)

    async def steps(self):
        stands(await self.step(PartnerActivities.check_registration))
        await self.step(PartnerActivities.identify_partner)
        await self.step(PartnerActivities.score_fit)
        await self.gate("manager_approval", PartnerActivities.ask_manager)
        while True:
            await self._agree()
            if (await self.step(PartnerActivities.send_terms)).status == "done":
                break
        await self.step(PartnerActivities.send_terms_whatsapp)
        await self.step(PartnerActivities.write_crm)
        await self.event("partner_answer")
        await self.event("terms_revision")
        await self.gate("executive_approval", PartnerActivities.ask_executive)
        stands(await self.step(PartnerActivities.confirm_registration))
        await self.sign()
        while (await self.step(PartnerActivities.check_activation_facts)).status == "changed":
            await self.event("activation_facts")
        await self.step(PartnerActivities.activate_partner)
        await self.step(PartnerActivities.activate_in_crm)
        await self.step(PartnerActivities.notify_activation)

    async def _agree(self):
        await self.step(PartnerActivities.draft_term_sheet)
        await self.gates(
            term_review=PartnerActivities.ask_commercial_owner,
            legal_review=PartnerActivities.ask_legal,
        )
"""


@pytest.fixture
def partners(tmp_path):
    folder = tmp_path / "business" / "partners"
    folder.mkdir(parents=True)
    (folder / "activities.py").write_text(ACTIVITIES)
    (folder / "workflows.py").write_text(WORKFLOW)
    shared = tmp_path / "business" / "signatures"
    shared.mkdir()
    (shared / "activities.py").write_text(SIGNING_ACTIVITIES)
    (shared / "workflows.py").write_text(SIGNING)
    (tmp_path / "lanes").mkdir()
    (tmp_path / "lanes" / "durable.py").write_text(LANES)
    return folder


def read(partners):
    return source.read(partners.parent.parent)


def changed(partners, file, old, new):
    path = partners / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return findings([catalog.row("partner_approval")], read(partners), TODAY)


def test_a_flow_is_read_in_the_order_in_which_it_runs(partners):
    flow = read(partners).flows["partner_approval"]
    assert flow.lane is Lane.DURABLE
    assert [step.key for step in flow.steps] == [
        step.key for step in catalog.row("partner_approval").here.steps
    ]
    sent = next(step for step in flow.steps if step.key == "send_terms")
    assert (sent.undo, sent.undo_by, sent.system) == (Undo.UNDOABLE, "retract_terms", "email")
    assert [s.key for s in flow.steps if s.kind is StepKind.GATE] == [
        "manager_approval",
        "term_review",
        "legal_review",
        "executive_approval",
    ]


def test_equal_catalogue_and_code_leave_nothing_to_say(partners):
    assert findings([catalog.row("partner_approval")], read(partners), TODAY) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "activities.py",
            '@step("score_fit", method="upsert")',
            '@step("score_fit", method="content_hash")',
            "idempotency method",
        ),
        ("activities.py", 'undo="withdraw_in_crm"', "final=True", "undo is undoable"),
        (
            "activities.py",
            '@step("write_crm", system="crm"',
            '@step("write_crm", system="email"',
            "system is crm",
        ),
        (
            "activities.py",
            '"notify_activation", system="email", method="message_id", final=True',
            '"notify_activation", system="email", method="message_id"',
            "undo is final",
        ),
        (
            "activities.py",
            'undo="deactivate_partner")\n',
            'undo="undo_it")\n',
            "names an undo undo_it that is nowhere",
        ),
        ("activities.py", 'gate="manager_approval"', 'gate="boss"', "by the question of boss"),
        (
            "activities.py",
            '@step("identify_partner", method="upsert")',
            '@step(NAME, method="upsert")',
            "literals",
        ),
        (
            "activities.py",
            '@step("score_fit", method="upsert")',
            '@step("score_fit", **FACTS)',
            "literals",
        ),
        (
            "activities.py",
            '@step("score_fit", method="upsert")',
            '@step("score_fit", method="hope")',
            "unknown idempotency method",
        ),
        (
            "workflows.py",
            "        await self.step(PartnerActivities.write_crm)\n",
            "",
            "write_crm in the catalogue only",
        ),
        (
            "workflows.py",
            "        await self.step(PartnerActivities.write_crm)\n",
            "",
            "no flow calls the step write_crm",
        ),
        (
            "workflows.py",
            'await self.gate("executive_approval", PartnerActivities.ask_executive)',
            'await self.event("another")',
            "another in the code only",
        ),
        (
            "workflows.py",
            'await self.gate("executive_approval", PartnerActivities.ask_executive)',
            "pass",
            "has the pauses",
        ),
        (
            "workflows.py",
            "self.step(PartnerActivities.score_fit)",
            "self.step(pick())",
            "no activity",
        ),
        ("workflows.py", 'name="partner_approval"', 'name="partners"', "no lane file holds it"),
        (
            "workflows.py",
            'name="partner_approval"',
            'name="partners"',
            "not built in the catalogue",
        ),
        ("workflows.py", 'name="partner_approval"', "name=NAME", "no literal name"),
    ],
)
def test_each_difference_is_a_finding(partners, file, old, new, said):
    found = changed(partners, file, old, new)
    assert any(said in str(finding) for finding in found), found


def test_another_order_is_a_finding(partners):
    one = "await self.step(PartnerActivities.identify_partner)"
    two = "await self.step(PartnerActivities.score_fit)"
    text = (partners / "workflows.py").read_text()
    swapped = text.replace(one, "X").replace(two, one).replace("X", two)
    (partners / "workflows.py").write_text(swapped)
    flow = read(partners).flows["partner_approval"]
    assert any("order" in text for text in differences(catalog.row("partner_approval"), flow))


def test_an_undo_that_no_step_names_is_a_finding(partners):
    with (partners / "activities.py").open("a") as file:
        file.write('    @undo("stray", method="upsert")\n    def stray(self, call): ...\n')
    assert any("no step names the undo stray" in text for text in read(partners).findings)


def test_inherited_activities_are_found(partners):
    text = (partners / "activities.py").read_text()
    head, tail = text.split('    @ask("ask_executive"', 1)
    (partners / "activities_late.py").write_text('class Late:\n    @ask("ask_executive"' + tail)
    head = head.replace("class PartnerActivities:", "class PartnerActivities(Late):")
    imported = "from dealix.business.partners.activities_late import Late\n"
    (partners / "activities.py").write_text(imported + head)
    assert findings([catalog.row("partner_approval")], read(partners), TODAY) == []


def test_a_part_that_flows_share_is_read_where_it_is_awaited(partners):
    shared = partners.parent / "signatures" / "workflows.py"
    text = shared.read_text()
    step = "await self.step(SignatureActivities.send_envelope)"
    shared.write_text(text.replace(step, "pass"))
    found = [
        str(each) for each in findings([catalog.row("partner_approval")], read(partners), TODAY)
    ]
    assert any("send_envelope in the catalogue only" in each for each in found)
    assert any("no flow calls the step send_envelope" in each for each in found)
    shared.write_text(text.replace(step, f"{step}\n        await self.step(pick())"))
    odd = read(partners).findings
    assert any(each.startswith("signatures/workflows.py:11: ") for each in odd), odd


def test_a_flow_s_own_method_stands_before_a_shared_one(partners):
    with (partners / "workflows.py").open("a") as file:
        file.write("\n    async def sign(self):\n        await self.event('another')\n")
    flow = read(partners).flows["partner_approval"]
    assert "another" in [step.key for step in flow.steps]
    assert "send_envelope" not in [step.key for step in flow.steps]


PIPELINE = """
from dealix.lanes.pipelines import Pipeline, pipeline, stage

@pipeline(name="evidence_pack", outcome="assembled")
class EvidencePackAssembly(Pipeline):
    @stage("query_sources", method="upsert")
    def query_sources(self, call): ...
    @stage("aggregate_items", method="upsert")
    def aggregate_items(self, call): ...
    @stage("hash_items", method="content_hash")
    def hash_items(self, call): ...
    @stage("store_pack", method="content_hash", final=True)
    def store_pack(self, call): ...
"""


def test_a_pipeline_s_steps_are_read_as_they_stand(partners):
    file = partners / "pipelines.py"
    row = catalog.row("evidence_pack")
    file.write_text(PIPELINE)
    flow = read(partners).flows["evidence_pack"]
    assert flow.lane is Lane.MEDIUM
    assert list(differences(row, flow)) == []
    file.write_text(PIPELINE.replace('"hash_items", method="content_hash"', '"hash", method=KEY'))
    odd = read(partners)
    assert any("not declared by literals alone" in text for text in odd.findings)
    assert any(
        "hash_items in the catalogue only" in text
        for text in differences(row, odd.flows["evidence_pack"])
    )
    file.write_text(PIPELINE.replace('name="evidence_pack"', "name=NAME"))
    assert any("no literal name of its own" in text for text in read(partners).findings)


def test_a_row_in_another_lane_than_its_code_is_a_finding(partners):
    row = catalog.row("partner_approval")
    moved = replace(row, here=replace(row.here, lane=Lane.MEDIUM))
    flow = read(partners).flows["partner_approval"]
    assert any("is medium in the catalogue" in text for text in differences(moved, flow))


TASKS = """
from dealix.lanes.short import part, task

@task(name="message_classification")
class ClassifyMessage:
    models: StepExecutor

    def run(self, message):
        intent = self.classify(message)
        return self.tag(message, intent)

    @part("tag", method="upsert")
    def tag(self, message, intent): ...

    @part("classify", method="upsert", system="step_model")
    def classify(self, message):
        self.models.execute(message)
"""


class TestShortTasks:
    row = catalog.row("message_classification")

    def found(self, tmp_path, text):
        folder = tmp_path / "business" / "messages"
        folder.mkdir(parents=True)
        (folder / "tasks.py").write_text(text)
        reading = source.read(tmp_path)
        return [str(each) for each in findings([self.row], reading, TODAY)]

    def test_a_task_has_its_parts_in_the_order_in_which_it_calls_them(self, tmp_path):
        assert self.found(tmp_path, TASKS) == []

    def test_another_order_is_a_finding(self, tmp_path):
        first, second = "intent = self.classify(message)", "return self.tag(message, intent)"
        swapped = TASKS.replace(first, "X").replace(second, first).replace("X", second)
        assert any("in the order" in each for each in self.found(tmp_path, swapped))

    def test_another_system_is_a_finding(self, tmp_path):
        text = TASKS.replace('system="step_model"', 'system="embeddings"')
        assert any(
            "system is" in each and "embeddings" in each for each in self.found(tmp_path, text)
        )

    def test_a_part_that_is_never_called_is_a_finding(self, tmp_path):
        text = TASKS.replace("return self.tag(message, intent)", "return intent")
        assert any("never calls tag" in each for each in self.found(tmp_path, text))

    def test_a_name_that_is_no_literal_is_a_finding(self, tmp_path):
        text = TASKS.replace('name="message_classification"', "name=NAME")
        assert any("no literal name" in each for each in self.found(tmp_path, text))

    def test_a_task_without_its_file_is_a_finding(self, tmp_path):
        (tmp_path / "business").mkdir()
        found = [str(each) for each in findings([self.row], source.read(tmp_path), TODAY)]
        assert any("no lane file holds it" in each for each in found)


SCORING = """
from dealix.lanes.short import part, task

@task(name="lead_scoring")
class ScoreLead:
    def __init__(self, other, models: StepExecutor):
        self.other, self.models = other, models

    def run(self, lead):
        card = self.score_lead(lead)
        return self.store_score(card)

    @part("score_lead", method="upsert", system="step_model")
    def score_lead(self, lead):
        return self._card(lead)

    @part("store_score", method="upsert")
    def store_score(self, card): ...

    def _card(self, lead):
        return self.models.execute(lead)
"""
ASKS = "return self.models.execute(lead)"
DECLARES = ', system="step_model"'


class TestModels:
    row = catalog.row("lead_scoring")

    def found(self, tmp_path, text):
        folder = tmp_path / "business" / "leads"
        folder.mkdir(parents=True)
        (folder / "tasks.py").write_text(text)
        return [str(each) for each in findings([self.row], source.read(tmp_path), TODAY)]

    def test_a_step_that_asks_a_model_and_declares_it_is_in_order(self, tmp_path):
        assert self.found(tmp_path, SCORING) == []

    @pytest.mark.parametrize("by", [ASKS, "return judge(self.models, lead)"])
    def test_a_step_that_asks_a_model_must_declare_it(self, tmp_path, by):
        silent = SCORING.replace(DECLARES, "").replace(ASKS, by)
        assert any("score_lead asks a model" in each for each in self.found(tmp_path, silent))

    @pytest.mark.parametrize("by", ["return lead", "return self.models.by_rules(lead)"])
    def test_a_step_that_declares_a_model_must_ask_it(self, tmp_path, by):
        idle = SCORING.replace(ASKS, by)
        assert any("and asks no model" in each for each in self.found(tmp_path, idle))

    def test_a_stage_of_a_pipeline_is_held_to_it_too(self, tmp_path):
        folder = tmp_path / "business" / "evidence"
        folder.mkdir(parents=True)
        asks = PIPELINE.replace("class EvidencePackAssembly(Pipeline):", MODELLED)
        asks = asks.replace("def hash_items(self, call): ...", HASHES)
        (folder / "pipelines.py").write_text(asks)
        said = source.read(tmp_path).findings
        assert any("hash_items asks a model" in each for each in said), said


MODELLED = """class EvidencePackAssembly(Pipeline):
    models: StepExecutor"""
HASHES = """def hash_items(self, call):
        return self.models.execute(call)"""

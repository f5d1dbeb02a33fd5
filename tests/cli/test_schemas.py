"""Every decision schema is closed, says its data classes, and exports as true JSON Schema."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from tests.business.proposals.test_proposal_schemas import record

from dealix import catalog, decisions
from dealix.cli.main import run
from dealix.connectors.data_class import DataClass, classes_of
from dealix.lanes.provenance import Provenance

PERSONAL = re.compile(
    r"(^|_)(person|persons|personal|contact|owner|email|phone|signatory)(_ids?)?$"
)
HARMLESS = {"RegistryFinding.signatory"}  # a word about a power, not a person

every = pytest.mark.parametrize("decision", decisions.ALL, ids=lambda each: each.name)


def test_they_are_the_18_and_each_says_whether_its_flow_makes_it_yet() -> None:
    assert len({each.name for each in decisions.ALL}) == len(decisions.ALL) == 18
    assert len({each.model for each in decisions.ALL}) == 18
    for each in decisions.ALL:
        built = catalog.row(each.flow).built
        assert decisions.state_of(each) == ("produced" if built else "defined")


@every
def test_a_schema_is_closed_and_carries_provenance(decision: decisions.DecisionSchema) -> None:
    assert all(
        each.model_config["extra"] == "forbid" for each in decisions.models_in(decision.model)
    )
    carries = Provenance in decisions.models_in(decision.model)
    assert carries == (decision.name != "ApprovalPacket")  # a packet shows outputs that carry it


@every
def test_what_looks_personal_is_classified(decision: decisions.DecisionSchema) -> None:
    for model in decisions.models_in(decision.model):
        for name, found in classes_of(model).items():
            if PERSONAL.search(name) and f"{model.__name__}.{name}" not in HARMLESS:
                assert found == "restricted", f"{model.__name__}.{name}"


def test_they_export_as_json_schema_that_judges_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["schemas", "export", str(tmp_path), "--json"]) == 0
    files = [Path(each) for each in json.loads(capsys.readouterr().out)]
    assert len(files) == 18
    assert {each.stem for each in files} == {each.name for each in decisions.ALL}
    for file in files:
        schema = json.loads(file.read_text("utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        parts = [schema, *schema.get("$defs", {}).values()]
        fields = [each for part in parts for each in part.get("properties", {}).values()]
        assert all(each[decisions.CLASS] in set(DataClass) for each in fields)
        assert all(part["additionalProperties"] is False for part in parts if "properties" in part)
        assert any(each.get(decisions.CLASS) == "restricted" for each in fields) == bool(
            decisions.personal_fields(next(d.model for d in decisions.ALL if d.name == file.stem))
        )
    price = json.loads((tmp_path / "PricingDecisionRecord.json").read_text("utf-8"))
    given = record().model_dump(mode="json")
    jsonschema.validate(given, price)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(given | {"surprise": 1}, price)

"""Every step that may use a model is one that a company can choose an executor for."""

import ast
from importlib import import_module

from tests.architecture.test_shape import FILES, module, tree

from dealix import model_steps
from dealix.lanes.step_executor import ModelStep

NO_FLOWS = {"dealix.trust.model_use.connection"}
"""The doctor's question is an operator's, not a company's."""


def test_no_step_of_a_flow_is_left_out():
    made = {
        module(file)
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ModelStep"
    }
    steps = [
        each
        for name in sorted(made - NO_FLOWS)
        for each in vars(import_module(name)).values()
        if isinstance(each, ModelStep)
    ]
    assert {each.name for each in steps} == {each.name for each in model_steps.ALL}
    assert len(model_steps.ALL) == len({each.name for each in model_steps.ALL})

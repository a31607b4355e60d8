"""Corrects the variables that a state sees.

In moto, the Output of a state sees the values that the same state assigns. On AWS, a state sees the
values from before the state was entered:
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html

moto also does not escape the strings in the `assignedVariables` of the history. Here they are escaped.
"""

from typing import Any

from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

_original_eval = CommonStateField._eval_body


def install() -> None:
    CommonStateField._eval_body = _eval_state
    VariableStore.get_assigned_variables = _assigned_variables


def visible(store: VariableStore) -> dict[str, Any]:
    """Returns the variables that the expressions of the current state see, without dollar signs."""
    return getattr(store, "_at_entry", store._outer_scope)


def _eval_state(self: CommonStateField, env: Environment) -> None:
    store = env.variable_store
    store._at_entry = store._outer_scope | store._inner_scope
    _original_eval(self, env)


def _assigned_variables(self: VariableStore) -> dict[str, str]:
    return {
        name: to_json_str(self.get(name), separators=(",", ":"))
        for name in self._declaration_tracing
    }

"""Translates what AWS accepts, and moto's grammar of the Amazon States Language refuses:

- `"ExecutionType": "EXPRESS"` in the ProcessorConfig of a Map, and a `ToleratedFailurePercentage`
  that is an integer:
  https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
- `ItemBatcher` of a Distributed Map, here with `MaxItemsPerBatch` and `BatchInput`:
  https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
- `WriterConfig` in a ResultWriter, also alone:
  https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html

The definition is translated before it is parsed. The ItemBatcher becomes two things: a comment of the
ItemProcessor, which `items_per_batch` reads, and an ItemSelector that makes an item and the BatchInput.
Both see the state of the parent, and the BatchInput sees no item. The translation loses that the
children are EXPRESS. That does not matter, because moto's children keep no history.

moto decodes the escapes in strings only in some places, for example not in Assign. Here it decodes all.
The parse of a definition takes a second, so its result is cached.
"""

import functools
import json
from typing import Any

from antlr4 import ParserRuleContext
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.iteration_component import (
    IterationComponent,
)
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

_ITEMS_PER_BATCH = "items per batch: "

_original_parse = AmazonStateLanguageParser.parse
_original_inner_string = Preprocessor._inner_string_of


def install() -> None:
    AmazonStateLanguageParser.parse = staticmethod(_parse)
    Preprocessor._inner_string_of = staticmethod(_inner_string)


@functools.lru_cache(maxsize=32)
def _parse(definition: str) -> tuple[EvalComponent, ParserRuleContext]:
    try:
        machine = json.loads(definition)
    except ValueError:
        return _original_parse(definition)
    _translate_states(machine)
    return _original_parse(json.dumps(machine, ensure_ascii=False))


def _translate_states(machine: dict[str, Any]) -> None:
    for state in machine.get("States", {}).values():
        for branch in state.get("Branches", []):
            _translate_states(branch)
        if state.get("Type") == "Map":
            _translate_map(state)


def _translate_map(state: dict[str, Any]) -> None:
    for key in ("ItemProcessor", "Iterator"):
        if key in state:
            _translate_states(state[key])
            config = state[key].get("ProcessorConfig", {})
            if config.get("ExecutionType") == "EXPRESS":
                config["ExecutionType"] = "STANDARD"
    if "ItemBatcher" in state:
        batcher = state.pop("ItemBatcher")
        state["ItemProcessor"]["Comment"] = f"{_ITEMS_PER_BATCH}{batcher['MaxItemsPerBatch']}"
        selector = state.get("ItemSelector", "{% $states.context.Map.Item.Value %}")
        state["ItemSelector"] = {"Item": selector}
        if "BatchInput" in batcher:
            state["ItemSelector"]["BatchInput"] = batcher["BatchInput"]
    percentage = state.get("ToleratedFailurePercentage")
    if isinstance(percentage, int):
        state["ToleratedFailurePercentage"] = float(percentage)
    state.get("ResultWriter", {}).pop("WriterConfig", None)
    if not state.get("ResultWriter", True):
        del state["ResultWriter"]


def items_per_batch(iteration: IterationComponent) -> int | None:
    """Returns the number of items in a batch of a Distributed Map, or None if it has no ItemBatcher."""
    comment = iteration._comment.comment if iteration._comment else ""
    if not comment.startswith(_ITEMS_PER_BATCH):
        return None
    return int(comment.removeprefix(_ITEMS_PER_BATCH))


def _inner_string(parser_rule_context: ParserRuleContext) -> str | None:
    text = parser_rule_context.getText()
    return json.loads(text) if text.startswith('"') else _original_inner_string(parser_rule_context)

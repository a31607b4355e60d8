"""The attempts of a Retry.

moto counts them below a key that it makes when it is first used. Two children of a Distributed Map
that use it first at the same time get a key each, and one of them an attempt more than it may have.
"""

from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent


def install() -> None:
    EvalComponent.heap_key = property(lambda self: str(id(self)))

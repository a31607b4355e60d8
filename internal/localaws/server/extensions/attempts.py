"""Counts the attempts of a Retry correctly.

moto counts them under a key, which it makes at the first use. If two children of a Distributed Map use
the key for the first time at the same time, each of them gets its own key. One of them then gets an
attempt more than its Retry allows. Here the key exists from the start.
"""

from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent


def install() -> None:
    EvalComponent.heap_key = property(lambda self: str(id(self)))

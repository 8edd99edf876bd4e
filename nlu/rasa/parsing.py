"""Runs a trained model's graph over a list of texts, as Rasa's server does for one."""

import re
from pathlib import Path
from typing import Any

import quiet
from channels.contract import shape_result
from model_file import check_model_file

_LONGEST = 20_000
"""Characters of a text that are passed on; features and places look at fewer."""
_COMMAND = re.compile(r"^[\s/]*/")
"""How a text begins that Rasa would take for the name of an intent ("/help"), and might write into its log."""


def parse_with_graph(processor: Any, texts: list[str]) -> list[dict[str, Any]]:
    """One result a text, in order, in the contract's shape. `processor` is Rasa's MessageProcessor."""
    if not texts:
        return []
    return run_graph(processor.graph_runner, processor.model_metadata.nlu_target, texts)


def run_graph(runner: Any, target: str, texts: list[str]) -> list[dict[str, Any]]:
    """The same with the parts of a processor, for use without a server."""
    from rasa.core.channels.channel import UserMessage
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER

    messages = []
    for text in texts:
        message = UserMessage("", message_id="")
        message.text = _plain(text[:_LONGEST])  # set afterwards: the constructor strips, which shifts the places
        messages.append(message)
    run = runner.run(inputs={PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: None}, targets=[target])
    return [shape_result(message.as_dict(only_output_properties=True)) for message in run[target]]


def _plain(text: str) -> str:
    """The text without the slash that makes it a command, and as long as before, so that places stay."""
    return _COMMAND.sub(lambda found: " " * len(found.group()), text)


class Parser:
    """A model loaded without a server. Raises ModelFileError when it cannot be loaded."""

    def __init__(self, model: Path):
        check_model_file(model)
        quiet.settle_environment()
        with quiet.light_imports():
            from rasa.core.processor import MessageProcessor
        quiet.settle_logging()
        _, self._metadata, self._runner = MessageProcessor._load_model(model)

    def parse(self, texts: list[str]) -> list[dict[str, Any]]:
        """One result a text, in order."""
        return run_graph(self._runner, self._metadata.nlu_target, texts) if texts else []

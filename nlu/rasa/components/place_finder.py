"""Rasa's graph component around the place rules."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from components.gazetteer import read_areas
from components.places import PlaceRules


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PlaceFinder(GraphComponent):
    """Sets `place` on every message: where it says the matter is, or None."""

    def __init__(self) -> None:
        self._rules = PlaceRules(read_areas())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "PlaceFinder":
        """Nothing is learned: the rules and the list of areas are part of the project."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Looks at each text of the batch."""
        for message in messages:
            message.set("place", self._rules.find(message.get("text") or ""), add_to_output=True)
        return messages

    def process_training_data(self, training_data: Any) -> Any:
        """Leaves the data as it is."""
        return training_data

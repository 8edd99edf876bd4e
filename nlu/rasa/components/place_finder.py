"""Rasa's graph component around the place rules."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.area_table import areas_in
from components.gazetteer import AREAS, gazetteer_of
from components.places import PlaceRules


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class PlaceFinder(GraphComponent):
    """Sets `place` on every message: where it says the matter is, or None.

    Nothing is learned, but the list of areas that came with the training data is kept in the model.
    """

    def __init__(self, model_storage: ModelStorage, resource: Resource, areas: str | None = None) -> None:
        self._storage = model_storage
        self._resource = resource
        self._rules = PlaceRules(gazetteer_of(areas))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "PlaceFinder":
        """With the project's own areas."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "PlaceFinder":
        """With the areas that the model was trained with; older models kept none and mean the project's."""
        try:
            with model_storage.read_from(resource) as directory:
                return cls(model_storage, resource, (directory / AREAS.name).read_text(encoding="utf-8"))
        except ValueError:  # how Rasa says that the archive holds nothing of this component
            return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Stores the list of areas in the model archive."""
        areas = areas_in(training_data)
        self._rules = PlaceRules(gazetteer_of(areas))
        with self._storage.write_to(self._resource) as directory:
            (directory / AREAS.name).write_text(areas or AREAS.read_text(encoding="utf-8"), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Looks at each text of the batch."""
        for message in messages:
            message.set("place", self._rules.find(message.get("text") or ""), add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leaves the data as it is."""
        return training_data

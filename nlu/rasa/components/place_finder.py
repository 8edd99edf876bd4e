"""Rasa's graph component around the place rules and the place tagger."""

import logging
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.area_table import areas_in
from components.gazetteer import AREAS, gazetteer_of
from components.place_tagger import FEWEST, MODEL_FILE, Lesson, PlaceTagger, train_tagger
from components.places import PlaceRules
from dataset import NO_INTENT

logger = logging.getLogger("nlu.training")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class PlaceFinder(GraphComponent):
    """Sets `place` on every message: where it says the matter is, or None.

    Where enough training messages say their place, it is learned which words are one; else the rules decide. The
    list of areas that came with the training data is kept in the model.
    """

    def __init__(self, model_storage: ModelStorage, resource: Resource, rules: PlaceRules | None = None) -> None:
        self._storage = model_storage
        self._resource = resource
        self._rules = rules or PlaceRules(gazetteer_of(None))

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
        """With the areas and the tagger that the model was trained with."""
        try:
            with model_storage.read_from(resource) as directory:
                areas = gazetteer_of((directory / AREAS.name).read_text(encoding="utf-8"))
                learned = directory / MODEL_FILE
                tagger = PlaceTagger(learned.read_bytes()) if learned.is_file() else None
            return cls(model_storage, resource, PlaceRules(areas, tagger))
        except ValueError:  # how Rasa says that the archive holds nothing of this component, as in old models
            return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Stores the list of areas and, where there are enough places to learn from, the tagger."""
        areas = areas_in(training_data)
        rules = PlaceRules(gazetteer_of(areas))
        labelled = [m for m in training_data.nlu_examples if m.get("intent") != NO_INTENT]
        with self._storage.write_to(self._resource) as directory:
            (directory / AREAS.name).write_text(areas or AREAS.read_text(encoding="utf-8"), encoding="utf-8")
            if sum(bool(message.get("place")) for message in labelled) >= FEWEST:
                train_tagger((_lesson(message, rules) for message in labelled), directory / MODEL_FILE)
                logger.info(f"place: from {len(labelled)} messages")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Looks at each text of the batch."""
        for message in messages:
            message.set("place", self._rules.find(message.get("text") or ""), add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leaves the data as it is."""
        return training_data


def _lesson(message: Message, rules: PlaceRules) -> Lesson:
    text, place = message.get("text"), message.get("place")
    start = text.index(place) if place else 0
    return (*rules.propose(text), (start, start + len(place)) if place else None)

"""Rasa's graph component around the linear model: Rasa's intent, and service and answer topic beside it."""

import logging
from dataclasses import asdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.area_table import areas_in
from components.linear import LinearModel, LinearSettings, ModelError, train
from dataset import NO_INTENT, Example

logger = logging.getLogger("nlu.training")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearClassifier(IntentClassifier, GraphComponent):
    """Sets `intent`, `service`, `faq`, their `..._ranking`, and `also` on every message of a batch."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
    ):
        self._settings = LinearSettings(**{name: config[name] for name in asdict(LinearSettings())})
        self._storage = model_storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What config.yml may set; see LinearSettings."""
        return asdict(LinearSettings())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LinearClassifier":
        """An untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "LinearClassifier":
        """A trained component from the model archive. Raises ModelError when it is damaged."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, LinearModel.load(directory))

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the messages that the importer read, and stores the result in the model archive."""
        examples = [_example(message) for message in training_data.nlu_examples]
        self._model = train(examples, self._settings, logger.info, areas_in(training_data))
        with self._storage.write_to(self._resource) as directory:
            self._model.save(directory)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leaves the data as it is: nothing in this pipeline learns from predictions."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Classifies the whole list in one go."""
        if self._model is None:
            raise ModelError("the classifier has no model; train it first.")
        predictions = self._model.predict([message.get("text") or "" for message in messages])
        for message, prediction in zip(messages, predictions, strict=True):
            for name, value in prediction.items():
                message.set(name, value, add_to_output=True)
        return messages


def _example(message: Message) -> Example:
    properties = {name: message.get(name) for name in ("text", "intent", "service", "faq")}
    if properties["intent"] == NO_INTENT:
        properties["intent"] = None
    return Example(**properties, also=tuple(message.get("also") or ()), weight=message.get("weight", 1.0))

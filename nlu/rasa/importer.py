"""Gives Rasa the JSON Lines messages directly, without a detour over its YAML format."""

from pathlib import Path
from typing import Any

import rasa.shared.utils.io
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.area_table import lookup_table
from dataset import DATA, NO_INTENT, read_area_lines, read_examples


class JsonLinesImporter(TrainingDataImporter):
    """Reads every .jsonl below the training data directories; raises DataError at the first bad line.

    Intent is Rasa's own property; service, also, faq, place and weight travel as further message properties,
    where the components find them.
    """

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        **kwargs: Any,
    ):
        paths = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths
        self._config_file = config_file
        self._directories = [Path(path) for path in paths or [str(DATA)]]

    def get_domain(self) -> Domain:
        """Empty: this project uses Rasa to understand, not to converse."""
        return Domain.empty()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """None, for the same reason."""
        return StoryGraph([])

    def get_config(self) -> dict[str, Any]:
        """The pipeline, from config.yml."""
        return rasa.shared.utils.io.read_model_configuration(self._config_file) if self._config_file else {}

    def get_config_file_for_auto_config(self) -> str | None:
        """None: Rasa must not write suggestions into config.yml."""
        return self._config_file

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The training messages, and the areas that their places are looked up in."""
        examples = [example for directory in self._directories for example in read_examples(directory)]
        return TrainingData(
            [
                Message(
                    {
                        "text": example.text,
                        "intent": example.intent or NO_INTENT,
                        "service": example.service,
                        "also": list(example.also),
                        "faq": example.faq,
                        "place": example.place,
                        "weight": example.weight,
                    }
                )
                for example in examples
            ],
            lookup_tables=[lookup_table(read_area_lines(directory)) for directory in self._directories[:1]],
        )

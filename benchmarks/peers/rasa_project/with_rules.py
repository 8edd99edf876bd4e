"""Rasa's training data for the comparison: our messages as our own importer reads them, and domain and rules."""

from pathlib import Path
from typing import Any

from importer import JsonLinesImporter
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter

RULES = Path(__file__).parent / "rules.yml"


class WithRules(JsonLinesImporter):
    """What our NLU is trained on, unchanged; domain and rules are read by Rasa's own importer."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        **kwargs: Any,
    ):
        super().__init__(config_file, domain_path, training_data_paths, **kwargs)
        self._conversing = RasaFileImporter(config_file, domain_path, [str(RULES)])

    def get_domain(self) -> Domain:
        """Intents and sentences, from domain.yml."""
        return self._conversing.get_domain()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """The rules."""
        return self._conversing.get_stories(exclusion_percentage)

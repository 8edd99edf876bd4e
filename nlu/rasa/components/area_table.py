"""The list of areas on its way from the training data to the components, as one of Rasa's lookup tables."""

from typing import Any

from rasa.shared.nlu.training_data.training_data import TrainingData

_NAME = "areas"


def lookup_table(lines: list[str]) -> dict[str, Any]:
    """The lines of `areas.csv` as Rasa carries them."""
    return {"name": _NAME, "elements": lines}


def areas_in(data: TrainingData) -> str | None:
    """The CSV text; None where the data brings none."""
    for table in data.lookup_tables:
        if table["name"] == _NAME:
            return "\n".join(table["elements"]) + "\n"
    return None

"""Predictions for training messages by models that have not seen them."""

import sys
import warnings
from collections.abc import Sequence

import numpy as np
from ruamel.yaml import YAML
from sklearn.model_selection import StratifiedKFold

from components.heads import SEED
from components.linear import LinearSettings, train
from dataset import ROOT, Example
from scores import Prediction


def configured_settings() -> LinearSettings:
    """The classifier's settings as config.yml has them."""
    config = YAML(typ="safe").load((ROOT / "config.yml").read_text(encoding="utf-8"))
    return LinearSettings(**{key: value for key, value in config["pipeline"][0].items() if key != "name"})


def splits(examples: Sequence[Example], folds: int = 5) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows to learn from and rows held out, fold by fold; folds keep the shares of the labels."""
    strata = [f"{example.intent}/{example.service}/{example.faq}" for example in examples]
    splitter = StratifiedKFold(folds, shuffle=True, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return list(splitter.split(strata, strata))


def cross_validate(examples: Sequence[Example], settings: LinearSettings, folds: int = 5) -> list[Prediction]:
    """Predicts every example by a model trained without its fold."""
    predictions: list[Prediction] = []
    for number, (seen, held_out) in enumerate(splits(examples, folds), start=1):
        print(f"fold {number} of {folds}", file=sys.stderr, flush=True)
        model = train([examples[i] for i in seen], settings)
        tested = [examples[i] for i in held_out]
        results = model.predict([example.text for example in tested])
        predictions += [Prediction(*pair) for pair in zip(tested, results, strict=True)]
    return predictions

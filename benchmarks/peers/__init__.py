"""What stands beside ours in the same run of ``make bench``, under the same load: ``python -m benchmarks.peers``.

``connector`` and ``rasa``: Rasa's own server with its own Twilio connector, the same model and a rule an intent.
``floor`` and ``floors``: the least that a webhook must do, and the model alone. ``README.md`` says what each of
them does and what it does not.
"""

from collections.abc import Iterator

from benchmarks.load.figures import Figure
from benchmarks.peers.ratios import ratios

__all__ = ["measured", "ratios"]


def measured(*, quick: bool) -> Iterator[Figure]:
    """All of it; some minutes, and one or two more when Rasa's model is trained for the first time."""
    from benchmarks.peers import beside  # gunicorn imports this package for the floor, and shall load no more

    yield from beside.measured(quick=quick)

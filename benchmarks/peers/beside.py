"""All that is measured beside ours, in its order; and what one message costs, for the sizing."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.load import databases
from benchmarks.load.databases import Place, scratch
from benchmarks.load.figures import Figure
from benchmarks.load.sizes import FULL, QUICK
from benchmarks.load.standin import StandIn, standin_running
from benchmarks.load.town import Model, model_running, town
from benchmarks.peers import floors, rasa
from benchmarks.sizing.measured import unit_costs
from tests.support.processes import running

ACKS, TRAVELLED = {True: 150, False: 2_000}, {True: 60, False: 1_500}


def measured(*, quick: bool, folder: Path | None = None) -> Iterator[Figure]:
    """``folder``: on the disk that counts."""
    sizes = QUICK if quick else FULL
    with scratch(folder) as here, standin_running() as twilio:
        with model_running() as nlu:
            yield floors.understood(nlu, sizes.understood)
            for number, opened in enumerate(_places(here)):
                with opened as place:
                    yield from _floor(place, twilio, nlu, here / str(number), quick=quick)
        yield from rasa.measured(twilio, sizes, rasa.QUICK if quick else rasa.FULL)


def _places(folder: Path) -> list[AbstractContextManager[Place]]:
    return [databases.sqlite(folder), databases.postgresql(folder)]


def _floor(place: Place, twilio: StandIn, nlu: Model, folder: Path, *, quick: bool) -> Iterator[Figure]:
    with (
        running("tests.standins.smtp", "--folder", str(folder / "mails")) as smtp,
        town(place, folder, twilio, nlu, smtp.url.replace("http", "smtp")) as here,
    ):
        yield from unit_costs(here, TRAVELLED[quick])
        yield from floors.acknowledged(here, folder, ACKS[quick])

"""Everything that is measured, in its order: each database in turn, the model by itself, and the peers."""

import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.load import road, rush, ticks
from benchmarks.load.databases import Place
from benchmarks.load.figures import MEMORY, Figure, Goal
from benchmarks.load.machine import watching
from benchmarks.load.sizes import Sizes
from benchmarks.load.standin import Manner, StandIn
from benchmarks.load.town import Model, Town, town
from tests.support.processes import running

LIMITED = {"web": Goal(200), "worker": Goal(200)}
Step = Callable[[], Iterable[Figure]]


def over(place: Place, sizes: Sizes, twilio: StandIn, nlu: Model, folder: Path) -> Iterator[Figure]:
    """The whole system on one database."""
    mails = folder / "mails"
    with running("tests.standins.smtp", "--folder", str(mails)) as smtp:
        with town(place, folder, twilio, nlu, smtp.url.replace("http", "smtp")) as here:
            with watching(lambda: here.parts) as most:
                yield from _measured(here, sizes, mails)
            yield from _memory(most, place.name)
        yield from attempted(lambda: ticks.at_rest(here))


def _measured(here: Town, sizes: Sizes, mails: Path) -> Iterator[Figure]:
    setup, told = here.place.name, f"{here.place.name}, callbacks"
    quiet, telling = Manner(), Manner(callbacks=True)
    steps: list[tuple[Manner, Step]] = [
        (quiet, lambda: [road.at_idle(here, sizes.idle, setup)]),
        *((quiet, partial(road.paced, here, rate, seconds, setup)) for rate, seconds in sizes.paced_s.items()),
        (quiet, lambda: road.processed(here, sizes.processed, setup)),
        (telling, lambda: road.processed(here, sizes.processed, told)),
        (telling, lambda: road.paced(here, 80, sizes.paced_s[80], told)),
        (quiet, lambda: rush.acknowledged_and_drained(here, sizes.backlog, setup)),
        (quiet, lambda: rush.mixed(here, sizes.mixed_s, setup)),
        (quiet, lambda: [rush.letters(here, sizes.letters, mails, setup)]),
    ]
    for manner, step in steps:
        here.twilio.behave(manner)
        yield from attempted(step)


def attempted(step: Step) -> Iterable[Figure]:
    """Its figures; where it fails that is told, and the other measurements go on."""
    try:
        return list(step())
    except Exception:
        traceback.print_exc()
        return ()


def _memory(most: dict[str, float], setup: str) -> Iterator[Figure]:
    for name, mb in most.items():
        note = "the largest of its processes, at its largest (PSS)"
        yield Figure(f"memory of a {name} process", mb, MEMORY, setup=setup, goal=LIMITED.get(name), note=note)

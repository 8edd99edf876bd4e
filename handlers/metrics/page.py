"""The page that Prometheus reads. Numbers and words of ours only: nothing here comes from citizens."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from flask import Blueprint, Response, current_app
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from bot.watching import meters
from bot.watching.disks import Disks
from bot.watching.facts import Watch
from bot.watching.gauges import GAUGES, PREFIX, Value
from handlers.edge import Edge, edge
from handlers.guards import guard

blueprint = Blueprint("metrics", __name__)
guard(blueprint, "watcher")

WATCH = "suarakota.watch"


@blueprint.get("/metrics")
def metrics() -> Response:
    """Everything, in Prometheus's text format. Counts are this machine's, gauges the whole city's."""
    text = page(_watch())
    return Response(text, content_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})


def watch_of(here: Edge) -> Watch:
    """What looks things up for one process."""
    return Watch(here.database, here.rulebook, here.clock, here.ledger, Disks(_folders(here)))


def _folders(here: Edge) -> dict[str, Path]:
    """What of ours lies on this machine: a bucket does not, and PostgreSQL's disk is its own machine's matter."""
    folders = {} if here.settings.media_bucket else {"media": here.settings.media_folder}
    if here.database.is_sqlite and (file := here.database.engine.url.database):
        folders["database"] = Path(file).parent
    return folders


def page(watch: Watch) -> bytes:
    """The text that Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    for one in (meters.counted(), _Given(families(watch.values()))):
        registry.register(one)
    return generate_latest(registry)


class _Given(Collector):
    """Hands out what is known already: a registry only takes collectors."""

    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = list(found)

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        return self._found


def families(values: Iterable[Value]) -> Iterator[Metric]:
    """Gauges as Prometheus has them, in the order of their table; those without a value are left out."""
    by_name: dict[str, list[Value]] = {}
    for value in values:
        by_name.setdefault(value.gauge, []).append(value)
    for name, gauge in GAUGES.items():
        if found := by_name.pop(name, None):
            family = GaugeMetricFamily(f"{PREFIX}{name}", gauge.says, labels=gauge.labels)
            for value in found:
                family.add_metric(value.labels, value.value)
            yield family
    if by_name:
        raise KeyError(f"These gauges stand in no table: {', '.join(by_name)}.")


def _watch() -> Watch:
    found: Watch = current_app.extensions.setdefault(WATCH, watch_of(edge()))
    return found

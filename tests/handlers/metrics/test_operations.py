"""Alert rules and dashboard speak of what there is, and every alert has its paragraph for whoever is called."""

import json
import re
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import Histogram

from bot.settings import ROOT
from bot.watching import meters
from bot.watching.gauges import GAUGES, PREFIX

FOLDER = ROOT / "docs" / "operations"
ALERTS = yaml.safe_load((FOLDER / "alerts.yml").read_text())
DASHBOARD = json.loads((FOLDER / "grafana.json").read_text())
JOB = "suarakota"
# ``up`` is Prometheus's own word for whether a target answered.
NAME = re.compile(r"\bsuarakota_\w+|\bup\b")
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]


def known() -> dict[str, tuple[str, ...]]:
    """The series that a scrape can have, with their labels."""
    series = {f"{PREFIX}{name}": gauge.labels for name, gauge in GAUGES.items()} | {"up": ("job",)}
    for one in vars(meters).values():
        name, labels = getattr(one, "_name", None), getattr(one, "_labelnames", ())
        if name is None:
            continue
        if isinstance(one, Histogram):
            series |= {f"{name}_bucket": (*labels, "le"), f"{name}_sum": labels, f"{name}_count": labels}
        else:
            series[f"{name}_total"] = labels
    return series


@pytest.mark.parametrize("query", [*QUERIES, *(rule["expr"] for rule in RULES)])
def test_every_series_that_is_asked_for_exists_with_its_labels(query: str) -> None:
    series = known()
    names = NAME.findall(query)
    assert names
    labels = {"instance"}
    for name in names:
        assert name in series, name
        labels |= set(series[name])
    asked = {word.strip() for group in re.findall(r"by \(([^)]*)\)", query) for word in group.split(",")}
    asked |= {word for group in re.findall(r"{([^}]*)}", query) for word in re.findall(r"(\w+)\s*[=!]", group)}
    assert asked <= labels


@pytest.mark.parametrize("query", [*QUERIES, *(rule["expr"] for rule in RULES)])
def test_prometheus_understands_it(query: str) -> None:
    promql_parser.parse(query)


@pytest.mark.parametrize("query", ["rate(suarakota_turns_total)", "max by (host (up)", "up == 0 and", "up > 1 up"])
def test_what_prometheus_would_refuse_is_refused(query: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its only kind of error, with words of its own
        promql_parser.parse(query)


def test_hosts_are_asked_for_by_the_name_that_prometheus_gives_them() -> None:
    [job] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    assert job["job_name"] == JOB
    asked = [query for query in (*QUERIES, *(rule["expr"] for rule in RULES)) if re.search(r"\bup\b", query)]
    assert len(asked) == 2, "in a rule and on the dashboard"
    assert all(f'up{{job="{JOB}"}}' in query for query in asked)


def test_gauges_are_not_added_up_over_hosts() -> None:
    """Each web host tells the same of the one database: added together it would be three times as much."""
    for query in (*QUERIES, *(rule["expr"] for rule in RULES)):
        for name in NAME.findall(query):
            if name.removeprefix(PREFIX) in GAUGES:
                assert re.search(rf"(max|min|absent)( by \([^)]*\) )?\s?\(\s*{name}", query), query


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_says_who_is_called_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    text = (ROOT / page).read_text()
    assert f'<a id="{anchor}"></a>' in text, f"{page} says nothing of {anchor}"


def test_names_are_told_once() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES) > 20
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_every_figure_is_shown_or_watched() -> None:
    """What nobody looks at need not be measured."""
    used = {name for query in (*QUERIES, *(rule["expr"] for rule in RULES)) for name in NAME.findall(query)}
    gauges = {f"{PREFIX}{name}" for name in GAUGES}
    assert gauges - used == set()


@pytest.mark.parametrize("name", ["prometheus.yml", "grafana-provider.yml"])
def test_the_other_files_are_yaml(name: str) -> None:
    assert yaml.safe_load((FOLDER / name).read_text())

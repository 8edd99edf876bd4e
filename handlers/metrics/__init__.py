"""``/metrics`` for Prometheus: what this machine's processes counted, and how things stand in the database."""

from handlers.metrics.page import blueprint as blueprint
from handlers.metrics.requests import install as install

"""A webhook that is refused can be found: one line in the log and our answer at the provider have the same id."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from handlers.edge import KEY, Edge
from handlers.web import create_web
from storage.database import open_database
from tests.standins.citizen import MESSAGES, Citizen
from tests.support.web import LINE, Web


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    with capture_logs(processors=[merge_contextvars]) as written:
        yield written


def the_line(lines: list[Any], answer: TestResponse) -> Any:
    """The only one about this request."""
    [line] = [one for one in lines if one.get("request") == answer.headers["X-Request-Id"]]
    return line


def test_each_refusal_has_a_line_with_its_id(local_web: Web, sari: Citizen, lines: list[Any]) -> None:
    form = sari.form("sebuah rahasia")
    for _ in range(2):
        forged = local_web.forged(form, "x")
        assert (forged.status_code, the_line(lines, forged)["event"]) == (403, "forged_webhook")
    misshapen = {name: value for name, value in form.items() if name != "MessageSid"}
    malformed = local_web.post(misshapen)
    assert (malformed.status_code, the_line(lines, malformed)["event"]) == (400, "malformed_webhook")
    large = local_web.forged({"Body": "x" * (2 * 1024 * 1024)}, "x")
    assert (large.status_code, the_line(lines, large)["status"]) == (413, 413)
    assert len({line["request"] for line in lines}) == 4
    for part in ("rahasia", sari.address, "xxx"):
        assert part not in str(lines), part


def test_one_that_finds_no_database_has_one_too(local_web: Web, sari: Citizen, lines: list[Any]) -> None:
    here: Edge = local_web.client.application.extensions[KEY]
    away = create_web(replace(here, database=open_database("postgresql://nobody@127.0.0.1:9/none")))
    form = sari.form("halo")
    answer = away.test_client().post(MESSAGES, data=form, headers=LINE.headers(MESSAGES, form))
    assert answer.status_code == 503
    assert the_line(lines, answer)["event"] == "webhook_refused"


def test_one_that_is_stored_has_its_id_in_the_line_and_leaves_none_behind(
    local_web: Web, sari: Citizen, lines: list[Any]
) -> None:
    answer = local_web.post(sari.form("halo"))
    assert the_line(lines, answer)["event"] == "message_stored"
    assert "request" not in get_contextvars()

"""What goes wrong in a page is in the log, without the secrets of its address and without what it was about."""

from typing import Never

import pytest
from structlog.testing import capture_logs

from tests.handlers.city_hall import CityHall

SECRET, STORY = "AAAAAAAAAAAAAAAAAAAAAA", "NIK 3171014503990001"


def breaks(**_: object) -> Never:
    raise ValueError(STORY)


@pytest.mark.parametrize("address", [f"/agency/{SECRET}", f"/t/JK-261124-0001/{SECRET}"])
def test_a_page_that_breaks(
    hall: CityHall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    endpoint, _ = hall.app.url_map.bind("localhost").match(address)
    monkeypatch.setitem(hall.app.view_functions, endpoint, breaks)
    monkeypatch.setitem(hall.app.config, "PROPAGATE_EXCEPTIONS", False)
    with capture_logs() as written:
        answer = hall.browser().get(address)
    assert answer.status_code == 500
    [line] = [each for each in written if each["log_level"] == "error"]
    assert (line["event"], line["endpoint"], line["exc_info"]) == ("request_failed", endpoint, True)
    assert caplog.text == ""
    for secret in (SECRET, STORY):
        assert secret not in f"{written}{answer.text}"

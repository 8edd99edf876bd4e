"""What lists are asked for: each filter, its bounds, and pages."""

from urllib.parse import parse_qs, urlsplit

import pytest

from bot.status import Move
from tests.handlers.open311.place import Place, problems
from tests.support.statements import statements_of


@pytest.fixture
def three(any_place: Place) -> list[str]:
    """Public ids: a closed one of the day before yesterday, a lamp of yesterday, a pothole of now."""
    numbers = [any_place.public("Jalan rusak parah")]
    any_place.hall.moved(numbers[0], Move.CONFIRM)
    any_place.hall.wait(days=1)
    numbers.append(any_place.public("Lampu mati", service="lampu_jalan"))
    any_place.hall.wait(days=1)
    numbers.append(any_place.public("Jalan berlubang lagi"))
    return [any_place.name_of(number) for number in numbers]


def names(place: Place, **query: object) -> list[str]:
    return [one["service_request_id"] for one in place.listed(**query)]


def test_the_newest_first(any_place: Place, three: list[str]) -> None:
    assert names(any_place) == three[::-1]


def test_by_status_service_and_time(any_place: Place, three: list[str]) -> None:
    assert names(any_place, status="closed") == three[:1]
    assert names(any_place, status="open") == three[:0:-1]
    assert names(any_place, status="open,closed") == three[::-1]
    assert names(any_place, service_code="lampu_jalan") == three[1:2]
    assert names(any_place, service_code="lampu_jalan,jalan_rusak") == three[::-1]
    assert names(any_place, start_date="2026-11-24") == three[:0:-1]
    assert names(any_place, end_date="2026-11-23") == three[:1]
    assert names(any_place, start_date="2026-11-24T02:00:00Z", end_date="2026-11-24T09:00:00 07:00") == three[1:2]
    assert names(any_place, updated_after="2026-11-24T10:00:00+07:00") == three[2:]


def test_by_ids_which_leave_all_else_out(any_place: Place, three: list[str]) -> None:
    asked = f"{three[0]},{three[2]},{'a' * 26},tidak-ada"
    assert names(any_place, service_request_id=asked, status="open", page="1") == [three[2], three[0]]
    answer = any_place.get("requests.json", service_request_id=",".join(f"{n:026d}" for n in range(51)))
    assert "at most 50" in problems(answer)[0]


def test_nothing_older_than_ninety_days_unless_asked_for(place: Place) -> None:
    place.public()
    place.hall.wait(days=91)
    assert place.listed() == []
    assert len(place.listed(start_date="2026-11-01")) == 1
    answer = place.get("requests.json", start_date="2026-01-01", end_date="2026-11-30")
    assert (answer.status_code, problems(answer)) == (400, ["start_date is at most 90 days before end_date; "
                                                            "ask for one span after the other."])  # fmt: skip


def test_pages_lead_on_and_back_and_new_requests_move_nothing(any_place: Place, three: list[str]) -> None:
    first = any_place.get("requests.json", page_size=2)
    assert [one["service_request_id"] for one in first.json] == three[:0:-1]
    link = first.headers["Link"]
    assert 'rel="next"' in link
    following = urlsplit(link[1 : link.index(">")])
    any_place.hall.wait(minutes=1)
    any_place.public("Baru sekali")
    second = any_place.browser.get(f"{following.path}?{following.query}")
    assert [one["service_request_id"] for one in second.json] == three[:1]
    assert 'rel="prev"' in second.headers["Link"]
    assert 'rel="next"' not in second.headers["Link"]
    assert parse_qs(following.query)["page"] == ["2"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start_date", "kemarin"),
        ("start_date", "0001-01-01"),
        ("start_date", "2026-02-30"),
        ("end_date", "2026-11-24T25:00:00Z"),
        ("updated_after", "1764000000"),
        ("status", "reopened"),
        ("service_code", "tidak_ada"),
        ("page", "0"),
        ("page", "1001"),
        ("page", "-1"),
        ("page", "\u0661"),
        ("page_size", "1001"),
        ("bbox", "1,2,3"),
        ("bbox", "107,-6,106,-7"),
        ("bbox", "a,b,c,d"),
        ("lat", "-6.2"),
        ("radius", "100"),
    ],
)
def test_a_wrong_filter_is_named(place: Place, name: str, value: str) -> None:
    answer = place.get("requests.json", **{name: value})
    assert answer.status_code == 400
    assert problems(answer)[0].startswith(f"{name} ")


def test_a_constant_number_of_statements(any_place: Place) -> None:
    counts = []
    for more in (1, 9):
        for number in range(more):
            any_place.public(f"Lubang {more} {number}")
        for path in ("requests.json", "servicerequestupdates.json"):
            any_place.get(path)
            with statements_of(any_place.hall.database) as asked:
                any_place.get(path)
            counts.append(len(asked))
    assert counts == [3, 2, 3, 2]

"""The pulse: silent while nothing changed, and a new version with all numbers as soon as anything did."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from bot.desk import work
from bot.duty import duty
from bot.status import Move
from bot.tickets import tickets as life
from storage.models import Alarm, Handover, OutboundMessage, Quarantine, User
from tests.handlers.city_hall import CityHall, csrf_of
from tests.handlers.sealed_cases import log_in, sealed_ticket
from tests.support.statements import statements_of


def version(browser: FlaskClient, since: str = "") -> str:
    """The version of now, or nothing where that is ``since``."""
    answer = browser.get(f"/console/pulse?version={since}")
    if answer.status_code == 204:
        assert not answer.data
        return ""
    found = re.search(r'name="version" value="(\w+)"', answer.text)
    assert found
    return found[1]


def counted(browser: FlaskClient) -> dict[str, tuple[str, str]]:
    """The numbers of the menu, with how they look."""
    found = re.findall(r'<span class="count (\w*)" id="count-(\w+)" hx-swap-oob="true">(\d*)<', pulse(browser))
    return {name: (number, look) for look, name, number in found}


def pulse(browser: FlaskClient) -> str:
    return browser.get("/console/pulse").text


def emergency(hall: CityHall) -> str:
    number, _ = hall.forwarded("Kebakaran", service="kebakaran", urgent=True)
    with hall.database.begin() as session:
        duty.raise_alarm(session, life.by_number(session, number), hall.now)
    return number


def take(hall: CityHall) -> None:
    with hall.database.begin() as session:
        alarm, user = session.get_one(Alarm, 1), session.get_one(User, hall.user_id())
        duty.take(session, hall.rulebook, alarm, user, hall.now)


def on_the_ticket(step: Callable[..., object], *arguments: object) -> Callable[[CityHall], None]:
    def change(hall: CityHall) -> None:
        with hall.database.begin() as session:
            ticket = life.by_number(session, NUMBERS[-1])
            step(session, ticket, *arguments, hall.user_id(), hall.now)

    return change


NUMBERS: list[str] = []


def answered(hall: CityHall) -> None:
    with hall.database.begin() as session:
        session.get_one(Handover, 1).answered_at = hall.now


def failed(hall: CityHall) -> None:
    with hall.database.begin() as session:
        session.get_one(OutboundMessage, 1).state = "failed"


def told_again(hall: CityHall) -> None:
    with hall.database.begin() as session:
        session.get_one(Alarm, 1).rounds += 1


def strayed(hall: CityHall) -> None:
    with hall.database.begin() as session:
        session.add(Quarantine(channel="sms", external_id="S1", reason="x", raw={}, received_at=hall.now))


CHANGES: dict[str, Callable[[CityHall], object]] = {
    "a report": lambda hall: hall.ticket(),
    "a question": lambda hall: hall.handover(),
    "an answer": answered,
    "an emergency": emergency,
    "an emergency taken": take,
    "people told again": told_again,
    "a move": lambda hall: hall.moved(NUMBERS[-1], Move.ACCEPT, "agency:bina_marga"),
    "an assignment": on_the_ticket(work.assign, None),
    "a priority": on_the_ticket(work.set_priority, 1),
    "time": lambda hall: hall.wait(days=60),
    "a dead letter": failed,
    "a stray message": strayed,
}


@pytest.mark.parametrize("what", CHANGES)
def test_any_change_is_noticed_and_nothing_else_is(any_hall: CityHall, what: str) -> None:
    hall, rina = any_hall, any_hall.coordinator()
    hall.handover()
    emergency(hall)
    NUMBERS.append(hall.forwarded()[0])
    with hall.database.begin() as session:
        life.by_number(session, NUMBERS[-1]).assigned_to = hall.user_id()
    before = version(rina)
    assert version(rina, before) == ""
    rina.get("/console/queue/all")  # looking is no change
    assert version(rina, before) == ""
    CHANGES[what](hall)
    after = version(rina, before)
    assert after
    assert version(rina, after) == ""


def test_the_numbers_of_the_menu(hall: CityHall, rina: FlaskClient) -> None:
    assert counted(rina)["emergencies"] == ("", "")
    hall.handover("?", "question")
    hall.handover("?", "person")
    hall.handover("?", "unsure")
    number, _ = hall.forwarded()
    hall.moved(number, Move.SEND_BACK, "agency:bina_marga", "Bukan kami")
    emergency(hall)
    numbers = counted(rina)
    assert numbers["questions"] == ("2", "")
    assert numbers["unsure"] == ("1", "")
    assert numbers["sent_back"] == ("1", "warn")
    assert numbers["emergencies"] == ("1", "urgent")
    take(hall)
    assert counted(rina)["emergencies"] == ("1", "warn")
    hall.wait(days=60)
    assert counted(rina)["overdue"][1] == "warn"
    page = rina.get("/console/queue/all").text
    assert '<span class="count warn" id="count-emergencies">1</span>' in page


def test_what_is_counted_is_what_the_queue_lists(hall: CityHall, rina: FlaskClient) -> None:
    for n in range(6):
        number, _ = hall.forwarded(urgent=n % 2 == 0)
        with hall.database.begin() as session:
            life.by_number(session, number).solve_by = hall.now + timedelta(hours=12 * (n - 3))
    sealed_ticket(hall, urgent=True)
    for browser in (rina, log_in(hall, "sealed_officer")):
        for name, (number, _) in counted(browser).items():
            if name in ("emergencies", "sent_back", "overdue", "due_soon", "mine"):
                rows = browser.get(f"/console/queue/{name}").text.count("data-row")
                assert rows == int(number or 0), name


def test_the_page_is_called_to_look_again_and_told_of_emergencies(hall: CityHall, rina: FlaskClient) -> None:
    emergency(hall)
    told = json.loads(rina.get("/console/pulse?version=old").headers["HX-Trigger"])
    assert told == {"changed": {}, "emergency": {"untaken": 1, "newest": 1}}
    take(hall)
    told = json.loads(rina.get("/console/pulse?version=old").headers["HX-Trigger"])
    assert told["emergency"] == {"untaken": 0, "newest": 0}


def test_a_page_knows_its_version_from_the_start(hall: CityHall, rina: FlaskClient) -> None:
    page = rina.get("/console/queue/overdue")
    found = re.search(r'id="pulse-version" name="version" value="(\w+)"', page.text)
    assert found
    assert version(rina, found[1]) == ""


def test_two_statements_and_who_is_asking(hall: CityHall, rina: FlaskClient) -> None:
    emergency(hall)
    for since in ("", version(rina)):
        with statements_of(hall.database) as statements:
            rina.get(f"/console/pulse?version={since}")
        about_the_session = [one for one in statements if "FROM users" in one or "login_sessions" in one]
        assert len(statements) - len(about_the_session) == 2, statements


def test_odd_versions_are_old_ones(hall: CityHall, rina: FlaskClient) -> None:
    for odd in ("", "x" * 5000, "%00", "<script>"):
        answer = rina.get(f"/console/pulse?version={odd}")
        assert answer.status_code == 200
        assert "<script>" not in answer.text


def test_who_hears_it(hall: CityHall) -> None:
    emergency(hall)
    leader = log_in(hall, "leadership").get("/console/pulse")
    assert json.loads(leader.headers["HX-Trigger"])["emergency"] == {"untaken": 0, "newest": 0}
    officer = log_in(hall, "agency_officer", "dlh")
    assert officer.get("/console/pulse").status_code == 403
    assert 'id="pulse"' not in officer.get("/console/").text
    assert hall.browser().get("/console/pulse").status_code == 302


def test_nothing_is_written_by_it(hall: CityHall, rina: FlaskClient) -> None:
    csrf_of(rina.get("/console/"))
    rina.get("/console/queue/all")  # opening a list is a look, its refreshing is none
    before = hall.everything()
    version(rina)
    rina.get("/console/queue/all", headers={"HX-Request": "true"})
    assert hall.everything() == before

"""An emergency reaches the people on duty at once, and again until exactly one of them has taken it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from structlog.testing import capture_logs

from bot.duty import duty
from bot.duty.duty import Taking
from bot.messages import WHATSAPP, Location
from bot.rulebook import Rulebook
from bot.segments import segments
from bot.status import Move
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.database import Database
from storage.models import Citizen, User
from tests.support.clock import MoveableClock, at
from tests.support.desk import Number
from tests.support.duty import CITIZEN, Station
from tests.support.outbox import Provider

RINA, BUDI, SITI = "+628000000101", "+628000000102", "+628000000103"


@pytest.fixture
def station(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Station:
    return approved(Station(database, rulebook, clock))


@pytest.fixture
def here(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Station:
    """For what no database makes a difference to."""
    return approved(Station(sqlite_database, rulebook, clock))


def approved(station: Station) -> Station:
    """WhatsApp has approved the city's templates."""
    station.with_template(alarm="HX1", alarm_sealed="HX2", alarm_handled="HX3", follow_taken="HX4")
    return station


class Killed(BaseException):
    """The process dies here."""


def test_whoever_is_on_shift_is_told_at_once_and_again(station: Station) -> None:
    station.shift(station.person("rina", RINA))
    station.person("budi", BUDI)
    number = station.emergency()
    assert station.tick() == 1
    assert station.phones() == [f"whatsapp:{RINA}"]
    assert station.tick(minutes=2) == 0
    assert station.tick(minutes=1) == 1
    assert station.phones() == [f"whatsapp:{RINA}", RINA]  # what has not arrived is tried by SMS
    assert station.alarm(number).rounds == 2
    row = station.rows()[0]
    assert (row.conversation_id, row.lane, row.at_least_once) == (None, 0, True)


def test_after_two_rounds_all_coordinators_are_told(station: Station) -> None:
    station.shift(station.person("rina", RINA))
    station.person("budi", BUDI, "administrator")
    station.emergency()
    for _ in range(3):
        station.tick()
        station.clock.move(minutes=3)
    rounds = [row.key.split(":")[2] for row in station.rows()]
    assert rounds == ["1", "2", "3", "3"]


@pytest.mark.parametrize(
    "shift", ["nobody's", "over", "not begun", "of somebody disabled", "of one without a phone"]
)
def test_where_nobody_is_on_duty_all_with_a_phone_are(here: Station, shift: str) -> None:
    budi = here.person("budi", "" if "without" in shift else BUDI)
    here.person("rina", RINA)
    here.person("siti", SITI, "agency_officer", agency="dlh")
    if shift != "nobody's":
        here.clock.move(days=1 if shift == "not begun" else 0)
        here.shift(budi)
        here.clock.move(days={"over": 1, "not begun": -1}.get(shift, 0))
    if "disabled" in shift:
        with here.database.begin() as session:
            session.get_one(User, budi).disabled_at = here.clock.now()
    here.emergency()
    here.tick()
    both = ["over", "not begun", "nobody's"]
    assert here.phones() == [f"whatsapp:{p}" for p in ((BUDI, RINA) if shift in both else (RINA,))]


def test_where_there_is_no_phone_at_all_the_log_says_so_and_the_rounds_go_on(here: Station) -> None:
    here.person("rina")
    number = here.emergency()
    with capture_logs() as logs:
        here.tick()
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["alarm_without_duty"]
    assert RINA not in str(logs)
    here.person("budi", BUDI)
    here.tick(minutes=3)
    assert here.phones() == [f"whatsapp:{BUDI}"]
    assert here.alarm(number).rounds == 2


def test_the_message_says_what_is_needed_and_not_who_wrote(here: Station) -> None:
    here.person("rina", RINA)
    number = here.emergency(place="Gang Mawar 3, Tebet")
    here.tick()
    text = here.rows()[0].body["text"]
    assert text.startswith(f"DARURAT {number}: ")
    assert "Gang Mawar 3, Tebet" in text
    assert "Rumah tetangga terbakar" in text
    assert text.endswith(f"Balas AMBIL {number}")
    for secret in (CITIZEN, "3171234567890001", "081200000001"):
        assert secret not in text


@pytest.mark.parametrize(
    "story",
    ["api " * 400, "\U0001f525\U0001f525 kebakaran \u201cbesar\u201d " * 30, "\u706b\u4e8b", "{number} {x}"],
)
def test_the_message_fits_two_sms_whatever_was_written(here: Station, story: str) -> None:
    here.person("rina", RINA)
    here.emergency(story, place=story)
    here.tick()
    text = here.rows()[0].body["text"]
    assert segments(text) <= 2, text
    assert "AMBIL" in text


@pytest.mark.parametrize(
    ("pin", "place"), [(Location(-6.2, 106.8), "-6.20000, 106.80000"), (None, "belum disebutkan")]
)
def test_a_pin_is_a_place_and_where_there_is_none_it_says_so(
    here: Station, pin: Location | None, place: str
) -> None:
    here.person("rina", RINA)
    here.emergency(location=pin)
    here.tick()
    assert f"Tempat: {place}\n" in here.rows()[0].body["text"]


def test_a_sealed_emergency_says_nothing_and_goes_to_those_named_for_it(here: Station) -> None:
    here.shift(here.person("rina", RINA))
    here.person("siti", SITI, "sealed_officer")
    number = here.emergency("suami saya memukul saya", service="perempuan_anak", sealed=True, place="Tebet")
    here.tick()
    assert here.phones() == [f"whatsapp:{SITI}"]
    body = str(here.rows()[0].body)
    assert number in body
    for content in ("memukul", "Tebet", "perempuan", "Perempuan"):
        assert content not in body
    here.tick(minutes=3)
    here.tick(minutes=3)
    assert f"whatsapp:{RINA}" in here.phones()
    assert here.takes(number, here.person("joko")) is Taking.TAKEN
    assert here.to_citizen() == []  # nothing is sent unasked that somebody else may read


def test_a_sealed_emergency_without_such_people_goes_to_the_coordinators(here: Station) -> None:
    here.person("siti", "", "sealed_officer")
    here.person("rina", RINA)
    here.emergency("suami saya memukul saya", sealed=True)
    here.tick()
    assert [row.wording for row in here.rows()] == ["alarm_sealed"]


def test_rounds_end_and_the_log_says_so(here: Station) -> None:
    here.with_policy(rounds=3)
    here.person("rina", RINA)
    number = here.emergency()
    with capture_logs() as logs:
        for _ in range(6):
            here.tick(minutes=3)
    assert len(here.rows()) == 3
    assert here.alarm(number).next_at is None
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["alarm_not_taken"]


def test_quiet_hours_hold_nothing_up(here: Station) -> None:
    here.clock.at = at("2026-11-24T02:00+07:00")
    rina = here.person("rina", RINA)
    number = here.emergency()
    here.tick()
    assert here.phones() == [f"whatsapp:{RINA}"]
    here.takes(number, rina)
    assert here.to_citizen() == ["follow_taken"]
    [told] = here.rows("follow_taken")
    assert (told.due_at, told.lane) == (here.clock.now(), 0)


def test_taking_it_stops_the_rounds_and_everybody_hears(station: Station) -> None:
    rina, budi = station.person("rina", RINA), station.person("budi", BUDI)
    station.person("siti", SITI, "agency_officer", agency="dlh")
    number = station.emergency()
    station.tick()
    station.send({WHATSAPP: Provider()})
    assert station.takes(number, rina) is Taking.TAKEN
    assert station.phones("alarm_handled") == [f"whatsapp:{BUDI}"]
    assert number in station.rows("alarm_handled")[0].body["text"]
    assert station.to_citizen() == ["follow_taken"]
    assert ("alarm_taken", f"user:{rina}") in station.events(number)
    assert station.tick(minutes=30) == 0
    assert station.takes(number, budi) is Taking.OTHERS
    assert station.takes(number, rina) is Taking.YOURS
    assert len(station.rows("follow_taken")) == 1


def test_what_was_not_sent_yet_is_not_sent_after_the_taking(here: Station) -> None:
    rina = here.person("rina", RINA)
    here.person("budi", BUDI)
    number = here.emergency()
    here.tick()
    here.takes(number, rina)
    assert {row.state for row in here.rows()} == {"cancelled"}
    assert here.rows("alarm_handled") == []  # who was not alerted need not be calmed


@pytest.mark.parametrize("ending", [Move.WITHDRAW, Move.CONFIRM, Move.REJECT])
def test_a_report_that_has_ended_stops_the_rounds(here: Station, ending: Move) -> None:
    rina = here.person("rina", RINA)
    number = here.emergency()
    here.tick()
    with here.database.begin() as session:
        ticket = tickets.by_number(session, number)
        tickets.move(session, here.rulebook, ticket, ending, By("citizen", here.clock.now()))
    here.tick(minutes=3)
    assert len(here.rows()) == 1
    assert here.alarm(number).next_at is None
    assert here.rows()[0].state == "cancelled"
    assert here.takes(number, rina) is Taking.CLOSED
    assert here.alarm(number).taken_at is None


def test_who_opted_out_is_not_told(here: Station) -> None:
    rina = here.person("rina", RINA)
    number = here.emergency()
    with here.database.begin() as session:
        session.scalars(select(Citizen)).one().opted_out_at = here.clock.now()
    here.takes(number, rina)
    assert here.to_citizen() == []
    assert ("not_sent_opted_out", "bot") in here.events(number)


def test_who_opted_out_and_then_calls_for_help_is_told(here: Station) -> None:
    rina = here.person("rina", RINA)
    number = here.emergency()
    with here.database.begin() as session:
        session.scalars(select(Citizen)).one().opted_out_at = here.clock.now() - timedelta(days=1)
    here.takes(number, rina)
    assert here.to_citizen() == ["follow_taken"]


def test_a_voice_note_rings_again_where_nobody_has_come(here: Station) -> None:
    here.person("rina", RINA)
    number = here.emergency()
    here.tick()
    assert here.alarm(number).next_at > here.clock.now()
    with here.database.begin() as session:
        duty.ring_again(session, tickets.by_number(session, number), here.clock.now())
    assert here.alarm(number).next_at == here.clock.now()


def test_an_alarm_is_raised_once(station: Station) -> None:
    number = station.emergency()
    with station.database.begin() as session:
        duty.raise_alarm(session, tickets.by_number(session, number), station.clock.now())
    assert station.tick() == 1


def test_each_round_once_with_several_schedulers(station: Station) -> None:
    station.person("rina", RINA)
    station.person("budi", BUDI)
    for _ in range(20):
        station.emergency()
    now = station.clock.now()
    with ThreadPoolExecutor(3) as pool:
        done = sum(pool.map(lambda _: duty.run_due(station.database, station.rulebook, now), range(6)))
    assert done == 20
    keys = [row.key for row in station.rows()]
    assert len(keys) == len(set(keys)) == 40
    assert {key.split(":")[2] for key in keys} == {"1"}


def test_a_worker_that_dies_before_its_commit_has_told_nobody_and_the_next_does(station: Station) -> None:
    station.person("rina", RINA)
    number = station.emergency()

    def die(_: object) -> None:
        raise Killed

    event.listen(station.database.engine, "commit", die)
    with pytest.raises(Killed):
        station.tick()
    event.remove(station.database.engine, "commit", die)
    assert station.rows() == []
    assert station.alarm(number).rounds == 0
    assert station.tick() == 1
    assert [row.key.split(":")[2] for row in station.rows()] == ["1"]


def test_of_many_who_take_it_at_once_one_has_it(station: Station) -> None:
    people = [station.person(f"p{n}", f"+6280000002{n:02d}") for n in range(5)]
    number = station.emergency()
    station.tick()
    with ThreadPoolExecutor(5) as pool:
        outcomes = list(pool.map(lambda user: station.takes(number, user), people))
    assert sorted(outcomes) == [Taking.OTHERS] * 4 + [Taking.TAKEN]
    assert [kind for kind, _ in station.events(number)].count("alarm_taken") == 1
    assert station.to_citizen() == ["follow_taken"]


def test_taking_and_telling_at_once_end_in_quiet(station: Station) -> None:
    rina = station.person("rina", RINA)
    numbers = [station.emergency() for _ in range(10)]
    now = station.clock.now()
    with ThreadPoolExecutor(4) as pool:
        taking = [pool.submit(station.takes, number, rina) for number in numbers]
        telling = [pool.submit(duty.run_due, station.database, station.rulebook, now) for _ in range(4)]
        assert {done.result() for done in taking} == {Taking.TAKEN}
        for done in telling:
            done.result()
    assert station.tick(hours=1) == 0
    assert {row.state for row in station.rows()} <= {"cancelled"}


def test_a_hundred_alarms_at_once_are_all_told_within_a_few_ticks(station: Station) -> None:
    station.shift(station.person("rina", RINA))
    station.shift(station.person("budi", BUDI))
    for _ in range(102):  # two batches and a bit
        station.emergency()
    ticks = 0
    while station.tick():
        ticks += 1
    assert ticks <= 6
    assert len(station.rows()) == 204
    assert len({row.ticket_id for row in station.rows()}) == 102


def test_it_works_while_the_language_model_is_away(number: Number) -> None:
    station = Station(number.database, number.rulebook, number.clock)
    station.person("rina", RINA)
    number.nlu.away = True
    number.hears("tolong ada kebakaran di Gang Mawar 3 Tebet")
    number.work()
    station.tick()
    assert number.ticket().urgent
    assert station.phones() == [RINA]
    assert "112" in number.replies()[0]

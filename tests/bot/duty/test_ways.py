"""By which way an alarm reaches a telephone: what does not arrive by one is tried by another."""

import pytest

from bot.delivery.reports import record_status
from bot.messages import GATEWAY, SMS, WHATSAPP, SendError
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import OutboundMessage
from tests.support.clock import MoveableClock
from tests.support.duty import Station
from tests.support.outbox import Provider

RINA = "+628000000101"
NO_SENDER = SendError("later", "no_sender")
REFUSED = SendError("final", "21211")


@pytest.fixture
def station(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Station:
    made = Station(database, rulebook, clock)
    made.with_template(alarm="HX1", alarm_en="HX2")
    made.with_policy(channels=(WHATSAPP, SMS))
    made.person("rina", RINA)
    return made


def states(station: Station) -> list[tuple[str, str]]:
    return [(row.recipient, row.state) for row in station.rows()]


def reported(station: Station, row: OutboundMessage, *what: str) -> None:
    with station.database.begin() as session:
        for state in what:
            record_status(session, row.id, row.provider_id or "", state, "63016", station.clock.now())


def test_a_template_is_sent_to_whoever_has_not_written_for_a_day(station: Station) -> None:
    number = station.emergency("ada <kebakaran>\nbesar")
    station.tick()
    body = station.rows()[0].body
    assert body["template"] == "HX1"
    assert body["variables"]["1"] == number
    assert body["variables"]["4"] == "ada <kebakaran> besar"


def test_who_wrote_today_gets_the_text_itself(station: Station) -> None:
    station.with_template()
    station.hears("selamat pagi", RINA)
    station.clock.move(hours=2)
    station.emergency()
    station.tick()
    assert station.phones() == [f"whatsapp:{RINA}"]


def test_without_an_approved_template_it_goes_by_sms(station: Station) -> None:
    station.with_template()
    station.hears("selamat pagi", RINA)
    station.clock.move(hours=24)
    station.emergency()
    station.tick()
    assert station.phones() == [RINA]


@pytest.mark.parametrize("error", [NO_SENDER, REFUSED])
def test_what_whatsapp_refuses_goes_by_sms_at_once(station: Station, error: SendError) -> None:
    number = station.emergency()
    station.tick()
    sms = Provider()
    station.send({WHATSAPP: Provider(outcomes=[error]), SMS: sms})
    assert states(station) == [(f"whatsapp:{RINA}", "failed"), (RINA, "accepted")]
    assert sms.taken[0][0].endswith(f"Balas AMBIL {number}")
    assert station.rows()[1].body.get("template") is None
    assert station.replies(RINA, "AMBIL").wording == "duty_taken"  # type: ignore[union-attr]


def test_an_installation_that_only_has_sms_sends_sms(station: Station) -> None:
    station.emergency()
    station.tick()
    station.send({SMS: Provider()})
    assert states(station)[-1] == (RINA, "accepted")


def test_where_only_a_local_gateway_sends_sms_that_does(station: Station) -> None:
    station.with_policy(channels=(WHATSAPP, SMS, GATEWAY))
    station.emergency()
    station.tick()
    station.send(
        {WHATSAPP: Provider(outcomes=[NO_SENDER]), SMS: Provider(outcomes=[NO_SENDER]), GATEWAY: Provider()}
    )
    assert [row.channel for row in station.rows()] == [WHATSAPP, SMS, GATEWAY]
    assert states(station)[-1] == (RINA, "accepted")
    assert station.rows()[-1].key == f"gateway:sms:{station.rows()[0].key}"


def test_where_there_is_no_way_out_at_all_it_is_kept_for_later(station: Station) -> None:
    station.emergency()
    station.tick()
    station.send({})
    assert states(station)[-1] == (RINA, "waiting")
    assert station.rows()[-1].error == "no_channel"


def test_a_failure_reported_later_sends_one_sms_however_often_it_is_reported(station: Station) -> None:
    station.emergency()
    station.tick()
    station.send({WHATSAPP: Provider()})
    reported(station, station.rows()[0], "sent", "failed", "failed", "undelivered")
    station.send({SMS: Provider()})
    assert states(station) == [(f"whatsapp:{RINA}", "failed"), (RINA, "accepted")]
    reported(station, station.rows()[1], "failed")
    assert len(station.rows()) == 2  # there is no further way; the next round comes


def test_the_next_round_goes_the_way_that_arrived(station: Station) -> None:
    station.emergency()
    station.tick()
    station.send({WHATSAPP: Provider(outcomes=[REFUSED]), SMS: Provider()})
    reported(station, station.rows()[1], "delivered")
    station.tick(minutes=3)
    assert station.phones()[2:] == [RINA]


def test_the_next_round_goes_another_way_where_nothing_arrived(station: Station) -> None:
    station.emergency()
    station.tick()
    station.send({WHATSAPP: Provider()})
    station.tick(minutes=3)
    station.send({SMS: Provider()})
    station.tick(minutes=3)
    assert station.phones() == [f"whatsapp:{RINA}", RINA, f"whatsapp:{RINA}"]


def test_what_is_stuck_is_overtaken_by_the_next_round(station: Station) -> None:
    station.emergency()
    for _ in range(4):
        station.tick()
        station.send({})
        station.clock.move(minutes=3)
    assert [state for _, state in states(station)].count("waiting") == 1


def test_an_answer_that_got_lost_is_no_reason_to_stay_silent(station: Station) -> None:
    station.emergency()
    station.tick()
    provider = Provider(lose_answers=1)
    station.send({WHATSAPP: provider})
    station.clock.move(seconds=30)
    station.send({WHATSAPP: provider})
    assert len(provider.taken) == 2


def test_other_messages_are_given_up_as_before(station: Station) -> None:
    number = station.emergency()
    station.takes(number, station.person("budi", "+628000000102"))
    station.send({WHATSAPP: Provider(outcomes=[REFUSED] * 3), SMS: Provider(outcomes=[REFUSED] * 3)})
    assert [row.state for row in station.rows("follow_taken")] == ["failed"]

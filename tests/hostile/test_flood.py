"""Two hundred messages in a minute: all kept, some answered, one acknowledgement, and no emergency overlooked."""

from datetime import UTC, datetime

import pytest

from bot.rulebook import Rulebook
from bot.segments import segments
from bot.wording.wording import Wording
from storage.database import Database
from storage.models import InboundMessage, User
from tests.standins.citizen import Citizen
from tests.support.clock import MoveableClock
from tests.support.desk import meaning
from tests.support.hotline import Hotline
from tests.support.statements import statements_of
from tests.support.web import Form

CAP = 20
FIRE = "tolong ada kebakaran di gang mawar"
DROWNING = "anak saya tenggelam di kali ciliwung"
POTHOLE = "jalan berlubang di Jalan Tebet Raya"
TOLD = "too_many_messages"
SCRIPT = {
    POTHOLE: meaning("lapor", "jalan_rusak", place="Jalan Tebet Raya"),
    FIRE: meaning("darurat", "kebakaran", place="gang mawar"),
    DROWNING: meaning("darurat", "lainnya"),
}


@pytest.fixture(autouse=True)
def script(request: pytest.FixtureRequest) -> None:
    name = "hotline" if "hotline" in request.fixturenames else "local_hotline"
    request.getfixturevalue(name).understands(SCRIPT)


def many(citizen: Citizen, count: int, start: int = 0) -> list[Form]:
    return [citizen.form(f"pesan {n}") for n in range(start, start + count)]


def test_of_two_hundred_messages_in_a_minute_twenty_are_read_and_all_are_kept(hotline: Hotline) -> None:
    sari = hotline.citizen()
    hotline.receive(*many(sari, 200))
    hotline.work()
    assert hotline.wordings(sari).count(TOLD) == 1
    kept = hotline.inbox(sari)
    assert [message.outcome for message in kept[CAP:]] == ["capped"] * 180
    assert "capped" not in [message.outcome for message in kept[:CAP]]
    assert {message.state for message in kept} == {"done"}
    assert [message.content["text"] for message in kept] == [f"pesan {n}" for n in range(200)]


def test_what_is_beyond_the_cap_costs_no_understanding_no_reply_and_no_ticket(hotline: Hotline) -> None:
    sari = hotline.citizen()
    hotline.receive(*many(sari, CAP), *[sari.form(POTHOLE) for _ in range(40)])
    hotline.work()
    assert POTHOLE not in "\n".join(hotline.nlu.asked)
    assert hotline.tickets() == []
    assert len(hotline.wordings(sari)) == 2  # the acknowledgement, and an answer to the first twenty


def test_one_by_one_they_are_capped_just_the_same(hotline: Hotline, clock: MoveableClock) -> None:
    sari = hotline.citizen()
    for form in many(sari, 30):
        hotline.receive(form)
        hotline.work()
        clock.move(seconds=0.3)
    assert hotline.outcomes(sari)[CAP:] == ["capped"] * 10
    assert hotline.wordings(sari).count(TOLD) == 1
    assert len(hotline.handovers()) == 1


def test_a_person_gets_everything_that_was_held_back_as_one_entry(hotline: Hotline, clock: MoveableClock) -> None:
    sari = hotline.citizen()
    hotline.receive(*many(sari, 40))
    hotline.work()
    hotline.receive(*many(sari, 40, start=40))
    hotline.work()
    [handover] = hotline.handovers()
    assert handover.text.split("\n") == [f"pesan {n}" for n in range(CAP, 80)]
    assert (handover.reason, handover.inbound_id) == ("flood", hotline.inbox(sari)[CAP].id)
    assert handover.due_at > clock.at


def test_the_same_sentence_again_and_again_is_shown_once(local_hotline: Hotline) -> None:
    sari = local_hotline.citizen()
    local_hotline.receive(*[sari.form("P") for _ in range(40)])
    local_hotline.work()
    [handover] = local_hotline.handovers()
    assert handover.text == "P"


def test_the_acknowledgement_is_one_short_sentence_in_the_language_of_the_citizen(
    local_hotline: Hotline, rulebook: Rulebook
) -> None:
    sari = local_hotline.citizen(by_sms=True)
    local_hotline.receive(sari.form("halo"))
    local_hotline.work()
    local_hotline.change(sari, lambda conversation: setattr(conversation, "language", "en"))
    local_hotline.receive(*many(sari, 30))
    local_hotline.work()
    assert said(rulebook.wording, "en") in local_hotline.texts(sari)
    assert all(segments(said(rulebook.wording, language)) <= 2 for language in ("id", "en"))


def said(wording: Wording, language: str) -> str:
    return wording.say(TOLD, language, {})


def test_as_many_as_the_cap_allows_are_all_read(local_hotline: Hotline) -> None:
    sari = local_hotline.citizen()
    local_hotline.receive(*many(sari, CAP))
    local_hotline.work()
    assert "capped" not in local_hotline.outcomes(sari)
    assert TOLD not in local_hotline.wordings(sari)


def test_a_citizen_who_writes_steadily_is_never_capped(local_hotline: Hotline, clock: MoveableClock) -> None:
    sari = local_hotline.citizen()
    for form in many(sari, 2 * CAP + 2):  # for more than two minutes
        local_hotline.receive(form)
        local_hotline.work()
        clock.move(seconds=3.1)
    assert "capped" not in local_hotline.outcomes(sari)


def test_after_a_quieter_minute_everything_is_read_again(hotline: Hotline, clock: MoveableClock) -> None:
    sari = hotline.citizen()
    hotline.receive(*many(sari, 50))
    hotline.work()
    clock.move(minutes=1)
    hotline.receive(sari.form(POTHOLE))
    hotline.work()
    assert hotline.outcomes(sari)[-1] == "filed"


def test_who_goes_on_for_hours_is_told_once_an_hour(local_hotline: Hotline, clock: MoveableClock) -> None:
    sari = local_hotline.citizen()
    for _ in range(14):
        local_hotline.receive(*many(sari, CAP + 2))
        local_hotline.work()
        clock.move(minutes=10)
    assert local_hotline.wordings(sari).count(TOLD) == 3
    assert len(local_hotline.handovers()) == 1


def test_once_a_person_has_dealt_with_it_a_new_flood_is_a_new_entry(
    local_hotline: Hotline, clock: MoveableClock
) -> None:
    sari = local_hotline.citizen()
    local_hotline.receive(*many(sari, 30))
    local_hotline.work()
    answer_all(local_hotline)
    clock.move(minutes=5)
    local_hotline.receive(*many(sari, 30))
    local_hotline.work()
    assert [handover.answered_at is None for handover in local_hotline.handovers()] == [False, True]


def answer_all(hotline: Hotline) -> None:
    with hotline.database.begin() as session:
        for handover in hotline.handovers():
            session.merge(handover).answered_at = datetime(2026, 11, 24, tzinfo=UTC)


def test_while_a_person_holds_the_conversation_nothing_is_said_for_them(local_hotline: Hotline) -> None:
    sari = local_hotline.citizen()
    local_hotline.receive(sari.form("halo"))
    local_hotline.work()
    somebody = a_person(local_hotline)
    local_hotline.change(sari, lambda conversation: setattr(conversation, "held_by", somebody))
    local_hotline.receive(*many(sari, 40))
    local_hotline.work()
    assert (TOLD in local_hotline.wordings(sari), local_hotline.handovers()) == (False, [])
    assert local_hotline.outcomes(sari).count("capped") == 21


def a_person(hotline: Hotline) -> int:
    with hotline.database.begin() as session:
        now = hotline.clock.now()
        rina = User(email="rina@jakarta.example", password_hash="", role="coordinator", created_at=now)
        session.add(rina)
        session.flush()
        return rina.id


def test_one_citizens_flood_is_nobody_elses(hotline: Hotline) -> None:
    sari, budi = hotline.citizen(), hotline.citizen()
    hotline.receive(*many(sari, 40), budi.form(POTHOLE), *many(sari, 40, start=40))
    hotline.work()
    assert hotline.outcomes(budi) == ["filed"]
    assert TOLD not in hotline.wordings(budi)


def test_the_city_sets_the_cap(local_hotline: Hotline) -> None:
    local_hotline.capped_at(3)
    sari = local_hotline.citizen()
    local_hotline.receive(*many(sari, 10))
    local_hotline.work()
    assert local_hotline.outcomes(sari).count("capped") == 7


# -- emergencies ------------------------------------------------------------------------------------------------


def test_an_emergency_among_two_hundred_messages_is_answered_first_and_at_once(hotline: Hotline) -> None:
    sari = hotline.citizen()
    hotline.receive(*many(sari, 150), sari.form(FIRE), *many(sari, 49, start=150))
    hotline.worker.round()
    [ticket] = hotline.tickets()
    assert (ticket.urgent, ticket.story, ticket.place) == (True, FIRE, "gang mawar")
    assert hotline.outcomes(sari)[150] == "emergency"
    hotline.work()
    assert hotline.outcomes(sari).count("capped") == 179
    assert None not in hotline.outcomes(sari)


def test_no_other_message_of_a_flood_plays_an_emergency_down(hotline: Hotline) -> None:
    """Taken together they would speak of yesterday, or thank somebody."""
    sari = hotline.citizen()
    forms = [sari.form("kemarin juga, terima kasih") for _ in range(40)]
    hotline.receive(*forms, sari.form(FIRE), *many(sari, 20))
    hotline.work()
    assert [ticket.urgent for ticket in hotline.tickets()] == [True]


def test_emergencies_are_exempt_even_when_the_model_is_away(hotline: Hotline) -> None:
    hotline.nlu.away = True
    sari = hotline.citizen()
    hotline.receive(*many(sari, 40), sari.form(FIRE))
    hotline.worker.round()
    assert [ticket.urgent for ticket in hotline.tickets()] == [True]


def test_many_emergencies_at_once_are_one_turn_that_holds_them_all(hotline: Hotline) -> None:
    sari = hotline.citizen()
    hotline.understands({f"{FIRE}\n{DROWNING}": meaning("darurat", "kebakaran", place="gang mawar")})
    hotline.receive(*many(sari, CAP), *[sari.form(text) for text in (FIRE, FIRE, DROWNING, FIRE)])
    hotline.worker.round()
    [ticket] = hotline.tickets()
    assert ticket.story == f"{FIRE}\n{DROWNING}"
    assert hotline.outcomes(sari)[CAP:] == ["emergency"] * 4


def test_emergencies_one_after_the_other_are_all_answered(local_hotline: Hotline, clock: MoveableClock) -> None:
    sari = local_hotline.citizen()
    for _ in range(CAP + 4):
        local_hotline.receive(sari.form(FIRE))
        local_hotline.work()
        clock.move(seconds=1)
    assert local_hotline.outcomes(sari) == ["emergency", *["added"] * (CAP + 3)]
    assert len(local_hotline.wordings(sari)) == CAP + 4


# -- what is open -----------------------------------------------------------------------------------------------


def test_a_flood_is_no_silence_that_would_end_an_open_question(hotline: Hotline, clock: MoveableClock) -> None:
    sari = hotline.citizen()
    hotline.understands({"jalan rusak parah sekali pak": meaning("lapor", "jalan_rusak")})
    for forms in (many(sari, CAP - 1), [sari.form("jalan rusak parah sekali pak")]):
        hotline.receive(*forms)
        hotline.work()
    clock.move(seconds=20)  # the place does not come
    hotline.work()
    assert hotline.wordings(sari)[-1] == "ask_place"
    hotline.receive(*many(sari, 50))
    hotline.work()
    assert hotline.tickets() == []
    clock.move(minutes=31)
    hotline.work()
    assert [ticket.service for ticket in hotline.tickets()] == ["jalan_rusak"]


def test_a_worker_that_died_after_capping_leaves_nothing_undone(hotline: Hotline, clock: MoveableClock) -> None:
    sari = hotline.citizen()
    hotline.receive(*many(sari, 40), sari.form(FIRE))
    claimed = hotline.worker._claim()
    assert len(claimed) == 1
    clock.move(minutes=2)
    hotline.work()
    assert [ticket.urgent for ticket in hotline.tickets()] == [True]
    assert hotline.wordings(sari).count(TOLD) == 1
    assert None not in hotline.outcomes(sari)


def test_a_flood_costs_a_handful_of_statements(sqlite_database: Database, local_hotline: Hotline) -> None:
    sari = local_hotline.citizen()
    local_hotline.receive(*many(sari, 150))
    with statements_of(sqlite_database) as statements:
        local_hotline.worker.round()
    assert local_hotline.web.count(InboundMessage) == 150
    assert len(statements) < 40

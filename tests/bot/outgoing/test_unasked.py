"""What citizens are told unasked: by day, not too often, several things at once, and questions always."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.agencies import work
from bot.agencies.work import Desk
from bot.messages import WHATSAPP
from storage.models import Conversation, Notice, OutboundMessage, Ticket
from tests.support.desk import Number, meaning

POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")
STORY = "jalan di Jl. Melati berlubang parah"


def reported(number: Number, *services: str) -> None:
    """One citizen, several matters."""
    for service in services or ("jalan_rusak",):
        number.says(
            f"ada masalah {service} di Jl. Melati {service}", meaning("lapor", service, place="Jl. Melati")
        )
    number.later(minutes=5)


def history(number: Number) -> list[str]:
    with number.database.read() as session:
        return [
            event.kind for ticket in session.scalars(select(Ticket).order_by(Ticket.id)) for event in ticket.events
        ]


def at_hour(number: Number, hour: int) -> None:
    """Time goes by until it is so late in Jakarta."""
    number.later(hours=(hour - number.clock.now().astimezone(number.rulebook.city.zone).hour) % 24)


def test_a_question_that_the_agency_asks_at_night_reaches_the_citizen_in_the_morning(number: Number) -> None:
    reported(number)
    at_hour(number, 22)
    number.agency("ask", "Di sisi mana lubangnya?")
    assert "follow_question" not in number.wordings()
    at_hour(number, 8)
    assert "Di sisi mana lubangnya?" in number.replies()[-1]
    assert number.wordings().count("follow_question") == 1


def test_a_question_that_was_overtaken_in_the_night_is_not_asked_any_more(number: Number) -> None:
    reported(number)
    at_hour(number, 22)
    number.agency("ask", "Di sisi mana lubangnya?")
    number.agency("claim_done", "Sudah ketemu dan ditambal.", None)
    at_hour(number, 9)
    assert number.wordings()[1:] == ["follow_confirm"]
    assert "not_sent_overtaken" in history(number)


def test_of_two_dates_set_in_one_night_the_last_is_told(number: Number) -> None:
    reported(number)
    at_hour(number, 22)
    today = number.clock.now().date()
    number.agency("set_date", today + timedelta(days=3))
    number.agency("set_date", today + timedelta(days=5))
    at_hour(number, 9)
    assert number.wordings().count("follow_scheduled") == 1
    assert "Minggu 29 November" in number.replies()[-1]


def test_a_date_set_by_day_is_told_at_once(number: Number) -> None:
    reported(number)
    number.agency("set_date", number.clock.now().date() + timedelta(days=3))
    assert number.wordings()[-1] == "follow_scheduled"


def test_whoever_says_stop_in_the_night_is_left_in_peace_in_the_morning(number: Number) -> None:
    reported(number)
    at_hour(number, 22)
    number.agency("set_date", number.clock.now().date() + timedelta(days=3))
    number.says("BERHENTI")
    at_hour(number, 9)
    assert "follow_scheduled" not in number.wordings()
    assert "not_sent_opted_out" in history(number)


def test_held_back_questions_wait_for_the_morning_too(number: Number) -> None:
    reported(number)
    number.says("BERHENTI")
    number.agency("claim_done", "Sudah ditambal.", None)
    number.later(days=1)
    at_hour(number, 23)
    number.says("MULAI")
    assert "follow_confirm" not in number.wordings()
    at_hour(number, 9)
    assert number.wordings()[-1] == "follow_confirm"


def test_news_of_several_reports_is_one_message(number: Number) -> None:
    reported(number, "jalan_rusak", "sampah", "pohon")
    number.later(days=5)
    assert number.wordings()[3:] == ["follow_digest"]
    text = number.replies()[-1]
    assert text.count("belum ada kabarnya.") == 3
    assert history(number).count("follow_waiting") == 3


@pytest.mark.parametrize("approved", [True, False])
def test_outside_the_window_it_is_one_template_or_one_by_one(number: Number, approved: bool) -> None:
    reported(number, "jalan_rusak", "sampah")
    templates = {"follow_digest": "HX1"} if approved else {}
    city = number.rulebook.city.model_copy(update={"templates": templates})
    object.__setattr__(number.rulebook, "city", city)
    with number.database.begin() as session:
        session.scalars(select(Conversation)).one().channel = WHATSAPP
    number.later(days=5)
    assert number.wordings()[2:] == (["follow_digest"] if approved else ["follow_waiting"] * 2)


def test_no_more_than_three_a_week_but_every_question(number: Number) -> None:
    reported(number)
    today = number.clock.now().date()
    for days in range(3, 8):
        number.agency("set_date", today + timedelta(days=days))
        number.later(hours=1)
    assert number.wordings().count("follow_scheduled") == 3
    number.agency("claim_done", "Sudah ditambal.", None)
    assert number.wordings()[-1] == "follow_confirm"


def test_a_new_date_waits_until_there_is_room_and_then_the_last_one_is_told(number: Number) -> None:
    reported(number)
    today = number.clock.now().date()
    for days in range(10, 15):
        number.agency("set_date", today + timedelta(days=days))
        number.later(hours=1)
    number.later(days=8)
    told = [text for text in number.replies() if "menjadwalkan" in text]
    assert len(told) == 4
    assert "Selasa 8 Desember" in told[-1]


def test_other_news_is_dropped_when_the_week_is_full_and_the_history_says_so(number: Number) -> None:
    reported(number)
    number.agency("accept")
    number.later(days=2)
    today = number.clock.now().date()
    with number.newest_ticket() as (session, ticket):
        talk = ticket.conversation
        for n in range(3):
            session.add(OutboundMessage(
                key=f"told:{n}", channel="simulator", recipient="sim:1", conversation_id=talk.id, state="accepted",
                wording="follow_scheduled", body={"text": str(today)}, created_at=number.clock.now(),
                due_at=number.clock.now()))  # fmt: skip
    number.later(days=3)
    assert "follow_progress" not in number.wordings()
    assert "not_sent_enough" in history(number)


def test_two_questions_are_asked_one_after_the_other(number: Number) -> None:
    reported(number, "jalan_rusak", "sampah")
    at_hour(number, 22)
    with number.database.begin() as session:
        for ticket in session.scalars(select(Ticket)):
            desk = Desk(session, number.rulebook, ticket, ticket.agency, number.clock.now())
            work.claim_done(desk, "Sudah.", None)
    at_hour(number, 8)
    with number.database.read() as session:
        asked = select(OutboundMessage).where(OutboundMessage.wording == "follow_confirm")
        first, second = session.scalars(asked.order_by(OutboundMessage.id)).all()
    assert second.due_at - first.due_at == timedelta(minutes=1)
    assert {key["key"] for row in (first, second) for key in row.body["choices"]} == {"yes", "no"}


def test_what_waits_is_told_once_however_often_the_clock_ticks_or_is_set_back(number: Number) -> None:
    reported(number)
    at_hour(number, 22)
    number.agency("ask", "Di sisi mana lubangnya?")
    at_hour(number, 8)
    number.clock.move(hours=-3)
    number.work()
    number.later(hours=12)
    assert number.wordings().count("follow_question") == 1
    with number.database.read() as session:
        assert [row.state for row in session.scalars(select(Notice))] == ["told"]


# -- what was told already, and what is told of a new agency -----------------------------------------------------


def test_a_date_that_was_read_in_an_answer_is_not_told_again(number: Number) -> None:
    reported(number)
    at_hour(number, 22)
    number.agency("set_date", number.clock.now().date() + timedelta(days=3))
    number.says("ada kabar belum pak?", meaning("cek_status"))
    at_hour(number, 9)
    assert "follow_scheduled" not in number.wordings()
    assert history(number)[-1] == "told_in_reply"


def test_a_date_that_is_set_after_the_answer_is_told(number: Number) -> None:
    reported(number)
    at_hour(number, 22)
    number.says("ada kabar belum pak?", meaning("cek_status"))
    number.agency("set_date", number.clock.now().date() + timedelta(days=3))
    at_hour(number, 9)
    assert number.wordings()[-1] == "follow_scheduled"


def test_an_answer_about_another_report_tells_nothing_of_this_one(number: Number) -> None:
    reported(number, "sampah", "jalan_rusak")
    at_hour(number, 22)
    number.agency("set_date", number.clock.now().date() + timedelta(days=3))  # of the newest
    number.says("sampah saya gimana?", meaning("cek_status", "sampah"))
    at_hour(number, 9)
    assert number.wordings()[-1] == "follow_scheduled"


def test_who_has_it_now_and_until_when_is_told_and_since_when_it_is_there(number: Number) -> None:
    reported(number)
    number.later(days=2)
    number.agency("send_back", "Bukan wewenang kami.")
    number.later(hours=1)
    number.passed_on("sda")
    number.work()
    assert "kini diurus Dinas Sumber Daya Air, target Kamis 3 Desember" in number.replies()[-1]
    (answer,) = number.says("gimana pak?", meaning("cek_status"))
    assert "sejak Kamis 26 November" in answer


def test_at_night_that_waits_for_the_morning(number: Number) -> None:
    reported(number)
    number.agency("send_back", "Bukan wewenang kami.")
    at_hour(number, 22)
    number.passed_on("sda")
    number.work()
    assert "follow_passed_on" not in number.wordings()
    at_hour(number, 9)
    assert number.wordings()[-1] == "follow_passed_on"


def test_opened_again_it_is_with_its_agency_since_it_came_there(number: Number) -> None:
    reported(number)
    number.later(days=2)
    number.agency("claim_done", "Sudah ditambal.", None)
    number.says("belum", meaning("tolak"))
    number.later(minutes=5)
    (answer,) = number.says("gimana pak?", meaning("cek_status"))
    assert "sejak Selasa 24 November" in answer


def test_whether_anyone_came_is_heard_and_passed_on(number: Number) -> None:
    reported(number)
    number.agency("claim_done", "Sudah ditambal.", None)
    number.says("belum", meaning("tolak"))
    number.later(days=2, hours=1)
    assert number.wordings()[-1] == "follow_after_reopening"
    (reply,) = number.says("belum ada yang datang", meaning("tolak"))
    assert "kami teruskan ke Dinas Bina Marga" in reply
    assert history(number)[-1] == "added"
    assert "Tambahan dari warga" in number.letters()[-1]

"""Nothing is let go: the agency is chased, the citizen is asked, and each step happens once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.following import followups
from bot.messages import Media
from storage.models import FollowUp, OutboundMessage, User
from tests.support.desk import Number, meaning

POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")
STORY = "jalan di Jl. Melati berlubang parah"


def test_the_agency_gets_the_report_after_the_delay(number: Number) -> None:
    number.says(STORY, POTHOLE)
    assert number.letters() == []
    number.later(minutes=3)
    assert [subject.partition("] ")[2] for subject in number.letters()] == ["Jalan rusak: laporan warga"]
    assert number.ticket().status == "waiting"


def test_what_was_added_before_forwarding_is_in_the_first_letter(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.says("lubangnya dekat warung bu ani", meaning("tambah_info"))
    number.later(minutes=3)
    assert "warung bu ani" in number.ticket().story
    assert len(number.letters()) == 1


def test_a_photo_without_words_after_forwarding_is_no_letter_with_nothing_in_it(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.says("", media=(Media("simulator:photo", "image/jpeg"),))
    assert len(number.letters()) == 1
    number.says("patokannya warung bu ani", meaning("tambah_info"))
    assert "Tambahan dari warga" in number.letters()[-1]


def test_an_idle_agency_is_reminded_then_chased_then_its_head_is_told(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(days=16)
    told = [subject.partition("] ")[2].partition(":")[0] for subject in number.letters()]
    assert told == [
        "Jalan rusak",
        "Belum diterima",
        "Mendekati tenggat",
        "LEWAT TENGGAT",
        "Untuk pimpinan, LEWAT TENGGAT",
        *["Macet di instansi"] * 2,
    ]
    with number.database.read() as session:
        recipients = [row.recipient for row in session.scalars(select(OutboundMessage)) if row.channel == "email"]
    assert recipients[-3] == "kepala.bina.marga@jakarta.example"
    assert recipients[-1] == "koordinator.pengaduan@jakarta.example"
    assert number.wordings() == ["report_filed", "follow_waiting", "follow_escalated"]


def test_the_citizen_hears_that_it_goes_on(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("accept")
    number.later(days=5)
    assert number.wordings() == ["report_filed", "follow_progress"]


def test_nobody_is_told_that_it_goes_on_before_the_agency_has_accepted_it(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(days=5)
    assert number.wordings() == ["report_filed", "follow_waiting"]


def test_a_claim_is_asked_about_asked_again_and_closed_by_silence(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("claim_done", "Sudah ditambal.", None)
    number.later(days=20)
    assert number.wordings()[1:] == ["follow_confirm", "follow_confirm_again", "follow_closed_silent"]
    assert (number.ticket().status, number.ticket().outcome) == ("done", "silent")


def test_a_question_that_never_arrived_is_no_silence(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("claim_done", "Sudah ditambal.", None)
    with number.database.begin() as session:
        question = session.scalars(
            select(OutboundMessage).where(OutboundMessage.wording == "follow_confirm")
        ).one()
        question.state, question.delivered_at = "failed", None
    number.later(days=20)
    assert number.ticket().outcome == "unreachable"


def test_after_a_no_the_agency_has_its_time_anew_and_the_citizen_is_kept_posted(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("claim_done", "Sudah ditambal.", None)
    before = number.ticket().solve_by
    number.later(days=1)
    number.says("belum", meaning("tolak"))
    assert number.ticket().solve_by > before
    number.later(days=3)
    assert number.wordings()[-1] == "follow_after_reopening"
    assert "Dibuka kembali" in number.letters()[-1]


def test_nothing_unasked_is_sent_at_night(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(hours=12)  # ten in the evening
    number.agency("claim_done", "Sudah ditambal.", None)
    assert number.wordings() == ["report_filed"]
    number.later(hours=9)
    assert number.wordings() == ["report_filed", "follow_confirm"]


def test_who_opted_out_hears_nothing_unasked_but_still_gets_replies(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.says("BERHENTI")
    number.later(minutes=5)
    number.agency("claim_done", "Sudah ditambal.", None)
    number.later(days=20)
    assert number.wordings() == ["report_filed", "opted_out"]
    number.says("laporan saya gimana", meaning("cek_status"))
    assert number.wordings()[-1] == "status_done_unreachable"


def test_a_question_of_the_agency_is_asked_again_and_then_it_goes_on_without(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("ask", "Di sisi mana lubangnya?")
    number.later(days=5)
    assert number.wordings()[1:3] == ["follow_question", "follow_question_again"]
    assert number.ticket().status == "in_progress"
    assert "Belum ada jawaban" in " ".join(number.letters())


def test_an_answer_stops_the_asking_and_reaches_the_agency(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("ask", "Di sisi mana lubangnya?")
    number.says("sebelah kiri pak, dekat tiang", meaning("tambah_info"))
    number.later(days=3)
    assert "follow_question_again" not in number.wordings()
    assert "Tambahan dari warga" in " ".join(number.letters())


def test_praise_is_passed_on_and_nobody_is_chased_for_it(number: Number) -> None:
    number.says("petugas taman ramah sekali, taman jadi bersih", meaning("apresiasi", "taman"))
    number.later(days=10)
    assert [subject.partition("] ")[2] for subject in number.letters()] == [
        "Kabar baik dari warga: Taman dan RPTRA"
    ]
    assert number.ticket().outcome == "delivered"


def test_a_report_that_lacked_a_place_is_filed_after_half_an_hour(number: Number) -> None:
    assert "Di mana" in number.says("jalan rusak parah pak tolong ya", meaning("lapor", "jalan_rusak"))[0]
    number.later(hours=1)
    assert number.wordings() == ["ask_place", "report_filed_without_place"]


def test_not_ours_brings_it_to_the_coordinators_and_ends_the_reminders(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("send_back", "Ini jalan nasional.")
    number.later(days=20)
    assert number.ticket().status == "coordination"
    _, *reminders = number.letters()
    told = [subject.partition("] ")[2].partition(":")[0] for subject in reminders]
    assert told == ["Menunggu diteruskan"] * 4  # to the coordinators, whose matter it is now


def test_while_coordinators_have_it_the_citizen_hears_what_is_true_there(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("send_back", "Ini jalan nasional.")
    number.later(days=20)
    assert number.wordings() == ["report_filed", "follow_coordination", "follow_coordination_late"]
    assert "pimpinan" not in "".join(number.replies())


def closing_of(number: Number) -> tuple[str, datetime]:
    """The second question as it was put, and when the report was closed."""
    [asked] = [text for text in number.replies() if "Kalau tidak ada balasan" in text]
    closed = number.ticket().closed_at
    assert closed is not None
    return asked, closed.astimezone(number.rulebook.city.zone)


def test_what_is_claimed_at_night_is_closed_on_the_day_that_was_told(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(days=3, hours=11, minutes=30)  # Friday half past nine in the evening
    number.agency("claim_done", "Sudah ditambal.", None)
    number.later(days=25)
    asked, closed = closing_of(number)
    assert "Jumat 11 Desember" in asked
    assert f"{closed:%d %H}" == "11 07"


def test_a_question_that_arrives_days_later_puts_off_the_day_that_is_told(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("claim_done", "Sudah ditambal.", None)  # Tuesday at ten
    with number.database.begin() as session:
        question = session.scalars(
            select(OutboundMessage).where(OutboundMessage.wording == "follow_confirm")
        ).one()
        question.delivered_at = number.clock.now() + timedelta(days=2)
    number.later(days=30)
    asked, closed = closing_of(number)
    assert "Kamis 10 Desember" in asked
    assert f"{closed:%d %H}" == "10 10"


def test_after_an_outage_it_is_not_closed_in_the_breath_of_the_second_question(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("claim_done", "Sudah ditambal.", None)
    number.clock.move(days=16)  # Thursday 10 December: both are overdue
    number.work()
    number.later(days=30)
    asked, closed = closing_of(number)
    assert "Senin 21 Desember" in asked  # as far behind the second question as was planned
    assert f"{closed:%d %H}" == "21 10"


@pytest.mark.parametrize("tickers", [4])
def test_each_step_happens_once_however_many_tick(number: Number, tickers: int) -> None:
    for who in range(15):
        number.hears(STORY, POTHOLE, who=f"sim:{who}")
    number.work()
    number.clock.move(hours=1)

    def tick(_: int) -> int:
        now = number.clock.now()
        return sum(followups.run_due(number.database, number.rulebook, now) for _ in range(5))

    with ThreadPoolExecutor(tickers) as pool:
        done = sum(pool.map(tick, range(tickers)))
    assert done == 15
    with number.database.read() as session:
        mails = session.scalar(select(func.count()).where(OutboundMessage.channel == "email"))
        steps = session.scalar(select(func.count()).where(FollowUp.kind == "forward", FollowUp.state == "done"))
    assert (mails, steps) == (15, 15)


def test_while_a_person_speaks_the_clock_does_not_interrupt(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("accept")
    with number.newest_ticket() as (session, ticket):
        user = User(email="a@example.org", password_hash="", role="coordinator", created_at=number.clock.now())
        session.add(user)
        session.flush()
        ticket.conversation.held_by = user.id
    number.agency("claim_done", "sudah ditambal", None)
    number.later(hours=5)
    assert "follow_confirm" not in number.wordings()
    with number.newest_ticket() as (_, ticket):
        ticket.conversation.held_by = None
    number.later(hours=2)
    assert number.wordings()[-1] == "follow_confirm"

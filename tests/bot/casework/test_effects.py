"""What a turn leaves behind: linked tickets, corrections, promises, ratings, what is sealed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.agencies import work
from bot.city.city import ChannelPolicy
from bot.messages import SIMULATOR
from storage.models import (
    OutboundMessage,
    Recheck,
    Ticket,
    TicketEvent,
)
from tests.support.desk import Number, meaning

POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")
STORY = "jalan di Jl. Melati berlubang parah"
DRAIN = meaning("lapor", "saluran_air")
KTP_LATE = meaning("tanya", "ktp", faq="ktp_status")
YES, NO = meaning("setuju"), meaning("tolak")


def tickets(number: Number) -> list[Ticket]:
    with number.database.read() as session:
        return list(session.scalars(select(Ticket).order_by(Ticket.id)))


def events(number: Number) -> list[str]:
    with number.database.read() as session:
        return list(session.scalars(select(TicketEvent.kind).order_by(TicketEvent.id)))


# -- several problems ------------------------------------------------------------------------------------------


def test_two_problems_become_two_linked_tickets_and_one_message(number: Number) -> None:
    text = "jalan di Jl. Melati berlubang, sampahnya juga menumpuk"
    (reply,) = number.says(text, meaning("lapor", "jalan_rusak", place="Jl. Melati", also=("sampah",)))
    first, second = tickets(number)
    assert (first.service, second.service) == ("jalan_rusak", "sampah")
    assert (first.linked_to, second.linked_to) == (None, first.id)
    assert first.number in reply
    assert second.number in reply
    number.later(minutes=5)
    assert {subject.partition("] ")[2] for subject in number.letters()} == {
        "Jalan rusak: laporan warga",
        "Sampah: laporan warga",
    }


# -- corrections ------------------------------------------------------------------------------------------------


def change_service(number: Number) -> None:
    number.says("ubah")
    number.says("2")
    number.says("itu salurannya yang jebol", DRAIN)


def test_put_right_before_it_was_passed_on_it_goes_to_the_right_agency_only(number: Number) -> None:
    number.rulebook = replace(number.rulebook, forward_delay=timedelta(minutes=10))
    number.says(STORY, POTHOLE)
    change_service(number)
    number.later(minutes=15)
    assert (number.ticket().service, number.ticket().agency) == ("saluran_air", "sda")
    assert [subject.partition("] ")[2] for subject in number.letters()] == ["Saluran air dan kali: laporan warga"]


def test_put_right_later_the_wrong_agency_is_told_and_its_link_ends(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    change_service(number)
    number.later(minutes=5)
    assert (number.ticket().agency, number.ticket().status) == ("sda", "waiting")
    subjects = [subject.partition("] ")[2] for subject in number.letters()]
    assert subjects == [
        "Jalan rusak: laporan warga",
        "Dialihkan: Saluran air dan kali",
        "Saluran air dan kali: laporan warga",
    ]


def test_after_a_claim_the_correction_reaches_the_agency_as_more(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("claim_done", "sudah ditambal", None)
    change_service(number)
    assert number.ticket().status == "claimed_done"
    assert "Tambahan dari warga" in number.letters()[-1]


def test_the_place_is_put_right(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.says("ubah")
    number.says("1")
    (reply,) = number.says("Jl. Anggrek 5", meaning("tambah_info", place="Jl. Anggrek 5"))
    assert number.ticket().place == "Jl. Anggrek 5"
    assert number.ticket().number in reply


# -- advice -----------------------------------------------------------------------------------------------------


def test_someone_told_to_take_a_step_is_asked_later_and_a_no_becomes_a_ticket(number: Number) -> None:
    number.says("ktp saya kok belum jadi", KTP_LATE)
    number.says("3", None)
    number.later(days=13)
    assert number.wordings() == ["check_first", "check_do"]
    number.later(days=2)
    assert number.wordings()[-1] == "follow_recheck"
    number.says("belum juga", NO)
    assert number.ticket().service == "ktp"
    number.later(days=30)
    assert number.wordings().count("follow_recheck") == 1


def test_who_opted_out_is_not_asked_later(number: Number) -> None:
    number.says("ktp saya kok belum jadi", KTP_LATE)
    number.says("3", None)
    number.says("stop")
    number.later(days=20)
    assert "follow_recheck" not in number.wordings()


def test_the_question_waits_for_the_morning(number: Number) -> None:
    number.clock.move(hours=10)  # evening in Jakarta
    number.says("ktp saya kok belum jadi", KTP_LATE)
    number.says("3", None)
    number.later(days=16)
    with number.database.read() as session:
        asked = session.scalars(select(Recheck)).one().done_at
    assert 7 <= asked.astimezone(number.rulebook.city.zone).hour < 21


# -- closing ----------------------------------------------------------------------------------------------------


def test_a_closing_is_rated_once_in_a_tickets_life(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("claim_done", "sudah ditambal", None)
    number.later(hours=1)
    number.says("sudah", YES)
    number.says("5")
    assert number.ticket().rating == 5
    assert "rated" in events(number)
    number.says(f"belum beres {number.ticket().number}", NO)
    number.agency("claim_done", "sudah ditambal lagi", None)
    number.later(hours=1)
    number.says("sudah", YES)
    assert sum("Seberapa puas" in text for text in number.replies()) == 1


def test_a_quoted_question_closes_its_own_ticket(number: Number) -> None:
    for street, service in (("Melati", "jalan_rusak"), ("Kenanga", "sampah")):
        number.says(f"tolong dibereskan di Jl. {street} pak", meaning("lapor", service, place=f"Jl. {street}"))
        number.later(minutes=5)
        number.agency("claim_done", "beres", None)
    number.later(hours=1)
    first = tickets(number)[0]
    with number.database.read() as session:
        question = select(OutboundMessage.provider_id).where(
            OutboundMessage.ticket_id == first.id, OutboundMessage.wording == "follow_confirm"
        )
        quoted = session.scalars(question).one()
    number.says("sudah", YES, quoted=quoted)
    assert [ticket.status for ticket in tickets(number)] == ["done", "claimed_done"]


@pytest.mark.parametrize("days", [0, 40])
def test_a_rating_is_only_taken_while_it_is_asked_for(number: Number, days: int) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.says("sudah beres pak terima kasih", YES)
    number.clock.at += timedelta(days=days)
    number.says("4")
    assert number.ticket().rating == (0 if days else 4)


# -- sealed -----------------------------------------------------------------------------------------------------


def test_about_a_sealed_matter_nothing_is_written_unasked(number: Number) -> None:
    number.says("lurah minta 500 ribu buat tanda tangan", meaning("lapor", "pungli"))
    number.later(days=6)
    assert number.ticket().sealed
    assert number.wordings() == ["sealed_filed"]
    assert "not_sent_sealed" in events(number)


def test_unless_it_is_safe(number: Number) -> None:
    number.says("lurah minta 500 ribu buat tanda tangan", meaning("lapor", "pungli"))
    number.says("aman", YES)
    number.later(days=6)
    assert number.wordings() == ["sealed_filed", "safe_noted", "follow_waiting"]


def test_a_complaint_about_an_agencys_people_never_goes_to_that_agency(number: Number) -> None:
    rude = "petugas inspektorat membentak saya di loket pengaduan"
    number.says(rude, meaning("lapor", "pelayanan_petugas"))
    assert (number.ticket().agency, number.ticket().status) == ("coordinators", "coordination")


# -- where nobody can answer --------------------------------------------------------------------------------------


def test_where_nobody_can_answer_nothing_is_asked_and_a_page_takes_the_answer(number: Number) -> None:
    one_way = {SIMULATOR: ChannelPolicy(two_way=False)}
    number.rulebook = replace(number.rulebook, city=number.rulebook.city.model_copy(update={"channels": one_way}))
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.agency("claim_done", "sudah ditambal", None)
    number.later(hours=1)
    with number.database.read() as session:
        asked = session.scalars(select(OutboundMessage).where(OutboundMessage.wording == "follow_confirm")).one()
    assert asked.body["choices"] == []
    assert f"/t/{number.ticket().number}/" in asked.body["text"]


# -- the target that has moved ---------------------------------------------------------------------------------


def test_whoever_answers_the_agency_reads_the_new_target(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(days=1)
    number.agency("ask", "Di sisi mana?")
    number.later(days=3)
    (reply,) = number.says("sisi kiri pak", meaning("tambah_info"))
    assert reply.endswith("Target selesai Jumat 4 Desember.")


def test_a_target_that_is_over_is_not_told_as_one(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(days=9)
    number.agency("ask", "Di sisi mana?")
    (reply,) = number.says("sisi kiri pak", meaning("tambah_info"))
    assert reply.endswith("kami teruskan ke petugas.")


def test_of_several_opened_again_the_last_target_is_told(number: Number) -> None:
    number.says(STORY, meaning("lapor", "jalan_rusak", place="Jl. Melati", also=("sampah",)))
    number.later(minutes=5)
    for ticket in tickets(number):
        with number.database.begin() as session:
            found = session.get_one(Ticket, ticket.id)
            desk = work.Desk(session, number.rulebook, found, found.agency, number.clock.now())
            work.claim_done(desk, "Sudah.", None)
    number.work()
    number.later(minutes=5)
    (reply,) = number.says("semuanya belum", NO)
    assert reply.endswith("Target selesai Selasa 1 Desember.")

"""What coordinators do with a ticket at their desk: who keeps it, how much it hurries, whose it is, until when."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.accounts.roles import AGENCY_OFFICER, COORDINATOR, LEADERSHIP, SEALED_OFFICER
from bot.desk import closing, work
from bot.errors import RefusedError
from bot.incidents import merge
from bot.status import OPEN, WITH_AGENCY, Move, Status, after, moves_from
from bot.tickets import clocks
from storage.models import AgencyLink, Assignment, FollowUp, OutboundMessage, Ticket, User
from tests.bot.neighbours import Neighbours
from tests.support.clock import at
from tests.support.desk import Number, meaning

POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")
STORY = "jalan di Jl. Melati berlubang parah"
REASON = "Itu tembok kali, bukan jalan."


@pytest.fixture
def desk(number: Number) -> Number:
    """A pothole at Bina Marga since three minutes after ten; Rina (1) and Sealed Sari (2) work at the desk."""
    people = (("rina", COORDINATOR, None), ("sari", SEALED_OFFICER, None), ("gone", COORDINATOR, None),
              ("wali", LEADERSHIP, None), ("dishub", AGENCY_OFFICER, "dishub"))  # fmt: skip
    with number.database.begin() as session:
        for name, role, agency in people:
            left = number.clock.now() if name == "gone" else None
            session.add(User(email=f"{name}@jakarta.example", password_hash="-", role=role, agency=agency,
                             created_at=number.clock.now(), disabled_at=left))  # fmt: skip
            session.flush()
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    return number


def do(number: Number, act: Callable[..., Any], *arguments: Any) -> Any:
    """One step of Rina's with the newest ticket."""
    with number.newest_ticket() as (session, ticket):
        with_rules = act in (
            work.reroute,
            work.move_deadline,
            closing.withdraw,
            closing.reject,
        )
        found = act(
            session, *((number.rulebook,) if with_rules else ()), ticket, *arguments, 1, number.clock.now()
        )
    number.work()
    return found


def kinds(number: Number) -> list[str]:
    return [event.kind for event in number.ticket().events]


def held(number: Number) -> list[Assignment]:
    with number.database.read() as session:
        return list(session.scalars(select(Assignment).order_by(Assignment.id)))


def steps(number: Number, state: str) -> dict[str, datetime]:
    """The follow-ups in that state, by kind and by how much of it there was before."""
    with number.database.read() as session:
        rows = session.scalars(select(FollowUp).where(FollowUp.state == state).order_by(FollowUp.due_at))
        return {f"{row.kind} {row.round}": row.due_at for row in rows}


def mails(number: Number) -> list[tuple[str, str]]:
    with number.database.read() as session:
        found = select(OutboundMessage).where(OutboundMessage.channel == "email").order_by(OutboundMessage.id)
        return [(mail.recipient, mail.body["text"]) for mail in session.scalars(found)]


def test_who_keeps_an_eye_on_it_is_written_down_once(desk: Number) -> None:
    assert do(desk, work.assign, 2) is True
    assert do(desk, work.assign, 2) is False
    ticket = desk.ticket()
    [event] = [event for event in ticket.events if event.kind == "assigned"]
    assert (ticket.assigned_to, event.actor, event.data) == (2, "user:1", {"to": 2})
    assert do(desk, work.assign, None) is True
    assert desk.ticket().assigned_to is None


@pytest.mark.parametrize("nobody", [3, 4, 5, 99])
def test_only_colleagues_with_an_account_keep_a_ticket(desk: Number, nobody: int) -> None:
    """One who left, the leadership, an agency's officer, nobody at all."""
    with pytest.raises(RefusedError, match="Pilih rekan"):
        do(desk, work.assign, nobody)
    assert "assigned" not in kinds(desk)


def test_a_sealed_ticket_is_kept_by_those_who_may_read_it(desk: Number) -> None:
    with desk.newest_ticket() as (_, ticket):
        ticket.sealed = True
    with pytest.raises(RefusedError, match="tersegel"):
        do(desk, work.assign, 1)
    assert do(desk, work.assign, 2) is True


def test_priority_is_usual_or_before_others(desk: Number) -> None:
    assert do(desk, work.set_priority, 1) is True
    assert do(desk, work.set_priority, 1) is False
    assert desk.ticket().priority == 1
    assert desk.ticket().events[-1].data == {"priority": 1}
    with pytest.raises(RefusedError):
        do(desk, work.set_priority, 7)


def test_a_note_is_kept_as_it_was_written_and_once_for_one_form(desk: Number) -> None:
    with desk.newest_ticket() as (session, ticket):
        assert work.note(session, ticket, "  Sudah kutelepon.\x00 ", 1, desk.clock.now(), "form-one")
        assert not work.note(session, ticket, "Sudah kutelepon.", 1, desk.clock.now(), "form-one")
        assert work.note(session, ticket, "Sudah kutelepon.", 1, desk.clock.now(), "form-two")
    assert [note.note for note in work.notes_of(desk.ticket())] == ["Sudah kutelepon.", "Sudah kutelepon."]


@pytest.mark.parametrize(
    ("text", "why"), [("   ", "Tulis catatannya"), ("a" * 10_000, "10.000"), ("a" * 4_001, "4.000")]
)
def test_an_empty_or_a_far_too_long_note_is_refused_kindly(desk: Number, text: str, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        do(desk, work.note, text)
    assert "noted" not in kinds(desk)


@pytest.mark.parametrize("status", WITH_AGENCY)
def test_the_table_lets_it_be_rerouted_wherever_an_agency_has_it(status: Status) -> None:
    assert after(status, Move.REROUTE) == Status.WAITING
    assert after(Status.NEEDS_INFO, Move.REROUTE) == Status.WAITING


def test_what_is_claimed_or_with_nobody_is_not_rerouted_by_the_table() -> None:
    never = set(Status) - {*WITH_AGENCY, Status.NEEDS_INFO}
    assert not any(Move.REROUTE in moves_from(status) for status in never)
    assert Status.CLAIMED_DONE in OPEN


def test_the_old_agency_is_told_and_the_new_one_has_its_whole_time(desk: Number) -> None:
    desk.agency("accept")
    desk.later(days=9)  # two days late
    before = len(mails(desk))
    assert do(desk, work.reroute, "sda", REASON) is True
    now, ticket = desk.clock.now(), desk.ticket()
    first, second = held(desk)
    assert (first.ended_as, clocks.was_late(first, now)) == ("moved", False)
    assert (second.agency, second.begun_at, second.solve_by) == ("sda", now, now + timedelta(days=7))
    assert (ticket.status, ticket.agency, ticket.forwarded_at, ticket.solve_by) == (
        Status.WAITING, "sda", now, second.solve_by)  # fmt: skip
    assert ticket.verified_at is None
    old, new = mails(desk)[before:]
    assert old[0] == desk.rulebook.city.agencies["bina_marga"].email
    assert "mengalihkan laporan ini ke instansi lain" in old[1]
    assert new[0] == desk.rulebook.city.agencies["sda"].email
    assert REASON not in old[1] + new[1]
    assert desk.wordings()[-1] == "follow_passed_on"
    assert kinds(desk)[-3:] == ["reroute", "why_rerouted", "follow_passed_on"]


def test_the_links_of_the_old_agency_lead_nowhere(desk: Number) -> None:
    do(desk, work.reroute, "sda", REASON)
    with desk.database.read() as session:
        links = session.scalars(select(AgencyLink).order_by(AgencyLink.id)).all()
    assert {link.agency: link.revoked_at is None for link in links} == {"bina_marga": False, "sda": True}


def test_who_asked_the_citizen_loses_it_too_and_the_question_is_over(desk: Number) -> None:
    desk.agency("ask", "Di sisi mana?")
    do(desk, work.reroute, "sda", REASON)
    ticket = desk.ticket()
    assert (ticket.status, ticket.asked_at) == (Status.WAITING, None)
    assert ticket.solve_by == desk.clock.now() + timedelta(days=7)


def test_a_reopened_one_goes_to_the_other_agency_once(desk: Number) -> None:
    desk.agency("claim_done", "Sudah.", None)
    desk.says("belum", meaning("tolak"))
    do(desk, work.reroute, "sda", REASON)
    before = len(mails(desk))
    desk.later(hours=1)
    assert desk.ticket().status == Status.WAITING
    assert mails(desk)[before:] == []


def test_what_came_back_is_placed_without_a_reason(desk: Number) -> None:
    desk.agency("send_back", "Bukan kami.")
    do(desk, work.reroute, "sda", "")
    assert (desk.ticket().status, desk.ticket().agency) == (Status.WAITING, "sda")
    assert "why_rerouted" not in kinds(desk)
    assert held(desk)[0].ended_as == "misrouted"


def test_what_has_not_gone_out_goes_out_to_the_other_one_alone(number: Number) -> None:
    with number.database.begin() as session:
        session.add(User(email="rina@jakarta.example", password_hash="-", created_at=number.clock.now()))
    number.says(STORY, POTHOLE)
    do(number, work.reroute, "sda", "")
    assert number.ticket().status == Status.RECEIVED
    number.later(minutes=5)
    assert [to for to, _ in mails(number)] == [number.rulebook.city.agencies["sda"].email]
    assert number.ticket().status == Status.WAITING


@pytest.mark.parametrize(("agency", "reason", "why"), [
    ("nobody", REASON, "Pilih salah satu instansi"),
    ("coordinators", REASON, "Pilih salah satu instansi"),
    ("sda", "  ", "alasan"),
    ("sda", "a" * 1_001, "1.000"),
])  # fmt: skip
def test_a_wrong_reroute_changes_nothing(desk: Number, agency: str, reason: str, why: str) -> None:
    before = len(mails(desk))
    with pytest.raises(RefusedError, match=why):
        do(desk, work.reroute, agency, reason)
    assert (desk.ticket().agency, len(mails(desk))) == ("bina_marga", before)


def test_where_it_is_already_nothing_happens(desk: Number) -> None:
    assert do(desk, work.reroute, "bina_marga", REASON) is False
    assert "reroute" not in kinds(desk)


def test_a_claimed_and_a_closed_one_are_not_rerouted(desk: Number) -> None:
    desk.agency("claim_done", "Sudah.", None)
    with pytest.raises(RefusedError, match="periksa dulu klaimnya"):
        do(desk, work.reroute, "sda", REASON)
    desk.says("sudah", meaning("konfirmasi"))
    with pytest.raises(RefusedError, match="Selesai"):
        do(desk, work.reroute, "sda", REASON)


def test_those_that_follow_another_go_along_and_not_by_themselves(desk: Number) -> None:
    street = Neighbours(desk)
    lead = street.tickets()[0]
    other = street.report("2", "lubang besar sebelah apotek", "jalan_rusak", place="Jl. Mawar sebelah apotek")
    with desk.database.begin() as session:
        merge.merge(session, desk.rulebook, other.number, lead.number, 1, desk.clock.now())
    street.wait(minutes=5)
    with pytest.raises(RefusedError, match=lead.number):
        do(desk, work.reroute, "sda", REASON)
    with desk.database.begin() as session:
        work.reroute(session, desk.rulebook, session.get_one(Ticket, lead.id), "sda", REASON, 1, desk.clock.now())
    street.follow()
    assert (street.now(other).agency, street.now(other).status) == ("sda", Status.WAITING)
    assert desk.wordings("sim:2")[-1] == "follow_passed_on"
    with pytest.raises(RefusedError, match="pisahkan dulu"), desk.database.begin() as session:
        closing.reject(session, desk.rulebook, session.get_one(Ticket, lead.id), "x", 1, desk.clock.now())


def test_a_new_deadline_is_the_agencys_too_and_the_reminders_go_by_it(desk: Number) -> None:
    target = at("2026-12-09T23:59+07:00")
    assert do(desk, work.move_deadline, target, "Menunggu aspal.") is True
    ticket = desk.ticket()
    assert (ticket.solve_by, held(desk)[0].solve_by) == (target, target)
    ahead = [due for kind, due in steps(desk, "waiting").items() if kind.startswith("agency_reminder")]
    assert ahead == [target - timedelta(days=1)]
    [event] = [event for event in ticket.events if event.kind == "deadline_moved"]
    assert (event.note, event.data["to"]) == ("Menunggu aspal.", target.isoformat())
    assert desk.wordings()[-1] == "follow_new_target"
    assert "Rabu 9 Desember" in desk.replies()[-1]
    assert do(desk, work.move_deadline, target, "Menunggu aspal.") is False


def test_an_earlier_target_takes_the_earlier_deadlines_along(desk: Number) -> None:
    target = desk.clock.now() + timedelta(days=1)
    do(desk, work.move_deadline, target, "Gubernur lewat sana.")
    ticket = desk.ticket()
    assert ticket.verify_by == ticket.answer_by == ticket.solve_by == target


def test_after_an_overdue_target_the_new_one_is_reminded_of_and_the_old_not_again(desk: Number) -> None:
    desk.later(days=8)  # late by a day, and told so
    subjects = [s.partition("] ")[2].partition(":")[0] for s in desk.letters()]
    assert subjects.count("LEWAT TENGGAT") == 1
    before = len(desk.letters())
    do(desk, work.move_deadline, desk.clock.now() + timedelta(days=3), "Hujan terus.")
    assert len(desk.letters()) == before
    desk.later(days=4)
    again = [s.partition("] ")[2].partition(":")[0] for s in desk.letters()[before:]]
    assert again.count("LEWAT TENGGAT") == 1


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_a_target_lies_ahead_and_within_a_year(desk: Number, days: int) -> None:
    with pytest.raises(RefusedError, match="satu tahun"):
        do(desk, work.move_deadline, desk.clock.now() + timedelta(days=days), "Begitu.")


def test_a_target_is_not_moved_without_a_reason_nor_after_the_claim(desk: Number) -> None:
    target = desk.clock.now() + timedelta(days=20)
    with pytest.raises(RefusedError, match="alasan"):
        do(desk, work.move_deadline, target, " ")
    desk.agency("claim_done", "Sudah.", None)
    with pytest.raises(RefusedError, match="Klaim selesai"):
        do(desk, work.move_deadline, target, "Begitu.")
    assert "deadline_moved" not in kinds(desk)


def test_a_withdrawal_by_word_is_told_to_the_agency_and_its_link_ends(desk: Number) -> None:
    do(desk, closing.withdraw, "Menelepon: sudah diperbaiki tetangga.")
    assert desk.ticket().status == Status.WITHDRAWN
    assert "Warga mencabut" in mails(desk)[-1][1]
    with desk.database.read() as session:
        assert {link.revoked_at is None for link in session.scalars(select(AgencyLink))} == {False, True}


def test_who_is_rejected_reads_why(desk: Number) -> None:
    with pytest.raises(RefusedError, match="alasannya"):
        do(desk, closing.reject, "")
    do(desk, closing.reject, "Maaf, itu jalan milik perumahan.")
    assert desk.ticket().status == Status.REJECTED
    assert desk.replies()[-1] == "Maaf, itu jalan milik perumahan."
    assert "tidak dilanjutkan" in mails(desk)[-1][1]
    with pytest.raises(RefusedError, match="Ditolak"):
        do(desk, closing.reject, "Sekali lagi.")

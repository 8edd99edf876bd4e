"""Messages that got through by no way: sent once more, dealt with otherwise, or beyond help."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery import dead_letters, failures
from bot.delivery.failure_words import CLASSES, UNKNOWN, explained, meaning
from bot.errors import NotFoundError, RefusedError
from bot.outgoing.outbox import Letter, by_mail
from bot.rulebook import Rulebook
from bot.tickets.tickets import Report, open_ticket
from storage.database import Database
from storage.models import Announcement, Citizen, Conversation, OutboundMessage, Ticket, User
from storage.queries import dead_letters as queries
from tests.support.clock import MoveableClock
from tests.support.dead import dead_letter

STORY = "Jalan berlubang"


class Desk:
    """One citizen, one colleague, and a list."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: MoveableClock) -> None:
        self.database, self.rulebook, self.clock = database, rulebook, clock
        with database.begin() as session:
            citizen = Citizen(created_at=clock.now())
            user = User(email="rina@jakarta.example", password_hash="", created_at=clock.now())
            session.add_all([citizen, user])
            session.flush()
            self.citizen_id, self.user_id = citizen.id, user.id
            talk = Conversation(channel="whatsapp", address_hash="h", address="whatsapp:+628000001234",
                                citizen_id=citizen.id, created_at=clock.now(), dialogue={})  # fmt: skip
            session.add(talk)
            session.flush()
            self.conversation_id = talk.id

    def dead(self, **fields: Any) -> int:
        with self.database.begin() as session:
            return dead_letter(session, self.clock.now(), **({"conversation_id": self.conversation_id} | fields))

    def ticket(self, **more: Any) -> int:
        report = Report(**{"kind": "lapor", "service": "jalan_rusak", "story": STORY, **more})
        with self.database.begin() as session:
            talk = session.get_one(Conversation, self.conversation_id)
            return open_ticket(session, self.rulebook, talk, report, self.clock.now()).id

    def citizen_is(self, **fields: Any) -> None:
        with self.database.begin() as session:
            citizen = session.get_one(Citizen, self.citizen_id)
            for name, value in fields.items():
                setattr(citizen, name, value)

    def retry(self, message_id: int) -> bool:
        with self.database.begin() as session:
            return dead_letters.retry(session, message_id, self.user_id, self.clock.now())

    def settle(self, message_id: int) -> bool:
        with self.database.begin() as session:
            return dead_letters.settle(session, message_id, self.user_id, self.clock.now())

    def row(self, message_id: int) -> OutboundMessage:
        with self.database.read() as session:
            return session.get_one(OutboundMessage, message_id)

    def listed(self, **wanted: Any) -> list[int]:
        with self.database.read() as session:
            rows = queries.newest(session, 50, **wanted)
            assert len(rows) <= queries.count(session)
            return [row.id for row in rows]


@pytest.fixture
def desk(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Desk:
    return Desk(database, rulebook, clock)


def test_the_list_holds_what_nobody_got_and_nothing_else(desk: Desk) -> None:
    first, second = desk.dead(), desk.dead(failure="address", error="63003")
    for state in ("waiting", "accepted", "delivered", "in_doubt", "cancelled"):
        desk.dead(state=state)
    desk.dead(settled_at=desk.clock.now())
    said_by_sms = desk.dead()
    desk.dead(state="delivered", instead_of=said_by_sms)
    assert desk.listed() == [second, first]
    assert desk.listed(failure="address") == [second]
    assert desk.listed(before=second) == [first]
    with desk.database.read() as session:
        assert queries.count(session) == 2
        assert queries.classes(session) == [("account", 1), ("address", 1)]


def test_of_two_ways_that_failed_the_last_is_on_the_list(desk: Desk) -> None:
    whatsapp = desk.dead()
    sms = desk.dead(instead_of=whatsapp, channel="sms")
    assert desk.listed() == [sms]


def test_sent_again_it_starts_anew_and_remembers_what_was_tried(desk: Desk) -> None:
    sent_at = desk.clock.now() - timedelta(hours=1)
    body = {"text": "Halo", "tried": ["SM1"], "shut": True}
    message = desk.dead(provider_id="SM2", attempts=9, sent_at=sent_at, body=body, lease_owner="one")
    desk.clock.move(hours=3)
    assert desk.retry(message)
    row = desk.row(message)
    assert (row.state, row.due_at, row.attempts, row.sent_at) == ("waiting", desk.clock.now(), 0, None)
    assert (row.provider_id, row.error, row.failure) == (None, None, None)
    assert row.body == {"text": "Halo", "tried": ["SM1", "SM2"]}
    assert desk.listed() == []


def test_a_second_click_does_nothing(desk: Desk) -> None:
    message = desk.dead(provider_id="SM1")
    assert [desk.retry(message), desk.retry(message), desk.settle(message)] == [True, False, False]
    assert desk.row(message).body["tried"] == ["SM1"]
    assert desk.row(message).settled_at is None


def test_of_two_coordinators_at_once_one_sends_it(desk: Desk) -> None:
    message = desk.dead(provider_id="SM1")
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(desk.retry, [message, message])) == [False, True]
    assert desk.row(message).body["tried"] == ["SM1"]


def test_what_was_dealt_with_by_telephone_leaves_the_list(desk: Desk) -> None:
    message = desk.dead()
    assert [desk.settle(message), desk.settle(message), desk.retry(message)] == [True, False, False]
    row = desk.row(message)
    assert (row.state, row.settled_at, row.settled_by) == ("failed", desk.clock.now(), desk.user_id)
    assert desk.listed() == []


def test_a_message_that_does_not_exist(desk: Desk) -> None:
    for step in (desk.retry, desk.settle):
        with pytest.raises(NotFoundError, match="Pesan itu tidak ada"):
            step(4711)


@pytest.mark.parametrize("wording", ["follow_progress", "report_filed"])
@pytest.mark.parametrize(
    ("what", "sentence"), [("opted_out_at", "tidak ingin dikabari"), ("blocked_at", "diblokir")]
)
def test_unasked_news_are_not_forced_on_anybody(desk: Desk, what: str, sentence: str, wording: str) -> None:
    message = desk.dead(wording=wording)
    desk.citizen_is(**{what: desk.clock.now()})
    if wording == "report_filed":  # an answer to what they wrote
        assert desk.retry(message)
        return
    with pytest.raises(RefusedError, match=sentence):
        desk.retry(message)
    assert desk.listed() == [message]
    assert desk.settle(message)


def test_nobody_is_left_to_be_written_to(desk: Desk) -> None:
    message = desk.dead()
    desk.citizen_is(erased_at=desk.clock.now())
    with pytest.raises(RefusedError, match="sudah dihapus"):
        desk.retry(message)


@pytest.mark.parametrize("may_write", [None, False, True])
def test_news_of_a_sealed_case_wait_until_it_is_safe(desk: Desk, may_write: bool | None) -> None:
    ticket_id = desk.ticket(service="perempuan_anak", sealed=True)
    message = desk.dead(wording="follow_progress", ticket_id=ticket_id)
    with desk.database.begin() as session:
        session.get_one(Ticket, ticket_id).may_write = may_write
    if may_write:
        assert desk.retry(message)
        return
    with pytest.raises(RefusedError, match="belum tentu aman"):
        desk.retry(message)


def test_an_announcement_that_was_stopped_stays_so(desk: Desk) -> None:
    with desk.database.begin() as session:
        notice = Announcement(text="Air mati besok", service="air", areas=[], state="running",
                              created_at=desk.clock.now(), created_by=desk.user_id)  # fmt: skip
        session.add(notice)
        session.flush()
        notice_id = notice.id
    first, second = (desk.dead(wording="announcement", announcement_id=notice_id) for _ in range(2))
    assert desk.retry(first)
    with desk.database.begin() as session:
        session.get_one(Announcement, notice_id).state = "stopped"
    with pytest.raises(RefusedError, match="dihentikan"):
        desk.retry(second)


def test_all_of_one_class_are_sent_again_after_the_account_was_put_right(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "BATCH", 3)
    messages = [desk.dead() for _ in range(7)]
    other = desk.dead(failure="content")
    unasked = desk.dead(wording="follow_progress")
    desk.citizen_is(opted_out_at=desk.clock.now())
    done = dead_letters.retry_all(desk.database, "account", desk.user_id, desk.clock.now(), sealed=False)
    assert (done.again, done.cannot) == (7, 1)
    assert {desk.row(message).state for message in messages} == {"waiting"}
    assert desk.listed() == [unasked, other]
    again = dead_letters.retry_all(desk.database, "account", desk.user_id, desk.clock.now(), sealed=False)
    assert (again.again, again.cannot) == (0, 1)


def test_what_may_be_about_a_sealed_case_is_left_to_those_named_for_it(desk: Desk) -> None:
    ticket_id = desk.ticket(service="perempuan_anak", sealed=True)
    about = desk.dead(ticket_id=ticket_id, conversation_id=None)
    beside = desk.dead()
    left = dead_letters.retry_all(desk.database, "account", desk.user_id, desk.clock.now(), sealed=False)
    assert (left.again, desk.listed()) == (0, [beside, about])
    done = dead_letters.retry_all(desk.database, "account", desk.user_id, desk.clock.now(), sealed=True)
    assert done.again == 2


@pytest.mark.parametrize("failure", ["", "weather", "account; DROP TABLE", "stop", "address", "in_doubt"])
def test_a_class_that_there_is_not_or_that_nothing_mends(desk: Desk, failure: str) -> None:
    with pytest.raises(RefusedError, match="Pilih salah satu alasan"):
        dead_letters.retry_all(desk.database, failure, desk.user_id, desk.clock.now(), sealed=True)


def test_a_letter_to_an_agency_keeps_its_message_id(desk: Desk) -> None:
    letter = Letter("mail:forward:1:0", "sda@jakarta.example", "Banjir", "Banjir.", "<p>Banjir.</p>")
    with desk.database.begin() as session:
        message = by_mail(session, desk.rulebook, letter, desk.clock.now())
        assert message
        session.get_one(OutboundMessage, message).state = "failed"
    before = desk.row(message).body["message_id"]
    assert desk.retry(message)
    assert desk.row(message).body["message_id"] == before


@pytest.mark.parametrize("failure", sorted(failures.CLASSES - {failures.FEW}))
def test_every_class_is_explained_in_one_sentence_each(failure: str) -> None:
    """A message is never left with the class of trying again; what is not sent for want of a channel is."""
    words = CLASSES[failure]
    assert words.why.endswith(".")
    assert words.to_do.endswith(".")


@pytest.mark.parametrize("failure", [None, "", "weather"])
def test_what_nobody_knows_is_explained_too(failure: str | None) -> None:
    assert explained(failure) is UNKNOWN
    assert meaning(failure, None) == UNKNOWN.why
    assert "auth token" in meaning("account", "20003")
    assert "e-mail" in meaning("final", "smtp_550", "email")


def test_a_letter_about_an_erased_report_is_empty_and_not_sent_again(desk: Desk) -> None:
    """To an agency: there is no conversation that tells whose it was."""
    message = desk.dead(conversation_id=None, body={"text": ""})
    with pytest.raises(RefusedError, match="sudah dihapus"):
        desk.retry(message)
    assert desk.settle(message)

"""What is done about a failure depends on its class, whether it is an answer to sending or a report later on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.city.city import ChannelPolicy
from bot.delivery import dead_letters, failures
from bot.delivery.failing import BACK_OFF, FEW_BACK_OFF
from bot.intake import inbox
from bot.messages import SMS, WHATSAPP, SendError
from bot.rulebook import Rulebook
from storage.models import Conversation, OutboundMessage, User
from storage.queries import dead_letters as dead_queries
from tests.support.messages import PHONE, by_whatsapp
from tests.support.outbox import Post

TEMPLATE = {"text": "Sudah beres?", "template": "HX1", "variables": {"1": "JK-1"}}
WAYS = pytest.mark.parametrize("reported", [False, True], ids=["at once", "reported later"])


@pytest.fixture
def office(post: Post, rulebook: Rulebook) -> Post:
    """An installation that can send SMS as well."""
    post.rulebook = replace(rulebook, sms_line=SMS)
    return post


def fails(office: Post, kind: str, code: str, reported: bool, **fields: object) -> int:
    """A message that fails in this way; its id."""
    row_id = office.write(**fields)
    if not reported:
        office.provider.outcomes = [SendError(kind, code)]
    office.courier().round()
    if reported:
        office.reports(row_id, office.row(row_id).provider_id or "", "sent", "failed", error=code, kind=kind)
    return row_id


@WAYS
def test_too_much_at_the_moment_is_sent_again_soon(office: Post, reported: bool) -> None:
    row_id = fails(office, failures.LATER, "63018", reported)
    row, due = office.row(row_id), office.clock.at + timedelta(seconds=BACK_OFF[0])
    assert (row.state, row.provider_id, row.due_at) == ("waiting", None, due)
    office.clock.move(seconds=BACK_OFF[0])
    office.courier().round()
    assert office.row(row_id).state == "accepted"


@WAYS
def test_a_telephone_that_is_off_is_tried_three_times_more_and_then_another_way(
    office: Post, reported: bool
) -> None:
    row_id = fails(office, failures.FEW, "30003", reported)
    for pause in FEW_BACK_OFF:
        assert office.row(row_id).state == "waiting"
        office.clock.move(seconds=pause - 1)
        assert office.courier().round() == 0
        office.clock.move(seconds=1)
        office.provider.outcomes = [SendError(failures.FEW, "30003")]
        assert office.courier().round() >= 1
    assert (office.row(row_id).state, office.row(row_id).failure) == ("failed", failures.GIVEN_UP)
    assert [row.channel for row in office.rows()] == [WHATSAPP, SMS]


@WAYS
def test_a_window_that_is_shut_takes_the_template_at_once(office: Post, reported: bool) -> None:
    row_id = fails(office, failures.OTHER_FORM, "63016", reported, body=TEMPLATE)
    office.courier().round()
    assert (office.row(row_id).state, office.row(row_id).form) == ("accepted", "template")
    assert len(office.rows()) == 1


@WAYS
@pytest.mark.parametrize("kind", [failures.OTHER_FORM, failures.ADDRESS, failures.FINAL])
def test_what_does_not_arrive_by_whatsapp_goes_by_sms(office: Post, kind: str, reported: bool) -> None:
    row_id = fails(office, kind, "1", reported)
    office.courier().round()
    assert office.by_sms.texts == ["Halo"]
    row, instead = office.rows()
    assert (row.state, row.failure, instead.instead_of) == ("failed", kind, row_id)
    assert (instead.channel, instead.recipient, instead.state) == (SMS, PHONE, "accepted")
    assert instead.conversation_id == row.conversation_id


def test_a_template_that_is_refused_as_well_goes_by_sms(office: Post) -> None:
    office.write(body=TEMPLATE)
    office.provider.outcomes = [SendError(failures.OTHER_FORM, "63016")] * 2
    for _ in range(3):
        office.courier().round()
    assert office.by_sms.texts == ["Sudah beres?"]


def test_what_fails_by_sms_as_well_is_for_a_person(office: Post) -> None:
    office.by_sms.outcomes = [SendError(failures.ADDRESS, "21614")]
    fails(office, failures.ADDRESS, "63024", reported=False)
    for _ in range(3):
        office.courier().round()
    assert [(row.state, row.settled_at) for row in office.rows()] == [("failed", None)] * 2


def test_who_has_no_number_is_for_a_person(office: Post) -> None:
    fails(office, failures.OTHER_FORM, "63016", reported=False, recipient="whatsapp:ID.4566546130240823")
    assert [row.state for row in office.rows()] == ["failed"]


def test_without_sms_it_is_for_a_person(post: Post, rulebook: Rulebook) -> None:
    post.rulebook = replace(rulebook, sms_line=None)
    fails(post, failures.ADDRESS, "63024", reported=False)
    assert [row.state for row in post.rows()] == ["failed"]


@WAYS
def test_who_said_stop_to_the_provider_has_opted_out(office: Post, reported: bool) -> None:
    row_id = fails(office, failures.STOP, "21610", reported)
    office.courier().round()
    assert (office.row(row_id).state, office.row(row_id).failure) == ("failed", failures.STOP)
    assert office.person().citizen.opted_out_at == office.clock.at
    assert office.by_sms.texts == []


@WAYS
def test_a_bad_address_is_marked(office: Post, reported: bool) -> None:
    fails(office, failures.ADDRESS, "63024", reported)
    assert office.person().unreachable_at == office.clock.at


def test_a_marked_address_is_not_asked_again(office: Post) -> None:
    fails(office, failures.ADDRESS, "63024", reported=False)
    office.write("Kabar")
    for _ in range(2):
        office.courier().round()
    assert (office.provider.texts, office.by_sms.texts) == ([], ["Halo", "Kabar"])


def test_an_sms_that_fails_says_nothing_about_their_whatsapp(office: Post) -> None:
    office.by_sms.outcomes = [SendError(failures.ADDRESS, "30006")]
    fails(office, failures.FINAL, "1", reported=False)
    office.courier().round()
    assert office.person().unreachable_at is None


def test_a_number_that_takes_no_sms_is_tried_where_they_wrote_as_well(office: Post) -> None:
    """They have an SMS conversation and one on WhatsApp, whose window is open."""
    sms = office.conversation("+628000000055", SMS, citizen_id=office.person().citizen_id)
    office.by_sms.outcomes = [SendError(failures.ADDRESS, "30006")]
    office.write(channel=SMS, recipient="+628000000055", conversation_id=sms)
    office.courier().round()
    office.courier().round()
    assert [(row.channel, row.state) for row in office.rows()] == [(SMS, "failed"), (WHATSAPP, "accepted")]


@WAYS
@pytest.mark.parametrize("kind", [failures.CONTENT, failures.ACCOUNT])
def test_what_an_operator_has_to_mend_waits_for_one(office: Post, kind: str, reported: bool) -> None:
    row_id = fails(office, kind, "63005", reported)
    office.clock.move(days=1)
    assert office.courier().round() == 0
    assert (office.row(row_id).state, office.row(row_id).failure) == ("failed", kind)


@pytest.mark.parametrize("kind", [failures.CONTENT, failures.ACCOUNT])
def test_an_emergency_waits_for_no_operator(office: Post, kind: str) -> None:
    fails(office, kind, "63005", reported=False, lane=0)
    office.courier().round()
    assert office.by_sms.texts == ["Halo"]


def test_a_message_that_arrived_after_all_is_not_said_twice(office: Post) -> None:
    row_id = fails(office, failures.ADDRESS, "63024", reported=True)
    assert office.reports(row_id, office.row(row_id).provider_id or "", "delivered")
    assert office.courier().round() == 0
    assert [row.state for row in office.rows()] == ["delivered", "cancelled"]


def test_of_a_message_that_arrived_after_all_nobody_need_be_told_by_another_way(office: Post) -> None:
    """The SMS in its place has failed as well, and stood on the list."""
    office.by_sms.outcomes = [SendError(failures.ADDRESS, "30006")]
    row_id = fails(office, failures.FINAL, "1", reported=True)
    office.courier().round()
    with office.database.read() as session:
        assert dead_queries.count(session) == 1
    assert office.reports(row_id, office.row(row_id).provider_id or "", "delivered")
    with office.database.read() as session:
        assert dead_queries.count(session) == 0


def test_an_earlier_attempt_that_arrived_ends_the_later_ones(office: Post) -> None:
    row_id = office.write()
    office.courier().round()
    first = office.row(row_id).provider_id or ""
    office.reports(row_id, first, "undelivered", error="30003", kind=failures.FEW)
    assert not office.reports(row_id, first, "sent"), "a late word about the attempt that failed"
    assert office.row(row_id).state == "waiting"
    assert office.reports(row_id, first, "delivered")
    office.clock.move(days=1)
    assert office.courier().round() == 0
    assert office.row(row_id).state == "delivered"


def test_where_nobody_can_answer_an_sms_it_carries_a_link_and_asks_nothing(post: Post, rulebook: Rulebook) -> None:
    city = rulebook.city.model_copy(update={"channels": {SMS: ChannelPolicy(two_way=False)}})
    post.rulebook = replace(rulebook, city=city, sms_line=SMS)
    body = {"text": "Sudah beres?", "choices": [{"key": "yes", "title": "Sudah"}], "hint": "Balas angkanya."}
    fails(post, failures.ADDRESS, "63024", reported=False, body=body)
    [_, instead] = post.rows()
    assert instead.body["choices"] == []


def test_a_message_from_a_marked_address_unmarks_it(office: Post) -> None:
    fails(office, failures.ADDRESS, "63024", reported=False)
    assert office.rulebook
    words, marked_at = office.rulebook.words, office.clock.now()
    for came_at, unmarked in ((marked_at - timedelta(minutes=1), False), (marked_at + timedelta(hours=1), True)):
        office.clock.move(hours=1)
        with office.database.begin() as session:
            session.get_one(Conversation, office.conversation_id).address_hash = inbox.address_hash(
                f"whatsapp:{PHONE}"
            )
            session.flush()
            inbox.store(session, by_whatsapp("Halo lagi"), words, came_at)
            inbox.place_new(session, office.clock.now())
        assert (office.person().unreachable_at is None) is unmarked


def test_what_a_person_sends_again_is_tried_although_it_was_marked(post: Post, rulebook: Rulebook) -> None:
    post.rulebook = replace(rulebook, sms_line=None)
    row_id = fails(post, failures.ADDRESS, "63024", reported=False)
    with post.database.begin() as session:
        user = User(email="rina@jakarta.example", password_hash="", created_at=post.clock.now())
        session.add(user)
        session.flush()
        assert dead_letters.retry(session, row_id, user.id, post.clock.now())
    post.courier().round()
    assert (post.row(row_id).state, post.provider.texts) == ("accepted", ["Halo"])


@WAYS
@pytest.mark.parametrize("kind", [failures.LATER, failures.FEW, failures.OTHER_FORM, failures.ADDRESS])
def test_what_was_erased_meanwhile_is_neither_sent_again_nor_otherwise(
    office: Post, kind: str, reported: bool
) -> None:
    """Nothing is left of it that could be said, nor to whom."""
    row_id = office.write()

    def erase(*_: object) -> None:
        with office.database.begin() as session:
            row = session.get_one(OutboundMessage, row_id)
            row.body, row.recipient = {"text": ""}, ""

    office.provider.before_send = lambda _: None if reported else erase()
    office.provider.outcomes = [] if reported else [SendError(kind, "1")]
    office.courier().round()
    if reported:
        erase()
        office.reports(row_id, office.row(row_id).provider_id or "", "failed", error="1", kind=kind)
    office.clock.move(days=1)
    assert office.courier().round() == 0
    [row] = office.rows()
    assert (row.state, row.settled_at is not None) == ("failed", True)

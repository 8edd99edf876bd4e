"""WhatsApp's 24 hours are counted when a message goes out, not when it was written."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery import failures
from bot.messages import SMS, SendError
from bot.rulebook import Rulebook
from bot.words import BULK_LANE, EMERGENCY_LANE, NORMAL_LANE, UNASKED_LANE
from storage.models import Conversation
from tests.support.clock import at
from tests.support.outbox import Post

TEMPLATE = {"text": "Sudah beres?", "template": "HX1", "variables": {"1": "JK-1"}}


@pytest.fixture
def office(post: Post, rulebook: Rulebook) -> Post:
    post.rulebook = replace(rulebook, sms_line=SMS)
    return post


def writes_again(office: Post) -> None:
    with office.database.begin() as session:
        session.get_one(Conversation, office.conversation_id).last_inbound_at = office.clock.now()


@pytest.mark.parametrize(("hours", "form"), [(23.9, "text"), (24, "template"), (240, "template")])
def test_free_text_until_a_day_after_they_last_wrote(office: Post, hours: float, form: str) -> None:
    row_id = office.write(body=TEMPLATE, due_at=office.clock.at + timedelta(hours=hours))
    office.clock.move(hours=hours)
    office.courier().round()
    assert (office.row(row_id).state, office.row(row_id).form) == ("accepted", form)


def test_whoever_writes_meanwhile_opens_it_again(office: Post) -> None:
    row_id = office.write(body=TEMPLATE, due_at=office.clock.at + timedelta(hours=30))
    office.clock.move(hours=29)
    writes_again(office)
    office.clock.move(hours=1)
    office.courier().round()
    assert office.row(row_id).form == "text"


def test_without_an_approved_template_it_goes_by_sms(office: Post) -> None:
    office.write(due_at=office.clock.at + timedelta(hours=30))
    office.clock.move(hours=30)
    office.courier().round()
    office.courier().round()
    assert (office.provider.texts, office.by_sms.texts) == ([], ["Halo"])


@pytest.mark.parametrize("variables", [{"1": ""}, {"1": "JK-1", "2": " "}])
def test_a_template_that_lacks_a_value_is_none(office: Post, variables: dict[str, str]) -> None:
    office.write(body={**TEMPLATE, "variables": variables}, due_at=office.clock.at + timedelta(hours=30))
    office.clock.move(hours=30)
    office.courier().round()
    office.courier().round()
    assert (office.provider.texts, office.by_sms.texts) == ([], ["Sudah beres?"])


def test_what_was_held_up_for_a_day_is_not_refused_but_sent_otherwise(office: Post) -> None:
    """The worker was away for a day: a reply that could have been text goes out as its template."""
    row_id = office.write(body=TEMPLATE)
    office.clock.move(hours=25)
    office.courier().round()
    assert office.row(row_id).form == "template"


@pytest.mark.parametrize(("hours", "arrives"), [(23, True), (25, False)])
def test_the_other_address_of_a_citizen_has_a_window_of_its_own(office: Post, hours: int, arrives: bool) -> None:
    """They wrote by SMS long ago, and by WhatsApp less or more than a day ago."""
    number = "+628000000055"
    sms = office.conversation(number, SMS, citizen_id=office.person().citizen_id)
    office.clock.move(days=3)
    writes_again(office)
    office.clock.move(hours=hours - 1)
    office.by_sms.outcomes = [SendError(failures.LATER, "30001"), SendError(failures.ADDRESS, "30006")]
    office.write(channel=SMS, recipient=number, conversation_id=sms)
    for pause in (1, 0, 0):
        office.courier().round()
        office.clock.move(hours=pause)
    assert [row.channel for row in office.rows()] == [SMS, "whatsapp"][: 1 + arrives]
    assert office.provider.texts == ["Halo"] * arrives


# -- the quiet hours ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wording", "lane", "sent"), [
    ("follow_progress", UNASKED_LANE, False),
    ("follow_announcement", BULK_LANE, False),
    ("follow_taken", EMERGENCY_LANE, True),
    ("greeting", NORMAL_LANE, True),
])  # fmt: skip
def test_what_nobody_asked_for_does_not_go_out_at_night_although_it_was_held_up(
    office: Post, wording: str, lane: int, sent: bool
) -> None:
    """Written at noon; the worker was away until midnight."""
    office.clock.at = at("2026-11-23T05:00:00")
    row_id = office.write(wording=wording, lane=lane)
    office.clock.at = at("2026-11-23T17:00:00")
    office.courier().round()
    assert (office.row(row_id).state, office.row(row_id).attempts) == (("accepted", 1) if sent else ("waiting", 0))
    office.clock.at = at("2026-11-24T00:00:00")
    office.courier().round()
    assert office.provider.texts == ["Halo"]


def test_nor_does_it_by_another_way(office: Post) -> None:
    office.clock.at = at("2026-11-23T13:59:00")
    row_id = office.write(wording="follow_progress", lane=UNASKED_LANE)
    office.courier().round()
    office.clock.move(minutes=5)
    office.reports(row_id, office.row(row_id).provider_id or "", "failed", error="63024", kind=failures.ADDRESS)
    office.courier().round()
    assert office.by_sms.texts == []
    office.clock.at = at("2026-11-24T00:00:00")
    office.courier().round()
    assert office.by_sms.texts == ["Halo"]


def test_what_a_person_answers_at_night_goes_out_at_night(office: Post) -> None:
    office.clock.at = at("2026-11-23T17:00:00")
    office.write(wording="follow_answer", lane=UNASKED_LANE)
    office.courier().round()
    assert office.provider.texts == ["Halo"]

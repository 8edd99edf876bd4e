"""WhatsApp's 24 hours are counted when a message goes out, not when it was written."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import SMS
from bot.rulebook import Rulebook
from storage.models import Conversation
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

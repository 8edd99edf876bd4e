"""A stranger's first SMS back, with the privacy notice: two segments at most, whatever is said in it."""

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.case import Case
from bot.casework.casework import fitting, with_notice
from bot.casework.reply_facts import LONGEST_PLACE_BY_SMS
from bot.city.city import Service
from bot.conversation import advice, reports, rights
from bot.messages import GATEWAY, SMS, Choice, Outgoing
from bot.rulebook import Rulebook
from bot.segments import foreign_characters, segments
from bot.wording.plain_text import MOST_SEGMENTS, plain_text
from tests.support.clock import at

LONGEST_DAY = at("2026-09-30T10:00+07:00")  # Wednesday 30 September; a Thursday in Indonesian is no longer
PLACE = "x" * LONGEST_PLACE_BY_SMS + "..."
NUMBER = "JK-7Q2M9X-4"
# As long as an address of a city's own may be.
LINK = "https://pengaduan.jakarta.go.id/t/7q2m9x40123456789abcdef"
# All that a stranger's first message may be answered with, alone.
ALONE = (
    "idea_filed", "praise_filed", "what_is_it_about", "what_is_there", "greeting", "welcome", "help", "off_topic",
    "anger_met", "tell_us", "empty_message", "nothing_asked", "no_tickets", "number_unknown", "button_old_alone",
    "button_old_read", "handed_over_question", "handed_over_unsure", "handed_over_person", "handed_over_english",
    "kept_for_person", "received_wait", "opted_out", "opted_in", "how_to_stop", "how_to_erase", "name_hidden",
    "voice_to_person", "pin_abroad", "sticker_alone", "contact_alone", "document_alone", "too_many_messages",
    "duty_none",
)  # fmt: skip


def case(rulebook: Rulebook, language: str, channel: str = SMS) -> Case:
    """A stranger who has just written for the first time."""
    talk = SimpleNamespace(channel=channel, language=language, citizen=SimpleNamespace(notice_given_at=None))
    return Case(cast("Any", None), rulebook, cast("Any", talk), (), LONGEST_DAY)


def shown(case: Case, wordings: tuple[str, ...], values: Mapping[str, Any], titles: tuple[str, ...] = (), *,
          asks: bool = False) -> str:  # fmt: skip
    """One message as the telephone shows it, with the notice."""
    case.conversation.citizen.notice_given_at = None
    text, bare = (
        "\n".join(case.say(wording, known) for wording in wordings) for known in (values, {**values, "page": ""})
    )
    text = fitting(case, text, bare, titles)
    text = with_notice(case, text, titles, asks=asks or bool(titles))
    choices = tuple(Choice(title, title) for title in titles)
    hint = case.say("number_hint", {}) if titles else ""
    return plain_text(Outgoing(1, case.conversation.channel, "+628000001234", None, text, choices, hint))


def facts(case: Case, service: Service) -> dict[str, Any]:
    city, language = case.rulebook.city, case.conversation.language
    own = service.question.text[language] if service.question else ""
    return {
        "number": NUMBER, "service": service.name, "agency": city.agency_name(service.agency), "question": own,
        "recipient": city.agency_name(service.agency), "at_place": f", {PLACE}", "solve_by": LONGEST_DAY,
        "answer_by": LONGEST_DAY, "city": city.name, "emergency_number": "", "advice": "",
        "office_hours": case.say("office_hours", {"opens": "07.30", "closes": "16.00"}),
        "place_line": case.say("place_line", {"place": PLACE}),
        "page": f"\n{case.say('page_line', {'link': LINK})}",
        "or_pin": "",
        "longer": f" {case.say('takes_longer', {})}" if service.deadlines.explain else "",
    }  # fmt: skip


def about_services(case: Case) -> Iterator[str]:
    for service in case.rulebook.city.services.values():
        values = facts(case, service)
        asking = ("own_question",) if service.question else ()
        if service.sealed:
            continue
        yield shown(case, ("report_filed", *asking), values, asks=bool(asking))
        yield shown(case, ("report_filed_without_place",), values)
        yield shown(case, ("ask_place", *asking), values, asks=True)
        yield shown(case, ("name_hidden", "ask_place"), values, asks=True)
        yield from (shown(case, (wording,), values) for wording in ("idea_filed", "praise_filed"))


def with_choices(case: Case) -> Iterator[str]:
    say, services = case.say, list(case.rulebook.city.services.values())
    longest = sorted((service.name for service in services), key=len, reverse=True)[:3]
    values = facts(case, services[0])
    yield shown(case, ("ask_service",), values, (*longest, say("choice_both", {}), say("choice_other", {})))
    yield shown(case, ("sealed_filed",), values, tuple(say(title, {}) for _, title in reports.SAFE_OR_NOT))
    yield shown(case, ("ask_erase",), values, tuple(say(title, {}) for _, title in rights.ERASE_OR_KEEP))
    filed = "\n".join(case.say("filed_line", {**values, "service": name}) for name in longest)
    yield shown(case, ("reports_filed",), {**values, "filed": filed})


def checks(case: Case) -> Iterator[str]:
    wording, language = case.rulebook.wording, case.conversation.language
    steps = tuple(case.say(title, {}) for _, title in advice.STEPS)
    for topic, answer in wording.answers.items():
        if answer.check:
            yield shown(case, ("check_first",), wording.topic(topic, language), steps)


@pytest.fixture(params=[("id", SMS), ("en", SMS), ("id", GATEWAY)], ids=str)
def stranger(request: pytest.FixtureRequest, rulebook: Rulebook) -> Case:
    language, channel = request.param
    return case(rulebook, language, channel)


@pytest.fixture
def messages(stranger: Case) -> list[str]:
    alone = (shown(stranger, (wording,), facts(stranger, stranger.rulebook.city.services["sampah"]))
             for wording in ALONE)  # fmt: skip
    found = []
    for sources in (alone, about_services(stranger), with_choices(stranger), checks(stranger)):
        for message in sources:
            found.append(message)
    return found


def test_every_first_message_is_two_segments_at_most(messages: list[str]) -> None:
    assert [(len(text), text) for text in messages if segments(text) > MOST_SEGMENTS] == []
    assert "".join(foreign_characters(text) for text in messages) == ""
    assert len(messages) > 200


def test_a_question_beside_a_report_fits_too(stranger: Case) -> None:
    """The notice may wait where the names are long; as a rule it need not."""
    given = []
    for service in stranger.rulebook.city.services.values():
        text = shown(stranger, ("report_filed", "question_beside"), facts(stranger, service))
        assert segments(text) <= MOST_SEGMENTS, text
        given.append(stranger.conversation.citizen.notice_given_at is not None)
    assert given.count(True) > 0.8 * len(given)


def test_a_long_answer_lets_the_notice_wait(stranger: Case) -> None:
    wording, language = stranger.rulebook.wording, stranger.conversation.language
    both = tuple(stranger.say(title, {}) for _, title in advice.HELPED_OR_NOT)
    waiting = 0
    for topic, answer in wording.answers.items():
        wordings = ("answer", "ask_helped") if answer.helped else ("answer",)
        text = shown(stranger, wordings, wording.topic(topic, language), both if answer.helped else ())
        assert segments(text) <= MOST_SEGMENTS, (topic, text)
        given = stranger.conversation.citizen.notice_given_at is not None
        assert given == (stranger.say("notice_short", {}) in text)
        waiting += not given
    assert waiting, "no answer is so long; the rule is not needed"


def test_the_notice_is_in_each_of_them(messages: list[str]) -> None:
    assert [text for text in messages if "BERHENTI" not in text and "STOP" not in text] == []


def test_the_link_goes_along_when_a_report_is_filed(stranger: Case) -> None:
    """Even beside the notice, for every service, on the longest day, with a long place and an address of a
    city."""
    for service in (service for service in stranger.rulebook.city.services.values() if not service.sealed):
        asking = ("own_question",) if service.question else ()
        for wordings in (("report_filed", *asking), ("report_filed_without_place",), ("report_flood",)):
            text = shown(stranger, wordings, facts(stranger, service), asks=bool(asking))
            assert LINK in text, text
            assert segments(text) <= MOST_SEGMENTS, text


def test_who_had_the_notice_gets_the_link_with_others_and_apart(stranger: Case) -> None:
    for service in (service for service in stranger.rulebook.city.services.values() if not service.sealed):
        few = {**facts(stranger, service), "others": stranger.say("others_few", {})}
        for wording in ("report_joined", "not_the_same"):
            texts = [stranger.say(wording, values) for values in (few, {**few, "page": ""})]
            stranger.conversation.citizen.notice_given_at = LONGEST_DAY
            text = fitting(stranger, *texts)
            assert segments(text) <= MOST_SEGMENTS, text
            assert LINK in text, text


def test_a_link_that_would_make_a_third_sms_stays_away(stranger: Case) -> None:
    values = facts(stranger, stranger.rulebook.city.services["jalan_rusak"])
    long = {**values, "page": f"\n{'x' * 200}"}
    text = shown(stranger, ("report_filed",), long)
    assert "xxxx" * 40 not in text
    assert stranger.say("notice_short", {}) in text

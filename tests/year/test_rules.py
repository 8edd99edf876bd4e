"""Every rule can be broken, and says so in one sentence."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.year.deadlines import Clocks
from benchmarks.year.ledger import Matter
from benchmarks.year.rules import RULES, BrokenError, Rules, rules_of
from bot.settings import ROOT
from tests.support.clock import at

NOON, NIGHT = at("2026-05-05T12:00+07:00"), at("2026-05-05T21:00+07:00")


def rules(weekly: int | None = 3, *without: str) -> Rules:
    return replace(rules_of(ROOT / "config.yml", frozenset(without)), weekly=weekly)


def note(wording: str = "follow_progress", **more: Any) -> Any:
    usual = {"id": 1, "wording": wording, "conversation_id": 7, "ticket_id": 3, "created_at": NOON}
    return SimpleNamespace(**(usual | more))


def ticket(**more: Any) -> Any:
    usual = {
        "id": 3,
        "number": "JK-AAAAAA-A",
        "service": "jalan_rusak",
        "created_at": at("2026-01-05T10:00+07:00"),
        "verify_by": at("2026-01-08T10:00+07:00"),
        "answer_by": at("2026-01-12T10:00+07:00"),
        "solve_by": at("2026-01-12T10:00+07:00"),
    }
    return SimpleNamespace(**(usual | more))


def matter(status: str) -> Matter:
    return Matter(3, "JK-AAAAAA-A", 1, 7, "jalan_rusak", "bina_marga", "lapor", status, NOON, False, False, NOON)


def dated(**more: Any) -> Rules:
    looking, filed = rules(), ticket(**more)
    held = replace(matter("received"), service=filed.service)
    Clocks(looking.city).begin(held, filed.created_at)
    looking.dated(held, filed)
    return looking


def test_right_deadlines_pass() -> None:
    assert dated().checked["deadlines"] == 3
    assert dated(service="perizinan", solve_by=at("2026-01-26T10:00+07:00")).checked["deadlines"] == 3


@pytest.mark.parametrize("name", ["verify_by", "answer_by", "solve_by"])
def test_a_deadline_that_is_a_minute_off_breaks_the_rule(name: str) -> None:
    wrong = getattr(ticket(), name) + timedelta(minutes=1)
    with pytest.raises(BrokenError, match=r"JK-AAAAAA-A .* must be dealt with") as error:
        dated(**{name: wrong})
    assert (error.value.rule, error.value.ticket) == ("deadlines", 3)


def test_while_the_citizen_is_asked_the_clocks_stand_still() -> None:
    clocks, held = Clocks(rules().city), matter("waiting")
    clocks.begin(held, at("2026-01-05T10:00+07:00"))
    for kind, status, when in (
        ("ask", "needs_info", "2026-01-09T15:00+07:00"),  # Friday
        ("answer", "in_progress", "2026-01-12T11:00+07:00"),  # Monday: 20 hours on working days, 68 in all
    ):
        clocks.follow(held, SimpleNamespace(kind=kind, status=status, at=at(when)))
        held.status = status
    assert held.due["verify"] == at("2026-01-08T10:00+07:00")  # was met by the question
    assert held.due["answer"] == at("2026-01-13T06:00+07:00")
    assert held.due["solve"] == at("2026-01-15T06:00+07:00")


def test_a_new_agency_and_a_denied_claim_begin_anew() -> None:
    clocks, held = Clocks(rules().city), matter("coordination")
    clocks.begin(held, at("2026-01-05T10:00+07:00"))
    clocks.follow(held, SimpleNamespace(kind="forward", status="waiting", at=at("2026-01-06T12:00+07:00")))
    assert held.due["solve"] == at("2026-01-13T12:00+07:00")
    clocks.follow(held, SimpleNamespace(kind="deny", status="reopened", at=at("2026-01-20T12:00+07:00")))
    assert held.due["verify"] == at("2026-01-23T12:00+07:00")


def test_at_night_nothing_unasked_goes_out_but_about_emergencies() -> None:
    looking = rules()
    looking.sent(note(), NOON, urgent=False)
    looking.sent(note("report_filed"), NIGHT, urgent=False)
    looking.sent(note(), NIGHT, urgent=True)
    with pytest.raises(BrokenError, match=r"21:00:00, in quiet hours"):
        looking.sent(note(), NIGHT, urgent=False)


def test_news_have_no_room_in_a_full_week_and_questions_always_have() -> None:
    looking = rules(weekly=3)
    for day, wording in (
        (0, "follow_progress"),
        (3, "follow_question"),
        (8, "follow_confirm"),
        (9, "follow_waiting"),
    ):
        when = NOON + timedelta(days=day)
        looking.sent(note(wording, created_at=when), when, urgent=False)
    looking.sent(note("follow_confirm", created_at=when), when, urgent=False)
    looking.sent(note(conversation_id=8, created_at=when), when, urgent=False)
    with pytest.raises(BrokenError, match="as message number 5 within a week; the limit is 3"):
        looking.sent(note(created_at=when), when, urgent=False)


def test_what_never_arrives_takes_no_room() -> None:
    looking = rules(weekly=1)
    looking.sent(note(), NOON, urgent=False, refused=True)
    looking.sent(note(), NOON, urgent=False)


def test_whoever_said_stop_is_left_alone_until_they_say_start() -> None:
    looking = rules()
    looking.written(note("opted_out"))
    looking.written(note("report_filed"))
    with pytest.raises(BrokenError, match="said stop"):
        looking.written(note())
    looking.written(note("opted_in"))
    looking.written(note())


def test_what_was_written_before_the_stop_is_not_sent_behind_it() -> None:
    looking = rules()
    looking.written(note())
    looking.written(note("opted_out"))
    with pytest.raises(BrokenError, match="said stop"):
        looking.sent(note(), NOON, urgent=False)


def test_the_same_step_twice_within_an_hour_is_a_double() -> None:
    looking = rules()
    looking.written(note())
    looking.written(note(created_at=NOON + timedelta(hours=2)))
    with pytest.raises(BrokenError, match="twice within an hour"):
        looking.written(note(created_at=NOON + timedelta(hours=2, minutes=1)))


def test_nobody_claims_what_is_closed() -> None:
    claim = SimpleNamespace(kind="claim")
    rules().happened(claim, matter("in_progress"))
    with pytest.raises(BrokenError, match="was done, and an agency could claim"):
        rules().happened(claim, matter("done"))


def test_a_rule_that_is_left_out_breaks_nothing_and_counts_nothing() -> None:
    looking = rules(3, "quiet")
    looking.sent(note(), NIGHT, urgent=False)
    assert looking.checked["quiet"] == 0


@pytest.fixture(autouse=True)
def every_rule_has_a_sentence() -> Iterator[None]:
    yield
    assert set(RULES) >= {"deadlines", "quiet", "weekly", "opted_out", "doubled", "claims", "next_step", "lost"}

"""Claimed, confirmed, silent, unreachable and withdrawn are different things, on every page, in every answer."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.casework.situation import view_of
from bot.conversation.standing import status_line
from bot.conversation.state import TicketView
from bot.following import followups
from bot.incidents import duplicates
from bot.status import Move
from bot.tickets import citizen_page, tickets
from bot.tickets.tickets import By
from handlers.phrases import STANDING, Phrases
from handlers.simulator.happened import Story
from storage.models import OutboundMessage
from tests.handlers.city_hall import CityHall, act, csrf_of, field_of, said_on

LABELS = {
    "claimed": "Klaim selesai",
    "confirmed": "Selesai, dipastikan warga",
    "silent": "Selesai, tanpa jawaban warga",
    "unreachable": "Selesai, warga tidak terjangkau",
    "withdrawn": "Dicabut warga",
    "rejected": "Ditolak",
    "duplicate": "Duplikat laporan warga ini sebelumnya",
    "delivered": "Selesai, sudah disampaikan",
}
STEPS = {
    "confirmed": (Move.CONFIRM, "citizen"),
    "silent": (Move.CLOSE_SILENT, "clock"),
    "unreachable": (Move.CLOSE_UNREACHABLE, "clock"),
    "withdrawn": (Move.WITHDRAW, "citizen"),
    "rejected": (Move.REJECT, "user:1"),
}


def ended(hall: CityHall, outcome: str) -> str:
    """A ticket that came to this end; its number."""
    number, _ = hall.forwarded()
    if outcome == "delivered":
        with hall.database.begin() as session:
            tickets.close_at_delivery(session, hall.rulebook, tickets.by_number(session, number), hall.now)
        return number
    if outcome == "duplicate":
        first, _ = hall.forwarded()
        with hall.database.begin() as session:
            both = (tickets.by_number(session, each) for each in (number, first))
            duplicates.mark(session, hall.rulebook, *both, (), hall.now)
        return number
    hall.moved(number, Move.CLAIM, "agency:bina_marga", "Sudah ditambal.")
    if outcome != "claimed":
        hall.moved(number, *STEPS[outcome])
    return number


def citizens_page(hall: CityHall, number: str) -> str:
    path = citizen_page.address_of(hall.rulebook, hall.find(number)).removeprefix(hall.rulebook.base_url)
    return said_on(hall.browser().get(path))


def agencys_page(hall: CityHall, number: str) -> str:
    return said_on(hall.browser().get(f"/agency/{hall.token_of(number)}"))


def consoles_page(hall: CityHall, number: str) -> str:
    return said_on(hall.coordinator().get(f"/console/tickets/{number}"))


def consoles_list(hall: CityHall, number: str) -> str:
    page = hall.coordinator().get("/console/queue/all").text
    return re.sub(r"<[^>]+>", " ", page.partition(f'<tr id="{number}"')[2].partition("</tr>")[0])


def sealed_page(hall: CityHall, number: str) -> str:
    with hall.database.begin() as session:
        tickets.by_number(session, number).sealed = True
    return said_on(hall.coordinator().get(f"/console/tickets/{number}"))


def sealed_row(hall: CityHall, number: str) -> str:
    with hall.database.begin() as session:
        tickets.by_number(session, number).sealed = True
    return consoles_list(hall, number)


PAGES = (citizens_page, agencys_page, consoles_page, consoles_list, sealed_page, sealed_row)


@pytest.mark.parametrize("outcome", LABELS)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_tells_the_ends_apart(
    hall: CityHall, page: Callable[[CityHall, str], str], outcome: str
) -> None:
    words = page(hall, ended(hall, outcome))
    assert LABELS[outcome] in words
    others = {label for name, label in LABELS.items() if name != outcome and label != "Klaim selesai"}
    told = words.replace("Dicabut warga", "") if outcome == "withdrawn" else words  # stands in the history too
    assert not [label for label in others if label in told]


def test_there_is_a_label_for_every_outcome() -> None:
    assert {str(code): label for code, label in STANDING.items()} == {
        name: label for name, label in LABELS.items() if name != "claimed"
    }


def test_the_list_can_be_restricted_to_one_kind_of_end(hall: CityHall) -> None:
    numbers = {outcome: ended(hall, outcome) for outcome in ("confirmed", "silent", "unreachable", "delivered")}
    browser = hall.coordinator()
    for outcome, number in numbers.items():
        listed = browser.get(f"/console/queue/all?status={outcome}").text
        assert [n for n in numbers.values() if n in listed] == [number]
    assert all(number in browser.get("/console/queue/all?status=done").text for number in numbers.values())


def test_what_a_citizen_is_answered_differs_as_well(hall: CityHall) -> None:
    city, wording, said = hall.rulebook.city, hall.rulebook.wording, {}
    for outcome in LABELS:
        number = ended(hall, outcome)
        with hall.database.read() as session:
            view: TicketView = view_of(tickets.by_number(session, number))
        for language in city.languages:
            reply = status_line(view, city, hall.now)
            said[outcome, language] = wording.say(reply.wording, language, reply.values).replace(number, "")
    assert len(set(said.values())) == len(said)
    assert "belum ada jawaban" in said["silent", "id"]
    assert "tidak sampai" in said["unreachable", "id"]


def test_the_simulator_says_it_too(hall: CityHall) -> None:
    say = Phrases(hall.rulebook.city, hall.now)
    for outcome, label in LABELS.items():
        assert say.standing(hall.find(ended(hall, outcome))) == label
    assert "standing" in Story.ticket.__code__.co_names


def test_a_claim_of_a_closed_ticket_is_refused_in_one_sentence(hall: CityHall) -> None:
    for outcome in ("confirmed", "silent", "unreachable", "withdrawn", "rejected", "delivered"):
        number, token = hall.forwarded()
        browser = hall.browser()
        page = browser.get(f"/agency/{token}")
        stale = {"csrf_token": csrf_of(page), "moves": field_of(page, "moves"), "note": "Sudah selesai"}
        if outcome == "delivered":
            with hall.database.begin() as session:
                tickets.close_at_delivery(session, hall.rulebook, tickets.by_number(session, number), hall.now)
        else:
            hall.moved(number, Move.CLAIM, "agency:dlh", "beres")
            hall.moved(number, *STEPS[outcome])
        fresh = stale | {"moves": str(hall.find(number).moves)}
        before = hall.everything()
        for form in (stale, fresh):
            answer = browser.post(f"/agency/{token}/claim", data=form)
            assert answer.status_code == 409
            told = said_on(answer)
            assert "Laporan ini " in told
            assert "sudah ditutup" in told or "berstatus" in told
        assert hall.everything() == before


def test_after_a_no_nothing_of_the_end_is_left(hall: CityHall) -> None:
    number = ended(hall, "silent")
    hall.moved(number, Move.DENY)
    ticket = hall.find(number)
    assert (ticket.outcome, ticket.closed_at) == (None, None)
    assert "Dibuka kembali" in consoles_page(hall, number)


# -- what the outcome is hangs on whether the question arrived


def asked(hall: CityHall) -> str:
    """A claim about which the citizen was asked."""
    number, token = hall.forwarded()
    act(hall.browser(), token, "claim", note="Sudah ditambal")
    runs(hall)
    assert hall.to_citizen(number) == ["follow_confirm"]
    return number


def runs(hall: CityHall) -> None:
    while followups.run_due(hall.database, hall.rulebook, hall.now):
        pass


def question_is(hall: CityHall, number: str, state: str, after: timedelta | None = None) -> None:
    """What became of the question; ``after`` so long it was delivered."""
    with hall.database.begin() as session:
        ids = [message.id for message in hall.written(number) if message.wording == "follow_confirm"]
        question = session.get_one(OutboundMessage, ids[0])
        question.state = state
        question.delivered_at = question.created_at + after if after is not None else None


def lives(hall: CityHall, days: int) -> None:
    for _ in range(days):
        hall.wait(days=1)
        runs(hall)


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_question_that_failed_is_no_silence(hall: CityHall, state: str) -> None:
    number = asked(hall)
    question_is(hall, number, state)
    lives(hall, 50)
    assert hall.find(number).outcome == "unreachable"


@pytest.mark.parametrize("state", ["in_doubt", "waiting", "accepted"])
def test_a_question_of_which_nobody_knows_whether_it_arrived_is_no_silence(hall: CityHall, state: str) -> None:
    number = asked(hall)
    question_is(hall, number, state)
    lives(hall, 20)
    assert hall.find(number).status == "claimed_done"
    lives(hall, 40)
    assert hall.find(number).outcome == "unreachable"


def test_silence_counts_from_the_delivery_however_late(hall: CityHall) -> None:
    number = asked(hall)
    asked_at = hall.now
    question_is(hall, number, "delivered", timedelta(days=9))
    calendar, policy = hall.rulebook.city.working_calendar, hall.rulebook.city.follow_ups
    due = calendar.add(asked_at + timedelta(days=9), policy.close_silent)
    lives(hall, (due - asked_at).days - 1)
    assert hall.find(number).status == "claimed_done"
    lives(hall, 2)
    assert hall.find(number).outcome == "silent"


def test_who_asked_not_to_be_written_to_was_not_reached(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        ticket.citizen.opted_out_at = hall.now
        tickets.move(session, hall.rulebook, ticket, Move.CLAIM, By("agency:bina_marga", hall.now, "beres"))
    lives(hall, 30)
    assert hall.find(number).outcome == "unreachable"

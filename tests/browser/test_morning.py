"""A coordinator's morning: fifty messages that the system was not sure of, decided without touching the mouse."""

import time
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from storage.models import Example, Handover, StandingAnswer, Ticket, User
from tests.browser.place import ADMIN, PASSWORD, Place
from tests.browser.place import MORNING as MORNING_OF_THE_PLACE
from tests.browser.screen import PHONE, Screen
from tests.browser.seeds import City
from tests.journeys.town import wait_for
from tests.standins.unclear import (
    AGREE,
    ANSWER,
    BY_A_COLLEAGUE,
    BY_TOUCH,
    FIND,
    KIND,
    MORNING,
    NTH,
    PLACE,
    Unclear,
)

pytestmark = pytest.mark.browser

WITHOUT_A_MOUSE = 'addEventListener("pointerdown", () => console.error("somebody used a mouse"), true);'
FILED = ("lapor", "apresiasi", "saran", "darurat")
LEARNED = {"elsewhere": "di_luar_cakupan", "spam": "di_luar_cakupan"}
# What comes in meanwhile is passed over.
MOST_STEPS = 3 * len(MORNING)


def came_in(place: Place, messages: tuple[Unclear, ...], first: int) -> None:
    """All of them are written, read and put before a person, who has dealt with what others left behind."""
    now = datetime.now(UTC)
    with place.database() as database, database.begin() as session:
        session.execute(update(Handover).where(Handover.answered_at.is_(None)).values(answered_at=now))
    with closing(City(place).web) as web:
        for number, each in enumerate(messages, first):
            web.post("/simulator/messages", json={"citizen": f"a{number}", "text": each.text}).raise_for_status()
    wait_for(lambda: waiting(place) >= {each.text for each in messages}, 60, "the messages before a person")


def waiting(place: Place) -> set[str]:
    with place.database() as database, database.read() as session:
        return set(session.scalars(select(Handover.text).where(Handover.answered_at.is_(None))))


def log_in(page: Page, place: Place) -> None:
    page.goto(f"{place.url}/login?next=/console/triage")
    page.get_by_label("E-mail").focus()
    page.keyboard.type(ADMIN)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#triage")).to_be_attached()


def by_keyboard(page: Page, each: Unclear, *, yes: str) -> None:
    """The keys of one decision."""
    keys = page.keyboard
    if each.does == AGREE:
        keys.press(yes)
    elif each.does == NTH:
        keys.press(each.detail)
    elif each.does == ANSWER:
        keys.press("a")
        keys.type(each.detail)
        keys.press("Control+Enter")
    else:
        {FIND: find, PLACE: put_at, KIND: say_kind}[each.does](page, each.detail)
        keys.press("Enter")


def find(page: Page, letters: str) -> None:
    page.keyboard.press("s")
    page.keyboard.type(letters)


def put_at(page: Page, place: str) -> None:
    page.keyboard.press("p")
    page.keyboard.type(place)


def say_kind(page: Page, kind: str) -> None:
    page.keyboard.press("i")
    for _ in range(7):
        if page.evaluate("document.activeElement.value") == kind:
            return
        page.keyboard.press("ArrowRight")
    raise AssertionError(f"The arrows never come to {kind}.")


def is_next(page: Page, before: str) -> str:
    """Wait for another message than ``before``, which takes keys; its words."""
    message = page.locator("#triage:not([data-fresh]) #message")
    expect(message).not_to_have_text(before)
    return message.inner_text()


def test_fifty_messages_by_keyboard_alone(desk: Screen) -> None:
    desk.context.add_init_script(WITHOUT_A_MOUSE)
    page, place, left = desk.page, desk.place, {each.text: each for each in MORNING}
    came_in(place, MORNING, 300)
    log_in(page, place)
    shown, slowest = is_next(page, ""), 0.0
    for step in range(MOST_STEPS):
        if not left:
            break
        before, begun, each = shown, time.monotonic(), left.pop(shown, None)
        total = int(page.locator("#left").inner_text())
        if each is None:
            page.keyboard.press("n")
        else:
            by_keyboard(page, each, yes="y" if step % 2 else "Enter")
        shown = is_next(page, before)
        if each is not None:
            expect(page.locator("#left")).to_have_text(str(total - 1))
            slowest = max(slowest, time.monotonic() - begun)
    assert not left, f"{len(left)} were never shown"
    assert slowest < 5, "typing included, and a machine that does other things"
    are_decided(place, MORNING)


def test_a_colleague_decides_what_is_open(desk: Screen, browser: Browser) -> None:
    """Nobody reads in vain: it is said within two seconds, without reloading, and the next is a key away.

    The colleague sits in a bus, with a telephone.
    """
    came_in(desk.place, BY_A_COLLEAGUE, 500)
    log_in(desk.page, desk.place)
    mine = open_one_of(desk.page, BY_A_COLLEAGUE)
    other = Screen(browser, desk.place, PHONE)
    log_in(other.page, desk.place)
    other.page.goto(desk.page.url)
    is_next(other.page, "")
    assert other.page.locator("#message").inner_text() == mine
    other.page.locator("#confirm").tap()
    begun = time.monotonic()
    expect(desk.page.get_by_text("sudah diputuskan rekan Anda")).to_be_visible()
    assert time.monotonic() - begun < 8, "two seconds between looks, and a machine that does other things"
    desk.page.keyboard.press("y")
    expect(desk.page.get_by_text("sudah tercatat sebelumnya")).to_be_visible()  # both are the same account here
    other.context.close()
    left = tuple(each for each in BY_A_COLLEAGUE if each.text == mine)
    are_decided(desk.place, left)


def open_one_of(page: Page, messages: tuple[Unclear, ...]) -> str:
    """Skip to one of these; its words."""
    wanted, shown = {each.text for each in messages}, is_next(page, "")
    for _ in range(MOST_STEPS):
        if shown in wanted:
            page.goto(page.locator("#waiting [aria-current]").evaluate("link => link.href"))
            return is_next(page, "")
        page.keyboard.press("n")
        shown = is_next(page, shown)
    raise AssertionError("None of them is shown.")


@pytest.mark.parametrize("screen", [PHONE], indirect=True, ids=["phone"])
def test_a_few_by_touch(screen: Screen) -> None:
    """The same page on a telephone: agreed to, another service, kind, place; nothing to be scrolled sideways."""
    some = BY_TOUCH
    page, place = screen.page, screen.place
    came_in(place, some, 400)
    log_in(page, place)
    left, shown = {each.text: each for each in some}, is_next(page, "")
    for _ in range(MOST_STEPS):
        if not left:
            break
        before, each = shown, left.pop(shown, None)
        touch(page, each)
        shown = is_next(page, before)
        screen.is_in_order()
    assert not left
    are_decided(place, some)


def touch(page: Page, each: Unclear | None) -> None:
    if each is None:
        page.get_by_role("link", name="Lewati").tap()
    elif each.does == NTH:
        page.locator(f".confirm [name=service][value={each.service}]").tap()
    elif each.does == FIND:
        page.locator("summary", has_text="Layanan lain").tap()
        page.get_by_label("Cari layanan").fill(each.detail)
        page.locator(f"#services [name=service][value={each.service}]").tap()
    else:
        if each.does == KIND:
            page.locator(f".kind:has([value={each.detail}])").tap()
        if each.does == PLACE:
            page.get_by_label("Tempat").fill(each.detail)
        page.locator("#confirm").tap()


def test_a_question_is_answered_by_two_keys_or_touches(screen: Screen) -> None:
    """What was answered before is taken by its number and sent; nobody sends it unseen."""
    page, place, pool = screen.page, screen.place, "Duku" if screen.is_phone else "Sawo"
    asked, known = f"Apakah kolam {pool} buka hari Minggu juga?", f"Kolam {pool} buka setiap hari pukul 06.00."
    with place.database() as database, database.begin() as session:
        me = session.scalars(select(User.id).where(User.email == ADMIN)).one()
        dates = {"valid_until": date(2027, 5, 1), "updated_at": MORNING_OF_THE_PLACE}
        session.add(StandingAnswer(question=f"Kolam {pool} buka hari Minggu?", text_id=known, created_by=me,
                                   owner="disparekraf", source="Dinas", **dates))  # fmt: skip
    with closing(City(place).web) as web:
        web.post(
            "/simulator/messages", json={"citizen": f"a60{screen.is_phone:d}", "text": asked}
        ).raise_for_status()
    wait_for(lambda: asked in waiting(place), 60, "the question before a person")
    log_in(page, place)
    page.goto(f"{place.url}/console/questions")
    for _ in range(MOST_STEPS):
        if (shown := is_next(page, "")) == asked:
            break
        page.keyboard.press("n")
        is_next(page, shown)
    offer = page.locator(".offers li", has_text=known).get_by_role("button")
    offer.tap() if screen.is_phone else page.keyboard.press(offer.get_attribute("data-key") or "")
    expect(page.locator("#answer")).to_have_value(known)
    expect(page.locator("#preview")).to_contain_text(known)
    page.get_by_role("button", name="Kirim jawaban").tap() if screen.is_phone else page.keyboard.press(
        "Control+Enter"
    )
    expect(page.get_by_text("Jawaban dikirim.")).to_be_visible()
    expect(page.get_by_text("Simpan sebagai jawaban baku")).to_be_visible()
    with place.database() as database, database.read() as session:
        assert [row.answer for row in session.scalars(select(Handover)) if row.text == asked] == [known]


def are_decided(place: Place, messages: tuple[Unclear, ...]) -> None:
    """Each is what was decided in the database, by whom, and kept for the model; reports are filed once."""
    with place.database() as database, database.read() as session:
        me = session.scalars(select(User.id).where(User.email == ADMIN)).one()
        handovers = {row.text: row for row in session.scalars(select(Handover))}
        stories = [row.story for row in session.scalars(select(Ticket))]
        tickets = {row.story: row for row in session.scalars(select(Ticket))}
        examples = {row.text: row for row in session.scalars(select(Example))}
    for each in messages:
        handover, ticket, example = handovers[each.text], tickets.get(each.text), examples[each.text]
        assert (example.intent, example.created_by) == (LEARNED.get(kind_of(each), kind_of(each)), me), each
        if kind_of(each) == "tanya":
            assert (handover.reason, handover.answer) == (
                ("unsure", each.detail) if each.does == ANSWER else ("question", None)
            )
        else:
            assert handover.answered_by == me, each
        assert (ticket is not None) is (kind_of(each) in FILED), each
        if ticket is not None:
            assert (ticket.kind, ticket.service) == (kind_of(each), each.decided), each
            assert (example.service, stories.count(each.text)) == (each.decided, 1), each
            assert each.does != PLACE or ticket.place == each.detail


def kind_of(each: Unclear) -> str:
    """What it is in the end."""
    if each.does == ANSWER:
        return "tanya"
    first = each.intents[0][0]
    return each.detail if each.does == KIND else first if first in FILED else "lapor"

"""Lists of more tickets than anybody leafs through: counted so far as people count, and said in plain words."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert

from bot.tickets import tickets as life
from handlers.console.queues.listing import MOST_LISTED, ON_A_PAGE
from storage.models import Ticket
from storage.queries.queue_counts import MOST_COUNTED
from tests.handlers.city_hall import CityHall, said_on
from tests.handlers.console.test_pulse import counted
from tests.handlers.console.test_queues import listed
from tests.support.statements import statements_of

ADDED = "JK-{:06d}-9"


def many(hall: CityHall, number: str, how_many: int) -> None:
    """The ticket ``number`` so many times more."""
    model = hall.find(number)
    copied: dict[str, Any] = {c.key: getattr(model, c.key) for c in Ticket.__mapper__.column_attrs}
    del copied["id"]
    with hall.database.begin() as session:
        session.execute(insert(Ticket), [{**copied, "number": ADDED.format(n)} for n in range(how_many)])


def test_more_than_anybody_reads_is_said_so(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    hall.wait(days=60)
    many(hall, number, MOST_LISTED)
    for name in ("all", "overdue", "all?service=jalan_rusak", "all?q=jalan", "overdue?agency=bina_marga"):
        page = said_on(rina.get(f"/console/queue/{name}"))
        assert "Lebih dari 10.000 laporan" in page, name
        assert f"Halaman 1 dari {MOST_LISTED // ON_A_PAGE}" in page
    assert counted_text(rina, "overdue") == "1.000+"
    assert "<b>1.000+</b>Lewat tenggat" in rina.get("/console/").text


def counted_text(browser: FlaskClient, name: str) -> str:
    return (
        browser.get("/console/pulse").text.partition(f'id="count-{name}"')[2].partition(">")[2].partition("<")[0]
    )


def test_up_to_the_last_page_each_ticket_stands_once(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    many(hall, number, MOST_LISTED + 70)
    last = MOST_LISTED // ON_A_PAGE
    pages = [listed(rina, f"all?page={page}") for page in (1, 2, last - 1, last)]
    assert [len(page) for page in pages] == [ON_A_PAGE] * 4
    assert len({one for page in pages for one in page}) == 4 * ON_A_PAGE
    page = said_on(rina.get(f"/console/queue/all?page={last}"))
    assert "persempit dengan saringan, atau unduh seluruhnya sebagai CSV" in page
    behind = said_on(rina.get(f"/console/queue/all?page={last + 1}"))
    assert f"Halaman {last + 1} tidak ada; daftar ini sampai halaman {last}." in behind


def test_what_goes_first_goes_first_on_whatever_page(hall: CityHall, rina: FlaskClient) -> None:
    """Emergencies and what is hurried fill pages of their own before the others follow, none twice."""
    number, _ = hall.forwarded()
    many(hall, number, 3 * ON_A_PAGE)
    hurried = [ADDED.format(n) for n in range(ON_A_PAGE + 20)]
    with hall.database.begin() as session:
        for n, one in enumerate(hurried):
            ticket = life.by_number(session, one)
            ticket.urgent, ticket.priority = n < 30, 1
    for queue in ("all", "mine?assigned=none", "overdue"):
        if queue != "all":
            hall.wait(days=30)
            with hall.database.begin() as session:
                for ticket in session.query(Ticket):
                    ticket.assigned_to = hall.user_id() if queue.startswith("mine") else None
        name = queue.partition("?")[0]
        pages = [listed(rina, f"{name}?page={page}") for page in (1, 2, 3, 4)]
        assert [len(page) for page in pages] == [50, 50, 50, 1], name
        together = [one for page in pages for one in page]
        assert len(set(together)) == len(together)
        assert set(together[:30]) == set(hurried[:30])
        assert set(together[: len(hurried)]) == set(hurried)


def test_a_long_list_is_taken_away_whole_and_in_its_order(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    many(hall, number, 1_200)
    with hall.database.begin() as session:
        life.by_number(session, ADDED.format(5)).urgent = True
    rows = rina.get("/console/queue/all.csv").text.splitlines()[1:]
    numbers = [row.partition(",")[0] for row in rows]
    assert len(numbers) == len(set(numbers)) == 1_201
    assert numbers[0] == ADDED.format(5)
    assert numbers[1] == ADDED.format(1_199)


def test_a_number_of_the_menu_up_to_the_limit_is_exact(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded(urgent=True)
    many(hall, number, MOST_COUNTED - 1)
    assert counted_text(rina, "emergencies") == "1.000"
    many_more(hall)
    assert counted_text(rina, "emergencies") == "1.000+"


def many_more(hall: CityHall) -> None:
    hall.forwarded(urgent=True)


def test_no_more_statements_for_more_tickets(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    many(hall, number, 200)
    for path in ("queue/all?page=3", "queue/all?area=gambir&q=jalan", "checks", "", "queue/mine?page=2"):
        with statements_of(hall.database) as statements:
            assert rina.get(f"/console/{path}").status_code == 200
        assert len(statements) <= 15, (path, len(statements))
    assert counted(rina)["overdue"] == ("", "")

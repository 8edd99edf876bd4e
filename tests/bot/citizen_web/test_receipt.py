"""The link in the first reply: it leads to the ticket, and stands only where it helps."""

import re
from dataclasses import replace

from sqlalchemy import select

from bot.city.city import ChannelPolicy
from bot.messages import SIMULATOR
from bot.tickets import citizen_page
from storage.models import Ticket
from tests.support.desk import Number, meaning

POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")
STORY = "jalan di Jl. Melati berlubang parah"
LINK = re.compile(r"https?://\S+/t/([0-9a-z]+)")


def tickets(number: Number) -> list[Ticket]:
    with number.database.read() as session:
        return list(session.scalars(select(Ticket).order_by(Ticket.id)))


def led_to(number: Number, reply: str) -> str:
    """The number of the ticket whose page the link in ``reply`` opens."""
    match = LINK.search(reply)
    assert match, reply
    with number.database.read() as session:
        parts = citizen_page.parts_of(match[1], number.rulebook.city.ticket_prefix)
        ticket = citizen_page.ticket_of(session, number.rulebook, *parts, number.clock.now())
        return ticket.number


def test_the_receipt_leads_to_its_ticket(number: Number) -> None:
    (reply,) = number.says(STORY, POTHOLE)
    assert led_to(number, reply) == number.ticket().number


def test_the_link_is_asked_nothing_behind(number: Number) -> None:
    """A question of the service stays last."""
    (reply,) = number.says("lampu jalan di Jl. Melati mati", meaning("lapor", "lampu_jalan", place="Jl. Melati"))
    assert reply.index("/t/") < reply.index("nomor di tiangnya?")
    assert reply.rstrip().endswith("?")


def test_who_joins_others_gets_a_page_of_their_own(number: Number) -> None:
    (first,) = number.says(STORY, POTHOLE, who="sim:1")
    (second,) = number.says(STORY, POTHOLE, who="sim:2")
    assert [led_to(number, reply) for reply in (first, second)] == [ticket.number for ticket in tickets(number)]


def test_of_several_reports_the_first_is_linked(number: Number) -> None:
    text = "jalan di Jl. Melati berlubang, sampahnya juga menumpuk"
    (reply,) = number.says(text, meaning("lapor", "jalan_rusak", place="Jl. Melati", also=("sampah",)))
    assert led_to(number, reply) == tickets(number)[0].number
    assert reply.count("/t/") == 1


def test_nothing_stands_between_anybody_and_112(number: Number) -> None:
    (reply,) = number.says(
        "kebakaran di Jl. Melati, api besar", meaning("darurat", "kebakaran", place="Jl. Melati")
    )
    assert "112" in reply
    assert "/t/" not in reply


def test_of_a_sealed_matter_and_for_praise_there_is_none(number: Number) -> None:
    (sealed,) = number.says("petugas minta uang 50 ribu di loket", meaning("lapor", "pelayanan_petugas"))
    (praise,) = number.says("terima kasih tamannya bersih", meaning("apresiasi", "taman"), who="sim:2")
    assert tickets(number)[0].sealed
    assert "/t/" not in sealed + praise


def test_where_nobody_can_answer_the_link_stands_once(number: Number) -> None:
    one_way = {SIMULATOR: ChannelPolicy(two_way=False)}
    number.rulebook = replace(number.rulebook, city=number.rulebook.city.model_copy(update={"channels": one_way}))
    (reply,) = number.says(STORY, POTHOLE)
    assert reply.count("/t/") == 1

"""Who writes: bare user ids, what is no number at all, and one person with two channels."""

import pytest
from sqlalchemy import select

from bot.messages import SMS, WHATSAPP
from storage.models import Citizen as Person
from tests.standins.citizen import Citizen, message_form
from tests.support.desk import meaning
from tests.support.hotline import Hotline
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP
from tests.support.web import LINE, Form

POTHOLE = "jalan berlubang di Jalan Tebet Raya"
HOW_FAR = "laporan saya sampai mana ya"
SCRIPT = {
    POTHOLE: meaning("lapor", "jalan_rusak", place="Jalan Tebet Raya"),
    HOW_FAR: meaning("cek_status"),
}


def form_from(address: str, text: str = POTHOLE) -> Form:
    to = OUR_WHATSAPP if address.startswith("whatsapp:") else OUR_SMS
    return message_form(ACCOUNT, address, to, text)


def persons(hotline: Hotline) -> list[Person]:
    with hotline.database.read() as session:
        return list(session.scalars(select(Person).order_by(Person.id)))


@pytest.mark.parametrize("address", ["whatsapp:US.1234", "whatsapp:ID.4566546130240823", "whatsapp:628000001234"])
def test_a_user_id_is_answered_under_that_id_and_has_no_number(hotline: Hotline, address: str) -> None:
    hotline.understands(SCRIPT)
    hotline.hear(form_from(address))
    [sent] = hotline.sent()
    assert (sent.channel, sent.recipient, sent.sender, sent.wording) == (
        WHATSAPP,
        address,
        OUR_WHATSAPP,
        "report_filed",
    )
    assert [person.phone_hash for person in persons(hotline)] == [None]


def test_a_user_id_is_nobody_whose_number_has_the_same_digits(hotline: Hotline) -> None:
    for address in ("whatsapp:US.2025550123", "whatsapp:+12025550123", "+12025550123", "whatsapp:US.2025550123"):
        hotline.hear(form_from(address))
    assert len(persons(hotline)) == 2


@pytest.mark.parametrize(
    "address",
    ["TELKOMSEL", "12345", "+", "+0", "+62", "+62800TAXI", "+62 800 000 1234", "+٦٢٨٠٠٠٠٠١٢٣٤", "+" + "9" * 40,
     "+266696687", "whatsapp:", "whatsapp:+", "whatsapp:whatsapp:+628000001234", "rcs:agent", "\x00", "🙂",
     "+62800000\x001234", "+628000001234;ext=5", "x" * 5_000, "anonymous", "' OR 1=1 --"],
)  # fmt: skip
def test_what_is_no_number_is_somebody_of_their_own(hotline: Hotline, address: str) -> None:
    hotline.understands(SCRIPT)
    hotline.hear(form_from("+628000001234"))
    hotline.hear(form_from(address), form_from(address, HOW_FAR))
    known, stranger = persons(hotline)
    assert (known.phone_hash is None, stranger.phone_hash) == (False, None)
    assert [sent.wording for sent in hotline.sent() if sent.recipient == address] == [
        "report_filed",
        "status_received",
    ]
    assert len(hotline.tickets()) == 2


# -- one person, two channels -----------------------------------------------------------------------------------


@pytest.fixture
def by_whatsapp(hotline: Hotline) -> Citizen:
    hotline.understands(SCRIPT)
    return hotline.citizen()


@pytest.fixture
def by_sms(by_whatsapp: Citizen) -> Citizen:
    """The same person, the other channel."""
    return Citizen(LINE, OUR_SMS, number=by_whatsapp.number)


def test_a_report_by_whatsapp_is_known_by_sms(hotline: Hotline, by_whatsapp: Citizen, by_sms: Citizen) -> None:
    hotline.hear(by_whatsapp.form(POTHOLE))
    hotline.hear(by_sms.form(HOW_FAR))
    [ticket] = hotline.tickets()
    assert hotline.wordings(by_sms) == ["status_received"]
    assert ticket.number in hotline.texts(by_sms)[0]
    assert len(persons(hotline)) == 1


def test_each_is_answered_where_they_wrote(hotline: Hotline, by_whatsapp: Citizen, by_sms: Citizen) -> None:
    hotline.hear(by_sms.form(POTHOLE), by_whatsapp.form(POTHOLE + "!"))
    ways = {(sent.channel, sent.recipient, sent.sender) for sent in hotline.sent()}
    assert ways == {
        (WHATSAPP, by_whatsapp.address, OUR_WHATSAPP),
        (SMS, by_sms.address, OUR_SMS),
    }


def test_both_see_the_reports_of_both(hotline: Hotline, by_whatsapp: Citizen, by_sms: Citizen) -> None:
    hotline.hear(by_whatsapp.form(POTHOLE), by_sms.form(POTHOLE))
    hotline.hear(by_whatsapp.form(HOW_FAR), by_sms.form(HOW_FAR))
    numbers = [ticket.number for ticket in hotline.tickets()]
    for citizen in (by_whatsapp, by_sms):
        assert all(number in hotline.texts(citizen)[-1] for number in numbers)


def test_a_number_is_not_shown_to_anybody_else(hotline: Hotline, by_whatsapp: Citizen) -> None:
    hotline.hear(by_whatsapp.form(POTHOLE))
    stranger = hotline.citizen(by_sms=True)
    hotline.hear(stranger.form(hotline.tickets()[0].number))
    assert hotline.wordings(stranger) == ["number_unknown"]


def test_the_notice_is_given_once_to_one_person(hotline: Hotline, by_whatsapp: Citizen, by_sms: Citizen) -> None:
    hotline.hear(by_whatsapp.form(POTHOLE))
    hotline.hear(by_sms.form(HOW_FAR))
    texts = [*hotline.texts(by_whatsapp), *hotline.texts(by_sms)]
    assert sum("BERHENTI" in text for text in texts) == 1


def test_berhenti_on_one_channel_counts_on_both(hotline: Hotline, by_whatsapp: Citizen, by_sms: Citizen) -> None:
    hotline.hear(by_whatsapp.form("BERHENTI"), by_sms.form(POTHOLE))
    [person] = persons(hotline)
    assert person.opted_out_at is not None


def test_a_flood_on_one_channel_leaves_the_other_open(
    hotline: Hotline, by_whatsapp: Citizen, by_sms: Citizen
) -> None:
    hotline.hear(*[by_whatsapp.form(f"pesan {n}") for n in range(60)], by_sms.form(POTHOLE))
    assert hotline.outcomes(by_whatsapp).count("capped") == 40
    assert hotline.outcomes(by_sms) == ["filed"]

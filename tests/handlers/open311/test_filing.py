"""Reports that other systems send: stored first, filed once, by the worker, as every message is."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from bot.accounts.api_keys import CONTACTS, FILE, SEE
from bot.messages import OPEN311, SMS
from nlu.client import Guess, Understanding
from nlu.client import Place as Where
from storage.models import Alarm, Citizen, Conversation, OutboundMessage, RequestToken
from tests.handlers.open311.place import REPORT, Place, problems


def test_it_is_stored_at_once_and_the_worker_makes_the_ticket(any_place: Place) -> None:
    answer = any_place.send(any_place.key())
    (told,) = answer.json
    assert (answer.status_code, told["service_request_id"], len(any_place.tickets())) == (200, None, 0)
    (message,) = any_place.messages()
    assert (message.channel, message.state) == (OPEN311, "new")
    assert "0812" not in message.text
    waiting = any_place.get(f"tokens/{told['token']}.json").json
    assert waiting == [{"service_request_id": None, "token": told["token"], "ticket_number": None}]
    any_place.work()
    (ticket,) = any_place.tickets()
    (done,) = any_place.get(f"tokens/{told['token']}.json").json
    assert (done["ticket_number"], ticket.agency, ticket.came_by) == (ticket.number, "bina_marga", OPEN311)
    assert ticket.number not in done["service_request_id"]
    assert (ticket.latitude, ticket.story) == (-6.18071, REPORT["description"])
    assert any_place.messages()[0].ticket_id == ticket.id


def test_the_named_service_stands_whatever_the_model_guesses(place: Place) -> None:
    place.nlu.script["Air mati sejak pagi"] = Understanding(
        (Guess("lapor", 0.99),), (Guess("listrik", 0.99),), place=Where("Gang Buntu", "Cempaka Putih Barat")
    )
    ticket, _ = place.filed(place.key(), service_code="air_bersih", description="Air mati sejak pagi")
    assert (ticket.service, ticket.agency, ticket.kind) == ("air_bersih", "pam_jaya", "lapor")
    assert ticket.area == "Cempaka Putih Barat"


def test_without_a_model_it_is_filed_as_well(place: Place) -> None:
    place.nlu.away = True
    assert place.filed(place.key())[0].service == "jalan_rusak"


def test_danger_in_its_words_is_an_emergency(place: Place) -> None:
    place.nlu.away = True
    ticket, told = place.filed(
        place.key(), service_code="listrik", description="Tolong ada kebakaran, ada korban!"
    )
    assert (ticket.urgent, ticket.kind, ticket.service) == (True, "darurat", "listrik")
    with place.hall.database.read() as session:
        assert session.scalars(select(func.count()).select_from(Alarm)).one() == 1
    assert place.get(f"requests/{told['service_request_id']}.json").status_code == 404


def test_a_complaint_that_is_sealed_is_sealed(place: Place) -> None:
    ticket, told = place.filed(
        place.key(FILE, SEE), service_code="pungli", description="Diminta uang", lat=None, long=None
    )
    assert ticket.sealed
    assert place.get(f"requests/{told['service_request_id']}.json").status_code == 404


def test_the_answer_to_the_services_question_stands_in_the_story(place: Place) -> None:
    fields = {"attribute[question]": "TX-119"}
    ticket, _ = place.filed(place.key(), service_code="lampu_jalan", description="Lampu mati", **fields)
    assert ticket.story == "Lampu mati\nKalau terlihat, berapa nomor di tiangnya? TX-119"


def test_a_picture_is_a_link_for_people_and_nothing_fetches_it(place: Place) -> None:
    ticket, _ = place.filed(place.key(), media_url="https://foto.example/1.jpg")
    assert ticket.source == "https://foto.example/1.jpg"
    assert place.messages()[0].content["media"] == []


def test_alike_reports_are_one_matter(place: Place) -> None:
    one, _ = place.filed(place.key())
    other, _ = place.filed(place.key())
    assert one.id != other.id
    assert place.hall.find(one.number).incident_id == place.hall.find(other.number).incident_id is not None


def test_the_same_content_within_minutes_is_filed_once(any_place: Place) -> None:
    key = any_place.key()
    first = any_place.send(key).json
    any_place.later(minutes=9)
    assert any_place.send(key).json == first
    any_place.work()
    assert any_place.send(key).json[0]["ticket_number"] == any_place.tickets()[0].number
    assert len(any_place.messages()) == 1
    any_place.later(minutes=21)
    assert any_place.send(key).json[0]["token"] != first[0]["token"]
    assert any_place.send(any_place.key()).json[0]["token"] != first[0]["token"]


def test_twice_at_once_is_filed_once(any_place: Place) -> None:
    key = any_place.key()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: any_place.send(key), range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.json[0]["token"] for answer in answers}) == 1
    assert len(any_place.messages()) == 1


def test_an_idempotency_key_holds_for_ever_and_for_one_report(place: Place) -> None:
    key = place.key()
    first = place.send(key, once="a-1").json
    place.later(days=3)
    assert place.send(key, once="a-1").json == first
    other = place.send(key, once="a-1", description="Lain lagi")
    assert other.status_code == 400
    assert "Idempotency-Key" in problems(other)[0]
    assert place.send(key, once="a-2").json[0]["token"] != first[0]["token"]
    assert place.send(place.key(), once="a-1").json[0]["token"] != first[0]["token"]


def test_a_number_is_kept_only_where_the_key_may_leave_one(place: Place) -> None:
    person = {"phone": "0812 9000 0001", "first_name": "Sari", "last_name": "Contoh"}
    person |= {"email": "sari@contoh.example", "device_id": "device-7"}
    place.filed(place.key(), **person)
    with place.hall.database.read() as session:
        kept = [message.raw | message.content for message in place.messages()]
        assert session.scalars(select(Citizen.name)).all() == [None]
    assert kept[0]["phone"] == ""
    for gone in ("Sari Contoh", "sari@contoh", "device-7", "+62812"):
        assert gone not in str([{k: v for k, v in one.items() if k != "text"} for one in kept])


def test_with_that_scope_news_go_there_by_sms(any_place: Place) -> None:
    key = any_place.key(FILE, CONTACTS)
    ticket, _ = any_place.filed(key, phone="0812 9000 0001", first_name="Sari", email="sari@contoh.example")
    (written,) = [row for row in any_place.hall.written(ticket.number) if row.channel == SMS]
    assert (written.wording, written.recipient) == ("follow_open311_filed", "+6281290000001")
    with any_place.hall.database.read() as session:
        (talk,) = session.scalars(select(Conversation)).all()
        assert (talk.channel, talk.citizen.name, session.query(Citizen).count()) == (SMS, "Sari", 1)
        assert session.scalars(select(RequestToken.ticket_id)).all() == [ticket.id]


def test_without_a_number_nothing_is_ever_sent(place: Place) -> None:
    ticket, _ = place.filed(place.key())
    assert "not_sent_no_number" in place.hall.kinds(ticket.number)
    place.at_its_agency(ticket.number)
    with place.hall.database.read() as session:
        channels = set(session.scalars(select(OutboundMessage.channel)))
    assert channels <= {"email"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"service_code": "tidak_ada"}, "service_code"),
        ({"service_code": None}, "service_code"),
        ({"description": None}, "description"),
        ({"description": "\u202e \x00"}, "description"),
        ({"description": "x" * 10_001}, "description"),
        ({"lat": None}, "lat"),
        ({"lat": "nan"}, "lat"),
        ({"lat": "1e400"}, "lat"),
        ({"lat": "91"}, "lat"),
        ({"lat": "52.1", "long": "4.3"}, "lat"),
        ({"lat": None, "long": None}, "address_string"),
        ({"address_string": "x" * 301}, "address_string"),
        ({"media_url": "http://169.254.169.254/latest"}, "media_url"),
        ({"media_url": "https://user:pass@foto.example/"}, "media_url"),
        ({"attribute[question]": "x" * 501}, "attribute[question]"),
        ({"phone": "12"}, "phone"),
        ({"phone": "+14155550123"}, "phone"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_in_one_sentence(place: Place, fields: dict[str, str | None], said: str) -> None:
    answer = place.send(place.key(FILE, CONTACTS), **fields)
    assert answer.status_code == 400
    (sentence,) = problems(answer)
    assert sentence.startswith(f"{said} ")
    assert sentence.endswith(".")
    assert not place.messages()


def test_every_wrong_field_has_its_sentence(place: Place) -> None:
    answer = place.send(place.key(), lat="x", media_url="ftp://x", address_string="y" * 400)
    assert {sentence.split()[0] for sentence in problems(answer)} == {"lat", "media_url", "address_string"}


def test_a_body_that_is_no_form_is_refused(place: Place) -> None:
    headers = {"Authorization": f"Bearer {place.key()}"}
    answer = place.browser.post("/open311/v2/requests.json", json=REPORT, headers=headers)
    assert answer.status_code == 400
    assert "form" in problems(answer)[0]


def test_one_key_sends_so_much_a_minute(place: Place) -> None:
    city = place.edge.rulebook.city
    assert city.open311
    key, most = place.key(), city.open311.a_minute
    for number in range(most):
        assert place.send(key, description=f"Lubang nomor {number}").status_code == 200
    full = place.send(key, description="Satu lagi")
    assert (full.status_code, full.headers["Retry-After"]) == (429, "60")
    assert place.send(key, description="Lubang nomor 0").status_code == 200  # a repetition files nothing
    assert place.send(place.key(), description="Satu lagi").status_code == 200
    place.later(seconds=61)
    assert place.send(key, description="Satu lagi").status_code == 200


def test_an_unknown_token_is_not_found(place: Place) -> None:
    assert place.get("tokens/AAAAAAAAAAAAAAAAAAAAAA.json").status_code == 404

"""What is filed once, whose it is, what is told to whom, and what is kept for the model."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.case import Case
from bot.casework.citizens import erase, forget_address
from bot.city.city import ChannelPolicy, Rule, When
from bot.desk_intake.proposal import like, propose
from bot.messages import DESK, SIMULATOR, SMS, WHATSAPP, Location
from bot.status import Status
from nlu.client import Guess, Understanding
from storage.models import Alarm, Citizen, Conversation, Example, Handover, Incident, Ticket
from tests.bot.desk_intake.counter import E164, PHONE, WORDS, Counter
from tests.support.desk import meaning

PIN = Location(-6.1754, 106.8272)


def test_a_form_that_is_sent_twice_is_one_report(counter: Counter) -> None:
    taken = counter.taken(phone=PHONE, way=SMS, consent=True)
    first, second = counter.files_again(taken), counter.files_again(taken)
    assert (first.again, second.again) == (False, True)
    assert counter.ticket(first).number == counter.ticket(second).number
    assert len(counter.tickets()) == len(counter.outbox(SMS)) == 1


def test_the_same_form_with_other_words_is_another_report(counter: Counter) -> None:
    taken = counter.taken()
    counter.files_again(taken)
    counter.files_again(replace(taken, words="Lampu jalan mati di Jalan Cikini", service="lampu_jalan"))
    first, second = counter.tickets()
    assert first.citizen_id != second.citizen_id  # nobody knows whether it is the same person


def test_a_form_that_is_sent_twice_at_once_is_one_report(counter: Counter) -> None:
    taken = counter.taken()
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(counter.files_again, [taken, taken]))
    assert sorted(one.again for one in both) == [False, True]
    assert len(counter.tickets()) == 1


def test_two_officers_at_once_about_one_thing_make_one_case(counter: Counter) -> None:
    forms = [counter.taken(location=PIN), counter.taken(location=PIN, words=f"{WORDS}, tolong")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(counter.files_again, forms))
    first, second = counter.tickets()
    assert first.incident_id == second.incident_id is not None
    with counter.number.database.read() as session:
        assert session.scalars(select(Incident.members)).all() == [2]


def test_two_officers_at_once_with_one_number_make_one_citizen(counter: Counter) -> None:
    forms = [
        counter.taken(phone=PHONE, way=SMS, consent=True),
        counter.taken(phone=PHONE, way=SMS, consent=True, service="sampah", words="Sampah menumpuk"),
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(counter.files_again, forms))
    assert len({ticket.citizen_id for ticket in counter.tickets()}) == 1


def test_a_known_number_joins_its_citizen_and_keeps_the_name_that_they_gave(counter: Counter) -> None:
    counter.hears("halo", meaning("salam"))
    with counter.number.database.begin() as session:
        session.scalars(select(Citizen)).one().name = "Sari"
    filed = counter.files(phone=PHONE, way=SMS, consent=True, name="Nama lain")
    [talk] = counter.talks()
    assert counter.ticket(filed).conversation_id == talk.id
    assert counter.ticket(filed).conversation.citizen.name == "Sari"


def test_the_same_person_again_is_told_of_the_report_that_there_is(counter: Counter) -> None:
    first = counter.files(phone=PHONE, way=SMS, consent=True)
    counter.number.clock.move(minutes=30)
    again = counter.files(phone=PHONE, way=SMS, consent=True, words=f"{WORDS}, belum ada yang datang")
    assert again.same_as is not None
    assert counter.ticket(again).number == counter.ticket(first).number
    assert [ticket.status for ticket in counter.tickets()][1] == Status.DUPLICATE
    assert [message.ticket_id for message in counter.messages()] == [counter.tickets()[0].id] * 2


def test_whatsapp_takes_a_first_sentence_as_a_template_only(counter: Counter) -> None:
    city = counter.number.rulebook.city.model_copy(update={"templates": {"follow_desk_filed": "HX1"}})
    counter.number.rulebook = replace(counter.number.rulebook, city=city)
    filed = counter.files(phone=PHONE, way=WHATSAPP, consent=True)
    [row] = counter.outbox(WHATSAPP)
    assert row.body["template"] == "HX1"
    assert row.body["variables"]["1"] == counter.ticket(filed).number
    counter.number.send()
    [row] = counter.outbox(WHATSAPP)
    assert row.form == "template"


def test_at_night_the_news_wait_until_the_morning(counter: Counter) -> None:
    counter.number.clock.at = counter.number.clock.at.replace(hour=16)  # 23.00 in Jakarta
    counter.files(phone=PHONE, way=SMS, consent=True)
    assert counter.outbox(SMS) == []
    counter.number.later(hours=9)
    [row] = counter.outbox(SMS)
    assert "/t/" in row.body["text"]


def test_whoever_said_stop_hears_nothing_whatever_the_form_says(counter: Counter) -> None:
    counter.hears("halo", meaning("salam"))
    with counter.number.database.begin() as session:
        session.scalars(select(Citizen)).one().opted_out_at = counter.number.clock.now()
    written = len(counter.outbox(SMS))
    filed = counter.files(phone=PHONE, way=SMS, consent=True)
    assert (filed.told, filed.why_silent) == (False, "not_sent_opted_out")
    assert len(counter.outbox(SMS)) == written


@pytest.mark.parametrize(("safe", "wordings"), [(False, []), (True, ["follow_desk_filed_sealed"])])
def test_a_sealed_matter_is_written_about_only_where_that_is_safe(
    counter: Counter, safe: bool, wordings: list[str]
) -> None:
    words = "Suami saya sering memukul saya dan anak saya"
    filed = counter.files(words=words, service="perempuan_anak", phone=PHONE, way=SMS, consent=True, safe=safe)
    ticket = counter.ticket(filed)
    assert ticket.sealed
    assert bool(ticket.may_write) is safe
    assert [row.wording for row in counter.outbox(SMS)] == wordings
    assert all("memukul" not in row.body["text"] for row in counter.outbox(SMS))


def test_an_emergency_rings_and_goes_out_at_once(counter: Counter) -> None:
    filed = counter.files(kind="darurat", service="kebakaran", words="Rumah kebakaran, ada orang di dalam")
    ticket = counter.ticket(filed)
    assert ticket.forward_at == ticket.created_at
    with counter.number.database.read() as session:
        assert session.scalars(select(Alarm.ticket_id)).all() == [ticket.id]


def test_a_question_that_nobody_could_answer_waits_among_the_others(counter: Counter) -> None:
    filed = counter.files(
        kind="tanya", service="", words="Kapan pasar dibuka lagi?", phone=PHONE, way=SMS, consent=True
    )
    assert filed.ticket is None
    assert counter.tickets() == []
    with counter.number.database.read() as session:
        assert [(row.reason, row.text) for row in session.scalars(select(Handover))] == [
            ("question", "Kapan pasar dibuka lagi?")
        ]


def examples(counter: Counter) -> list[tuple[str, str | None, str]]:
    with counter.number.database.read() as session:
        return [(row.intent, row.service, row.text) for row in session.scalars(select(Example))]


def test_a_correction_of_the_model_is_an_example(counter: Counter) -> None:
    counter.files(meaning("lapor", "sampah"), words=f"{WORDS}, HP 0812-3456-7890")
    assert examples(counter) == [("lapor", "jalan_rusak", f"{WORDS}, HP [telepon]")]


@pytest.mark.parametrize("understood", [meaning("lapor", "jalan_rusak"), None])
def test_what_was_only_confirmed_or_never_read_is_none(counter: Counter, understood: Understanding | None) -> None:
    counter.files(understood)
    assert examples(counter) == []


def test_nothing_is_learned_from_a_sealed_matter(counter: Counter) -> None:
    counter.files(meaning("lapor", "sampah"), service="perempuan_anak", words="Anak tetangga dipukuli tiap malam")
    assert examples(counter) == []


def test_everything_of_somebody_is_forgotten_with_them(counter: Counter) -> None:
    filed = counter.files(
        meaning("lapor", "sampah"), came_by="social", link="https://social.example/1", name="Sari", phone=PHONE,
        way=SMS, consent=True,
    )  # fmt: skip
    with counter.number.database.begin() as session:
        talk = session.scalars(select(Conversation)).one()
        case = Case(session, counter.number.rulebook, talk, [], counter.number.clock.now())
        erase(case)
        forget_address(case)
    ticket = counter.ticket(filed)
    assert (ticket.source, ticket.story, ticket.conversation.citizen.name) == (None, "", None)
    assert examples(counter) == []
    assert [message.content for message in counter.messages()] == [{}]


def test_an_announcement_never_goes_to_whoever_left_no_number(counter: Counter) -> None:
    counter.files()
    [talk] = counter.talks()
    assert talk.channel == DESK
    assert talk.unreachable_at is not None


def test_what_is_like_it_is_seen_before_it_is_filed(counter: Counter) -> None:
    first = counter.files(location=PIN)
    number = counter.number
    near = counter.taken(
        location=Location(PIN.latitude + 0.0001, PIN.longitude), words="lubang di jalan depan SDN 05"
    )
    with number.database.read() as session:
        [one] = like(session, number.rulebook, near, number.clock.now())
        assert one.ticket.number == counter.ticket(first).number
        assert one.same
        assert session.scalars(select(Ticket.id)).all() == [one.ticket.id]
        far = replace(near, location=Location(PIN.latitude + 0.05, PIN.longitude))
        assert like(session, number.rulebook, far, number.clock.now() + timedelta(minutes=1)) == []


def test_the_signs_of_an_emergency_count_without_a_model(counter: Counter) -> None:
    found = propose(counter.number.rulebook, "tolong rumah kebakaran, ada orang terjebak", None)
    assert (found.kind, found.is_read) == ("darurat", False)


def test_what_the_model_takes_for_none_of_ours_is_said_so(counter: Counter) -> None:
    understood = Understanding((Guess("di_luar_cakupan", 0.9),))
    found = propose(counter.number.rulebook, "jual pulsa murah", understood)
    assert (found.kind, found.service, found.elsewhere) == ("lapor", None, True)


def test_a_city_can_send_what_comes_to_the_desk_somewhere_else(counter: Counter) -> None:
    rule = Rule(when=When(channel=[DESK], service=["jalan_rusak"]), to="sda")
    city = counter.number.rulebook.city.model_copy(update={"routing": [rule]})
    counter.number.rulebook = replace(counter.number.rulebook, city=city)
    assert counter.ticket(counter.files(phone=PHONE, way=SMS, consent=True)).agency == "sda"
    assert counter.ticket(counter.files()).agency == "sda"


def test_where_nobody_can_answer_the_link_stands_once(counter: Counter) -> None:
    one_way = {SMS: ChannelPolicy(two_way=False)}
    city = counter.number.rulebook.city.model_copy(update={"channels": one_way})
    counter.number.rulebook = replace(counter.number.rulebook, city=city)
    counter.files(phone=PHONE, way=SMS, consent=True)
    [row] = counter.outbox(SMS)
    assert row.wording == "follow_desk_filed_one_way"
    assert row.body["text"].count("/t/") == 1
    assert "BERHENTI" not in row.body["text"]


def test_the_number_that_was_left_is_the_one_that_is_written_to(counter: Counter) -> None:
    counter.files(phone=PHONE, way=SMS, consent=True)
    assert [row.recipient for row in counter.outbox(SMS)] == [E164]
    assert counter.outbox(SIMULATOR) == []

"""The queues: what belongs to each, filters that the address bar holds, pages, and what a sealed case tells."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.city.deadlines import Span
from bot.city.follow_policy import OwnDeadlines
from bot.rulebook import Rulebook
from bot.status import Move
from bot.tickets import tickets as life
from handlers.edge import KEY
from storage.models import Conversation, InboundMessage, OutboundMessage, Ticket
from storage.queries.queue_conditions import NAMES
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import PLACE, SERVICE, STORY, log_in, sealed_ticket
from tests.support.statements import statements_of

LISTED = re.compile(r'<tr id="(JK-[^"]+)"')


def listed(browser: FlaskClient, path: str) -> list[str]:
    page = browser.get(f"/console/queue/{path}", follow_redirects=True)
    assert page.status_code == 200
    return LISTED.findall(page.text)


def change(hall: CityHall, number: str, **values: Any) -> None:
    with hall.database.begin() as session:
        ticket = life.by_number(session, number)
        for name, value in values.items():
            setattr(ticket, name, value)


def sent_back(hall: CityHall, note: str = "Ini urusan perhubungan") -> str:
    number, _ = hall.forwarded("Lampu jalan mati")
    hall.moved(number, Move.SEND_BACK, "agency:bina_marga", note)
    return number


def copies(hall: CityHall, number: str, how_many: int) -> None:
    model = hall.find(number)
    copied = {c.key: getattr(model, c.key) for c in Ticket.__mapper__.column_attrs if c.key != "id"}
    with hall.database.begin() as session:
        session.add_all(Ticket(**{**copied, "number": f"JK-{n:06d}-0"}) for n in range(how_many))


def test_what_belongs_to_each(any_hall: CityHall) -> None:
    hall, rina = any_hall, any_hall.coordinator()
    urgent, _ = hall.forwarded("Kebakaran", service="kebakaran", urgent=True)
    back, (kept, _), (late, _), (soon, _) = sent_back(hall), hall.forwarded(), hall.forwarded(), hall.forwarded()
    done, _ = hall.forwarded("Sudah beres", urgent=True)
    hall.moved(done, Move.CONFIRM)
    for number, days in ((urgent, 30), (back, 30), (kept, 30), (late, -1)):
        change(hall, number, solve_by=hall.now + timedelta(days=days))
    change(hall, soon, solve_by=hall.now + timedelta(hours=20))
    change(hall, kept, assigned_to=hall.user_id())
    change(hall, done, assigned_to=hall.user_id())
    assert listed(rina, "emergencies") == [urgent]
    assert listed(rina, "sent_back") == [back]
    assert listed(rina, "overdue") == [late]
    assert listed(rina, "due_soon") == [soon]
    assert listed(rina, "mine") == [kept]
    assert set(listed(rina, "all")) == {urgent, back, kept, late, soon, done}


def test_a_red_zone_of_its_own_makes_a_deadline_near(hall: CityHall, rulebook: Rulebook) -> None:
    """Where a service is red three days before its last day, it is near three days before it."""
    service = rulebook.city.services["sampah"]
    own = service.model_copy(update={"deadlines": OwnDeadlines(red_before=Span(3, "day"))})
    city = rulebook.city.model_copy(update={"services": {**rulebook.city.services, "sampah": own}})
    hall.app.extensions[KEY] = replace(hall.app.extensions[KEY], rulebook=replace(rulebook, city=city))
    near, far = hall.forwarded(service="sampah")[0], hall.forwarded(service="jalan_rusak")[0]
    for number in (near, far):
        change(hall, number, solve_by=hall.now + timedelta(hours=60))
    assert listed(hall.coordinator(), "due_soon") == [near]


def test_a_conversation_in_ones_hands_is_ones_own(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    talk = hall.find(number).conversation_id
    form = {"csrf_token": csrf_of(rina.get("/console/"))}
    assert rina.post(f"/console/conversations/{talk}/take", data=form).status_code == 303
    assert listed(rina, "mine") == [number]
    assert "rina" in said_on(rina.get("/console/queue/mine")).partition("Dipegang: ")[2]
    assert listed(hall.coordinator("budi@jakarta.example"), "mine") == []


def test_emergencies_first_then_priority_then_the_deadline(hall: CityHall, rina: FlaskClient) -> None:
    numbers = [hall.forwarded(f"Jalan {n}", urgent=n == 3)[0] for n in range(5)]
    for n, number in enumerate(numbers):
        change(hall, number, solve_by=hall.now - timedelta(days=n + 1), priority=1 if n == 0 else 0)
    assert listed(rina, "overdue") == [numbers[n] for n in (3, 0, 4, 2, 1)]
    assert listed(rina, "all") == [numbers[n] for n in (3, 0, 4, 2, 1)]


def test_filters_stand_in_the_address_bar(any_hall: CityHall) -> None:
    hall, rina = any_hall, any_hall.coordinator()
    waiting, _ = hall.forwarded("Jalan berlubang 100% parah", kelurahan="Tebet Timur")
    accepted, _ = hall.forwarded("Sampah menumpuk", service="sampah")
    hall.moved(accepted, Move.ACCEPT, "agency:dlh")
    hall.wait(days=5)
    fresh = hall.ticket("Sampah lagi", service="sampah")
    change(hall, accepted, assigned_to=hall.user_id(), priority=1)
    everything = {waiting, accepted, fresh}
    shown = {
        "": everything,
        "status=in_progress": {accepted},
        "status=open": everything,
        "status=closed": set(),
        "agency=bina_marga": {waiting},
        "service=sampah": {accepted, fresh},
        "area=tebet timur": {waiting},
        "channel=whatsapp": everything,
        "channel=sms": set(),
        "age=within-1": {fresh},
        "age=older-3": {waiting, accepted},
        "assigned=me": {accepted},
        "assigned=none": {waiting, fresh},
        f"assigned={hall.user_id()}": {accepted},
        "assigned=999": set(),
        "priority=1": {accepted},
        "priority=0": {waiting, fresh},
        "q=SAMPAH": {accepted, fresh},
        "q=sampah lagi": {fresh},
        "q=100%25": {waiting},
        "q=_": set(),
        f"q={waiting.lower()}": {waiting},
        f"q={waiting[3:7]}": {waiting},
        "q=sampah&agency=bina_marga": set(),
        "status=nonsense&agency=%00&channel=x&age=older-1e9&assigned=²&priority=7&service=x": everything,
    }
    for query, expected in shown.items():
        assert set(listed(rina, f"all?{query}")) == expected, query


def test_what_is_not_known_is_named_and_left_out(hall: CityHall, rina: FlaskClient) -> None:
    hall.ticket()
    words = said_on(rina.get("/console/queue/all?agency=khayal&q=" + "x" * 300))
    assert "Saringan yang tidak dikenal diabaikan: Cari, Instansi." in words
    assert rina.get("/console/queue/nonsense").status_code == 404


def test_the_address_holds_only_what_restricts(hall: CityHall, rina: FlaskClient) -> None:
    sent = rina.get("/console/queue/all?q=&service=&agency=dlh&area=&page=")
    assert sent.location == "/console/queue/all?agency=dlh"


def test_script_in_a_filter_is_text(hall: CityHall, rina: FlaskClient) -> None:
    page = rina.get("/console/queue/all", query_string={"q": '"><script>alert(1)</script>', "area": "<b>x"})
    assert "<script>alert" not in page.text
    assert "<b>x" not in page.text


def angry(hall: CityHall, number: str, **words: Any) -> None:
    ticket = hall.find(number)
    with hall.database.begin() as session:
        talk = session.get_one(Conversation, ticket.conversation_id)
        if "wording" in words:
            session.add(OutboundMessage(key=f"reply:{number}", channel="whatsapp", recipient=talk.address,
                                        conversation_id=talk.id, body={"text": "Maaf"}, created_at=hall.now,
                                        due_at=hall.now, **words))  # fmt: skip
        else:
            session.add(InboundMessage(channel="whatsapp", external_id=f"SM-{number}", address_hash="x",
                                       address=talk.address, received_at=hall.now, text="Kesal!", content={},
                                       raw={}, conversation_id=talk.id, ticket_id=ticket.id, **words))  # fmt: skip


def test_angry_citizens_can_be_looked_at_alone(any_hall: CityHall) -> None:
    hall, rina = any_hall, any_hall.coordinator()
    met, read, calm = hall.ticket(), hall.ticket(), hall.ticket()
    angry(hall, met, wording="anger_met_open")
    angry(hall, read, understanding={"intents": [["marah", 0.9], ["lapor", 0.05]]})
    angry(hall, calm, understanding={"intents": [["lapor", 0.9], ["marah", 0.05]]})
    assert set(listed(rina, "all?angry=1")) == {met, read}
    assert set(listed(rina, "all")) == {met, read, calm}


def test_anger_before_a_report_is_not_about_it(hall: CityHall, rina: FlaskClient) -> None:
    first = hall.ticket()
    angry(hall, first, wording="anger_met")
    hall.wait(days=1)
    later = hall.ticket()
    change(hall, later, conversation_id=hall.find(first).conversation_id)
    assert listed(rina, "all?angry=1") == [first]


def test_pages_and_what_is_past_the_end(hall: CityHall, rina: FlaskClient) -> None:
    copies(hall, hall.ticket(), 120)
    first, third = rina.get("/console/queue/all"), rina.get("/console/queue/all?page=3")
    assert (len(LISTED.findall(first.text)), len(LISTED.findall(third.text))) == (50, 21)
    assert "121 laporan" in said_on(first)
    assert "Halaman 3 dari 3" in said_on(third)
    seen = {number for page in (1, 2, 3) for number in listed(rina, f"all?page={page}")}
    assert len(seen) == 121
    past = rina.get("/console/queue/all?page=9&agency=bina_marga")
    assert past.status_code == 200
    assert "Halaman 9 tidak ada; daftar ini sampai halaman 3." in said_on(past)
    assert 'href="/console/queue/all?agency=bina_marga&amp;page=3"' in past.text
    for odd in ("0", "-1", "x", "9" * 30, "²"):
        assert len(listed(rina, f"all?page={odd}")) in (50, 0)


def test_the_ticket_leads_back_to_the_list_with_its_filters(hall: CityHall, rina: FlaskClient) -> None:
    number = hall.ticket()
    page = rina.get("/console/queue/all?agency=bina_marga&q=jalan")
    link = re.search(rf'href="(/console/tickets/{number}\?back=[^"]+)"', page.text)
    assert link
    assert 'href="/console/queue/all?q=jalan&amp;agency=bina_marga"' in rina.get(link[1]).text
    elsewhere = rina.get(f"/console/tickets/{number}?back=https://evil.example/").text
    assert 'href="https://evil' not in elsewhere


def test_what_came_back_says_why_and_is_passed_on(hall: CityHall, rina: FlaskClient) -> None:
    number = sent_back(hall)
    page = rina.get("/console/queue/sent_back?agency=bina_marga")
    assert "Bina Marga" in said_on(page)
    assert "Ini urusan perhubungan" in said_on(page)
    form = {"csrf_token": csrf_of(page), "agency": "dishub", "next": "/console/queue/sent_back?agency=bina_marga"}
    sent = rina.post(f"/console/tickets/{number}/pass-on", data=form)
    assert (sent.status_code, sent.location) == (303, "/console/queue/sent_back?agency=bina_marga")
    assert hall.find(number).agency == "dishub"
    assert "Tidak ada yang dikembalikan." in said_on(rina.get("/console/queue/sent_back"))


def test_a_refused_passing_on_says_so_in_its_row(hall: CityHall, rina: FlaskClient) -> None:
    number = sent_back(hall)
    form = {"csrf_token": csrf_of(rina.get("/console/")), "agency": "khayal", "next": "/console/queue/sent_back"}
    page = rina.post(f"/console/tickets/{number}/pass-on", data=form)
    assert page.status_code == 409
    assert "Pilih salah satu instansi" in said_on(page)
    assert listed_in(page) == [number]


def listed_in(page: TestResponse) -> list[str]:
    return LISTED.findall(page.text)


def test_leadership_reads_and_changes_nothing(hall: CityHall) -> None:
    number = sent_back(hall)
    page = log_in(hall, "leadership").get("/console/queue/sent_back")
    assert listed_in(page) == [number]
    main = page.text.partition("<main")[2].partition("</main>")[0]
    assert 'method="post"' not in main
    assert 'type="checkbox" name="ticket"' not in main


def test_a_sealed_case_tells_status_and_deadline_only(hall: CityHall, rina: FlaskClient) -> None:
    number = sealed_ticket(hall, urgent=True)
    mine, _ = hall.forwarded()
    hall.wait(days=90)
    for path in ("all", "overdue", "all?status=waiting", f"all?q={number}"):
        page = rina.get(f"/console/queue/{path}")
        assert number in listed_in(page), path
        row = page.text.partition(f'<tr id="{number}"')[2].partition("</tr>")[0]
        assert "Tersegel" in row
        assert not [told for told in (STORY, PLACE, SERVICE, "Darurat", "DPPAPP", "WhatsApp") if told in row]
    # Neither the order nor a filter tells what the row does not.
    assert listed(rina, "all")[0] == mine
    narrowed = ("agency=dppapp", "service=perempuan_anak", "channel=whatsapp", "q=suamiku", f"q={number[3:7]}",
                "age=older-30", "priority=0", "assigned=none", "angry=1")  # fmt: skip
    for path in ("emergencies", *(f"all?{query}" for query in narrowed)):
        assert number not in listed(rina, path), path
    dewi = log_in(hall, "sealed_officer")
    assert listed(dewi, "all")[0] == number
    assert listed(dewi, "emergencies") == [number]
    assert STORY not in dewi.get("/console/queue/all").text


def test_looking_changes_nothing(hall: CityHall, rina: FlaskClient) -> None:
    sent_back(hall)
    before = hall.everything()
    for name in NAMES:
        rina.get(f"/console/queue/{name}?q=lampu")
        rina.get(f"/console/queue/{name}/bulk")
        rina.get(f"/console/queue/{name}/views")
    after = hall.everything()
    # But for the audit, which has one look at each list.
    assert len(after.pop("audit_entries")) > len(before.pop("audit_entries"))
    assert after == before


def test_few_queries_however_much_there_is(hall: CityHall, rina: FlaskClient) -> None:
    for _ in range(5):
        sent_back(hall)
    copies(hall, hall.ticket(urgent=True), 60)
    for path in (*NAMES, "all?page=2&angry=1&channel=whatsapp&q=jalan", "sent_back?assigned=me"):
        with statements_of(hall.database) as statements:
            assert rina.get(f"/console/queue/{path}").status_code == 200
        assert len(statements) <= 15, statements


def test_a_list_speaks_english_where_it_is_wished(hall: CityHall, rina: FlaskClient) -> None:
    """Every sentence goes through the catalogue; what the lead has not merged yet stays Indonesian."""
    form = {"csrf_token": csrf_of(rina.get("/console/")), "language": "en", "next": "/console/queue/all"}
    assert rina.post("/language", data=form).location == "/console/queue/all"
    assert rina.get("/console/queue/all").status_code == 200

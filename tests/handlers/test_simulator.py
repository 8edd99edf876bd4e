"""The simulator: a citizen's telephone in the browser, on the real inbox, worker and outbox."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.words import EMERGENCY_LANE
from handlers.simulator.labels import OUTCOMES
from storage.database import Database
from storage.models import InboundMessage, OutboundMessage
from tests.handlers.simulator_fixtures import POTHOLE, UNCLEAR, Simulator
from tests.support.clock import MoveableClock

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "handlers" / "static"
SCRIPT = "<script>alert('halo')</script> & \"kutip\" 🕳️"
PATHS = ("/simulator", "/simulator/", "/simulator/state?citizen=a")


@pytest.fixture
def simulator(database: Database, clock: MoveableClock) -> Simulator:
    return Simulator(database, clock)


@pytest.fixture
def quick(sqlite_database: Database, clock: MoveableClock) -> Simulator:
    """On one database only, where its kind makes no difference."""
    return Simulator(sqlite_database, clock)


def test_the_page_works_under_a_strict_policy(quick: Simulator) -> None:
    page = quick.browser.get("/simulator")
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert ("Warga A" in page.text, "Warga B" in page.text, "0800-000-001" in page.text) == (True, True, True)
    assert re.findall(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|javascript:", page.text) == []
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        with quick.browser.get(path) as file:
            assert file.status_code == 200, path


def test_scripts_find_their_parts_and_never_write_html() -> None:
    scripts = [STATIC / "simulator.js", *(STATIC / "simulator").glob("*.js")]
    for script in scripts:
        code = script.read_text(encoding="utf-8")
        assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", code) == []
        for part in re.findall(r'from "([^"]+)"', code):
            assert (script.parent / part).is_file(), part


def test_a_message_enters_like_any_other(simulator: Simulator) -> None:
    answer = simulator.send(POTHOLE)
    assert answer.status_code == 201
    [message] = simulator.stored()
    assert message.external_id == answer.get_json()["id"]
    assert message.external_id.startswith("sim-")
    assert (message.channel, message.address, message.phone_hash) == ("simulator", "sim:0800-000-001", None)
    assert (message.state, message.text, message.content["text"]) == ("new", POTHOLE, POTHOLE)
    assert message.received_at == simulator.clock.now()


def test_a_pin_a_photo_and_a_choice_come_along(quick: Simulator) -> None:
    quick.send("di sini", lat="-6.1807", lon=106.8686, label="SDN 05", photo=True, choice="yes")
    [message] = quick.stored()
    assert message.content["location"] == {"latitude": -6.1807, "longitude": 106.8686, "address": "SDN 05"}
    assert message.content["media"] == [{"url": "simulator:photo", "content_type": "image/jpeg"}]
    assert message.content["choice"] == "yes"
    [shown] = quick.state()["messages"]
    assert shown["media"] == [{"kind": "photo", "url": "/static/simulator/photo.jpg"}]
    assert shown["pin"] == {"lat": -6.1807, "lon": 106.8686, "label": "SDN 05"}


def test_a_plain_form_does_as_well(quick: Simulator) -> None:
    form = {"citizen": "b", "text": "ada kebakaran di gang sebelah", "csrf_token": quick.token()}
    assert quick.browser.post("/simulator/messages", data=form).status_code == 201
    [message] = quick.stored()
    assert (message.address, message.lane) == ("sim:0800-000-002", EMERGENCY_LANE)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": "  \n "},
        {"text": ["halo"]},
        {"text": "a" * 10_001},
        {"text": "halo", "citizen": "c"},
        {"text": "halo", "citizen": "a0"},
        {"text": "halo", "citizen": "a1234"},
        {"text": "halo", "citizen": None},
        {"lat": "-6.2"},
        {"lat": "nan", "lon": "106"},
        {"lat": 91, "lon": 0},
        {"lat": 0, "lon": "inf"},
    ],
)
def test_what_is_no_message_is_refused_with_a_sentence(quick: Simulator, fields: dict[str, Any]) -> None:
    answer = quick.send(**fields)
    assert answer.status_code == 400
    assert answer.get_json()["error"].endswith(".")
    assert quick.stored() == []


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff\xfe", b'"halo"'])
def test_a_body_that_is_no_object_is_refused(quick: Simulator, body: bytes) -> None:
    headers = {"X-CSRFToken": quick.token(), "Content-Type": "application/json"}
    assert quick.browser.post("/simulator/messages", data=body, headers=headers).status_code == 400


def test_half_an_emoji_is_stored_as_a_question_mark(simulator: Simulator) -> None:
    body = b'{"citizen": "a", "text": "jalan \\ud83d rusak \\ud83d\\udd73"}'
    headers = {"X-CSRFToken": simulator.token(), "Content-Type": "application/json"}
    assert simulator.browser.post("/simulator/messages", data=body, headers=headers).status_code == 201
    assert simulator.texts() == ["jalan ? rusak \U0001f573"]


def test_another_site_cannot_write_as_a_citizen(quick: Simulator) -> None:
    assert quick.browser.post("/simulator/messages", json={"citizen": "a", "text": "halo"}).status_code == 400
    assert quick.stored() == []


def test_an_answer_of_the_worker_is_shown(simulator: Simulator) -> None:
    simulator.send(POTHOLE)
    before = simulator.state()
    assert (before["typing"], before["waiting_since"]) == (True, simulator.clock.now().isoformat())
    assert [(m["mine"], m["state"]) for m in before["messages"]] == [(True, "accepted")]
    assert before["happened"]["note"] == "Pesan tersimpan dan menunggu worker."

    simulator.clock.move(seconds=1)
    simulator.think()
    written = simulator.state()
    assert [(m["mine"], m["state"]) for m in written["messages"]] == [(True, "read"), (False, "waiting")]
    assert written["waiting_since"] is not None

    simulator.work()
    after = simulator.state()
    assert [(m["mine"], m["state"]) for m in after["messages"]] == [(True, "read"), (False, "delivered")]
    assert "JK-" in after["messages"][1]["text"]
    assert (after["typing"], after["waiting_since"]) == (False, None)


def test_it_tells_what_happened(simulator: Simulator) -> None:
    assert simulator.state()["happened"] is None
    simulator.send(POTHOLE)
    simulator.work()
    story = simulator.state()["happened"]
    assert (story["message"]["text"], story["message"]["outcome"]) == (POTHOLE, OUTCOMES["filed"])
    kinds = {ranking["kind"]: ranking for ranking in story["guesses"]}
    assert kinds["Maksud"]["guesses"][0] == {"label": "lapor", "confidence": 0.9}
    assert kinds["Layanan"]["guesses"][0] == {"label": "Jalan rusak", "confidence": 0.97}
    assert kinds["Layanan"]["threshold"] == simulator.rulebook.city.thresholds.service
    [ticket] = story["tickets"]
    assert ticket["number"] in simulator.texts()[1]
    assert (ticket["status"], ticket["agency"], ticket["touched"]) == ("Menunggu", "Dinas Bina Marga", True)
    assert [deadline["label"] for deadline in ticket["deadlines"]] == ["Verifikasi", "Jawaban", "Selesai"]
    assert [step["at"] for step in ticket["ahead"]] == sorted(step["at"] for step in ticket["ahead"])
    assert "paling banyak 2 kali" in {step["state"] for step in ticket["ahead"]}
    assert ticket["history"][0]["actor"] == "Warga"
    assert [row["state"] for row in story["states"]] == ["Sudah diproses", "sampai"]


def test_the_agencys_mail_has_a_link_that_works(simulator: Simulator) -> None:
    simulator.send(POTHOLE)
    simulator.work()
    [mail] = simulator.state()["mails"]
    assert (mail["name"], mail["to"]) == ("Dinas Bina Marga", "bina.marga@jakarta.example")
    assert (POTHOLE in mail["text"], mail["url"] in mail["text"]) == (True, True)
    assert mail["url"].endswith(mail["link"])
    assert simulator.browser.get(mail["link"], follow_redirects=True).status_code == 200


def test_a_choice_answers_the_last_question(simulator: Simulator) -> None:
    simulator.send(UNCLEAR)
    simulator.work()
    question = simulator.state()["messages"][-1]
    assert [choice["key"] for choice in question["choices"]] == ["parkir_liar", "pkl", "other"]
    simulator.clock.move(seconds=5)
    simulator.send(question["choices"][1]["title"], choice=question["choices"][1]["key"])
    simulator.work()
    [ticket] = simulator.state()["happened"]["tickets"]
    assert ticket["service"] == "Pedagang kaki lima"


def test_only_the_version_comes_back_while_nothing_changes(simulator: Simulator) -> None:
    versions = [simulator.state()["version"]]
    for step in (lambda: simulator.send(POTHOLE), simulator.think, simulator.work):
        simulator.clock.move(seconds=1)
        step()
        version = simulator.state()["version"]
        short = simulator.state(after=version)
        assert (short["version"], short["number"]) == (version, "0800-000-001")
        assert (short["now"], short["ahead_s"]) == (simulator.clock.now().isoformat(), 0)
        assert not {"messages", "happened", "mails"} & short.keys()
        versions.append(version)
    assert len(set(versions)) == len(versions)
    assert "messages" in simulator.state(after="something else")


def test_each_citizen_has_a_chat_of_their_own(quick: Simulator) -> None:
    quick.send("dari A")
    quick.send("dari B", citizen="b")
    quick.send("dari nomor baru", citizen="a7")
    assert [quick.texts(key) for key in ("a", "b", "a7")] == [["dari A"], ["dari B"], ["dari nomor baru"]]
    assert quick.state("a7")["number"] == "0800-007-001"
    assert quick.browser.get("/simulator/state?citizen=x").status_code == 400


def test_whatsapp_and_sms_are_two_conversations_each_in_its_own_words(quick: Simulator) -> None:
    quick.send(UNCLEAR)
    quick.send(UNCLEAR, look="sms")
    quick.work()
    [_, by_whatsapp], [_, by_sms] = (quick.state(look=look)["messages"] for look in ("whatsapp", "sms"))
    assert len(by_whatsapp["choices"]) > 2
    assert by_sms["choices"] == []
    assert "2. Pedagang kaki lima" in by_sms["text"], "as it is sent, with what can be answered"
    quick.send("2", look="sms")
    quick.work()
    assert "Pedagang kaki lima" in quick.texts(look="sms")[-1]
    assert len(quick.texts()) == 2


def test_a_telephone_that_is_neither_is_refused(quick: Simulator) -> None:
    assert quick.send(UNCLEAR, look="fax").get_json() == {"error": "Pilih WhatsApp atau SMS."}
    answer = quick.browser.get("/simulator/state", query_string={"citizen": "a", "look": "fax"})
    assert answer.status_code == 400
    assert quick.stored() == []


def test_a_script_comes_back_as_text(quick: Simulator) -> None:
    quick.send(SCRIPT)
    answer = quick.browser.get("/simulator/state?citizen=a")
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json()["messages"][0]["text"] == SCRIPT
    assert answer.get_json()["happened"]["message"]["text"] == SCRIPT
    assert SCRIPT not in quick.browser.get("/simulator").text


def test_while_the_model_is_away_nobody_seems_to_type(quick: Simulator) -> None:
    quick.nlu.away = True
    quick.send(POTHOLE)
    quick.work()
    state = quick.state()
    assert (state["typing"], state["waiting_since"]) == (False, None)
    assert [m["mine"] for m in state["messages"]] == [True, False]
    assert "Model bahasa" in state["happened"]["note"]
    assert state["happened"]["again_at"] > state["now"]


def test_what_waits_for_a_person_is_shown(quick: Simulator) -> None:
    quick.send("Where can I get a new passport?")
    quick.work()
    story = quick.state()["happened"]
    assert story["message"]["outcome"] == OUTCOMES["person"]
    assert story["handover"]["due_at"] > quick.state()["now"]


def test_erasing_is_asked_about_first(quick: Simulator) -> None:
    quick.send("hapus data saya")
    quick.work()
    story = quick.state()["happened"]
    assert story["message"]["outcome"] == OUTCOMES["asked"]
    assert story["handover"] is None


def test_whoever_is_forgotten_reads_that_it_was_done(quick: Simulator) -> None:
    """The page asks for what came behind the last answer that it has; the rest of the chat is gone."""
    quick.send(POTHOLE)
    quick.work()
    quick.send("HAPUS DATA")
    quick.work()
    asked = quick.state()["messages"][-1]
    quick.send("ya")
    quick.think()
    query = {"citizen": "a", "last": asked["id"].removeprefix("out-")}
    after = quick.browser.get("/simulator/state", query_string=query).get_json()
    assert after["messages"] == []
    assert "Data Anda sudah kami hapus" in after["parting"]["text"]
    assert quick.state()["parting"] is None, "another page knows nothing of it"


def test_only_what_is_due_is_on_the_telephone(quick: Simulator) -> None:
    quick.send(POTHOLE)
    quick.think()
    later = quick.clock.now().replace(year=2027)
    for values, states in (
        ({"state": "waiting", "due_at": later}, []),
        ({"state": "cancelled"}, []),
        ({"state": "failed"}, ["failed"]),
    ):
        with quick.database.begin() as session:
            session.execute(update(OutboundMessage).values(**values))
        assert [m["state"] for m in quick.state()["messages"] if not m["mine"]] == states


def test_a_state_that_is_new_to_the_page_is_shown_as_it_is(quick: Simulator) -> None:
    quick.send(POTHOLE)
    with quick.database.begin() as session:
        session.execute(update(InboundMessage).values(state="odd", outcome="strange"))
    assert quick.state()["messages"][0]["state"] == "odd"
    assert quick.state()["happened"]["message"]["outcome"] == "strange"


@pytest.mark.parametrize("path", PATHS)
def test_it_answers_this_machine_only(quick: Simulator, path: str) -> None:
    get = quick.browser.get
    assert get(path, environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 200
    assert get(path, environ_base={"REMOTE_ADDR": "::1"}).status_code == 200
    assert get(path, environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 404
    for header in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"):
        assert get(path, headers={header: "127.0.0.1"}).status_code == 404
    assert get(path, headers={"Host": "evil.example"}).status_code == 404, "a foreign name that leads here"


@pytest.mark.parametrize("closing", [{"simulator": "off"}, {"simulator": ""}])
def test_it_is_closed_unless_enabled(
    sqlite_database: Database, clock: MoveableClock, closing: dict[str, str]
) -> None:
    """With a Twilio account, as these settings have one, it must be asked for."""
    shut = Simulator(sqlite_database, clock, **closing)
    shut.browser.application.config["WTF_CSRF_ENABLED"] = False
    assert [shut.browser.get(path).status_code for path in PATHS] == [404, 404, 404]
    assert shut.send("halo").status_code == 404
    assert shut.stored() == []


def test_a_message_from_elsewhere_is_not_stored(quick: Simulator) -> None:
    headers = {"X-CSRFToken": quick.token(), "X-Forwarded-For": "127.0.0.1"}
    body = {"citizen": "a", "text": "halo"}
    assert quick.browser.post("/simulator/messages", json=body, headers=headers).status_code == 404
    assert quick.stored() == []


def test_every_outcome_has_a_name() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    used = set(re.findall(r'\boutcome="(\w+)"', code)) - {"waiting"}  # what waits is held and has none yet
    assert used - OUTCOMES.keys() == set()

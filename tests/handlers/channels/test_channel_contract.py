"""What every channel must do alike: WhatsApp by Twilio and by Meta, SMS, the SMS gateway, the simulator, a toy."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.casework.rounds import Worker
from bot.delivery import failures
from bot.delivery.delivery import Courier
from bot.messages import CHANNELS, EMAIL, NOBODY_THERE, Choice, Content, Outgoing, SendError
from bot.rulebook import Rulebook
from bot.settings import CHANNEL_SETTINGS
from handlers.channels.registry import PROVIDERS, introduce
from handlers.edge import Edge
from handlers.web import create_web
from nlu.client import Guess, Place, Understanding
from storage.database import Database
from storage.models import OutboundMessage
from tests.handlers.channels import toy_channel as toy
from tests.handlers.channels.channel_ways import FAULTS, SIGNED_URL, WAYS, Standing, Way
from tests.standins.gateway import Gateway, gateway_running
from tests.standins.meta import Meta
from tests.support.clock import MoveableClock
from tests.support.desk import ScriptedNlu
from tests.support.gateway import OUR_GATEWAY, SECRET, GatewayWeb
from tests.support.meta import meta_settings
from tests.support.outbox import Post
from tests.support.serving import serving
from tests.support.settings import isolated_settings
from tests.support.twilio import Twilio

pytestmark = pytest.mark.processes
PROVIDED = [way for way in WAYS if way.has_provider]
# The one entry that a new channel needs.
EVERYBODY = (*PROVIDERS, toy.PROVIDER)
TEXTS = {
    "plain": "Jalan rusak di Tebet",
    "long": "lubang besar, " * 300 + "tolong",
    "emoji": "banjir 🚨🔥",
    "NUL": "ban\x00jir",
    "reversed": "\u202eterbalik",
    "another script": "ꦧꦚ꧀ꦗꦶꦂ",
    "markup": "<b>&amp;</b> '; DROP TABLE x {number} %(x)s",
    "line ends": "satu\r\ndua",
}
# A refusal that no waiting helps against; how much more a provider says is its own.
FOR_GOOD = {failures.FINAL, failures.STOP, failures.ADDRESS, failures.CONTENT, failures.ACCOUNT}


@pytest.fixture(scope="module", autouse=True)
def toy_is_known() -> Iterator[None]:
    introduce([toy.PROVIDER])
    yield
    CHANNELS.pop(toy.NAME)
    CHANNEL_SETTINGS.remove(toy.ToySettings)


@pytest.fixture(scope="module")
def gateway_server() -> Iterator[Gateway]:
    with gateway_running(SECRET) as running:
        yield running


@pytest.fixture
def gateway(gateway_server: Gateway) -> Gateway:
    gateway_server.mode = "ok"
    gateway_server.taken.clear()
    gateway_server.violations.clear()
    return gateway_server


@pytest.fixture
def web(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[GatewayWeb]:
    """The web side with every channel set up."""
    everything = isolated_settings(
        public_url=SIGNED_URL,
        simulator="on",
        gateway_secret=SECRET,
        gateway_from=OUR_GATEWAY,
        toy_url="http://toy.example",
        toy_secret=SECRET,
    )
    with serving(create_web(Edge(everything, rulebook, sqlite_database, clock, None), EVERYBODY)) as url:
        yield GatewayWeb(url, sqlite_database, clock)


@pytest.fixture
def meta_url(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[str]:
    """The web side where WhatsApp goes through Meta, on the same database."""
    with serving(create_web(Edge(meta_settings(), rulebook, sqlite_database, clock, None))) as url:
        yield url


@pytest.fixture
def standing(
    web: GatewayWeb, meta_url: str, clock: MoveableClock, twilio: Twilio, gateway: Gateway, meta: Meta
) -> Standing:
    return Standing(web.url, meta_url, clock, twilio, gateway, meta)


def name_of(way: type[Way]) -> str:
    return way.name if way.provider in ("twilio", way.name) else f"{way.name} by {way.provider}"


@pytest.fixture(params=WAYS, ids=name_of)
def way(request: pytest.FixtureRequest, standing: Standing) -> Way:
    made: Way = request.param(standing)
    return made


@pytest.fixture(params=PROVIDED, ids=name_of)
def provided(request: pytest.FixtureRequest, standing: Standing) -> Way:
    """A channel with a provider behind it."""
    made: Way = request.param(standing)
    return made


def message(way: Way, text: str = "Halo", **fields: Any) -> Outgoing:
    usual = {"id": 7, "channel": way.name, "recipient": way.recipient, "sender": None, "text": text}
    return Outgoing(**(usual | fields))


def test_every_channel_of_citizens_is_under_this_contract() -> None:
    assert {way.name for way in WAYS} == CHANNELS.keys() - NOBODY_THERE
    knocking = {provider.name for provider in EVERYBODY if provider.webhooks}
    assert {way.provider for way in PROVIDED} == knocking
    assert EMAIL not in CHANNELS, "agencies write no reports by it"


# -- receiving --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_is_stored_as_it_came(way: Way, web: GatewayWeb, clock: MoveableClock, kind: str) -> None:
    assert way.hears(TEXTS[kind]).status_code in (200, 201)
    [stored] = web.stored()
    assert (stored.channel, stored.state, stored.received_at) == (way.name, "new", clock.at)
    assert web.last().text == TEXTS[kind]
    assert stored.address == way.recipient or way.name == "simulator"


def test_a_choice_arrives_as_its_key_or_its_number(way: Way, web: GatewayWeb) -> None:
    way.hears("1", choice="yes")
    assert (web.last().choice or web.last().text) in ("yes", "1")
    assert web.last().choice == "yes" or CHANNELS[way.name].is_sms


def test_an_empty_message_is_kept_or_refused_with_a_sentence(way: Way, web: GatewayWeb) -> None:
    answer = way.hears("")
    if way.takes_empty:
        assert (answer.status_code, web.last()) == (200, Content("", profile_name=web.last().profile_name))
    else:
        assert (answer.status_code, web.stored()) == (400, [])
        assert answer.json()["error"].endswith(".")


def test_a_repeated_message_is_kept_once(provided: Way, web: GatewayWeb, clock: MoveableClock) -> None:
    for pause in (0, 1, 86_400):
        clock.move(seconds=pause)
        assert provided.hears("halo", message_id="1234").status_code == 200
    assert provided.hears("halo", message_id="1235").status_code == 200
    assert len(web.stored()) == 2


def test_the_same_person_has_one_phone_on_all_channels(standing: Standing, web: GatewayWeb) -> None:
    for made in PROVIDED:
        made(standing).hears("halo")
    hashes = {stored.phone_hash for stored in web.stored()}
    assert len(web.stored()) == len(PROVIDED)
    assert len(hashes) == 1
    assert None not in hashes


# -- sending ----------------------------------------------------------------------------------------------------


def test_what_is_sent_has_an_id(way: Way) -> None:
    sent = way.channel().send(message(way))
    assert sent.provider_id
    assert sent.delivered != way.has_provider, "a report follows where there is a provider"


def test_what_was_sent_can_be_found_again_or_is_left_to_a_report(way: Way) -> None:
    channel = way.channel()
    if not way.has_lookup:
        assert what_is_known(way) == failures.IN_DOUBT
        return
    sent = channel.send(message(way, "Sudah beres?"))
    assert channel.find_sent(message(way, "Sudah beres?"), frozenset()) == sent.provider_id


def what_is_known(way: Way) -> str | None:
    """Of a message whose provider cannot be asked: the class of the error."""
    with pytest.raises(SendError) as caught:
        way.channel().find_sent(message(way), frozenset())
    return caught.value.kind


def test_what_was_not_sent_is_not_found(provided: Way) -> None:
    if not provided.has_lookup:
        assert what_is_known(provided) == failures.IN_DOUBT, "never taken for not sent: it would go out twice"
        return
    provided.channel().send(message(provided, "Sudah beres?"))
    assert provided.channel().find_sent(message(provided, "Tidak pernah"), frozenset()) is None


@pytest.mark.parametrize("mode", FAULTS)
def test_what_goes_wrong_is_told_apart(provided: Way, mode: str) -> None:
    provided.breaks(mode)
    with pytest.raises(SendError) as caught:
        provided.channel().send(message(provided))
    assert caught.value.kind in (FOR_GOOD if FAULTS[mode] == "final" else {FAULTS[mode]})
    assert caught.value.code
    assert len(provided.taken()) == mode.startswith("accept_then_")


def test_a_message_whose_answer_was_lost_is_found(provided: Way) -> None:
    provided.breaks("accept_then_reset")
    with pytest.raises(SendError):
        provided.channel().send(message(provided, "Sudah beres?"))
    provided.breaks("ok")
    if provided.has_lookup:
        assert provided.channel().find_sent(message(provided, "Sudah beres?"), frozenset())


def test_a_report_settles_a_message_in_doubt(provided: Way, local_post: Post) -> None:
    row_id = local_post.write(channel=provided.name, recipient=provided.recipient, state="in_doubt", attempts=1)
    assert provided.reports(row_id, f"SM{row_id:032d}", "sent").status_code == 200
    assert (local_post.row(row_id).state, local_post.row(row_id).provider_id) == ("accepted", f"SM{row_id:032d}")


def test_a_recipient_that_is_no_number_is_final(provided: Way) -> None:
    with pytest.raises(SendError) as caught:
        provided.channel().send(message(provided, recipient=provided.no_number))
    assert caught.value.kind in FOR_GOOD
    assert provided.taken() == []


def test_choices_can_be_answered_without_buttons(provided: Way) -> None:
    choices = (Choice("yes", "Sudah"), Choice("no", "Belum"))
    provided.channel().send(message(provided, "Sudah beres?", choices=choices, hint="Balas angkanya."))
    hint = "" if provided.has_buttons else "\nBalas angkanya."
    assert provided.taken() == [f"Sudah beres?\n1. Sudah\n2. Belum{hint}"]


def test_emoji_are_left_out_where_they_would_be_dear(provided: Way) -> None:
    provided.channel().send(message(provided, "Baik 👍"))
    assert provided.taken() == ["Baik" if CHANNELS[provided.name].is_sms else "Baik 👍"]


# -- reports ----------------------------------------------------------------------------------------------------


def state_after(provided: Way, post: Post, statuses: tuple[str, ...]) -> str:
    row_id = post.write(channel=provided.name, recipient=provided.recipient, attempts=1)
    for status in statuses:
        assert provided.reports(row_id, f"SM{row_id:032d}", status).status_code == 200
    return str(post.row(row_id).state)


def test_reports_in_any_order_come_to_the_same(provided: Way, local_post: Post) -> None:
    for statuses in itertools.permutations(("queued", "sent", "delivered", "delivered")):
        assert state_after(provided, local_post, statuses) == "delivered"
    for statuses in itertools.permutations(("sent", "failed", "queued")):
        assert state_after(provided, local_post, statuses) == "failed"
    for statuses in itertools.permutations(("delivered", "failed")):
        assert state_after(provided, local_post, statuses) == "delivered"


def test_a_report_by_anybody_else_changes_nothing(
    provided: Way, standing: Standing, local_post: Post, web: GatewayWeb
) -> None:
    row_id = local_post.write(channel=provided.name, recipient=provided.recipient, attempts=1)
    url = standing.meta_url if provided.provider == "meta" else web.url
    answer = httpx.post(f"{url}{provided.reports_to}?outbound={row_id}", trust_env=False, verify=False)
    assert answer.status_code == 403
    for other in (other(standing) for other in PROVIDED if provided.name not in other.reports_on):
        assert other.reports(row_id, f"SM{row_id:032d}", "delivered").status_code == 200
    assert local_post.row(row_id).state == "waiting"


# -- a whole conversation ---------------------------------------------------------------------------------------

UNSURE = Understanding(
    intents=(Guess("lapor", 0.95),),
    services=(Guess("sampah", 0.3), Guess("saluran_air", 0.25), Guess("banjir", 0.2)),
    place=Place("Tebet"),
)
STORY = "ada yang mampet di Tebet Raya depan pasar"


def work(worker: Worker, courier: Courier) -> None:
    while worker.round() + courier.round():
        pass


def outbox(web: GatewayWeb, way: Way) -> list[OutboundMessage]:
    with web.database.read() as session:
        mine = select(OutboundMessage).where(OutboundMessage.channel == way.name)
        return list(session.scalars(mine.order_by(OutboundMessage.id)))


def test_a_question_is_asked_answered_by_its_number_and_reported_delivered(
    provided: Way, web: GatewayWeb, rulebook: Rulebook, clock: MoveableClock
) -> None:
    nlu = ScriptedNlu()
    nlu.script[STORY] = UNSURE
    worker = Worker(web.database, rulebook, nlu, clock, "one")
    with ThreadPoolExecutor(1) as pool:
        courier = Courier(web.database, {provided.name: provided.channel()}, clock, "one", pool)
        for said in (STORY, "2"):
            assert provided.hears(said).status_code == 200
            work(worker, courier)
            clock.move(seconds=20)
            work(worker, courier)
    question, filed = provided.taken()
    assert "\n2. Saluran air dan kali\n" in question
    assert question.endswith("\n4. Lainnya" if provided.has_buttons else "\n4. Lainnya\nBalas angkanya.")
    assert "Saluran air dan kali" in filed
    for row in outbox(web, provided):
        assert provided.reports(row.id, row.provider_id or "", "delivered").status_code == 200
    assert [row.state for row in outbox(web, provided)] == ["delivered"] * 2

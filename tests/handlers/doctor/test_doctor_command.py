"""``flask doctor`` and ``flask templates`` as an operator runs them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask, jsonify
from sqlalchemy import update

from bot.rulebook import Rulebook
from bot.settings import Settings
from bot.status import Move
from bot.wording.templates import templates
from handlers.commands.doctor import doctor_command
from handlers.commands.templates import list_templates
from handlers.doctor.facts import Account, Answers, Content, Hooks, Kept, Sender, Store
from handlers.doctor.findings import Unknown
from handlers.doctor.outside import Outside
from handlers.doctor.provider import Urls
from handlers.edge import Edge, install
from storage.database import Database, open_database
from storage.models import Ticket
from tests.handlers.city_hall import CityHall
from tests.standins.twilio import StandIn, create_app
from tests.standins.twilio_account import Account as Messages
from tests.support.clock import MoveableClock
from tests.support.live import NOON, SECRET, own_city
from tests.support.ports import free_port
from tests.support.processes import running
from tests.support.serving import serving
from tests.support.settings import ACCOUNT, OUR_SMS, TOKEN, isolated_settings

LIVE = {"secret_key": SECRET, "mail_from": "lapor@kota.go.id", "smtp_url": "smtps://mail.example"}


def run(edge: Edge, *arguments: str, surroundings: Callable[[Edge], Outside] = Outside) -> Result:
    app = Flask("doctor")
    install(app, edge)
    app.cli.add_command(doctor_command(surroundings))
    app.cli.add_command(list_templates)
    return app.test_cli_runner().invoke(args=list(arguments))


def edge_of(settings: Settings, rulebook: Rulebook, database: Database) -> Edge:
    return Edge(settings, rulebook, database, MoveableClock(NOON), None)


@dataclass(frozen=True)
class GoodAccount:
    """A Twilio account where all is as it should be."""

    contents_by_sid: dict[str, Content]

    def account(self) -> Account:
        return Account("active", "Full")

    def sender(self, address: str) -> Sender:
        urls = Urls.of(isolated_settings())
        return Sender(address, Hooks(f"{urls.messages}#rc=5&rp=all", "POST", urls.messages, "POST", urls.status))

    number = whatsapp_sender = sender

    def service_of(self, address: str) -> None:
        return None

    def contents(self) -> dict[str, Content]:
        return self.contents_by_sid


@dataclass(frozen=True)
class GoodSurroundings:
    """An installation where all is as it should be."""

    account: GoodAccount

    def public(self) -> Answers:
        return Answers(200, True, 403)

    def store(self) -> Store:
        return Store("postgresql", True, 2, 0.5)

    def files(self) -> Kept:
        return Kept("The folder var/media")

    def nlu_ready(self) -> bool:
        return True

    def mail(self) -> None:
        return None

    def twilio(self) -> GoodAccount:
        return self.account


def test_all_is_well(rulebook: Rulebook, sqlite_database: Database) -> None:
    found = templates(own_city(), rulebook.wording, "id", NOON)
    sids = {t.name: f"HX{n:032x}" for n, t in enumerate(found)}
    contents = {sids[t.name]: Content("approved", "", frozenset(t.variables)) for t in found}
    good = GoodSurroundings(GoodAccount(contents))
    live = replace(rulebook, city=own_city(templates=sids))
    result = run(edge_of(isolated_settings(**LIVE), live, sqlite_database), "doctor", surroundings=lambda _: good)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == "18 ok, 0 wrong, 0 not checked."
    assert all(line.startswith("OK  ") for line in result.output.splitlines()[:-2])


def test_services_that_open_tickets_have_and_the_city_has_no_more_are_named(hall: CityHall) -> None:
    here = edge_of(isolated_settings(), hall.rulebook, hall.database)
    hall.ticket("known")
    for service in ("taman_lama", "taman_lama", "pasar_lama"):
        number = hall.ticket(service)
        with hall.database.begin() as session:
            session.execute(update(Ticket).where(Ticket.number == number).values(service=service))
    hall.moved(number, Move.WITHDRAW)
    store = Outside(here).store()
    assert isinstance(store, Store)
    assert store.unknown_services == ("taman_lama",)


def test_a_refused_token_stops_the_questions(rulebook: Rulebook, sqlite_database: Database) -> None:
    class Refusing(GoodAccount):
        def account(self) -> Unknown:  # type: ignore[override]
            return Unknown("HTTP 401", 401)

    bad = GoodSurroundings(Refusing({}))
    result = run(edge_of(isolated_settings(), rulebook, sqlite_database), "doctor", surroundings=lambda _: bad)
    assert result.exit_code == 1
    assert "WRONG        Twilio refuses account and token (HTTP 401)" in result.output
    assert "NOT CHECKED  Senders and templates" in result.output


@pytest.fixture
def twilio() -> Iterator[tuple[Flask, str]]:
    """Twilio, and our own public address on the same server."""
    app = create_app(StandIn(Messages(ACCOUNT), TOKEN))
    app.add_url_rule("/healthz", view_func=lambda: jsonify(ok=True))
    app.add_url_rule("/webhooks/twilio/messages", view_func=lambda: ("", 403), methods=["POST"], endpoint="hook")
    with serving(app) as url:
        yield app, url


def test_it_asks_real_servers(
    twilio: tuple[Flask, str], rulebook: Rulebook, database: Database, tmp_path: Path
) -> None:
    app, url = twilio
    app.extensions["setup"].add_number(OUR_SMS, f"{url}/webhooks/twilio/messages#rc=5&rp=all&rt=2500")
    with running("tests.standins.smtp", "--folder", str(tmp_path)) as smtp:
        settings = isolated_settings(
            **LIVE | {"smtp_url": f"smtp://127.0.0.1:{smtp.port}", "erasure_ledger": tmp_path / "ledger"},
            public_url=url,
            twilio_api_base=url,
        )
        result = run(edge_of(settings, replace(rulebook, city=own_city()), database), "doctor")
    assert result.exit_code == 1
    told = [line[13:].split(",")[0].split(";")[0] for line in result.output.splitlines() if line[:5] == "WRONG"]
    assert told == [
        f"PUBLIC_URL is {url}",
        f"TWILIO_API_BASE is {url}",
        "There is no console account",
        "No worker is running",
        "The NLU server at http://nlu.example is not ready",
        "whatsapp:+628001110000 is no sender of this account",
        "config.yml: templates: there is no ContentSid for follow_confirm",
    ]
    for good in (f"{url}/healthz answers.", "refuses what Twilio did not sign", "mail server takes us",
                 "account is active", f"{OUR_SMS} hands incoming messages and reports to us"):  # fmt: skip
        assert good in result.output


def test_it_bears_that_nothing_is_there(rulebook: Rulebook, tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    database = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    settings = isolated_settings(
        public_url=nobody, twilio_api_base=nobody, smtp_url=nobody.replace("http", "smtp")
    )
    result = run(edge_of(settings, rulebook, database), "doctor")
    database.dispose()
    assert result.exit_code == 1
    for words in ("The database lacks migrations", "/healthz cannot be reached", "mail server does not take us",
                  "NOT CHECKED  Twilio's API could not be asked (ConnectionError)"):  # fmt: skip
        assert words in result.output


def test_a_database_that_is_not_there(rulebook: Rulebook) -> None:
    database = open_database(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    store = Outside(edge_of(isolated_settings(), rulebook, database)).store()
    database.dispose()
    assert store == Unknown("OperationalError")


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://127.0.0.1:1"])
def test_a_mail_server_that_cannot_be_used(rulebook: Rulebook, sqlite_database: Database, url: str) -> None:
    trouble = Outside(edge_of(isolated_settings(smtp_url=url), rulebook, sqlite_database)).mail()
    assert isinstance(trouble, Unknown)


def test_templates_are_printed_for_people(rulebook: Rulebook, sqlite_database: Database) -> None:
    result = run(edge_of(isolated_settings(), rulebook, sqlite_database), "templates")
    assert result.exit_code == 0
    assert "follow_closed_silent  (language id, category UTILITY)\n    Laporan {{1}} kami tutup" in result.output
    assert "    {{1}} number: JK-7Q2M9X-4" in result.output


def test_templates_are_printed_for_the_content_api(rulebook: Rulebook, sqlite_database: Database) -> None:
    edge = edge_of(isolated_settings(), rulebook, sqlite_database)
    lines = [json.loads(line) for line in run(edge, "templates", "--json", "--language", "en").output.splitlines()]
    assert {line["language"] for line in lines} == {"en"}
    assert lines[0]["friendly_name"] == "follow_confirm_en"
    assert lines[0]["types"]["twilio/text"]["body"].startswith("News about your report: {{1}}")
    assert list(lines[0]["variables"]) == ["1", "2", "3", "4"]


def test_a_language_that_the_city_has_not(rulebook: Rulebook, sqlite_database: Database) -> None:
    result = run(edge_of(isolated_settings(), rulebook, sqlite_database), "templates", "--language", "jv")
    assert (result.exit_code, "The city's languages are id, en" in result.output) == (1, True)


def test_a_template_that_would_be_refused_fails(rulebook: Rulebook, sqlite_database: Database) -> None:
    sentences = rulebook.wording.sentences
    bare = sentences["id"]["person_answer"].model_copy(update={"template_text": None})
    wording = replace(rulebook.wording, sentences={**sentences, "id": sentences["id"] | {"person_answer": bare}})
    edge = edge_of(isolated_settings(), replace(rulebook, wording=wording), sqlite_database)
    result = run(edge, "templates")
    assert result.exit_code == 1
    assert "person_answer: it begins or ends with a value" in result.output

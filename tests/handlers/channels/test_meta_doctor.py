"""What the doctor says about WhatsApp through Meta."""

from dataclasses import replace
from typing import Any

import pytest

from bot.rulebook import Rulebook
from bot.wording.templates import templates
from handlers.channels.meta_cloud_doctor import findings
from handlers.doctor.findings import Mark
from handlers.edge import Edge
from storage.database import Database
from tests.standins import meta_posts as posts
from tests.standins.meta import Meta
from tests.support.clock import MoveableClock
from tests.support.gateway import gateway_web
from tests.support.meta import meta_settings

pytestmark = pytest.mark.processes


class Practice:
    """A doctor's visit: our web side over HTTP, Meta's stand-in, and a city."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: MoveableClock, meta: Meta) -> None:
        self.database, self.clock, self.meta = database, clock, meta
        wanted = templates(rulebook.city, rulebook.wording, "id", clock.now())
        wanted += templates(rulebook.city, rulebook.wording, "en", clock.now())
        self.named = {one.name: f"{one.name.removesuffix('_en')}/{one.language}" for one in wanted}
        meta.templates = {(one.name.removesuffix("_en"), one.language): len(one.variables) for one in wanted}
        self.rulebook = rulebook

    def says(self, **values: Any) -> list[tuple[Mark, str]]:
        city = self.rulebook.city.model_copy(update={"templates": self.named})
        rulebook = replace(self.rulebook, city=city)
        usual = {"meta_api_base": self.meta.url, "meta_account_id": posts.ACCOUNT_ID}
        with gateway_web(self.database, rulebook, self.clock, meta_settings(**values)) as web:
            settings = meta_settings(**({"public_url": web.url} | usual | values))
            found = findings(Edge(settings, rulebook, self.database, self.clock, None))
            return [(one.mark, one.text) for one in found if "META_API_BASE" not in one.text]

    def wrong(self, **values: Any) -> list[str]:
        return [text for mark, text in self.says(**values) if mark is not Mark.OK]


@pytest.fixture
def practice(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, meta: Meta) -> Practice:
    return Practice(sqlite_database, rulebook, clock, meta)


def test_all_is_well(practice: Practice) -> None:
    said = practice.says()
    assert [mark for mark, _ in said] == [Mark.OK] * 5
    assert said[1][1] == "+628001110003 is ours at Meta, and the token may use it."


def test_without_a_number_at_meta_there_is_nothing_to_say(practice: Practice) -> None:
    assert practice.says(meta_phone_number_id="") == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"meta_app_secret": ""}, "META_APP_SECRET is not set, so the webhook is closed"),
        ({"meta_verify_token": ""}, "META_VERIFY_TOKEN is not set, so Meta cannot check our address"),
        ({"meta_token": ""}, "META_TOKEN is not set, so nothing is sent"),
        ({"meta_token": "old"}, "Meta refuses token or number (HTTP 401, code 190)"),
        ({"meta_number": "+628001119999"}, "META_NUMBER is +628001119999, but META_PHONE_NUMBER_ID is that of"),
        ({"meta_account_id": ""}, "Templates and subscription could not be checked; set META_ACCOUNT_ID."),
        ({"public_url": "http://127.0.0.1:9"}, "http://127.0.0.1:9/webhooks/meta cannot be reached"),
        ({"meta_api_base": "http://127.0.0.1:9"}, "Meta could not be asked (ConnectError)"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(practice: Practice, values: dict[str, str], sentence: str) -> None:
    [said] = practice.wrong(**values)
    assert said.startswith(sentence)


def test_a_number_in_trouble_is_told(practice: Practice) -> None:
    practice.meta.number = {"quality_rating": "RED"}
    assert "as RED" in practice.wrong()[0]
    practice.meta.number = {"platform_type": "NOT_APPLICABLE"}
    assert "is not registered" in practice.wrong()[0]


def test_an_account_that_sends_us_nothing_is_told(practice: Practice) -> None:
    practice.meta.subscribed = False
    [said] = practice.wrong()
    assert said.startswith(f"No app is subscribed to the account {posts.ACCOUNT_ID}")


def test_templates_that_cannot_work_are_told(practice: Practice) -> None:
    practice.named |= {"follow_confirm": "HX" + "0" * 32, "follow_waiting": "gone/id"}
    practice.meta.templates[("follow_escalated", "id")] += 1
    del practice.named["follow_digest"]
    said = practice.wrong()
    assert [text.partition(";")[0] for text in said] == [
        f"config.yml: templates.follow_confirm: HX{'0' * 32} is no template of Meta's",
        "config.yml: templates: there is none for follow_digest",
        "config.yml: templates.follow_waiting: gone/id does not exist in this account",
        "config.yml: templates.follow_escalated: follow_escalated/id has another number of values than our "
        "sentence",
    ]

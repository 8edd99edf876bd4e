"""A citizen whose WhatsApp comes through Meta, from the first word to the answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from bot.casework.rounds import Worker
from bot.delivery.delivery import Courier
from bot.messages import WHATSAPP
from bot.rulebook import Rulebook
from handlers.channels.meta_cloud import MetaChannel
from nlu.client import Guess, Place, Understanding
from tests.standins import meta_posts as posts
from tests.standins.meta import Meta
from tests.standins.meta_orders import keys_of
from tests.standins.meta_posts import MetaLine
from tests.support.clock import MoveableClock
from tests.support.desk import ScriptedNlu
from tests.support.gateway import GatewayWeb
from tests.support.meta import meta_group

pytestmark = pytest.mark.processes
STORY = "ada yang mampet di Tebet Raya depan pasar"
UNSURE = Understanding(
    intents=(Guess("lapor", 0.95),),
    services=(Guess("sampah", 0.3), Guess("saluran_air", 0.25), Guess("banjir", 0.2)),
    place=Place("Tebet"),
)


class Talk:
    """One citizen, the worker and the courier."""

    def __init__(
        self, web: GatewayWeb, rulebook: Rulebook, clock: MoveableClock, line: MetaLine, meta: Meta
    ) -> None:
        self.nlu = ScriptedNlu()
        self.nlu.script[STORY] = UNSURE
        self.line, self.meta, self.clock = line, meta, clock
        self.pool = ThreadPoolExecutor(1)
        out = MetaChannel(meta_group(meta_api_base=meta.url), httpx.Timeout(2))
        self.worker = Worker(web.database, rulebook, self.nlu, clock, "one")
        self.courier = Courier(web.database, {WHATSAPP: out}, clock, "one", self.pool, rulebook)

    def says(self, message: dict[str, Any]) -> list[str]:
        """What is answered within a minute."""
        before = len(self.meta.taken)
        assert self.line.says(message).status_code == 200
        for _ in range(4):
            while self.worker.round() + self.courier.round():
                pass
            self.clock.move(seconds=20)
        return self.meta.texts()[before:]


@pytest.fixture
def talk(
    meta_web: GatewayWeb, rulebook: Rulebook, clock: MoveableClock, line: MetaLine, meta: Meta
) -> Iterator[Talk]:
    begun = Talk(meta_web, rulebook, clock, line, meta)
    yield begun
    begun.pool.shutdown()
    assert meta.violations == []


def test_a_question_has_a_list_and_its_row_is_the_answer(talk: Talk) -> None:
    [question] = talk.says(posts.text(STORY))
    assert question.endswith("\n4. Lainnya")
    order = talk.meta.taken[-1]
    action = order["interactive"]["action"]
    assert (order["interactive"]["type"], action["button"]) == ("list", "Pilih")
    row = {"id": keys_of(order)[1], "title": "Saluran air dan kali"}
    picked = posts.message("interactive", interactive={"type": "list_reply", "list_reply": row})
    [filed] = talk.says(picked)
    assert "Saluran air dan kali" in filed


@pytest.mark.parametrize("kind", ["unsupported", "poll_creation"])
def test_what_cannot_be_read_is_answered(talk: Talk, kind: str) -> None:
    [answer] = talk.says(posts.message(kind, errors=[{"code": 131051}]))
    assert "Tulis masalahnya" in answer


def test_a_thumb_below_a_message_needs_no_answer(talk: Talk) -> None:
    talk.says(posts.text("halo"))
    ours = talk.meta.taken[-1]["wamid"]
    assert talk.says(posts.message("reaction", reaction={"message_id": ours, "emoji": "👍"})) == []
    assert talk.says(posts.message("reaction", reaction={"message_id": ours})) == []

"""A webhook is refused in time when the database does not answer, so that the provider tries elsewhere."""

import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from bot.rulebook import Rulebook
from bot.settings import Settings
from handlers.patience import HURRIED_S
from storage.database import Database
from tests.standins.citizen import Citizen
from tests.support.clock import MoveableClock
from tests.support.databases import opened
from tests.support.settings import OUR_WHATSAPP
from tests.support.web import LINE, Web

MANY = 4
TWILIO_WAITS_S = 15


def test_a_webhook_does_not_wait_for_a_database_in_other_hands(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, settings: Settings
) -> None:
    web, citizen = Web(sqlite_database, rulebook, clock, settings), Citizen(LINE, OUR_WHATSAPP)
    form = citizen.form("halo")

    def answer() -> tuple[int, float]:
        began = time.monotonic()
        return web.post(form).status_code, time.monotonic() - began

    url = sqlite_database.engine.url.render_as_string(hide_password=False)
    with opened(url) as other, ThreadPoolExecutor(MANY) as pool:
        with other.begin() as session:
            session.execute(text("SELECT 1"))
            for waiting in (MANY, 1):  # afterwards one tries, the others hear at once that it is away
                answers = [done.result() for done in [pool.submit(answer) for _ in range(MANY)]]
                assert {code for code, _ in answers} == {503}
                assert max(took for _, took in answers) < TWILIO_WAITS_S
                assert sum(took > HURRIED_S * 0.9 for _, took in answers) == waiting, answers
        assert answer()[0] == 200
    assert len(web.stored()) == 1

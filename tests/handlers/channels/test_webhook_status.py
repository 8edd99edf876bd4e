"""Status callbacks: a signed report reaches its message, any other one changes nothing."""

from dataclasses import replace

import pytest

from bot.messages import SMS, Sent
from bot.rulebook import Rulebook
from bot.settings import Settings
from storage.database import Database
from tests.standins.citizen import STATUS, new_sid, status_form
from tests.support.clock import MoveableClock
from tests.support.outbox import Post
from tests.support.settings import ACCOUNT
from tests.support.web import LINE, Web, is_acknowledged


@pytest.fixture
def web(database: Database, rulebook: Rulebook, clock: MoveableClock, settings: Settings) -> Web:
    return Web(database, rulebook, clock, settings)


def test_a_report_reaches_its_message(web: Web, post: Post) -> None:
    row_id, sid = post.write(attempts=1), new_sid()
    for status, state in (
        ("queued", "accepted"),
        ("delivered", "delivered"),
        ("sent", "delivered"),
        ("read", "read"),
    ):
        response = web.post(status_form(ACCOUNT, sid, status), f"{STATUS}?outbound={row_id}")
        assert is_acknowledged(response)
        assert (post.row(row_id).state, post.row(row_id).provider_id) == (state, sid)


def test_a_failure_keeps_its_code(web: Web, post: Post) -> None:
    row_id = post.write(attempts=1)
    web.post(status_form(ACCOUNT, new_sid(), "undelivered", ErrorCode="30005"), f"{STATUS}?outbound={row_id}")
    assert (post.row(row_id).state, post.row(row_id).error) == ("failed", "30005")


@pytest.mark.parametrize("code", ["63049", "63032"])
def test_what_meta_holds_back_goes_by_sms_and_is_no_opt_out(
    database: Database, rulebook: Rulebook, clock: MoveableClock, settings: Settings, post: Post, code: str
) -> None:
    """Both are reasons of Meta's own (too many such messages, an experiment), and say nothing about the person."""
    post.rulebook = replace(rulebook, sms_line=SMS)
    web, row_id, sid = Web(database, post.rulebook, clock, settings), post.write(), new_sid()
    post.provider.outcomes = [Sent(sid)]
    post.courier().round()
    web.post(status_form(ACCOUNT, sid, "undelivered", ErrorCode=code), f"{STATUS}?outbound={row_id}")
    assert post.person().citizen.opted_out_at is None
    post.courier().round()
    assert (post.row(row_id).state, post.by_sms.texts) == ("failed", ["Halo"])


@pytest.mark.parametrize(
    "query", ["", "?outbound=", "?outbound=99", "?outbound=x", f"?outbound={'9' * 40}", "?outbound=-1"]
)
@pytest.mark.parametrize("status", ["delivered", "", "dancing", "dan\x00cing"])
def test_a_report_about_nothing_of_ours_is_acknowledged(web: Web, query: str, status: str) -> None:
    form = status_form(ACCOUNT, new_sid(), status, ErrorCode="x\x00")
    assert is_acknowledged(web.post(form, STATUS + query))


def test_a_forged_report_changes_nothing(web: Web, post: Post) -> None:
    row_id = post.write(attempts=1)
    form = status_form(ACCOUNT, new_sid(), "delivered")
    assert web.forged(form, "forged", f"{STATUS}?outbound={row_id}").status_code == 403
    signed_for_another = LINE.signature(f"{STATUS}?outbound={row_id + 1}", form)
    assert web.forged(form, signed_for_another, f"{STATUS}?outbound={row_id}").status_code == 403
    assert post.row(row_id).state == "waiting"

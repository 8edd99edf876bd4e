"""One message through real processes: its id is in every line that it causes, and nothing of what was said is."""

import json
import os
import signal
import socket
import time
from typing import Any

import httpx
import pytest

from storage.models import InboundMessage
from tests.journeys.town import wait_for
from tests.security.place import Place, place, settled
from tests.support.settings import OUR_WHATSAPP

SAID = "Selamat pagi Bapak, trotoar di Jalan Kembang Sepatu rusak berat"
NAME = "Sumarni Widyaningsih"


def lines(here: Place) -> list[dict[str, Any]]:
    """What the log has in JSON."""
    written = here.log.read_text(errors="replace").splitlines()
    return [json.loads(line) for line in written if line.startswith("{")]


def of_message(here: Place, message: int) -> dict[str, dict[str, Any]]:
    """By event, the lines that carry this message's id."""
    return {line["event"]: line for line in lines(here) if line.get("message") == message}


@pytest.mark.processes
def test_a_message_is_followed_from_the_webhook_to_the_report() -> None:
    with place() as here:
        citizen = here.citizen(name=NAME)
        assert citizen.says(SAID).status_code == 200
        settled(here)
        with here.database() as database, database.read() as session:
            [message] = session.query(InboundMessage).all()
        road = wait_for(lambda: _whole(of_message(here, message.id)), 30, "the whole road")
        assert road["turn_done"]["conversation"] == message.conversation_id
        assert road["turn_done"]["took_ms"] >= 0
        outbound = road["message_sent"]["outbound"]
        assert road["message_reported"]["outbound"] == outbound
        assert road["message_stored"]["channel"] == "whatsapp"

        log = here.log.read_text(errors="replace")
        for part in ("Kembang", "trotoar", "Sumarni", "Widya", citizen.number, citizen.number[1:], OUR_WHATSAPP):
            assert part not in log, part

        told = here.flask("trace", str(message.id)).stdout
        for part in ("received by whatsapp", "decided:", f"outbound {outbound} taken by the provider"):
            assert part in told, told
        assert "Kembang" not in told

        page = _scraped(here)
        assert "suarakota_counts_together 1.0" in page
        assert 'suarakota_messages_stored_total{again="no",channel="whatsapp"} 1.0' in page, "by a web process"
        assert 'suarakota_sends_total{channel="whatsapp",result="sent"} 1.0' in page, "by the worker"
        assert 'suarakota_stage_seconds_count{stage="turn"}' in page
        for part in ("Kembang", "Sumarni", citizen.number[1:]):
            assert part not in page, part
        answers = f'suarakota_nlu_answers{{host="{socket.gethostname()}"}} 1.0'
        wait_for(lambda: answers in _scraped(here), 30, "what the worker says of its model")
        for pid in here.web_processes()[1:]:  # all but the arbiter: what they counted stays
            _kill(pid)
        time.sleep(1)
        again = wait_for(lambda: _again(here), 30, "the web processes again")
        assert 'suarakota_messages_stored_total{again="no",channel="whatsapp"} 1.0' in again


def _whole(road: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return road if {"message_stored", "turn_done", "message_sent", "message_reported"} <= road.keys() else {}


def _scraped(here: Place) -> str:
    with here.client() as client:
        answer = client.get("/metrics")
    assert answer.status_code == 200
    return answer.text


def _again(here: Place) -> str:
    try:
        return _scraped(here)
    except httpx.HTTPError:
        return ""


def _kill(pid: int) -> None:
    """One of the processes that this test started."""
    os.kill(pid, signal.SIGKILL)

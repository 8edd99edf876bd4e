"""Nobody waits twice for a server that does not answer, and it is asked again by itself."""

from collections.abc import Sequence

import pytest

from nlu.client import NluClient, NluUnavailableError, Understanding
from nlu.patient import PatientNlu
from tests.support.desk import ScriptedNlu
from tests.support.ports import free_port


class Counting(ScriptedNlu):
    """A server that counts how often it was asked."""

    asked = 0

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        self.asked += 1
        return super().understand(texts)

    def answers(self) -> bool:
        return not self.away


def test_a_server_that_failed_is_not_asked_until_it_answers():
    server = Counting()
    nlu = PatientNlu(server)
    assert len(nlu.understand(["halo", "pagi"])) == 2
    assert not nlu.is_away
    server.away = True
    for _ in range(3):
        with pytest.raises(NluUnavailableError):
            nlu.understand(["halo"])
    assert nlu.is_away
    assert server.asked == 2
    nlu.look()
    assert nlu.is_away
    server.away = False
    nlu.look()
    assert not nlu.is_away
    assert len(nlu.understand(["halo"])) == 1


def test_nobody_listening_answers_nothing():
    client = NluClient(f"http://127.0.0.1:{free_port()}")
    assert not client.answers()
    client.close()

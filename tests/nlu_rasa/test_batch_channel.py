"""The batch channel over real HTTP, against the contract that the app tests against too."""

import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests

from tiny import Server

CONTRACT = json.loads((Path(__file__).resolve().parents[2] / "nlu" / "contract.schema.json").read_text())


def check(part: str, body: Any) -> Any:
    """Fails where the body is not what the contract says."""
    jsonschema.validate(body, {"$ref": f"#/definitions/{part}", "definitions": CONTRACT["definitions"]})
    return body


def parse(server: Server, texts: list[str]) -> list[dict[str, Any]]:
    answer = requests.post(
        f"{server.url}/webhooks/batch/parse", json=check("request", {"texts": texts}), timeout=60
    )
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = check("response", answer.json())["results"]
    assert len(results) == len(texts)
    return results


def test_it_is_ready(server: Server) -> None:
    answer = requests.get(f"{server.url}/webhooks/batch/ready", timeout=10)
    assert answer.status_code == 200
    assert check("ready", answer.json())["model"].startswith("nlu-")


def test_texts_are_understood_in_order(server: Server) -> None:
    report, question, greeting = parse(
        server,
        ["  jalan berlubang di jl melati raya kel. Ciganjur", "ktp hilang urus ke mana?", "selamat pagi"],
    )
    assert (report["intent"]["name"], report["service"]["name"]) == ("lapor", "jalan_rusak")
    assert report["place"]["kelurahan"] == "Ciganjur"
    assert report["place"]["start"] == 21
    assert (question["intent"]["name"], question["faq"]["name"]) == ("tanya", "ktp_hilang")
    assert greeting["intent"]["name"] == "salam"


def test_a_slash_at_the_beginning_is_no_command(server: Server) -> None:
    """Rasa's own tools name an intent so; a citizen who writes "/help" is understood like any other."""
    command, report = parse(server, ["/help", " /jalan berlubang di jl melati raya kel. Ciganjur"])
    assert command["intent"]["name"]
    assert report["service"]["name"] == "jalan_rusak"
    assert report["place"]["kelurahan"] == "Ciganjur"


@pytest.mark.parametrize("texts", [[], [""], ["   "], ["x" * 1_000_000], ["\ud800 jalan"], ["a"] * 256])
def test_odd_but_allowed(server: Server, texts: list[str]) -> None:
    parse(server, texts)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"texts": "a"}',
        b'{"texts": [1]}',
        b'{"texts": [null]}',
        b'{"texts": [], "more": 1}',
        b'\xff{"texts": []}',
        b"[" * 100_000,
        json.dumps({"texts": ["a"] * 257}).encode(),
    ],
)
def test_malformed_bodies(server: Server, body: bytes) -> None:
    answer = requests.post(f"{server.url}/webhooks/batch/parse", data=body, timeout=10)
    assert answer.status_code == 400
    assert check("error", answer.json())["error"].endswith(".")


def test_random_texts(server: Server) -> None:
    draw = random.Random(3)
    texts = [
        "".join(chr(draw.randrange(sys.maxunicode + 1)) for _ in range(draw.randrange(80)))
        for _ in range(2000)
    ]
    for start in range(0, 2000, 250):
        parse(server, texts[start : start + 250])


def test_it_says_it_is_ready_while_it_works(server: Server) -> None:
    with ThreadPoolExecutor() as pool:
        work = [pool.submit(parse, server, ["jalan rusak parah " * 200] * 256) for _ in range(4)]
        started = time.monotonic()
        assert requests.get(f"{server.url}/webhooks/batch/ready", timeout=10).status_code == 200
        assert time.monotonic() - started < 2
        for done in work:
            done.result()


def test_rasas_own_endpoint_gives_the_same(server: Server) -> None:
    text = "lampu jalan mati di gang buntu"
    stock = requests.post(f"{server.url}/model/parse", json={"text": text}, timeout=10).json()
    (batch,) = parse(server, [text])
    assert stock["intent"] == batch["intent"]
    assert stock["intent_ranking"][:3] == batch["intent_ranking"]
    assert stock["service"] == batch["service"]
    assert stock["place"] == batch["place"]


def test_no_text_is_ever_logged(server: Server) -> None:
    secret = "rahasiasekali"
    parse(server, [f"{secret} jalan rusak"])
    requests.post(f"{server.url}/model/parse", json={"text": secret}, timeout=10)
    requests.post(f"{server.url}/webhooks/batch/parse", data=f'{{"texts": {secret}', timeout=10)
    assert secret not in server.log.read_text()

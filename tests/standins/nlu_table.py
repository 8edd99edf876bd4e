"""The NLU server's batch contract as a process of its own, with a small table in place of a model.

``python -m tests.standins.nlu_table [--port 0]`` prints ``ready PORT`` and serves on loopback until SIGTERM. What
the table does not know is idle talk. It is there for tests of everything around understanding: they need no Rasa.
"""

import argparse
import os
import re
import signal
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.standins.unclear import BY_A_COLLEAGUE, BY_TOUCH, MORNING

MODEL = "table"
PLACE = re.compile(r"\b(?:(?i:jl|gang|depan|dekat)|(?i:jalan|pasar) (?=[A-Z]))\W*\w[^,.?!\n]*")
Labels = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Row:
    """What messages that fit ``pattern`` mean; labels with confidences, best first."""

    pattern: str
    intents: Labels
    services: Labels = ()
    faqs: Labels = ()


TABLE = (
    *(
        Row(f"^{re.escape(each.text)}$", each.intents, each.ranking)
        for each in (*MORNING, *BY_TOUCH, *BY_A_COLLEAGUE)
    ),
    Row(r"kebakaran|api besar", (("darurat", 0.94), ("lapor", 0.04)), (("kebakaran", 0.97), ("bencana", 0.02))),
    Row(r"ktp.*(hilang|urus)", (("tanya", 0.96), ("lapor", 0.02)), (("ktp", 0.93),), (("ktp_hilang", 0.95),)),
    Row(r"^apakah|buka hari", (("tanya", 0.84), ("lapor", 0.08)), (("rt_rw", 0.41), ("ktp", 0.22))),
    Row(r"orangnya langsung|robot", (("bicara_petugas", 0.93), ("marah", 0.04))),
    Row(r"^(batal|cabut)", (("batal", 0.95), ("tolak", 0.03))),
    Row(r"\b(belum|masih)\b", (("tolak", 0.86), ("lapor", 0.1))),
    Row(r"^(sudah|udah|iya)\b", (("setuju", 0.9), ("terima_kasih", 0.05))),
    Row(r"makasih petugas|salut", (("apresiasi", 0.93), ("saran", 0.03)), (("taman", 0.88), ("sampah", 0.04))),
    Row(r"^(makasih|terima kasih)", (("terima_kasih", 0.95), ("setuju", 0.03))),
    Row(r"^(halo|selamat \w+)\W*$", (("salam", 0.97), ("bantuan", 0.01))),
    Row(r"sampai mana|kabar laporan", (("cek_status", 0.92), ("tanya", 0.05))),
    Row(
        r"ditindak|semrawut",
        (("lapor", 0.47), ("marah", 0.21), ("saran", 0.12)),
        (("parkir_liar", 0.34), ("pkl", 0.27), ("kemacetan", 0.14)),
    ),
    Row(r"lubang|bolong", (("lapor", 0.96), ("tanya", 0.02)), (("jalan_rusak", 0.97), ("trotoar_jpo", 0.01))),
    Row(r"lampu", (("lapor", 0.95), ("tanya", 0.02)), (("lampu_jalan", 0.96), ("listrik", 0.03))),
    Row(r"sampah", (("lapor", 0.94), ("marah", 0.03)), (("sampah", 0.95), ("pencemaran", 0.02))),
    Row(r"pohon", (("lapor", 0.92), ("tambah_info", 0.03)), (("pohon", 0.98), ("listrik", 0.01))),
    Row(r"banjir|got|mampet", (("lapor", 0.93), ("tanya", 0.03)), (("saluran_air", 0.83), ("banjir", 0.14))),
    Row(r"dekat|sebelah|depan|dari arah", (("tambah_info", 0.9), ("lapor", 0.06))),
)
ANYTHING_ELSE = Row("", (("di_luar_cakupan", 0.9), ("tanya", 0.04)))


def result_for(text: str) -> dict[str, Any]:
    """One result of the batch endpoint."""
    row = next((row for row in TABLE if re.search(row.pattern, text, re.IGNORECASE)), ANYTHING_ELSE)
    place = PLACE.search(text)
    return {
        "intent": _label(row.intents),
        "intent_ranking": _ranking(row.intents),
        "service": _label(row.services),
        "service_ranking": _ranking(row.services),
        "faq": _label(row.faqs),
        "faq_ranking": _ranking(row.faqs),
        "also": [],
        "place": _place(place) if place else None,
    }


def create_app() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/webhooks/batch/ready", view_func=ready)
    app.add_url_rule("/webhooks/batch/parse", view_func=parse, methods=["POST"])
    return app


def ready() -> Response:
    return jsonify(ready=True, model=MODEL)


def parse() -> Response:
    return jsonify(model=MODEL, results=[result_for(text) for text in request.get_json()["texts"]])


def _label(labels: Labels) -> dict[str, Any] | None:
    return _ranking(labels)[0] if labels else None


def _ranking(labels: Labels) -> list[dict[str, Any]]:
    return [{"name": name, "confidence": confidence} for name, confidence in labels]


def _place(found: re.Match[str]) -> dict[str, Any]:
    return {
        "text": found[0].strip(),
        "start": found.start(),
        "end": found.start() + len(found[0].strip()),
        "kelurahan": None,
        "kecamatan": None,
        "city": None,
    }


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    port = parser.parse_args().port
    server = make_server("127.0.0.1", port, create_app(), threaded=True, request_handler=_Quiet)
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: os._exit(0))  # nothing to keep, and nothing to wait for
    print(f"ready {server.server_port}", flush=True)  # noqa: T201 - whoever started it reads this
    server.serve_forever(0.05)


if __name__ == "__main__":
    main()

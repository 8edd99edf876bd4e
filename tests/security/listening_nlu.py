"""The NLU's stand-in, which writes down every text that it is shown.

``python -m tests.security.listening_nlu FILE`` prints ``ready PORT``; each line of FILE is a text as JSON.
"""

import json
import os
import signal
import sys
from pathlib import Path

from flask import request
from werkzeug.serving import make_server

from tests.standins import nlu_table
from tests.support.serving import _Quiet


def main(file: Path) -> None:
    app = nlu_table.create_app()

    @app.before_request
    def listen() -> None:
        if request.method == "POST":
            with file.open("a") as out:
                out.writelines(f"{json.dumps(text)}\n" for text in request.get_json()["texts"])

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: os._exit(0))
    print(f"ready {server.server_port}", flush=True)  # noqa: T201 - whoever started it reads this
    server.serve_forever(0.05)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

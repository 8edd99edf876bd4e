"""An S3-compatible store in memory: moto's server as a process of its own. Prints ``ready PORT``."""

import argparse
import signal

from moto.server import ThreadedMotoServer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    server = ThreadedMotoServer(ip_address=parser.parse_args().host, port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    print(f"ready {port}", flush=True)  # noqa: T201 - whoever started it reads this
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    server.stop()


if __name__ == "__main__":
    main()

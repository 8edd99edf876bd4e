"""A wire that a test can pull: a TCP relay on loopback in front of a server.

    with Relay() as relay:              # relay.port is told to the one side,
        relay.target = server.port      # the other side may come later
        relay.refuses()                 # nobody listens
        relay.hangs()                   # connections are taken, and nothing is ever heard
        relay.falls_silent()            # the same, and what is open stays so
        relay.carries()                 # as if it were not there

What is open when any other of these begins is cut off.
"""

import selectors
import socket
import struct
import threading
from contextlib import suppress
from typing import Self

CARRIES, REFUSES, HANGS = "carries", "refuses", "hangs"
BLOCK = 1 << 16
LOOK_EVERY_S = 0.05
RESET = struct.pack("ii", 1, 0)


class Relay:
    """One port in front of another, both on loopback. Nothing is listened to until ``carries`` or ``hangs``."""

    def __init__(self, target: int = 0) -> None:
        self.target = target
        self._state = CARRIES
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._over, self._flows = threading.Event(), threading.Event()
        self._flows.set()
        self._listener: socket.socket | None = _listener(0)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, name="relay", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def carries(self) -> None:
        self._become(CARRIES)

    def refuses(self) -> None:
        self._become(REFUSES)

    def hangs(self) -> None:
        self._become(HANGS)

    def falls_silent(self) -> None:
        with self._lock:
            self._state = HANGS
        self._flows.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._become(REFUSES)

    def _become(self, state: str) -> None:
        with self._lock:
            self._state = state
            if state == REFUSES and self._listener:
                self._listener.close()
                self._listener = None
            elif state != REFUSES and self._listener is None:
                self._listener = _listener(self.port)
            cut, self._open = self._open, set()
        for connection in cut:
            _cut(connection)
        self._flows.set()

    def _accept(self) -> None:
        while not self._over.wait(0):
            with self._lock:
                listener = self._listener
            if listener is None:
                self._over.wait(LOOK_EVERY_S)
                continue
            with suppress(OSError):  # it was closed meanwhile, or nobody came
                connection, _ = listener.accept()
                self._take(connection)

    def _take(self, connection: socket.socket) -> None:
        with self._lock:
            state = self._state
            self._open.add(connection)
        if state == CARRIES:
            threading.Thread(target=self._carry, args=(connection,), daemon=True).start()

    def _carry(self, here: socket.socket) -> None:
        try:
            there = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            self._end(here)
            return
        with self._lock:
            self._open.add(there)
        with suppress(OSError, ValueError):
            _pass_on(here, there, self._flows)
        self._end(here)
        self._end(there)

    def _end(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)  # what was said is still heard
        connection.close()


def _listener(port: int) -> socket.socket:
    listener = socket.create_server(("127.0.0.1", port), backlog=256)
    listener.settimeout(LOOK_EVERY_S)
    return listener


def _pass_on(here: socket.socket, there: socket.socket, flows: threading.Event) -> None:
    """While it ``flows``, until one of them has said all it had to say."""
    with selectors.DefaultSelector() as selector:
        for one, other in ((here, there), (there, here)):
            one.setblocking(True)
            selector.register(one, selectors.EVENT_READ, other)
        while True:
            for key, _ in selector.select():
                assert isinstance(key.fileobj, socket.socket)
                block = key.fileobj.recv(BLOCK)
                if not block:
                    return
                flows.wait()
                key.data.sendall(block)


def _cut(connection: socket.socket) -> None:
    """At once, whatever is under way."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.shutdown(socket.SHUT_RDWR)  # whoever waits on it wakes up
    connection.close()

"""The web server's way with slow clients: a thread is given to a request that is there, not to one that may come.

gunicorn's threads read what a client sends, and wait for it: sixteen clients that send a byte a second take all
threads of two processes, and Twilio's webhooks time out. Here the one loop that waits for connections anyway looks
at what has arrived (``MSG_PEEK``), and passes a connection on when a whole request lies in the kernel's buffer.
What must be read while it arrives (a photo of an agency; a client that asks with ``Expect`` first, or sends chunks
and no length) gets half of the threads at most, so that it never keeps a webhook out.

``gunicorn --worker-class scheduler.whole_requests.PatientWorker``
"""

import re
import socket
import struct
import time
from collections import deque
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ

from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

# A webhook has some kilobytes; a form of the console without a file as well.
HELD_BACK = 64 * 1024
WHOLE_WITHIN_S = 10.0
# Of one wait of a thread for a client, in either direction, once a request is on its way.
STALLED_AFTER = struct.pack("ll", 5, 0)
END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,18})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
HAS_BODY = re.compile(rb"^(content-length|transfer-encoding):", re.IGNORECASE | re.MULTILINE)
EXPECTS = re.compile(rb"^expect:[ \t]*100-continue", re.IGNORECASE | re.MULTILINE)


def is_whole(arrived: bytes) -> bool:
    """Whether ``arrived`` has a request from its first byte to its last. Never where its length is not told: what
    looks like the last chunk may stand within one.
    """
    head, end, body = arrived.partition(END_OF_HEAD)
    length = _length(head)
    return bool(end) and length is not None and len(body) >= length


def must_be_read(arrived: bytes) -> bool:
    """Whether no more of a request will arrive before somebody reads it, or nobody else knows when it is over."""
    head, end, _ = arrived.partition(END_OF_HEAD)
    return len(arrived) >= HELD_BACK or (bool(end) and (_length(head) is None or EXPECTS.search(head) is not None))


def _length(head: bytes) -> int | None:
    """How many bytes follow ``head``; None where it does not tell so in a number of a sensible size."""
    if length := LENGTH.search(head + b"\r"):
        return int(length[1])
    return None if HAS_BODY.search(head) else 0


class Connection(TConn):  # type: ignore[misc]
    """``seen``: how many bytes have arrived that nobody has read; ``is_long``: it is passed on before it is
    whole.
    """

    seen = 0
    is_long = False


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Waits for whole requests outside of its threads. All but ``handle`` runs in the one loop."""

    def init_process(self) -> None:
        """Begin; ``queue``: connections for which there is no thread among those for long requests."""
        self.long, self.queue = 0, deque[Connection]()
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, and give it to nobody yet."""
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            client.setsockopt(socket.SOL_SOCKET, option, STALLED_AFTER)
        self.nr_conns += 1
        self._await(Connection(self.cfg, client, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """The next request on a connection that was kept has begun."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await(conn)

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """More has arrived: pass it on, or wait for still more."""
        arrived = _peek(client)
        if len(arrived) <= conn.seen:  # it has come to an end in the middle
            self._drop(conn)
        elif is_whole(arrived):
            self._pass_on(conn)
        elif not must_be_read(arrived):
            conn.seen = len(arrived)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, conn.seen + 1)
        elif self.long < self.cfg.threads // 2:
            self.long, conn.is_long = self.long + 1, True
            self._pass_on(conn)
        else:
            self.poller.unregister(client)
            self.queue.append(conn)

    def finish_request(self, conn: Connection, fs: "Future[object]") -> None:
        """A long request that has come to an end makes room for another."""
        if conn.is_long:
            self.long, conn.is_long = self.long - 1, False
            self._call_next()
        super().finish_request(conn, fs)

    def _call_next(self) -> None:
        while self.queue:
            conn = self.queue.popleft()
            if conn in self.pending_conns:  # else it has waited too long, and is closed
                self._watch(conn)
                return

    def _await(self, conn: Connection) -> None:
        """``murder_pending`` closes what takes longer."""
        conn.seen, conn.timeout = 0, time.monotonic() + WHOLE_WITHIN_S
        self.pending_conns.append(conn)
        self._watch(conn)

    def _watch(self, conn: Connection) -> None:
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _pass_on(self, conn: Connection) -> None:
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        super().on_pending_socket_readable(conn, conn.sock)

    def _drop(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)
        self.nr_conns -= 1
        conn.close()


def _peek(client: socket.socket) -> bytes:
    try:
        return client.recv(HELD_BACK, socket.MSG_PEEK)
    except OSError:
        return b""

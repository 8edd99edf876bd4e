"""Just enough HTTP/1.1 for the two ends of a measurement: both share the processors with what is measured."""

import re

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
END, LAST_CHUNK = b"\r\n\r\n", b"0\r\n\r\n"


class Reader:
    """Cuts what arrives on a connection into messages: requests or responses, each its head and its body."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def is_empty(self) -> bool:
        return not self._held

    def feed(self, data: bytes) -> None:
        self._held += data

    def next(self) -> tuple[bytes, bytes] | None:
        """The next whole message; None until there is one. A chunked body stays in its chunks."""
        end = self._held.find(END)
        if end < 0:
            return None
        head, start = bytes(self._held[:end]), end + len(END)
        stop = self._end_of_body(head, start)
        if stop is None or len(self._held) < stop:
            return None
        body = bytes(self._held[start:stop])
        del self._held[:stop]
        return head, body

    def _end_of_body(self, head: bytes, start: int) -> int | None:
        if CHUNKED.search(head):
            found = self._held.find(LAST_CHUNK, start)
            return found + len(LAST_CHUNK) if found >= 0 else None
        length = LENGTH.search(head)
        return start + int(length[1]) if length else start


def status_of(head: bytes) -> int:
    """The status code in the head of a response."""
    return int(head[9:12])


def request(method: str, host: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A whole request as bytes."""
    lines = {"Host": host, **headers, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def response(status: int, body: bytes, kind: str = "application/json", **headers: str) -> bytes:
    """A whole response as bytes."""
    lines = {"Content-Type": kind, "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body

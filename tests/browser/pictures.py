"""Small pictures made on the spot, and large ones made small enough for a README."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS, FREQUENT, UNLIKE = 256, 176, 9
Colour = Bucket = tuple[int, int, int]


def png(width: int, height: int, colour: Colour) -> bytes:
    """A picture of one colour."""
    rows = (b"\x00" + bytes(colour) * width) * height
    return _png(width, height, 2, [(b"IDAT", zlib.compress(rows))])


def with_palette(picture: bytes) -> bytes:
    """A browser's screenshot with its most frequent colours only: a third of the size, and hardly to be told."""
    width, height, rows = _decoded(picture)
    pixels = [[row[x : x + 3] for x in range(0, len(row), 3)] for row in rows]
    palette = _palette(Counter(pixel for row in pixels for pixel in row))
    places = {colour: n for n, colour in enumerate(dict.fromkeys(palette.values()))}
    lines = (b"\x00" + bytes(places[palette[_bucket(pixel)]] for pixel in row) for row in pixels)
    data = zlib.compress(b"".join(lines), 9)
    return _png(width, height, 3, [(b"PLTE", b"".join(places)), (b"IDAT", data)])


def _palette(counts: "Counter[bytes]") -> dict[Bucket, bytes]:
    """The colour that stands for each bucket of similar ones: its own most frequent, or that of a near bucket."""
    buckets: dict[Bucket, Counter[bytes]] = {}
    for colour, count in counts.items():
        buckets.setdefault(_bucket(colour), Counter())[colour] = count
    by_size = sorted(buckets, key=lambda bucket: -buckets[bucket].total())
    chosen = _chosen(by_size)
    return {bucket: buckets[_nearest(bucket, chosen)].most_common(1)[0][0] for bucket in by_size}


def _chosen(by_size: list[Bucket]) -> list[Bucket]:
    """The largest buckets, and then those that are like none of them, such as the blue of a tick."""
    chosen = by_size[:FREQUENT]
    for bucket in by_size[FREQUENT:]:
        if len(chosen) < COLOURS and _distance(bucket, _nearest(bucket, chosen)) >= UNLIKE:
            chosen.append(bucket)
    return chosen


def _bucket(colour: bytes) -> Bucket:
    return colour[0] >> 3, colour[1] >> 3, colour[2] >> 3


def _nearest(bucket: Bucket, chosen: list[Bucket]) -> Bucket:
    return min(chosen, key=lambda other: _distance(bucket, other))


def _distance(one: Bucket, other: Bucket) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2


def _decoded(picture: bytes) -> tuple[int, int, Iterator[bytes]]:
    """Width, height and rows of 8-bit RGB, which is what Chromium takes its screenshots in."""
    width, height, depth, kind = struct.unpack(">IIBB", picture[16:26])
    assert (depth, kind) == (8, 2), "This is no screenshot in 8-bit RGB."
    data = zlib.decompress(b"".join(content for name, content in _chunks(picture) if name == b"IDAT"))
    return width, height, _unfiltered(data, 3 * width)


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    start = len(SIGNATURE)
    while start < len(picture):
        (length,) = struct.unpack(">I", picture[start : start + 4])
        yield picture[start + 4 : start + 8], picture[start + 8 : start + 8 + length]
        start += 12 + length


def _unfiltered(data: bytes, length: int) -> Iterator[bytes]:
    above = bytearray(length)
    for start in range(0, len(data), length + 1):
        line = bytearray(data[start + 1 : start + 1 + length])
        _undo(data[start], line, above)
        yield bytes(line)
        above = line


def _undo(kind: int, line: bytearray, above: bytearray) -> None:
    """PNG's five filters, three bytes a pixel."""
    if kind == 0:
        return
    for n in range(len(line)):
        left, over, corner = (line[n - 3], above[n], above[n - 3]) if n >= 3 else (0, above[n], 0)
        guess = {1: left, 2: over, 3: (left + over) // 2}.get(kind)
        line[n] = (line[n] + (_paeth(left, over, corner) if guess is None else guess)) & 255


def _paeth(left: int, over: int, corner: int) -> int:
    guess = left + over - corner
    return min((left, over, corner), key=lambda value: abs(guess - value))


def _png(width: int, height: int, kind: int, chunks: list[tuple[bytes, bytes]]) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IEND", b"")]
    return SIGNATURE + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

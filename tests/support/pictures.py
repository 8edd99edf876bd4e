"""Photos as phones send them, with what EXIF tells, and files that are none."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

VOICE = b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead\x01\x01" + bytes(200)
PDF = b"%PDF-1.7\n%nothing\n"
VCARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Warga\r\nEND:VCARD\r\n"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(100)
HTML = b"<!doctype html><script>alert(1)</script>"
SECRET = "Kamera Sari"


def jpeg(size: tuple[int, int] = (64, 48), exif: Image.Exif | None = None, form: str = "JPEG") -> bytes:
    """Left half red, right half blue, with a mark at the top left."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    image.paste("white", (0, 0, size[0] // 8, size[1] // 8))
    return saved(image, form, **({"exif": exif} if exif else {}))


def saved(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def exif(
    place: tuple[Any, Any, Any, Any] | None = None, taken: str = "", offset: str = "", orientation: int = 1
) -> Image.Exif:
    """``place``: latitude, its letter, longitude, its letter; the angles as degrees, minutes, seconds."""
    made = Image.Exif()
    made[Base.Orientation] = orientation
    made[Base.Model] = SECRET
    if taken:
        details = made.get_ifd(IFD.Exif)
        details[Base.DateTimeOriginal] = taken
        if offset:
            details[Base.OffsetTimeOriginal] = offset
    if place:
        gps = made.get_ifd(IFD.GPSInfo)
        gps[GPS.GPSLatitude], gps[GPS.GPSLatitudeRef] = place[0], place[1]
        gps[GPS.GPSLongitude], gps[GPS.GPSLongitudeRef] = place[2], place[3]
    return made


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says it is this large."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + bytes((width + 7) // 8)) * min(height, 100), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

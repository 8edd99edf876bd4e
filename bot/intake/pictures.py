"""A photo as it may be kept: read in full within limits, its EXIF place and time taken out, then made anew."""

import threading
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from io import BytesIO
from typing import Any

import dhash
import structlog
from PIL import Image, ImageOps
from PIL.ExifTags import GPS, IFD, Base

from bot.intake.file_types import UnusableFileError

log = structlog.get_logger()

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 4096
SMALL_SIDE = 480
HASH_SIDE = 8
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
KEPT_AS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
EARLIEST_YEAR = 1990
# A photo of that size takes some hundred megabytes while it is read.
_one_at_a_time = threading.Lock()

# Pillow warns of a few pixels too many and raises at twice as many; here both end the reading.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Told:
    """What EXIF said: degrees, and when the photo was taken; None for what is missing or makes no sense."""

    latitude: float | None = None
    longitude: float | None = None
    taken_at: datetime | None = None


@dataclass(frozen=True)
class Picture:
    """Nothing but pixels. ``small`` is a JPEG for lists; ``perceptual_hash`` has 32 hex digits."""

    content: bytes
    content_type: str
    width: int
    height: int
    small: bytes
    perceptual_hash: str
    told: Told


def read_picture(content: bytes, content_type: str, zone: tzinfo) -> Picture:
    """The photo in ``content``, turned upright. ``zone`` is where its clock is taken to stand when it tells none.

    UnusableFileError for one that is damaged or has too many pixels.
    """
    try:
        with _one_at_a_time:
            return _made_anew(content, FORMATS[content_type], zone)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnusableFileError("pixels") from None
    except (UnusableFileError, MemoryError):
        raise
    except Exception as error:  # decoders of hostile files fail in every way
        log.info("picture_damaged", content_type=content_type, error=type(error).__name__)
        raise UnusableFileError("damaged") from None


def _made_anew(content: bytes, form: str, zone: tzinfo) -> Picture:
    opened = Image.open(BytesIO(content), formats=(form,))
    if opened.width * opened.height > MOST_PIXELS:
        raise UnusableFileError("pixels")
    opened.load()  # decoded to the last pixel: only then is it known that nothing is missing
    told = _told(opened, zone)
    image = _upright(opened)
    kept, kept_type = _encoded(image, "PNG" if form == "GIF" else form)
    return Picture(kept, kept_type, *image.size, _small(image), _hash(image), told)


def _upright(image: Image.Image) -> Image.Image:
    """The first frame in plain colours, as its EXIF says that it should be held, no larger than we keep."""
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    image = image.convert("RGBA" if has_alpha else "RGB")
    try:
        image = ImageOps.exif_transpose(image)
    except Exception as error:  # a broken EXIF block is no reason to lose the photo
        log.info("orientation_unreadable", error=type(error).__name__)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return image


def _encoded(image: Image.Image, form: str) -> tuple[bytes, str]:
    out = BytesIO()
    plain = _flat(image) if form == "JPEG" else _bare(image)
    plain.save(out, form, **({} if form == "PNG" else {"quality": 88}))
    return out.getvalue(), KEPT_AS[form]


def _small(image: Image.Image) -> bytes:
    small = _flat(image)
    small.thumbnail((SMALL_SIDE, SMALL_SIDE))
    out = BytesIO()
    small.save(out, "JPEG", quality=80)
    return out.getvalue()


def _hash(image: Image.Image) -> str:
    """The difference hash: photos that look alike differ in few bits."""
    side = HASH_SIDE + 1
    grays = _flat(image).convert("L").resize((side, side), Image.Resampling.LANCZOS)
    row, column = dhash.dhash_row_col(list(grays.tobytes()), size=HASH_SIDE)
    return str(dhash.format_hex(row, column, size=HASH_SIDE))


def _flat(image: Image.Image) -> Image.Image:
    """A copy without transparency, on white, and without anything else that the image carried along."""
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return flat


def _bare(image: Image.Image) -> Image.Image:
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def _told(image: Image.Image, zone: tzinfo) -> Told:
    """EXIF is the phone's to write, well or badly: what cannot be read was not said."""
    try:
        exif = image.getexif()
        details, place = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
    except Exception as error:  # as for decoders
        log.info("exif_unreadable", error=type(error).__name__)
        return Told()
    latitude, longitude = _place(place)
    return Told(latitude, longitude, _time(details, place, zone))


def _place(place: dict[int, Any]) -> tuple[float, float] | tuple[None, None]:
    try:
        latitude = _degrees(place[GPS.GPSLatitude], place.get(GPS.GPSLatitudeRef, "N"), "S")
        longitude = _degrees(place[GPS.GPSLongitude], place.get(GPS.GPSLongitudeRef, "E"), "W")
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None, None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180) or latitude == longitude == 0:
        return None, None
    return latitude, longitude


def _degrees(parts: Any, reference: object, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = round(degrees + minutes / 60 + seconds / 3600, 7)
    return -value if str(reference).upper().startswith(negative) else value


def _time(details: dict[int, Any], place: dict[int, Any], zone: tzinfo) -> datetime | None:
    """The clock with its own zone where it names one; else the satellites' time; else the clock of here."""
    try:
        local = datetime.strptime(str(details[Base.DateTimeOriginal]), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        own = _offset(details.get(Base.OffsetTimeOriginal))
        taken = _satellite_time(place) if own is None else None
        taken = taken or local.replace(tzinfo=own or zone).astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        taken = _satellite_time(place)
    return taken if taken and taken.year >= EARLIEST_YEAR else None


def _satellite_time(place: dict[int, Any]) -> datetime | None:
    try:
        day = datetime.strptime(str(place[GPS.GPSDateStamp]), "%Y:%m:%d").replace(tzinfo=UTC)
        hours, minutes, seconds = (float(part) for part in place[GPS.GPSTimeStamp])
        return day + timedelta(hours=hours, minutes=minutes, seconds=int(seconds))
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None


def _offset(text: object) -> tzinfo | None:
    try:
        sign, hours, minutes = str(text)[0], int(str(text)[1:3]), int(str(text)[4:6])
        return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1))
    except (ValueError, IndexError):
        return None

"""Photos for small screens and slow networks, made when asked for, from what is kept without its secrets."""

from io import BytesIO

from PIL import Image, ImageOps

THUMBNAIL = (320, 240)
SIDE = 1024
BACKGROUND = "white"


def thumbnail(content: bytes) -> bytes:
    """A JPEG of exactly :data:`THUMBNAIL`, cut at the edges that stand over."""
    return _jpeg(ImageOps.fit(_opened(content, (THUMBNAIL[0] * 2, THUMBNAIL[1] * 2)), THUMBNAIL), 68)


def shrunk(content: bytes) -> bytes:
    """A JPEG whose longer side has :data:`SIDE` pixels at most."""
    image = _opened(content, (SIDE, SIDE))
    image.thumbnail((SIDE, SIDE))
    return _jpeg(image, 75)


def _opened(content: bytes, wanted: tuple[int, int]) -> Image.Image:
    image: Image.Image = Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
    image.draft("RGB", wanted)  # a JPEG is decoded no larger than needed
    flat = Image.new("RGB", image.size, BACKGROUND)
    seen = image.convert("RGBA")
    flat.paste(seen, mask=seen.getchannel("A"))
    return flat


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()

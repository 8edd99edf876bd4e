"""Photos that show something, so that those of different scenes look different and copies of one alike."""

import random
from io import BytesIO

from PIL import Image

from tests.support.pictures import exif, saved

CELLS = 12


def scene(
    seed: int, *, size: tuple[int, int] = (480, 360), taken: str = "", place: tuple[float, float] | None = None
) -> bytes:
    """A JPEG of the scene ``seed``. ``taken`` as EXIF has it, with the zone +07:00; ``place``: degrees."""
    dice = random.Random(seed)
    grays = Image.frombytes("L", (CELLS, CELLS), bytes(dice.randrange(20, 235) for _ in range(CELLS * CELLS)))
    image = grays.resize(size, Image.Resampling.BICUBIC).convert("RGB")
    where = (_angle(place[0]), "S" if place[0] < 0 else "N", _angle(place[1]), "E") if place else None
    told = exif(where, taken, "+07:00") if taken or where else None
    return saved(image, quality=92, **({"exif": told} if told else {}))


def retouched(photo: bytes) -> bytes:
    """The same photo, made smaller and saved anew, as it comes out of a chat."""
    image = Image.open(BytesIO(photo))
    return saved(image.resize((image.width * 2 // 3, image.height * 2 // 3)), quality=60)


def _angle(degrees: float) -> tuple[float, float, float]:
    whole = abs(degrees)
    minutes = (whole % 1) * 60
    return float(int(whole)), float(int(minutes)), (minutes % 1) * 60

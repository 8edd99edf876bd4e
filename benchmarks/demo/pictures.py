"""Photos that nobody took: a street, a hole or a heap in it, drawn with a few strokes."""

import io
from random import Random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (640, 480)
WALLS = ((190, 160, 130), (205, 200, 190), (150, 120, 110), (120, 150, 120))


def street(seed: str) -> bytes:
    """A JPEG, another one for each ``seed``."""
    random = Random(seed)
    picture = Image.new("RGB", SIZE, _shade(random, (150, 185, 215)))
    draw = ImageDraw.Draw(picture)
    _houses(draw, random)
    draw.polygon([(0, 480), (640, 480), (420, 250), (230, 250)], fill=_shade(random, (95, 95, 98)))
    for _ in range(random.randint(2, 6)):
        _spot(draw, random)
    out = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1.2)).save(out, "JPEG", quality=80)
    return out.getvalue()


def _houses(draw: ImageDraw.ImageDraw, random: Random) -> None:
    left = -40
    while left < SIZE[0]:
        width, height = random.randint(70, 150), random.randint(70, 190)
        colour = _shade(
            random, random.choice(((190, 160, 130), (205, 200, 190), (150, 120, 110), (120, 150, 120)))
        )
        draw.rectangle((left, 270 - height, left + width, 290), fill=colour)
        for window in range(left + 12, left + width - 20, 34):
            draw.rectangle((window, 285 - height, window + 16, 305 - height), fill=_shade(random, (70, 85, 95)))
        left += width + random.randint(0, 25)


def _spot(draw: ImageDraw.ImageDraw, random: Random) -> None:
    """A hole, a puddle or a heap."""
    x, y, size = random.randint(150, 480), random.randint(310, 450), random.randint(15, 70)
    colour = random.choice(((45, 42, 40), (110, 125, 130), (120, 95, 60)))
    draw.ellipse((x - size, y - size // 3, x + size, y + size // 3), fill=_shade(random, colour))


def _shade(random: Random, colour: tuple[int, int, int]) -> tuple[int, ...]:
    return tuple(max(0, min(255, part + random.randint(-18, 18))) for part in colour)

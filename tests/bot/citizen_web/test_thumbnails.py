"""Photos as small as their readers need them."""

from io import BytesIO

import pytest
from PIL import Image

from bot.citizen_web.thumbnails import SIDE, THUMBNAIL, shrunk, thumbnail
from tests.support.pictures import exif, jpeg, saved


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content), formats=("JPEG",))


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (64, 48), (1, 1), (4000, 3)])
def test_whatever_its_shape_it_fits_its_frame_and_is_light(size: tuple[int, int]) -> None:
    small = thumbnail(jpeg(size))
    assert opened(small).size == THUMBNAIL
    assert len(small) < 20_000


@pytest.mark.parametrize(("size", "most"), [((4000, 3000), (1024, 768)), ((64, 48), (64, 48))])
def test_the_large_one_is_no_larger_than_a_screen(size: tuple[int, int], most: tuple[int, int]) -> None:
    assert opened(shrunk(jpeg(size))).size == most
    assert most[0] == SIDE or size == most


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_is_transparent_stands_on_white(form: str) -> None:
    clear = saved(Image.new("RGBA", (400, 300), (0, 0, 0, 0)), form)
    assert opened(thumbnail(clear)).getpixel((10, 10)) == (255, 255, 255)


def test_nothing_of_the_camera_goes_along() -> None:
    assert not opened(shrunk(jpeg((640, 480), exif(taken="2026:11:20 10:00:00")))).getexif()

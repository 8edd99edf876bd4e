"""Photos are read within limits, told what they know, and made anew without it."""

from datetime import timedelta, timezone
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import Base

from bot.intake.file_types import UnusableFileError
from bot.intake.pictures import LONGEST_SIDE, SMALL_SIDE, Picture, read_picture
from tests.support.clock import at
from tests.support.pictures import SECRET, bomb, exif, jpeg, saved

JAKARTA = timezone(timedelta(hours=7))
MONAS = ((6.0, 10.0, 31.44), "S", (106.0, 49.0, 37.6), "E")
ICC = b"a profile that names its maker" * 4


def read(content: bytes, content_type: str = "image/jpeg") -> Picture:
    return read_picture(content, content_type, JAKARTA)


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def test_place_and_time_are_read_and_taken_out() -> None:
    photo = read(jpeg(exif=exif(MONAS, "2026:11:23 07:30:00", "+07:00")))
    assert photo.told.latitude == pytest.approx(-6.1754, abs=1e-4)
    assert photo.told.longitude == pytest.approx(106.8271, abs=1e-4)
    assert photo.told.taken_at == at("2026-11-23T00:30+00:00")
    for kept in (photo.content, photo.small):
        assert b"Exif" not in kept
        assert SECRET.encode() not in kept
        assert dict(opened(kept).getexif()) == {}


@pytest.mark.parametrize("form", ["PNG", "WEBP", "JPEG"])
def test_nothing_else_that_a_file_carries_along_stays(form: str) -> None:
    image = Image.new("RGB", (20, 20), "green")
    content = saved(image, form, exif=exif(MONAS), icc_profile=ICC)
    photo = read(content, f"image/{form.lower()}")
    assert (photo.content_type, photo.told.latitude is not None) == (f"image/{form.lower()}", True)
    assert ICC[:30] not in photo.content
    assert opened(photo.content).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop",
                                                 "background", "timestamp", "duration"}  # fmt: skip


def test_comments_of_a_jpeg_and_texts_of_a_png_are_gone() -> None:
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Author", SECRET)
    assert SECRET.encode() not in read(saved(Image.new("L", (9, 9)), "PNG", pnginfo=texts), "image/png").content
    assert SECRET.encode() not in read(saved(Image.new("L", (9, 9)), comment=SECRET.encode())).content


def test_a_photo_is_turned_as_its_phone_was_held() -> None:
    photo = read(jpeg((64, 48), exif(orientation=6)))
    assert (photo.width, photo.height) == (48, 64)
    top, bottom = (opened(photo.content).convert("RGB").getpixel((24, y)) for y in (10, 60))
    assert is_red(top)
    assert not is_red(bottom)


def is_red(pixel: Any) -> bool:
    return bool(pixel[0] > 200 and pixel[2] < 60)


def test_a_gif_becomes_a_png_of_its_first_frame() -> None:
    frames = [Image.new("P", (30, 20), n) for n in range(3)]
    photo = read(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), "image/gif")
    assert (photo.content_type, photo.width, photo.height) == ("image/png", 30, 20)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_colour_can_be_read(mode: str) -> None:
    assert read(saved(Image.new(mode, (20, 10)), "PNG"), "image/png").width == 20


def test_print_colours_can_be_read() -> None:
    assert read(saved(Image.new("CMYK", (20, 10)))).content_type == "image/jpeg"


def test_large_photos_are_kept_smaller_and_have_a_small_version() -> None:
    photo = read(jpeg((LONGEST_SIDE + 904, 500)))
    assert photo.width == LONGEST_SIDE
    assert opened(photo.small).size[0] == SMALL_SIDE


@pytest.mark.parametrize("size", [(30_000, 30_000), (9_000, 9_000), (50_000_000, 1), (8_000, 5_001)])
def test_a_decompression_bomb_is_refused_before_it_goes_off(size: tuple[int, int]) -> None:
    content = bomb(*size)
    assert len(content) < 100_000
    with pytest.raises(UnusableFileError, match="pixels"):
        read(content, "image/png")


@pytest.mark.parametrize("share", [0.05, 0.5, 0.97])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_truncated_photo_is_refused(form: str, share: float) -> None:
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    content = saved(noise, form)
    with pytest.raises(UnusableFileError, match="damaged"):
        read(content[: int(len(content) * share)], f"image/{form.lower()}")


def test_a_photo_that_is_another_format_inside_is_refused() -> None:
    with pytest.raises(UnusableFileError, match="damaged"):
        read(jpeg(form="PNG"))


@pytest.mark.parametrize(
    ("place", "found"),
    [
        (((35.0, 40.0, 34.0), "N", (139.0, 39.0, 1.0), "E"), (35.6761, 139.6503)),  # Tokyo: kept as what it is
        (((0.0, 0.0, 0.0), "N", (0.0, 0.0, 0.0), "E"), (None, None)),
        (((95.0, 0.0, 0.0), "N", (0.0, 0.0, 1.0), "E"), (None, None)),
        (((1.0, 0.0), "N", (2.0, 0.0, 0.0), "E"), (None, None)),
        (((1.0, 0.0, 0.0), "N", (200.0, 0.0, 0.0), "W"), (None, None)),
    ],
)
def test_places(place: tuple[Any, Any, Any, Any], found: tuple[Any, Any]) -> None:
    told = read(jpeg(exif=exif(place))).told
    if found[0] is None:
        assert (told.latitude, told.longitude) == found
    else:
        assert (told.latitude, told.longitude) == pytest.approx(found, abs=1e-3)


@pytest.mark.parametrize(
    ("taken", "offset", "at_utc"),
    [
        ("2026:11:23 07:30:00", "", "2026-11-23T00:30+00:00"),  # a clock without a zone is one of here
        ("2026:11:23 07:30:00", "+09:00", "2026-11-22T22:30+00:00"),
        ("2026:11:23 07:30:00", "soon", "2026-11-23T00:30+00:00"),
        ("0000:00:00 00:00:00", "", None),
        ("1970:01:01 00:00:00", "", None),
        ("yesterday", "", None),
        ("0001:01:01 00:00:00", "+23:59", None),
    ],
)
def test_times(taken: str, offset: str, at_utc: str | None) -> None:
    told = read(jpeg(exif=exif(taken=taken, offset=offset))).told
    assert told.taken_at == (at(at_utc) if at_utc else None)


def test_a_broken_exif_block_costs_the_photo_nothing() -> None:
    content = jpeg(exif=exif(MONAS))
    start = content.index(b"Exif\x00\x00") + 6
    photo = read(content[:start] + b"\xff" * 40 + content[start + 40 :])
    assert (photo.width, photo.told.latitude) == (64, None)


def test_photos_that_look_alike_have_hashes_that_are_alike() -> None:
    gradient = Image.linear_gradient("L").convert("RGB")
    first, again = read(saved(gradient)), read(saved(gradient.resize((90, 90)), "PNG"), "image/png")
    other = read(saved(gradient.rotate(90)))
    assert len(first.perceptual_hash) == 32
    assert bits(first, again) <= 6
    assert bits(first, other) > 30


def bits(one: Picture, other: Picture) -> int:
    return (int(one.perceptual_hash, 16) ^ int(other.perceptual_hash, 16)).bit_count()


def test_the_model_of_the_camera_is_in_what_the_tests_make() -> None:
    """Else what is said above about taking it out would say nothing."""
    assert opened(jpeg(exif=exif(MONAS))).getexif()[Base.Model] == SECRET

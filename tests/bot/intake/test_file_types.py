"""Files are known by their content, messages by what they claim."""

import pytest

from bot.intake.file_types import UnusableFileError, kind_of_type, kinds_of, type_of
from bot.messages import Content, Media
from tests.support.pictures import HTML, MP4, PDF, VCARD, VOICE, jpeg

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "
VIDEO_IN_OGG = b"OggS\x00\x02" + bytes(22) + b"\x01\x2a\x80theora" + bytes(100)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (jpeg(), "image/jpeg"),
        (jpeg(form="PNG"), "image/png"),
        (jpeg(form="WEBP"), "image/webp"),
        (jpeg(form="GIF"), "image/gif"),
        (VOICE, "audio/ogg"),
        (b"#!AMR\n" + bytes(9), "audio/amr"),
        (b"ID3\x04\x00" + bytes(9), "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + bytes(9), "audio/mpeg"),
        (b"\xff\xf1\x50\x80" + bytes(9), "audio/aac"),
        (MP4, "video/mp4"),
        (MP4.replace(b"mp42", b"M4A ", 1), "audio/mp4"),
        (MP4.replace(b"mp42", b"3gp4", 1), "video/3gpp"),
        (PDF, "application/pdf"),
        (VCARD, "text/vcard"),
        (b"\xef\xbb\xbf" + VCARD, "text/vcard"),
    ],
)
def test_a_file_is_known_by_its_content(content: bytes, content_type: str) -> None:
    assert type_of(content) == content_type


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (HTML, "unknown"),
        (b"PK\x03\x04", "unknown"),
        (b"MZ\x90\x00", "unknown"),
        (WAV, "unknown"),
        (VIDEO_IN_OGG, "unknown"),
        (b"\xff\xff\xff\xff\xff", "unknown"),
        (b"\xff", "unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "unknown"),
        (b"Halo BEGIN:VCARD\r\n", "unknown"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "heic"),
    ],
)
def test_what_is_not_kept_is_refused_with_a_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnusableFileError) as refused:
        type_of(content)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/jpeg", "image"),
        ("audio/ogg; codecs=opus", "voice"),
        ("application/ogg", "voice"),
        ("Video/MP4", "video"),
        ("text/x-vcard", "contact"),
        ("application/pdf", "document"),
        ("", "document"),
        ("nonsense", "document"),
    ],
)
def test_kinds_by_what_is_claimed(content_type: str, kind: str) -> None:
    assert kind_of_type(content_type) == kind
    assert kinds_of(Content(media=(Media("u", content_type),))) == {kind}


def test_a_sticker_comes_without_words() -> None:
    webp = (Media("u", "image/webp"),)
    assert kinds_of(Content(media=webp)) == {"sticker"}
    assert kinds_of(Content(text="ini fotonya", media=webp)) == {"image"}


def test_several_kinds_and_none() -> None:
    both = (Media("u", "audio/ogg"), Media("v", "image/jpeg"), Media("w", "image/png"))
    assert kinds_of(Content(media=both)) == {"voice", "image"}
    assert kinds_of(Content("halo")) == frozenset()

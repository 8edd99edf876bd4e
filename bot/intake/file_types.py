"""What a file is: by its content, whatever its sender calls it; and what a message claims to carry."""

import re
from collections.abc import Mapping

from bot.messages import Content

IMAGE, VOICE, VIDEO, DOCUMENT, CONTACT, STICKER = "image", "voice", "video", "document", "contact", "sticker"
CONTACT_TYPES = frozenset({"text/vcard", "text/x-vcard", "text/directory"})
WEBP = "image/webp"

STARTS: Mapping[bytes, str] = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
    b"#!AMR\n": "audio/amr",
    b"#!AMR-WB\n": "audio/amr-wb",
    b"ID3": "audio/mpeg",
}
# The brand that an ISO media file (MP4 and its relatives) names first.
BRANDS: Mapping[bytes, str] = {
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1"), "video/mp4"),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3g2a"), "video/3gpp"),
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"mif1", b"msf1"), "image/heic"),
}
SOUNDS_IN_OGG = (b"OpusHead", b"\x01vorbis", b"Speex   ")
VCARD = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCARD\r?\n", re.IGNORECASE)


class UnusableFileError(Exception):
    """Nothing that we keep. ``reason`` is a short code, for the row and for the words that people read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def type_of(content: bytes) -> str:
    """The media type of ``content`` as it is recognised; UnusableFileError where it is none that we take."""
    found = next((kind for start, kind in STARTS.items() if content.startswith(start)), None)
    found = found or _in_container(content) or _frames(content)
    if not content:
        raise UnusableFileError("empty")
    if found == "image/heic":
        raise UnusableFileError("heic")
    if found is None:
        raise UnusableFileError("unknown")
    return found


def kind_of_type(content_type: str) -> str:
    """``image``, ``voice``, ``video``, ``contact``, else ``document``."""
    family, _, _ = _bare(content_type).partition("/")
    if _bare(content_type) in CONTACT_TYPES:
        return CONTACT
    if _bare(content_type) == "application/ogg":
        return VOICE
    return {"image": IMAGE, "audio": VOICE, "video": VIDEO}.get(family, DOCUMENT)


def kinds_of(content: Content) -> frozenset[str]:
    """What a message claims to carry: ``image``, ``voice``, ``video``, ``document``, ``contact``, ``sticker``.

    Stickers are WebP, photos that phones send are not; a WebP that comes with words is still taken for a photo.
    """
    return frozenset(_claimed(item.content_type, content.text) for item in content.media)


def _claimed(content_type: str, text: str) -> str:
    return STICKER if _bare(content_type) == WEBP and not text.strip() else kind_of_type(content_type)


def _bare(content_type: str) -> str:
    """Without parameters: ``audio/ogg; codecs=opus`` is ``audio/ogg``."""
    return content_type.partition(";")[0].strip().lower()


def _in_container(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[:4] == b"OggS":
        return "audio/ogg" if any(sign in content[:512] for sign in SOUNDS_IN_OGG) else None
    if content[4:8] == b"ftyp":
        return BRANDS.get(content[8:12])
    return "text/vcard" if VCARD.match(content) else None


def _frames(content: bytes) -> str | None:
    """Sound without a head of its own: AAC (ADTS) and MP3 begin with a frame."""
    if len(content) < 4 or content[0] != 0xFF:
        return None
    if content[1] & 0xF6 == 0xF0:
        return "audio/aac"
    is_mp3 = content[1] & 0xE0 == 0xE0 and content[1] & 0x06 and content[1] & 0x18 != 0x08
    return "audio/mpeg" if is_mp3 and content[2] & 0xF0 not in (0x00, 0xF0) else None

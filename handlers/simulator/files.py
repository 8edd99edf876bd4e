"""Photos that citizens of the simulator send: known by their content, and only the newest few are kept."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from bot.messages import Media
from handlers.simulator.people import UnusableError
from storage.models import SimulatedFile

LARGEST = 2 * 1024 * 1024
KEPT = 20
SCHEME = "simulator:"


@dataclass(frozen=True)
class Upload:
    """A photo that came with a message."""

    id: str
    content_type: str
    content: bytes

    @property
    def media(self) -> Media:
        return Media(f"{SCHEME}{self.id}", self.content_type)


def upload_in(files: Mapping[str, FileStorage]) -> Upload | None:
    """The photo in a request, None where there is none; UnusableError for what is no small photo."""
    sent = files.get("file")
    if sent is None or not sent.filename:
        return None
    content = sent.stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UnusableError("Foto paling besar 2 MB; kecilkan dulu.")
    content_type = type_of(content)
    if content_type is None:
        raise UnusableError("Berkas itu bukan foto JPEG, PNG atau WebP.")
    return Upload(uuid.uuid4().hex, content_type, content)


def type_of(content: bytes) -> str | None:
    """The type by content, whatever the file calls itself."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def keep(session: Session, upload: Upload, now: datetime) -> None:
    """Store it, and forget all but the newest."""
    session.add(
        SimulatedFile(id=upload.id, content_type=upload.content_type, content=upload.content, created_at=now)
    )
    session.flush()
    newest = select(SimulatedFile.id).order_by(SimulatedFile.created_at.desc(), SimulatedFile.id).limit(KEPT)
    session.execute(delete(SimulatedFile).where(SimulatedFile.id.not_in(newest)))


def kept(session: Session) -> frozenset[str]:
    """The ids of the photos that can still be shown."""
    return frozenset(session.scalars(select(SimulatedFile.id)))

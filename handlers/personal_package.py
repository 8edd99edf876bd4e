"""The copy that somebody gets of their data: a ZIP with a page to read, the same as JSON, and their files."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from flask import make_response, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.personal import export
from bot.rulebook import Rulebook
from handlers.edge import Edge
from handlers.phrases import Phrases
from storage.models import Citizen

PAGE, DATA, STYLE, FOLDER, NAME = "data-saya.html", "data-saya.json", "data-saya.css", "berkas/", "data-saya.zip"
Files = Sequence[tuple[str, bytes]]
CSS = Path(__file__).parent / "static" / "copy.css"


def files_for(here: Edge, citizen_id: int) -> Files:
    """What the store keeps of somebody, had before the transaction that the copy is made in."""
    with here.database.read() as session:
        kept = export.kept_files(session, session.get_one(Citizen, citizen_id))
    return export.fetched(here.files, kept)


def package(session: Session, rulebook: Rulebook, citizen: Citizen, kept: Files, now: datetime) -> bytes:
    """The whole file, in the language of the present page; ``kept`` comes from :func:`files_for`."""
    told = export.everything(session, rulebook, citizen, now)
    files = [*kept, *export.proofs_of(session, citizen)]
    page = render_template("personal/copy.html", told=told, say=Phrases(rulebook.city, now), folder=FOLDER)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(PAGE, page)
        archive.writestr(STYLE, CSS.read_text(encoding="utf-8"))
        archive.writestr(DATA, json.dumps(told, ensure_ascii=False, indent=2))
        for name, content in files:
            archive.writestr(f"{FOLDER}{name}", content)
    return packed.getvalue()


def download(content: bytes) -> Response:
    """To be saved, and kept nowhere on the way."""
    response = make_response(content)
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{NAME}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def digest_of(content: bytes) -> str:
    """What was handed out, as its proof."""
    return hashlib.sha256(content).hexdigest()

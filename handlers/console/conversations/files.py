"""What citizens sent along, for whoever may see its ticket or its conversation."""

from flask import request, url_for
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS
from bot.errors import NotFoundError
from handlers.console import sight
from handlers.console.room import BIG_ID, blueprint
from handlers.edge import edge
from handlers.files import GONE, SMALL, Address, file_response
from handlers.guards import seen_by
from storage.models import Conversation, MediaFile
from storage.queries.media import file_of_conversation, file_of_ticket


@blueprint.get(f"/tickets/<number>/file/<{BIG_ID}:file_id>")
@seen_by(*READERS)
def ticket_file(number: str, file_id: int) -> Response:
    """A file that came with a message of this ticket, or its small version."""
    here = edge()
    with here.database.read() as session:
        ticket = sight.open_to_me(session, number)
        found = file_of_ticket(session, ticket.id, file_id)
    sight.note_look_at_file(ticket, f"file {file_id}")
    return file_response(here.files, found, request.args.get("size"))


@blueprint.get(f"/conversations/<{BIG_ID}:conversation_id>/file/<{BIG_ID}:file_id>")
@seen_by(*READERS)
def conversation_file(conversation_id: int, file_id: int) -> Response:
    """A file of this conversation, unless its ticket is sealed: that one is seen through its ticket alone."""
    here = edge()
    with here.database.read() as session:
        found = file_of_conversation(session, conversation_id, file_id)
        talk = session.get(Conversation, conversation_id)
        curtain = sight.curtain_before(session, talk.citizen_id) if talk else sight.OPEN
        if found and curtain.covers(found.message.ticket_id, found.message.received_at):
            raise NotFoundError(GONE)
    return file_response(here.files, found, request.args.get("size"))


def in_ticket(number: str) -> Address:
    """Links to the files of one ticket."""

    def address(file: MediaFile, small: bool) -> str:
        return url_for("console.ticket_file", number=number, file_id=file.id, size=SMALL if small else None)

    return address


def in_conversation(conversation_id: int) -> Address:
    """Links to the files of one conversation."""

    def address(file: MediaFile, small: bool) -> str:
        size = SMALL if small else None
        return url_for("console.conversation_file", conversation_id=conversation_id, file_id=file.id, size=size)

    return address

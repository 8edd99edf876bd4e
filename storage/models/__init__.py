"""The tables, one module a room; importing this package knows them all."""

from storage.models.base import Base
from storage.models.conversations import Citizen, Conversation, InboundMessage, Quarantine
from storage.models.media import MediaFile
from storage.models.outbox import AgencyLink, OutboundMessage
from storage.models.staff import Alarm, CivilServant, LoginFailure, Shift, User
from storage.models.system import Heartbeat, SimulatedFile, SimulatedTime
from storage.models.tickets import Attachment, FollowUp, Handover, Recheck, Ticket, TicketEvent

__all__ = [
    "AgencyLink",
    "Alarm",
    "Attachment",
    "Base",
    "Citizen",
    "CivilServant",
    "Conversation",
    "FollowUp",
    "Handover",
    "Heartbeat",
    "InboundMessage",
    "LoginFailure",
    "MediaFile",
    "OutboundMessage",
    "Quarantine",
    "Recheck",
    "Shift",
    "SimulatedFile",
    "SimulatedTime",
    "Ticket",
    "TicketEvent",
    "User",
]

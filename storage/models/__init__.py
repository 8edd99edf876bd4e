"""The tables, one module a room; importing this package knows them all."""

from storage.models.base import Base
from storage.models.conversations import Citizen, Conversation, InboundMessage, Quarantine
from storage.models.delivery import Announcement, Reconciliation, SenderLease
from storage.models.evidence import Claim, ClaimDraw, PhotoPrint
from storage.models.following import Assignment, Digest, Notice
from storage.models.incidents import Incident
from storage.models.media import MediaFile
from storage.models.outbox import AgencyLink, OutboundMessage
from storage.models.staff import Alarm, CivilServant, LoginFailure, Shift, User
from storage.models.system import Heartbeat, SimulatedFile, SimulatedTime
from storage.models.tickets import Attachment, FollowUp, Handover, Recheck, Ticket, TicketEvent

__all__ = [
    "AgencyLink",
    "Alarm",
    "Announcement",
    "Assignment",
    "Attachment",
    "Base",
    "Citizen",
    "CivilServant",
    "Claim",
    "ClaimDraw",
    "Conversation",
    "Digest",
    "FollowUp",
    "Handover",
    "Heartbeat",
    "InboundMessage",
    "Incident",
    "LoginFailure",
    "MediaFile",
    "Notice",
    "OutboundMessage",
    "PhotoPrint",
    "Quarantine",
    "Recheck",
    "Reconciliation",
    "SenderLease",
    "Shift",
    "SimulatedFile",
    "SimulatedTime",
    "Ticket",
    "TicketEvent",
    "User",
]

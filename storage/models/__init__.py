"""The tables, one module a room; importing this package knows them all."""

from storage.models.audit import AuditEntry
from storage.models.base import Base
from storage.models.conversations import Citizen, Conversation, InboundMessage, Quarantine
from storage.models.delivery import Announcement, Reconciliation, SenderLease
from storage.models.desk import CannedReply, Example, Presence, SavedView, StandingAnswer
from storage.models.evidence import Claim, ClaimDraw, PhotoPrint
from storage.models.figures import CountedDay, FigureCost, Figures, FigureSpan, NightlyExport, WeeklyReport
from storage.models.following import Assignment, Digest, Notice
from storage.models.incidents import Incident
from storage.models.media import MediaFile
from storage.models.outbox import AgencyLink, OutboundMessage
from storage.models.staff import Alarm, CivilServant, LoginFailure, LoginSession, ResetLink, Shift, User
from storage.models.system import Heartbeat, SimulatedFile, SimulatedTime
from storage.models.tickets import Attachment, FollowUp, Handover, Recheck, Ticket, TicketEvent

__all__ = [
    "AgencyLink",
    "Alarm",
    "Announcement",
    "Assignment",
    "Attachment",
    "AuditEntry",
    "Base",
    "CannedReply",
    "Citizen",
    "CivilServant",
    "Claim",
    "ClaimDraw",
    "Conversation",
    "CountedDay",
    "Digest",
    "Example",
    "FigureCost",
    "FigureSpan",
    "Figures",
    "FollowUp",
    "Handover",
    "Heartbeat",
    "InboundMessage",
    "Incident",
    "LoginFailure",
    "LoginSession",
    "MediaFile",
    "NightlyExport",
    "Notice",
    "OutboundMessage",
    "PhotoPrint",
    "Presence",
    "Quarantine",
    "Recheck",
    "Reconciliation",
    "ResetLink",
    "SavedView",
    "SenderLease",
    "Shift",
    "SimulatedFile",
    "SimulatedTime",
    "StandingAnswer",
    "Ticket",
    "TicketEvent",
    "User",
    "WeeklyReport",
]

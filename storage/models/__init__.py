"""The tables, one module a room; importing this package knows them all."""

from storage.models.access import ApiKey, PublicIdKey, RequestToken, Subscription
from storage.models.audit import AuditEntry
from storage.models.base import Base
from storage.models.chains import Anchor, Chain, HistoryCheck
from storage.models.conversations import Citizen, Conversation, InboundMessage, Quarantine
from storage.models.delivery import Announcement, Reconciliation, SenderLease
from storage.models.desk import CannedReply, Example, Presence, SavedView, StandingAnswer
from storage.models.evidence import Claim, ClaimDraw, PhotoPrint
from storage.models.figures import CountedDay, FigureCost, Figures, FigureSpan, NightlyExport, WeeklyReport
from storage.models.following import Assignment, Digest, Notice
from storage.models.incidents import Incident
from storage.models.media import MediaFile
from storage.models.outbox import AgencyLink, OutboundMessage
from storage.models.personal import Consent, Erasure, RightsRequest
from storage.models.retention import RetentionMark
from storage.models.staff import Alarm, CivilServant, LoginFailure, LoginSession, ResetLink, Shift, User
from storage.models.system import Heartbeat, LastBackup, SimulatedFile, SimulatedTime
from storage.models.tickets import Attachment, FollowUp, Handover, Recheck, Ticket, TicketEvent

__all__ = [
    "AgencyLink",
    "Alarm",
    "Anchor",
    "Announcement",
    "ApiKey",
    "Assignment",
    "Attachment",
    "AuditEntry",
    "Base",
    "CannedReply",
    "Chain",
    "Citizen",
    "CivilServant",
    "Claim",
    "ClaimDraw",
    "Consent",
    "Conversation",
    "CountedDay",
    "Digest",
    "Erasure",
    "Example",
    "FigureCost",
    "FigureSpan",
    "Figures",
    "FollowUp",
    "Handover",
    "Heartbeat",
    "HistoryCheck",
    "InboundMessage",
    "Incident",
    "LastBackup",
    "LoginFailure",
    "LoginSession",
    "MediaFile",
    "NightlyExport",
    "Notice",
    "OutboundMessage",
    "PhotoPrint",
    "Presence",
    "PublicIdKey",
    "Quarantine",
    "Recheck",
    "Reconciliation",
    "RequestToken",
    "ResetLink",
    "RetentionMark",
    "RightsRequest",
    "SavedView",
    "SenderLease",
    "Shift",
    "SimulatedFile",
    "SimulatedTime",
    "StandingAnswer",
    "Subscription",
    "Ticket",
    "TicketEvent",
    "User",
    "WeeklyReport",
]

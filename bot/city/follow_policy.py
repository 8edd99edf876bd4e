"""When the system speaks up by itself, as a city writes it down: deadlines, the ladder, and their manners."""

from datetime import time
from typing import Any, Literal

from pydantic import Field, field_validator

from bot.city.deadlines import Span
from bot.city.fields import Email, Part, SpanField, TimeField
from bot.city.ladder import Ladder, Rung

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip


class Deadlines(Part):
    """How long an agency may take, counted from filing. ``red_before``: so long before the last it is red."""

    verify: SpanField
    answer: SpanField
    solve: SpanField
    red_before: SpanField = Span(1, "day")


class OwnDeadlines(Part):
    """What a service does differently; the rest is the city's. ``explain``: say at filing that it takes longer."""

    verify: SpanField | None = None
    answer: SpanField | None = None
    solve: SpanField | None = None
    red_before: SpanField | None = None
    explain: bool = False


def _ladder(*rungs: dict[str, Any]) -> Ladder:
    return tuple(Rung.model_validate(rung) for rung in rungs)


LADDER = _ladder(
    {"when": "4 days after move", "tell": "citizen", "say": "follow_progress"},
    {"when": "at verify", "tell": "agency", "say": "mail_unverified"},
    {"when": "at answer", "tell": "agency", "say": "mail_unanswered"},
    {"when": "1 day before solve", "tell": "agency", "say": "mail_reminder"},
    {"when": "at solve", "tell": "agency", "say": "mail_overdue"},
    {"when": "2 days after solve", "tell": "head", "say": "mail_overdue_head"},
    {"when": "2 days after solve", "tell": "citizen", "say": "follow_escalated"},
    {"when": "4 days after solve", "tell": "coordinators", "say": "mail_stuck", "every": "3 days", "times": 2},
    {"when": "7 days after solve", "tell": "leadership"},
)
URGENT_LADDER = _ladder(
    {"when": "at verify", "tell": "agency", "say": "mail_unverified"},
    {"when": "at verify", "tell": "coordinators", "say": "mail_unverified"},
    {"when": "at answer", "tell": "head", "say": "mail_unanswered"},
    {"when": "6 hours before solve", "tell": "agency", "say": "mail_reminder"},
    {"when": "at solve", "tell": "head", "say": "mail_overdue_head"},
    {"when": "at solve", "tell": "coordinators", "say": "mail_stuck", "every": "12 hours", "times": 2},
    {"when": "1 day after solve", "tell": "leadership"},
)


class UrgentPolicy(Part):
    """Emergencies have deadlines and a ladder of their own; telephones ring besides (``duty``)."""

    deadlines: Deadlines = Deadlines(
        verify=Span(15, "minute"), answer=Span(30, "minute"), solve=Span(24, "hour"), red_before=Span(12, "hour")
    )
    ladder: Ladder = URGENT_LADDER


class WeeklyList(Part):
    """When the leadership has its list, local time."""

    day: Weekday = "monday"
    at: TimeField = time(8)


class FollowUpPolicy(Part):
    """The manners of following up.

    ``late_after``: what comes so much too late is judged anew (``bot.tickets.followups_plan.LATE``).
    ``citizen_weekly``: so many unasked messages in seven days, after which news are kept back; questions never
    are. ``digest_at``: when agencies have theirs, on working days. ``coordination``: how long the right agency may
    be looked for.
    """

    ask_again: SpanField = Span(3, "working day")
    close_silent: SpanField = Span(10, "working day")
    after_reopening: SpanField = Span(2, "day")
    ask_for_info_again: SpanField = Span(2, "day")
    light_question: SpanField = Span(1, "working day")
    coordination: SpanField = Span(1, "working day")
    link_valid: SpanField = Span(90, "day")
    citizen_link: SpanField = Span(365, "day")
    hold_ends: SpanField = Span(12, "hour")
    late_after: SpanField = Span(2, "hour")
    citizen_weekly: int = Field(default=3, ge=1, le=50)
    digest_at: TimeField = time(7, 30)
    weekly_list: WeeklyList = WeeklyList()

    @field_validator("late_after")
    @classmethod
    def _in_all_time(cls, value: Span) -> Span:
        if value.unit not in ("minute", "hour", "day"):
            raise ValueError("lateness is no matter of working time; write for example '2 hours'.")
        return value


class People(Part):
    """Who of the city is written to: coordinators about what nobody moves on, the leadership once a week."""

    coordinators: tuple[Email, ...] = ()
    leadership: tuple[Email, ...] = ()

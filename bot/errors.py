"""The one tree of errors. The edge gives each branch its HTTP code; messages are for people."""


class BotError(Exception):
    """Parent of all errors of ours: one sentence that says what is wrong and what to do."""


class ConfigError(BotError):
    """The city's configuration is wrong; ``problems`` holds one sentence a mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class NotFoundError(BotError):
    """What was asked for does not exist, or not for the one who asks."""


class RefusedError(BotError):
    """The request is understood and not allowed in the present state."""


class GoneError(BotError):
    """What is asked for needs rows that were deleted because their time was over; for operators, in English."""


class LinkExpiredError(BotError):
    """A link is past its time or was revoked."""

"""Words of the history and of messages that figures go by, as the tables hold them."""

FILED, CLAIM, SET_DATE, CONFIRM, RATED = "filed", "claim", "set_date", "confirm", "rated"
SEND_BACK, CORRECTED, ALARM_TAKEN = "send_back", "corrected", "alarm_taken"
# How a ticket comes to be closed: the figure, and the event that says so.
CLOSINGS = {
    "confirmed": CONFIRM,
    "silent": "close_silent",
    "unreachable": "close_unreachable",
    "withdrawn": "withdraw",
    "rejected": "reject",
    "delivered": "delivered",
    "duplicate": "duplicate",
}
REOPENING = ("deny", "refuse_claim")
FIRST_ANSWERS = (SET_DATE, CLAIM)

COORDINATION, NEEDS_INFO, CLAIMED_DONE, DUPLICATE = "coordination", "needs_info", "claimed_done", "duplicate"
WITH_AGENCY = ("waiting", "in_progress", "scheduled", "reopened")
OPEN = ("received", NEEDS_INFO, COORDINATION, *WITH_AGENCY, CLAIMED_DONE)
# In the others it is the citizen's turn.
MAY_BE_LATE = ("received", COORDINATION, *WITH_AGENCY)
COORDINATORS, CITIZEN = "coordinators", "citizen"

# How an agency's time ends that was not its own matter.
NOT_ITS_OWN = ("misrouted", "moved")
CLOSED = "closed"

# What a message came to. These were decided by what the model read in it, and not by a fixed word, a button or
# a question that was open.
BY_THE_MODEL = ("filed", "emergency", "answered", "off_topic", "added", "corrected", "asked")
FILED_BY_THE_MODEL = ("filed", "emergency")
ASKED, ASKS_WHAT_IS_MEANT = "asked", "ask_service"
TO_A_PERSON = ("person", "error")

# What an officer took down, another system filed, and citizens did on their page: kept as messages, but none.
NO_MESSAGES = ("desk", "open311", "page")
# What costs nothing by the message, or is not said to citizens.
NOT_BILLED = ("email", "webhook", "subscriber", "simulator", "simulator-sms", *NO_MESSAGES)

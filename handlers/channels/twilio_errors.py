"""What Twilio's error codes mean for us (its error dictionary, November 2026; the list changes without notice).

The same codes come as an answer to sending and, later, in a status callback.
"""

from bot.delivery import failures

# More than is allowed at the moment, or a disturbance that passes.
LATER = frozenset({14107, 20429, 30001, 30410, 63010, 63012, 63017, 63018})
# The telephone is off or out of reach; an unknown disturbance on the way to it.
FEW = frozenset({30003, 30008})
# Free text outside WhatsApp's 24-hour window.
OTHER_FORM = frozenset({63016})
# They have said STOP, or blocked us.
STOP = frozenset({21610, 63014, 63033})
# No such number, none that takes messages, or none on WhatsApp.
ADDRESS = frozenset({21211, 21214, 21614, 30005, 30006, 63003, 63024})
# The text, the template or its values.
CONTENT = frozenset(
    {21602, 21617, 21620, 21654, 21655, 21656, 63005, 63013, 63019, 63021, 63027, 63028, 63029, 63034, 63041,
     30004, 30007}
)  # fmt: skip
# Credentials, permission, suspension, or a sender that is not set up.
ACCOUNT = frozenset({20003, 21606, 21608, 30002, 63001, 63007, 63015, 63020, 63038})
# What is in none of these is final, and another way is taken: 63049 and 63032 (Meta's 131049 and 130472), which
# hold back single messages for reasons of Meta's own, say nothing about the person, unlike a STOP.

KINDS = {
    failures.LATER: LATER,
    failures.FEW: FEW,
    failures.OTHER_FORM: OTHER_FORM,
    failures.STOP: STOP,
    failures.ADDRESS: ADDRESS,
    failures.CONTENT: CONTENT,
    failures.ACCOUNT: ACCOUNT,
}
_KIND_OF = {code: kind for kind, codes in KINDS.items() for code in codes}


def kind_of(code: int | None) -> str:
    """The class of a code; one that nobody knows is final: trying again blindly helps no one."""
    return _KIND_OF.get(code or 0, failures.FINAL)

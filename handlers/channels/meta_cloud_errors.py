"""What Meta's error codes mean for us (its Cloud API reference, 2026; the list grows without notice).

The same codes come as an answer to sending and, later, with the status ``failed``.
"""

from bot.delivery import failures

# More than is allowed at the moment (4, 80007, 130429; 131056: to this person), or a disturbance that passes.
LATER = frozenset({2, 4, 80007, 130429, 131016, 131048, 131056, 131057, 133004})
# Free text outside the 24-hour window.
OTHER_FORM = frozenset({131047})
# They have asked WhatsApp to stop such messages from us.
STOP = frozenset({131050})
# No WhatsApp there, or none that can take it; our own number.
ADDRESS = frozenset({131021, 131026})
# A wrong parameter, type or file; the template is not there, paused or filled wrongly.
CONTENT = frozenset(
    {100, 131008, 131009, 131051, 131052, 131053, 132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018,
     132068, 132069, 132085}
)  # fmt: skip
# Token, permissions, payment, suspension, a number that is not registered, one not on the list of a test number.
ACCOUNT = frozenset(
    {0, 3, 10, 33, 190, 368, 130497, 131005, 131030, 131031, 131037, 131042, 131045, 133000, 133005, 133006,
     133008, 133009, 133010, 133015, *range(200, 300)}
)  # fmt: skip
# What is in none of these is final, and another way is taken: 131049 and 130472, which hold back single messages
# for reasons of Meta's own, say nothing about the person, unlike a STOP.

KINDS = {
    failures.LATER: LATER,
    failures.OTHER_FORM: OTHER_FORM,
    failures.STOP: STOP,
    failures.ADDRESS: ADDRESS,
    failures.CONTENT: CONTENT,
    failures.ACCOUNT: ACCOUNT,
}
_KIND_OF = {code: kind for kind, codes in KINDS.items() for code in codes}


def kind_of(code: int | None) -> str:
    """The class of a code; one that nobody knows is final: trying again blindly helps no one."""
    return failures.FINAL if code is None else _KIND_OF.get(code, failures.FINAL)


def kind_of_answer(status: int, code: int | None) -> str:
    """The class of an answer to sending.

    A failure at Meta's end leaves open whether the message went out, unless its code says that nothing was taken.
    """
    if status == 429:
        return failures.LATER
    kind = kind_of(code)
    return failures.IN_DOUBT if status >= 500 and kind == failures.FINAL else kind

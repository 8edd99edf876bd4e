"""What an account or a password cannot be: each problem by a code, which the pages say in their own languages."""

from bot.accounts.passwords import LONGEST, SHORTEST
from bot.accounts.roles import AGENCY_OFFICER, ROLES
from bot.errors import RefusedError

LONGEST_NAME = 80
# Why something cannot be, for the command line; the pages say it in their own languages (handlers.account_words).
SENTENCES = {
    "short": f"The password needs at least {SHORTEST} characters.",
    "long": f"The password may have at most {LONGEST} characters.",
    "common": "The password is too easily guessed; take three or four words that do not belong together.",
    "role": f"There is no such role; use one of {', '.join(ROLES)}.",
    "agency": f"An account with the role {AGENCY_OFFICER} needs an agency, and no other has one.",
    "no_agency": "That is no agency of this city.",
    "email": "That is no e-mail address.",
    "taken": "This e-mail address has an account already.",
    "name": f"A name has at most {LONGEST_NAME} characters.",
    "self": "Nobody disables an account of their own or changes its role; ask another administrator.",
    "last": "This is the last administrator; make somebody else one first.",
    "code": "That is not the code of this moment.",
    "disabled": "The account is disabled; enable it first.",
}


class Unfit(RefusedError):  # noqa: N818 - it says what somebody chose, not what went wrong
    """An account or a password cannot be so; ``problem`` is a key of ``SENTENCES``."""

    def __init__(self, problem: str) -> None:
        super().__init__(SENTENCES[problem])
        self.problem = problem

"""Why a message could not be sent, in classes that each say what is done about it.

Channels translate their provider's codes into these; the tables stand in the channels' own modules.
"""

# Try again, later and later.
LATER = "later"
# Try again a few times, hours apart: a telephone that is switched off.
FEW = "few"
# It may have gone out: settled by a report or by looking it up, never by sending blindly again.
IN_DOUBT = "in_doubt"
# It may go out in another form: outside WhatsApp's window only an approved template.
OTHER_FORM = "other_form"
# The person wants nothing from us by this way.
STOP = "stop"
# Nobody can be reached at this address.
ADDRESS = "address"
# The provider does not like what it says.
CONTENT = "content"
# Something is wrong with our account or our settings there.
ACCOUNT = "account"
# Refused, and nobody knows more.
FINAL = "final"
# Tried as often as is sensible.
GIVEN_UP = "given_up"

# An operator has to do something before any message of the kind gets through.
ALARMING = frozenset({CONTENT, ACCOUNT})
# Which of them a report about a message that was accepted before may bring.
CLASSES = frozenset({LATER, FEW, IN_DOUBT, OTHER_FORM, STOP, ADDRESS, CONTENT, ACCOUNT, FINAL, GIVEN_UP})

"""What the language model would have made of each sentence: recorded, since no model is asked here."""

from collections import OrderedDict
from collections.abc import Sequence

from bot.privacy import mask
from nlu.client import Guess, Place, Understanding

MOST = 20_000
SURE = 0.97
UNKNOWN = Understanding((Guess("di_luar_cakupan", 0.3),))
# What a bare "1" or a button's title tells a model: next to nothing.
SHORT = Understanding((Guess("tambah_info", 0.4),))


def meaning(intent: str, service: str = "", place: Place | None = None, faq: str = "") -> Understanding:
    """What a good model makes of a clear message."""
    return Understanding(
        (Guess(intent, SURE),),
        (Guess(service, SURE),) if service else (),
        (Guess(faq, SURE),) if faq else (),
        place=place,
        model="recorded",
    )


class RecordedNlu:
    """Knows the newest messages; of several lines together it takes the first that it knows."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Understanding] = OrderedDict()

    def record(self, text: str, means: Understanding) -> None:
        self._known[mask(text)] = means
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        """One understanding a text, in order."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Understanding:
        if text in self._known:
            return self._known[text]
        lines = (self._known.get(line) for line in text.splitlines())
        return next((known for known in lines if known), UNKNOWN)

"""Why a request of another system is not answered: sentences for its developers."""

from collections.abc import Sequence

from bot.errors import BotError


class UnfitError(BotError):
    """What was sent cannot be used; ``sentences``: one for each thing that is wrong, with its field."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = tuple(sentences)


class TooManyError(BotError):
    """More was sent by one key than the city takes in a minute."""

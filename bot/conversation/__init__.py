"""What is answered to a citizen: one pure state machine over stored state. No clock, no session."""

from bot.conversation.respond import respond
from bot.conversation.silence import respond_to_silence, still_waiting
from bot.conversation.state import Dialogue, Said, Situation, TicketView
from bot.conversation.turn import Reply, Turn

__all__ = [
    "Dialogue",
    "Reply",
    "Said",
    "Situation",
    "TicketView",
    "Turn",
    "respond",
    "respond_to_silence",
    "still_waiting",
]

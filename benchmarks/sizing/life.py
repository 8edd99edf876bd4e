"""What becomes of the messages that citizens write, and when: from the simulated year, and from Jakarta's figures.

Counted in ``make simulate-year SCALE=0.1`` (18,530 tickets, seed 1, 22 November 2026). Where something is neither
measured nor simulated it says "assumed".
"""

from dataclasses import dataclass

DAY_S = 86_400


@dataclass(frozen=True)
class Life:
    """For each message that comes in; shares between 0 and 1."""

    replies: float = 1.0
    tickets: float = 18_530 / 42_170  # as many messages came in as were answered
    unasked: float = 52_664 / 42_170  # asked whether it is fixed, told of progress
    mails: float = 57_793 / 42_170  # to agencies
    steps: float = 98_982 / 42_170  # follow-ups that came due
    questions: float = 640 / 42_170  # that only a person can answer
    sms: float = 0.15  # the simulated year's profile; the rest is WhatsApp
    segments: float = 2.0  # of each sentence by SMS, at most
    photos: float = 0.10  # assumed: with a photo
    photo_kb: float = 250.0  # assumed: as WhatsApp has made it smaller
    photo_days: float = 200.0  # kept for six months after closing, which takes some weeks
    ticket_kb: float = 21.0  # docs/scaling.md: 21 GB for 1,001,376 tickets with all messages, events and indexes


@dataclass(frozen=True)
class Peak:
    """How many times the mean comes at once.

    The busiest day of the simulated year was 2.2 times the mean day (Jakarta's of 2024: 800 of 508, 1.6), the
    busiest hour of a day 1.8 times its mean hour. Assumed on top: 2.5 for the minutes in which something happens
    to everybody at once. What nobody asked for is planned by ourselves, most of it for eight in the morning.
    """

    day: float = 2.2
    hour: float = 1.8
    event: float = 2.5
    unasked: float = 7.4

    @property
    def written(self) -> float:
        return self.day * self.hour * self.event


@dataclass(frozen=True)
class Demand:
    """What a second brings when most comes, in a place where so many messages are written a day."""

    messages_a_day: float
    life: Life = Life()
    peak: Peak = Peak()

    @property
    def mean(self) -> float:
        return self.messages_a_day / DAY_S

    @property
    def written(self) -> float:
        """Messages that come in."""
        return self.mean * self.peak.written

    @property
    def unasked(self) -> float:
        """Messages to citizens that answer nothing."""
        return self.mean * self.life.unasked * self.peak.unasked

    @property
    def mails(self) -> float:
        return self.mean * self.life.mails * self.peak.unasked

    @property
    def steps(self) -> float:
        """Follow-ups that come due."""
        return self.mean * self.life.steps * self.peak.unasked

    @property
    def handled(self) -> float:
        """Messages to be worked at. Whatever goes out unasked, e-mails as well, is taken to cost as much as a
        message with its reply, which is too much: nothing has to be understood."""
        return self.written + self.unasked + self.mails

    @property
    def sent(self) -> float:
        return self.written * self.life.replies + self.unasked

    @property
    def whatsapp(self) -> float:
        """Messages in and out, which are limited together."""
        return (1 - self.life.sms) * (self.written + self.sent)

    @property
    def segments(self) -> float:
        """Segments of SMS that go out; what comes in has no limit."""
        return self.life.sms * self.life.segments * self.sent

    @property
    def tickets_a_day(self) -> float:
        return self.messages_a_day * self.life.tickets

    @property
    def tickets_gb_a_year(self) -> float:
        return self.tickets_a_day * 365 * self.life.ticket_kb / 1e6

    @property
    def photos_gb(self) -> float:
        """What lies there at any time."""
        return self.messages_a_day * self.life.photos * self.life.photo_kb * self.life.photo_days / 1e6

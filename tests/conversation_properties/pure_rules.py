"""What must hold after every turn. Each rule says in words what it found broken."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.conversation import Dialogue, Said, Situation, Turn
from bot.conversation import turn as acts
from bot.conversation.meaning import REPORTS
from bot.conversation.reports import PATIENCE
from bot.conversation.state import Asked
from bot.rulebook import Rulebook
from bot.status import Move, moves_from
from bot.words import Command
from nlu.client import Understanding

Respond = Callable[..., Turn]

# What is confirmed even while a person speaks or the sender is blocked: rights that need no second question.
CONFIRMED_ALWAYS = frozenset({Command.STOP, Command.START, Command.MY_DATA})
SURELY, HARDLY = 0.8, 0.7
LOOKED_AT_LATER = timedelta(seconds=90)
WEIGHT = ("darurat", "lapor", "saran", "apresiasi", "tanya", "tambah_info")


def weight(means: Understanding) -> tuple[int, float]:
    """Of several texts taken together, which one the model would see."""
    label = means.intent.label
    return (len(WEIGHT) - WEIGHT.index(label) if label in WEIGHT else 0, means.intent.confidence)


def broken(before: Dialogue, said: Said, situation: Situation, turn: Turn, rulebook: Rulebook) -> Iterator[str]:
    """All that one turn does not keep to."""
    yield from broken_in_silence(before, situation, turn, rulebook)
    yield from _stays_silent(said, situation, turn)
    yield from _sees_danger(said, turn)
    yield from _obeys(said, turn)
    yield from _keeps_what_was_said(said, situation, turn)


def broken_in_silence(before: Dialogue, situation: Situation, turn: Turn, rulebook: Rulebook) -> Iterator[str]:
    """What holds of every turn, and of those where the bot only looks again because time has passed."""
    yield from _sound(turn, rulebook)
    yield from _acts_on_own(turn, situation)
    yield from _keeps_open_matters(before, turn)


def broken_by_looking(before: Dialogue, situation: Situation, turn: Turn, rulebook: Rulebook) -> Iterator[str]:
    """What holds when nothing was said: besides, nobody is written to who is not to be."""
    yield from broken_in_silence(before, situation, turn, rulebook)
    quiet = situation.opted_out or situation.held_by_person or situation.blocked
    if quiet and turn.replies:
        yield f"unasked {_said_and_done(turn)} to somebody who is not to be written to"


def asked_about_draft(dialogue: Dialogue, before: datetime | None, now: datetime) -> datetime | None:
    """When the citizen was last asked about the open report; None where none is open."""
    if dialogue.draft is None:
        return None
    question = dialogue.pending
    asked = question.since if question and question.asked in (Asked.PLACE, Asked.SERVICE) else None
    return asked or before or now


def broken_by_waiting(dialogue: Dialogue, asked_at: datetime | None, now: datetime) -> Iterator[str]:
    """A report is filed, or with a person, when its question has had its time."""
    if asked_at is not None and now - asked_at > PATIENCE + LOOKED_AT_LATER:
        yield f"a report is still not filed {now - asked_at} after its question"


# -- rules --------------------------------------------------------------------------


def _sound(turn: Turn, rulebook: Rulebook) -> Iterator[str]:
    dialogue = turn.dialogue
    if Dialogue.from_json(dialogue.to_json()) != dialogue:
        yield "a dialogue does not survive its JSON"
    yield from _sound_replies(turn, rulebook)
    if turn.hold and turn.wake_at is None:
        yield "held messages are never looked at again"
    if dialogue.draft and turn.wake_at is None:
        yield "a report is not filed, and nothing will wake the conversation"
    if _held_words(dialogue) and turn.wake_at is None:
        yield "words wait for which ticket they are about, and nothing will wake the conversation"
    if not turn.outcome and turn.action:
        yield "an action without an outcome"


def _sound_replies(turn: Turn, rulebook: Rulebook) -> Iterator[str]:
    """Sentences that exist, each once, and one question at most, which is what is then waited for."""
    dialogue, texts = turn.dialogue, rulebook.wording.sentences
    if unknown := [r.wording for r in turn.replies if any(r.wording not in texts[code] for code in texts)]:
        yield f"no such sentences: {unknown}"
    choosing = [reply for reply in turn.replies if reply.choices]
    if len(choosing) > 1 or (choosing and choosing[0] is not turn.replies[-1]):
        yield "more than one question in one answer, or one that does not stand last"
    options = dialogue.pending.options if dialogue.pending else ()
    if choosing and tuple(key for key, _ in choosing[0].choices) != options:
        yield f"offered {choosing[0].choices}, but waits for {options}"
    if len({(r.wording, str(r.values), r.topic) for r in turn.replies}) < len(turn.replies):
        yield "the same sentence twice in one answer"


def _acts_on_own(turn: Turn, situation: Situation) -> Iterator[str]:
    """Only this citizen's tickets, only steps that their state allows."""
    action = turn.action
    number = getattr(action, "number", None)
    if isinstance(action, acts.JudgeAll):
        yield from _judges_claims_only(action, situation)
    if number is None:
        return
    ticket = situation.ticket(number)
    if ticket is None:
        yield f"acts on {number}, which is not theirs"
        return
    step = {acts.Confirm: Move.CONFIRM, acts.Deny: Move.DENY}.get(type(action))
    if step and step not in moves_from(ticket.status):
        yield f"{step} is not possible for a ticket that is {ticket.status}"
    if isinstance(action, acts.SetSafeContact) and not ticket.sealed:
        yield f"consent to write about a sealed matter was noted for {number}, which is not sealed"
    if isinstance(action, acts.Rate) and not 1 <= action.stars <= 5:
        yield f"{action.stars} stars"
    if turn.replies and turn.replies[0].wording == "place_noted" and not ticket.urgent:
        yield f"the place of an emergency was noted for {number}, which is none"
    if isinstance(action, acts.Withdraw | acts.Correct | acts.Confirm) and not ticket.is_open:
        yield f"{type(action).__name__} for {number}, which is closed"


def _judges_claims_only(action: acts.JudgeAll, situation: Situation) -> Iterator[str]:
    """ "All of them" are claims of this citizen's, two or more of which were asked about."""
    for number in action.numbers:
        ticket = situation.ticket(number)
        if ticket is None or Move.CONFIRM not in moves_from(ticket.status) or not ticket.asked_at:
            yield f"judges {number} with all of them, which nobody claimed to be done"


def _stays_silent(said: Said, situation: Situation, turn: Turn) -> Iterator[str]:
    if not (situation.held_by_person or situation.blocked) or is_urgent(said):
        return
    if turn.replies and said.command not in CONFIRMED_ALWAYS:
        to_whom = "a blocked sender" if situation.blocked else "somebody whom a person speaks with"
        yield f"said {_said_and_done(turn)} to {to_whom}"


def _sees_danger(said: Said, turn: Turn) -> Iterator[str]:
    if not is_urgent(said):
        return
    if not turn.replies or not turn.replies[0].wording.startswith("emergency"):
        yield "an emergency without the number to call as its first words"
    filed = isinstance(turn.action, acts.FileReport) and turn.action.urgent
    if not filed and not isinstance(turn.action, acts.AddToTicket):
        yield "an emergency that nobody is told of"


def is_urgent(said: Said) -> bool:
    """What is surely an emergency: by the model, by the words where there is no model, or a wish to die."""
    if not said.text or said.command:
        return False
    if said.understanding is None:
        return said.emergency_words or said.self_harm
    intent = said.understanding.intent
    return said.self_harm or (intent.label == "darurat" and intent.confidence >= SURELY)


def _obeys(said: Said, turn: Turn) -> Iterator[str]:
    wanted = {Command.STOP: acts.SetOptOut(True), Command.START: acts.SetOptOut(False)}.get(said.command)
    if said.command and wanted and turn.action != wanted:
        yield f"{said.command} was not obeyed"


def _keeps_open_matters(before: Dialogue, turn: Turn) -> Iterator[str]:
    """What was open before a turn is still open after it, or has become something."""
    if any(reply.wording in ("draft_dropped", "erased") for reply in turn.replies):
        return
    kept = "\n".join(_kept_in(turn))
    if before.draft and before.draft.story not in kept:
        yield f"the open report {before.draft.story!r} is lost by {_said_and_done(turn)}"
    held = _held_words(before)
    if held and held not in kept:
        yield f"{held!r} waited for which ticket it is about, and is lost by {_said_and_done(turn)}"


def _held_words(dialogue: Dialogue) -> str | None:
    """What waits for the answer to "which report do you mean?", or "what is it about?", to go along with it."""
    question = dialogue.pending
    return question.held.story if question and question.held and question.holds_words else None


def _keeps_what_was_said(said: Said, situation: Situation, turn: Turn) -> Iterator[str]:
    """A report ends in a ticket, in an open question, or with a person; a matter of its own in one of its own."""
    ignored = situation.blocked or situation.held_by_person
    if turn.hold or said.command or (ignored and not is_urgent(said)):
        return
    if not is_report(said) or _is_rather_an_answer(said) or not (marks := _marks(said.text)):
        return
    lost = [mark for mark in marks if mark not in "\n".join(_kept_in(turn))]
    if lost and not _only_corrects(said, turn):
        yield f"a report came to nothing but {_said_and_done(turn)}: {lost}"
    if (
        is_clear(said)
        and isinstance(turn.action, acts.SetSafeContact | acts.Correct)
        and _is_other(said, situation, turn)
    ):
        yield f"a clear report about something else was taken for the answer to a question: {turn.action}"


def is_report(said: Said) -> bool:
    """Whether the model takes it for a report at all."""
    return said.understanding is not None and said.understanding.intent.label in (*REPORTS, "darurat")


def _is_rather_an_answer(said: Said) -> bool:
    """Who names a ticket, or says yes or no, and is hardly understood, may well mean just that."""
    hardly = said.understanding is not None and said.understanding.intent.confidence < HARDLY
    return hardly and (bool(said.numbers) or said.agrees is not None)


def is_clear(said: Said) -> bool:
    """A report that nobody would take for anything else."""
    means = said.understanding
    sure = means is not None and means.service is not None and means.service.confidence >= SURELY
    return (
        means is not None and sure and is_report(said) and means.intent.confidence >= SURELY and not said.is_short
    )


def _is_other(said: Said, situation: Situation, turn: Turn) -> bool:
    ticket = situation.ticket(getattr(turn.action, "number", ""))
    service = said.understanding.service if said.understanding else None
    if isinstance(turn.action, acts.Correct) and turn.action.service:
        return False  # "what is it really about?" was asked, and this says it
    return ticket is not None and service is not None and service.label != ticket.service


def _only_corrects(said: Said, turn: Turn) -> bool:
    return isinstance(turn.action, acts.Correct) and turn.action.service is not None


def _marks(text: str) -> list[str]:
    """The marks of stories in ``text``: "k7x"."""
    return [word for word in text.split() if word[:1] == "k" and word[-1:] == "x" and word[1:-1].isdigit()]


def _kept_in(turn: Turn) -> Iterator[str]:
    """Every place in which words are kept after a turn."""
    action, dialogue = turn.action, turn.dialogue
    for draft in (
        dialogue.draft,
        dialogue.pending.held if dialogue.pending else None,
        getattr(action, "draft", None),
    ):
        if draft is not None:
            yield draft.story
    for name in ("text", "other_way", "place"):
        if kept := getattr(action, name, None):
            yield kept


def _said_and_done(turn: Turn) -> str:
    said = "/".join(reply.wording for reply in turn.replies) or "silence"
    return f"{said}+{type(turn.action).__name__}" if turn.action else said

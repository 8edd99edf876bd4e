"""Everything asks one clock, so that the simulator can move it for all of them together."""

import re

from bot.settings import ROOT

SYSTEM_TIME = re.compile(
    r"datetime\.now|utcnow|time\.time\(|date\.today|func\.now|CURRENT_TIMESTAMP", re.IGNORECASE
)
MAY_ASK = {
    "bot/clock.py": "is the clock",
    "bot/city/checks.py": "a holiday's year that is far off is a slip of the pen",
    "handlers/channels/twilio.py": "asks Twilio for what was sent, which lives in its own time",
    "handlers/channels/agency_webhook.py": "signs with the time that the agency compares with its own",
    "handlers/channels/http_gateway.py": "signs with the time that the gateway compares with its own",
    "handlers/channels/subscriber.py": "signs with the time that the receiver compares with its own",
    "scheduler/clock_watch.py": "notices that the machine's time was set, and has APScheduler run by it",
    "scheduler/worker.py": "tells APScheduler to begin at once, which ticks by the machine's time",
}


def test_nothing_asks_the_system_for_the_time() -> None:
    folders = ("bot", "handlers", "nlu", "scheduler", "storage")
    files = [ROOT / "app.py", *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]
    ours = {path.relative_to(ROOT).as_posix(): path for path in files if "nlu/rasa" not in path.as_posix()}
    asking = {name for name, path in ours.items() if SYSTEM_TIME.search(path.read_text(encoding="utf-8"))}
    assert asking == MAY_ASK.keys()

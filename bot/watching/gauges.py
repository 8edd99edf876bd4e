"""The figures that the database is asked for at every scrape: names, meanings, and what tells values apart."""

from collections.abc import Mapping
from typing import NamedTuple


class Gauge(NamedTuple):
    """One figure. ``labels``: names of what tells its values apart, each a word of the code or of the city."""

    says: str
    labels: tuple[str, ...] = ()


class Value(NamedTuple):
    """A value of one gauge now; ``labels`` in the gauge's order."""

    gauge: str
    value: float
    labels: tuple[str, ...] = ()


GAUGES: Mapping[str, Gauge] = {
    "database_up": Gauge("Whether the database answered this scrape."),
    "database_bytes": Gauge("Size of the database."),
    "disk_bytes": Gauge("Size of this machine's disk, by what of ours lies on it.", ("what",)),
    "disk_free_bytes": Gauge("How much of it we may still use.", ("what",)),
    "scrape_seconds": Gauge("How long the database took for this scrape."),
    "counts_together": Gauge(
        "Whether this machine's processes count together; 0: a scrape sees one web process's counts only."
    ),
    "load_state": Gauge("Whether more comes in than gets done: 1 for the present state.", ("state",)),
    "unprocessed_messages": Gauge("Messages that had no effect yet, by lane (0: emergencies).", ("lane",)),
    "unprocessed_oldest_seconds": Gauge("Age of the oldest message that nobody has looked at.", ("lane",)),
    "unplaced_messages": Gauge("Messages that have no conversation yet."),
    "conversations_due": Gauge("Conversations that a worker should take up now."),
    "conversations_due_oldest_seconds": Gauge("For how long the first of them has been due."),
    "outbound_due": Gauge(
        "Messages of ours that are due, by channel and lane (2, 3: unasked).", ("channel", "lane")
    ),
    "outbound_due_oldest_seconds": Gauge("For how long the first of them has been due.", ("channel", "lane")),
    "outbound_unsettled": Gauge("Messages in a sender's hands or in doubt.", ("state",)),
    "outbound_unsettled_oldest_seconds": Gauge("Age of the oldest of them.", ("state",)),
    "low_value_sends_wait": Gauge("Whether what nobody asked for is held back behind what is."),
    "media_due": Gauge("Files of citizens that are to be fetched now."),
    "media_due_oldest_seconds": Gauge("For how long the first of them has been due."),
    "due_now": Gauge("Follow-ups, notices and rechecks that are due and not done.", ("what",)),
    "due_now_oldest_seconds": Gauge("For how long the first of them has been due.", ("what",)),
    "follow_ups_next_hour": Gauge("Follow-ups that come due within an hour."),
    "people_waiting": Gauge(
        "Waiting for a person: light questions, unsure messages; conversations that people hold.", ("what",)
    ),
    "people_waiting_oldest_seconds": Gauge("Age of the oldest of them.", ("what",)),
    "people_late": Gauge("Of these, those whose deadline is over.", ("what",)),
    "emergencies_untaken": Gauge("Open emergencies that nobody has taken."),
    "emergencies_untaken_oldest_seconds": Gauge("Age of the oldest of them."),
    "dead_letters": Gauge("Messages that got through by no way, by class of failure.", ("failure",)),
    "delivery_failures_last_hour": Gauge(
        "Of the newest of these, those tried last within the hour.", ("channel", "failure")
    ),
    "quarantined_messages": Gauge("Signed messages that fit no number of ours."),
    "tickets_filed_last_hour": Gauge("Tickets filed within the hour, by kind; emergencies apart.", ("kind",)),
    "tickets_closed_last_hour": Gauge("Tickets closed within the hour, by kind; emergencies apart.", ("kind",)),
    "cost_today": Gauge(
        "What messages cost today, an estimate; currencies are never added.", ("channel", "currency")
    ),
    "workers_alive": Gauge("Workers with a sign of life within 30 s, by machine.", ("host",)),
    "nlu_answers": Gauge("Whether the language model answered the workers of a machine, by machine.", ("host",)),
    "worker_heartbeat_age_seconds": Gauge("Age of the newest sign of life of any worker."),
    "leader_present": Gauge("Whether a worker holds the lock of the ticker (SQLite: whether any is alive)."),
    "leader_age_seconds": Gauge("Age of the ticking worker's connection; young again after a change of leader."),
    "counted_until_seconds": Gauge("Seconds since the figures were counted last."),
    "backup_age_seconds": Gauge("Seconds since the last backup was begun."),
    "reconciled_age_seconds": Gauge(
        "Seconds since a number was last compared with the provider's list.", ("channel",)
    ),
    "nlu_psi": Gauge("Population stability index of the mix of labels: last 24 hours against 28 days before."),
    "nlu_label_share": Gauge("Share of first guesses in a sample of the last 24 hours.", ("label",)),
    "nlu_decision_share": Gauge(
        "Share of messages done alone, asked back, left to people; 24 hours.", ("decision",)
    ),
    "nlu_confidence_mean": Gauge("Mean confidence of first guesses.", ("when",)),
    "nlu_sample": Gauge("Messages in these samples.", ("when",)),
    "history_problems": Gauge("Rows that the last verification found changed."),
    "history_verified_age_seconds": Gauge("Seconds since the last verification of the histories ended."),
    "erasures_unwritten": Gauge("Erasures that the ledger outside the database lacks so far."),
    "erasure_ledger_well": Gauge(
        "Whether ledger and database agree, and no restored backup knows who was erased."
    ),
}
PREFIX = "suarakota_"

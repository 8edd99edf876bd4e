"""Signs of life: each worker's row says when it was there last and whether its language model answers.

One that ends as it was asked to takes its row along; whoever died leaves it behind, so that somebody hears of it.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from nlu.patient import Server
from storage.database import Database
from storage.models import Heartbeat

# How long a machine on which no worker lives is told of: over a night, and not for ever.
KEEP = timedelta(days=1)
# On a machine where one lives nobody need hear of those before it; one that dies at each start leaves many.
KEEP_BESIDE = timedelta(minutes=1)


def beat(database: Database, name: str, now: datetime) -> None:
    """Say that this worker is alive, and forget workers that have long been gone."""
    with database.begin() as session:
        session.merge(Heartbeat(worker=name, at=now))
        others = session.scalars(select(Heartbeat).where(Heartbeat.worker != name))
        gone = [
            one.worker
            for one in others
            if now - one.at > (KEEP_BESIDE if host_of(one.worker) == host_of(name) else KEEP)
        ]
        session.execute(delete(Heartbeat).where(Heartbeat.worker.in_(gone)))


def note_model(database: Database, name: str, model: Server) -> None:
    """Ask the model a word and note whether it answered: at night nobody else may ask it for hours."""
    answers = model.answers()
    with database.begin() as session:
        session.execute(update(Heartbeat).where(Heartbeat.worker == name).values(has_model=answers))


def end(session: Session, name: str) -> None:
    """This worker ends because it was asked to: nobody should look for it."""
    session.execute(delete(Heartbeat).where(Heartbeat.worker == name))


def host_of(name: str) -> str:
    """The machine in a worker's name."""
    return name.rpartition(":")[0]

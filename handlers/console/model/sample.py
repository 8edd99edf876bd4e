"""An even sample of what the model said: which version answered, and whether it grows less sure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.figures.model_answers import Model, mean_sure, models, spread
from bot.figures.period import Period, start_of
from handlers.charts import Chart, Series, line
from handlers.console.figures import words
from handlers.console.figures.amounts import percent
from handlers.console.figures.trends import Trend
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.queries import model_answers as queries
from storage.queries.model_answers import Answer

# So many messages of each step are looked at, whatever a year brings.
EACH = 200


@dataclass(frozen=True)
class Sample:
    """For each period of the trend what the model said of some of its messages."""

    steps: Sequence[tuple[Period, Sequence[Answer]]]
    is_running: bool

    @property
    def size(self) -> int:
        return sum(len(answers) for _, answers in self.steps)

    @property
    def models(self) -> list[Model]:
        return models(one for _, answers in self.steps for one in answers)

    def chart(self) -> Markup:
        """How sure it was on average."""
        return line(
            Chart(
                slug="sure",
                title=translated(N_("Keyakinan rata-rata model")),
                labels=[words.step_label(period) for period, _ in self.steps],
                names=[words.period_name(period) for period, _ in self.steps],
                series=[Series(translated(N_("Keyakinan")), [mean_sure(answers) for _, answers in self.steps])],
                said=percent,
                top=1,
                is_running=self.is_running,
            )
        )


def sample(session: Session, say: Phrases, trend: Trend) -> Sample:
    """Of the periods that ``trend`` shows, found by the ids of their messages."""
    periods = [period for period, _ in trend.steps]
    zone = say.city.zone
    moments = [start_of(period.first, zone) for period in [*periods, periods[-1].after]]
    firsts = queries.first_ids(session, moments)
    wanted = [one for first, end in pairwise(firsts) for one in spread(first, end, EACH)]
    found = queries.answers(session, wanted)
    steps = [(p, [one for one in found if p.first <= say.local_date(one.at) <= p.last]) for p in periods]
    return Sample(steps, trend.is_running)

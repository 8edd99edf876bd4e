"""A leadership with its weekly report, and the warehouse beside it, as the tests live with them."""

import csv
import gzip
import hashlib
import io
import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.figures import weekly
from bot.figures.warehouse import Warehouse
from storage.models import NightlyExport, OutboundMessage, WeeklyReport
from tests.support.clock import at
from tests.support.desk import Number, meaning
from tests.support.rolled_up import counted

LEADERSHIP = "sekda@jakarta.example"
MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")
TUESDAY = date(2026, 11, 24)
LITTLE_ROOM = 64


class Office(Number):
    """A number whose leadership has its weekly report."""

    def follow_up(self) -> int:
        now = self.clock.now()
        return super().follow_up() + weekly.run_due(self.database, self.rulebook, now)

    def people(self, *leadership: str) -> None:
        city = self.rulebook.city
        people = city.people.model_copy(update={"leadership": leadership})
        self.rulebook = replace(self.rulebook, city=city.model_copy(update={"people": people}))

    def mails(self) -> list[OutboundMessage]:
        with self.database.read() as session:
            found = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))
            return [row for row in found if row.key.startswith("weekly:")]

    def weeks(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(WeeklyReport.week).order_by(WeeklyReport.week)))

    def tick(self) -> int:
        return weekly.run_due(self.database, self.rulebook, self.clock.now())

    def counted_week(self, first: date = MONDAY) -> None:
        counted(self.database, first, first + timedelta(days=6), at(f"{first + timedelta(days=7)}T00:20+07:00"))


@dataclass
class House:
    """A number and its warehouse."""

    number: Number
    folder: Path

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.number.database, self.number.rulebook, self.folder)

    def night(self, day: date) -> int:
        """The day is counted, and half an hour after midnight the ticker comes by."""
        self.number.clock.at = at(f"{day + timedelta(days=1)}T00:30+07:00")
        counted(self.number.database, day, day, self.number.clock.now())
        return self.tick()

    def tick(self) -> int:
        return self.warehouse.run_due(self.number.clock.now())

    def days(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*")) if self.folder.exists() else []

    def noted(self) -> list[date]:
        with self.number.database.read() as session:
            return list(session.scalars(select(NightlyExport.day).order_by(NightlyExport.day)))

    def table(self, name: str, day: date = TUESDAY) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.text(name, day))))

    def text(self, name: str, day: date = TUESDAY) -> str:
        return gzip.decompress((self.folder / f"{day}" / f"{name}.csv.gz").read_bytes()).decode()

    def described(self, day: date = TUESDAY) -> Any:
        return json.loads((self.folder / f"{day}" / "datapackage.json").read_text())


def agrees(house: House, day: date) -> None:
    """Every file is as the descriptor says."""
    folder, told = house.folder / f"{day}", house.described(day)
    assert {path.name for path in folder.iterdir()} == {one["path"] for one in told["resources"]} | {
        "datapackage.json"
    }
    for one in told["resources"]:
        content = (folder / one["path"]).read_bytes()
        assert one["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert one["bytes"] == len(content)
        header, *rows = csv.reader(io.StringIO(gzip.decompress(content).decode()))
        assert header == [field["name"] for field in one["schema"]["fields"]]
        assert len(rows) == one["rows"]
        assert all(field["description"] for field in one["schema"]["fields"])
        assert set(one["schema"]["primaryKey"]) <= set(header)


def report(office: Office) -> str:
    office.counted_week()
    office.tick()
    return str(office.mails()[0].body["text"])

"""Many in minutes: one incident, short answers, one alarm to the coordinators, a counter for the agency."""

from dataclasses import replace

import pytest

from tests.bot.neighbours import Neighbours
from tests.support.desk import Number, meaning

AREA = "Bidara Cina"
COORDINATORS = "Banyak laporan sekaligus: Banjir dan genangan"


@pytest.fixture
def town(number: Number) -> Neighbours:
    """With fewer reports to a flood, so that a test is quick."""
    policy = number.rulebook.city.incidents
    flood = policy.flood.model_copy(update={"area_reports": 5, "city_reports": 12})
    steps = {"flood": flood, "tell_agency_at": (10, 50, 120)}
    people = number.rulebook.city.people.model_copy(update={"coordinators": ("piket@jakarta.example",)})
    changed = {"incidents": policy.model_copy(update=steps), "people": people}
    number.rulebook = replace(number.rulebook, city=number.rulebook.city.model_copy(update=changed))
    return Neighbours(number)


def pour(town: Neighbours, count: int, first: int = 1, area: str | None = AREA, service: str = "banjir") -> None:
    """So many report at once, each from a street of their own."""
    for n in range(first, first + count):
        story = f"{service} di jalan {chr(97 + n % 26) * 4}{n // 26}, tolong segera."
        understood = meaning("lapor", service, place=story)
        place = replace(understood.place, kelurahan=area) if understood.place else None
        town.number.hears(story, replace(understood, place=place), who=f"sim:{n}")
    town.number.work()


def test_a_hundred_and_fifty_in_ten_minutes(town: Neighbours) -> None:
    for minute in range(10):
        pour(town, 15, first=1 + 15 * minute)
        town.number.clock.move(minutes=1)
        town.number.work()
    [incident] = town.incidents()
    assert (incident.members, incident.area, incident.flood_key) == (150, AREA, f"banjir:{AREA}")
    assert len({ticket.number for ticket in town.tickets()}) == 150  # more than are compared with a new one
    told = town.number.said()
    assert len(told) == 150
    assert sum("Banyak warga melaporkan Banjir dan genangan" in reply for reply in told) == 146
    lead = town.tickets()[0].number
    subjects = town.subjects()
    assert subjects.count(f"{COORDINATORS}, {AREA}") == 1
    assert [s for s in subjects if s.startswith("[")] == [
        f"[{lead}] BANYAK LAPORAN: Banjir dan genangan, {AREA}",
        f"[{lead}] 50 laporan lagi: Banjir dan genangan",
        f"[{lead}] 120 laporan lagi: Banjir dan genangan",
    ]


def test_all_are_asked_whether_it_is_fixed_when_the_agency_says_so(town: Neighbours) -> None:
    pour(town, 60)  # more than are moved at once
    town.wait(minutes=10)
    lead = town.tickets()[0]
    town.agency(lead, "claim_done", "Air sudah surut.", None)
    assert set(town.statuses(town.tickets())) == {"claimed_done"}
    for _ in range(5):
        town.wait(minutes=1)
    assert all("Sudah beres?" in town.told(str(n)) for n in (1, 30, 60))


def test_reports_from_all_over_the_city_are_one_flood_of_the_city(town: Neighbours) -> None:
    for n, area in enumerate(("Pluit", "Kapuk", "Grogol", "Cawang")):
        pour(town, 4, first=1 + 4 * n, area=area)
    [incident] = town.incidents()
    assert (incident.members, incident.area) == (16, None)
    assert town.subjects()[0] == f"{COORDINATORS}, Jakarta"


def test_four_are_no_flood(town: Neighbours) -> None:
    pour(town, 4)
    assert town.incidents() == []
    assert all("Soal:" in town.told(str(n)) for n in range(1, 5))


def test_five_over_an_hour_are_no_flood(town: Neighbours) -> None:
    for n in range(1, 6):
        pour(town, 1, first=n)
        town.number.clock.move(minutes=15)
    assert town.incidents() == []


def test_a_hundred_potholes_are_a_hundred_potholes(town: Neighbours) -> None:
    pour(town, 20, service="jalan_rusak")
    assert town.incidents() == []


def test_a_flood_ends_and_the_next_one_is_another(town: Neighbours) -> None:
    pour(town, 6)
    town.wait(hours=13)
    pour(town, 1, first=50)
    assert town.of("50").incident_id is None
    pour(town, 5, first=60)
    assert [incident.flood_key for incident in town.incidents()] == [None, f"banjir:{AREA}"]


def test_one_with_another_place_leaves_the_flood(town: Neighbours) -> None:
    pour(town, 8)
    town.wait(minutes=10)
    lead = town.tickets()[0]
    who = next(str(n) for n in range(1, 9) if town.of(str(n)).id != lead.id)
    said = town.says(who, "beda lokasi")
    assert "kami urus tersendiri" in said[0]
    assert town.of(who).incident_id is None
    assert town.incidents()[0].members == 7


def test_an_emergency_in_great_numbers_still_has_its_own_answer(town: Neighbours) -> None:
    for n in range(1, 9):
        town.report(str(n), f"tolong banjir ada yang hanyut {n}", "banjir", "jembatan Kalibata", AREA,
                    intent="darurat")  # fmt: skip
    [incident] = town.incidents()
    assert (incident.members, incident.flood_at is not None) == (8, True)
    assert all("112" in " ".join(town.number.replies(f"sim:{n}")) for n in range(1, 9))
    assert town.subjects().count(f"{COORDINATORS}, {AREA}") == 1

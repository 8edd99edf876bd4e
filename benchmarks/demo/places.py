"""Invented places in Jakarta's kelurahan. Where a kelurahan lies within its city is invented as well."""

import csv
import hashlib
from dataclasses import dataclass
from functools import cache
from random import Random

from bot.settings import ROOT

AREAS = ROOT / "nlu" / "rasa" / "areas.csv"
# About the middle of each city, and how far it reaches, in degrees.
CITIES = {
    "Jakarta Pusat": (-6.183, 106.834, 0.025),
    "Jakarta Utara": (-6.135, 106.880, 0.035),
    "Jakarta Barat": (-6.165, 106.760, 0.040),
    "Jakarta Selatan": (-6.275, 106.810, 0.050),
    "Jakarta Timur": (-6.255, 106.895, 0.050),
}
STREETS = (
    "Melati", "Kemuning", "Pemuda", "Mangga", "Cempaka", "Anggrek", "Kenanga", "Flamboyan", "Dahlia",
    "Teratai", "Rambutan", "Durian", "Nangka", "Kamboja", "Garuda", "Rajawali", "Cendrawasih", "Merpati",
    "Pahlawan", "Veteran", "Kartini", "Diponegoro",
)  # fmt: skip
NEAR = 0.006


@dataclass(frozen=True)
class Place:
    """A spot in a street; degrees."""

    street: str
    kelurahan: str
    latitude: float
    longitude: float

    def __str__(self) -> str:
        return f"{self.street}, {self.kelurahan}"


def somewhere(random: Random) -> Place:
    """Any street of any kelurahan; some kelurahan write far more than others."""
    areas = _areas()
    kelurahan, latitude, longitude = areas[int(len(areas) * random.random() ** 1.6)]
    kind = random.choice(("Jl.", "Jl.", "Gang"))
    street = f"{kind} {random.choice(STREETS)} {random.choice(('', 'I', 'II', 'III', 'Raya', 'Dalam'))}".strip()
    return Place(
        f"{street} No. {random.randint(1, 120)}",
        kelurahan,
        round(latitude + random.gauss(0, NEAR / 2), 6),
        round(longitude + random.gauss(0, NEAR / 2), 6),
    )


@cache
def _areas() -> tuple[tuple[str, float, float], ...]:
    with AREAS.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if "Seribu" not in row["city"]]
    rows.sort(key=lambda row: hashlib.sha256(row["code"].encode()).hexdigest())
    return tuple(_placed(row) for row in rows)


def _placed(row: dict[str, str]) -> tuple[str, float, float]:
    city = next((about for name, about in CITIES.items() if name in row["city"]), CITIES["Jakarta Pusat"])
    random = Random(row["code"])
    latitude, longitude, reach = city
    return (
        row["kelurahan"],
        latitude + random.uniform(-reach, reach),
        longitude + random.uniform(-reach, reach),
    )

"""What an announcement will be: by which ways, how it reads, what it costs, and which areas it can be for."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.announcements.areas import Areas, areas_of
from bot.city.rates import Rates
from bot.errors import ConfigError
from bot.messages import SMS, WHATSAPP
from bot.rulebook import load_rulebook
from bot.settings import ROOT
from tests.support.announced import TEXT, Mobile, Quarter, refusal
from tests.support.settings import isolated_settings

SID = "HX" + "0" * 32


def crowd(quarter: Quarter) -> None:
    """People by all ways."""
    quarter.neighbour(), quarter.neighbour(language="en")
    for _ in range(3):
        quarter.neighbour(wrote=timedelta(days=2))
    quarter.neighbour(wrote=timedelta(hours=24), has_phone=False)
    quarter.neighbour(channel=SMS, wrote=timedelta(days=9))


def test_the_plan_without_a_template(quarter: Quarter) -> None:
    crowd(quarter)
    plan = quarter.plan(quarter.drafts())
    assert {(s.way.channel, s.way.language, s.way.instead): s.people for s in plan.shares} == {
        (WHATSAPP, "id", False): 1,
        (WHATSAPP, "en", False): 1,
        (SMS, "id", True): 3,
        (SMS, "id", False): 1,
    }
    assert (plan.people, plan.outside_window, plan.by_sms_instead, plan.unreachable) == (6, 3, 3, 1)
    assert plan.costs == {"IDR": Decimal(2 * 85 + 4 * 350)}
    assert quarter.begun()
    assert quarter.tick() == 6  # nothing is written that can get nowhere


def test_the_plan_with_a_template(quarter: Quarter) -> None:
    crowd(quarter)
    quarter.with_city(templates={"announcement": SID})
    plan = quarter.plan(quarter.drafts())
    assert (plan.people, plan.by_template, plan.by_sms_instead, plan.unreachable) == (7, 4, 0, 0)
    [template] = [share for share in plan.shares if share.way.form == "template"]
    assert template.amount == Decimal(4 * 410)
    assert template.text == (
        f"Pengumuman untuk Anda yang laporannya masih kami tangani: {TEXT}\nTerima kasih sudah melapor."
    )


def test_what_was_planned_is_what_it_costs(quarter: Quarter) -> None:
    crowd(quarter)
    quarter.with_city(templates={"announcement": SID})
    announcement = quarter.begun()
    planned = quarter.plan(announcement).costs
    quarter.tick()
    provider = Mobile(most=100)
    quarter.send({WHATSAPP: provider, SMS: provider})
    assert quarter.report_of(announcement).costs == planned
    late = [message for message in provider.taken if message.template]
    assert len(late) == 4
    assert late[0].variables == {"1": TEXT}


def test_the_time_it_takes_is_that_of_the_slowest_channel(small_quarter: Quarter) -> None:
    for _ in range(4):
        small_quarter.neighbour()
        small_quarter.neighbour(channel=SMS)
    rates = Rates.model_validate({"whatsapp": {"per_second": 4}, "sms": {"per_second": 2, "unit": "segment"}})
    small_quarter.with_city(rates=rates)
    long = "Air mati. " * 20  # two SMS
    plan = small_quarter.plan(small_quarter.drafts(long))
    assert plan.seconds == 4 * 2 / 2
    assert {share.way.channel: share.segments for share in plan.shares} == {WHATSAPP: 0, SMS: 2}


def test_a_channel_without_a_price_is_told_apart(small_quarter: Quarter) -> None:
    small_quarter.neighbour(channel="simulator")
    small_quarter.neighbour()
    plan = small_quarter.plan(small_quarter.drafts())
    assert (plan.unpriced, plan.costs) == (1, {"IDR": Decimal(85)})
    assert (plan.shares[0].segments, plan.seconds) == (0, pytest.approx(1 / 80))


def test_people_read_it_in_the_frame_of_their_language(small_quarter: Quarter) -> None:
    small_quarter.neighbour(), small_quarter.neighbour(language="en")
    small_quarter.begun()
    small_quarter.tick()
    assert [message.body["text"] for message in small_quarter.written()] == [
        f"Pengumuman untuk Anda yang melapor: {TEXT}",
        f"An announcement for you who reported to us: {TEXT}",
    ]


AREAS = Areas(
    (
        ("Kota A", "Satu", "Alur"),
        ("Kota A", "Satu", "Batu"),
        ("Kota A", "Dua", "Cempaka"),
        ("Kota B", "Tiga", "Duri"),
    )
)


def test_a_larger_area_stands_for_all_in_it() -> None:
    assert AREAS.kelurahan_of(["Kota A/Satu", "Kota B"]) == ["Alur", "Batu", "Duri"]
    assert AREAS.kelurahan_of([]) == []
    assert AREAS.paths_of(["Alur", "Batu", "Duri"]) == ["Kota A/Satu", "Kota B"]
    assert AREAS.labels_of(["Alur", "Batu", "Cempaka"]) == ["Kota A"]
    assert AREAS.labels_of(["Batu", "Alur", "Lama"]) == ["Kecamatan Satu", "Lama"]
    assert AREAS.labels_of([]) == []


@pytest.mark.parametrize("path", ["Kota C", "Alur", "Kota A/Alur", "", "Kota A/"])
def test_an_unknown_area_is_refused(path: str) -> None:
    assert "Wilayah itu tidak ada" in refusal(lambda: AREAS.kelurahan_of([path]))


def test_each_city_has_its_own_areas(tmp_path: Any) -> None:
    assert "Manggarai" in areas_of(None).tree["Kota Administrasi Jakarta Selatan"]["Tebet"]
    assert list(areas_of(ROOT / "examples" / "tirtasari").tree) == ["Kabupaten Tirtasari"]


def test_a_city_whose_list_cannot_be_read_does_not_start(tmp_path: Any) -> None:
    (tmp_path / "config.yml").write_bytes((ROOT / "config.yml").read_bytes())
    (tmp_path / "answers").symlink_to(ROOT / "bot" / "answers")
    (tmp_path / "nlu").mkdir()
    for content, why in ((None, "cannot be read"), ("name\nAlur\n", "is no such table")):
        if content:
            (tmp_path / "nlu" / "areas.csv").write_text(content)
        with pytest.raises(ConfigError, match=why):
            load_rulebook(isolated_settings(city_folder=tmp_path))
    (tmp_path / "nlu" / "areas.csv").write_text("city,kecamatan,kelurahan\n")
    assert load_rulebook(isolated_settings(city_folder=tmp_path)).areas.tree == {}


def test_no_two_kelurahan_of_the_sample_city_have_one_name() -> None:
    names = [name for _, _, name in areas_of(None).rows]
    assert len(set(names)) == len(names) == 267

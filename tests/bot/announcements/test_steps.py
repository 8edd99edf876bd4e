"""What may be announced, started and stopped, and what is refused in one sentence."""

import threading

import pytest

from bot.announcements import announcements
from bot.announcements.announcements import Wish
from bot.announcements.text import one_paragraph
from bot.errors import NotFoundError
from bot.messages import WHATSAPP
from storage.models import Announcement
from storage.queries import announcements as queries
from tests.support.announced import FLOOD, OUTAGE, TEXT, Mobile, Quarter, refusal

SID = "HX" + "0" * 32


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish("", FLOOD), "Tulis dulu"),
        (Wish(" \n\t\u200b\x00 ", FLOOD), "Tulis dulu"),
        (Wish(TEXT), "Pilih layanan, wilayah, atau keduanya"),
        (Wish(TEXT, "tidak_ada"), "Layanan itu tidak ada"),
        (Wish(TEXT, "perempuan_anak"), "Layanan itu tidak ada"),
        (Wish(TEXT, OUTAGE), "Tidak ada warga"),
        (Wish(TEXT, None, ("Atlantis",)), "Tidak ada warga"),
        (Wish("air " * 120, FLOOD), "Tulisan ini 4 SMS per warga, paling panjang 3"),
        (Wish("水" * 200, FLOOD), "Tanpa 水 ia lebih pendek"),
        (Wish("a" * 20_000, FLOOD), "paling panjang 3 SMS"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_one_sentence(small_quarter: Quarter, wish: Wish, sentence: str) -> None:
    small_quarter.neighbour()

    def draft() -> None:
        with small_quarter.database.begin() as session:
            announcements.draft(
                session, small_quarter.rulebook, wish, small_quarter.rina, small_quarter.clock.now()
            )

    assert sentence in refusal(draft)
    assert small_quarter.count(Announcement) == 0


def test_all_opted_out_is_nobody(small_quarter: Quarter) -> None:
    small_quarter.opts_out(small_quarter.neighbour())
    assert "Tidak ada warga" in refusal(small_quarter.drafts)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Air mati.\r\n\r\nMulai besok     pagi.", "Air mati. Mulai besok pagi."),
        ("Air\tmati\x00 \x1b[31mbesok\u202e", "Air mati [31mbesok"),
        ("Satu\u2028dua\u00a0tiga\x0bempat", "Satu dua tiga empat"),
        ("Harga {note} dan {{1}} tetap", "Harga {note} dan {{1}} tetap"),
        ("\udce9 rusak", "? rusak"),
    ],
)
def test_it_becomes_one_paragraph_that_every_way_can_take(typed: str, kept: str) -> None:
    assert one_paragraph(typed) == kept


def test_braces_are_sent_as_they_are(small_quarter: Quarter) -> None:
    small_quarter.neighbour()
    small_quarter.with_city(templates={"announcement": SID})
    announcement = small_quarter.drafts("Harga {note} dan {{1}}")
    small_quarter.starts(announcement)
    small_quarter.tick()
    assert small_quarter.written()[0].body["variables"] == {"1": "Harga {note} dan {{1}}"}
    assert small_quarter.written()[0].body["text"].endswith(": Harga {note} dan {{1}}")


def test_the_same_draft_twice_is_one(quarter: Quarter) -> None:
    quarter.neighbour()
    first = quarter.drafts()
    assert quarter.drafts() == first
    other = quarter.drafts("Yang lain")
    assert other != first
    newer = quarter.drafts("Versi baru", instead_of=other)
    assert quarter.row(other).state == "stopped"
    assert quarter.starts(newer)
    started = quarter.drafts("Versi lain lagi", instead_of=newer)
    assert quarter.row(newer).state == "running"  # what runs is not thrown away
    with quarter.database.read() as session:
        assert [one.announcement.id for one in queries.newest(session, 9)] == [started, newer, first]


def test_a_double_click_starts_once(quarter: Quarter) -> None:
    quarter.neighbour()
    announcement = quarter.drafts()
    assert quarter.starts(announcement)
    assert not quarter.starts(announcement, quarter.budi)
    quarter.tick()
    assert not quarter.starts(announcement)
    assert quarter.tick() == 0
    assert len(quarter.told()) == 1
    assert quarter.report_of(announcement).started_by == "rina@jakarta.example"


def test_two_coordinators_at_once_start_once(quarter: Quarter) -> None:
    quarter.neighbour()
    announcement, begun = quarter.drafts(), list[bool]()
    both = threading.Barrier(2)

    def start(user: int) -> None:
        both.wait()
        begun.append(quarter.starts(announcement, user))

    threads = [threading.Thread(target=start, args=(user,)) for user in (quarter.rina, quarter.budi)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(begun) == [False, True]


def test_a_colleague_may_start_a_draft_and_answers_for_it(quarter: Quarter) -> None:
    quarter.neighbour()
    announcement = quarter.drafts()
    assert quarter.starts(announcement, quarter.budi)
    assert quarter.report_of(announcement).started_by == "budi@jakarta.example"


def test_nothing_starts_unseen_or_with_many_more_than_were_seen(quarter: Quarter) -> None:
    quarter.neighbour()
    announcement = quarter.drafts()
    assert "Lihat dulu" in refusal(lambda: quarter.starts(announcement, seen=None))
    for _ in range(11):
        quarter.neighbour()
    assert "Sekarang 12 warga, tadi 1." in refusal(lambda: quarter.starts(announcement, seen=1))
    assert quarter.row(announcement).state == "draft"
    assert quarter.starts(announcement, seen=2)
    assert quarter.row(announcement).planned == 12


def test_when_nobody_is_left_it_does_not_start(quarter: Quarter) -> None:
    only = quarter.neighbour()
    announcement = quarter.drafts()
    quarter.opts_out(only)
    assert "Tidak ada warga" in refusal(lambda: quarter.starts(announcement))


def test_what_was_thrown_away_stays_there(quarter: Quarter) -> None:
    quarter.neighbour()
    announcement = quarter.drafts()
    assert quarter.stops(announcement)
    assert "sudah dibuang" in refusal(lambda: quarter.starts(announcement))
    assert not quarter.stops(announcement)


def test_stopping_what_is_finished_is_refused(quarter: Quarter) -> None:
    quarter.neighbour()
    announcement = quarter.begun()
    quarter.tick()
    quarter.send({WHATSAPP: Mobile(most=9)})
    assert "tidak ada lagi yang bisa dihentikan" in refusal(lambda: quarter.stops(announcement))
    assert quarter.row(announcement).state == "written"


def test_an_unknown_one_is_not_found(small_quarter: Quarter) -> None:
    for step in (small_quarter.starts, small_quarter.stops):
        with pytest.raises(NotFoundError):
            step(999)

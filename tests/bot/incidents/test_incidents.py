"""Several citizens report one thing: each keeps a number and is told, the agency has one case of it."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from bot.casework import closing
from bot.errors import RefusedError
from bot.incidents import incidents, members
from bot.intake.inbox import address_hash
from bot.tickets import tickets
from bot.tickets.tickets import Report
from storage.models import Conversation, Ticket
from tests.bot.neighbours import Neighbours
from tests.support.desk import Number, meaning

UNDERPASS, KELURAHAN = "underpass Mampang", "Mampang Prapatan"
WORDS = (
    "underpass mampang banjir sepinggang", "mobil mogok kena banjir di underpass mampang",
    "banjir di underpass mampang, motor dorong", "underpass mampang kerendem", "air tinggi di underpass mampang",
)  # fmt: skip


@pytest.fixture
def street(number: Number) -> Neighbours:
    return Neighbours(number)


def flooded(street: Neighbours, who: int, pin: tuple[float, float] | None = None) -> Ticket:
    return street.report(str(who), f"{WORDS[who % len(WORDS)]} {'!' * (who // len(WORDS))}".strip(),
                         place=UNDERPASS, area=KELURAHAN, pin=pin)  # fmt: skip


def several(street: Neighbours, count: int) -> list[Ticket]:
    return [flooded(street, n) for n in range(1, count + 1)]


def test_eleven_neighbours_report_the_same_flooded_underpass(street: Neighbours) -> None:
    tickets = [flooded(street, n, (-6.2435 + n / 20_000, 106.8243) if n % 3 else None) for n in range(1, 12)]
    assert len({ticket.number for ticket in tickets}) == 11
    [incident] = street.incidents()
    assert (incident.members, incident.lead_id) == (11, tickets[0].id)
    assert {street.lead_of(ticket) for ticket in tickets[1:]} == {tickets[0].number}
    assert "warga lain" not in " ".join(street.number.replies("sim:1"))
    assert "Seorang warga lain juga melaporkannya" in " ".join(street.number.replies("sim:2"))
    assert "Beberapa warga lain juga melaporkannya" in " ".join(street.number.replies("sim:4"))
    last = " ".join(street.number.replies("sim:11"))
    assert "Lebih dari 10 warga lain" in last
    assert f"Nomor: {tickets[10].number}" in last
    street.wait(hours=1)
    assert street.subjects() == [
        f"[{tickets[0].number}] Banjir dan genangan: laporan warga",
        f"[{tickets[0].number}] 5 laporan lagi: Banjir dan genangan",
    ]
    assert set(street.statuses(tickets)) == {"waiting"}


def file_report(street: Neighbours, who: str, opened: threading.Event, then: Callable[[], object]) -> None:
    """As a worker files one, in a transaction of its own; ``then`` is done before it ends."""
    now = street.number.clock.now()
    with street.number.database.begin() as session:
        talk = session.scalars(select(Conversation).where(Conversation.address_hash == address_hash(who))).one()
        report = Report("lapor", "banjir", WORDS[0], UNDERPASS, KELURAHAN)
        ticket = tickets.open_ticket(session, street.number.rulebook, talk, report, now)
        opened.set()
        incidents.settle(session, street.number.rulebook, ticket, now)
        then()


def test_two_who_report_in_the_same_moment_are_joined(street: Neighbours) -> None:
    street.report("3", "got mampet di jalan Mawar", "saluran_air", place="Jl. Mawar")  # the agency's list begins
    for who in ("1", "2"):
        street.says(who, "halo")
    opened = threading.Event()
    second = threading.Thread(target=file_report, args=(street, "sim:2", opened, lambda: None))

    def meanwhile() -> None:
        second.start()
        if not street.number.database.is_sqlite:  # where it cannot even begin
            assert opened.wait(30)
        second.join(0.5)  # but now it must wait for the first

    file_report(street, "sim:1", threading.Event(), meanwhile)
    second.join()
    [incident] = street.incidents()
    assert incident.members == 2


def test_the_letter_counts_who_came_before_it_went_out_and_tells_nobody(street: Neighbours) -> None:
    street.report("1", WORDS[0], place=UNDERPASS, area=KELURAHAN)
    street.report("2", "banjir, telepon saya 0812 0000 0456", place=UNDERPASS, area=KELURAHAN)
    street.wait(minutes=10)
    [letter] = street.letters()
    text = letter.body["text"]
    assert "Warga lain yang melaporkan hal yang sama: 1" in text
    assert f"- {UNDERPASS}: banjir, telepon saya [telepon]" in text
    assert "<li>underpass Mampang: banjir" in letter.body["html"]


def test_potholes_eighty_metres_apart_stay_two(street: Neighbours) -> None:
    one = street.report("1", "jalan bolong depan sekolah", "jalan_rusak", pin=(-6.18070, 106.86860))
    two = street.report("2", "aspal mengelupas di tikungan", "jalan_rusak", pin=(-6.18142, 106.86860))
    street.wait(minutes=10)
    assert street.incidents() == []
    assert len(street.letters(one)) == len(street.letters(two)) == 1


def test_what_the_agency_does_with_the_lead_is_done_to_the_others(street: Neighbours) -> None:
    tickets = several(street, 3)
    street.wait(minutes=10)
    street.agency(tickets[0], "accept")
    assert street.statuses(tickets) == ["in_progress"] * 3
    street.agency(tickets[0], "set_date", date(2026, 11, 26))
    assert street.statuses(tickets) == ["scheduled"] * 3
    street.wait(hours=1)
    assert all("Kamis 26 November" in street.told(who) for who in "123")
    street.agency(tickets[0], "claim_done", "Pompa sudah dinyalakan.", None)
    street.wait(minutes=5)
    for who, ticket in zip("123", tickets, strict=True):
        assert "Sudah beres?" in street.told(who)
        assert ticket.number in street.told(who)
        assert "Pompa sudah dinyalakan." in street.told(who)
    assert len(street.letters()) == 1  # the others never were cases of its own


def test_one_who_says_not_yet_is_opened_again_alone(street: Neighbours) -> None:
    tickets = several(street, 3)
    street.wait(minutes=10)
    street.agency(tickets[0], "claim_done", "Sudah surut.", None)
    street.wait(minutes=5)
    street.says("2", "belum", "tolak")
    street.says("3", "sudah pak", "setuju")
    street.wait(minutes=10)
    assert street.statuses(tickets) == ["claimed_done", "waiting", "done"]
    assert street.subjects(tickets[1]) == [f"[{tickets[1].number}] Dibuka kembali: Banjir dan genangan"]
    assert street.lead_of(tickets[1]) is None
    assert street.incidents()[0].members == 2


def test_not_fixed_at_my_place_before_the_claim_goes_its_own_way(street: Neighbours) -> None:
    tickets = several(street, 3)
    street.wait(minutes=10)
    street.agency(tickets[0], "accept")
    street.wait(hours=2)
    said = street.says("2", "belum pak, di tempat saya belum surut", "tolak")
    assert f"laporan {tickets[1].number} kami urus tersendiri" in said[0]
    split = street.now(tickets[1])
    assert (split.status, split.incident_id) == ("waiting", None)
    assert split.solve_by > street.now(tickets[0]).solve_by
    assert street.subjects(tickets[1]) == [f"[{split.number}] Banjir dan genangan: laporan warga"]
    street.agency(tickets[0], "claim_done", "Sudah surut.", None)
    assert street.statuses(tickets) == ["claimed_done", "waiting", "claimed_done"]


def test_another_place_is_said_at_the_claim(street: Neighbours) -> None:
    tickets = several(street, 2)
    street.wait(minutes=10)
    street.agency(tickets[0], "claim_done", "Sudah surut.", None)
    street.wait(minutes=5)
    street.says("2", "beda lokasi pak")
    street.wait(minutes=10)
    assert street.statuses(tickets) == ["claimed_done", "waiting"]
    assert street.now(tickets[1]).incident_id is None


def test_where_it_is_instead_reaches_the_agency(street: Neighbours) -> None:
    tickets = several(street, 2)
    street.wait(minutes=10)
    words = "beda lokasi pak, yang banjir sebelah sekolah"
    street.number.says(words, meaning("tambah_info", place="sebelah sekolah"), who="sim:2")
    parted = street.now(tickets[1])
    assert (parted.incident_id, parted.place) == (None, "sebelah sekolah")
    [letter] = street.letters(parted)
    assert "sebelah sekolah" in letter.body["text"]
    assert words in letter.body["text"]
    assert street.kinds(parted)[-3:] == ["added", "split", "forward"]


def test_words_that_only_part_are_no_part_of_the_story(street: Neighbours) -> None:
    tickets = several(street, 2)
    street.wait(minutes=10)
    before = street.now(tickets[1])
    street.says("2", "beda lokasi pak")
    parted = street.now(tickets[1])
    assert (parted.incident_id, parted.story, parted.place) == (None, before.story, before.place)


def test_words_for_few_eyes_seal_what_they_part(street: Neighbours) -> None:
    tickets = several(street, 2)
    street.wait(minutes=10)
    street.says("2", "beda lokasi, di sini petugasnya malah minta uang suap ke warga", "tambah_info")
    parted = street.now(tickets[1])
    assert (parted.incident_id, parted.sealed) == (None, True)
    assert not any("suap" in letter.body["text"] for letter in street.letters())


def test_other_words_with_a_no_in_them_part_nothing(street: Neighbours) -> None:
    tickets = several(street, 2)
    street.says("2", "beda pendapat sama tetangga", "di_luar_cakupan")
    street.says("1", "beda lokasi")
    assert [street.lead_of(ticket) for ticket in tickets] == [None, tickets[0].number]


def test_the_next_one_leads_when_the_first_withdraws(street: Neighbours) -> None:
    tickets = several(street, 3)
    street.wait(minutes=10)
    street.says("1", "batal", "batal")
    street.says("1", "ya", "setuju")
    assert street.statuses(tickets) == ["withdrawn", "waiting", "waiting"]
    assert street.lead_of(tickets[2]) == tickets[1].number
    [letter] = street.letters(tickets[1])
    assert letter.body["subject"].startswith(f"[{tickets[1].number}] Berlanjut, sebelumnya {tickets[0].number}")
    assert street.subjects(tickets[0]) == [f"[{tickets[0].number}] Banjir dan genangan: laporan warga"]
    street.agency(tickets[1], "accept")
    assert street.statuses(tickets) == ["withdrawn", "in_progress", "in_progress"]


def test_the_others_go_on_when_the_first_says_that_it_is_fixed(street: Neighbours) -> None:
    tickets = several(street, 2)
    street.wait(minutes=10)
    street.says("1", "sudah surut pak", "setuju")
    assert street.statuses(tickets) == ["done", "waiting"]
    assert street.lead_of(tickets[1]) is None
    assert len(street.letters(tickets[1])) == 1


def test_a_late_comer_is_brought_to_where_the_case_stands(street: Neighbours) -> None:
    first = flooded(street, 1)
    street.wait(minutes=10)
    street.agency(first, "accept")
    second = flooded(street, 2)
    assert street.now(second).status == "in_progress"
    assert street.subjects()[1:] == [f"[{first.number}] 1 laporan lagi: Banjir dan genangan"]


def test_what_is_said_to_be_done_is_not_joined(street: Neighbours) -> None:
    first = flooded(street, 1)
    street.wait(minutes=10)
    street.agency(first, "claim_done", "Sudah surut.", None)
    assert street.lead_of(flooded(street, 2)) is None


def test_a_claim_of_a_closed_lead_is_refused_in_one_sentence(street: Neighbours) -> None:
    tickets = several(street, 2)
    street.wait(minutes=10)
    street.agency(tickets[0], "claim_done", "Sudah surut.", None)
    street.wait(minutes=5)
    street.says("1", "sudah", "setuju")
    with pytest.raises(RefusedError, match="berstatus Selesai; langkah itu tidak bisa dilakukan lagi"):
        street.agency(tickets[0], "claim_done", "Sudah surut lagi.", None)
    assert street.statuses(tickets) == ["done", "claimed_done"]


def test_sent_back_and_passed_on_together(street: Neighbours) -> None:
    tickets = several(street, 2)
    street.wait(minutes=10)
    street.agency(tickets[0], "send_back", "Ini milik pengelola tol.")
    assert street.statuses(tickets) == ["coordination"] * 2
    assert {street.now(ticket).agency for ticket in tickets} == {"coordinators"}


@pytest.mark.parametrize("kind", ["saran", "apresiasi"])
def test_praise_and_ideas_never_join(street: Neighbours, kind: str) -> None:
    for who in "12":
        street.report(who, "taman Menteng bagus sekali", "taman", "taman Menteng", "Menteng", intent=kind)
    assert street.incidents() == []


def test_sealed_reports_never_join(street: Neighbours) -> None:
    for who in "12":
        street.report(who, "petugas parkir minta uang di depan pasar Senen", "parkir_liar", "pasar Senen", "Senen")
    assert [ticket.sealed for ticket in street.tickets()] == [True, True]
    assert street.incidents() == []


def test_complaints_about_officials_and_papers_are_each_their_own(street: Neighbours) -> None:
    for who in "12":
        street.report(who, "petugas kelurahan Senen galak", "pelayanan_petugas", "kelurahan Senen", "Senen")
        street.report(who, "KTP saya belum jadi di kelurahan Senen", "ktp", "kelurahan Senen", "Senen")
    assert street.incidents() == []


def test_an_emergency_is_counted_and_everybody_is_told_whom_to_call(street: Neighbours) -> None:
    for who in "123":
        street.report(who, f"kebakaran pasar Gembrong {who}", "kebakaran", "pasar Gembrong", "Cipinang Besar",
                      pin=(-6.2246, 106.8766), intent="darurat")  # fmt: skip
    assert street.incidents()[0].members == 3
    for who in "123":
        assert "112" in " ".join(street.number.replies(f"sim:{who}"))
    street.follow()
    subjects = street.subjects()
    assert [s for s in subjects if "DARURAT" in s] == subjects[:1]
    assert len(subjects) == 3  # of an emergency the agency hears every time


def test_what_a_follower_adds_reaches_the_agency_on_its_one_case(street: Neighbours) -> None:
    tickets = several(street, 2)
    street.wait(minutes=10)
    street.says("2", "airnya sudah sampai dada, tolong perahu", "tambah_info")
    assert street.subjects()[1:] == [f"[{tickets[0].number}] Tambahan dari warga: Banjir dan genangan"]


def test_a_corrected_place_parts(street: Neighbours) -> None:
    tickets = several(street, 2)
    street.wait(minutes=20)
    street.says("2", "ubah")
    street.says("2", "1")
    street.says("2", "underpass Matraman", "tambah_info")
    split = street.now(tickets[1])
    assert (split.incident_id, split.place) == (None, "underpass Matraman")
    assert len(street.letters(tickets[1])) == 1


def test_splitting_one_that_is_alone_is_refused(street: Neighbours) -> None:
    ticket = flooded(street, 1)
    with street.number.database.begin() as session, pytest.raises(RefusedError, match="tidak tergabung"):
        members.split(session, street.number.rulebook, session.get_one(Ticket, ticket.id), "user:1",
                               street.number.clock.now())  # fmt: skip


def test_a_hundred_follow_in_ticks(street: Neighbours, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "BATCH", 2)
    tickets = several(street, 6)
    street.wait(minutes=10)
    now = street.number.clock.now()
    with street.number.database.begin() as session:
        lead = session.get_one(Ticket, tickets[0].id)
        from bot.agencies import work

        work.accept(work.Desk(session, street.number.rulebook, lead, lead.agency, now))
    assert street.statuses(tickets).count("in_progress") == 3
    street.follow()
    assert set(street.statuses(tickets)) == {"in_progress"}


def test_closing_by_page_parts_too(street: Neighbours) -> None:
    tickets = several(street, 2)
    street.wait(minutes=10)
    street.agency(tickets[0], "claim_done", "Sudah surut.", None)
    with street.number.database.begin() as session:
        closing.deny(session, street.number.rulebook, session.get_one(Ticket, tickets[1].id), "",
                     street.number.clock.now())  # fmt: skip
    assert street.now(tickets[1]).incident_id is None

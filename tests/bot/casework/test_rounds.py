"""The worker: one conversation in one hand, nothing lost by a crash, a poison or a missing model."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select

from bot.casework.rounds import LEASE, answer_burst
from nlu.client import Guess, Understanding
from storage.models import Conversation, Handover, InboundMessage, OutboundMessage
from tests.support.desk import Number, meaning

POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")


def test_a_burst_becomes_one_report_with_one_reply(number: Number) -> None:
    number.hears("halo pak", meaning("salam"))
    number.hears("jalan di depan sekolah berlubang parah", meaning("lapor", "jalan_rusak"))
    number.hears("", media=())
    number.hears("di Jl. Melati rt 3", meaning("tambah_info", place="Jl. Melati rt 3"))
    number.nlu.script["jalan di depan sekolah berlubang parah\ndi Jl. Melati rt 3"] = POTHOLE
    number.work()
    assert number.wordings() == ["report_filed"]
    assert "halo pak" in number.ticket().story


def test_two_matters_in_one_minute_get_a_turn_each(number: Number) -> None:
    number.hears("jalan di Jl. Melati berlubang parah", POTHOLE)
    number.hears("cara urus KTP hilang gimana ya", meaning("tanya", "ktp", faq="ktp_hilang"))
    number.work()
    assert number.wordings() == ["report_filed", "answer"]


def test_a_greeting_waits_for_the_story_behind_it(number: Number) -> None:
    number.hears("halo", meaning("salam"))
    number.work()
    assert number.replies() == []
    number.clock.move(seconds=3)
    number.hears("jalan di Jl. Melati berlubang parah", POTHOLE)
    number.work()
    assert number.wordings() == ["report_filed"]


def test_the_notice_comes_once(number: Number) -> None:
    first = number.says("jalan di Jl. Melati berlubang parah", POTHOLE)
    second = number.says("laporan saya sampai mana", meaning("cek_status"))
    assert "Data Anda" in first[0]
    assert "Data Anda" not in second[0]


def test_the_notice_does_not_come_between_a_question_and_its_choices(number: Number) -> None:
    unclear = Understanding(intents=(Guess("lapor", 0.9),), services=(Guess("pohon", 0.4), Guess("taman", 0.3)))
    (text,) = number.says("yang di ujung situ tolong dibereskan", unclear)
    assert text.startswith("Data Anda")
    assert text.endswith("soal apa?")


def test_while_the_model_is_away_messages_wait_and_are_understood_later(number: Number) -> None:
    number.nlu.away = True
    number.hears("jalan di Jl. Melati berlubang parah", POTHOLE)
    number.work()
    number.clock.move(minutes=5)
    number.work()
    assert number.wordings() == ["received_wait"]
    number.nlu.away = False
    number.clock.move(seconds=11)
    number.work()
    assert number.wordings() == ["received_wait", "report_filed"]


def test_emergencies_and_opt_outs_do_not_wait_for_the_model(number: Number) -> None:
    number.nlu.away = True
    assert number.says("tolong rumah tetangga kebakaran pak!")[0].startswith("Segera telepon 112")
    assert "tidak akan mengirim" in number.says("BERHENTI")[0]


def test_two_workers_never_answer_the_same_conversation(number: Number) -> None:
    for who in range(12):
        number.hears("jalan di Jl. Melati berlubang parah", POTHOLE, who=f"sim:{who}")
    workers = [number.worker(name) for name in ("one", "two", "three", "four")]
    with ThreadPoolExecutor(4) as pool:
        answered = list(pool.map(lambda worker: sum(worker.round() for _ in range(3)), workers))
    assert sum(answered) == 12
    assert [number.wordings(f"sim:{who}") for who in range(12)] == [["report_filed"]] * 12


def test_a_worker_that_was_too_slow_changes_nothing(number: Number) -> None:
    number.hears("jalan di Jl. Melati berlubang parah", POTHOLE)
    slow = number.worker("slow")._claim()
    number.clock.move(seconds=LEASE.total_seconds() + 1)
    number.work()
    with number.database.begin() as session:
        answer_burst(session, number.rulebook, slow[0], POTHOLE, number.clock.now())
    assert number.wordings() == ["report_filed"]


def test_a_worker_that_died_is_followed_by_another(number: Number) -> None:
    number.hears("jalan di Jl. Melati berlubang parah", POTHOLE)
    number.worker("dead")._claim()
    number.work()
    assert number.replies() == []
    number.clock.move(seconds=LEASE.total_seconds() + 1)
    number.work()
    assert number.wordings() == ["report_filed"]


def test_a_message_that_cannot_be_handled_goes_to_a_person(number: Number) -> None:
    with number.database.begin() as session:
        broken = "jalan di Jl. Melati berlubang parah"
        number.nlu.script[broken] = meaning("lapor", "jalan_rusak")
    number.hears(broken)
    number.worker()._claim()
    with number.database.begin() as session:
        conversation = session.scalars(select(Conversation)).one()
        conversation.dialogue = {"pending": "nonsense"}
        conversation.lease_until = None
    for _ in range(4):
        number.work()
        number.clock.move(seconds=30)
    with number.database.read() as session:
        assert session.scalars(select(Handover.reason)).all() == ["error"]
        assert session.scalars(select(InboundMessage.outcome)).all() == ["error"]


def test_a_failing_conversation_holds_up_no_other(number: Number) -> None:
    number.hears("jalan di Jl. Melati berlubang parah", POTHOLE, who="sim:bad")
    number.worker()._claim()
    with number.database.begin() as session:
        conversation = session.scalars(select(Conversation)).one()
        conversation.dialogue = {"pending": "nonsense"}
        conversation.lease_until = None
    number.hears("jalan di Jl. Melati berlubang parah", POTHOLE, who="sim:good")
    number.work()
    assert number.wordings("sim:good") == ["report_filed"]


def test_what_is_asked_twice_at_once_is_written_once(number: Number) -> None:
    number.hears("jalan di Jl. Melati berlubang parah", POTHOLE)
    burst = number.worker("one")._claim()[0]
    for _ in range(2):
        with number.database.begin() as session:
            answer_burst(session, number.rulebook, burst, POTHOLE, number.clock.now() + timedelta(seconds=1))
    with number.database.read() as session:
        assert session.scalar(select(func.count()).select_from(OutboundMessage)) == 1


def test_stop_works_at_once_whatever_waits_before_it(number: Number) -> None:
    number.nlu.away = True
    number.hears("jalan di Jl. Melati berlubang parah", POTHOLE)
    number.hears("berhenti")
    number.work()
    assert number.wordings() == ["opted_out", "received_wait"]
    number.nlu.away = False
    number.clock.move(seconds=10)
    number.work()
    assert number.wordings() == ["opted_out", "received_wait", "report_filed"]


def test_a_button_and_words_in_one_minute_get_a_turn_each(number: Number) -> None:
    unclear = Understanding(intents=(Guess("lapor", 0.9),), services=(Guess("pohon", 0.4), Guess("taman", 0.3)))
    number.says("yang di ujung situ tolong dibereskan", unclear)
    number.hears("Pohon", choice="pohon")
    number.hears("ada di Jl. Melati rt 3", meaning("tambah_info", place="Jl. Melati rt 3"))
    number.work()
    assert number.wordings()[1:] == ["ask_place", "report_filed"]
    assert number.ticket().service == "pohon"

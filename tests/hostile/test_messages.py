"""Odd messages from webhook to answer: each has an outcome and a kind sentence, and nothing waits forever."""

import base64

import pytest

from bot.segments import segments
from tests.standins.citizen import Citizen
from tests.support.clock import MoveableClock
from tests.support.desk import meaning
from tests.support.hotline import Hotline
from tests.support.web import Form

POTHOLE = "jalan berlubang di Jalan Tebet Raya"
FILED = meaning("lapor", "jalan_rusak", place="Jalan Tebet Raya")
STORY = (
    "Selamat pagi, saya mau lapor jalan berlubang di Jalan Tebet Raya dekat pasar, sudah dua minggu, banyak motor "
    "jatuh kalau hujan karena lubangnya tertutup air. Mohon diperbaiki segera."
)


@pytest.fixture
def sari(hotline: Hotline) -> Citizen:
    return hotline.citizen()


@pytest.fixture
def budi(local_hotline: Hotline) -> Citizen:
    return local_hotline.citizen(by_sms=True)


def answers(hotline: Hotline, citizen: Citizen, *forms: Form) -> list[str]:
    """What a citizen is sent after these messages; all of them have come to an end then."""
    hotline.hear(*forms)
    assert {message.state for message in hotline.inbox(citizen)} == {"done"}
    return hotline.wordings(citizen)


# -- nothing to read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", " ", "\r\n\r\n", "\x00", "\x00\x00 \x01", "\u200b", "\ufeff\u2060", "\u202e", "\u00a0", "\ufe0f"]
)
def test_a_message_without_anything_to_read_is_asked_what_it_is_about(
    hotline: Hotline, sari: Citizen, text: str
) -> None:
    assert answers(hotline, sari, sari.form(text)) == ["empty_message"]
    assert hotline.nlu.asked == []


def test_photos_alone_are_asked_what_they_show(hotline: Hotline, sari: Citizen) -> None:
    assert answers(hotline, sari, sari.photo_form("", "https://api.twilio.com/1")) == ["what_is_it_about"]


def test_photos_after_a_report_go_to_it_in_silence(hotline: Hotline, sari: Citizen) -> None:
    hotline.understands({POTHOLE: FILED})
    photos = [sari.photo_form("", f"https://api.twilio.com/{n}") for n in range(5)]
    assert answers(hotline, sari, sari.form(POTHOLE), *photos) == ["report_filed"]
    assert len(hotline.tickets()) == 1


def test_ten_voice_notes_are_answered_once(hotline: Hotline, sari: Citizen) -> None:
    notes = [sari.photo_form("", f"https://api.twilio.com/{n}", content_type="audio/ogg") for n in range(10)]
    assert answers(hotline, sari, *notes) == ["voice_to_person"]


# -- strange texts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_600,
        ("banjir " * 300)[:1_600],
        "🚨" * 800,
        "👨‍👩‍👧‍👦🇮🇩❤️",
        "مرحبا هل يمكنكم مساعدتي",
        "שלום\u200f",
        "जल भराव",
        "é̶̢̛" * 100,
        "<script>alert(1)</script>",
        "'; DROP TABLE tickets; --",
        "{number} %s {{7*7}} ${x}",
        "=HYPERLINK(1)",
        "%FF%FE%00",
        "\ud7ff\ue000\ufffe",
    ],
)
def test_a_strange_text_is_read_like_any_other(hotline: Hotline, sari: Citizen, text: str) -> None:
    has_letters = any(character.isalpha() for character in text)
    assert answers(hotline, sari, sari.form(text)) == ["off_topic" if has_letters else "nothing_asked"]
    assert hotline.nlu.asked == [text]
    assert hotline.inbox(sari)[0].content["text"] == text


@pytest.mark.parametrize("text", ["x" * 1_600, "🚨" * 800, "ban\x00jir", "ahlan مرحبا", "<b>&amp;</b>"])
def test_a_strange_text_becomes_a_report_when_that_is_what_it_is(
    hotline: Hotline, sari: Citizen, text: str
) -> None:
    hotline.understands({text.replace("\x00", ""): FILED})
    assert answers(hotline, sari, sari.form(text)) == ["report_filed"]
    [ticket] = hotline.tickets()
    assert ticket.story == ticket.masked_story == text.replace("\x00", "")


def test_nobody_turns_the_direction_of_our_own_words(local_hotline: Hotline, budi: Citizen) -> None:
    text = "jalan\u202e rusak\u2066 di Tebet"
    local_hotline.understands({"jalan rusak di Tebet": meaning("lapor", "jalan_rusak", place="Tebet")})
    local_hotline.hear(budi.form(text))
    [ticket] = local_hotline.tickets()
    assert ticket.story == "jalan rusak di Tebet"
    assert local_hotline.inbox(budi)[0].content["text"] == text


def test_who_answers_where_with_a_novel_gets_a_short_reply_all_the_same(
    local_hotline: Hotline, budi: Citizen
) -> None:
    novel = ("Jadi begini ceritanya pak,\nsaya tinggal di ujung gang. " * 40)[:1_600].strip()
    local_hotline.understands({"jalan rusak parah sekali pak": meaning("lapor", "jalan_rusak")})
    local_hotline.understands({novel: meaning("tambah_info")})
    local_hotline.hear(budi.form("halo"))
    local_hotline.hear(budi.form("jalan rusak parah sekali pak"))
    local_hotline.hear(budi.form(novel))
    reply = local_hotline.texts(budi)[-1]
    [ticket] = local_hotline.tickets()
    assert ticket.number in reply
    assert "Jadi begini ceritanya pak, say..." in reply
    assert ticket.place == novel
    assert segments(reply) <= 3


def test_a_pin_with_an_endless_address_gets_a_short_reply(local_hotline: Hotline, budi: Citizen) -> None:
    local_hotline.understands({"jalan rusak parah sekali pak": meaning("lapor", "jalan_rusak")})
    local_hotline.hear(budi.form("jalan rusak parah sekali pak"))
    local_hotline.hear(budi.pin_form(-6.2, 106.8, "x" * 5_000 + "\x00\u202e"))
    assert len(local_hotline.texts(budi)[-1]) < 400
    assert local_hotline.tickets()[0].latitude == -6.2
    assert local_hotline.tickets()[0].place == "x" * 5_000


def test_a_sentence_sent_five_times_is_one_report(hotline: Hotline, sari: Citizen) -> None:
    hotline.understands({POTHOLE: FILED})
    assert answers(hotline, sari, *[sari.form(POTHOLE) for _ in range(5)]) == ["report_filed"]
    assert [ticket.story for ticket in hotline.tickets()] == [POTHOLE]


def test_politeness_behind_an_emergency_does_not_play_it_down(hotline: Hotline, sari: Citizen) -> None:
    hotline.nlu.away = True
    hotline.receive(sari.form("tolong ada kebakaran di gang mawar"), sari.form("terima kasih"))
    hotline.work()
    assert [ticket.urgent for ticket in hotline.tickets()] == [True]


def test_odd_messages_are_answered_while_the_model_is_away_and_after_it(
    hotline: Hotline, sari: Citizen, clock: MoveableClock
) -> None:
    hotline.nlu.away = True
    hotline.receive(sari.form("\x00"), sari.form("🚨" * 800))
    hotline.work()
    assert hotline.wordings(sari) == ["received_wait"]
    hotline.nlu.away = False
    clock.move(seconds=10)
    hotline.work()
    assert hotline.wordings(sari) == ["received_wait", "nothing_asked"]


# -- base64 -----------------------------------------------------------------------------------------------------


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"


@pytest.mark.parametrize(
    "text", [STORY, STORY + "\nMatur nuwun 🙏", f"Banjir {FAMILY} " * 10, "مرحبا " * 20 + "\u200f"]
)
def test_a_joined_sms_that_came_as_base64_is_read(hotline: Hotline, text: str) -> None:
    budi = hotline.citizen(by_sms=True)
    hotline.understands({text.strip(): FILED, text: FILED})
    assert answers(hotline, budi, budi.form(encoded(text), NumSegments="2")) == ["report_filed"]
    assert hotline.inbox(budi)[0].content["text"] == text
    assert hotline.inbox(budi)[0].raw["Body"] in (encoded(text), [encoded(text)])


def test_an_emergency_in_base64_overtakes(local_hotline: Hotline, budi: Citizen) -> None:
    text = "tolong ada kebakaran di gang mawar, api makin besar"
    local_hotline.receive(budi.form(encoded(text), NumSegments="2"))
    assert local_hotline.inbox(budi)[0].lane == 0


@pytest.mark.parametrize(
    ("text", "segments_named"),
    [
        (encoded(STORY), "1"),  # one segment: somebody wrote just this
        (encoded(STORY), ""),
        (encoded(STORY) + "!", "2"),
        (encoded(STORY)[:-1], "2"),
        (encoded(STORY) + " salam", "2"),
        (encoded("\x00\x01\x02" * 40), "2"),
        (base64.b64encode(b"\xff\xfe\xfd" * 40).decode(), "2"),
        (encoded("halo"), "2"),
        ("a" * 200, "2"),
        ("A" * 200, "2"),
        ("jalanrusakditebetbarattolongdiperbaiki" * 4, "2"),
        ("12345678" * 25, "2"),
        ("hahahaha" * 25, "2"),
        (STORY, "2"),
    ],
)
def test_whatever_may_be_a_text_is_left_as_it_is(
    local_hotline: Hotline, budi: Citizen, text: str, segments_named: str
) -> None:
    local_hotline.receive(budi.form(text, NumSegments=segments_named))
    assert local_hotline.inbox(budi)[0].content["text"] == text


def test_whatsapp_knows_no_base64(hotline: Hotline, sari: Citizen) -> None:
    hotline.receive(sari.form(encoded(STORY), NumSegments="2"))
    assert hotline.inbox(sari)[0].content["text"] == encoded(STORY)


# -- fields -----------------------------------------------------------------------------------------------------


def test_unknown_fields_are_kept_and_change_nothing(hotline: Hotline, sari: Citizen) -> None:
    hotline.understands({POTHOLE: FILED})
    unknown = {"Weather": "hujan", "body": "KEBAKARAN", "Body2": "x", "": "x", "Choice": "yes", "held_by": "1"}
    assert answers(hotline, sari, sari.form(POTHOLE, **unknown)) == ["report_filed"]
    assert hotline.inbox(sari)[0].raw["Weather"] in ("hujan", ["hujan"])


def test_thousands_of_fields_are_kept_and_change_nothing(hotline: Hotline, sari: Citizen) -> None:
    hotline.understands({POTHOLE: FILED})
    many = {f"Field{n}": str(n) for n in range(5_000)}
    assert answers(hotline, sari, sari.form(POTHOLE, **many)) == ["report_filed"]

"""A story told in pieces is one matter; two matters in one minute are two."""

from bot.conversation.units import first_unit
from tests.bot.conversation.conftest import understood

HELLO = ("halo pak", understood("salam"))
STORY = ("jalan di depan sekolah berlubang parah", understood("lapor", "jalan_rusak"))
PLACE = ("gang kober rt 3", understood("tambah_info", place="gang kober rt 3"))
PHOTO = ("", None)
QUESTION = ("cara urus ktp hilang gimana", understood("tanya", "ktp", faq="ktp_hilang"))
OTHER_STORY = ("sampah di TPS tidak diangkut seminggu", understood("lapor", "sampah"))
THANKS = ("makasih ya", understood("terima_kasih"))


def test_a_greeting_a_story_photos_and_the_address_are_one():
    assert first_unit([HELLO, STORY, PHOTO, PHOTO, PLACE, THANKS]).count == 6


def test_a_question_after_a_story_is_a_matter_of_its_own():
    assert first_unit([STORY, PLACE, QUESTION]).count == 2
    assert first_unit([PLACE, ("laporan saya sampai mana", understood("cek_status"))]).count == 1


def test_a_report_about_another_service_is_one_too():
    assert first_unit([STORY, OTHER_STORY]).count == 1


def test_more_about_the_same_service_is_not():
    again = ("lubangnya dalam sekali bikin motor jatuh", understood("lapor", "jalan_rusak"))
    assert first_unit([STORY, again]).count == 2


def test_a_greeting_before_a_question_belongs_to_it():
    assert first_unit([HELLO, QUESTION]).count == 2


def test_what_the_model_is_unsure_of_is_not_cut_off():
    vague = ("itu yang di ujung gimana", understood("tanya", sure=0.5))
    assert first_unit([STORY, vague]).count == 2


def test_without_a_model_everything_stays_together():
    assert first_unit([("halo", None), ("jalan rusak", None)]).count == 2


def test_courtesies_do_not_colour_what_was_told():
    unit = first_unit([THANKS, ("lampunya mati terus bikin takut", understood("lapor", "lampu_jalan"))])
    assert unit.text == "lampunya mati terus bikin takut"
    assert first_unit([HELLO, THANKS]).text == "halo pak\nmakasih ya"

"""From what a citizen writes to a report: nothing asked that was said, one thing at a time, nothing lost."""

from dataclasses import replace
from datetime import timedelta

from bot.conversation import Dialogue, Situation, respond, respond_to_silence
from bot.conversation.state import Asked, Draft, Pending
from bot.conversation.turn import AddToTicket, AskPerson, Correct, FileReport
from bot.messages import Location
from tests.bot.conversation.conftest import NOON, ticket, understood

POTHOLE = "jalan berlubang di Jl. Melati Tebet, tolong diperbaiki"
LATER = NOON + timedelta(minutes=30)
QUIET = Situation(answerable=frozenset({"ktp_hilang"}))


def test_a_complete_report_is_filed_at_once(said, city):
    turn = respond(Dialogue(), said(POTHOLE, understood("lapor", "jalan_rusak", place="Jl. Melati")), QUIET, city)
    assert isinstance(turn.action, FileReport)
    assert (turn.action.draft.service, turn.action.draft.place) == ("jalan_rusak", "Jl. Melati")
    assert [reply.wording for reply in turn.replies] == ["report_filed"]


def test_a_report_without_a_place_is_asked_for_it_once(said, city):
    turn = respond(
        Dialogue(), said("jalan depan rumah rusak parah pak", understood("lapor", "jalan_rusak")), QUIET, city
    )
    assert [reply.wording for reply in turn.replies] == ["ask_place"]
    assert turn.action is None
    assert turn.dialogue.pending.asked is Asked.PLACE

    answer = said("gang kober rt 3 rw 5", understood("tambah_info", place="gang kober rt 3"))
    turn = respond(turn.dialogue, answer, QUIET, city)
    assert turn.action.draft.place == "gang kober rt 3 rw 5"
    assert "rusak parah" in turn.action.draft.story
    assert turn.dialogue.pending is None


def test_a_pin_answers_where(said, city):
    asked = respond(
        Dialogue(), said("jalan rusak parah pak tolong", understood("lapor", "jalan_rusak")), QUIET, city
    )
    pin = said("", None, location=Location(-6.2, 106.8))
    turn = respond(asked.dialogue, pin, QUIET, city)
    assert turn.action.draft.location == Location(-6.2, 106.8)


def test_someone_who_does_not_know_the_place_is_not_asked_again(said, city):
    asked = respond(
        Dialogue(), said("jalan rusak parah pak tolong", understood("lapor", "jalan_rusak")), QUIET, city
    )
    turn = respond(asked.dialogue, said("gak tau pak namanya", understood("tolak")), QUIET, city)
    assert [reply.wording for reply in turn.replies] == ["report_filed_without_place"]
    assert isinstance(turn.action, FileReport)


def test_a_question_left_unanswered_still_becomes_a_ticket(said, city):
    asked = respond(
        Dialogue(), said("jalan rusak parah pak tolong", understood("lapor", "jalan_rusak")), QUIET, city
    )
    assert asked.wake_at == NOON + timedelta(minutes=31)  # half an hour from the asking
    turn = respond_to_silence(asked.dialogue, QUIET, city, LATER)
    assert turn.action.draft.service == "jalan_rusak"
    assert turn.dialogue.pending is None


def test_a_choice_left_unanswered_goes_to_a_person(said, city):
    unsure = said("itu yg di ujung sana kok begitu terus ya", understood("lapor", "pohon", service_sure=0.3))
    asked = respond(Dialogue(), unsure, QUIET, city)
    turn = respond_to_silence(asked.dialogue, QUIET, city, LATER)
    assert turn.action == AskPerson("unsure", unsure.text)


def test_an_unsure_report_is_offered_three_services_and_other(said, city):
    unsure = said("itu yg di ujung sana kok begitu terus ya", understood("lapor", "pohon", service_sure=0.3))
    turn = respond(Dialogue(), unsure, QUIET, city)
    assert turn.dialogue.pending.options[0] == "pohon"
    assert turn.dialogue.pending.options[-1] == "other"
    assert len(turn.replies[0].choices) <= 4


def test_the_number_of_a_choice_or_its_button_is_taken(said, city):
    options = ("pungli", "rt_rw", "other")
    dialogue = Dialogue(Pending(Asked.SERVICE, NOON, options), Draft("lapor", "diminta uang"))
    for answer in (said("2", understood("tambah_info")), said("RT, RW", None, choice="rt_rw")):
        turn = respond(dialogue, answer, QUIET, city)
        assert turn.action.draft.service == "rt_rw"


def test_other_goes_to_a_person_with_the_story(said, city):
    dialogue = Dialogue(Pending(Asked.SERVICE, NOON, ("pungli", "other")), Draft("lapor", "diminta uang"))
    turn = respond(dialogue, said("2", understood("tambah_info")), QUIET, city)
    assert turn.action == AskPerson("unsure", "diminta uang")


def test_a_number_outside_the_list_is_no_choice(said, city):
    dialogue = Dialogue(Pending(Asked.SERVICE, NOON, ("pungli", "other")), Draft("lapor", "diminta uang"))
    turn = respond(dialogue, said("7", understood("tambah_info", sure=0.4)), QUIET, city)
    assert [reply.wording for reply in turn.replies] == ["choose_within"]
    assert turn.dialogue.draft is not None
    assert turn.action is None


def test_an_emergency_is_answered_first_and_filed_at_once(said, city):
    turn = respond(
        Dialogue(), said("ada kebakaran di gang mawar!", understood("darurat", "kebakaran")), QUIET, city
    )
    assert turn.action.urgent
    assert turn.replies[0].wording == "emergency_with_number_ask_place"
    assert turn.replies[0].values["emergency_number"] == "113"


def test_an_emergency_needs_no_model(said, city):
    turn = respond(Dialogue(), said("tolong rumah tetangga kebakaran pak!", None), QUIET, city)
    assert turn.action.urgent


def test_an_emergency_overtakes_an_open_question_and_a_person(said, city):
    dialogue = Dialogue(Pending(Asked.PLACE, NOON), Draft("lapor", "lampu mati", "lampu_jalan"))
    held = replace(QUIET, held_by_person=True)
    turn = respond(dialogue, said("tolong kebakaran pak!", understood("darurat", "kebakaran")), held, city)
    assert turn.action.urgent


def test_the_place_of_an_emergency_is_passed_on(said, city):
    dialogue = Dialogue(Pending(Asked.EMERGENCY_PLACE, NOON), recent="JK-7Q2M9X-4", recent_at=NOON)
    here = replace(QUIET, tickets=(ticket("waiting", service="kebakaran", urgent=True),))
    place = said("gang mawar rt 2", understood("tambah_info", place="gang mawar rt 2"))
    turn = respond(dialogue, place, here, city)
    assert turn.action == AddToTicket("JK-7Q2M9X-4", "gang mawar rt 2", "gang mawar rt 2", None)


def test_another_report_is_not_taken_for_the_place_of_an_emergency(said, city):
    dialogue = Dialogue(Pending(Asked.EMERGENCY_PLACE, NOON), recent="JK-7Q2M9X-4", recent_at=NOON)
    here = replace(QUIET, tickets=(ticket("waiting", service="kebakaran", urgent=True),))
    lamp = said("lampu jalan di sini mati terus bikin takut", understood("lapor", "lampu_jalan"))
    assert respond(dialogue, lamp, here, city).replies[0].wording == "ask_place"


def test_a_fragment_does_not_wait_when_another_matter_has_come(said, city):
    early = said("jalan rusak", understood("lapor", "jalan_rusak"), now=NOON, followed=True)
    assert not respond(Dialogue(), early, QUIET, city).hold


def test_praise_and_ideas_are_filed_without_asking_where(said, city):
    for intent, wording in (("apresiasi", "praise_filed"), ("saran", "idea_filed")):
        turn = respond(
            Dialogue(), said("petugas taman hebat sekali pak", understood(intent, "taman")), QUIET, city
        )
        assert [reply.wording for reply in turn.replies] == [wording]
        assert turn.action.draft.kind == intent


def test_a_fragment_waits_for_the_rest(said, city):
    early = said("jalan rusak", understood("lapor", "jalan_rusak"), now=NOON)
    turn = respond(Dialogue(), early, QUIET, city)
    assert turn.hold
    assert turn.wake_at == NOON + timedelta(seconds=15)
    assert not turn.replies


def test_nobody_waits_longer_than_a_minute(said, city):
    trickle = said(
        "dan", understood("lapor", "jalan_rusak", sure=0.4), first_at=NOON - timedelta(seconds=58), now=NOON
    )
    assert respond(Dialogue(), trickle, QUIET, city).wake_at == NOON + timedelta(seconds=2)


def test_a_question_set_aside_by_another_matter_is_not_lost(said, city):
    dialogue = Dialogue(Pending(Asked.PLACE, NOON), Draft("lapor", "lampu mati", "lampu_jalan"))
    turn = respond(
        dialogue, said("cara urus ktp hilang?", understood("tanya", "ktp", faq="ktp_hilang")), QUIET, city
    )
    assert turn.replies[0].topic == "ktp_hilang"
    assert turn.dialogue.draft is not None
    assert turn.dialogue.pending is not None
    assert turn.wake_at is not None


def test_another_report_instead_of_a_place_files_both(said, city):
    dialogue = Dialogue(Pending(Asked.PLACE, NOON), Draft("lapor", "lampu mati", "lampu_jalan"))
    other = said(
        "sampah di TPS pasar minggu sudah seminggu tidak diangkut bau sekali", understood("lapor", "sampah")
    )
    turn = respond(dialogue, other, QUIET, city)
    assert turn.action.draft.service == "lampu_jalan"
    assert turn.hold
    assert turn.wake_at <= other.now


def test_an_emergency_does_not_make_a_report_forgotten(said, city):
    dialogue = Dialogue(Pending(Asked.PLACE, NOON), Draft("lapor", "lampu mati", "lampu_jalan"))
    turn = respond(dialogue, said("tolong kebakaran pak!", understood("darurat", "kebakaran")), QUIET, city)
    assert turn.dialogue.draft.story == "lampu mati"
    assert turn.wake_at is not None


def test_opting_out_still_files_the_report_but_says_nothing_more(said, city):
    dialogue = Dialogue(Pending(Asked.PLACE, NOON), Draft("lapor", "lampu mati", "lampu_jalan"))
    stopped = respond(dialogue, said("stop", None), QUIET, city)
    turn = respond_to_silence(stopped.dialogue, replace(QUIET, opted_out=True), city, LATER)
    assert isinstance(turn.action, FileReport)
    assert not turn.replies


def test_asking_for_a_human_does_not_drop_the_report(said, city):
    dialogue = Dialogue(Pending(Asked.PLACE, NOON), Draft("lapor", "lampu mati", "lampu_jalan"))
    turn = respond(dialogue, said("mau bicara sama orang aja", understood("bicara_petugas")), QUIET, city)
    assert turn.dialogue.draft is not None
    assert turn.wake_at is not None


def test_a_second_cry_for_help_is_the_same_emergency(said, city):
    same = ticket("waiting", service="kebakaran", urgent=True)
    dialogue = Dialogue(Pending(Asked.EMERGENCY_PLACE, NOON), recent=same.number, recent_at=NOON)
    cry = said("tolong kebakaran makin besar!", understood("darurat", "kebakaran"))
    turn = respond(dialogue, cry, replace(QUIET, tickets=(same,)), city)
    assert turn.action == AddToTicket(same.number, cry.text)
    assert turn.dialogue.pending is not None


def test_thanks_are_not_taken_for_a_place(said, city):
    dialogue = Dialogue(Pending(Asked.PLACE, NOON), Draft("lapor", "lampu mati", "lampu_jalan"))
    turn = respond(dialogue, said("makasih ya", understood("terima_kasih")), QUIET, city)
    assert turn.replies[0].wording == "welcome"
    assert turn.dialogue.draft is not None


def test_choosing_fire_from_a_list_is_an_answer_and_no_cry_for_help(said, city):
    dialogue = Dialogue(
        Pending(Asked.SERVICE, NOON, ("kebakaran", "other")), Draft("lapor", "hidran di gang bocor")
    )
    button = said("Kebakaran dan penyelamatan", understood("darurat", "kebakaran"), choice="kebakaran")
    turn = respond(dialogue, button, QUIET, city)
    assert turn.dialogue.draft.story == "hidran di gang bocor"
    assert turn.replies[0].wording == "ask_place"


def test_a_remark_about_a_photo_does_not_choose_a_service(said, city):
    dialogue = Dialogue(Pending(Asked.SERVICE, NOON, ("jalan_rusak", "other")), Draft("lapor", "bolong gede"))
    turn = respond(dialogue, said("ini fotonya pak coba", understood("tambah_info", "ktp")), QUIET, city)
    assert isinstance(turn.action, AskPerson)


def test_a_photo_while_we_ask_what_it_is_about_keeps_the_question(said, city):
    dialogue = Dialogue(Pending(Asked.SERVICE, NOON, ("jalan_rusak", "other")), Draft("lapor", "bolong gede"))
    turn = respond(dialogue, said("", None, media=1), QUIET, city)
    assert turn.dialogue == dialogue
    assert not turn.replies


def test_what_is_clear_already_is_not_asked(said, city):
    clear = understood("lapor", "jalan_rusak", sure=0.45, service_sure=0.97, place="Jl. Melati")
    turn = respond(Dialogue(), said("bolong gede banget di Jl. Melati tuh", clear), QUIET, city)
    assert isinstance(turn.action, FileReport)


def test_a_pin_in_another_country_is_a_slip_and_leaves_the_question_open(said, city):
    asked = respond(
        Dialogue(), said("jalan rusak parah pak tolong", understood("lapor", "jalan_rusak")), QUIET, city
    )
    turn = respond(asked.dialogue, said("", None, abroad=True), QUIET, city)
    assert [reply.wording for reply in turn.replies] == ["pin_abroad"]
    assert turn.dialogue.pending.asked is Asked.PLACE
    assert turn.wake_at is not None


def test_a_place_that_is_only_an_emoji_is_none(said, city):
    asked = respond(
        Dialogue(), said("jalan rusak parah pak tolong", understood("lapor", "jalan_rusak")), QUIET, city
    )
    turn = respond(asked.dialogue, said("\U0001f64f\U0001f64f", understood("terima_kasih", sure=0.4)), QUIET, city)
    assert [reply.wording for reply in turn.replies] == ["report_filed_without_place"]
    assert turn.action.draft.place is None


# -- what the first readers of the journeys stumbled over -------------------------------------------------------


def test_here_is_a_place_only_to_whoever_stands_there(said, city):
    report = said("jalan rusak parah pak tolong", understood("lapor", "jalan_rusak"))
    asked = respond(Dialogue(), report, QUIET, city)
    here = said("di sini pak", understood("tambah_info"), means_here=True)
    again = respond(asked.dialogue, here, QUIET, city)
    assert [reply.wording for reply in again.replies] == ["send_pin"]
    filed = respond(again.dialogue, here, QUIET, city)
    assert [reply.wording for reply in filed.replies] == ["report_filed_without_place"]


def test_an_old_button_reaches_nobody(said, city):
    turn = respond(
        Dialogue(), said("Trotoar dan JPO", understood("lapor", "trotoar_jpo"), choice="x"), QUIET, city
    )
    assert (turn.action, turn.replies[0].wording) == (None, "button_old_alone")


def test_the_same_words_again_are_the_same_report(said, city):
    mine = Situation(tickets=(ticket("received", told=POTHOLE, created_at=NOON - timedelta(minutes=3)),))
    turn = respond(Dialogue(), said(POTHOLE, understood("lapor", "jalan_rusak", place="Jl. Melati")), mine, city)
    assert (turn.action, turn.replies[0].wording) == (None, "told_already")


def test_there_means_the_place_just_named(said, city):
    mine = Situation(tickets=(ticket("received", place="Jl. Melati 3"),))
    just_now = Dialogue(recent="JK-7Q2M9X-4", recent_at=NOON)
    also = said("di situ juga banyak parkir liar", understood("lapor", "parkir_liar"), means_there=True)
    assert respond(just_now, also, mine, city).action.draft.place == "Jl. Melati 3"


def test_a_slip_of_the_pen_is_put_right(said, city):
    mine, just_now = Situation(tickets=(ticket("received"),)), Dialogue(recent="JK-7Q2M9X-4", recent_at=NOON)
    slip = said("eh maksudnya Jl. Nanas 9", understood("tambah_info", place="Jl. Nanas 9"), corrects=True)
    assert respond(just_now, slip, mine, city).action == Correct("JK-7Q2M9X-4", place="Jl. Nanas 9")


def test_a_story_that_lacks_only_its_place_waits_for_it(said, city):
    report = said(
        "jalan rusak parah pak tolong", understood("lapor", "jalan_rusak"), now=NOON + timedelta(seconds=1)
    )
    turn = respond(Dialogue(), report, QUIET, city)
    assert (turn.hold, turn.wake_at) == (True, NOON + timedelta(seconds=15))


def test_in_danger_loneliness_is_no_address(said, city):
    urgent = Situation(tickets=(ticket("received", urgent=True, sealed=True),))
    asked = Dialogue(
        Pending(Asked.EMERGENCY_PLACE, NOON, ticket="JK-7Q2M9X-4"), recent="JK-7Q2M9X-4", recent_at=NOON
    )
    turn = respond(asked, said("saya sendirian", understood("tambah_info")), urgent, city)
    assert turn.replies[0].wording == "emergency_more_self_harm_ask_place"
    assert turn.action == AddToTicket("JK-7Q2M9X-4", "saya sendirian")


def test_minutes_after_an_emergency_nothing_is_a_question_for_tomorrow(said, city):
    urgent = Situation(tickets=(ticket("waiting", urgent=True, service="kebakaran"),))
    just_now = Dialogue(recent="JK-7Q2M9X-4", recent_at=NOON)
    coming = said("is somebody coming?", understood("tanya", sure=0.6), english=True)
    assert respond(just_now, coming, urgent, city).replies[0].wording == "emergency_more"
    when = said("damkarnya sudah jalan belum?", understood("cek_status"))
    assert respond(just_now, when, urgent, city).replies[0].wording == "status_urgent"


def test_without_the_model_the_words_tell_what_kind_of_emergency_it_is(said, city):
    fire = said("kebakaran di ruko Jl. Dahlia", None, emergency_service="kebakaran", names_place=True)
    turn = respond(Dialogue(), fire, QUIET, city)
    assert turn.action.draft.service == "kebakaran"
    assert turn.replies[0].wording == "emergency_with_number"


def test_an_unclear_story_waits_for_its_place_as_well(said, city):
    """People send the address right behind it; asked at once, they answered with that."""
    unsure = understood("lapor", "pohon", sure=0.84, service_sure=0.56)
    story = said("mau lapor pak, ada pohon miring mau roboh nimpa kabel", unsure, now=NOON + timedelta(seconds=1))
    turn = respond(Dialogue(), story, QUIET, city)
    assert turn.hold
    assert turn.wake_at == NOON + timedelta(seconds=15)

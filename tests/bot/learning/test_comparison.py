"""When a new model may go live."""

from bot.learning.comparison import Answer, Figure, compare, objections

AGENCY_OF = {"sampah": "dlh", "pohon": "tamhut", "taman": "tamhut"}
NAMES = {"dlh": "Dinas Lingkungan Hidup"}


def answer(truth: str, guess: str, intent: str = "lapor", guessed: str = "lapor") -> Answer:
    return Answer(
        {"intent": intent, "service": truth, "faq": None}, {"intent": guessed, "service": guess, "faq": None}
    )


def test_a_message_is_handled_right_when_all_that_matters_is() -> None:
    assert answer("sampah", "sampah").is_handled_right
    assert not answer("sampah", "pohon").is_handled_right
    assert answer("sampah", "pohon", "marah", "marah").is_handled_right
    question = {"intent": "tanya", "service": "ktp", "faq": "ktp_baru"}
    assert Answer(question, {**question, "service": None}).is_handled_right
    assert not Answer(question, {**question, "faq": "ktp_hilang"}).is_handled_right


def test_agencies_are_compared_by_where_a_message_would_go() -> None:
    live = [answer("pohon", "taman"), answer("pohon", "sampah"), answer("sampah", "sampah", "darurat", "lapor")]
    new = [answer("pohon", "pohon"), answer("pohon", "pohon"), answer("sampah", "pohon", "darurat", "darurat")]
    assert compare(live, new, AGENCY_OF, NAMES) == [
        Figure("handled right", 3, 0, 2 / 3),
        Figure("emergencies seen", 1, 0, 1),
        Figure("tamhut", 2, 0.5, 1),
        Figure("Dinas Lingkungan Hidup", 1, 1, 0),
    ]


def test_better_and_nobody_loses_much() -> None:
    figures = [Figure("handled right", 100, 0.8, 0.81), Figure("dlh", 30, 0.9, 0.87), Figure("bpn", 29, 1, 0)]
    assert objections(figures, 0.03) == []
    (reason,) = objections(figures, 0.02)
    assert reason == "dlh would fall from 90.0% to 87.0% of 30, by more than 2.0%."


def test_as_good_is_not_better() -> None:
    (reason,) = objections([Figure("handled right", 100, 0.8, 0.8)], 0.03)
    assert reason == "It handles 80.0% of the messages right, the live model 80.0%."

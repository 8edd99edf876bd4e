"""Past complaints from a CSV that someone exported: what is taken from it, and what is wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.learning.history import LONGEST, History, Reading, read_history
from bot.learning.labels import Labels, read_map
from bot.learning.tables import TableError, read_table
from bot.learning.times import parse_time
from bot.rulebook import Rulebook

HEADER = "tanggal,isi,dinas"


@pytest.fixture
def learned(tmp_path: Path, rulebook: Rulebook) -> Callable[..., History]:
    """Reads rows of a CSV with the columns tanggal, isi, dinas."""

    def read(*rows: str, timed: bool = True, mapping: dict[str, str] | None = None, **how: object) -> History:
        path = tmp_path / "keluhan.csv"
        path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
        entries = read_table(path, "isi", "dinas", "tanggal" if timed else None)
        city = rulebook.city
        return read_history(entries, Reading(Labels(city, mapping), city.zone, timed, **how))  # type: ignore[arg-type]

    return read


def row(text: str, label: str = "sampah", time: str = "2025-03-01") -> str:
    return f'{time},"{text}",{label}'


def test_complaints_come_in_the_order_of_time_and_masked(learned: Callable[..., History]) -> None:
    history = learned(
        row("sampah menumpuk, hubungi 0812-3456-7890", "SAMPAH ", "02/03/2025 08:30"),
        row("NIK saya 3173041234560001\nbelum jadi", "KTP-el dan KIA", "2025-03-01T10:00:00+07:00"),
        row("macet lagi", "Dinas Perhubungan", "28-02-2025"),
    )
    assert [(past.text, past.target.agency, past.target.services) for past in history.complaints] == [
        ("macet lagi", "dishub", ("rambu_lalu_lintas", "parkir_liar", "kemacetan")),
        ("NIK saya [NIK]\nbelum jadi", "dukcapil", ("ktp",)),
        ("sampah menumpuk, hubungi [telepon]", "dlh", ("sampah",)),
    ]
    assert history.rare == {"dishub": 1, "ktp": 1, "sampah": 1}


def test_the_same_words_count_once_with_their_latest_label(learned: Callable[..., History]) -> None:
    history = learned(
        row("got mampet!", "saluran_air", "2025-03-02"), row("Got  mampet", "banjir", "2025-03-01"), row("lain")
    )
    assert [past.target.services for past in history.complaints if "mampet" in past.text] == [("saluran_air",)]
    assert history.left_out == {"duplicates": 1}


def test_only_the_newest_are_used_when_there_are_many(learned: Callable[..., History]) -> None:
    history = learned(*(row(f"keluhan nomor {n}", time=f"2025-01-{n:02}") for n in range(1, 31)), most=20)
    assert history.complaints[0].text == "keluhan nomor 11"
    assert history.left_out == {"older than the newest that are used": 10}


def test_without_times_the_order_of_the_file_counts(learned: Callable[..., History]) -> None:
    assert [past.text for past in learned(row("b"), row("a"), timed=False).complaints] == ["b", "a"]


def test_a_map_says_what_other_labels_mean(learned: Callable[..., History]) -> None:
    mapping = {"Kebersihan": "sampah", "LLAJ": "dishub", "Uji coba": "-"}
    history = learned(row("satu", "kebersihan"), row("dua", "LLAJ"), row("tiga", "uji coba"), mapping=mapping)
    assert [past.target.agency for past in history.complaints] == ["dlh", "dishub"]
    assert history.left_out == {"labels the map leaves out": 1}


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (row(" "), "The row that ends in line 3 has no text; fill it in, or leave such rows out with --skip-bad."),
        (row("\u200b"), "The row that ends in line 3 has no text"),
        (row("a" * 1_000_000), f"The row that ends in line 3 has a text of more than {LONGEST} characters"),
        (
            row("x", "Dinas Sihir"),
            "No service or agency in config.yml is called 'Dinas Sihir' (1); say what they mean",
        ),
        (row("x", time="besok"), "has a time that is none, such as 'besok'; write 2026-01-31 14:05 or 31/01/2026"),
        (row("x", time="31/02/2025"), "has a time that is none"),
        ("2025-01-01", "has no text"),
    ],
)
def test_a_bad_row_is_told_in_one_sentence_or_left_out(
    learned: Callable[..., History], bad: str, sentence: str
) -> None:
    with pytest.raises(TableError) as told:
        learned(row("sampah menumpuk"), bad)
    assert sentence in str(told.value)
    assert "\n" not in str(told.value)
    history = learned(row("sampah menumpuk"), bad, lenient=True)
    assert (len(history.complaints), history.left_out.total()) == (1, 1)


def test_a_file_with_nothing_in_it(learned: Callable[..., History]) -> None:
    with pytest.raises(TableError, match="no complaint that can be learned from"):
        learned()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"id,teks\n1,halo", "keluhan.csv has no column 'isi'; its columns are: 'id', 'teks'."),
        (b"", "keluhan.csv has no column 'isi'; its columns are: none."),
        (
            b"isi,dinas\nhalo,x\nkaf\xe9,x",
            "keluhan.csv is not in UTF-8 but looks like Windows-1252 (the first such letter is in line 3); "
            "save it again as 'CSV UTF-8'.",
        ),
        (
            "isi,dinas\nhalo,x".encode("utf-16"),
            "keluhan.csv is not in UTF-8 but looks like UTF-16; save it again as 'CSV UTF-8'.",
        ),
        (b"isi,dinas\n\x81\x8d,x", "looks like no encoding that is known here"),
    ],
)
def test_a_bad_file_is_told_in_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "keluhan.csv"
    path.write_bytes(content)
    with pytest.raises(TableError) as told:
        read_table(path, "isi", "dinas")
    assert sentence in str(told.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_separators_of_other_countries(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "keluhan.csv"
    path.write_text(f'\ufeffid{delimiter}isi{delimiter}dinas\n1{delimiter}"a\nb"{delimiter}x', encoding="utf-8")
    assert [(e.line, e.text, e.label) for e in read_table(path, "isi", "dinas")] == [(3, "a\nb", "x")]


def test_maps(tmp_path: Path, rulebook: Rulebook) -> None:
    (tmp_path / "map.csv").write_text("label,to\nKebersihan,sampah\nLain,\n")
    (tmp_path / "map.yml").write_text("Kebersihan: sampah\nLain:\n")
    (tmp_path / "bad.yml").write_text("- a")
    assert (
        read_map(tmp_path / "map.csv") == read_map(tmp_path / "map.yml") == {"Kebersihan": "sampah", "Lain": "-"}
    )
    with pytest.raises(TableError, match=r"bad\.yml is no map"):
        read_map(tmp_path / "bad.yml")
    with pytest.raises(TableError, match="'sihir', which is"):
        Labels(rulebook.city, {"Kebersihan": "sihir"})


def test_times_are_the_citys_own(rulebook: Rulebook) -> None:
    for text in ("2025-01-31 14:05", "31/01/2025 14:05", "31.01.2025 14.05", "2025-01-31T07:05:00Z"):
        assert parse_time(text, rulebook.city.zone).isoformat() in (
            "2025-01-31T14:05:00+07:00",
            "2025-01-31T07:05:00+00:00",
        )

"""Charts: what is drawn is what was given, whatever its name, and everybody can read it."""

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from handlers.charts import Chart, Series, bar, bars, line, stacked
from handlers.charts.ticks import ticks, whole_ticks, written_every

Drawer = Callable[[Chart], Markup]
ALL: list[Drawer] = [line, bars, stacked]
SVG = "{http://www.w3.org/2000/svg}"


def chart(*rows: tuple[float | None, ...], **more: object) -> Chart:
    steps = len(rows[0])
    given = {
        "slug": "c",
        "title": "Masuk & <ditutup>",
        "labels": [f"{n + 1} Okt" for n in range(steps)],
        "names": [f"Pekan {n + 1}" for n in range(steps)],
        "series": [Series(f'Baris "{n}" <b>', row) for n, row in enumerate(rows)],
        "said": lambda value: f"{value:g}",
        **more,
    }
    return Chart(**given)  # type: ignore[arg-type]


def parsed(drawn: Markup) -> ElementTree.Element:
    """The figure as XML: it would not be read otherwise."""
    return ElementTree.fromstring(drawn)


def marks(drawn: Markup, name: str, look: str) -> list[ElementTree.Element]:
    """The elements of that name and class in the drawing itself, each with what it says."""
    svg = next(one for one in parsed(drawn).iter("svg") if one.get("role") == "img")
    return [
        one for one in svg.iter(name) if look in (one.get("class") or "").split() and one.find("title") is not None
    ]


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, [0, 1]),
        (-3, [0, 1]),
        (1, [0, 0.5, 1]),
        (7, [0, 2, 4, 6, 8]),
        (10, [0, 5, 10]),
        (412, [0, 200, 400, 600]),
        (1999, [0, 500, 1000, 1500, 2000]),
        (0.3, [0, 0.1, 0.2, 0.3]),
        (1_000_000, [0, 500_000, 1_000_000]),
    ],
)
def test_ticks_are_round_and_reach_the_highest(highest: float, expected: list[float]) -> None:
    assert ticks(highest) == pytest.approx(expected)


@pytest.mark.parametrize("highest", [0, 0.5, 1, 2, 3, 4, 5, 17, 99, 12345])
def test_what_is_counted_has_whole_ticks(highest: float) -> None:
    found = whole_ticks(highest)
    assert all(mark == round(mark) for mark in found)
    assert found[-1] >= highest
    assert 2 <= len(found) <= 6


def test_labels_are_left_out_where_they_would_touch() -> None:
    assert written_every(["1 Okt"] * 4, 80) == 1
    assert written_every(["1 Okt"] * 12, 26) == 2
    assert written_every([], 26) == 1


@pytest.mark.parametrize("draw", ALL)
def test_names_are_text_and_nothing_else(draw: Drawer) -> None:
    drawn = draw(chart((3, 5), (1, 2)))
    assert "<b>" not in drawn
    assert "Masuk &amp; &lt;ditutup&gt;" in drawn
    parsed(drawn)


@pytest.mark.parametrize("draw", ALL)
def test_no_style_attribute_and_no_script(draw: Drawer) -> None:
    drawn = draw(chart((3, 5), (1, 2)))
    assert not re.search(r"\sstyle=|<script|\son\w+=", drawn)


@pytest.mark.parametrize("draw", ALL)
def test_title_words_and_a_table_of_the_same_numbers(draw: Drawer) -> None:
    root = parsed(draw(chart((3, None, 5), (1, 2, 4))))
    svg = next(one for one in root.iter("svg") if one.get("role") == "img")
    known = {one.get("id") for one in svg.iter() if one.get("id")}
    assert set((svg.get("aria-labelledby") or "").split()) <= known
    assert "5 (Pekan 3); tertinggi 5 (Pekan 3), terendah 3 (Pekan 1)" in (svg.findtext("desc") or "")
    rows = [["".join(cell.itertext()) for cell in row] for row in root.iter("tr")]
    assert rows == [
        ["Waktu", 'Baris "0" <b>', 'Baris "1" <b>'],
        ["Pekan 3", "5", "4"],
        ["Pekan 2", "–", "2"],
        ["Pekan 1", "3", "1"],
    ]


def test_bars_are_as_high_as_their_values() -> None:
    drawn = bars(chart((2, 4), (0, 1)))
    high = {one.findtext("title"): float(one.get("height") or 0) for one in marks(drawn, "rect", "column")}
    assert len(high) == 3  # nothing is drawn for nothing
    assert high['Pekan 2: Baris "0" <b> 4'] == pytest.approx(2 * high['Pekan 1: Baris "0" <b> 2'], abs=0.1)


def test_stacked_bars_stand_on_each_other() -> None:
    first, second = marks(stacked(chart((2,), (3,))), "rect", "column")
    top, ground = (float(first.get("y") or 0), float(second.get("y") or 0) + float(second.get("height") or 0))
    assert top == pytest.approx(ground, abs=0.02)
    assert float(second.get("y") or 0) >= 0


def test_series_differ_without_their_colours() -> None:
    drawn = bars(chart((2,), (3,), (4,)))
    fills = [one.get("fill") for one in marks(drawn, "rect", "column")]
    assert fills == [None, "url(#c-p1)", "url(#c-p2)"]
    patterns = {one.get("id"): one.get("patternTransform") for one in parsed(drawn).iter("pattern")}
    assert len(set(patterns.values())) == 2
    assert len(marks(line(chart((2,), (3,))), "circle", "p0")) == len(marks(line(chart((2,), (3,))), "rect", "p1"))


def test_a_line_is_broken_where_nothing_is_known() -> None:
    drawn = line(chart((1, 2, None, 4, 3)))
    [path] = [one.get("d") or "" for one in parsed(drawn).iter("path")]
    assert [move for move in path if move.isalpha()] == ["M", "L", "M", "L"]
    assert len(marks(drawn, "circle", "p0")) == 4


def test_what_is_not_over_looks_so_and_is_said() -> None:
    whole, running = chart((1, 2)), replace(chart((1, 2)), is_running=True)
    for draw, name in ((line, "circle"), (bars, "rect"), (stacked, "rect")):
        assert [("open" in (one.get("class") or "")) for one in marks(draw(running), name, "p0")] == [False, True]
        assert "belum lengkap" in draw(running)
        assert "belum lengkap" not in draw(whole)


def test_a_share_has_the_whole_scale() -> None:
    drawn = line(chart((0.5, 0.6), top=1, said=lambda value: f"{100 * value:.0f} %"))
    said = [one.text for one in parsed(drawn).iter("text")]
    assert said[:5] == ["0 %", "25 %", "50 %", "75 %", "100 %"]


@pytest.mark.parametrize("draw", ALL)
@pytest.mark.parametrize("rows", [((),), ((None, None),), ((), ())])
def test_nothing_known_is_said_kindly(draw: Drawer, rows: tuple[tuple[float | None, ...], ...]) -> None:
    drawn = draw(chart(*rows))
    assert "Belum ada angka." in drawn
    assert "<svg" not in drawn


@pytest.mark.parametrize("draw", ALL)
@pytest.mark.parametrize("row", [(0, 0), (0,), (1,), (10**9,), tuple(range(60))])
def test_it_stays_on_its_paper(draw: Drawer, row: tuple[float, ...]) -> None:
    for one in parsed(draw(chart(row))).iter():
        for name in ("x", "y", "cx", "cy", "x1", "x2", "y1", "y2"):
            assert -0.01 <= float(one.get(name, 0)) <= 360


@pytest.mark.parametrize(
    ("value", "highest", "width"), [(5, 10, "50"), (0, 10, "0"), (3, 0, "0"), (12, 10, "100"), (-1, 10, "0")]
)
def test_a_small_bar(value: float, highest: float, width: str) -> None:
    [filled] = parsed(bar(value, highest)).iter("rect")
    assert filled.get("width") == width

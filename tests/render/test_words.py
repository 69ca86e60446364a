"""How raw values read; what cannot be seen is made visible."""

import math
import re
import sys
import unicodedata
from decimal import Context, Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contexta.render import words
from contexta.report.document import Chart, Histogram, Line, Mark
from contexta.report.inline import Bytes, Cell, Change, Code, Duration, Exact, Level, Number, Pairs, Ref, Status, Text, Time

# However long an example takes on a busy machine.
patient = settings(deadline=None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (0.0, "0"),
        (-0.0, "0"),
        (7, "7"),
        (-7, "-7"),
        (48_000, "48,000"),
        (48_000.0, "48,000"),
        (0.97777, "0.9778"),
        (0.5, "0.5"),
        (1.0, "1"),
        (0.99999, "1"),
        (945.52, "945.5"),
        (999.949, "999.9"),
        (999.95, "1,000"),
        (999.96, "1,000"),
        (-999.96, "-1,000"),
        (1234.56, "1,235"),
        (123_456.7, "123,457"),
        (0.0001, "0.0001"),
        (0.00012344, "0.0001234"),
        (0.00012345, "0.0001234"),
        (0.00012355, "0.0001236"),
        (-12.345, "-12.34"),
        (12.355, "12.36"),
        (1.00005, "1"),
        (0.00000012, "1.2e-7"),
        (-0.00000012, "-1.2e-7"),
        (0.000099996, "1e-4"),
        (999_999_999_999_999, "999,999,999,999,999"),
        (1e15, "1e+15"),
        (1.23456e20, "1.235e+20"),
        (10**20, "1.000e+20"),
        pytest.param(10**400, "1.000e+400", id="huge"),
        (5e-324, "5e-324"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
    ],
)
def test_a_number_reads_in_four_digits_or_its_whole_part(value: float, expected: str) -> None:
    assert words.number(value) == expected


@patient
@given(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_a_number_in_words_is_the_number_to_four_digits(value: float) -> None:
    read = Decimal(words.number(value).replace(",", ""))
    written = Decimal(repr(value))
    assert abs(read - written) <= abs(written) * Decimal("0.00051")


@patient
@given(st.integers(0, 99_999), st.integers(0, 8), st.sampled_from((1, -1)))
def test_a_tie_is_rounded_to_the_even_digit_as_it_is_written(digits: int, places: int, sign: int) -> None:
    value = sign * float(f"{digits}e-{places}")
    if 1e-4 <= abs(value) < 999.95:
        assert words.number(value) == format(Context(prec=4).create_decimal(repr(value)).normalize(), "f")


exacts = st.floats() | st.integers() | st.floats(-1e-3, 1e-3) | st.floats(1e14, 1e17) | st.sampled_from((0.0, -0.0, 10**400, True))


@patient
@given(st.lists(exacts, max_size=8))
@example([1.0, 10**400, math.nan, 2.0])
@example([math.nan, 10**400, 1.0, 2.0])
def test_the_digits_of_many_are_those_of_each(values: list[float]) -> None:
    assert words.digits(values) == [repr(value) for value in values]


@patient
@given(st.lists(exacts, max_size=8))
def test_many_numbers_read_as_each_does(values: list[float]) -> None:
    assert words.numbers(values, words.digits(values)) == [words.number(value) for value in values]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1 + 0.2, "0.30000000000000004"),
        (10**18, "1000000000000000000"),
        pytest.param(10**400, "1" + "0" * 400, id="huge"),
        (1e-7, "1e-07"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
    ],
)
def test_an_exact_number_has_all_its_digits(value: float, expected: str) -> None:
    assert words.exact(value) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (0.0001, "0.1 ms"),
        (0.34, "340 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (12.4, "12.4 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min"),
        (60, "1 min"),
        (185, "3 min 05 s"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h"),
        (7800, "2 h 10 min"),
        (7500, "2 h 05 min"),
        (86_399.6, "1 d"),
        (273_600, "3 d 4 h"),
        (-0.34, "-340 ms"),
        (-185, "-3 min 05 s"),
    ],
)
def test_a_duration_reads_in_its_two_largest_units(seconds: float, expected: str) -> None:
    assert words.duration(seconds) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "0 B"),
        (987, "987 B"),
        (999, "999 B"),
        (1000, "1.0 KB"),
        (2900, "2.9 KB"),
        (999_949, "999.9 KB"),
        (999_950, "1.0 MB"),
        (1_200_000_000, "1.2 GB"),
        (10**12, "1.0 TB"),
        (10**16, "10,000.0 TB"),
    ],
)
def test_a_size_reads_in_decimal_units(count: int, expected: str) -> None:
    assert words.size(count) == expected


@patient
@given(st.integers(min_value=1000, max_value=10**15 - 10**11))
def test_a_size_never_reads_a_thousand_of_a_unit(count: int) -> None:
    amount, _ = words.size(count).split()
    assert 1 <= float(amount) < 1000


@pytest.mark.parametrize("timestamp", ["2026-10-01T08:12:56Z", "2026-10-01T08:12:56.123456789Z"])
def test_a_moment_reads_to_the_second_and_says_its_zone(timestamp: str) -> None:
    assert words.time(timestamp) == "2026-10-01 08:12:56 UTC"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("Größe 東京 🎉 é", "Größe 東京 🎉 é"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred", "␛[31mred"),
        ("nul\x00", "nul␀"),
        ("back\rover", "back␍over"),
        ("del\x7f", "del␡"),
        ("c1\x9b", "c1⟨U+009B⟩"),
        ("next\x85line", "next⟨U+0085⟩line"),
        ("gpj.\u202eexe", "gpj.⟨U+202E⟩exe"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("soft\u00adhyphen", "soft⟨U+00AD⟩hyphen"),
        ("line\u2028end", "line⟨U+2028⟩end"),
        ("isolate\u2066", "isolate⟨U+2066⟩"),
        ("\ufeffbom", "⟨U+FEFF⟩bom"),
        ("half\ud800", "half⟨U+D800⟩"),
        ("none\ufdd0\uffff\U0003ffff", "none⟨U+FDD0⟩⟨U+FFFF⟩⟨U+3FFFF⟩"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(text: str, expected: str) -> None:
    assert words.visible(text) == expected


def test_what_python_counts_as_printable_hides_nothing() -> None:
    hidden = re.compile(f"[{words.HIDDEN}]")
    assert not [char for char in map(chr, range(sys.maxunicode + 1)) if hidden.match(char) and char.isprintable()]


@patient
@given(st.text())
def test_no_control_or_direction_character_stays_hidden(text: str) -> None:
    left = {char for char in words.visible(text) if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")}
    assert left <= {"\n", "\t"}


@patient
@given(st.text())
def test_visible_text_is_left_as_it_is(text: str) -> None:
    once = words.visible(text)
    assert words.visible(once) == once


def test_one_line_shows_where_lines_ended() -> None:
    assert words.one_line("a\nb\tc\x1b") == "a⏎b c␛"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, "–"),
        (Text("a\x1b"), "a␛"),
        (Code("a\u202e"), "a⟨U+202E⟩"),
        (Ref("run:demo.r1", "r\x001"), "r␀1"),
        (Number(0.97777, "nats"), "0.9778 nats"),
        (Number(3, "count"), "3"),
        (Number(3, ""), "3"),
        (Number(math.nan, "\x1b"), "NaN ␛"),
        (Exact(0.1 + 0.2), "0.30000000000000004"),
        (Status("completed"), "✓ completed"),
        (Status("unknown", inferred=True), "? unknown (inferred)"),
        (Status("odd"), "• odd"),
        (Level("error"), "✗ error"),
        (Level("odd"), "• odd"),
        (Time("2026-10-01T08:12:56Z"), "2026-10-01 08:12:56 UTC"),
        (Duration(12.4), "12.4 s"),
        (Duration(12.4, at_least=True), "≥ 12.4 s"),
        (Bytes(2900), "2.9 KB"),
        (Pairs((("a", Number(1)), ("b", None))), "a=1, b=–"),
        (Pairs((("a\x1b", Pairs((("b", Text("c")),))),)), "a␛=(b=c)"),
    ],
)
def test_any_cell_reads_in_words(cell: Cell, expected: str) -> None:
    assert words.cell(cell) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], ""),
        ([None, None], ""),
        ([1.0, 2.0], "▁█"),
        ([8.0, 6.0, 4.0, 2.0, 1.0], "█▆▄▂▁"),
        ([1.0, None, 2.0], "▁ █"),
        ([3.0, 3.0], "▅▅"),
    ],
)
def test_a_sparkline_is_as_high_as_its_values(values: list[float | None], expected: str) -> None:
    assert words.sparkline(values) == expected


def test_a_sparkline_of_many_values_fits_a_line() -> None:
    assert 20 <= len(words.sparkline([float(index) for index in range(10_000)])) <= 40


@patient
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none(), max_size=100))
def test_a_sparkline_is_drawn_of_any_finite_values(values: list[float | None]) -> None:
    assert set(words.sparkline(values)) <= set(" ▁▂▃▄▅▆▇█")


def test_a_chart_reads_as_its_course_from_first_to_last() -> None:
    drawn = Chart("loss · train", "nats", "index", (), (Line.through("loss", ((0, 2.0), (1, None), (2, 1.0))),), 3)
    assert words.chart(drawn) == ["loss · train (nats): █ ▁ 2 → 1"]


def test_a_chart_without_a_finite_value_says_so() -> None:
    drawn = Chart("loss", None, "index", (), (Line.through("loss", ((0, None),)),), 1)
    assert words.chart(drawn) == ["loss:  NaN → NaN"]


def test_lines_that_share_a_chart_are_told_apart_by_name() -> None:
    lines = (Line("r1", (0.0, 1.0), (1.0, 2.0)), Line("r2", (0.0, 1.0), (2.0, 1.0)))
    assert words.chart(Chart("loss", "nats", "index", (), lines, 2)) == ["loss (nats), r1: ▁█ 1 → 2", "loss (nats), r2: █▁ 2 → 1"]


def test_a_faint_line_is_named_and_the_one_that_the_chart_is_about_is_not() -> None:
    lines = (Line("loss", (0.0, 1.0), (1.0, 2.0)), Line("r0", (0.0, 1.0), (2.0, 1.0), faint=True))
    assert words.chart(Chart("loss", None, "index", (), lines, 2)) == ["loss: ▁█ 1 → 2", "loss, r0: █▁ 2 → 1"]


def test_a_chart_of_several_lines_reads_line_by_line_with_what_is_marked() -> None:
    lines = (Line("train", (0, 1), (2.0, 1.0)), Line("val", (0, 1), (3.0, 2.0)))
    drawn = Chart("loss", "nats", "index", ("e0", "e1"), lines, 4, marks=(Mark(1, Ref("a:b", "best: e1")),))
    assert words.chart(drawn) == ["loss (nats), train: █▁ 2 → 1; best: e1", "loss (nats), val: █▁ 3 → 2; best: e1"]


def test_bins_read_as_bars_of_blocks() -> None:
    assert words.bins(Histogram("error", None, (0, 0.5, 1, 1.5), (24, 0, 1))) == [
        ("0 to 0.5", "█" * 24, 24),
        ("0.5 to 1", "", 0),
        ("1 to 1.5", "█", 1),
    ]


@pytest.mark.parametrize(("text", "short"), [("abc", "abc"), ("abcdefghij", "abcdefghij"), ("abcdefghijk", "abcdef…ijk")])
def test_a_long_text_keeps_its_beginning_and_end(text: str, short: str) -> None:
    assert words.shortened(text, 10) == short
    assert len(short) <= 10


def test_a_change_is_judged_in_words_of_its_own() -> None:
    assert words.change(Change(0.5, "nats", better=False)) == "▲ +0.5 nats (worse)"
    assert words.amount_of(-0.5, "nats") == "▼ -0.5 nats"
    assert words.change(Change(0, better=True)) == "= unchanged"

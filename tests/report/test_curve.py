"""The loss curve shows every step, honestly, at any width and in any encoding."""

import io
from itertools import pairwise

import pytest
from rich.cells import cell_len
from rich.console import Console

from mae_cli.report.curve import NOTHING_TO_DRAW, LossCurve, LossSeries


class Stream(io.StringIO):
    """A text stream that claims an encoding."""

    def __init__(self, encoding="utf-8"):
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self):
        return self._encoding


def series(*losses, minimum=1.0, label="MAE fit", steps=None):
    """Losses from step 0 on."""
    return LossSeries(label, tuple(range(len(losses))) if steps is None else steps, losses, minimum)


def draw(*drawn, width=60, encoding="utf-8", legacy_windows=False, short=False):
    console = Console(
        file=Stream(encoding), width=width, legacy_windows=legacy_windows, highlight=False, color_system=None
    )
    console.print(LossCurve("MAE above its minimum", drawn, short=short))
    return console.file.getvalue().splitlines()


def falling(steps, rate=0.1, label="MAE fit"):
    return series(*(1 + rate**k for k in range(steps)), label=label)


def chart(lines):
    """The drawing area, without labels and axes."""
    return [line.partition("┤")[2] or line.partition("│")[2] or line.partition("┊")[2] for line in lines[1:-2]]


def test_the_excess_is_relative_to_the_start_and_clipped():
    assert series(5.0, 3.0, 1.0, steps=(3, 4, 7)).points() == [(3, 1.0), (4, 0.5), (7, 1e-12)]
    assert series(5e-324, 1e308, minimum=0.0).points() == [(0, 1.0), (1, 1e300)]


@pytest.mark.parametrize("start", [1.0, 1.0 + 1e-13])
def test_what_begins_at_its_minimum_is_drawn_only_where_it_is_there(start):
    assert series(start, 3.0, start, 2.0).points() == [(0, 1e-12), (2, 1e-12)]
    assert draw(series(start, 3.0), width=90) == [NOTHING_TO_DRAW]


def test_a_straight_descent_is_a_straight_line_on_the_logarithmic_scale():
    assert draw(falling(4), width=30, encoding="ascii")[1:] == [
        "  100% ┤**",
        "       │  **",
        "       │    **",
        "   10% ┤      ***",
        "       │         *",
        "       │          ***",
        "    1% ┤             **",
        "       │               **",
        "       │                 **",
        "  0.1% ┤                   **",
        "       └┬──────┬─────┬──────┬",
        "  pass  0      1     2      3",
    ]


@pytest.mark.parametrize("width", [20, 33, 80, 200])
@pytest.mark.parametrize("steps", [1, 2, 14, 1000, 100_000])
def test_no_line_is_wider_than_the_console_or_eighty_cells(width, steps):
    lines = draw(series(*(1 / (k + 1) for k in range(steps)), minimum=0.0), width=width)
    assert max(map(cell_len, lines)) <= min(width, 80)
    assert len(lines) <= 17


def test_what_met_the_bound_is_on_a_line_of_its_own_below_a_gap():
    lines = draw(series(2.0, 1.001, 1.0))
    assert "proved ┤" in lines[-3]
    assert "┊" in lines[-4]
    assert chart(lines)[-1].strip()


@pytest.mark.parametrize("decades", [2, 3, 4, 5, 6, 9, 11])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_powers_of_ten_are_equally_many_lines_apart(decades, encoding):
    lines = draw(falling(2, 10.0**-decades), encoding=encoding)[1:-2]
    ticks = [index for index, line in enumerate(lines) if "┤" in line]
    assert len({below - above for above, below in pairwise(ticks)}) == 1
    assert len(ticks) >= 3
    assert (ticks[0], ticks[-1]) == (0, len(lines) - 1)


@pytest.mark.parametrize("decades", [1, 2, 3, 4, 5, 6, 9, 11])
@pytest.mark.parametrize("losses", [(), (1.0,)])
def test_a_short_chart_has_five_to_seven_rows(decades, losses):
    lines = draw(series(2.0, 1 + 10.0**-decades, *losses), short=True)
    assert 5 <= len(lines[1:-2]) <= 7


def test_without_a_proof_there_is_no_such_line():
    assert not any("proved ┤" in line or "┊" in line for line in draw(falling(5)))


def test_a_start_at_the_bound_is_said_in_words():
    assert draw(series(3.0, 3.0, minimum=3.0), width=90) == [NOTHING_TO_DRAW]


def test_one_step_is_one_mark():
    marks = "".join(chart(draw(series(3.0), encoding="ascii")))
    assert marks.strip() == "*"


def test_a_constant_loss_is_a_level_line():
    rows = [row for row in chart(draw(series(*(3.0,) * 9), encoding="ascii")) if row.strip()]
    assert len(rows) == 1
    assert rows[0] == "*" * len(rows[0])


def test_the_spread_of_many_steps_within_one_column_is_drawn():
    losses = (2.0,) * 50_300 + (1.01,) + (2.0,) * 49_699
    lines = chart(draw(series(*losses)))
    assert all(line.strip() for line in lines)


def test_a_step_above_the_start_is_on_the_chart():
    lines = draw(series(2.0, 101.0, 1.5))
    assert any(line.strip().startswith("10,000% ┤") for line in lines)
    assert chart(lines)[0].strip()


def test_two_series_differ_without_colour_and_are_named():
    lines = draw(falling(15, 0.3), falling(3, 0.01, "MSE fit"), encoding="ascii")
    assert lines[1] == "*** MAE fit   ooo MSE fit"
    assert any("o" in line for line in chart(lines)[1:])
    braille = draw(falling(15, 0.3), falling(3, 0.01, "MSE fit"))
    assert braille[1] == "⠒⠒⠒⠒ MAE fit   ⠂⠐⠀⠂ MSE fit"


def test_two_equal_lines_differ_in_their_density():
    def dots(*drawn):
        rows = chart(draw(*drawn))[-10:]
        return sum((ord(mark) - 0x2800).bit_count() for row in rows for mark in row if mark != " ")

    steep, start = falling(3, 0.01, "MSE fit"), series(2.0)
    assert dots(start, steep) < dots(steep, start) / 2


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437"])
def test_without_braille_the_chart_is_ascii(encoding):
    assert any("*" in line for line in draw(falling(5), encoding=encoding))
    assert not any(0x2800 <= ord(c) < 0x2900 for line in draw(falling(5), encoding=encoding) for c in line)


def test_an_old_windows_console_gets_no_braille():
    assert any("*" in line for line in draw(falling(5), legacy_windows=True))


def test_a_unicode_stream_gets_braille():
    assert any("⠒" in line or "⠤" in line for line in draw(falling(5), encoding="utf-8"))


def test_a_line_begins_at_the_pass_that_made_its_first_loss_known():
    lines = chart(draw(series(2.0, 1.1, 1.01, steps=(6, 9, 12)), width=60, encoding="ascii"))
    first = min(line.index("*") for line in lines if "*" in line)
    assert first == max(map(len, lines)) // 2


@pytest.mark.parametrize("last", [3, 7, 12, 13, 21, 43, 97, 1_001])
@pytest.mark.parametrize("width", [20, 33, 80])
def test_the_axis_ends_with_the_number_of_its_last_step(last, width):
    axis = draw(series(2.0, 1.5, steps=(2, last)), width=width)[-1].split()
    assert axis[0] == "pass"
    assert axis[-1] == f"{last:,}"
    assert [*map(count_of, axis[1:])] == sorted({*map(count_of, axis[1:])})


def count_of(label):
    return int(label.replace(",", ""))


def test_the_steps_have_thousands_separators():
    assert draw(series(*(1 / (k + 1) for k in range(5_001)), minimum=0.0), width=80)[-1].split() == [
        "pass", "0", "1,000", "2,000", "3,000", "4,000", "5,000",
    ]  # fmt: skip

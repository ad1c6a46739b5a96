"""The reports on several quantiles: what is said of all of them, and their coefficients side by side."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from mae_cli.inference.values import Caution, Interval, Intervals, Method, SlopesTest, Unavailable
from mae_cli.report.console import result_console
from mae_cli.report.quantile_evaluation import show_quantile_evaluation
from mae_cli.report.quantiles import show_quantiles
from mae_cli.results.evaluation import EvaluationRows, IntervalScore, QuantileEvaluation
from mae_cli.results.gates import Gate
from mae_cli.results.scores import Metrics, Scores
from mae_cli.results.training import Calibrated, Effect, QuantileReport, Seconds, TrainingRows
from mae_cli.rows.schema import DesignColumn
from mae_cli.solvers.solution import Status

# In each: name, value, effect for one standard deviation.
SLOPES = (
    (("x", 1.5, 1.5), ("far", 0.25, 1.0), ("same", 0.0, 0.0)),
    (("x", 2.5, 2.5), ("far", -2.0, -8.0), ("same", 0.0, 0.0)),
)


def scores(mae, pinball, covered):
    return Scores(Metrics(mae, 1.0, 1.0, 1.0, 0.5, 2.0, pinball), Metrics(2.0, 1.0, 1.0, 1.0, 0.0, 2.0, None), covered)


@pytest.fixture
def report(mae_fit):
    """The median and the 0.9-quantile of y on x, another column and one that was left out."""
    fits = []
    for quantile, slopes, pinball, covered in zip(
        (0.5, 0.9), SLOPES, (None, 0.75), ((0.501, 0.25), (0.875, 0.25)), strict=True
    ):
        effects = tuple(Effect(DesignColumn(name), *numbers, None, aliased=name == "same") for name, *numbers in slopes)
        train = scores(3.0, pinball, covered)
        fits.append(replace(mae_fit, quantile=quantile, train=train, holdout=None, intercept=0.0, effects=effects))
    return QuantileReport(
        source="data.csv",
        target="y",
        weight=None,
        rows=TrainingRows(read=200, used=200, dropped=0, holdout=0, unseen=0, zero_weight=0),
        fits=tuple(fits),
        squared=None,
        slopes=Unavailable.NOT_ASKED,
        crossing=0,
        calibrated=None,
        notes=(),
        columns_left_out=(),
        model="model.json",
        seconds=Seconds(0.1, 0.2, 0.3),
    )


def drawn(report, show=show_quantiles, console=None):
    console = console or result_console(io.StringIO())
    show(console, report)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def with_fits(report, **changes):
    return replace(report, fits=tuple(replace(fit, **changes) for fit in report.fits))


def with_intervals(report, *intervals, cautions=()):
    """The same intervals of the effects in each fit, of the intercept none."""
    found = Intervals(Method.SANDWICH, 0.95, None, intervals, cautions=cautions)
    effects = [
        tuple(replace(effect, interval=each) for effect, each in zip(fit.effects, intervals, strict=True))
        for fit in report.fits
    ]
    fits = [replace(fit, effects=each, intervals=found) for fit, each in zip(report.fits, effects, strict=True)]
    return replace(report, fits=tuple(fits))


DIFFER = "The slopes differ between the quantiles: the spread of the target depends on the columns"
SURE, UNSURE = Interval(1.0, 2.0, 0.1), Interval(-1.0, 2.0, 0.1)


def test_losses_shares_and_coefficients_stand_side_by_side(report):
    assert drawn(replace(report, weight="w")) == [
        "Quantiles 0.5 and 0.9 of y on 200 rows, weighted by w · data.csv",
        "200 rows read: 200 fitted.",
        "",
        "proved optimal: no linear model on these columns has a smaller pinball loss at any of these quantiles.",
        "",
        "               training      training",
        "quantile   pinball loss   at or below",
        "0.5               1.500         50.1%",
        "0.9               0.750         87.5%",
        "",
        "term             0.5      0.9",
        "(intercept)   0         0",
        "far           0.2500   -2.000",
        "x             1.500     2.500",
        "",
        "Left out: same (a combination of earlier columns).",
        "",
        "pinball loss 1.500, 0.7500 · proved optimal · model.json · 0.3 s",
    ]


def test_without_an_intercept_there_is_no_line_of_it(report):
    lines = drawn(with_fits(report, intercept=None))
    assert not any(line.startswith("(intercept)") for line in lines)


def test_the_holdout_has_columns_of_its_own(report):
    lines = drawn(with_fits(report, holdout=scores(8.0, 2.5, (0.625, 0.25))))
    assert lines[6].split() == ["quantile", *["pinball", "loss", "at", "or", "below"] * 2]
    assert lines[8].split() == ["0.9", "0.750", "87.5%", "2.500", "62.5%"]
    assert lines[-1].startswith("pinball loss 1.500, 0.7500 · holdout 2.500, 2.500 · proved optimal · ")


def test_quantiles_that_are_not_proved_are_named(report):
    median, outer = report.fits
    limited = replace(outer, certificate=replace(outer.certificate, status=Status.LIMIT))
    lines = drawn(replace(report, fits=(median, limited)))
    assert lines[3] == "not proved optimal at 0.9"
    assert lines[-1] == "pinball loss 1.500, 0.7500 · not proved optimal · model.json · 0.3 s"


def test_intervals_stand_beside_the_coefficient_at_each_quantile_and_how_they_were_found_below(report):
    lines = drawn(with_intervals(report, UNSURE, SURE, SURE, cautions=(Caution.TIES,)))
    assert lines[10:-1] == [
        "term          quantile   coefficient   95% interval",
        "(intercept)        0.5        0             –",
        "                   0.9        0             –",
        "far                0.5        0.2500    1.0 … 2.0",
        "                   0.9       -2.000     1.0 … 2.0",
        "x                  0.5        1.500    -1.0 … 2.0 ·",
        "                   0.9        2.500    -1.0 … 2.0 ·",
        "",
        "Left out: same (a combination of earlier columns).",
        "Intervals: robust standard errors; independent rows assumed.",
        (
            "More than 2% of the rows lie exactly on the fit, where targets tie (zeros, a cap): "
            "use --intervals rank, which allows for that."
        ),
        "· holds 0.",
        "",
    ]
    assert not any(line.startswith("·") for line in drawn(with_intervals(report, SURE, SURE, SURE)))


def test_a_quantile_without_intervals_is_named_and_the_others_have_theirs(report):
    sure = with_intervals(report, SURE, SURE, SURE)
    first, second = sure.fits
    reason = Unavailable.NO_DENSITY
    effects = tuple(replace(effect, interval=reason) for effect in first.effects)
    none = replace(first, effects=effects, intervals=Intervals.none(reason, 0.95, 3))
    lines = drawn(replace(sure, fits=(none, second)))
    assert [line.split()[-1] for line in lines[13:15]] == ["–", "2.0"]
    assert "At quantile 0.5, no intervals: the density of the rows near the fit cannot be estimated; use --" in "".join(
        lines
    )
    assert any(line.startswith("At quantile 0.9, intervals: robust standard errors;") for line in lines)


def with_levels(report):
    """Three levels of k, which few rows have but b, beside the columns of numbers."""
    levels = [(name, size, rows) for name, size, rows in (("b", 4.0, 1_200), ("10", -1.0, 30), ("9", 0.5, 4))]
    effects = [
        Effect(DesignColumn("k", name), size, size, "a", aliased=False, rows=rows, baseline_rows=2_500)
        for name, size, rows in levels
    ]
    return replace(report, fits=tuple(replace(fit, effects=(*effects, *fit.effects)) for fit in report.fits))


def test_levels_are_in_a_block_with_their_rows_side_by_side(report):
    lines = drawn(with_levels(report))
    assert lines[10:18] == [
        "term              0.5       0.9    rows",
        "(intercept)    0         0",
        "far            0.2500   -2.000",
        "k (vs a, 2,500 rows)",
        "  10          -1.000    -1.000       30",
        "  9            0.5000    0.5000       4",
        "  b            4.000     4.000    1,200",
        "x              1.500     2.500",
    ]


def test_levels_are_in_a_block_with_their_rows_below_each_other_with_intervals(report):
    lines = drawn(with_intervals(with_levels(report), *[SURE] * 6))
    start = lines.index("k (vs a, 2,500 rows)")
    assert [line.split() for line in lines[start + 1 : start + 7 : 2]] == [
        [name, "0.5", value, "1.0", "…", "2.0", rows]
        for name, value, rows in (("10", "-1.000", "30"), ("9", "0.5000", "4"), ("b", "4.000", "1,200"))
    ]
    assert [line.split()[0] for line in lines[start + 2 : start + 8 : 2]] == ["0.9", "0.9", "0.9"]


def test_levels_are_drawn_one_after_the_other_with_their_rows(report):
    lines = drawn(replace(with_levels(report), squared=replace(with_levels(report).fits[1], loss="mse")))
    assert [line for line in lines if line.startswith("k = ")] == [
        f"k = {name} rows (vs a, 2,500 rows)" for name in ("10, 30", "9, 4", "b, 1,200")
    ]


def test_the_losses_of_many_quantiles_are_told_as_their_mean(report):
    lines = drawn(replace(report, fits=report.fits * 3))
    assert lines[-1] == "mean pinball loss 1.125 · proved optimal · model.json · 0.3 s"
    console = Console(file=io.StringIO(), width=62, height=60, force_terminal=True, color_system=None)
    assert drawn(report, console=console)[-1] == "mean pinball loss 1.125 · proved optimal · model.json · 0.3 s"


@pytest.mark.parametrize(
    ("p_value", "says"),
    [
        (0.0009, f"{DIFFER} (F = 3.250, p < 0.001)."),
        (0.049, f"{DIFFER} (F = 3.250, p = 0.049)."),
        (0.051, "The slopes may be the same at all quantiles (F = 3.250, p = 0.051)."),
    ],
)
def test_the_test_of_slopes_has_a_sentence(report, p_value, says):
    assert says in drawn(replace(report, slopes=SlopesTest(3.25, 1, 398, p_value)))


def test_rows_in_which_lines_cross_are_counted(report):
    says = "In 1 training row the lines of two quantiles cross; predictions are sorted."
    assert says in drawn(replace(report, crossing=1))
    assert not any("cross" in line for line in drawn(report))


def test_the_test_of_slopes_is_said_to_be_rough_where_targets_tie(report):
    tested = replace(report, slopes=SlopesTest(3.25, 1, 398, 0.049))
    for cautions, ending in (((), "p = 0.049)."), ((Caution.TIES,), "the test is rough, as targets tie on a fit.")):
        lines = drawn(with_intervals(tested, UNSURE, SURE, SURE, cautions=cautions))
        assert [line.endswith(ending) for line in lines if line.startswith("The slopes differ")] == [True]


def test_the_calibration_has_a_sentence(report):
    reached = 0.694, 0.8957
    wider, narrower = Calibrated(0.8, 0.25, 40, 3.5, reached, None), Calibrated(0.8, -0.25, 40, 3.5, reached, 0.775)
    cover = "Prediction intervals cover 80% of new rows drawn as these were (later rows may differ), whatever the"
    start = f"{cover} model: on 40 rows held out they were "
    end = (
        "at each end, and are 3.500 wide on average. 80% holds on average over calibrations: 9 in 10 of those on "
        "40 rows cover between 69.4% and 89.6%."
    )
    assert f"{start}made 0.2500 wider {end}" in drawn(replace(report, calibrated=wider))
    lines = drawn(replace(report, calibrated=narrower))
    assert f"{start}made 0.2500 narrower {end} On the holdout they cover 77.5%." in lines


def test_a_calibration_that_changes_nothing_and_one_of_targets_that_tie_say_so(report):
    text = "".join(drawn(replace(report, calibrated=Calibrated(0.8, 0.0, 40, 3.5, (0.694, 1.0), None))))
    assert "on 40 rows held out they needed no change, and are 3.500 wide on average." in text
    assert "9 in 10 of those on 40 rows cover 69.4% or more, as targets tie." in text


def test_many_quantiles_are_drawn_the_largest_effect_first(report):
    squares = replace(report.fits[1], loss="mse")
    lines = drawn(replace(with_intervals(report, UNSURE, SURE, SURE), squared=squares))
    assert [line for line in lines if line in {"x", "far", "same"}] == ["far", "x"]
    # That of least squares is that of the upper quantile, whose dot stands upon its line.
    marks = ["│" in line for line in lines if line.startswith(("  0.5 ", "  0.9 "))]
    assert marks == [False, False, *[True, False] * 2]
    assert lines[lines.index("(intercept)") + 1].split()[:2] == ["0.5", "0"]
    assert "● the coefficient at each quantile, with its interval; │ that of least squares; ┊ zero." in lines
    assert any(line.startswith("Intervals: robust standard errors; ") for line in lines)
    assert not any(line.startswith("·") for line in lines)
    assert "● the coefficient at each quantile; │ that of least squares; ┊ zero." in drawn(
        replace(report, squared=squares)
    )


def test_a_short_window_leaves_out_the_smallest_coefficients_and_says_so(report):
    more = tuple(Effect(DesignColumn(f"z{place}"), 0.1, 0.1, None, aliased=False) for place in range(20))
    fits = tuple(replace(fit, effects=fit.effects + more) for fit in report.fits)
    console = Console(file=io.StringIO(), width=80, height=20, force_terminal=True, color_system=None)
    lines = drawn(replace(report, fits=fits), console=console)
    shown = sum(line.startswith("z") for line in lines)
    assert 0 < shown < 20
    assert f"… and {20 - shown} columns with smaller effects (all in --json)" in lines
    assert not any(line.startswith("…") for line in drawn(replace(report, fits=fits)))


def test_an_evaluation_has_the_quantiles_the_interval_and_the_gates(report):
    evaluation = QuantileEvaluation(
        model="m.json",
        source="new.csv",
        target="y",
        weight=None,
        quantiles=(0.1, 0.5, 0.9),
        rows=EvaluationRows(200, 200, 0, 0),
        scores=(scores(8.0, 2.5, (0.125, 0.25)), *(fit.train for fit in report.fits)),
        interval=IntervalScore(0.8, 0.75, 0.7, 0.79, 3.5),
        outside=None,
        rivals=None,
        gates=(Gate("min-rows", passed=True, value=200, limit=10),),
        notes=(),
    )
    assert drawn(evaluation, show_quantile_evaluation) == [
        "Quantiles 0.1, 0.5 and 0.9 of y scored · m.json on new.csv",
        "200 rows read: 200 scored.",
        "",
        "quantile   pinball loss   at or below",
        "0.1               2.500         12.5%",
        "0.5               1.500         50.1%",
        "0.9               0.750         87.5%",
        "",
        (
            "The prediction interval for 80% of new rows covers 75.0% of these (95% interval 70.0% to 79.0%), and is "
            "3.500 wide on average."
        ),
        "",
        "Passed --min-rows: the number of rows scored is 200, no fewer than 10",
    ]


def test_the_cautions_of_every_quantile_are_told_once_and_the_mark_of_an_intercept_is_explained(report):
    few = Intervals(Method.SANDWICH, 0.95, Interval(-1.0, 1.0, 0.5), (), cautions=(Caution.FEW_BEYOND,))
    first, second = report.fits
    fits = (replace(first, intervals=replace(few, cautions=(), intercept=None)), replace(second, intervals=few))
    lines = drawn(replace(report, fits=fits))
    assert sum(line.startswith("At quantile 0.9, few rows for so many coefficients") for line in lines) == 1
    assert "· holds 0." in lines
    both = drawn(replace(report, fits=tuple(replace(fit, intervals=few) for fit in report.fits)))
    assert sum(line.startswith("Few rows for so many coefficients") for line in both) == 1


def on_a_terminal(width, report):
    """What a terminal shows of the coefficients: from the heading of their table on."""
    console = Console(file=io.StringIO(), width=width, height=60, force_terminal=True, color_system=None)
    lines = drawn(report, console=console)
    return lines[next(place for place, line in enumerate(lines) if line.startswith("term")) :]


@pytest.fixture
def five(report):
    """Five quantiles of numbers that take many cells."""
    values = (
        (11461.2, -149.83, 0.00017),
        (11735.6, 3.4731, 7.2),
        (12056.3, 27.443, 8.0),
        (5.5, 29.4, 9.0),
        (1.0, 2.0, 3.0),
    )
    median, fits = report.fits[0], []
    for quantile, numbers in zip((0.05, 0.25, 0.5, 0.75, 0.95), values, strict=True):
        names = ("far", "a name of so many letters that it is cut", "same")
        effects = tuple(
            Effect(DesignColumn(name), value, 1.0, None, interval=None, aliased=name == "same")
            for name, value in zip(names, numbers, strict=True)
        )
        fits.append(replace(median, quantile=quantile, intercept=-123456.0, effects=effects))
    return replace(report, fits=tuple(fits))


def test_five_quantiles_are_one_table_on_a_terminal_of_80_columns(five):
    lines = on_a_terminal(80, five)
    assert lines[:5] == [
        "term                        0.05      0.25       0.5      0.75      0.95",
        "(intercept)             -123,456  -123,456  -123,456  -123,456  -123,456",
        "far                       11,461    11,736    12,056     5.500     1.000",
        "a name of s… it is cut    -149.8     3.473     27.44     29.40     2.000",
        "",
    ]


def test_where_they_find_no_room_they_are_two_tables_and_more(five):
    headings = {}
    for width in (60, 40):
        lines = on_a_terminal(width, five)
        assert max(len(line) for line in lines if "marks" not in line) <= width
        headings[width] = [line.split()[1:] for line in lines if line.startswith("term")]
    assert headings == {
        60: [["0.05", "0.25", "0.5"], ["0.75", "0.95"]],
        40: [["0.05", "0.25"], ["0.5"], ["0.75", "0.95"]],
    }


def test_with_room_the_decimal_points_are_in_line(five):
    assert [line[:80] for line in on_a_terminal(140, five)[2:4]] == [
        "far                                          11,461       11,736         12,056 ",
        "a name of so many letters that it is cut       -149.8          3.473         27.",
    ]


def test_a_long_name_has_a_line_of_its_own_above_its_quantiles(report):
    fits = with_intervals(report, UNSURE, SURE, SURE).fits
    name = DesignColumn("a name of twenty-nine letters")
    long = tuple(replace(fit, effects=(replace(fit.effects[0], column=name), *fit.effects[1:])) for fit in fits)
    lines = drawn(replace(with_intervals(report, UNSURE, SURE, SURE), fits=long))
    start = lines.index("a name of twenty-nine letters")
    assert [line.split()[0] for line in lines[start + 1 : start + 3]] == ["0.5", "0.9"]
    assert lines[start - 2].split()[:2] == ["far", "0.5"]

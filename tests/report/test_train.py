"""The report of a fit: what it says, at every width and with every kind of name."""

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from mae_cli.report.console import result_console
from mae_cli.report.train import show_training
from mae_cli.results.scores import Scores
from mae_cli.results.training import Effect
from mae_cli.rows.schema import DesignColumn
from mae_cli.solvers.solution import History, Status

REPORT = """\
MAE fit of arr_delay on 9,985 rows, 9 coefficients · flights.csv
12,495 rows read: 9,985 fitted, 14 dropped for a missing cell ('wind'), 2,496 held out, 2 of \
these not scored (a level never seen in training).

CHART
proved optimal and unique: no linear model on the columns kept (all but air_time_hours) has a \
smaller MAE. 14 steps, 21 passes over the rows.

                          training   holdout   holdout, median only
MAE                          12.69     12.50                  23.14
RMSE                         17.81     17.20                  44.82
half of the rows within       9.52      9.60                  14.00
R²                            0.84      0.83                  -0.06
R1, share of loss saved       0.46      0.46                   0.00
4,988 rows above the fit, 4,988 below, 9 on it (holdout: 1,240, 1,254, 0).

term          coefficient   × std. dev.    rows
(intercept)    -15.32
dep_delay        1.002            40.21
air_time         0.01770           1.66
distance        -0.002185         -1.60
carrier (vs UA, 1,733 rows)
  AA            -4.527                    1,021
  B6             2.042                    1,604
  DL            -3.206                    1,399
origin (vs EWR, 3,560 rows)
  JFK           -1.250                    3,412
  LGA            0.04811                      3

Left out: air_time_hours (a combination of earlier columns).
× std. dev.: the change of arr_delay for one standard deviation of the column.

MAE 12.69 · holdout 12.50 (median 23.14) · proved optimal · model.json · 0.4 s
"""
HOSTILE = ["[bold]x[/bold]", ":smile:", "\x1b[31mred", "two\nlines", "a\u202eb", "x" * 300, "大きさ"]
AFTER_THE_CHART = """\
MAE fit, proved optimal and unique: no linear model on the columns kept (all but air_time_hours) \
has a smaller MAE. 14 steps, 21 passes over the rows.

MSE fit, proved optimal and unique: no linear model on the columns kept (all but air_time_hours) \
has a smaller MSE. 2 steps, 9 passes over the rows.

training                  MAE fit   MSE fit   median only   mean only
MAE                         12.69     13.00         23.61       24.09
RMSE                        17.81     17.37         45.90       44.56
half of the rows within      9.52     10.20         14.00       17.00
R²                           0.84      0.85         -0.06        0.00

holdout                   MAE fit   MSE fit   median only   mean only
MAE                         12.50     12.89         23.14       23.70
RMSE                        17.20     16.99         44.82       43.51
half of the rows within      9.60     10.12         14.00       17.00
R²                           0.83      0.84         -0.06        0.00

"median only" and "mean only" predict the median or the mean of the training targets for every row.

                                         difference
term             MAE fit      MSE fit   × std. dev.    rows
(intercept)   -15.32       -14.00
dep_delay       1.002        1.102          +4.021
air_time        0.01770      0.01947        +0.166
distance       -0.002185    -0.002403       -0.160
carrier (vs UA, 1,733 rows)
  AA           -4.527       -4.980          -0.132    1,021
  B6            2.042        2.246          +0.075    1,604
  DL           -3.206       -3.526          -0.112    1,399
origin (vs EWR, 3,560 rows)
  JFK          -1.250       -1.375          -0.058    3,412
  LGA           0.04811      0.05292        +0.0022       3

Left out: air_time_hours (a combination of earlier columns).
difference × std. dev.: MSE fit less MAE fit, as the change of arr_delay for one standard \
deviation of the column.

The rows that pull the two fits apart:
line                arr_delay   MAE fit   MSE fit   share of the pull
flights.csv:7073          851     812.4     871.2               12.1%
flights.csv:11002         -43       3.1       9.5                4.1%
share of the pull: residual from the MAE fit × gap between the fits, as a share of the total.

The predictions differ by 3.1% of the MAE on average; no small group of rows decides (the strongest 100, 1% of all, \
account for 16% of the pull); on the holdout the MAE fit is better by 0.39 (95% interval 0.25 to 0.53).

MAE 12.69 · holdout 12.50 (median 23.14) · proved optimal · model.json · 0.4 s
"""


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("LINES", "1000")


def piped(report):
    stream = io.StringIO()
    show_training(result_console(stream), report)
    return stream.getvalue()


def on_terminal(report, monkeypatch, columns, lines=1000):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", str(lines))
    stream = Terminal()
    show_training(result_console(stream), report)
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())


def without_chart(text):
    return re.sub(r"^MAE above.*?^ *pass  0[^\n]*\n", "CHART\n", text, flags=re.DOTALL | re.MULTILINE)


def with_fit(report, **changes):
    return replace(report, fit=replace(report.fit, **changes))


def effect(column, per_deviation, *, level=None, baseline=None, aliased=False):
    return Effect(DesignColumn(column, level), 2 * per_deviation, per_deviation, baseline, aliased=aliased)


def numbers(text):
    return re.findall(r"(?<![\w.-])-?\d+\.\d+(?!\w)", text)


def test_the_piped_report_is_this_text(train_report):
    assert without_chart(piped(train_report)) == REPORT


def test_a_narrow_window_changes_nothing_in_a_pipe(train_report, monkeypatch):
    wide = piped(train_report)
    monkeypatch.setenv("COLUMNS", "20")
    assert piped(train_report) == wide


def test_twenty_columns_of_a_terminal_cut_no_number_and_no_line(train_report, monkeypatch):
    text = on_terminal(train_report, monkeypatch, 20)
    assert sorted(numbers(without_chart(text))) == sorted(numbers(REPORT))
    assert max(map(len, text.splitlines())) <= 21
    assert "…" not in text


def test_eighty_columns_show_the_same_tables_as_a_pipe(train_report, monkeypatch):
    lines = on_terminal(train_report, monkeypatch, 80).splitlines()
    assert [line for line in REPORT.splitlines() if "coefficient" in line or "carrier" in line] == [
        line for line in lines if "coefficient" in line or "carrier" in line
    ]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("place", ["target", "column", "level", "baseline", "weight", "source"])
def test_names_are_text_and_nothing_else(train_report, name, place):
    if place in {"target", "weight", "source"}:
        report = replace(train_report, **{place: name})
    else:
        names = {"column": "carrier", "level": "AA", "baseline": "UA"} | {place: name}
        column = DesignColumn(names["column"], names["level"])
        hostile = Effect(column, 1.0, 1.0, names["baseline"], aliased=False)
        report = with_fit(train_report, effects=(hostile,))
    shown = {"\x1b[31mred": "\\x1b[31mred", "two\nlines": "two\\nlines", "a\u202eb": "a\\u202eb"}.get(name, name)
    text = piped(report)
    assert shown in text
    assert not set(text) & {"\x1b", "\u202e"}


def test_long_names_are_shortened_on_a_terminal_only(train_report, monkeypatch):
    report = with_fit(train_report, effects=(effect("x" * 150 + "y" * 150, 1.0),))
    assert "x" * 150 + "y" * 150 in piped(report)
    assert "x" * 18 + "…" + "y" * 17 + "   " in on_terminal(report, monkeypatch, 80)


def test_a_long_level_and_its_baseline_are_shortened_alike(train_report, monkeypatch):
    report = with_fit(train_report, effects=(effect("job", 1.0, level="a" * 99, baseline="b" * 99),))
    text = on_terminal(report, monkeypatch, 80)
    assert re.search(r"^job \(vs b{18}…b{17}\)\n  a{18}…a{17}  ", text, re.MULTILINE)
    assert f"job (vs {'b' * 99})\n  {'a' * 99} " in piped(report)


@pytest.mark.parametrize(("columns", "lines"), [(80, 40), (80, 50), (120, 40), (120, 60)])
def test_a_terminal_lists_the_largest_effects_that_leave_the_report_on_one_screen_and_a_pipe_all(
    train_report, monkeypatch, columns, lines
):
    effects = tuple(effect(f"column_{k}", (-1) ** k * float(k + 1)) for k in range(54))
    report = with_fit(train_report, effects=effects)
    text = on_terminal(report, monkeypatch, columns, lines)
    assert text.count("\n") == lines - 2
    shown = re.findall(r"column_\d+", text)
    assert shown == [f"column_{53 - k}" for k in range(len(shown))]
    assert f"… and {54 - len(shown)} columns with smaller effects (all in model.json)\n" in text
    assert len(re.findall(r"column_\d+", piped(report))) == 54
    assert "smaller effects" not in piped(report)


def test_a_screen_without_room_for_the_report_has_its_end_from_the_metrics_on(train_report, monkeypatch):
    report = with_fit(train_report, effects=tuple(effect(f"column_{k}", float(k + 1)) for k in range(54)))
    text = on_terminal(report, monkeypatch, 80, 24)
    assert len(re.findall(r"column_\d+", text)) == 6
    assert text[text.index("\nMAE  ") :].count("\n") < 24


@pytest.mark.parametrize(("model", "place"), [(None, "--json"), ("-", "the model"), ("a\nb", "a\\nb")])
def test_the_rest_is_said_to_be_where_it_is(train_report, monkeypatch, model, place):
    effects = tuple(effect(f"column_{k}", float(k + 1)) for k in range(31))
    report = replace(with_fit(train_report, effects=effects), model=model)
    assert f"… and 1 column with smaller effects (all in {place})" in on_terminal(report, monkeypatch, 80)


@pytest.mark.parametrize(
    ("model", "place"), [(None, "no model written"), ("-", "model on standard output"), ("a\nb", "a\\nb")]
)
def test_the_last_line_sums_up_and_says_where_the_model_is(train_report, model, place):
    assert piped(replace(train_report, model=model)).splitlines()[-1] == (
        f"MAE 12.69 · holdout 12.50 (median 23.14) · proved optimal · {place} · 0.4 s"
    )
    without = piped(with_fit(train_report, holdout=None)).splitlines()[-1]
    assert without.startswith("MAE 12.69 (median 23.61) · proved optimal · ")


SUMMARIES = [
    "MAE 12.69 · holdout 12.50 (median 23.14) · proved optimal · model.json · 0.4 s",
    "MAE 12.69 · holdout 12.50 · proved optimal · model.json · 0.4 s",
    "MAE 12.69 · holdout 12.50 · proved optimal · model.json",
]


@pytest.mark.parametrize(("columns", "form"), [(78, 0), (77, 1), (63, 1), (62, 2), (55, 2)])
def test_the_last_line_of_a_terminal_is_one_line(train_report, monkeypatch, columns, form):
    assert on_terminal(train_report, monkeypatch, columns).splitlines()[-1] == SUMMARIES[form]


def test_a_summary_that_no_line_has_room_for_is_whole(train_report, monkeypatch):
    text = on_terminal(train_report, monkeypatch, 54)
    assert " ".join(text.splitlines()[-2:]) == SUMMARIES[0]


def test_left_out_columns_are_named_and_counted(train_report, monkeypatch):
    effects = tuple(effect(f"column_{k}", 0.0, aliased=True) for k in range(25))
    report, reason = with_fit(train_report, effects=effects), "(a combination of earlier columns)"
    assert f"column_3 {reason} and 21 more (all in --json)." in on_terminal(report, monkeypatch, 400)
    assert f"column_7 {reason} and 17 more (all in --json)." in piped(report)


def test_the_loss_names_the_title_the_baseline_and_the_bold_row(train_report):
    scores = train_report.fit.train
    pinball = replace(scores, model=replace(scores.model, pinball=3.25), baseline=replace(scores.baseline, pinball=6.5))
    text = piped(with_fit(train_report, quantile=0.9, train=pinball, holdout=None))
    assert text.startswith("0.9-quantile fit of arr_delay on 9,985 rows, 9 coefficients · flights.csv\n")
    assert re.search(r"^pinball loss +3\.250 +6\.500$", text, re.MULTILINE)
    assert "0.9-quantile only\n" in text
    assert " mean only\n" in piped(with_fit(train_report, loss="mse"))


@pytest.mark.parametrize(("loss", "row"), [("mae", "MAE"), ("mse", "RMSE")])
def test_what_was_minimised_is_bold(train_report, monkeypatch, loss, row):
    monkeypatch.setenv("COLUMNS", "80")
    stream = Terminal()
    show_training(result_console(stream), with_fit(train_report, loss=loss))
    assert re.search(rf"^\x1b\[1m{row} .*\x1b\[0m$", stream.getvalue(), re.MULTILINE)


def test_an_undefined_number_is_a_dash(train_report):
    scores = train_report.fit.train
    constant = replace(scores, model=replace(scores.model, r2=None), baseline=replace(scores.baseline, r2=None))
    assert re.search(r"^R² +– +–$", piped(with_fit(train_report, train=constant, holdout=None)), re.MULTILINE)


def test_without_a_holdout_and_without_an_intercept_there_is_no_such_cell(train_report):
    text = piped(with_fit(train_report, holdout=None, intercept=None))
    assert "holdout" not in text
    assert "(intercept)" not in text


def test_a_model_of_the_intercept_alone_is_shown(train_report):
    assert re.search(r"^\(intercept\) +-15\.32$", piped(with_fit(train_report, effects=())), re.MULTILINE)


def test_weights_and_their_zeros_are_said(train_report):
    rows = replace(train_report.rows, zero_weight=12)
    text = piped(replace(train_report, weight="population", rows=rows))
    assert ", 9 coefficients, weighted by population · flights.csv\n" in text
    assert ", 12 of the fitted without effect (weight 0).\n" in text


def test_an_ascii_stream_gets_ascii(train_report):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    show_training(result_console(stream), train_report)
    text = stream.buffer.getvalue().decode("ascii")
    assert "R2 " in text
    assert "***" in text
    assert "\\u" not in text


def test_a_column_left_out_says_why(train_report):
    column = replace(effect("k", 0.0, aliased=True), constant=True)
    assert "\nLeft out: k (constant).\n" in piped(with_fit(train_report, effects=(column,)))


def test_a_fit_of_one_pass_has_no_chart(train_report):
    text = piped(with_fit(train_report, history=History((23.61, 12.69), 3, 4, (3, 4))))
    assert "above its minimum" not in text
    assert "┤" not in text


def test_levels_are_in_their_natural_order_and_columns_by_their_largest_effect(train_report):
    codes = [effect("code", size, level=level, baseline="3") for level, size in (("10", 5.0), ("2", 0.1), ("-1", 1.0))]
    names = [effect("name", size, level=level, baseline="x") for level, size in (("b10", 1.0), ("10", 0.5), ("a", 2.0))]
    text = piped(with_fit(train_report, effects=(*names, effect("x", 3.0), *codes)))
    table = text.partition("\n(intercept)")[2]
    assert re.findall(r"^(  \S+|\w+ \(vs|x)(?= )", table, re.MULTILINE) == [
        "code (vs", "  -1", "  2", "  10", "x", "name (vs", "  10", "  a", "  b10",
    ]  # fmt: skip


def test_a_terminal_shows_the_largest_half_of_many_levels(train_report, monkeypatch):
    levels = [effect("k", float(size), level=f"l{size:02}", baseline="x") for size in range(1, 31)]
    report = with_fit(train_report, effects=(*levels, *(effect(f"x{k}", 0.5) for k in range(16))))
    text = on_terminal(report, monkeypatch, 80)
    assert re.findall(r"l\d\d", text) == [f"l{size:02}" for size in range(18, 31)]
    assert "\n  … and 17 levels with smaller coefficients\nx0 " in text
    assert "\n… and 1 column with smaller effects (all in model.json)\n" in text


def test_a_level_that_is_left_out_for_its_few_rows_is_named_if_its_coefficient_is_larger(train_report, monkeypatch):
    levels = [effect("k", float(size), level=f"l{size:02}", baseline="x") for size in range(1, 41)]
    levels[0] = replace(levels[0], value=-99.5)
    text = on_terminal(with_fit(train_report, effects=tuple(levels)), monkeypatch, 80)
    assert (
        "\n  … and 12 levels with smaller coefficients or fewer rows, up to -99.50 (l01)\n(all in model.json)" in text
    )


def test_a_quantile_says_which_share_of_the_rows_it_has_below_it(train_report):
    train, holdout = (
        replace(scores, coverage=(share, 0.9), model=replace(scores.model, pinball=3.25))
        for scores, share in ((train_report.fit.train, 0.9004), (train_report.fit.holdout, 0.8871))
    )
    text = piped(with_fit(train_report, quantile=0.9, train=train, holdout=holdout))
    assert (
        "4,988 rows above the fit, 4,988 below, 9 on it (holdout: 1,240, 1,254, 0); 90.0% at or below it "
        "(holdout: 88.7%), fitted for 90%.\n"
    ) in text


def test_the_axis_of_the_chart_ends_at_the_passes_that_the_sentence_counts(train_report):
    text = piped(train_report)
    assert re.search(r"^ *pass  0 .* 21$", text, re.MULTILINE)
    assert ", 21 passes over the rows.\n" in text
    assert re.search(r"^ *proved ┤ .*\S$", text, re.MULTILINE)


@pytest.mark.parametrize("status", [Status.TOLERANCE, Status.LIMIT])
def test_a_fit_that_is_not_proved_optimal_is_drawn_above_the_bound_that_is_proved(train_report, status):
    certificate = replace(train_report.fit.certificate, status=status, lower_bound=12.0, relative_gap=0.054)
    text = piped(with_fit(train_report, certificate=certificate))
    assert "\nMAE above its proved lower bound of 12.00, from 23.61 at the start (log scale)\n" in text
    assert "proved ┤" not in text


def test_the_last_point_of_a_proved_fit_is_proved_however_near_its_start_is(train_report):
    end, floor = 12.5, 12.5 * (1 - 1e-12)
    certificate = replace(train_report.fit.certificate, loss=end, lower_bound=floor)
    history = History((end + 1e-3, end + 1e-5, end), 3, 9, (4, 5, 9))
    text = piped(with_fit(train_report, certificate=certificate, history=history))
    assert re.search(r"^ *proved ┤ .*\S$", text, re.MULTILINE)


def test_one_title_serves_two_fits_of_which_one_is_not_proved_optimal(compare_report):
    certificate = replace(compare_report.fit.certificate, status=Status.TOLERANCE)
    fit = replace(compare_report.fit, certificate=certificate)
    assert "\neach loss above its minimum, as a share of the start" in piped(compare_report)
    assert "\neach loss above its proved lower bound, as a share" in piped(replace(compare_report, fit=fit))


def test_the_chart_of_the_textbook_is_above_the_optimum_and_has_no_epoch_more(train_report):
    history = History((23.61, 14.0, 13.0, 13.5, 13.0), 3, 12, (7, 8, 9, 10, 12))
    certificate = replace(train_report.fit.certificate, status=Status.LIMIT, loss=13.0)
    text = piped(with_fit(train_report, solver="textbook", history=history, certificate=certificate, optimum=12.5))
    assert "\nMAE above its minimum of 12.50, from 23.61 at the start (log scale)\n" in text
    assert re.search(r"^ *epoch  0 +1 +2 +3$", text, re.MULTILINE)


def test_the_metrics_of_a_perfect_fit_have_no_more_decimals_than_its_baseline_needs(train_report):
    perfect = replace(train_report.fit.train.model, mae=0.0, rmse=0.0, median_ae=0.0, r2=1.0)
    text = piped(with_fit(train_report, train=replace(train_report.fit.train, model=perfect), holdout=None))
    assert re.search(r"^MAE +0\.00 +23\.61$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("mae", "others", "cells"),
    [
        (9.211, {"median_ae": 0.0069, "rmse": 180.44}, ["9.211", "180.440", "0.007"]),
        (9.211, {"median_ae": 1e-9, "rmse": 18044.0}, ["9.21", "18,044.00", "0.00"]),
        (0.000656769, {"median_ae": 0.0, "rmse": 10369.1}, ["0.000657", "10,369.100000", "0.000000"]),
        (1e-15, {"median_ae": 0.0, "rmse": 2e-15}, ["0.00", "0.00", "0.00"]),
        (2e-6, {"median_ae": 0.0, "rmse": 2e-5}, ["2.000×10^-6", "2.000×10^-5", "0"]),
        (9.211, {"median_ae": 1.0, "rmse": 2e14}, ["9.211", "2.000×10^14", "1.000"]),
    ],
)
def test_the_metrics_of_a_block_have_one_count_of_decimals(train_report, mae, others, cells):
    model = replace(train_report.fit.train.model, mae=mae, **others)
    text = piped(with_fit(train_report, train=replace(train_report.fit.train, model=model), holdout=None))
    rows = re.findall(r"^(?:MAE|RMSE|half of the rows within) +(\S+) +\S+$", text, re.MULTILINE)
    assert rows == cells


def test_the_piped_comparison_is_this_text(compare_report):
    stream = io.StringIO()
    show_training(result_console(stream), compare_report)
    opening, chart, *rest = stream.getvalue().split("\n\n")
    assert opening.startswith("MAE fit of arr_delay on 9,985 rows")
    assert chart.splitlines()[1] == "⠒⠒⠒⠒ MAE fit   ⠂⠐⠀⠂ MSE fit"
    assert "\n\n".join(rest) == AFTER_THE_CHART


def test_rows_that_pull_by_less_than_a_share_that_is_written_are_not_listed(compare_report):
    comparison = compare_report.comparison
    first, second = comparison.contested
    for pulls, listed in (((0.6, 0.0004), ["60.0%"]), ((0.6, 0.0006), ["60.0%", "0.1%"]), ((0.0004, 0.0003), [])):
        contested = tuple(replace(row, pull=pull) for row, pull in zip((first, second), pulls, strict=True))
        stream = io.StringIO()
        show_training(
            result_console(stream),
            replace(compare_report, comparison=replace(comparison, contested=contested)),
        )
        lines = [line.split() for line in stream.getvalue().splitlines()]
        assert [line[-1] for line in lines if line and line[0].startswith("flights.csv:")] == listed
        assert ("The rows that pull" in stream.getvalue()) == bool(listed)


def test_the_metrics_of_a_quantile_fit_beside_least_squares_fit_eighty_columns(compare_report):
    fit = compare_report.fit
    train = Scores(replace(fit.train.model, pinball=1.5), replace(fit.train.baseline, pinball=2.5))
    quantile = replace(fit, quantile=0.975, train=train, holdout=None)
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, color_system=None)
    show_training(console, replace(compare_report, fit=quantile))
    lines = stream.getvalue().splitlines()
    assert "                          0.975-quantile             0.975-quantile" in lines
    assert "training                             fit   MSE fit             only   mean only" in lines
    assert max(map(len, lines)) <= 80


def test_the_pull_of_a_row_is_told_by_its_residual_from_the_fit_of_absolute_loss(compare_report):
    fit = compare_report.fit
    train = Scores(replace(fit.train.model, pinball=1.5), replace(fit.train.baseline, pinball=2.5))
    fit = replace(fit, quantile=0.9, train=train, holdout=None)
    stream = io.StringIO()
    show_training(result_console(stream), replace(compare_report, fit=fit))
    assert "share of the pull: residual from the 0.9-quantile fit × gap between the fits" in stream.getvalue()


def test_coefficients_that_a_terminal_leaves_out_are_said_to_be_where_those_of_both_fits_are(compare_report):
    effects = tuple(replace(compare_report.fit.effects[0], column=DesignColumn(f"column_{k}")) for k in range(35))
    fit, other = (replace(each, effects=effects) for each in (compare_report.fit, compare_report.comparison.other))
    report = replace(compare_report, fit=fit, comparison=replace(compare_report.comparison, other=other))
    stream = io.StringIO()
    show_training(Console(file=stream, width=80, height=200, force_terminal=True, color_system=None), report)
    assert "… and 5 columns with smaller effects (all in --json)\n" in stream.getvalue()


def test_a_descent_that_reached_the_optimum_is_said_to_be_there_in_both_places(train_report):
    certificate = replace(train_report.fit.certificate, status=Status.LIMIT)
    text = piped(with_fit(train_report, certificate=certificate, optimum=certificate.loss, solver="textbook"))
    assert "at the optimum, which the exact solver proves" in text
    assert " · at the optimum · " in text.splitlines()[-1]


def test_a_baseline_without_a_loss_saves_no_share_of_it(train_report):
    scores = train_report.fit.train
    constant = replace(scores, baseline=replace(scores.baseline, mae=0.0))
    assert "share of loss saved" in piped(with_fit(train_report, holdout=None))
    assert "share of loss saved" not in piped(with_fit(train_report, train=constant, holdout=None))


def test_a_share_that_is_one_but_for_rounding_has_two_decimals(train_report):
    scores = train_report.fit.train
    perfect = replace(scores, model=replace(scores.model, r2=1 - 1e-15))
    assert re.search(r"^R² +1\.00 ", piped(with_fit(train_report, train=perfect)), re.MULTILINE)

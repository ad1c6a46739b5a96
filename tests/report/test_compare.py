"""Two fits side by side."""

import io
from dataclasses import replace

from rich.console import Console

from mae_cli.report.console import result_console
from mae_cli.report.train import show_training
from mae_cli.results.scores import Scores
from mae_cli.rows.schema import DesignColumn

AFTER_THE_CHART = """\
MAE fit, proved optimal and unique: no linear model on the columns kept (all but air_time_hours) \
has a smaller MAE. 14 steps, 21 passes over the rows.

MSE fit, proved optimal and unique: no linear model on the columns kept (all but air_time_hours) \
has a smaller MSE. 2 steps, 4 passes over the rows.

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
term             MAE fit      MSE fit   × std. dev.
(intercept)   -15.32       -14.00
dep_delay       1.002        1.102          +4.021
air_time        0.01770      0.01947        +0.166
distance       -0.002185    -0.002403       -0.160
carrier (vs UA, 1,733 rows)
  AA           -4.527       -4.980          -0.132
  B6            2.042        2.246          +0.075
  DL           -3.206       -3.526          -0.112
origin (vs EWR, 3,560 rows)
  JFK          -1.250       -1.375          -0.058
  LGA           0.04811      0.05292        +0.0022

Left out: air_time_hours (a combination of earlier columns).
difference × std. dev.: MSE fit less MAE fit, as the change of arr_delay for one standard \
deviation of the column.

The rows that pull the two fits apart:
line                arr_delay   MAE fit   MSE fit   share of the pull
flights.csv:7073          851     812.4     871.2               12.1%
flights.csv:11002         -43       3.1       9.5                4.1%
share of the pull: residual from the MAE fit × gap between the fits, as a share of the total.

No small group of rows decides: the strongest 100 rows (1%) make up 16% of what pulls the two apart. \
On the holdout the MAE fit is better by 0.39 (95% interval 0.25 to 0.53).

MAE 12.69 · holdout 12.50 (median 23.14) · proved optimal · model.json · 0.4 s
"""


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
    effects = tuple(replace(compare_report.fit.effects[0], column=DesignColumn(f"column_{k}")) for k in range(25))
    fit, other = (replace(each, effects=effects) for each in (compare_report.fit, compare_report.comparison.other))
    report = replace(compare_report, fit=fit, comparison=replace(compare_report.comparison, other=other))
    stream = io.StringIO()
    show_training(Console(file=stream, width=80, height=50, force_terminal=True, color_system=None), report)
    assert "… and 5 columns with smaller effects (all in --json)\n" in stream.getvalue()

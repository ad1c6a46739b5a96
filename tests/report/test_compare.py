"""Two fits side by side."""

import io
from dataclasses import replace

from rich.console import Console

from mae_cli.report.console import result_console
from mae_cli.report.train import show_training
from mae_cli.results import Scores
from mae_cli.rows.schema import DesignColumn

AFTER_THE_CHART = """\
MAE fit, proved optimal: no linear model on the columns kept (all but air_time_hours) has a smaller \
MAE; the optimum on these is unique. It took 14 steps in 14 rounds.

MSE fit, proved optimal: no linear model on the columns kept (all but air_time_hours) has a smaller \
MSE; the optimum on these is unique. It took 2 steps in 2 rounds.

training                MAE fit   MSE fit   median only   mean only
───────────────────────────────────────────────────────────────────
MAE                     12.6917   13.0022       23.6100     24.0912
RMSE                    17.8104   17.3716       45.9013     44.5648
median absolute error    9.5184   10.2012       14.0000     17.0020
R²                       0.8403    0.8480       -0.0609      0.0000

holdout                 MAE fit   MSE fit   median only   mean only
───────────────────────────────────────────────────────────────────
MAE                     12.5022   12.8911       23.1441     23.7011
RMSE                    17.2004   16.9923       44.8201     43.5110
median absolute error    9.6001   10.1177       14.0000     17.0020
R²                       0.8312    0.8352       -0.0581     -0.0001

"median only" and "mean only" predict the median or the mean of the training targets for every row.

                                                       difference
term                         MAE fit        MSE fit   × std. dev.
─────────────────────────────────────────────────────────────────
(intercept)             -15.3201       -14.0021
dep_delay                 1.0018         1.1020          +4.02127
air_time                  0.0177         0.0195          +0.16584
distance                 -0.00218471    -0.00240318      -0.16011
carrier = AA (vs UA)     -4.5271        -4.9798          -0.13201
carrier = DL             -3.2055        -3.5261          -0.11202
carrier = B6              2.0415         2.2457          +0.07533
origin = JFK (vs EWR)    -1.2500        -1.3750          -0.05840
origin = LGA              0.0481         0.0529          +0.00220

Left out, because in these rows they depend on the columns before them: air_time_hours.
difference × std. dev.: MSE fit less MAE fit, as the change of arr_delay for one standard deviation \
of the column.

The rows that pull the two fits apart:
line                arr_delay   MAE fit   MSE fit   share of the pull
─────────────────────────────────────────────────────────────────────
flights.csv:7073          851   812.400    871.25              12.1 %
flights.csv:11002         -43     3.125      9.50               4.1 %
share of the pull: residual of the first × distance of the fits, of all rows where that pulls them apart.

Two rows of 9,985 account for 16 % of the difference: the MSE fit follows a few long delays.

Model written to model.json · read 31 ms, fit 12 ms, total 402 ms
"""


def test_the_piped_comparison_is_this_text(compare_report):
    stream = io.StringIO()
    show_training(result_console(stream), compare_report)
    opening, chart, *rest = stream.getvalue().split("\n\n")
    assert opening.startswith("MAE fit of arr_delay on 9,985 rows")
    assert chart.splitlines()[1] == "⠒⠒⠒⠒ MAE fit   ⠂⠐⠀⠂ MSE fit"
    assert "\n\n".join(rest) == AFTER_THE_CHART


def test_the_metrics_of_a_quantile_fit_beside_least_squares_fit_eighty_columns(compare_report):
    fit = compare_report.fit
    train = Scores(replace(fit.train.model, pinball=1.5), replace(fit.train.baseline, pinball=2.5))
    quantile = replace(fit, quantile=0.975, train=train, holdout=None)
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, color_system=None)
    show_training(console, replace(compare_report, fit=quantile))
    lines = stream.getvalue().splitlines()
    assert "                        0.975-quantile             0.975-quantile" in lines
    assert "training                           fit   MSE fit             only   mean only" in lines
    assert max(map(len, lines)) <= 80


def test_coefficients_that_a_terminal_leaves_out_are_said_to_be_where_those_of_both_fits_are(compare_report):
    effects = tuple(replace(compare_report.fit.effects[0], column=DesignColumn(f"column_{k}")) for k in range(25))
    fit, other = (replace(each, effects=effects) for each in (compare_report.fit, compare_report.comparison.other))
    report = replace(compare_report, fit=fit, comparison=replace(compare_report.comparison, other=other))
    stream = io.StringIO()
    show_training(Console(file=stream, width=80, force_terminal=True, color_system=None), report)
    assert "… and 5 smaller (all in --json)\n" in stream.getvalue()

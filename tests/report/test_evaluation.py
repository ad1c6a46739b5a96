"""The report of an evaluation."""

import io
from dataclasses import replace

from mae_cli.errors import Place
from mae_cli.report.console import result_console
from mae_cli.report.evaluation import show_evaluation
from mae_cli.results.evaluation import WorstRow
from mae_cli.results.gates import Gate, Rival
from mae_cli.results.scores import Scores

REPORT = """\
MAE fit of arr_delay scored on 2,488 rows · model.json on flights_new.csv
2,500 rows read: 2,488 scored, 9 dropped for a missing cell, 3 skipped for a level never seen in training.

                          model   median only
MAE                       12.50         23.14
RMSE                      17.20         44.82
half of the rows within    9.60         14.00
R²                         0.83         -0.06
R1, share of loss saved    0.46          0.00

"median only" predicts the median of the training targets for every row.
"""


def text_of(report):
    stream = io.StringIO()
    show_evaluation(result_console(stream), report)
    return stream.getvalue()


def test_the_piped_evaluation_is_this_text(evaluation_report):
    assert text_of(evaluation_report) == REPORT


def test_rows_that_did_not_go_anywhere_are_not_mentioned(evaluation_report):
    rows = replace(evaluation_report.rows, read=2488, dropped=0, unseen=0)
    assert "\n2,488 rows read: 2,488 scored.\n" in text_of(replace(evaluation_report, rows=rows))


def test_names_are_text_and_nothing_else(evaluation_report):
    text = text_of(replace(evaluation_report, model="[b]\x1b[31m", source=":smile:\u202e", weight="a\nb"))
    assert "2,488 rows, weighted by a\\nb · [b]\\x1b[31m on :smile:\\u202e\n" in text


AGAINST = """\
"against" is old[b].json, the 0.9-quantile fit, on the same rows. The MAE of the model is smaller by 0.7500.

The rows with the largest residuals:
line              arr_delay   prediction   residual
a.csv:12              851.0       812.4      +38.60
b\\x1b[31m.csv:7        -9.2         0.12      -9.38

Passed --max-mae: the MAE is 12.50, not above 13
Failed --against: MAE 25.14 against 23.14; the difference of 2.00 is beyond chance (95% interval 1.00 to 3.00)
"""


def test_what_else_was_asked_for_follows_the_metrics(evaluation_report):
    rival = Rival("old[b].json", "mae", 0.9, evaluation_report.scores.baseline, -0.75, (-1.5, 0.0))
    worst = (
        WorstRow(Place("a.csv", line=12), 851.0, 812.4, 38.6),
        WorstRow(Place("b\x1b[31m.csv", line=7), -9.25, 0.125, -9.375),
    )
    gates = (
        Gate("max-mae", passed=True, value=12.5022, limit=13.0),
        Gate("against", False, 1.0, 0.0, replace(rival, difference=2.0, interval=(1.0, 3.0))),
    )
    text = text_of(replace(evaluation_report, rival=rival, worst=worst, gates=gates))
    assert text.endswith(f"training targets for every row.\n\n{AGAINST}")
    assert "model   against   median only\n" in text


def test_models_that_differ_by_nothing_or_on_one_row_have_no_interval(evaluation_report):
    rival = Rival("old.json", "mae", 0.5, evaluation_report.scores.model, 0.0, (0.0, 0.0))
    assert "The MAE of both is the same.\n" in text_of(replace(evaluation_report, rival=rival))
    one_row = replace(rival, difference=0.5, interval=None)
    assert "The MAE of the model is larger by 0.5000.\n" in text_of(replace(evaluation_report, rival=one_row))


def test_a_quantile_model_tells_its_coverage_next_to_its_level(evaluation_report):
    scores = evaluation_report.scores
    pinball = Scores(replace(scores.model, pinball=1.5), replace(scores.baseline, pinball=2.5), (0.8712, 0.9))
    said = "\ncoverage: 87.1% of the targets are at or below the prediction; the model was fitted for 90%.\n"
    assert said in text_of(replace(evaluation_report, quantile=0.9, scores=pinball))
    assert "coverage" not in text_of(replace(evaluation_report, scores=replace(scores, coverage=(0.5, 0.5))))

"""The report of an evaluation."""

import io
from dataclasses import replace

from mae_cli.report.console import result_console
from mae_cli.report.evaluation import show_evaluation

REPORT = """\
MAE fit of arr_delay scored on 2,488 rows · model.json on flights_new.csv
2,500 rows read: 2,488 scored, 9 dropped for a missing cell, 3 skipped for a level never seen in training.

                          model   median only
─────────────────────────────────────────────
MAE                     12.5022       23.1441
RMSE                    17.2004       44.8201
median absolute error    9.6001       14.0000
R²                       0.8312       -0.0581

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

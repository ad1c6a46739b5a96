"""The sentence on what two fits differ in."""

from dataclasses import replace

import pytest

from mae_cli.errors import Place
from mae_cli.report.verdict import verdict
from mae_cli.results.scores import Difference
from mae_cli.results.training import Agreement, BothPerfect, Comparison, Disagreement, FarRow, Unproved

UNKNOWN = (
    "On the rows it was fitted to each fit wins by its own loss; hold rows out with --holdout to learn which one "
    "predicts better."
)
FEW = Disagreement(rows=200, few=2, pull=0.97, quantile=0.5, holdout=None)
MANY = replace(FEW, pull=0.124)
FEW_SAY = "2 rows (1%) make up 97% of what pulls the two apart. "
UNPROVED = "A fit that did not reach its optimum cannot be compared; "


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (Unproved("textbook"), f"{UNPROVED}use --solver auto."),
        (Unproved("auto"), f"{UNPROVED}a larger --tolerance accepts it."),
        (
            BothPerfect(),
            "Both losses can be brought to zero on these rows, so there is nothing to tell the two fits apart.",
        ),
        (
            Agreement(0.0123),
            (
                "The two fits agree: their predictions differ by 1.2% of the MAE on average, and no small group of "
                "rows decides between them."
            ),
        ),
        (FEW, FEW_SAY + UNKNOWN),
        (replace(FEW, few=1, rows=60), f"One row makes up 97% of what pulls the two apart. {UNKNOWN}"),
        (replace(FEW, pull=0.9999), f"2 rows (1%) make up 100% of what pulls the two apart. {UNKNOWN}"),
        (
            MANY,
            (
                "No small group of rows decides: the strongest 2 rows (1%) make up 12% of what pulls the two apart. "
                + UNKNOWN
            ),
        ),
        (
            replace(MANY, few=1, rows=60),
            f"No single row decides: the strongest makes up 12% of what pulls the two apart. {UNKNOWN}",
        ),
        (
            replace(FEW, quantile=0.9),
            (
                "The 0.9-quantile fit and least squares answer different questions: 90% of the rows lie below the one, "
                f"the other follows their mean. {FEW_SAY[:-1]}"
            ),
        ),
    ],
)
def test_every_verdict_is_a_sentence_or_two(found, sentence, mse_fit):
    assert verdict(Comparison(mse_fit, (), found)) == sentence


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [
        (Difference(1.0, None, None, None), "A single row held out cannot tell which one predicts better."),
        (
            Difference(0.5, (-1.0, 2.0), 0.6, 0.002),
            (
                "The holdout cannot tell them apart (MAE of least squares less that of the MAE fit: 0.50, 95% interval "
                "-1.0 to 2.0)."
            ),
        ),
        (
            Difference(3.0, (1.0, 4.0), 0.01, 0.002),
            "On the holdout the MAE fit is better by 3.0 (95% interval 1.0 to 4.0).",
        ),
        (
            Difference(-3.0, (-4.0, -1.0), 0.01, 0.002),
            "On the holdout least squares, even by the MAE, is better by 3.0 (95% interval 1.0 to 4.0).",
        ),
    ],
)
def test_a_holdout_is_what_the_verdict_judges_by(difference, sentence, mse_fit):
    found = replace(FEW, holdout=difference)
    assert verdict(Comparison(mse_fit, (), found)) == FEW_SAY + sentence


def test_a_row_far_out_in_a_feature_is_warned_of(mse_fit):
    far = FarRow(Place("data.csv", line=52), "x", 9.876)
    assert verdict(Comparison(mse_fit, (), BothPerfect(), far)).endswith(
        " data.csv:52 is 9.9 standard deviations from the mean of 'x'; check such rows before trusting either fit."
    )

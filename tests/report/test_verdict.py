"""The sentence on what two fits differ in."""

from dataclasses import replace

import pytest

from mae_cli.errors import Place
from mae_cli.report.verdict import verdict
from mae_cli.results.scores import Difference
from mae_cli.results.training import Agreement, BothPerfect, Comparison, Disagreement, FarRow, Unproved

GAP = "The predictions differ by 12% of the MAE on average; "
UNKNOWN = "; hold rows out with --holdout to see which fit predicts better."
FEW = Disagreement(gap=0.1234, rows=200, few=2, pull=0.97, quantile=0.5, holdout=None)
MANY = replace(FEW, pull=0.124)
FEW_SAY = GAP + "2 rows (1%) account for 97% of the pull"
UNPROVED = "A fit that did not reach its optimum cannot be compared; "


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (Unproved("textbook"), f"{UNPROVED}use --solver auto."),
        (Unproved("auto"), f"{UNPROVED}accept it with a larger --tolerance."),
        (BothPerfect(), "Both fits are perfect: there are no residuals to tell them apart."),
        (Agreement(), "The two fits are the same, up to rounding."),
        (FEW, FEW_SAY + UNKNOWN),
        (replace(FEW, gap=1.9e-5), FEW_SAY.replace("12%", "0.0019%") + UNKNOWN),
        (replace(FEW, few=1, rows=60), f"{GAP}one row accounts for 97% of the pull{UNKNOWN}"),
        (replace(FEW, pull=0.9999), f"{GAP}2 rows (1%) account for 100% of the pull{UNKNOWN}"),
        (
            MANY,
            f"{GAP}no small group of rows decides (the strongest 2, 1% of all, account for 12% of the pull){UNKNOWN}",
        ),
        (
            replace(MANY, few=1, rows=60),
            f"{GAP}no single row decides (the strongest accounts for 12% of the pull){UNKNOWN}",
        ),
        (
            replace(FEW, quantile=0.975),
            (
                "The 0.975-quantile fit and least squares answer different questions: the first has 97.5% of the "
                "targets below it, the second follows their mean; 2 rows (1%) account for 97% of the pull."
            ),
        ),
    ],
)
def test_every_verdict_is_a_sentence(found, sentence, mse_fit):
    assert verdict(Comparison(mse_fit, (), found)) == sentence


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [
        (Difference(1.0, None, None, None), "a single row held out cannot tell which fit predicts better."),
        (
            Difference(0.5, (-1.0, 2.0), 0.6, 0.002),
            (
                "the holdout cannot tell them apart (MAE of least squares minus that of the MAE fit: 0.50, 95% "
                "interval -1.0 to 2.0)."
            ),
        ),
        (
            Difference(3.0, (1.0, 4.0), 0.01, 0.002),
            "on the holdout the MAE fit is better by 3.0 (95% interval 1.0 to 4.0).",
        ),
        (
            Difference(-3.0, (-4.0, -1.0), 0.01, 0.002),
            "on the holdout least squares, even by the MAE, is better by 3.0 (95% interval 1.0 to 4.0).",
        ),
    ],
)
def test_a_holdout_is_what_the_verdict_judges_by(difference, sentence, mse_fit):
    found = replace(FEW, holdout=difference)
    assert verdict(Comparison(mse_fit, (), found)) == f"{FEW_SAY}; {sentence}"


def test_a_row_far_out_in_a_feature_is_warned_of(mse_fit):
    far = FarRow(Place("data.csv", line=52), "x", 9.876)
    assert verdict(Comparison(mse_fit, (), BothPerfect(), far)).endswith(
        " data.csv:52 is 9.9 standard deviations from the mean of 'x'; check such rows before trusting either fit."
    )

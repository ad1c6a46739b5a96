"""What a user should know of a run, in sentences."""

from dataclasses import replace

import pytest

from mae_cli.errors import Place
from mae_cli.messages import AlikeNotes
from mae_cli.report.notes import at_quantiles, notes, short_notes, training_notes
from mae_cli.results.notes import (
    Diverged,
    FewRows,
    LimitedMae,
    MixedQuantiles,
    NearlyDependent,
    NoGain,
    NoRowsToSpare,
    NotImproved,
    OneRow,
    RoundingCost,
    Unpredicted,
    UnscoredHoldout,
    UnseenLevel,
    UnseenRows,
)
from mae_cli.results.scores import Outside
from mae_cli.rows.schema import DesignColumn

OUTSIDE = Outside(rows=3, column="x", cells=2, minimum=0.0, maximum=1.5)
UNSEEN = UnseenLevel("new", "k", Place("data.csv", line=5), lookalike=None)


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        ("blanks are left out", "blanks are left out"),
        (UnseenRows(1, "data"), "1 row with a level never seen in training not scored"),
        (UnseenRows(2_000, "data"), "2,000 rows with a level never seen in training not scored"),
        (UnseenRows(1, "holdout"), "1 holdout row with a level never seen in training not scored"),
        (UnseenRows(2, "holdout"), "2 holdout rows with a level never seen in training not scored"),
        (UnseenRows(2, "calibration"), "2 rows with a level never seen in training left out of the calibration"),
        (UnscoredHoldout(), "no holdout row can be scored"),
        (OUTSIDE, "3 rows outside the training range: 2 of them in 'x' (training: 0 to 1.5)"),
        (
            replace(OUTSIDE, cells=3, maximum=31.0, unit="days"),
            "3 rows outside the training range: 'x' (training: 1970-01-01 to 1970-02-01)",
        ),
        (Diverged(1_200), "the descent diverged in epoch 1,200; use a smaller --learning-rate"),
        (NotImproved(), "no step improved on the start, so all coefficients are 0; use another --learning-rate"),
        (NoGain(), "the model is no better than the prediction without features"),
        (FewRows(2), "2 rows are few for an interval of the difference; it is rough"),
        (OneRow(), "one row with weight is too little for an interval"),
        (Unpredicted("missing", 3, 6), "3 of 6 rows without a prediction, for a missing cell"),
        (Unpredicted("overflowing", 1, 1), "1 of 1 row without a prediction, for a prediction beyond floating point"),
        (
            Unpredicted("unseen", 1, 6, UNSEEN),
            (
                "1 of 6 rows without a prediction, for a level never seen in training; the first is 'new' in column "
                "'k' (data.csv, line 5)"
            ),
        ),
        (
            Unpredicted("unseen", 1, 6, replace(UNSEEN, level=" B", lookalike="b")),
            (
                "1 of 6 rows without a prediction, for a level never seen in training; the first is ' B' in column 'k' "
                "(data.csv, line 5), which may be the model's 'b'"
            ),
        ),
    ],
)
def test_every_note_is_one_sentence(note, sentence):
    assert notes([note]) == [sentence]


@pytest.mark.parametrize(
    ("note", "beginning"),
    [
        (RoundingCost(0.0123), "rounding the coefficients to floating-point numbers costs up to 0.012 of the loss, "),
        (
            NearlyDependent((DesignColumn("a"), DesignColumn("k", "b"))),
            "nearly dependent columns: 'a', 'k = b'; what others ",
        ),
        (
            NearlyDependent(tuple(map(DesignColumn, "abcdefgh"))),
            "nearly dependent columns: 'a', 'b', 'c', 'd', 'e', 'f' and 2 more; ",
        ),
        (NoRowsToSpare(1_000), "as many coefficients as rows (1,000): the fit passes through every row "),
        (
            MixedQuantiles(0.9, 0.5),
            "the models were fitted to the quantiles 0.9 and 0.5, but are compared ",
        ),
        (LimitedMae(0.9), "the model was fitted to the quantile 0.9, but --max-mae limits the MAE, "),
    ],
)
def test_long_notes_begin_with_what_was_found(note, beginning):
    (sentence,) = notes([note])
    assert sentence.startswith(beginning)


def test_notes_on_quantiles_are_told_once_and_name_them_where_not_all_are_meant():
    told = [(0.1, ["Few rows.", "Ties."]), (0.5, ["Ties."]), (0.9, ["Few rows.", "Ties.", "Cross."])]
    assert at_quantiles(told) == ["at quantiles 0.1 and 0.9, few rows.", "Ties.", "at quantile 0.9, cross."]


def test_of_a_training_run_the_rows_come_first_and_the_fit_that_is_written_next(train_report):
    report = replace(train_report, notes=("of the rows",), fit=replace(train_report.fit, notes=(NoGain(),)))
    assert training_notes(report) == ["of the rows", "the model is no better than the prediction without features"]


def test_of_the_other_fit_of_a_comparison_nothing_is_noted(compare_report):
    other = replace(compare_report.comparison.other, notes=(NoGain(),))
    comparison = replace(compare_report.comparison, other=other)
    assert training_notes(replace(compare_report, comparison=comparison)) == []


def test_notes_that_say_the_same_of_several_columns_are_one_to_people_and_all_to_programs():
    told = ["first", AlikeNotes(("column 'a': odd", "column 'b': odd"), "columns 'a', 'b': odd")]
    assert short_notes(told) == ["first", "columns 'a', 'b': odd"]
    assert notes(told) == ["first", "column 'a': odd", "column 'b': odd"]

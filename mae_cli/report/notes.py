"""What a user should know of a run, a sentence each: on standard error, and in the JSON of a report."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from mae_cli.messages import AlikeNotes, as_given, listed, quoted
from mae_cli.report.numbers import counted
from mae_cli.results.notes import (
    Diverged,
    FewRows,
    FitNote,
    LimitedMae,
    MixedQuantiles,
    NearlyDependent,
    NoGain,
    NoRowsToSpare,
    Note,
    NotImproved,
    OneNote,
    OneRow,
    RoundingCost,
    Unpredicted,
    UnscoredHoldout,
    UnseenLevel,
    UnseenRows,
)
from mae_cli.results.scores import Outside
from mae_cli.results.training import QuantileReport, TrainReport

InWords: TypeAlias = Callable[[Sequence[Note]], list[str]]

# So many nearly dependent columns are named.
_FEW = 6
_REASONS = {
    "missing": "a missing cell",
    "unseen": "a level never seen in training",
    "overflowing": "a prediction beyond floating point",
}


def notes(told: Sequence[Note]) -> list[str]:
    """A sentence for each, and for each column that it is on."""
    return [text for each in told for text in (each.each if isinstance(each, AlikeNotes) else [_note(each)])]


def short_notes(told: Sequence[Note]) -> list[str]:
    """The same with one sentence on all columns of which the same is said."""
    return [each.together if isinstance(each, AlikeNotes) else _note(each) for each in told]


def training_notes(report: TrainReport | QuantileReport, in_words: InWords = notes) -> list[str]:
    """On the rows and the fits whose models are written, and on the rows of a file for calibration."""
    of_fits = at_quantiles([(fit.quantile, notes(fit.notes)) for fit in report.fits])
    calibration = _calibration_notes(report, in_words) if isinstance(report, QuantileReport) else ()
    return [*in_words(report.notes), *of_fits, *calibration]


def _calibration_notes(report: QuantileReport, in_words: InWords) -> list[str]:
    source = "" if report.calibrated is None else report.calibrated.source
    return [f"{source}: {text}" for text in in_words(report.calibration_notes)]


def at_quantiles(told: Sequence[tuple[float, Sequence[str]]]) -> list[str]:
    """The notes on each quantile, each once: `at quantile 0.1, few rows …` where it is not on all of them."""
    names_of: dict[str, list[str]] = {}
    for quantile, texts in told:
        for text in texts:
            names_of.setdefault(text, []).append(f"{quantile:g}")
    return [
        text if len(names) == len(told) else f"at {_quantiles(names)}, {text[0].lower()}{text[1:]}"
        for text, names in names_of.items()
    ]


def _quantiles(names: Sequence[str]) -> str:
    """`quantile 0.1`, `quantiles 0.1, 0.2 and 0.9`."""
    return f"quantile {names[0]}" if len(names) == 1 else f"quantiles {', '.join(names[:-1])} and {names[-1]}"


def _note(told: OneNote) -> str:
    match told:
        case str():
            return told
        case UnseenRows() | UnscoredHoldout() | Unpredicted() | Outside():
            return _note_on_rows(told)
        case FewRows() | OneRow() | MixedQuantiles() | LimitedMae():
            return _note_on_evaluation(told)
        case _:
            return _note_on_fit(told)


def _note_on_rows(told: UnseenRows | UnscoredHoldout | Unpredicted | Outside) -> str:
    match told:
        case UnseenRows():
            return _unseen_rows(told)
        case UnscoredHoldout():
            return "no holdout row can be scored"
        case Unpredicted():
            return _unpredicted(told)
        case Outside():
            return _outside(told)


def _note_on_fit(told: FitNote) -> str:
    match told:
        case Diverged(epoch):
            return f"the descent diverged in epoch {epoch:,}; use a smaller --learning-rate"
        case NotImproved():
            return "no step improved on the start, so all coefficients are 0; use another --learning-rate"
        case RoundingCost(share):
            return (
                f"rounding the coefficients to floating-point numbers costs up to {share:.2g} of the loss, as the "
                "target or a column lies far from zero for its spread; subtract a constant from it, such as its mean"
            )
        case NearlyDependent(columns):
            names = listed([column.label for column in columns], _FEW)
            return (
                f"nearly dependent columns: {names}; what others do not tell of them is below a millionth of their "
                "spread, so their coefficients mean little one by one; use --exclude for all but one of those that "
                "belong together"
            )
        case NoRowsToSpare(coefficients):
            return (
                f"as many coefficients as rows ({coefficients:,}): the fit passes through every row whatever the "
                "data, and its training metrics say nothing; use fewer columns, or --holdout"
            )
        case NoGain():
            return "the model is no better than the prediction without features"


def _unseen_rows(found: UnseenRows) -> str:
    rows = counted(found.rows, "holdout row" if found.among == "holdout" else "row")
    outcome = "left out of the calibration" if found.among == "calibration" else "not scored"
    return f"{rows} with a level never seen in training {outcome}"


def _outside(outside: Outside) -> str:
    most = "" if outside.cells == outside.rows else f"{outside.cells:,} of them in "
    column, ends = quoted(outside.column), (outside.minimum, outside.maximum)
    training = " to ".join(as_given(each, outside.unit) for each in ends)
    return f"{counted(outside.rows, 'row')} outside the training range: {most}{column} (training: {training})"


def _note_on_evaluation(told: FewRows | OneRow | MixedQuantiles | LimitedMae) -> str:
    match told:
        case FewRows(rows):
            return f"{counted(rows, 'row')} are few for an interval of the difference; it is rough"
        case OneRow():
            return "one row with weight is too little for an interval"
        case MixedQuantiles(quantile, other):
            return (
                f"the models were fitted to the quantiles {quantile!r} and {other!r}, but are compared by the MAE, "
                "which is made for the median 0.5"
            )
        case LimitedMae(quantile):
            return (
                f"the model was fitted to the quantile {quantile:g}, but --max-mae limits the MAE, which is made for "
                "the median 0.5"
            )


def _unpredicted(found: Unpredicted) -> str:
    first = "" if found.first is None else _first_unseen(found.first)
    of_all = f"{found.rows:,} of {counted(found.read, 'row')}"
    return f"{of_all} without a prediction, for {_REASONS[found.reason]}{first}"


def _first_unseen(unseen: UnseenLevel) -> str:
    known = "" if unseen.lookalike is None else f", which may be the model's {quoted(unseen.lookalike)}"
    where = f"in column {quoted(unseen.column)} ({unseen.place})"
    return f"; the first is {quoted(unseen.level)} {where}{known}"

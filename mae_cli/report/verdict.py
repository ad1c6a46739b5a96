"""What the difference between an MAE and an MSE fit says about the data, in a sentence or two."""

from mae_cli.messages import quantity
from mae_cli.report.numbers import about
from mae_cli.results.scores import CONFIDENCE, Difference
from mae_cli.results.training import Agreement, BothPerfect, Comparison, Disagreement, FarRow, Unproved, Verdict


def verdict(comparison: Comparison) -> str:
    """The judgement, and a warning of a row with leverage, from which no loss is safe."""
    told = _verdict(comparison.verdict)
    return told if comparison.far is None else f"{told} {_far(comparison.far)}"


def _verdict(found: Verdict) -> str:
    match found:
        case Unproved(solver):
            remedy = "use --solver auto" if solver == "textbook" else "a larger --tolerance accepts it"
            return f"A fit that did not reach its optimum cannot be compared; {remedy}."
        case BothPerfect():
            return "Both losses can be brought to zero on these rows, so there is nothing to tell the two fits apart."
        case Agreement(gap):
            return (
                f"The two fits agree: their predictions differ by {about(gap)} of the MAE on average, and no small "
                "group of rows decides between them."
            )
        case Disagreement(quantile=0.5):
            return f"{_what_few_do(found)}. {_which_is_better(found.holdout)}"
        case Disagreement():
            return f"{_questions(found.quantile)} {_what_few_do(found)}."


def _questions(quantile: float) -> str:
    return (
        f"The {quantile:g}-quantile fit and least squares answer different questions: {100 * quantile:g}% of the rows "
        "lie below the one, the other follows their mean."
    )


def _what_few_do(found: Disagreement) -> str:
    makes_up = f"make{'s' * (found.few == 1)} up {about(found.pull)} of what pulls the two apart"
    rows = f"{found.few:,} rows ({about(found.few / found.rows)})"
    if found.few_decide:
        return f"{'One row' if found.few == 1 else rows} {makes_up}"
    if found.few == 1:
        return f"No single row decides: the strongest {makes_up}"
    return f"No small group of rows decides: the strongest {rows} {makes_up}"


def _which_is_better(holdout: Difference | None) -> str:
    """Which fit predicts better, where that can be known: on rows that neither was fitted to."""
    if holdout is None:
        return (
            "On the rows it was fitted to each fit wins by its own loss; hold rows out with --holdout to learn which "
            "one predicts better."
        )
    if holdout.interval is None:
        return "A single row held out cannot tell which one predicts better."
    low, high = holdout.interval
    if low <= 0 <= high:
        difference = f"MAE of least squares less that of the MAE fit: {quantity(holdout.value, 2)}"
        return f"The holdout cannot tell them apart ({difference}, {_interval(low, high)})."
    better = "the MAE fit" if low > 0 else "least squares, even by the MAE,"
    nearest, farthest = sorted((abs(low), abs(high)))
    return f"On the holdout {better} is better by {quantity(abs(holdout.value), 2)} ({_interval(nearest, farthest)})."


def _far(row: FarRow) -> str:
    return (
        f"{row.position} is {row.deviations:.1f} standard deviations from the mean of {row.column!r}; "
        "check such rows before trusting either fit."
    )


def _interval(low: float, high: float) -> str:
    return f"{100 * CONFIDENCE:.0f}% interval {quantity(low, 2)} to {quantity(high, 2)}"

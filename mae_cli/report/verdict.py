"""What the difference between an MAE and an MSE fit says about the data, in one sentence."""

from mae_cli.messages import quantity
from mae_cli.report.numbers import about
from mae_cli.results.scores import CONFIDENCE, Difference
from mae_cli.results.training import Agreement, BothPerfect, Comparison, Disagreement, FarRow, Unproved, Verdict


def verdict(comparison: Comparison) -> str:
    """The judgement, and a warning of a row with leverage, from which no loss is safe."""
    sentence = _verdict(comparison.verdict)
    return sentence if comparison.far is None else f"{sentence} {_far(comparison.far)}"


def _verdict(found: Verdict) -> str:
    match found:
        case Unproved(solver):
            remedy = "use --solver auto" if solver == "textbook" else "accept it with a larger --tolerance"
            return f"A fit that did not reach its optimum cannot be compared; {remedy}."
        case BothPerfect():
            return "Both fits are perfect: there are no residuals to tell them apart."
        case Agreement():
            return "The two fits are the same, up to rounding."
        case Disagreement(quantile=0.5):
            gap = f"The predictions differ by {about(found.gap)} of the MAE on average"
            return f"{gap}; {_what_few_do(found)}; {_which_is_better(found.holdout)}."
        case Disagreement():
            return f"{_questions(found.quantile)}; {_what_few_do(found)}."


def _questions(quantile: float) -> str:
    return (
        f"The {quantile:g}-quantile fit and least squares answer different questions: the first has "
        f"{100 * quantile:g}% of the targets below it, the second follows their mean"
    )


def _what_few_do(found: Disagreement) -> str:
    share, of_all = f"{about(found.pull)} of the pull", about(found.few / found.rows)
    if found.few_decide:
        return (
            f"one row accounts for {share}" if found.few == 1 else f"{found.few:,} rows ({of_all}) account for {share}"
        )
    if found.few == 1:
        return f"no single row decides (the strongest accounts for {share})"
    return f"no small group of rows decides (the strongest {found.few:,}, {of_all} of all, account for {share})"


def _which_is_better(holdout: Difference | None) -> str:
    """Which fit predicts better, where that can be known: on rows that neither was fitted to."""
    if holdout is None:
        return "hold rows out with --holdout to see which fit predicts better"
    if holdout.interval is None:
        return "a single row held out cannot tell which fit predicts better"
    low, high = holdout.interval
    if low <= 0 <= high:
        difference = f"MAE of least squares minus that of the MAE fit: {quantity(holdout.value, 2)}"
        return f"the holdout cannot tell them apart ({difference}, {_interval(low, high)})"
    better = "the MAE fit" if low > 0 else "least squares, even by the MAE,"
    nearest, farthest = sorted((abs(low), abs(high)))
    return f"on the holdout {better} is better by {quantity(abs(holdout.value), 2)} ({_interval(nearest, farthest)})"


def _far(row: FarRow) -> str:
    return (
        f"{row.position} is {row.deviations:.1f} standard deviations from the mean of {row.column!r}; "
        "check such rows before trusting either fit."
    )


def _interval(low: float, high: float) -> str:
    return f"{100 * CONFIDENCE:.0f}% interval {quantity(low, 2)} to {quantity(high, 2)}"

"""Metrics beside those of the baseline that predicts without features, and where the rows lie."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mae_cli.messages import decimals_of, fixed, is_fixed
from mae_cli.report.names import baseline_name, fit_name, heading, is_pinball, minimised_loss
from mae_cli.report.numbers import ROUNDING, count, counted, in_line, percent, quantity
from mae_cli.report.tables import AlignedTable
from mae_cli.results.evaluation import EvaluationReport
from mae_cli.results.scores import Metrics, Scores
from mae_cli.results.training import FitReport

Column = tuple[str, Metrics]
"""A heading (a line break makes a second line) and the metrics below it."""

_PINBALL = "pinball loss"
_R_SQUARED = "R²"
_SAVED = "R1, share of loss saved"
_FEWEST_DIGITS, _MOST_DIGITS = 3, 6
_HUGE = 1e6
_LARGEST = 1e12  # from here on numbers are written with a power of ten


def fit_scores(fit: FitReport) -> RenderableType:
    """One table, of training and of the holdout where there is one, with the baseline on the last of them."""
    columns, found = [("training", fit.train.model)], [fit.train]
    name = f"{baseline_name(fit.loss, fit.quantile)} only"
    if fit.holdout is not None:
        columns.append(("holdout", fit.holdout.model))
        found.append(fit.holdout)
        name = f"holdout, {name}"
    columns.append((name, found[-1].baseline))
    of_baseline = Scores(found[-1].baseline, found[-1].baseline).r1
    table = _score_table("", columns, fit.loss, fit.quantile, [*(each.r1 for each in found), of_baseline])
    return Group(table, *_sides(fit))


def comparison_scores(fit: FitReport, other: FitReport) -> list[RenderableType]:
    """A table for training and one for the holdout: both models, and the baseline of each."""
    names = [fit_name(each.loss, each.quantile) for each in (fit, other)]
    names += [f"{baseline_name(each.loss, each.quantile)} only" for each in (fit, other)]
    tables: list[RenderableType] = []
    sets = (("training", fit.train, other.train), ("holdout", fit.holdout, other.holdout))
    for title, scores, others in sets:
        if scores is not None and others is not None:
            metrics = (scores.model, others.model, scores.baseline, others.baseline)
            columns = list(zip(map(heading, names), metrics, strict=True))
            tables.append(_score_table(title, columns, fit.loss, fit.quantile))
    return [*tables, baseline_note((fit.loss, fit.quantile), (other.loss, other.quantile))]


def evaluation_scores(report: EvaluationReport) -> list[RenderableType]:
    """One table: the model, the one it is set against, and its training baseline on the rows evaluated."""
    baseline = f"{baseline_name(report.loss, report.quantile)} only"
    columns = [("model", report.scores.model), (baseline, report.scores.baseline)]
    if report.rival is not None:
        columns.insert(1, ("against", report.rival.metrics))
    saved = [Scores(metrics, report.scores.baseline).r1 for _, metrics in columns]
    return [
        _score_table("", columns, report.loss, report.quantile, saved),
        baseline_note((report.loss, report.quantile)),
    ]


def training_scores(columns: Sequence[Column], loss: str, quantile: float) -> RenderableType:
    """One table: of models without data, the metrics in training."""
    return _score_table("", columns, loss, quantile)


def baseline_note(*fits: tuple[str, float]) -> Text:
    """What the baselines of these losses and quantiles are."""
    names = [baseline_name(loss, quantile) for loss, quantile in fits]
    subject = " and ".join(f'"{name} only"' for name in names)
    verb = "predicts" if len(names) == 1 else "predict"
    return Text(f"{subject} {verb} the {' or the '.join(names)} of the training targets for every row.")


def minimised(metrics: Metrics, loss: str, quantile: float) -> float | None:
    """The metric that stands for the loss, in the target's unit; 0 where it is rounding."""
    if metrics.is_rounding:
        return 0.0
    return metrics.pinball if is_pinball(loss, quantile) else metrics.mae if loss == "mae" else metrics.rmse


def pinball_loss(metrics: Metrics) -> float:
    """That of the quantile that was fitted, of the median too; 0 where it is rounding."""
    return 0.0 if metrics.is_rounding else metrics.pinball_loss


def _sides(fit: FitReport) -> list[RenderableType]:
    """How many rows lie above, below and on the fit; for a quantile also the share at or below it."""
    sides, held = fit.train.sides, None if fit.holdout is None else fit.holdout.sides
    if sides is None:
        return []
    text = f"{counted(sides.above, 'row')} above the fit, {count(sides.below)} below, {count(sides.on)} on it"
    if held is not None:
        text += f" (holdout: {count(held.above)}, {count(held.below)}, {count(held.on)})"
    return [Text(f"{text}{_coverage(fit)}.")]


def _coverage(fit: FitReport) -> str:
    if not is_pinball(fit.loss, fit.quantile) or fit.train.coverage is None:
        return ""
    text = f"; {percent(fit.train.coverage[0])} at or below it"
    if fit.holdout is not None and fit.holdout.coverage is not None:
        text += f" (holdout: {percent(fit.holdout.coverage[0])})"
    return f"{text}, fitted for {100 * fit.quantile:g}%"


def covered(scores: Scores) -> str:
    """The share of the targets at or below the prediction, in a cell."""
    return "" if scores.coverage is None else percent(scores.coverage[0])


def _score_table(
    title: str, columns: Sequence[Column], loss: str, quantile: float, r1: Sequence[float | None] = ()
) -> AlignedTable:
    """The metrics, one a row; the one that the fit minimises is bold. Least squares have no R1."""
    values = [_values(metrics) for _, metrics in columns]
    names = [name for name in values[0] if name != _PINBALL or any(each[name] is not None for each in values)]
    decimals = _decimals(columns, loss, quantile)
    rows = [[_cell(each[name], decimals) for each in values] for name in names if name != _R_SQUARED]
    rows.append(_shares([each[_R_SQUARED] for each in values]))
    if loss == "mae" and any(share is not None for share in r1):
        names.append(_SAVED)
        rows.append(_shares(r1))
    cells = map(in_line, zip(*rows, strict=True))
    return AlignedTable(
        [title, *(name for name, _ in columns)],
        list(zip(names, *cells, strict=True)),
        bold=frozenset({names.index(minimised_loss(loss, quantile))}),
    )


def _decimals(columns: Sequence[Column], loss: str, quantile: float) -> int | None:
    """Those of all metrics of the block; None where what the first model was fitted to is a power of ten.

    They give it four digits, or three where another metric would have more than six.
    """
    model = minimised(columns[0][1], loss, quantile)
    values = [value for _, metrics in columns for name, value in _values(metrics).items() if name != _R_SQUARED]
    largest = max((value for value in values if value and is_fixed(value)), default=0.0)
    if not model:
        return decimals_of(largest)
    if not is_fixed(model):
        return None
    return max(min(decimals_of(model), decimals_of(largest, _MOST_DIGITS)), decimals_of(model, _FEWEST_DIGITS))


def _cell(value: float | None, decimals: int | None) -> str:
    """A metric with the decimals of its block, without any where only a power of ten tells how large it is."""
    if value is None or decimals is None or value >= _LARGEST:
        return quantity(value)
    return fixed(value, decimals)


def _shares(values: Sequence[float | None]) -> list[str]:
    """R² and R1 with two decimals, four where one is so near to 1 that two would not tell."""
    decimals = 4 if any(value is not None and 0.95 <= value < 1 - ROUNDING for value in values) else 2
    return [quantity(value) if value is None or abs(value) >= _HUGE else fixed(value, decimals) for value in values]


def _values(metrics: Metrics) -> dict[str, float | None]:
    return {
        _PINBALL: metrics.pinball,
        "MAE": metrics.mae,
        "RMSE": metrics.rmse,
        "half of the rows within": metrics.median_ae,
        _R_SQUARED: metrics.r2,
    }

"""Metrics side by side: of models and the trivial baseline, in training and on the holdout."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from mae_cli.report.names import baseline_name, fit_name, heading, is_pinball
from mae_cli.report.numbers import aligned, quantity
from mae_cli.report.tables import AlignedTable
from mae_cli.results import EvaluationReport, FitReport, Metrics

Column = tuple[str, Metrics]
"""A heading (a line break makes a second line) and the metrics below it."""

_PINBALL = "pinball loss"
_R_SQUARED = "R²"


def fit_scores(fit: FitReport) -> list[RenderableType]:
    """One table: model and baseline in training and, when there is one, on the holdout."""
    baseline = f"{baseline_name(fit.loss, fit.quantile)} only"
    columns = [("training\nmodel", fit.train.model), (f"training\n{baseline}", fit.train.baseline)]
    if fit.holdout is not None:
        columns += [("holdout\nmodel", fit.holdout.model), (f"holdout\n{baseline}", fit.holdout.baseline)]
    return [_score_table("", columns, fit.loss, fit.quantile), baseline_note((fit.loss, fit.quantile))]


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
    return [
        _score_table("", columns, report.loss, report.quantile),
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


def _score_table(title: str, columns: Sequence[Column], loss: str, quantile: float) -> AlignedTable:
    """The metrics, one a row; the one that the fit minimises is bold."""
    minimised = _PINBALL if is_pinball(loss, quantile) else "MAE" if loss == "mae" else "RMSE"
    values = [_values(metrics) for _, metrics in columns]
    names = [name for name in values[0] if name != _PINBALL or any(each[name] is not None for each in values)]
    rows = [(name, *_texts(name, [each[name] for each in values])) for name in names]
    headings = [title, *(heading for heading, _ in columns)]
    return AlignedTable(headings, rows, bold=frozenset({names.index(minimised)}))


def _texts(name: str, values: Sequence[float | None]) -> list[str]:
    """One metric of all columns: R² with four decimals, the others with as many digits as they need."""
    if name != _R_SQUARED:
        return aligned(values)
    return [
        quantity(value) if value is None or abs(value) >= 1e4 else f"{round(value, 4) + 0.0:.4f}" for value in values
    ]


def _values(metrics: Metrics) -> dict[str, float | None]:
    return {
        _PINBALL: metrics.pinball,
        "MAE": metrics.mae,
        "RMSE": metrics.rmse,
        "median absolute error": metrics.median_ae,
        _R_SQUARED: metrics.r2,
    }

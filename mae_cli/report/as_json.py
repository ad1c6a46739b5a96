"""Reports as JSON for programs: keys may be added, never renamed; a test pins them."""

import math
from dataclasses import asdict
from typing import Any

from mae_cli.inference.values import (
    Importance,
    Interval,
    Intervals,
    OptimalRange,
    RankTest,
    SlopesTest,
    Unavailable,
)
from mae_cli.messages import json_text
from mae_cli.report.gates import finding
from mae_cli.report.notes import notes, training_notes
from mae_cli.report.verdict import verdict
from mae_cli.results.evaluation import EvaluationReport, QuantileEvaluation, WorstQuantileRow
from mae_cli.results.gates import Gate, Rival
from mae_cli.results.prediction import PredictionReport
from mae_cli.results.scores import Metrics, PlacedRow, Scores
from mae_cli.results.survey import Survey
from mae_cli.results.training import (
    Comparison,
    ContestedRow,
    Effect,
    FitReport,
    QuantileReport,
    TrainingRows,
    TrainReport,
)
from mae_cli.solvers.solution import Certificate, History

TRAIN_SCHEMA = "mae-cli/train-report"
QUANTILE_EVALUATION_SCHEMA = "mae-cli/quantiles-eval-report"
QUANTILES_SCHEMA = "mae-cli/quantiles-report"
EVALUATION_SCHEMA = "mae-cli/eval-report"
PREDICTION_SCHEMA = "mae-cli/predict-report"
COLUMNS_SCHEMA = "mae-cli/columns-report"
VERSION = 1


def train_report_json(report: TrainReport) -> dict[str, Any]:
    """Everything `mae-train --json` prints; a number that is not defined is null."""
    fit = _fit(report.fit)
    return {
        "schema": TRAIN_SCHEMA,
        "version": VERSION,
        "target": report.target,
        "loss": fit["loss"],
        "quantile": fit["quantile"],
        "solver": fit["solver"],
        "data": _training_data(report.rows, report.fit),
        "train": fit["train"],
        "holdout": fit["holdout"],
        "certificate": fit["certificate"],
        "history": fit["history"],
        "intercept": fit["intercept"],
        "coefficients": fit["coefficients"],
        "model": report.model,
        "seconds": asdict(report.seconds),
        "source": report.source,
        "weight": report.weight,
        "notes": training_notes(report),
        "compare": None if report.comparison is None else _comparison(report.comparison),
        "intervals": None if report.fit.intervals is None else _intervals(report.fit.intervals),
        "importance": None if report.fit.importance is None else [_importance(each) for each in report.fit.importance],
        "sides": {"train": _sides(report.fit.train), "holdout": _sides(report.fit.holdout)},
        "r1": _r1(report.fit),
        "optimum": report.fit.optimum,
        "columns_left_out": [asdict(column) for column in report.columns_left_out],
        "intercept_optimal_range": fit["intercept_optimal_range"],
        "intercept_optimal_range_proved": fit["intercept_optimal_range_proved"],
    }


def quantile_report_json(report: QuantileReport) -> dict[str, Any]:
    """Everything `mae-train --json` prints of several quantiles."""
    return {
        "schema": QUANTILES_SCHEMA,
        "version": VERSION,
        "target": report.target,
        "quantiles": list(report.quantiles),
        "data": _training_data(report.rows, report.fits[0]) | {"rows_calibration": report.rows.calibration},
        "fits": [_quantile_fit(fit) for fit in report.fits],
        "squared": None if report.squared is None else _fit(report.squared),
        "slopes": asdict(report.slopes) if isinstance(report.slopes, SlopesTest) else None,
        "slopes_absent": None if isinstance(report.slopes, SlopesTest) else report.slopes,
        "rows_crossing": report.crossing,
        "calibration": None if report.calibrated is None else asdict(report.calibrated),
        "columns_left_out": [asdict(column) for column in report.columns_left_out],
        "model": report.model,
        "seconds": asdict(report.seconds),
        "source": report.source,
        "weight": report.weight,
        "notes": training_notes(report),
    }


def _quantile_fit(fit: FitReport) -> dict[str, Any]:
    coverage = {"train": fit.train.coverage, "holdout": None if fit.holdout is None else fit.holdout.coverage}
    return _fit(fit) | {
        "train": _quantile_metrics(fit.train.model),
        "holdout": None if fit.holdout is None else _quantile_metrics(fit.holdout.model),
        "intervals": None if fit.intervals is None else _intervals(fit.intervals),
        "r1": _r1(fit),
        "coverage": {name: None if each is None else each[0] for name, each in coverage.items()},
    }


def _r1(fit: FitReport) -> dict[str, float | None]:
    held = None if fit.holdout is None else fit.holdout.r1
    return {"train": fit.train.r1, "holdout": held} if fit.loss == "mae" else {"train": None, "holdout": None}


def evaluation_report_json(report: EvaluationReport) -> dict[str, Any]:
    """Everything `mae-eval --json` prints; a number that is not defined is null."""
    return {
        "schema": EVALUATION_SCHEMA,
        "version": VERSION,
        "model": report.model,
        "target": report.target,
        "data": {f"rows_{name}": number for name, number in asdict(report.rows).items()},
        "metrics": _metrics(report.scores.model),
        "source": report.source,
        "loss": report.loss,
        "quantile": report.quantile,
        "weight": report.weight,
        "notes": notes(report.notes),
        "outside": None if report.outside is None else asdict(report.outside),
        "worst": None if report.worst is None else [_placed(row) for row in report.worst],
        "against": None if report.rival is None else _rival(report.rival),
        "gates": [_gate(gate) for gate in report.gates],
        "coverage": None if report.scores.coverage is None else report.scores.coverage[0],
        "r1": report.scores.r1 if report.loss == "mae" else None,
    }


def quantile_evaluation_json(report: QuantileEvaluation) -> dict[str, Any]:
    """Everything `mae-eval --json` prints of a model of several quantiles."""
    return {
        "schema": QUANTILE_EVALUATION_SCHEMA,
        "version": VERSION,
        "model": report.model,
        "target": report.target,
        "data": {f"rows_{name}": number for name, number in asdict(report.rows).items()},
        "quantiles": _scored_quantiles(report),
        "interval": None if report.interval is None else asdict(report.interval),
        "outside": None if report.outside is None else asdict(report.outside),
        "source": report.source,
        "weight": report.weight,
        "notes": notes(report.notes),
        "gates": [_gate(gate) for gate in report.gates],
        "worst": None if report.worst is None else [_worst(row) for row in report.worst],
    }


def _worst(row: WorstQuantileRow) -> dict[str, Any]:
    interval = None if row.interval is None else list(row.interval)
    return _placed(row) | {"predictions": list(row.predictions), "interval": interval, "outside": row.outside}


def _scored_quantiles(report: QuantileEvaluation) -> list[dict[str, Any]]:
    rivals = (None,) * len(report.scores) if report.rivals is None else report.rivals
    return [
        {
            "quantile": quantile,
            "metrics": _quantile_metrics(each.model),
            "coverage": (each.coverage or (None,))[0],
            "r1": each.r1,
            "against": None if rival is None else _rival(rival) | {"metrics": _quantile_metrics(rival.metrics)},
        }
        for quantile, each, rival in zip(report.quantiles, report.scores, rivals, strict=True)
    ]


def _quantile_metrics(metrics: Metrics) -> dict[str, float | None]:
    """The same with the pinball loss of the median, which stands beside that of other quantiles."""
    return _metrics(metrics) | {"pinball": metrics.pinball_loss}


def prediction_report_json(report: PredictionReport) -> dict[str, Any]:
    """Everything `mae-predict --json` prints."""
    rows = report.rows
    return {
        "schema": PREDICTION_SCHEMA,
        "version": VERSION,
        "target": report.target,
        "data": {
            "rows_read": rows.read,
            "rows_predicted": rows.predicted,
            "rows_missing": rows.missing,
            "rows_unseen": rows.unseen,
            "rows_overflowing": rows.overflowing,
        },
        "source": report.source,
        "column": report.column,
        "notes": notes(report.notes),
        "outside": None if report.outside is None else asdict(report.outside),
        "gates": [_gate(gate) for gate in report.gates],
    }


def columns_report_json(survey: Survey) -> dict[str, Any]:
    """Everything `mae-train --columns --json` prints."""
    columns = [
        {
            "column": column.column,
            "use": column.use,
            "missing": column.missing,
            "minimum": None if column.extremes is None else column.extremes[0],
            "maximum": None if column.extremes is None else column.extremes[1],
            "levels": column.levels,
            "top": [{"level": level, "count": count} for level, count in column.top],
            "reason": column.reason,
            "remedy": column.remedy,
        }
        for column in survey.columns
    ]
    return {
        "schema": COLUMNS_SCHEMA,
        "version": VERSION,
        "source": survey.source,
        "rows": survey.rows,
        "columns": columns,
    }


def dumps(report: dict[str, Any]) -> str:
    """The report as one line of JSON.

    Raises:
        ValueError: a number is not finite; reports hold none.
    """
    return json_text(report) + "\n"


def _gate(gate: Gate) -> dict[str, Any]:
    limit = list(gate.limit) if isinstance(gate.limit, tuple) else gate.limit
    return {
        "name": gate.name,
        "passed": gate.passed,
        "value": gate.value,
        "limit": limit,
        "finding": finding(gate),
        "quantile": gate.quantile,
    }


def _rival(rival: Rival) -> dict[str, Any]:
    return {
        "model": rival.model,
        "loss": rival.loss,
        "quantile": rival.quantile,
        "metrics": _metrics(rival.metrics),
        "difference": rival.difference,
        "interval": None if rival.interval is None else list(rival.interval),
        "measure": rival.measure,
        "coverage": rival.coverage,
        "p_value": rival.p_value,
        "adjusted_p_value": rival.adjusted_p_value,
        "least_p_value": rival.least_p_value,
    }


def _fit(fit: FitReport) -> dict[str, Any]:
    return {
        "loss": fit.loss,
        "quantile": fit.quantile,
        "solver": fit.solver,
        "train": _metrics(fit.train.model),
        "holdout": _holdout(fit.holdout),
        "certificate": certificate_json(fit.certificate),
        "history": _history(fit.history),
        "intercept": 0.0 if fit.intercept is None else fit.intercept,
        "coefficients": [_coefficient(effect) for effect in fit.effects],
        "intercept_optimal_range": _ends(fit.intercept_range),
        "intercept_optimal_range_proved": _is_proved(fit.intercept_range),
    }


def _history(history: History) -> dict[str, Any]:
    return {"loss": list(history.loss), "iterations": history.iterations, "passes": history.passes}


def certificate_json(certificate: Certificate) -> dict[str, Any]:
    """The proof of a fit."""
    return asdict(certificate) | {"status": certificate.status.value}


def _training_data(rows: TrainingRows, fit: FitReport) -> dict[str, Any]:
    aliased = [effect.column.label for effect in fit.effects if effect.aliased]
    return {
        "rows_read": rows.read,
        "rows_used": rows.used,
        "rows_dropped": rows.dropped,
        "rows_holdout": rows.holdout,
        "columns": fit.columns,
        "aliased": aliased,
        "rows_unseen": rows.unseen,
        "rows_zero_weight": rows.zero_weight,
    }


def _metrics(metrics: Metrics) -> dict[str, float | None]:
    return asdict(metrics)


def _holdout(scores: Scores | None) -> dict[str, float | None] | None:
    return None if scores is None else _metrics(scores.model)


def _sides(scores: Scores | None) -> dict[str, int] | None:
    """How many rows lie above, below and on the fit."""
    return None if scores is None or scores.sides is None else asdict(scores.sides)


def _coefficient(effect: Effect) -> dict[str, Any]:
    return {
        "column": effect.column.feature,
        "level": effect.column.level,
        "value": effect.value,
        "per_deviation": effect.per_deviation,
        "aliased": effect.aliased,
        **_interval(effect.interval),
        "optimal_range": _ends(effect.optimal_range),
        "rows": effect.rows,
        "optimal_range_proved": _is_proved(effect.optimal_range),
    }


def _intervals(intervals: Intervals) -> dict[str, Any]:
    return {
        "method": intervals.method,
        "level": intervals.level,
        "robust": None if intervals.method is None else intervals.robust,
        "rows": intervals.rows,
        "replicates": intervals.replicates,
        "replicates_unproved": intervals.unproved,
        "cluster": intervals.cluster,
        "clusters": intervals.clusters,
        "cautions": list(intervals.cautions),
        "absent": intervals.absent,
        "intercept": _interval(intervals.intercept),
    }


def _importance(importance: Importance) -> dict[str, Any]:
    test = importance.test if isinstance(importance.test, RankTest) else None
    return {
        "column": importance.feature,
        "loss": importance.loss,
        "statistic": None if test is None else test.statistic,
        "degrees": None if test is None else test.degrees,
        "p_value": None if test is None else test.p_value,
        "absent": importance.test if isinstance(importance.test, Unavailable) else None,
    }


def _interval(interval: Interval | Unavailable | None) -> dict[str, Any]:
    """Its ends, None for infinite ones, and the standard error."""
    if not isinstance(interval, Interval):
        return {"interval": None, "standard_error": None}
    ends = [end if math.isfinite(end) else None for end in (interval.low, interval.high)]
    return {"interval": ends, "standard_error": interval.standard_error}


def _ends(optimal: OptimalRange | None) -> list[float] | None:
    """None where both are the same."""
    return None if optimal is None or optimal.is_point else [optimal.low, optimal.high]


def _is_proved(optimal: OptimalRange | None) -> bool | None:
    """Whether a coefficient can go no further; None where no range was looked for."""
    return None if optimal is None else optimal.is_proved


def _comparison(comparison: Comparison) -> dict[str, Any]:
    contested = [_contested(row) for row in comparison.contested]
    return _fit(comparison.other) | {"contested": contested, "verdict": verdict(comparison)}


def _contested(row: ContestedRow) -> dict[str, Any]:
    return _placed(row) | {"predictions": list(row.predictions)}


def _placed(row: PlacedRow) -> dict[str, Any]:
    """A row, with its line in text or its row in Parquet; the other is null."""
    place, values = row.place, asdict(row)
    del values["place"]
    return {"file": place.file, "line": place.line, "row": place.row, **values}

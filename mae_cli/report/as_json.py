"""Reports as JSON for programs: keys may be added, never renamed; a test pins them."""

import math
from dataclasses import asdict
from typing import Any

from mae_cli.inference.values import Interval, Intervals, Unavailable
from mae_cli.messages import json_text
from mae_cli.results import (
    Comparison,
    ContestedRow,
    Effect,
    EvaluationReport,
    FitReport,
    Metrics,
    Rival,
    Scores,
    Survey,
    TrainReport,
)

TRAIN_SCHEMA = "mae-cli/train-report"
EVALUATION_SCHEMA = "mae-cli/eval-report"
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
        "data": _training_data(report),
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
        "notes": list(report.notes),
        "compare": None if report.comparison is None else _comparison(report.comparison),
        "intervals": None if report.fit.intervals is None else _intervals(report.fit.intervals),
        "columns_left_out": [asdict(column) for column in report.columns_left_out],
    }


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
        "notes": list(report.notes),
        "outside": None if report.outside is None else asdict(report.outside),
        "worst": None if report.worst is None else [asdict(row) for row in report.worst],
        "against": None if report.rival is None else _rival(report.rival),
        "gates": [asdict(gate) for gate in report.gates],
        "coverage": None if report.scores.coverage is None else report.scores.coverage[0],
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
    }


def _fit(fit: FitReport) -> dict[str, Any]:
    return {
        "loss": fit.loss,
        "quantile": fit.quantile,
        "solver": fit.solver,
        "train": _metrics(fit.train.model),
        "holdout": _holdout(fit.holdout),
        "certificate": asdict(fit.certificate) | {"status": fit.certificate.status.value},
        "history": asdict(fit.history) | {"loss": list(fit.history.loss)},
        "intercept": 0.0 if fit.intercept is None else fit.intercept,
        "coefficients": [_coefficient(effect) for effect in fit.effects],
    }


def _training_data(report: TrainReport) -> dict[str, Any]:
    rows = report.rows
    aliased = [effect.column.label for effect in report.fit.effects if effect.aliased]
    return {
        "rows_read": rows.read,
        "rows_used": rows.used,
        "rows_dropped": rows.dropped,
        "rows_holdout": rows.holdout,
        "columns": report.columns,
        "aliased": aliased,
        "rows_unseen": rows.unseen,
        "rows_zero_weight": rows.zero_weight,
    }


def _metrics(metrics: Metrics) -> dict[str, float | None]:
    return asdict(metrics)


def _holdout(scores: Scores | None) -> dict[str, float | None] | None:
    return None if scores is None else _metrics(scores.model)


def _coefficient(effect: Effect) -> dict[str, Any]:
    return {
        "column": effect.column.feature,
        "level": effect.column.level,
        "value": effect.value,
        "per_deviation": effect.per_deviation,
        "aliased": effect.aliased,
        **_interval(effect.interval),
    }


def _intervals(intervals: Intervals) -> dict[str, Any]:
    return {
        "method": intervals.method,
        "level": intervals.level,
        "robust": None if intervals.method is None else intervals.robust,
        "rows": intervals.rows,
        "replicates": intervals.replicates,
        "cluster": intervals.cluster,
        "clusters": intervals.clusters,
        "cautions": list(intervals.cautions),
        "absent": intervals.absent,
        "intercept": _interval(intervals.intercept),
    }


def _interval(interval: Interval | Unavailable | None) -> dict[str, Any]:
    """Its ends, None for infinite ones, and the standard error."""
    if not isinstance(interval, Interval):
        return {"interval": None, "standard_error": None}
    ends = [end if math.isfinite(end) else None for end in (interval.low, interval.high)]
    return {"interval": ends, "standard_error": interval.standard_error}


def _comparison(comparison: Comparison) -> dict[str, Any]:
    contested = [_contested(row) for row in comparison.contested]
    return _fit(comparison.other) | {"contested": contested, "verdict": comparison.verdict}


def _contested(row: ContestedRow) -> dict[str, Any]:
    return asdict(row) | {"predictions": list(row.predictions)}

"""Train: a table becomes a fitted model and a report."""

import time
from dataclasses import asdict, dataclass, replace

from mae_cli.inference.estimates import Estimated
from mae_cli.inference.importance import find_importance
from mae_cli.inference.intervals import find_intervals
from mae_cli.inference.values import Intervals, Method
from mae_cli.memory import return_freed_memory
from mae_cli.model.model import Model
from mae_cli.model.provenance import provenance
from mae_cli.progress import NO_PROGRESS, Phase, ProgressListener
from mae_cli.results.notes import NoGain, NotImproved
from mae_cli.results.training import Comparison, Seconds, TrainReport
from mae_cli.rows.blocks import CountedRows, PassCounter
from mae_cli.rows.schema import Schema
from mae_cli.solvers.prepare.problem import Prepared
from mae_cli.solvers.settings import Auto, Textbook
from mae_cli.solvers.solution import Status
from mae_cli.tables.read import Data
from mae_cli.workflows.compare import Fitted, compare
from mae_cli.workflows.fit import FitSettings, fit_prepared
from mae_cli.workflows.fit_report import scored_fit
from mae_cli.workflows.ready import ReadyData, TrainSettings, ready_data


@dataclass(frozen=True)
class Trained:
    """The model, and the report that goes with it."""

    model: Model
    report: TrainReport


def train(files: Data, settings: TrainSettings, listener: ProgressListener = NO_PROGRESS) -> Trained:
    """Read, fit, score, and (if asked) compare with the other loss.

    Raises:
        DataError: the data cannot be read or fitted as asked.
    """
    started = time.perf_counter()
    with ready_data(files, settings, listener) as data:
        return _trained(files.name, data, settings, listener, started)


def _trained(
    source: str, data: ReadyData, settings: TrainSettings, listener: ProgressListener, started: float
) -> Trained:
    """The fit of data that were read, from a start on by the clock until now."""
    read = time.perf_counter() - started
    counted = CountedRows(data.train.rows, PassCounter(listener=listener))
    prepared = Prepared(counted, intercept=settings.fit.intercept, limits=settings.fit.solver.limits)
    fitted = _fitted(data, prepared, settings, listener)
    comparison = _compared(fitted, data, prepared, settings, listener) if settings.compare else None
    total = time.perf_counter() - started
    report = TrainReport(
        source=source,
        target=settings.columns.target,
        weight=settings.columns.weight,
        rows=data.rows,
        fit=fitted.report,
        comparison=comparison,
        notes=data.notes,
        model=None,
        seconds=Seconds(read, total - read, total),
        columns_left_out=data.left_out,
        target_unit=data.written.target.unit,
    )
    return Trained(model_of(settings, data, fitted), report)


def _fitted(data: ReadyData, prepared: Prepared, settings: TrainSettings, listener: ProgressListener) -> Fitted:
    """The fit with all that is asked about it."""
    listener.entering(Phase.FITTING)
    fit = fit_prepared(prepared, settings.fit, listener)
    estimated = Estimated(data.train.rows, prepared, fit, data.weight_unit, data.clusters, listener)
    intervals = intervals_of(estimated, settings)
    fitted = scored_fit(data, fit, settings.fit, settings.fit.quantile, intervals=intervals, listener=listener)
    if settings.importance:
        listener.entering(Phase.IMPORTANCE)
        importance = find_importance(estimated, _columns_of(data.schema))
        fitted = replace(fitted, report=replace(fitted.report, importance=importance))
    return _measured(fitted, prepared, settings.fit, listener)


def _compared(
    fitted: Fitted, data: ReadyData, prepared: Prepared, settings: TrainSettings, listener: ProgressListener
) -> Comparison:
    """The fit beside that of the other loss."""
    other = replace(settings.fit, loss="mae" if settings.fit.loss == "mse" else "mse", quantile=0.5)
    listener.entering(Phase.FITTING)
    fit = fit_prepared(prepared, other, listener)
    scored = scored_fit(data, fit, other, settings.fit.quantile, listener=listener)
    scored = _measured(scored, prepared, other, listener)
    listener.entering(Phase.COMPARING)
    return compare(fitted, scored, data.train)


def intervals_of(estimated: Estimated, settings: TrainSettings, quantile: float | None = None) -> Intervals | None:
    """Of the coefficients, at one of several quantiles where it is given.

    Those of the textbook solver are no estimates whose errors are known.
    """
    if settings.intervals is None or isinstance(settings.fit.solver, Textbook):
        return None
    return_freed_memory()
    is_bootstrap = settings.intervals.method is Method.BOOTSTRAP
    estimated.listener.entering(Phase.BOOTSTRAP if is_bootstrap else Phase.INTERVALS, quantile)
    return find_intervals(estimated, settings.intervals)


def _columns_of(schema: Schema) -> dict[str, list[int]]:
    """The places of the design columns of each feature that has some, in the order of the features."""
    places: dict[str, list[int]] = {name: [] for name in schema.names}
    for place, column in enumerate(schema.design_columns):
        places[column.feature].append(place)
    return {name: each for name, each in places.items() if each}


def _measured(fitted: Fitted, prepared: Prepared, settings: FitSettings, listener: ProgressListener) -> Fitted:
    """The fit with the optimum that the textbook's descent is measured against; other solvers find it themselves."""
    if not isinstance(settings.solver, Textbook):
        return fitted
    listener.entering(Phase.OPTIMUM)
    exact = replace(settings, solver=Auto(limits=settings.solver.limits))
    certificate = fit_prepared(prepared, exact, listener).solution.certificate
    if certificate.status is Status.LIMIT:
        return fitted
    optimum = 0.0 if certificate.relative_gap is None else certificate.lower_bound
    report = replace(fitted.report, optimum=optimum)
    if report.reaches_optimum:  # from the start on, where no step improved on that
        report = replace(report, notes=tuple(NoGain() if note == NotImproved() else note for note in report.notes))
    return replace(fitted, report=report)


def model_of(settings: TrainSettings, data: ReadyData, fitted: Fitted) -> Model:
    """The model of a fit."""
    return Model(
        target=settings.columns.target,
        loss=settings.fit.loss,
        quantile=settings.fit.quantile,
        weight=settings.columns.weight,
        schema=data.schema,
        point=fitted.point,
        missing=settings.missing,
        baseline=data.baseline,
        training=provenance(
            rows=data.rows.used,
            seed=settings.seed,
            solver=settings.fit.solver.name,
            metrics=asdict(fitted.report.train.model),
            certificate=fitted.report.certificate,
            intercept=settings.fit.intercept,
            intervals=fitted.report.intervals,
        ),
        written=data.written,
    )

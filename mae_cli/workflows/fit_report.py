"""A fit as a report: its scores, its coefficients as effects, and what a user should know of it."""

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from mae_cli.arrays import FloatArray
from mae_cli.inference.ranges import Ranges, ranges_of
from mae_cli.inference.values import Intervals, Unavailable
from mae_cli.progress import NO_PROGRESS, Phase, ProgressListener
from mae_cli.results.notes import (
    Diverged,
    FitNote,
    NearlyDependent,
    NoGain,
    NoRowsToSpare,
    NotImproved,
    RoundingCost,
)
from mae_cli.results.scores import Scores
from mae_cli.results.training import Effect, FitReport
from mae_cli.rows.coding import LevelRows
from mae_cli.rows.schema import CategoricalColumn, DesignColumn, Schema
from mae_cli.solvers.settings import SolverSettings, Textbook
from mae_cli.solvers.solution import ROUNDED_GAP, Solution, Status
from mae_cli.solvers.solve import Fit
from mae_cli.workflows.compare import Fitted
from mae_cli.workflows.fit import FitSettings
from mae_cli.workflows.ready import ReadyData
from mae_cli.workflows.scoring import score


def scored_fit(  # noqa: PLR0913  (a fit, and what its report has beside it)
    data: ReadyData,
    fit: Fit,
    settings: FitSettings,
    scored_at: float,
    *,
    intervals: Intervals | None = None,
    listener: ProgressListener = NO_PROGRESS,
) -> Fitted:
    """A fit of one loss, scored on the training rows and the holdout, with the pinball loss of a quantile."""
    listener.entering(Phase.SCORING)
    solution, trivial = fit.solution, data.baseline.prediction(settings.loss, settings.quantile)
    scores = partial(score, point=solution.point, trivial=trivial, quantile=scored_at, place=data.train.files.place)
    found = effects(data.schema, solution, data.train.moments.deviation, intervals, data.level_rows)
    if solution.certificate.unique is False:
        listener.entering(Phase.RANGES)
    ranges = ranges_of(fit)
    report = FitReport(
        loss=settings.loss,
        quantile=settings.quantile,
        solver=settings.solver.name,
        train=_with_proved_loss(scores(data.train.rows), solution.certificate.loss, settings),
        holdout=None if data.train.holdout is None else scores(data.train.holdout),
        certificate=solution.certificate,
        history=solution.history,
        intercept=solution.intercept if settings.intercept else None,
        effects=_ranged(found, data.schema, ranges),
        intervals=intervals,
        intercept_range=ranges[0] if ranges is not None and settings.intercept else None,
        schedule=settings.solver.schedule if isinstance(settings.solver, Textbook) else None,
    )
    return Fitted(solution, replace(report, notes=tuple(_notes(fit, settings.solver, report, data))))


def _with_proved_loss(scores: Scores, loss: float, settings: FitSettings) -> Scores:
    """The scores of the training rows with the loss of the certificate: predictions are rounded, and blur it."""
    if settings.loss == "mse":
        proved = replace(scores.model, mse=loss, rmse=math.sqrt(loss))
    elif settings.quantile == 0.5:
        proved = replace(scores.model, mae=loss)
    else:
        proved = replace(scores.model, pinball=loss)
    return replace(scores, model=proved)


def _notes(fit: Fit, solver: SolverSettings, report: FitReport, data: ReadyData) -> Iterator[FitNote]:
    """What a user should know about a fit that went wrong, or cannot say much."""
    status, gap = report.certificate.status, report.certificate.relative_gap
    losses, epochs = report.history.loss, report.history.iterations
    if isinstance(solver, Textbook) and status is Status.LIMIT:
        if epochs < solver.epochs:
            yield Diverged(epochs)
        if losses[-1] >= losses[0]:
            yield NotImproved()
    if status is Status.OPTIMAL and gap is not None and gap > ROUNDED_GAP:
        yield RoundingCost(gap)
    nearly_dependent = fit.nearly_dependent.tolist()
    if nearly_dependent:
        yield NearlyDependent(tuple(data.schema.design_columns[place] for place in nearly_dependent))
    if report.columns > 1 and report.columns >= data.rows.used - data.rows.zero_weight:
        yield NoRowsToSpare(report.columns)
    elif report.columns > 1 and status is not Status.LIMIT and not any(effect.value for effect in report.effects):
        yield NoGain()


def effects(
    schema: Schema,
    solution: Solution,
    deviations: FloatArray,
    intervals: Intervals | None = None,
    rows: LevelRows = MappingProxyType({}),
) -> tuple[Effect, ...]:
    """One effect for each design column, in the order of the features.

    Args:
        schema: the columns.
        solution: their coefficients.
        deviations: (p,) standard deviations of the design columns.
        intervals: of the coefficients.
        rows: how many rows have each level.
    """
    baselines = {
        feature.name: feature.baseline for feature in schema.features if isinstance(feature, CategoricalColumn)
    }
    units = {feature.name: feature.writing.unit for feature in schema.numeric}
    found = [
        Effect(
            column=column,
            value=float(solution.coefficients[index]),
            per_deviation=float(solution.coefficients[index] * deviations[index]),
            baseline=baselines.get(column.feature),
            aliased=index in solution.aliased,
            interval=Unavailable.NOT_ASKED if intervals is None else intervals.coefficients[index],
            rows=rows.get(column),
            baseline_rows=rows.get(DesignColumn(column.feature, baselines.get(column.feature))),
            constant=bool(deviations[index] == 0),
            unit=units.get(column.feature),
        )
        for index, column in enumerate(schema.design_columns)
    ]
    place = {feature.name: index for index, feature in enumerate(schema.features)}
    return tuple(sorted(found, key=lambda effect: place[effect.column.feature]))


def _ranged(found: tuple[Effect, ...], schema: Schema, ranges: Ranges | None) -> tuple[Effect, ...]:
    if ranges is None:
        return found
    places = {column: 1 + index for index, column in enumerate(schema.design_columns)}
    return tuple(replace(effect, optimal_range=ranges[places[effect.column]]) for effect in found)

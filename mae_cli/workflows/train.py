"""Train: a table becomes a fitted model and a report."""

import math
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from types import MappingProxyType

from mae_cli.arrays import FloatArray
from mae_cli.errors import DataError, SettingsError
from mae_cli.inference.clusters import Clusters
from mae_cli.inference.importance import find_importance
from mae_cli.inference.intervals import Estimated, find_intervals, require_clustered
from mae_cli.inference.ranges import Ranges, ranges_of
from mae_cli.inference.values import Intervals, IntervalSettings, Unavailable
from mae_cli.messages import as_share, quoted
from mae_cli.model.model import Baseline, Model
from mae_cli.model.provenance import provenance
from mae_cli.model.strict_json import LARGEST_COUNT
from mae_cli.progress import UNWATCHED, Watch
from mae_cli.results.scores import Scores
from mae_cli.results.training import Effect, FitReport, Seconds, TrainingRows, TrainReport
from mae_cli.rows.blocks import CountedRows, PassCounter, Rows
from mae_cli.rows.coding import Coding
from mae_cli.rows.encoding import Description, LevelRows, Partition, build_schema, describe, level_rows
from mae_cli.rows.moments import column_moments
from mae_cli.rows.schema import CategoricalColumn, DesignColumn, Schema
from mae_cli.rows.split import Split
from mae_cli.rows.sums import weight_unit
from mae_cli.solvers.prepare.problem import Prepared
from mae_cli.solvers.settings import Auto, SolverSettings, Textbook
from mae_cli.solvers.solution import ROUNDED_GAP, Solution, Status
from mae_cli.solvers.solve import Fit
from mae_cli.tables.columns import ColumnChoice, LeftOut, UsedColumns, resolve
from mae_cli.tables.load import LoadedRows, load_training
from mae_cli.tables.read import Data, Missing, ReadOptions
from mae_cli.tables.storage import place_for
from mae_cli.workflows.clusters import clusters_of
from mae_cli.workflows.compare import Fitted, TrainingData, compare
from mae_cli.workflows.fit import FitSettings, fit_prepared
from mae_cli.workflows.fit_data import require_span
from mae_cli.workflows.scoring import baseline_of, scorable, score

# Coefficients that differ by no more than this share of their size are the same, but for rounding.
_SAME = 1e-12


@dataclass(frozen=True)
class TrainSettings:
    """What to train on, and how.

    Attributes:
        columns: which columns play which part.
        fit: loss and solver.
        holdout: share of the rows to keep aside; None keeps none.
        missing: what to do with rows that miss a used cell.
        max_levels: most levels of a text column.
        seed: of the holdout.
        compare: whether to fit the other loss too.
        stream: whether to keep the rows in a scratch file; None to decide by their size.
        intervals: how sure to say coefficients are; None for not at all.
        calibration: share of the rows, without those held out, to keep aside for prediction intervals; None keeps none.
        importance: whether to say what the fit loses without each feature.
    """

    columns: ColumnChoice
    fit: FitSettings = field(default_factory=FitSettings)
    holdout: float | None = None
    missing: Missing = "drop"
    max_levels: int = 300
    seed: int = 0
    compare: bool = False
    stream: bool | None = None
    intervals: IntervalSettings | None = None
    calibration: float | None = None
    importance: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.seed <= LARGEST_COUNT:
            raise SettingsError(f"the seed must be a whole number from 0 to {LARGEST_COUNT}")
        for name, share in (("holdout", self.holdout), ("calibration", self.calibration)):
            if share is not None and not 0.0 < share < 1.0:
                raise SettingsError(f"the {name} must be a fraction between 0 and 1, not {share:g}{as_share(share)}")
        if self.columns.cluster is not None:
            self._require_clusters()
        if self.importance and (self.fit.loss != "mae" or isinstance(self.fit.solver, Textbook)):
            raise SettingsError("importance is of exact MAE and quantile fits; leave out --importance")

    def _require_clusters(self) -> None:
        """Refuse a cluster where nothing would heed it."""
        if self.intervals is None or isinstance(self.fit.solver, Textbook):
            raise SettingsError(
                "clusters are for the intervals of an exact fit, and here are none; leave out --cluster"
            )
        require_clustered(self.intervals)


@dataclass(frozen=True)
class Trained:
    """The model, and the report that goes with it."""

    model: Model
    report: TrainReport


@dataclass(frozen=True, eq=False)
class ReadyData:
    """The rows of a run, made ready: those that are fitted, and those kept aside."""

    schema: Schema
    train: TrainingData
    calibration: Rows | None
    rows: TrainingRows
    notes: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    baseline: Baseline
    clusters: Clusters | None
    weight_unit: float
    level_rows: LevelRows


def train(files: Data, settings: TrainSettings, watch: Watch = UNWATCHED) -> Trained:
    """Read, fit, score, and (if asked) compare with the other loss.

    Raises:
        DataError: the data cannot be read or fitted as asked.
    """
    started = time.perf_counter()
    with ready_data(files, settings, watch) as data:
        return _trained(files.name, data, settings, watch, started)


@contextmanager
def ready_data(files: Data, settings: TrainSettings, watch: Watch) -> Iterator[ReadyData]:
    """The rows of a run, there until the end of the block.

    Raises:
        DataError: the data cannot be read as asked.
    """
    used = resolve(settings.columns, files.header, files.name)
    with place_for(files, len(used.names), stream=settings.stream) as collect:
        options = ReadOptions(collect, settings.missing, settings.max_levels, watch=watch)
        yield _read(files, used, options, settings)


def _trained(source: str, data: ReadyData, settings: TrainSettings, watch: Watch, started: float) -> Trained:
    """The fit of data that were read, from a start on by the clock until now."""
    read = time.perf_counter() - started
    scored_at = settings.fit.quantile
    counted = CountedRows(data.train.rows, PassCounter(watch=watch))
    prepared = Prepared(counted, intercept=settings.fit.intercept, limits=settings.fit.solver.limits)
    fit = fit_prepared(prepared, settings.fit, watch)
    estimated = Estimated(data.train.rows, prepared, fit, data.weight_unit, data.clusters)
    fitted = scored_fit(data, fit, settings.fit, scored_at, _intervals(estimated, settings))
    if settings.importance:
        importance = find_importance(estimated, _columns_of(data.schema))
        fitted = replace(fitted, report=replace(fitted.report, importance=importance))
    fitted = _measured(fitted, prepared, settings.fit, watch)
    comparison = None
    if settings.compare:
        other_loss = _other_loss(settings.fit)
        other = scored_fit(data, fit_prepared(prepared, other_loss, watch), other_loss, scored_at)
        other = _measured(other, prepared, other_loss, watch)
        comparison = compare(fitted, other, data.train)
    total = time.perf_counter() - started
    report = TrainReport(
        source=source,
        target=settings.columns.target,
        weight=settings.columns.weight,
        rows=data.rows,
        fit=fitted.report,
        comparison=comparison,
        notes=(*data.notes, *remarks(settings.fit.solver, fitted.report, data.rows)),
        model=None,
        seconds=Seconds(read, total - read, total),
        columns_left_out=data.left_out,
    )
    return Trained(model_of(settings, data, fitted), report)


def _read(files: Data, used: UsedColumns, options: ReadOptions, settings: TrainSettings) -> ReadyData:
    """The rows as they are fitted; those that were read are given up."""
    loaded = load_training(files, used, options)
    options.watch.preparing()
    with closing(loaded.rows):  # those to fit and those held out are kept apart from them
        return _prepare(loaded, settings)


def _prepare(loaded: LoadedRows, settings: TrainSettings) -> ReadyData:
    """Split, encode by the levels of the training rows, and count."""
    count, cluster = loaded.rows.shape[0], settings.columns.cluster
    split, calibration = _splits(count, settings)
    aside = split or calibration if split is None or calibration is None else split.joined(calibration)
    description = describe(loaded.rows, loaded.layout, aside)
    _require_weight(loaded, description, settings.columns.weight)
    require_span(*description.target_range)
    schema = build_schema(loaded.layout, description)
    parts = Partition(aside, Coding.of(schema, loaded.layout), description.largest_weight)
    train_rows = parts.training(loaded.rows)
    held, calibrating = (replace(parts, split=each).held(loaded.rows) for each in (split, calibration))
    held_count = 0 if split is None else split.held
    unseen = held_count - (0 if held is None else held.shape[0])
    notes = list(loaded.notes)
    if unseen:
        notes.append(f"{unseen:,} holdout row{'s' * (unseen > 1)} with a level never seen in training not scored")
    scored = None if held is None else scorable(held)
    if held is not None and scored is None:
        notes.append("no holdout row can be scored")
    rows = TrainingRows(
        read=loaded.rows_read,
        used=count - (0 if aside is None else aside.held),
        dropped=loaded.rows_dropped,
        holdout=held_count,
        unseen=unseen,
        zero_weight=description.weightless,
        calibration=0 if calibration is None else calibration.held,
        missing_column=loaded.missing_column,
    )
    train_data = TrainingData(train_rows, column_moments(train_rows), loaded.files, scored)
    return ReadyData(
        schema=schema,
        train=train_data,
        calibration=calibrating,
        rows=rows,
        notes=tuple(notes),
        left_out=loaded.left_out,
        baseline=baseline_of(train_rows, settings.fit.quantile),
        clusters=None if cluster is None else clusters_of(loaded, cluster, train_rows),
        weight_unit=1.0 if settings.columns.weight is None else weight_unit(description.largest_weight),
        level_rows=level_rows(loaded.layout, description),
    )


def _splits(count: int, settings: TrainSettings) -> tuple[Split | None, Split | None]:
    """The rows held out, and those kept aside for prediction intervals."""
    holdout = None if settings.holdout is None else Split.of(count, settings.holdout, settings.seed)
    if settings.calibration is None:
        return holdout, None
    if holdout is None:
        return None, Split.of(count, settings.calibration, settings.seed, "calibration")
    return holdout, holdout.beside(settings.calibration, "calibration")


def _require_weight(loaded: LoadedRows, description: Description, weight: str | None) -> None:
    if description.largest_weight > 0:
        return
    if scorable(loaded.rows) is None:
        raise DataError(f"{loaded.files.name}: the weight {quoted(weight or '')} is zero in every row that is used")
    raise DataError(
        f"{loaded.files.name}: the holdout leaves only rows of weight 0 for training; choose another --seed"
    )


def _other_loss(settings: FitSettings) -> FitSettings:
    return replace(settings, loss="mae" if settings.loss == "mse" else "mse", quantile=0.5)


def _intervals(estimated: Estimated, settings: TrainSettings) -> Intervals | None:
    """Of the coefficients; those of the textbook solver are no estimates whose errors are known."""
    if settings.intervals is None or isinstance(settings.fit.solver, Textbook):
        return None
    return find_intervals(estimated, settings.intervals)


def _columns_of(schema: Schema) -> dict[str, list[int]]:
    """The places of the design columns of each feature that has some, in the order of the features."""
    places: dict[str, list[int]] = {name: [] for name in schema.names}
    for place, column in enumerate(schema.design_columns):
        places[column.feature].append(place)
    return {name: each for name, each in places.items() if each}


def _measured(fitted: Fitted, prepared: Prepared, settings: FitSettings, watch: Watch) -> Fitted:
    """The fit with the optimum that the textbook's descent is measured against; other solvers find it themselves."""
    if not isinstance(settings.solver, Textbook):
        return fitted
    exact = replace(settings, solver=Auto(limits=settings.solver.limits))
    optimum = fit_prepared(prepared, exact, watch).solution.certificate.lower_bound
    return replace(fitted, report=replace(fitted.report, optimum=optimum))


def scored_fit(
    data: ReadyData, fit: Fit, settings: FitSettings, scored_at: float, intervals: Intervals | None = None
) -> Fitted:
    """A fit of one loss, scored on the training rows and the holdout, with the pinball loss of a quantile."""
    solution, trivial = fit.solution, data.baseline.prediction(settings.loss, settings.quantile)
    scores = partial(score, point=solution.point, trivial=trivial, quantile=scored_at, place=data.train.files.place)
    found = effects(data.schema, solution, data.train.moments.deviation, intervals, data.level_rows)
    report = FitReport(
        loss=settings.loss,
        quantile=settings.quantile,
        solver=settings.solver.name,
        train=_with_proved_loss(scores(data.train.rows), solution.certificate.loss, settings),
        holdout=None if data.train.holdout is None else scores(data.train.holdout),
        certificate=solution.certificate,
        history=solution.history,
        intercept=solution.intercept if settings.intercept else None,
        effects=_ranged(found, data.schema, ranges_of(fit)),
        intervals=intervals,
    )
    return Fitted(solution, report)


def _with_proved_loss(scores: Scores, loss: float, settings: FitSettings) -> Scores:
    """The scores of the training rows with the loss of the certificate: predictions are rounded, and blur it."""
    if settings.loss == "mse":
        proved = replace(scores.model, mse=loss, rmse=math.sqrt(loss))
    elif settings.quantile == 0.5:
        proved = replace(scores.model, mae=loss)
    else:
        proved = replace(scores.model, pinball=loss)
    return replace(scores, model=proved)


def remarks(solver: SolverSettings, report: FitReport, rows: TrainingRows) -> list[str]:
    """What a user should know about a fit that went wrong, or cannot say much."""
    found = []
    losses, epochs = report.history.loss, report.history.iterations
    proved = report.certificate.status is not Status.LIMIT
    if isinstance(solver, Textbook) and not proved:
        if epochs < solver.epochs:
            found.append(f"the descent diverged in epoch {epochs:,}; use a smaller --learning-rate")
        if losses[-1] >= losses[0]:
            found.append("no step improved on the start, so all coefficients are 0; use another --learning-rate")
    gap = report.certificate.relative_gap
    if report.certificate.status is Status.OPTIMAL and gap is not None and gap > ROUNDED_GAP:
        found.append(
            f"rounding the coefficients to floating-point numbers costs up to {gap:.2g} of the loss, as the target or "
            "a column lies far from zero for its spread; subtract a constant from it, such as its mean"
        )
    if report.columns > 1 and report.columns >= rows.used - rows.zero_weight:
        found.append(
            f"as many coefficients as rows ({report.columns:,}): the fit passes through every row whatever the data, "
            "and its training metrics say nothing; use fewer columns, or --holdout"
        )
    elif report.columns > 1 and proved and not any(effect.value for effect in report.effects):
        found.append("the model is no better than the prediction without features")
    return found


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
            intervals=fitted.report.intervals,
        ),
    )


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
    return tuple(replace(effect, optimal_range=_range(ranges, places[effect.column])) for effect in found)


def _range(ranges: Ranges, place: int) -> tuple[float, float] | None:
    """The ends between which a coefficient can be, if it can be anything else than it is, but for rounding."""
    low, high = float(ranges.low[place]), float(ranges.high[place])
    return (low, high) if high - low > _SAME * max(abs(low), abs(high)) else None

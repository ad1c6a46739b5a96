"""Train: a table becomes a fitted model and a report."""

import time
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from mae_cli.arrays import FloatArray
from mae_cli.errors import DataError, SettingsError
from mae_cli.inference.intervals import Estimated, find_intervals
from mae_cli.inference.values import Intervals, IntervalSettings, Unavailable
from mae_cli.messages import as_share, quoted
from mae_cli.model.model import Baseline, Model
from mae_cli.model.provenance import provenance
from mae_cli.model.strict_json import LARGEST_COUNT
from mae_cli.progress import UNWATCHED, Watch
from mae_cli.results import Effect, FitReport, Seconds, TrainingRows, TrainReport
from mae_cli.rows.blocks import CountedRows, PassCounter, Rows
from mae_cli.rows.coding import Coding
from mae_cli.rows.encoding import Description, Partition, build_schema, describe
from mae_cli.rows.moments import column_moments
from mae_cli.rows.schema import CategoricalColumn, Schema
from mae_cli.rows.split import Split
from mae_cli.rows.sums import weight_unit
from mae_cli.solvers.problem import Prepared
from mae_cli.solvers.settings import SolverSettings, Textbook
from mae_cli.solvers.solution import ROUNDED_GAP, Solution, Status
from mae_cli.solvers.solve import Fit
from mae_cli.tables.columns import ColumnChoice, LeftOut, UsedColumns, resolve
from mae_cli.tables.load import LoadedRows, load_training
from mae_cli.tables.read import Data, Missing, ReadOptions
from mae_cli.tables.storage import place_for
from mae_cli.workflows.compare import Fitted, TrainingData, compare
from mae_cli.workflows.fit import FitSettings, fit_prepared
from mae_cli.workflows.fit_data import require_span
from mae_cli.workflows.scoring import baseline_of, scorable, score


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

    def __post_init__(self) -> None:
        if not 0 <= self.seed <= LARGEST_COUNT:
            raise SettingsError(f"the seed must be a whole number from 0 to {LARGEST_COUNT}")
        if self.holdout is not None and not 0.0 < self.holdout < 1.0:
            raise SettingsError(
                f"the holdout must be a fraction between 0 and 1, not {self.holdout:g}{as_share(self.holdout)}"
            )


@dataclass(frozen=True)
class Trained:
    """The model, and the report that goes with it."""

    model: Model
    report: TrainReport


@dataclass(frozen=True, eq=False)
class _Data:
    """The rows of a run: those that are fitted, and those kept aside."""

    schema: Schema
    train: TrainingData
    holdout: Rows | None
    rows: TrainingRows
    notes: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    baseline: Baseline
    weight_unit: float


def train(files: Data, settings: TrainSettings, watch: Watch = UNWATCHED) -> Trained:
    """Read, fit, score, and (if asked) compare with the other loss.

    Raises:
        DataError: the data cannot be read or fitted as asked.
    """
    started = time.perf_counter()
    used = resolve(settings.columns, files.header.names, files.name)
    with place_for(files, len(used.names), stream=settings.stream) as collect:
        options = ReadOptions(collect, settings.missing, settings.max_levels, watch=watch)
        data = _read(files, used, options, settings)
        return _trained(files.name, data, settings, watch, started)


def _trained(source: str, data: _Data, settings: TrainSettings, watch: Watch, started: float) -> Trained:
    """The fit of data that were read, from a start on by the clock until now."""
    read = time.perf_counter() - started
    scored_at = settings.fit.quantile
    counted = CountedRows(data.train.rows, PassCounter(watch=watch))
    prepared = Prepared(counted, intercept=settings.fit.intercept, limits=settings.fit.solver.limits)
    fit = fit_prepared(prepared, settings.fit, watch)
    intervals = None if settings.intervals is None else _intervals(data, prepared, fit, settings)
    fitted = _fit(data, fit.solution, settings.fit, scored_at, intervals)
    comparison = None
    if settings.compare:
        other_loss = _other_loss(settings.fit)
        other = _fit(data, fit_prepared(prepared, other_loss, watch).solution, other_loss, scored_at)
        comparison = compare(fitted, other, data.train)
    total = time.perf_counter() - started
    report = TrainReport(
        source=source,
        target=settings.columns.target,
        weight=settings.columns.weight,
        rows=data.rows,
        fit=fitted.report,
        comparison=comparison,
        notes=(*data.notes, *_remarks(settings.fit.solver, fitted.report, data.rows)),
        model=None,
        seconds=Seconds(read, total - read, total),
        columns_left_out=data.left_out,
    )
    return Trained(_model(settings, data, fitted), report)


def _read(files: Data, used: UsedColumns, options: ReadOptions, settings: TrainSettings) -> _Data:
    """The rows as they are fitted; those that were read are given up."""
    loaded = load_training(files, used, options)
    with closing(loaded.rows):  # those to fit and those held out are kept apart from them
        return _prepare(loaded, settings)


def _prepare(loaded: LoadedRows, settings: TrainSettings) -> _Data:
    """Split, encode by the levels of the training rows, and count."""
    count = loaded.rows.shape[0]
    split = None if settings.holdout is None else Split.of(count, settings.holdout, settings.seed)
    description = describe(loaded.rows, loaded.layout, split)
    _require_weight(loaded, description, settings.columns.weight)
    require_span(*description.target_range)
    schema = build_schema(loaded.layout, description)
    parts = Partition(split, Coding.of(schema, loaded.layout), description.largest_weight)
    train_rows, held = parts.training(loaded.rows), parts.held(loaded.rows)
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
        used=count - held_count,
        dropped=loaded.rows_dropped,
        holdout=held_count,
        unseen=unseen,
        zero_weight=description.weightless,
    )
    train_data = TrainingData(train_rows, column_moments(train_rows), loaded.files)
    return _Data(
        schema=schema,
        train=train_data,
        holdout=scored,
        rows=rows,
        notes=tuple(notes),
        left_out=loaded.left_out,
        baseline=baseline_of(train_rows, settings.fit.quantile),
        weight_unit=1.0 if settings.columns.weight is None else weight_unit(description.largest_weight),
    )


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


def _intervals(data: _Data, prepared: Prepared, fit: Fit, settings: TrainSettings) -> Intervals | None:
    """Of the coefficients; those of the textbook solver are no estimates whose errors are known."""
    if settings.intervals is None or isinstance(settings.fit.solver, Textbook):
        return None
    return find_intervals(Estimated(data.train.rows, prepared, fit, data.weight_unit), settings.intervals)


def _fit(
    data: _Data, solution: Solution, settings: FitSettings, scored_at: float, intervals: Intervals | None = None
) -> Fitted:
    """A fit of one loss, scored on the training rows and the holdout, with the pinball loss of a quantile."""
    trivial = data.baseline.prediction(settings.loss, settings.quantile)
    scores = partial(score, point=solution.point, trivial=trivial, quantile=scored_at, place=data.train.files.place)
    report = FitReport(
        loss=settings.loss,
        quantile=settings.quantile,
        solver=settings.solver.name,
        train=scores(data.train.rows),
        holdout=None if data.holdout is None else scores(data.holdout),
        certificate=solution.certificate,
        history=solution.history,
        intercept=solution.intercept if settings.intercept else None,
        effects=effects(data.schema, solution, data.train.moments.deviation, intervals),
        intervals=intervals,
    )
    return Fitted(solution, report)


def _remarks(solver: SolverSettings, report: FitReport, rows: TrainingRows) -> list[str]:
    """What a user should know about a fit that went wrong, or cannot say much."""
    remarks = []
    losses, epochs = report.history.loss, report.history.iterations
    proved = report.certificate.status is not Status.LIMIT
    if isinstance(solver, Textbook) and not proved:
        if epochs < solver.epochs:
            remarks.append(f"the descent diverged in epoch {epochs:,}; use a smaller --learning-rate")
        if losses[-1] >= losses[0]:
            remarks.append("no step improved on the start, so all coefficients are 0; use another --learning-rate")
    gap = report.certificate.relative_gap
    if report.certificate.status is Status.OPTIMAL and gap is not None and gap > ROUNDED_GAP:
        remarks.append(
            f"rounding the coefficients to floating-point numbers costs up to {gap:.2g} of the loss, as the target or "
            "a column lies far from zero for its spread; subtract a constant from it, such as its mean"
        )
    if report.columns > 1 and report.columns >= rows.used - rows.zero_weight:
        remarks.append(
            f"as many coefficients as rows ({report.columns:,}): the fit passes through every row whatever the data, "
            "and its training metrics say nothing; use fewer columns, or --holdout"
        )
    elif report.columns > 1 and proved and report.train.model == report.train.baseline:
        remarks.append("the model is no better than the prediction without features")
    return remarks


def _model(settings: TrainSettings, data: _Data, fitted: Fitted) -> Model:
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
        ),
    )


def effects(
    schema: Schema, solution: Solution, deviations: FloatArray, intervals: Intervals | None = None
) -> tuple[Effect, ...]:
    """One effect for each design column, in the order of the features; `deviations` (p,) are those of the columns."""
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
            unit=units.get(column.feature),
        )
        for index, column in enumerate(schema.design_columns)
    ]
    place = {feature.name: index for index, feature in enumerate(schema.features)}
    return tuple(sorted(found, key=lambda effect: place[effect.column.feature]))

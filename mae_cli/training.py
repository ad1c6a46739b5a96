"""The use case "train": a table becomes a fitted model and a report."""

import time
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import pandas as pd

from mae_cli import __version__
from mae_cli.comparison import Fitted, compare
from mae_cli.data import loading
from mae_cli.data.columns import ColumnChoice
from mae_cli.data.encoding import build_schema
from mae_cli.data.loading import Missing, load_training
from mae_cli.data.source import Source
from mae_cli.data.split import split_rows
from mae_cli.effects import effects
from mae_cli.errors import DataError, SettingsError
from mae_cli.fitting import FitSettings, fit_design
from mae_cli.model import Baseline, CategoricalTerm, Model, NumericTerm
from mae_cli.quantiles import weighted_quantile
from mae_cli.reports import FitReport, Seconds, TrainingRows, TrainReport
from mae_cli.sample import Sample, encode_sample
from mae_cli.schema import NumericColumn, Schema
from mae_cli.solvers.progress import Watch, unwatched
from mae_cli.solvers.settings import SolverSettings, Textbook
from mae_cli.solvers.solution import Solution, Status


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
    """

    columns: ColumnChoice
    fit: FitSettings = field(default_factory=FitSettings)
    holdout: float | None = None
    missing: Missing = "drop"
    max_levels: int = 200
    seed: int = 0
    compare: bool = False

    def __post_init__(self) -> None:
        if self.holdout is not None and not 0.0 < self.holdout < 1.0:
            raise SettingsError(f"the holdout must be a fraction between 0 and 1, not {self.holdout:g}")


@dataclass(frozen=True)
class Trained:
    """The model, and the report that goes with it."""

    model: Model
    report: TrainReport


@dataclass(frozen=True, eq=False)
class _Data:
    """The rows of a run: those that are fitted, and those kept aside."""

    schema: Schema
    train: Sample
    holdout: Sample | None
    rows: TrainingRows
    notes: tuple[str, ...]
    baseline: Baseline


def train(source: Source, settings: TrainSettings, watch: Watch = unwatched) -> Trained:
    """Read, fit, score, and (if asked) compare with the other loss.

    Raises:
        DataError: the data cannot be read or fitted as asked.
    """
    started = time.perf_counter()
    loaded = load_training(source, settings.columns, missing=settings.missing, max_levels=settings.max_levels)
    data = _prepare(loaded, settings)
    read = time.perf_counter() - started
    scored_at = settings.fit.quantile
    fitted = _fit(data, settings.fit, scored_at, watch)
    comparison = None
    if settings.compare:
        other = _fit(data, _other_loss(settings.fit), scored_at, watch)
        comparison = compare(fitted, other, data.train)
    total = time.perf_counter() - started
    report = TrainReport(
        source=source.name,
        target=settings.columns.target,
        weight=settings.columns.weight,
        rows=data.rows,
        columns=sum(not effect.aliased for effect in fitted.report.effects) + settings.fit.intercept,
        fit=fitted.report,
        comparison=comparison,
        notes=(*data.notes, *_remarks(settings.fit.solver, fitted.report, data.rows)),
        model=None,
        seconds=Seconds(read, total - read, total),
    )
    return Trained(_model(settings, data, fitted), report)


def _prepare(loaded: loading.TrainingRows, settings: TrainSettings) -> _Data:
    """Split, encode by the levels of the training rows, and count."""
    kept, aside = np.arange(len(loaded.records)), np.zeros(0, dtype=np.intp)
    if settings.holdout is not None:
        kept, aside = split_rows(len(loaded.records), settings.holdout, settings.seed)
    weights = None if loaded.weights is None else loaded.weights[kept]
    if weights is not None and not weights.any():
        raise DataError(
            f"{loaded.source.name}: the holdout leaves only rows of weight 0 for training; choose another --seed"
        )
    schema = build_schema(loaded.features.iloc[kept], weights)
    train_sample, _ = encode_sample(loaded, loaded.target, schema, kept)
    held, unseen = encode_sample(loaded, loaded.target, schema, aside)
    notes = list(loaded.notes)
    if unseen:
        notes.append(f"{unseen:,} holdout row{'s' * (unseen > 1)} with a level never seen in training not scored")
    if settings.holdout is not None and held.is_weightless:
        notes.append("no holdout row can be scored")
    rows = TrainingRows(
        read=loaded.rows_read,
        used=len(kept),
        dropped=loaded.rows_dropped,
        holdout=len(aside),
        unseen=unseen,
        zero_weight=0 if weights is None else int(np.count_nonzero(weights == 0)),
    )
    scored = None if held.is_weightless else held
    return _Data(schema, train_sample, scored, rows, tuple(notes), _baseline(train_sample, settings.fit.quantile))


def _baseline(sample: Sample, quantile: float) -> Baseline:
    weights = sample.weight_values
    return Baseline(
        median=weighted_quantile(sample.target, weights, 0.5),
        mean=float((weights / weights.sum()) @ sample.target),
        quantile=weighted_quantile(sample.target, weights, quantile),
    )


def _other_loss(settings: FitSettings) -> FitSettings:
    return replace(settings, loss="mae" if settings.loss == "mse" else "mse", quantile=0.5)


def _fit(data: _Data, settings: FitSettings, scored_at: float, watch: Watch) -> Fitted:
    """Fit one loss, and score it on the training rows and the holdout, with the pinball loss of a quantile."""
    started = time.perf_counter()
    solution = fit_design(data.train.design, data.train.target, data.train.weights, settings, watch)
    seconds = time.perf_counter() - started
    trivial = data.baseline.prediction(settings.loss, settings.quantile)
    predicted = solution.predict(data.train.design)
    held = data.holdout
    report = FitReport(
        loss=settings.loss,
        quantile=settings.quantile,
        solver=settings.solver.name,
        train=data.train.scores(predicted, trivial, scored_at),
        holdout=None if held is None else held.scores(solution.predict(held.design), trivial, scored_at),
        certificate=solution.certificate,
        history=solution.history,
        intercept=solution.intercept if settings.intercept else None,
        effects=effects(data.schema, solution, data.train.design, data.train.weight_values),
        seconds=seconds,
    )
    return Fitted(solution, predicted, report)


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
    coefficients = sum(not effect.aliased for effect in report.effects) + (report.intercept is not None)
    if coefficients > 1 and coefficients >= rows.used - rows.zero_weight:
        remarks.append(
            f"as many coefficients as rows ({coefficients:,}): the fit passes through every row whatever the data, and "
            "its training metrics say nothing; use fewer columns, or --holdout"
        )
    elif coefficients > 1 and proved and report.train.model == report.train.baseline:
        remarks.append("the model is no better than the prediction without features")
    return remarks


def _model(settings: TrainSettings, data: _Data, fitted: Fitted) -> Model:
    certificate = asdict(fitted.report.certificate)
    return Model(
        target=settings.columns.target,
        loss=settings.fit.loss,
        quantile=settings.fit.quantile,
        weight=settings.columns.weight,
        intercept=fitted.solution.intercept,
        terms=_terms(data.schema, fitted.solution),
        missing=settings.missing,
        baseline=data.baseline,
        training={
            "rows": data.rows.used,
            "seed": settings.seed,
            "solver": settings.fit.solver.name,
            "metrics": asdict(fitted.report.train.model),
            "certificate": certificate | {"status": certificate["status"].value},
            "mae_cli": __version__,
            "numpy": np.__version__,
            "pandas": pd.__version__,
        },
    )


def _terms(schema: Schema, solution: Solution) -> tuple[NumericTerm | CategoricalTerm, ...]:
    value = dict(zip(schema.design_columns, solution.coefficients.tolist(), strict=True))
    terms: list[NumericTerm | CategoricalTerm] = []
    for feature in schema.features:
        if isinstance(feature, NumericColumn):
            terms.append(NumericTerm(feature.name, value[feature.name, None], feature.minimum, feature.maximum))
        else:
            levels = ((level, value.get((feature.name, level), 0.0)) for level in sorted(feature.levels))
            terms.append(CategoricalTerm(feature.name, feature.baseline, tuple(levels)))
    return tuple(terms)

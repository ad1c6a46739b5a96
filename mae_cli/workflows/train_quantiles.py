"""Train several quantiles of one target together: one model, one report."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mae_cli.errors import Fault, SettingsError
from mae_cli.inference.estimates import Estimated
from mae_cli.inference.slopes import equal_slopes
from mae_cli.inference.values import SlopesTest, Unavailable
from mae_cli.messages import no_share
from mae_cli.model.quantile_model import QuantileModel
from mae_cli.progress import NO_PROGRESS, Phase, ProgressListener
from mae_cli.results.notes import Note, UnseenRows
from mae_cli.results.training import Calibrated, FitReport, QuantileReport, Seconds
from mae_cli.rows.blocks import Block, CountedRows, PassCounter, Rows
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.quantiles import target_quantiles
from mae_cli.rows.threads import one_thread
from mae_cli.solvers.prepare.problem import Prepared
from mae_cli.solvers.settings import Textbook
from mae_cli.solvers.solve import solve_together
from mae_cli.tables.apart import Apart
from mae_cli.tables.load import load_for_model, place_for
from mae_cli.tables.read import Data, ReadOptions
from mae_cli.workflows.calibrate import calibrate, coverage_of, coverage_range
from mae_cli.workflows.compare import Fitted
from mae_cli.workflows.fit import fit_prepared
from mae_cli.workflows.fit_report import scored_fit
from mae_cli.workflows.ready import ReadyData, TrainSettings, ready_data
from mae_cli.workflows.scored_rows import rows_of, scorable_rows
from mae_cli.workflows.train import intervals_of, model_of

# Lines that are nearer than this share of their size do not cross, but for rounding.
_CROSSING = 1e-12
# More quantiles than so many are drawn, beside least squares, and not set side by side.
_SIDE_BY_SIDE = 5
# Quantiles of intervals are rounded to so many decimals: their names should not end in 9s.
_DIGITS = 12


@dataclass(frozen=True)
class QuantileSettings:
    """Which quantiles to fit.

    Attributes:
        quantiles: two or more, in their order.
        coverage: the share of new rows that the interval between the outer two is to cover; None for no calibration.

    Raises:
        SettingsError: they are out of range, or one is there twice.
    """

    quantiles: tuple[float, ...]
    coverage: float | None = None

    def __post_init__(self) -> None:
        for quantile in self.quantiles:
            if not 0 < quantile < 1:
                raise SettingsError(no_share("quantile-out-of-range", "a quantile must lie", quantile))
        if len(set(self.quantiles)) < len(self.quantiles):
            raise SettingsError(Fault("duplicate-quantile", "every quantile can be given only once"))

    @staticmethod
    def of_interval(coverage: float) -> "QuantileSettings":
        """The quantiles of a prediction interval, and the median."""
        if not 0 < coverage < 1:
            must = "the coverage of a prediction interval must lie"
            raise SettingsError(no_share("coverage-out-of-range", must, coverage))
        tail = round((1 - coverage) / 2, _DIGITS)
        return QuantileSettings((tail, 0.5, round(1 - tail, _DIGITS)), coverage)


@dataclass(frozen=True)
class TrainedQuantiles:
    """The model, and the report that goes with it."""

    model: QuantileModel
    report: QuantileReport


def train_quantiles(
    files: Data,
    settings: TrainSettings,
    wanted: QuantileSettings,
    calibration: Data | None = None,
    listener: ProgressListener = NO_PROGRESS,
) -> TrainedQuantiles:
    """Read, fit, score, test, and (if asked) calibrate, on rows kept aside or on those of files of their own.

    Raises:
        DataError: the data cannot be read or fitted as asked.
        SettingsError: the settings do not go with several quantiles.
    """
    _require_quantiles(settings, wanted)
    started = time.perf_counter()
    with (
        ready_data(files, settings, listener) as data,
        _calibration_rows(data, calibration, settings, listener) as aside,
        one_thread(),
    ):
        read = time.perf_counter() - started
        trained = _trained(files.name, data, settings, wanted, listener)
        if wanted.coverage is not None and aside is not None:
            listener.entering(Phase.CALIBRATING)
            trained = _calibrated(trained, data, aside, wanted.coverage)
        total = time.perf_counter() - started
    return replace(trained, report=replace(trained.report, seconds=Seconds(read, total - read, total)))


def _require_quantiles(settings: TrainSettings, wanted: QuantileSettings) -> None:
    if settings.fit.loss != "mae" or isinstance(settings.fit.solver, Textbook):
        what = 'several quantiles need the loss "mae" and the exact solver'
        raise SettingsError(Fault("quantiles-need-exact-mae", what))
    if settings.importance:
        what, remedy = "importance is shown for one quantile only", "fit one, or leave --importance out"
        raise SettingsError(Fault("importance-of-quantiles", what, remedy=remedy))
    if settings.compare:
        what, remedy = "several quantiles are not compared with least squares", "fit one, or leave --compare out"
        raise SettingsError(Fault("comparison-of-quantiles", what, remedy=remedy))
    if wanted.coverage is not None and settings.columns.weight is not None:
        what = "a prediction interval takes every row once"
        raise SettingsError(Fault("weighted-prediction-interval", what, remedy="leave --weight out"))


def _trained(
    source: str, data: ReadyData, settings: TrainSettings, wanted: QuantileSettings, listener: ProgressListener
) -> TrainedQuantiles:
    rows = CountedRows(data.train.rows, PassCounter(listener=listener))
    prepared = Prepared(rows, intercept=settings.fit.intercept, limits=settings.fit.solver.limits)
    of_each = [replace(settings, fit=replace(settings.fit, quantile=each)) for each in wanted.quantiles]
    listener.entering(Phase.FITTING)
    fits = solve_together(prepared, [each.fit.loss_function for each in of_each], settings.fit.solver, listener)
    estimated = [Estimated(data.train.rows, prepared, fit, data.weight_unit, data.clusters, listener) for fit in fits]
    baselines = target_quantiles(data.train.rows, wanted.quantiles)
    data_of_each = [replace(data, baseline=replace(data.baseline, quantile=baseline)) for baseline in baselines]
    fitted = [_fitted(ready, each, one) for ready, each, one in zip(data_of_each, of_each, estimated, strict=True)]
    triples = zip(of_each, data_of_each, fitted, strict=True)
    report = QuantileReport(
        source=source,
        target=settings.columns.target,
        weight=settings.columns.weight,
        rows=data.rows,
        fits=tuple(each.report for each in fitted),
        squared=_squared(data, settings, prepared, listener) if len(fitted) > _SIDE_BY_SIDE else None,
        slopes=Unavailable.NOT_ASKED if settings.intervals is None else _slopes(estimated, listener),
        crossing=_crossing(data, fitted),
        calibrated=None,
        notes=data.notes,
        columns_left_out=data.left_out,
        model=None,
        seconds=Seconds(0.0, 0.0, 0.0),
        target_unit=data.written.target.unit,
    )
    return TrainedQuantiles(QuantileModel(tuple(model_of(each, ready, one) for each, ready, one in triples)), report)


def _squared(data: ReadyData, settings: TrainSettings, prepared: Prepared, listener: ProgressListener) -> FitReport:
    """Least squares on the same rows, for comparison."""
    fit_settings = replace(settings.fit, loss="mse", quantile=0.5)
    listener.entering(Phase.FITTING)
    return scored_fit(data, fit_prepared(prepared, fit_settings), fit_settings, 0.5, listener=listener).report


def _slopes(estimated: Sequence[Estimated], listener: ProgressListener) -> SlopesTest | Unavailable:
    listener.entering(Phase.SLOPES)
    return equal_slopes(estimated)


def _fitted(data: ReadyData, settings: TrainSettings, estimated: Estimated) -> Fitted:
    intervals = intervals_of(estimated, settings, estimated.quantile)
    fit, listener = estimated.fit, estimated.listener
    return scored_fit(data, fit, settings.fit, settings.fit.quantile, intervals=intervals, listener=listener)


def _crossing(data: ReadyData, fitted: Sequence[Fitted]) -> int:
    """The training rows in which the lines of two quantiles cross."""
    return sum(data.train.rows.map(partial(_crossing_rows, points=[each.point for each in fitted])))


def _crossing_rows(block: Block, points: Sequence[Coefficients]) -> int:
    predictions = np.stack([point.predict(block.design) for point in points])
    least = _CROSSING * np.abs(predictions).max(axis=0)
    return int(np.count_nonzero((np.diff(predictions, axis=0) < -least).any(axis=0)))


@dataclass(frozen=True, eq=False)
class _CalibrationRows:
    """Rows that no fit has seen; the name of their own file, if they have one, and notes on it."""

    rows: Rows
    source: str | None = None
    notes: tuple[Note, ...] = ()


@contextmanager
def _calibration_rows(
    data: ReadyData, files: Data | None, settings: TrainSettings, listener: ProgressListener
) -> Iterator[_CalibrationRows | None]:
    """Those kept aside, or those of files of their own, there until the end of the block; None without any."""
    if files is None:
        yield None if data.calibration is None else _CalibrationRows(data.calibration)
        return
    with place_for(files, len(data.schema.features) + 1, stream=settings.stream) as collect:
        listener.entering(Phase.READING_CALIBRATION)
        options = ReadOptions(collect, settings.missing, skip_unseen=True, listener=listener)
        loaded = load_for_model(files, data.schema, Apart(settings.columns.target, None, data.written), options)
        rows = rows_of(data.schema, data.schema, scorable_rows(loaded))
        unseen = [UnseenRows(loaded.rows_unseen, "calibration")] if loaded.rows_unseen else []
        yield _CalibrationRows(rows, files.name, (*loaded.notes, *unseen))


def _calibrated(
    trained: TrainedQuantiles, data: ReadyData, aside: _CalibrationRows, coverage: float
) -> TrainedQuantiles:
    """The same with a prediction interval."""
    calibration = calibrate(trained.model, aside.rows, coverage)
    model = replace(trained.model, calibration=calibration)
    own = coverage_of(model, aside.rows)
    held = None if data.train.holdout is None else coverage_of(model, data.train.holdout).share
    reached = coverage_range(calibration, own.share)
    found = Calibrated(coverage, calibration.margin, calibration.rows, own.width, reached, held, aside.source)
    return TrainedQuantiles(model, replace(trained.report, calibrated=found, calibration_notes=aside.notes))

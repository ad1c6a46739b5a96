"""The library's way in: fit arrays or data frames, without files."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike

from mae_cli.arrays import FloatArray, Positions
from mae_cli.errors import DataError, Fault, Place, SettingsError
from mae_cli.inference.estimates import Estimated
from mae_cli.inference.values import Method
from mae_cli.losses import Absolute, Pinball, Squared, loss_named
from mae_cli.messages import listed, no_share
from mae_cli.progress import NO_PROGRESS, ProgressListener
from mae_cli.rows.blocks import CountedRows, Rows
from mae_cli.rows.factors import ExponentialFactors, FactoredRows, Factors, GivenFactors
from mae_cli.rows.schema import Schema
from mae_cli.rows.sums import relative_weights
from mae_cli.solvers.prepare.problem import Prepared
from mae_cli.solvers.settings import Auto, SolverSettings, Textbook
from mae_cli.solvers.solution import Solution
from mae_cli.solvers.solve import Fit, solve_together
from mae_cli.tables.arrays import finite_vector
from mae_cli.tables.columns import Remarks
from mae_cli.tables.features import Features
from mae_cli.workflows.fit_data import FitData, require_length
from mae_cli.workflows.fit_result import FitResult, Origin
from mae_cli.workflows.quantile_fits import QuantileFits

# So many columns that are left out are told, and of those that are nearly dependent so many are named.
_MOST_TOLD, _MOST_NAMED = 8, 6


@dataclass(frozen=True)
class FitSettings:
    """What to fit and how.

    Attributes:
        loss: "mae" or "mse".
        quantile: τ in (0, 1); other than 0.5 only with "mae", which then is the pinball loss.
        intercept: whether the model has one.
        solver: the exact solver or the textbook's.

    Raises:
        SettingsError: the loss is unknown, or the quantile is out of range or does not go with the loss.
    """

    loss: str = "mae"
    quantile: float = 0.5
    intercept: bool = True
    solver: SolverSettings = field(default_factory=Auto)

    def __post_init__(self) -> None:
        if self.loss not in {"mae", "mse"}:
            raise SettingsError(Fault("unknown-loss", f"unknown loss {self.loss!r}", remedy='use "mae" or "mse"'))
        if not 0 < self.quantile < 1:
            raise SettingsError(no_share("quantile-out-of-range", "the quantile must lie", self.quantile))
        if self.loss == "mse" and self.quantile != 0.5:
            what = 'a quantile needs the loss "mae"; least squares fits the mean'
            raise SettingsError(Fault("quantile-needs-mae", what))

    @property
    def loss_function(self) -> Absolute | Pinball | Squared:
        """What is minimised."""
        return loss_named(self.loss, self.quantile)


@overload
def fit(
    X: Features,
    y: ArrayLike,
    *,
    loss: Literal["mae", "mse"] = "mae",
    quantile: float = 0.5,
    sample_weight: ArrayLike | None = None,
    intercept: bool = True,
    solver: Literal["auto", "textbook"] | SolverSettings = "auto",
    tolerance: float | None = None,
    max_levels: int = 300,
    intervals: Literal["auto", "rank", "sandwich", "bootstrap"] = "auto",
) -> FitResult: ...


@overload
def fit(
    X: Features,
    y: ArrayLike,
    *,
    loss: Literal["mae"] = "mae",
    quantile: Sequence[float],
    sample_weight: ArrayLike | None = None,
    intercept: bool = True,
    solver: Literal["auto", "textbook"] | SolverSettings = "auto",
    tolerance: float | None = None,
    max_levels: int = 300,
    intervals: Literal["auto", "rank", "sandwich", "bootstrap"] = "auto",
) -> QuantileFits: ...


def fit(  # noqa: PLR0913  (the library's one entry; all but X and y are by keyword)
    X: Features,
    y: ArrayLike,
    *,
    loss: Literal["mae", "mse"] = "mae",
    quantile: float | Sequence[float] = 0.5,
    sample_weight: ArrayLike | None = None,
    intercept: bool = True,
    solver: Literal["auto", "textbook"] | SolverSettings = "auto",
    tolerance: float | None = None,
    max_levels: int = 300,
    intervals: Literal["auto", "rank", "sandwich", "bootstrap"] = "auto",
) -> FitResult | QuantileFits:
    """Fit a linear model that minimises the mean loss Σω·loss(y − b − Xw) / Σω, with a certificate.

    Args:
        X: (n, p) array of real numbers, or a frame, whose columns are read as those of a file are: text, booleans and
            categories become indicators of their levels, text that is numbers or dates throughout is read as such,
            and what cannot serve is left out with a warning (`FitResult.columns_left_out`).
        y: (n,) targets, or the name of a column of the frame, which then is none of the model's. A Series brings its
            name along, for `FitResult.save`; text and dates in it are read as in X. Names that are no text, whole
            numbers and tuples among them, are those that `str` gives; a column without one is called by its place.
        loss: "mae" for |r|, "mse" for r².
        quantile: τ; with "mae" and τ ≠ 0.5 the loss is ½|r| + (τ − ½)r. Several of them are fitted together, for a
            fraction of the time, and give a list with a result for each, which can be saved as one model.
        sample_weight: (n,) weights ≥ 0, equal to repeating rows, or the name of a column like y; None for ones.
        intercept: whether the model has one.
        solver: "auto" (exact), "textbook", or settings (`mae_cli.Textbook(epochs=1000)`).
        tolerance: relative duality gap that counts as done; by default 1e-9 for "auto" and none for "textbook".
        max_levels: most levels of a column of text.
        intervals: how `FitResult.interval` finds intervals: "auto" chooses rank tests or standard errors.

    Raises:
        DataError: the shapes do not agree, a value is no number, masked, missing or not finite, no column of a frame
            can serve, or no row has a positive weight.
        SettingsError: the options are out of range or contradict each other.
    """
    how = _solver_settings(solver, tolerance)
    settings = FitSettings(loss, intercept=intercept, solver=how)
    wanted = [replace(settings, quantile=each) for each in _numbers(quantile)]
    data = FitData.of(X, y, sample_weight, max_levels, intercept=intercept)
    _warn(_remarks(data.remarks))
    prepared = Prepared(CountedRows(data.rows), intercept=intercept, extent=data.extent, limits=how.limits)
    fits = solve_together(prepared, [each.loss_function for each in wanted], how)
    _warn(_dependence(fits[0], data.schema) if fits else [])
    method = _method(intervals)
    results = QuantileFits()
    for each, found in zip(wanted, fits, strict=True):
        result = _result(data, data.rows, each, found.solution)
        estimated = Estimated(data.rows, prepared, found, data.weight_unit)
        results.append(replace(result, origin=replace(result.origin, estimated=estimated, intervals=method)))
    return results[0] if np.ndim(quantile) == 0 else results


def refit(  # noqa: PLR0913  (all but X, y and the factors are by keyword)
    X: Features,
    y: ArrayLike,
    factors: Iterable[Factors | ArrayLike],
    *,
    quantile: float = 0.5,
    sample_weight: ArrayLike | None = None,
    intercept: bool = True,
    tolerance: float | None = None,
    max_levels: int = 300,
) -> list[FitResult]:
    """Fit the same model again and again, each time with other factors on the weights of the rows.

    All of it takes little more than one pass over the rows, and every fit has a certificate of its own: a bootstrap
    (`mae_cli.exponential_factors(200, seed=0)`), or the folds of a cross-validation, whose factor 0 leaves a row out.

    Args:
        X: as in `fit`.
        y: as in `fit`.
        factors: for each refit an (n,) array of factors ≥ 0, or a function that gives them for the numbers of rows.
        quantile: τ.
        sample_weight: (n,) weights ≥ 0, which the factors multiply; None for ones.
        intercept: whether the models have one.
        tolerance: as in `fit`, of the exact solver.
        max_levels: as in `fit`.

    Raises:
        DataError: as in `fit`, or factors have another length, are negative or not finite, or leave no row.
        SettingsError: as in `fit`.
    """
    from mae_cli.solvers.family import Member, solve_family  # noqa: PLC0415  (the commands need no families)

    how = _exact(tolerance)
    settings = FitSettings("mae", quantile, intercept, how)
    data = FitData.of(X, y, sample_weight, max_levels, intercept=intercept)
    _warn(_remarks(data.remarks))
    drawn = [_factors(each, data.count) for each in factors]
    members = [Member(settings.quantile, each) for each in drawn]
    if not members:
        return []
    solutions = solve_family(data.rows, members, how, intercept=intercept, extent=data.extent)
    rows = [FactoredRows(data.rows, each) for each in drawn]
    return [_result(data, each, settings, solution) for each, solution in zip(rows, solutions, strict=True)]


def _warn(texts: Iterable[str]) -> None:
    """Tell the caller of `fit` or `refit`."""
    for text in texts:
        warnings.warn(text, stacklevel=3)


def _remarks(remarks: Remarks) -> list[str]:
    """What was left out of X and how to have it in, and how text was read."""
    left_out = [f"left out column {each}" for each in remarks.left_out[:_MOST_TOLD]]
    more = len(remarks.left_out) - _MOST_TOLD
    others = [f"left out {more:,} more columns; see columns_left_out"] if more > 0 else []
    return [*left_out, *others, *remarks.notes]


def _dependence(found: Fit, schema: Schema) -> list[str]:
    """The note on columns that are nearly dependent."""
    labels = [schema.design_columns[place].label for place in found.nearly_dependent.tolist()]
    if not labels:
        return []
    names, remedy = listed(labels, _MOST_NAMED), "leave out all but one of those that belong together"
    what = "what others do not tell of them is below a millionth of their spread"
    return [f"nearly dependent columns: {names}; {what}, so their coefficients mean little one by one; {remedy}"]


def exponential_factors(count: int, seed: int = 0) -> list[ExponentialFactors]:
    """Factors of so many replicates of a bootstrap: draws of mean 1 from the exponential distribution (Rubin, 1981).

    Raises:
        SettingsError: the count or the seed is negative.
    """
    if count < 0 or not 0 <= seed < 2**63:
        what = "a bootstrap needs a count and a seed that are whole numbers ≥ 0"
        raise SettingsError(Fault("bootstrap-out-of-range", what))
    return [ExponentialFactors(seed, replicate) for replicate in range(count)]


def _result(data: FitData, rows: Rows, settings: FitSettings, solution: Solution) -> FitResult:
    columns = data.schema.design_columns
    return FitResult(
        target=data.target,
        loss=settings.loss,
        quantile=float(settings.quantile),
        weight=data.weight,
        schema=data.schema,
        point=solution.point,
        aliased=tuple(columns[column] for column in solution.aliased),
        certificate=solution.certificate,
        history=solution.history,
        origin=Origin(rows, data.count, settings.solver, settings.intercept, solution.dual),
        columns_left_out=data.remarks.left_out,
        written=data.written,
    )


def _method(intervals: str) -> Method | None:
    if intervals == "auto":
        return None
    if intervals not in set(Method):
        remedy = 'use "auto", "rank", "sandwich" or "bootstrap"'
        raise SettingsError(Fault("unknown-intervals", f"unknown intervals {intervals!r}", remedy=remedy))
    return Method(intervals)


def _numbers(quantile: float | Sequence[float]) -> list[float]:
    values = np.atleast_1d(np.asarray(quantile))
    if values.ndim != 1 or (len(values) and values.dtype.kind not in "iuf"):
        what = f"a quantile must be a number between 0 and 1, or a list of such, not {quantile!r}"
        raise SettingsError(Fault("quantile-not-a-number", what))
    return [float(value) for value in values]


@dataclass(frozen=True, eq=False)
class _CheckedFactors:
    """A function that gives factors, which are looked at."""

    factors: Factors

    def __call__(self, records: Positions) -> FloatArray:
        return _checked_factors(self.factors(records), records)


def _checked_factors(factors: ArrayLike, records: Positions) -> FloatArray:
    values = finite_vector("factors", factors)
    require_length("factors", values, len(records))
    if (values < 0).any():
        first = int(np.argmax(values < 0))
        what = f"factors must not be negative, but this one is {values[first]:g}"
        raise DataError(Fault("negative-factor", what, Place(row=int(records[first])), f"{values[first]:g}"))
    return values


def _factors(factors: Factors | ArrayLike, count: int) -> Factors:
    if callable(factors):
        return factors if isinstance(factors, ExponentialFactors) else _CheckedFactors(factors)
    values = _checked_factors(factors, np.arange(count))
    # As weights they matter only relative to each other.
    return GivenFactors(relative_weights(values, float(values.max(initial=0.0))))


def _exact(tolerance: float | None) -> Auto:
    return Auto() if tolerance is None else Auto(tolerance)


def fit_prepared(prepared: Prepared, settings: FitSettings, listener: ProgressListener = NO_PROGRESS) -> Fit:
    """Fit rows of positive weights that are made ready; for a further loss they need not be again.

    Raises:
        DataError: a column or the target spans more than a float can hold.
    """
    return solve_together(prepared, [settings.loss_function], settings.solver, listener)[0]


def _solver_settings(solver: str | SolverSettings, tolerance: float | None) -> SolverSettings:
    if isinstance(solver, (Auto, Textbook)):
        if tolerance is not None:
            what = "the solver's settings have a tolerance of their own"
            raise SettingsError(Fault("tolerance-beside-settings", what, remedy="set the tolerance there"))
        return solver
    if solver == "auto":
        return _exact(tolerance)
    if solver == "textbook":
        return Textbook(tolerance=tolerance)
    raise SettingsError(Fault("unknown-solver", f"unknown solver {solver!r}", remedy='use "auto" or "textbook"'))

"""The library's way in: fit arrays or data frames, without files."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Literal, TypeGuard, overload

import numpy as np
from numpy.typing import ArrayLike

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.errors import DataError, SettingsError
from mae_cli.losses import Absolute, Pinball, Squared, loss_named
from mae_cli.messages import as_share
from mae_cli.progress import UNWATCHED, Watch
from mae_cli.rows.blocks import CountedRows, MemoryRows
from mae_cli.rows.design import Design, column_ranges
from mae_cli.rows.factors import ExponentialFactors, Factors, GivenFactors
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import NumericColumn, Schema
from mae_cli.rows.sums import Range, relative_weights
from mae_cli.solvers.prepare.problem import Prepared
from mae_cli.solvers.prepare.standardise import Extent
from mae_cli.solvers.settings import Auto, SolverSettings, Textbook
from mae_cli.solvers.solution import Certificate, History, Solution
from mae_cli.solvers.solve import solve_together
from mae_cli.tables.arrays import finite_matrix, finite_vector, real_matrix, refuse_not_finite

if TYPE_CHECKING:
    import pandas as pd


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
            raise SettingsError(f'unknown loss {self.loss!r}; use "mae" or "mse"')
        if not 0 < self.quantile < 1:
            raise SettingsError(
                f"the quantile must lie between 0 and 1, not {self.quantile:g}{as_share(self.quantile)}"
            )
        if self.loss == "mse" and self.quantile != 0.5:
            raise SettingsError('a quantile goes with the loss "mae" only; least squares fits the mean')

    @property
    def loss_function(self) -> Absolute | Pinball | Squared:
        """What is minimised."""
        return loss_named(self.loss, self.quantile)


@dataclass(frozen=True, eq=False)
class FitResult:
    """A fitted linear model ŷ = intercept + X·coefficients.

    Attributes:
        intercept: 0.0 when the model has none.
        coefficients: (p,) one for each of `columns`.
        columns: (column, level) of every coefficient; the level is None for a number.
        aliased: those of `columns` that depend on earlier ones and were left out (coefficient 0).
        certificate: how far the loss can be from the optimum.
        history: the loss on the way.
        schema: the columns and levels that `predict` expects.
    """

    intercept: float
    coefficients: FloatArray
    columns: tuple[tuple[str, str | None], ...]
    aliased: tuple[tuple[str, str | None], ...]
    certificate: Certificate
    history: History
    schema: Schema

    def predict(self, X: "ArrayLike | pd.DataFrame") -> FloatArray:
        """ŷ, (n,), for an (n, p) array or a frame with the columns of the fit; NaN for a level never seen.

        Raises:
            DataError: a column is absent or of another kind, or a cell is no number, masked, missing or infinite.
        """
        design, unseen = _encode(self.schema, X)
        predicted = Coefficients(self.intercept, self.coefficients).predict(design)
        predicted[unseen] = np.nan
        return predicted


@overload
def fit(
    X: "ArrayLike | pd.DataFrame",
    y: ArrayLike,
    *,
    loss: Literal["mae", "mse"] = "mae",
    quantile: float = 0.5,
    sample_weight: ArrayLike | None = None,
    intercept: bool = True,
    solver: Literal["auto", "textbook"] | SolverSettings = "auto",
    tolerance: float | None = None,
    max_levels: int = 200,
) -> FitResult: ...


@overload
def fit(
    X: "ArrayLike | pd.DataFrame",
    y: ArrayLike,
    *,
    loss: Literal["mae"] = "mae",
    quantile: Sequence[float],
    sample_weight: ArrayLike | None = None,
    intercept: bool = True,
    solver: Literal["auto", "textbook"] | SolverSettings = "auto",
    tolerance: float | None = None,
    max_levels: int = 200,
) -> list[FitResult]: ...


def fit(  # noqa: PLR0913  (the library's one entry; all but X and y are by keyword)
    X: "ArrayLike | pd.DataFrame",
    y: ArrayLike,
    *,
    loss: Literal["mae", "mse"] = "mae",
    quantile: float | Sequence[float] = 0.5,
    sample_weight: ArrayLike | None = None,
    intercept: bool = True,
    solver: Literal["auto", "textbook"] | SolverSettings = "auto",
    tolerance: float | None = None,
    max_levels: int = 200,
) -> FitResult | list[FitResult]:
    """Fit a linear model that minimises the mean loss Σω·loss(y − b − Xw) / Σω, with a certificate.

    Args:
        X: (n, p) array of real numbers, or a frame whose text, boolean and category columns become indicators of
            their levels.
        y: (n,) targets.
        loss: "mae" for |r|, "mse" for r².
        quantile: τ; with "mae" and τ ≠ 0.5 the loss is ½|r| + (τ − ½)r. Several of them are fitted together, for a
            fraction of the time, and give a list with a result for each.
        sample_weight: (n,) weights ≥ 0, equal to repeating rows; None for ones.
        intercept: whether the model has one.
        solver: "auto" (exact), "textbook", or settings (`mae_cli.Textbook(epochs=1000)`).
        tolerance: relative duality gap that counts as done; by default 1e-9 for "auto" and none for "textbook".
        max_levels: most levels of a column of text.

    Raises:
        DataError: the shapes do not agree, a value is no number, masked, missing or not finite, or no row has a
            positive weight.
        SettingsError: the options are out of range or contradict each other.
    """
    how = _solver_settings(solver, tolerance)
    settings = FitSettings(loss, intercept=intercept, solver=how)
    losses = [replace(settings, quantile=each).loss_function for each in _numbers(quantile)]
    data = _Data.of(X, y, sample_weight, max_levels)
    prepared = Prepared(CountedRows(data.rows), intercept=intercept, extent=data.extent, limits=how.limits)
    results = [data.result(each.solution) for each in solve_together(prepared, losses, how)]
    return results[0] if np.ndim(quantile) == 0 else results


def refit(  # noqa: PLR0913  (all but X, y and the factors are by keyword)
    X: "ArrayLike | pd.DataFrame",
    y: ArrayLike,
    factors: Iterable[Factors | ArrayLike],
    *,
    quantile: float = 0.5,
    sample_weight: ArrayLike | None = None,
    intercept: bool = True,
    tolerance: float | None = None,
    max_levels: int = 200,
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

    settings = FitSettings("mae", quantile, intercept, _exact(tolerance))
    data = _Data.of(X, y, sample_weight, max_levels)
    members = [Member(settings.quantile, _factors(each, data.count)) for each in factors]
    if not members:
        return []
    solutions = solve_family(data.rows, members, _exact(tolerance), intercept=intercept, extent=data.extent)
    return [data.result(solution) for solution in solutions]


def exponential_factors(count: int, seed: int = 0) -> list[ExponentialFactors]:
    """Factors of so many replicates of a bootstrap: draws of mean 1 from the exponential distribution (Rubin, 1981).

    Raises:
        SettingsError: the count or the seed is negative.
    """
    if count < 0 or not 0 <= seed < 2**63:
        raise SettingsError("a bootstrap needs a count and a seed that are whole numbers ≥ 0")
    return [ExponentialFactors(seed, replicate) for replicate in range(count)]


@dataclass(frozen=True, eq=False)
class _Data:
    """What arrays or frames hold.

    Attributes:
        schema: of the columns.
        rows: of positive weight; their records are the rows of the array.
        count: of all rows.
        extent: of the rows, where it is known.
    """

    schema: Schema
    rows: MemoryRows
    count: int
    extent: Extent | None

    @staticmethod
    def of(X: "ArrayLike | pd.DataFrame", y: ArrayLike, sample_weight: ArrayLike | None, max_levels: int) -> "_Data":
        """Check them.

        Raises:
            DataError: they do not go together, or a value cannot be used.
        """
        target = finite_vector("y", y)
        schema, design = _schema_and_design(X, max_levels)
        weights = None if sample_weight is None else finite_vector("sample_weight", sample_weight)
        for name, vector in (("y", target), ("sample_weight", weights)):
            if vector is not None and len(vector) != design.shape[0]:
                raise DataError(f"{name} has {len(vector):,} values for {design.shape[0]:,} rows of X")
        rows = _weighted_rows(design, target, weights)
        return _Data(schema, rows, len(target), _known_extent(schema, rows, len(target)))

    def result(self, solution: Solution) -> FitResult:
        """A fit of the rows."""
        columns = self.schema.design_columns
        return FitResult(
            solution.intercept,
            solution.coefficients,
            columns,
            tuple(columns[column] for column in solution.aliased),
            solution.certificate,
            solution.history,
            self.schema,
        )


def _numbers(quantile: float | Sequence[float]) -> list[float]:
    values = np.atleast_1d(np.asarray(quantile))
    if values.ndim != 1 or (len(values) and values.dtype.kind not in "iuf"):
        raise SettingsError(f"a quantile must be a number between 0 and 1, or a list of such, not {quantile!r}")
    return [float(value) for value in values]


@dataclass(frozen=True, eq=False)
class _CheckedFactors:
    """A function that gives factors, which are looked at."""

    factors: Factors

    def __call__(self, records: Positions) -> FloatArray:
        return _checked_factors(self.factors(records), records)


def _checked_factors(factors: ArrayLike, records: Positions) -> FloatArray:
    values = finite_vector("factors", factors)
    if len(values) != len(records):
        raise DataError(f"factors has {len(values):,} values for {len(records):,} rows of X")
    if (values < 0).any():
        place = int(np.argmax(values < 0))
        raise DataError(f"factors must not be negative; row {records[place]} has {values[place]:g}")
    return values


def _factors(factors: Factors | ArrayLike, count: int) -> Factors:
    if callable(factors):
        return factors if isinstance(factors, ExponentialFactors) else _CheckedFactors(factors)
    values = _checked_factors(factors, np.arange(count))
    # As weights they matter only relative to each other.
    return GivenFactors(relative_weights(values, float(values.max(initial=0.0))))


def _exact(tolerance: float | None) -> Auto:
    return Auto() if tolerance is None else Auto(tolerance)


def fit_prepared(prepared: Prepared, settings: FitSettings, watch: Watch = UNWATCHED) -> Solution:
    """Fit rows of positive weights that are made ready; for a further loss they need not be again.

    Raises:
        DataError: a column or the target spans more than a float can hold.
    """
    return solve_together(prepared, [settings.loss_function], settings.solver, watch)[0].solution


def require_span(lowest: float, highest: float) -> None:
    """Refuse a target whose values lie too far apart.

    Raises:
        DataError: the target spans more than a float can hold.
    """
    if not math.isfinite(highest - lowest):
        raise DataError(f"the target spans from {lowest:g} to {highest:g}, more than floating point can hold")


def _weighted_rows(design: Design, target: FloatArray, weights: FloatArray | None) -> MemoryRows:
    """The rows of positive weight."""
    if not len(target):
        raise DataError("there are no rows to fit")
    records = None
    if weights is not None:
        if (weights < 0).any():
            row = int(np.argmax(weights < 0))
            raise DataError(f"weights must not be negative; row {row} has {weights[row]:g}")
        weights = relative_weights(weights, weights.max())
        used = np.flatnonzero(weights > 0)
        if not len(used):
            raise DataError("all weights are zero; no row is left to fit")
        if len(used) < len(weights):
            design, target, weights, records = design.take(used), target[used], weights[used], used
    require_span(float(target.min()), float(target.max()))
    return MemoryRows.of(design, target, weights, records=records)


def _known_extent(schema: Schema, rows: MemoryRows, count: int) -> Extent | None:
    """From the ranges that the schema has; None when some of its `count` rows are left out."""
    if rows.shape[0] < count:
        return None
    ranges = Range(
        np.array([column.minimum for column in schema.numeric]), np.array([column.maximum for column in schema.numeric])
    )
    return reduce(add, (Extent.known(block, ranges) for block in rows.blocks))


def _solver_settings(solver: str | SolverSettings, tolerance: float | None) -> SolverSettings:
    if isinstance(solver, (Auto, Textbook)):
        if tolerance is not None:
            raise SettingsError("give the tolerance in the solver's settings")
        return solver
    if solver == "auto":
        return _exact(tolerance)
    if solver == "textbook":
        return Textbook(tolerance=tolerance)
    raise SettingsError(f'unknown solver {solver!r}; use "auto" or "textbook"')


def _schema_and_design(X: "ArrayLike | pd.DataFrame", max_levels: int) -> tuple[Schema, Design]:
    """The columns of X and its design matrix; the columns of an array are named x0, x1, …."""
    if _is_frame(X):
        from mae_cli.tables.frames import design_of, schema_of  # noqa: PLC0415  (an array needs no pandas)

        schema = schema_of(X, max_levels=max_levels)
        return schema, design_of(schema, X)[0]
    matrix = real_matrix("X", X)
    if not len(matrix):
        raise DataError("there are no rows to fit")
    extremes = column_ranges(matrix)
    if not np.isfinite(extremes).all():
        refuse_not_finite("X", matrix)
    columns = zip(*extremes, strict=True)
    features = tuple(NumericColumn(f"x{i}", float(low), float(high)) for i, (low, high) in enumerate(columns))
    return Schema(features), Design(matrix)


def _encode(schema: Schema, X: "ArrayLike | pd.DataFrame") -> tuple[Design, BoolArray]:
    """The design matrix, and the mask of the rows with a level that the schema does not have."""
    if _is_frame(X):
        from mae_cli.tables.frames import design_of  # noqa: PLC0415

        return design_of(schema, X)
    matrix = finite_matrix("X", X)
    if schema.categorical or matrix.shape[1] != len(schema.features):
        names = ", ".join(schema.names)
        raise DataError(f"X has {matrix.shape[1]:,} columns, but the fit has {len(schema.features):,} ({names})")
    return Design(matrix), np.zeros(len(matrix), dtype=bool)


def _is_frame(X: object) -> "TypeGuard[pd.DataFrame]":
    return hasattr(X, "columns") and hasattr(X, "iloc")

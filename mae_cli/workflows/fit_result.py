"""What the library's fits return: a linear model with its proof, which can be saved for the commands."""

from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from mae_cli.arrays import FloatArray, Positions
from mae_cli.errors import DataError, Fault, ModelError, SettingsError
from mae_cli.inference.clusters import Clusters
from mae_cli.inference.estimates import Estimated
from mae_cli.inference.intervals import find_intervals, replicated
from mae_cli.inference.values import Interval, Intervals, IntervalSettings, Method, Unavailable
from mae_cli.messages import is_unicode, quoted
from mae_cli.model.files import BY_ARGUMENT, write_model
from mae_cli.model.model import LinearModel, Model
from mae_cli.model.provenance import provenance
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import ALL_PLAIN, ApartWritings, CategoricalColumn, DesignColumn
from mae_cli.rows.sums import sum_blocks
from mae_cli.solvers.settings import SolverSettings
from mae_cli.solvers.solution import Certificate, DualPoint, History
from mae_cli.tables.columns import LeftOut
from mae_cli.workflows.scoring import baseline_of, scorable, score


@dataclass(frozen=True, eq=False)
class Origin:
    """Where a result comes from: what its proof and its file need beside it.

    Attributes:
        rows: that were fitted; their records are the rows of X, as they were given.
        count: of all rows of X.
        solver: that fitted them, with its settings.
        intercept: whether one was fitted.
        dual: the dual point in few numbers, if there is one.
        estimated: what intervals are found from; None for refits, which have none of their own.
        intervals: the method of intervals that was asked for; None to choose.
    """

    rows: Rows
    count: int
    solver: SolverSettings
    intercept: bool
    dual: DualPoint | None
    estimated: Estimated | None = None
    intervals: Method | None = None


@dataclass(frozen=True, eq=False, repr=False)
class FitResult(LinearModel):
    """A fitted linear model ŷ = intercept + X·coefficients, with its proof.

    It holds on to X, y and the weights (an array of floats is not copied), for `dual`, `model` and `save`; keep `model`
    alone where that is too much.

    Attributes:
        aliased: those of `columns` that depend on earlier ones and were left out (coefficient 0).
        certificate: how far the loss can be from the optimum.
        history: the loss on the way.
        origin: what it was fitted to.
        columns_left_out: those of a frame that cannot serve, with the reasons; predictions do without them.
        written: how y and the weights were written, where they were text or dates.
    """

    aliased: tuple[DesignColumn, ...]
    certificate: Certificate
    history: History
    origin: Origin = field(repr=False)
    columns_left_out: tuple[LeftOut, ...] = ()
    written: ApartWritings = ALL_PLAIN

    def __repr__(self) -> str:
        """What matters of it, in two lines."""
        wanted = f"target={quoted(self.target)}, loss={self.loss!r}, quantile={self.quantile:g}"
        size = f"rows={self.origin.count}, columns={len(self.coefficients)}"
        found = f"status={str(self.certificate.status)!r}, mae={self._mae:.6g}"
        return f"FitResult({wanted},\n          {size}, {found})"

    @cached_property
    def _mae(self) -> float:
        """Σω|y − ŷ| / Σω over the rows of the fit."""
        weight, size = sum_blocks(self.origin.rows, partial(_weight_and_distance, point=self.point))
        return size / weight

    @cached_property
    def dual(self) -> FloatArray | None:
        """The proof of an MAE or quantile fit: μ, (n,), for the rows in the order given; None where there is none.

        Every μ is in [τ − 1, τ], and Σωμx = 0 for every column x, each level's indicator and the intercept's ones among
        them. As the pinball loss ρ(r) ≥ μr whatever the residual r = y − xw, Σωμy / Σω is then a lower bound of the
        pinball loss of all linear models; that of the fit meets it. The MAE is twice the pinball loss at τ = ½.

        ω are the weights, those of a refit times its factors; μ is 0 where they are. For a perfect fit μ = 0 will do.
        Least squares, the textbook's descent, and fits that end with another status than `optimal` have no μ.
        """
        if self.origin.dual is None:
            is_perfect = self.loss == "mae" and self.certificate.relative_gap is None
            return np.zeros(self.origin.count) if is_perfect else None
        parts = self.origin.rows.map(partial(_sides, point=self.point))
        records, sides, weights = (np.concatenate(each) for each in zip(*parts, strict=True))
        sides[self.origin.dual.rows] = self.origin.dual.values
        dual = np.zeros(self.origin.count)
        dual[records] = np.where(weights > 0, _multipliers(sides, self.quantile), 0.0)
        return dual

    def intervals(
        self, level: float = 0.95, *, replicates: int = 500, seed: int = 0, cluster: ArrayLike | None = None
    ) -> Intervals:
        """How sure the coefficients are, by the method that `fit` was told, or chooses.

        Args:
            level: of the intervals.
            replicates: refits of a bootstrap.
            seed: of a bootstrap.
            cluster: (n,) which cluster each row is in, where rows of one may depend on each other; None where they do
                not.

        Raises:
            SettingsError: a number is out of range, the method does not go with the fit, or this is a refit.
            DataError: the clusters are not as many as rows.
        """
        settings = IntervalSettings(self.origin.intervals, level, replicates, seed)
        return find_intervals(self._estimated(cluster), settings)

    def interval(self, level: float = 0.95) -> FloatArray:
        """(p, 2) the ends of the intervals of `coefficients`, NaN where there is none; see `intervals`."""
        found = self.intervals(level).coefficients
        return np.array([_ends(each) for each in found]).reshape(len(found), 2)

    @cached_property
    def standard_errors(self) -> FloatArray:
        """(p,) of `coefficients`, NaN where there is none; see `intervals`."""
        return np.array([_error(each) for each in self.intervals().coefficients])

    def bootstrap(self, replicates: int = 500, *, seed: int = 0, cluster: ArrayLike | None = None) -> FloatArray:
        """(replicates, p) the coefficients of exact refits under random exponential weights, one for each cluster.

        The intercept comes first if the model has one.

        Raises:
            SettingsError: a number is out of range, or this is no MAE or quantile fit.
            DataError: the clusters are not as many as rows.
        """
        if self.loss != "mae":
            raise SettingsError(Fault("bootstrap-needs-mae", 'a bootstrap needs the loss "mae"'))
        settings = IntervalSettings(Method.BOOTSTRAP, replicates=replicates, seed=seed)
        return replicated(self._estimated(cluster), settings).values

    def _estimated(self, cluster: ArrayLike | None) -> Estimated:
        estimated = self.origin.estimated
        if estimated is None:
            what, remedy = "a refit has no intervals of its own", "fit with sample_weight instead"
            raise SettingsError(Fault("refit-without-intervals", what, remedy=remedy))
        if cluster is None:
            return estimated
        values = np.asarray(cluster)
        if values.shape != (self.origin.count,):
            what = f"cluster has the shape {values.shape} for {self.origin.count:,} rows of X"
            raise DataError(Fault("length-mismatch", what))
        names, codes = np.unique(values, return_inverse=True)
        return replace(estimated, clusters=Clusters("cluster", codes, len(names)))

    @cached_property
    def model(self) -> Model:
        """The same as its file has it: with the metrics on the rows of the fit, and without the rows.

        Raises:
            ModelError: with these names no file could be read again.
            DataError: a residual is beyond floating point.
        """
        _require_names(self)
        rows, solver = scorable(self.origin.rows) or self.origin.rows, self.origin.solver
        baseline = baseline_of(rows, self.quantile)
        trivial = baseline.prediction(self.loss, self.quantile)
        scores = score(rows, self.point, trivial, self.quantile)
        return Model(
            target=self.target,
            loss=self.loss,
            quantile=self.quantile,
            weight=self.weight,
            schema=self.schema,
            point=self.point,
            missing="error",
            baseline=baseline,
            training=provenance(
                rows=self.origin.count,
                seed=solver.seed,
                solver=solver.name,
                metrics=asdict(scores.model),
                certificate=self.certificate,
                intercept=self.origin.intercept,
            ),
            written=self.written,
        )

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write the model file that `mae-eval`, `mae-predict` and `mae_cli.load_model` read, whole or not at all.

        Args:
            path: of the file; an older model there is replaced.
            force: whether to replace any other file, or one that is write-protected.

        Raises:
            ModelError: as `model`; or the place cannot be written, or holds something else.
            DataError: as `model`.
        """
        write_model(self.model, Path(path), force=force, remedy=BY_ARGUMENT)


def _weight_and_distance(block: Block, point: Coefficients) -> tuple[float, float]:
    return block.total_weight, float(block.total(np.abs(point.residual(block))))


def _ends(interval: Interval | Unavailable) -> tuple[float, float]:
    return (interval.low, interval.high) if isinstance(interval, Interval) else (np.nan, np.nan)


def _error(interval: Interval | Unavailable) -> float:
    error = interval.standard_error if isinstance(interval, Interval) else None
    return np.nan if error is None else error


def _sides(block: Block, point: Coefficients) -> tuple[Positions, FloatArray, FloatArray]:
    """The records of a block, the side of the plane that each is on, and the weights."""
    return block.record_numbers, np.sign(point.residual(block)), block.weight_values


def _multipliers(sides: FloatArray, quantile: float) -> FloatArray:
    """μ = ½(λ + 2τ − 1), without rounding where λ is ±1."""
    between = np.clip(0.5 * (sides + (2 * quantile - 1)), quantile - 1, quantile)
    return np.where(np.abs(sides) < 1, between, np.where(sides > 0, quantile, quantile - 1))


def _require_names(model: LinearModel) -> None:
    """Refuse names that the reader of a model file refuses."""
    columns = model.schema.names
    for what, argument, name in (("target", "y", model.target), ("weights", "sample_weight", model.weight)):
        if name in columns:
            raise ModelError(_both_named(f"the {what} and a column of X", name or "", argument))
    if model.weight == model.target:
        raise ModelError(_both_named("the target and the weights", model.target, "one of them"))
    levels = [level for each in model.schema.features if isinstance(each, CategoricalColumn) for level in each.levels]
    for text in (model.target, model.weight or "", *columns, *levels):
        if not is_unicode(text):
            what = f"{quoted(text)} holds half of a character, which no file can"
            raise ModelError(Fault("lone-surrogate", what, remedy="rename it"))


def _both_named(both: str, name: str, argument: str) -> Fault:
    remedy = f"give {argument} as a Series with another name"
    return Fault("duplicate-name", f"{both} are both named {quoted(name)}", remedy=remedy)

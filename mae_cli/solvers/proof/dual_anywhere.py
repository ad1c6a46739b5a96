"""The bound of an MAE or pinball point that is no vertex, as the textbook's descent leaves it.

Two dual points are tried, and the better bound counts. Near the optimum: μ by the side of a row, but the constraint
Σωμz = 0 solved with the least norm in a band of the smallest residuals, over several sizes of the band. Farther away:
λ = sgn(r) projected in turn on the constraint and on the box |λ| ≤ 1 (von Neumann's alternating projections, 1933),
ending on the constraint. What is then left outside of the box is pulled in by scaling μ towards 0.

Either meets the constraint but for rounding. A dual point that meets it exactly is near: moved by at most `slack` in
every row, which is taken off the bound.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import Block
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.sampling import scattered
from mae_cli.rows.sums import Range, Sums, sum_blocks
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.precision import UNIT, products_rounding, sums_rounding
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.prepare.whitening import Whitening, is_weighted
from mae_cli.solvers.proof.certificate import Bound, Totals, absolute_bound
from mae_cli.solvers.proof.vertex_sums import pinball

# A sample of so many rows says how wide the least-norm band is.
_SAMPLE_ROWS = 10_000
# Eigenvalues of a Gram matrix below this share of its trace are rounding.
_DEPENDENT = 1e-13
# How often the μ of a band are clipped and corrected.
_CORRECTIONS = 16
# Where only bands are tried, so many of them.
_HALVES = 4


def bound_anywhere(problem: Problem, point: Coefficients) -> Bound:
    """The better of the two bounds; `problem` is whitened by all rows."""
    seen = _Seen.of(problem, point)
    columns = max(1, len(problem.whitening.kept))
    band = _band(seen, max(problem.limits.largest_band // columns, columns))
    sizes = [columns * 2**power for power in range(64) if columns * 2**power < len(band.residual)]
    duals = [_band_dual(seen, band, size) for size in (*sizes, len(band.residual))]
    return _best(seen, point, band, [_projected(seen), *duals])


def bound_in_band(problem: Problem, point: Coefficients, count: int) -> Bound:
    """The best bound by bands of about `count` rows and fewer: two passes."""
    seen = _Seen.of(problem, point)
    band = _band(seen, count)
    sizes = [len(band.residual) // 2**power for power in range(_HALVES)]
    return _best(seen, point, band, [_band_dual(seen, band, size) for size in sizes])


def _best(seen: "_Seen", point: Coefficients, band: "_Band", duals: Sequence["_Dual | None"]) -> Bound:
    nothing = _Dual(0.0, band.sums.loss)  # μ = 0 proves that no loss is below zero
    best = max((nothing, *(dual for dual in duals if dual is not None)), key=lambda dual: dual.value)
    return absolute_bound(seen.problem, point, Totals(band.sums.weight, band.sums.loss, best.value, best.gap))


@dataclass(frozen=True, eq=False)
class _Dual:
    """A lower bound of Σωρ, and the gap to it before the rounding of residuals is taken off."""

    value: float
    gap: float

    @staticmethod
    def of(seen: "_Seen", sums: "_Signed", slack: float, reach: Range) -> "_Dual":
        """From sums for a μ within this reach that meets the constraint when moved by `slack` at most in each row."""
        if not math.isfinite(slack):
            return _Dual(0.0, sums.loss)  # μ = 0 proves that no loss is below zero
        quantile = seen.look.quantile
        highest, lowest = float(reach.highest) + slack, float(reach.lowest) - slack
        kept = min(1.0, quantile / max(highest, quantile), (1 - quantile) / max(-lowest, 1 - quantile))
        moved = slack * sums.size
        touched = sums.mass + sums.weight  # by the slopes of the dual value, and of the loss
        value = kept * (sums.dual - moved - seen.residual_rounding * touched - 2 * seen.sum_rounding * sums.loss)
        return _Dual(value, (1 - kept) * sums.loss + kept * (sums.loss - sums.dual + moved))


@dataclass(frozen=True, eq=False)
class _Look:
    """How rows are seen from the coefficients as they are written.

    Attributes:
        standard: the units.
        quantile: τ.
        point: (p,) standard coefficients, the intercept rounded.
        rest: what rounding the intercept leaves out.
    """

    standard: Standardisation
    quantile: float
    point: FloatArray
    rest: float

    def residual(self, shifted: Block) -> FloatArray:
        """(b,) of a block less its shifts."""
        return self.standard.residual(shifted, self.point) - self.rest

    def sums(self, shifted: Block, residual: FloatArray, slopes: FloatArray) -> "_Signed":
        """Of rows with these residuals and μ, (b,) each."""
        weighted = shifted.weighted(slopes)
        return _Signed(
            weight=shifted.total_weight,
            loss=float(shifted.weighted(pinball(residual, self.quantile)).sum()),
            dual=float((weighted * residual).sum()),
            mass=float(np.abs(weighted).sum()),
            size=float(shifted.weighted(np.abs(residual)).sum()),
            gradient=self.standard.pull(shifted, weighted),
        )

    def within(self, block: Block, width: float) -> tuple[Positions, FloatArray]:
        """The rows of a block with residuals up to `width`, and their sizes."""
        sizes = np.abs(self.residual(self.standard.shifted(block)))
        near = np.flatnonzero(sizes <= width)
        return block.positions[near], sizes[near]

    def sided(self, block: Block, band: Positions) -> "_Signed":
        """With μ by the side of a row, 0 in the band."""
        shifted = self.standard.shifted(block)
        residual = self.residual(shifted)
        slopes = sides(residual, self.quantile)
        slopes[block.places(band)[0]] = 0.0
        return self.sums(shifted, residual, slopes)

    def projected(self, block: Block, corrections: tuple[FloatArray, ...]) -> tuple["_Signed", Range, FloatArray]:
        """With λ = sgn(r), clipped and corrected in turn; the range of μ, and Σω(λ + 2τ − 1)z of λ in its box."""
        shifted = self.standard.shifted(block)
        residual, tilt = self.residual(shifted), 2 * self.quantile - 1
        multipliers = np.sign(residual)
        for correction in corrections:
            product = self.standard.product(shifted, correction)
            multipliers = np.clip(multipliers, -1.0, 1.0) - block.weighted(product)
        slopes = 0.5 * (multipliers + tilt)
        reach = Range(slopes.min(initial=0.0), slopes.max(initial=0.0))
        clipped = self.standard.pull(shifted, block.weighted(np.clip(multipliers, -1.0, 1.0) + tilt))
        return self.sums(shifted, residual, slopes), reach, clipped


def sides(residual: FloatArray, quantile: float) -> FloatArray:
    """τ where the residual is positive, τ − 1 elsewhere."""
    return np.where(residual > 0, quantile, quantile - 1)


@dataclass(frozen=True, eq=False)
class _Seen:
    """A problem, and its rows as they are seen from a point."""

    problem: Problem
    look: _Look

    @staticmethod
    def of(problem: Problem, point: Coefficients) -> "_Seen":
        standard, quantile = problem.standard, problem.absolute_loss.quantile
        return _Seen(problem, _Look(standard, quantile, *standard.of_user(point)))

    @cached_property
    def residual_rounding(self) -> float:
        """What a residual can be off by."""
        point = self.look.point
        reach = self.problem.standard.widest * (1.0 + float(np.abs(point).sum()))
        return products_rounding(len(point)) * UNIT * reach

    @cached_property
    def sum_rounding(self) -> float:
        """What a sum over all rows can be off by, as a share of the sum of its sizes."""
        return sums_rounding(self.problem.rows.shape[0])

    def constraint_length(self, gradient: FloatArray, mass: float) -> float:
        """The most that ‖R⁻ᵀΣωμz‖ can be for a computed Σωμz, (p,), with this Σω|μ|."""
        whitening = self.problem.whitening
        errors = np.full(len(gradient), self.sum_rounding * mass * self.problem.standard.widest)
        return float(np.linalg.norm(whitening.gradient(gradient))) + whitening.length(errors)


@dataclass(frozen=True, eq=False)
class _Signed(Sums):
    """Sums over rows: Σω, Σωρ(r), Σωμr, Σω|μ|, Σω|r| and Σωμz (p,)."""

    weight: float
    loss: float
    dual: float
    mass: float
    size: float
    gradient: FloatArray


@dataclass(frozen=True, eq=False)
class _Band:
    """The rows with the smallest residuals, smallest first, and sums over all rows.

    Attributes:
        sums: with μ by the side of a row, 0 in the band.
        shifted: the rows of the band less the shifts of their columns.
        matrix: (b, k) the same whitened and scaled by ω.
        residual: (b,).
    """

    sums: _Signed
    shifted: Block
    matrix: FloatArray
    residual: FloatArray


def _band(seen: _Seen, most: int) -> _Band:
    problem, look, nearest = seen.problem, seen.look, _nearest(seen, most)
    sums = sum_blocks(problem.rows, partial(look.sided, band=np.sort(nearest)))
    block = problem.rows.take(nearest)
    shifted = problem.standard.shifted(block)
    matrix = problem.whitening.rows(problem.standard(block).design.dense()) * block.weight_values[:, np.newaxis]
    return _Band(sums, shifted, matrix, look.residual(shifted))


def _nearest(seen: _Seen, most: int) -> Positions:
    """The rows with the smallest residuals, smallest first: about `most` of them."""
    rows, look, width = seen.problem.rows, seen.look, np.inf
    if most < rows.shape[0]:
        sample = rows.take(scattered(rows.shape[0], _SAMPLE_ROWS))
        width = float(np.quantile(np.abs(look.residual(look.standard.shifted(sample))), most / rows.shape[0]))
    near, sizes = map(np.concatenate, zip(*rows.map(partial(look.within, width=width)), strict=True))
    return np.asarray(near[np.argsort(sizes, kind="stable")[: 2 * most]])


def _band_dual(seen: _Seen, band: _Band, count: int) -> _Dual | None:
    """The dual when only the first `count` rows of the band are solved for and the rest take their sides."""
    problem, quantile = seen.problem, seen.look.quantile
    rows = band.matrix[:count]
    gram = rows.T @ rows
    shortest = _least_length(gram)
    if not shortest > 0:
        return None
    slopes = sides(band.residual, quantile)
    solved = slopes[:count]
    solved[:] = 0.0

    def summed() -> _Signed:
        return band.sums + _without_weight(seen.look.sums(band.shifted, band.residual, slopes))

    def correct() -> None:
        np.subtract(solved, rows @ np.linalg.solve(gram, problem.whitening.gradient(summed().gradient)), out=solved)

    correct()
    # Clipped into the box and corrected in turn, μ settles in both where the band is wide enough.
    for _ in range(_CORRECTIONS):
        if solved.min() >= quantile - 1 and solved.max() <= quantile:
            break
        np.clip(solved, quantile - 1, quantile, out=solved)
        correct()
    correct()  # refines
    sums = summed()
    slack = 2 * seen.constraint_length(sums.gradient, sums.mass) / shortest
    return _Dual.of(seen, sums, slack, Range(slopes.min(initial=0.0), slopes.max(initial=0.0)))


def _without_weight(sums: _Signed) -> _Signed:
    """The sums of rows whose weight and loss are counted already."""
    return _Signed(0.0, 0.0, sums.dual, sums.mass, 0.0, sums.gradient)


def _projected(seen: _Seen) -> _Dual:
    """The dual of the projected λ.

    A projection on the constraint subtracts ω·Zq from λ, where q = (ZᵀΩ²Z)⁻¹ Σω(λ + 2τ − 1)z. Only the q's are
    kept; every pass takes λ = sgn(r) through all of them again.
    """
    problem = seen.problem
    corrections: tuple[FloatArray, ...] = ()
    for _ in range(problem.limits.projections + 1):
        sums, reach, clipped = sum_blocks(problem.rows, partial(seen.look.projected, corrections=corrections))
        whitened = problem.whitening.gradient(clipped) / problem.rows.shape[0]
        if len(corrections) < problem.limits.projections:
            corrections = (*corrections, problem.whitening.to_standard(whitened))
    # Moving the rows by −ω·v·G⁻¹Σωμv, where G = Σω²vvᵀ, moves none by more than ‖G^(−½)Σωμv‖.
    length = 2 * seen.constraint_length(sums.gradient, sums.mass)
    shortest = _shortest_direction(problem)
    slack = length / shortest if shortest > 0 else np.inf
    return _Dual.of(seen, sums, slack, reach)


def _shortest_direction(problem: Problem) -> float:
    """The square root of the least eigenvalue of Σω²vvᵀ: √n, unless small weights were raised for the whitening.

    0 where that cannot be told.
    """
    whitening, count = problem.whitening, problem.rows.shape[0]
    if isinstance(whitening, AbsorbedWhitening):
        return 0.0 if is_weighted(problem.rows) else math.sqrt(count)
    return _least_length(sum_blocks(problem.standard_rows, partial(_whitened_gram, whitening=whitening)))


def _least_length(gram: FloatArray) -> float:
    """The least ‖A·d‖ of a direction d of length 1, from AᵀA; 0 where rounding could be all of it."""
    if not len(gram):
        return math.inf
    least, rounding = float(np.linalg.eigvalsh(gram).min()), _DEPENDENT * float(np.trace(gram))
    return math.sqrt(least - rounding) if least > 2 * rounding else 0.0


def _whitened_gram(block: Block, whitening: Whitening) -> FloatArray:
    rows = whitening.rows(block.design.dense()) * block.weight_values[:, np.newaxis]
    return np.asarray(rows.T @ rows)

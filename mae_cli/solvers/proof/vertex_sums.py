"""Sums over all rows at a vertex of an MAE or pinball fit, by one pass.

In the pinball loss ρ(r) = r·τ for r > 0 and r·(τ − 1) for r < 0 the dual point has a number μ in [τ − 1, τ] for every
row: τ or τ − 1 by the side that the row is on, and in the k rows of the vertex's basis what the constraint Σωμz = 0
asks for. Rows that are tied, with a residual of zero at the vertex, have a side too: that on which an infinitesimal
change of all targets by chance would put them (a symbolic perturbation; Edelsbrunner and Mücke, 1990).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.rows.blocks import Block
from mae_cli.rows.sums import Sums
from mae_cli.solvers.prepare.precise_columns import PreciseColumns
from mae_cli.solvers.prepare.precision import EXACT_ROUNDING, UNIT, DoubleDouble, products_rounding
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.prepare.ties import chance

# Residuals in twice the digits below this share of a row's numbers are zero.
_EXACT_ZERO = 2.0**-92


@dataclass(frozen=True, eq=False)
class SidedRows:
    """Rows outside of the basis, and the side ±1 that each is on."""

    rows: Positions
    sides: FloatArray

    def __add__(self, other: "SidedRows") -> "SidedRows":
        return SidedRows(np.concatenate([self.rows, other.rows]), np.concatenate([self.sides, other.sides]))


@dataclass(frozen=True, eq=False)
class VertexSums(Sums):
    """Sums over the rows in standard units; those of the basis take part in `weight` and `loss` only.

    Attributes:
        weight: Σω.
        loss: Σωρ(r) for the coefficients as they are written.
        dual: Σωμr for the vertex.
        gap: the most that Σω(ρ(r) − μr) can be for the vertex.
        mass: Σω|μ|.
        gradient: Σωμz, (p,).
        blocks: number of blocks.
        tied: the rows with a residual of zero, as far as the digits looked at can tell.
        blurred: the rows whose side cannot be told from the coefficients as they are written.
        rounding: what loss and dual together can be off by beside the rounding of residuals and of adding them up.
    """

    weight: float
    loss: float
    dual: float
    gap: float
    mass: float
    gradient: FloatArray
    blocks: int
    tied: SidedRows
    blurred: SidedRows
    rounding: float = 0.0


@dataclass(frozen=True, eq=False)
class ConstraintSums(Sums):
    """Σω·side·z and Σωz over the rows outside of the basis, in twice the digits, (p,) each."""

    signed: DoubleDouble
    total: DoubleDouble

    def gradient(self, quantile: float) -> DoubleDouble:
        """Σωμz = ½Σω·side·z + (τ − ½)Σωz."""
        half = np.full(len(self.signed.high), 0.5)
        if quantile == 0.5:
            return self.signed.times(half)
        # Of τ − ½ the rounding would be too much where τ is next to 0 or 1.
        share = np.full(len(half), quantile)
        return self.signed.times(half) + self.total.times(share) - self.total.times(half)


@dataclass(frozen=True, eq=False)
class Seen:
    """A block as it is seen from a vertex.

    Attributes:
        shifted: the block less the shifts of its columns.
        residual: (b,) at the vertex.
        sides: (b,) ±1; 0 in the basis.
        tied: places of the rows outside of the basis whose residual is zero, as far as the digits can tell.
        errors: (t,) what their residuals can be off by.
        basis: places of the rows of the basis.
    """

    shifted: Block
    residual: FloatArray
    sides: FloatArray
    tied: Positions
    errors: FloatArray
    basis: Positions


@dataclass(frozen=True, eq=False)
class VertexView:
    """How rows are seen from a vertex.

    Attributes:
        standard: the units.
        quantile: τ.
        point: (p,) standard coefficients of the vertex, rounded to floats.
        written: (p,) what the coefficients as they are written add to these.
        exact: (p,) the same in twice the digits.
        off: what these can be off by.
        perturbed: (p,) standard coefficients of the plane through the perturbation of the basis rows.
        basis: (k,) positions, sorted.
        basis_residual: (k,) what twice the digits leave of the residuals of these.
        reach: the most that |y| + Σ|z·β| can be in a row.
        blur: residuals up to this size are rounding in the user's units.
        is_thorough: whether every residual is computed in twice the digits.
    """

    standard: Standardisation
    quantile: float
    point: FloatArray
    written: FloatArray
    exact: DoubleDouble
    off: float
    perturbed: FloatArray
    basis: Positions
    basis_residual: FloatArray
    reach: float
    blur: float
    is_thorough: bool

    @property
    def points(self) -> FloatArray:
        """(1, p) where residuals are needed."""
        return self.point[np.newaxis]

    def __call__(self, block: Block, shifted: Block, residuals: FloatArray) -> VertexSums:
        return sums_together([self], [block], shifted, residuals)[0]

    def losses(self, block: Block, offsets: FloatArray) -> FloatArray:
        """Σωρ(r − offset) for each of some offsets (m,) of the intercept."""
        residual = self.seen(block).residual
        losses = [float(block.weighted(pinball(residual - offset, self.quantile)).sum()) for offset in offsets]
        return np.array(losses)

    def numbers(self, block: Block) -> float:
        """Σω·max(τ, 1 − τ)·(|y| + Σ|z·β|) for the rows of the basis, Σω|μ|·(|y| + Σ|z·β|) for the others."""
        seen = self.seen(block)
        slopes = np.abs(slopes_of(seen.sides, self.quantile))
        slopes[seen.basis] = max(self.quantile, 1 - self.quantile)
        return float((block.weighted(slopes) * self.standard.numbers(seen.shifted, self.point)).sum())

    def constraint(self, block: Block) -> ConstraintSums:
        """What the rows of a block add to the constraint, exactly."""
        sides = self.seen(block).sides
        signed = self._precise_sum(block, sides)
        return ConstraintSums(signed, signed if self.quantile == 0.5 else self._precise_sum(block, np.abs(sides)))

    def _precise_sum(self, block: Block, signs: FloatArray) -> DoubleDouble:
        """Σω·signs·z, (p,), in twice the digits."""
        columns = PreciseColumns(self.standard)
        if block.weights is None:
            return columns.signed_sum(block.design, signs)
        return columns.transpose_product(block.design, DoubleDouble.of(block.weights * signs))

    def seen(self, block: Block) -> Seen:
        shifted = self.standard.shifted(block)
        return self.seen_from(block, shifted, self.standard.residual(shifted, self.point))

    def seen_from(self, block: Block, shifted: Block, residual: FloatArray) -> Seen:
        """A block from here, from its residuals in floats, which may be changed."""
        basis, which = block.places(self.basis)
        if self.is_thorough:
            residual, tied, errors = self._thorough(block, basis)
        else:
            tied, errors = self._open(residual, shifted, basis)
        if block.weights is not None:  # a row that is left out cannot be on the wrong side
            counted = block.weights[tied] > 0
            tied, errors = tied[counted], errors[counted]
        residual[basis] = self.basis_residual[which]
        sides = np.sign(residual)
        sides[basis] = 0.0
        if len(tied):
            sides[tied] = np.where(self.perturbed_residual(shifted.part(tied)) < 0, -1.0, 1.0)
        return Seen(shifted, residual, sides, tied, errors, basis)

    def perturbed_residual(self, shifted: Block) -> FloatArray:
        """The residuals (b,) of the perturbation alone."""
        return chance(shifted.positions) - self.standard.product(shifted, self.perturbed)

    def blurred(self, block: Block, seen: Seen) -> SidedRows:
        """The rows whose side cannot be told from the coefficients as they are written."""
        places = _without(np.flatnonzero(np.abs(seen.residual) <= self.blur), seen.basis)
        return SidedRows(block.positions[places], seen.sides[places])

    def _open(self, residual: FloatArray, shifted: Block, basis: Positions) -> tuple[Positions, FloatArray]:
        """The rows whose sign floats leave open, and what their residuals can be off by: they count as tied."""
        factor = products_rounding(len(self.point)) * UNIT
        open_ones = _without(np.flatnonzero(np.abs(residual) <= factor * self.reach), basis)
        if not len(open_ones):
            return open_ones, np.zeros(0)
        errors = factor * self.standard.numbers(shifted.part(open_ones), self.point)
        are_open = np.abs(residual[open_ones]) <= errors
        return open_ones[are_open], errors[are_open]

    def _thorough(self, block: Block, basis: Positions) -> tuple[FloatArray, Positions, FloatArray]:
        """The residuals in twice the digits for all rows; the rows tied, and their errors."""
        residual, are_zero = self._exact(block)
        tied = _without(np.flatnonzero(are_zero), basis)
        return residual, tied, np.zeros(len(tied))

    def _exact(self, block: Block) -> tuple[FloatArray, BoolArray]:
        """The residuals in twice the digits, rounded; and which of them are zero."""
        residual = PreciseColumns(self.standard).residual(block, self.exact).high
        sizes, shifted = np.abs(self.exact.high), self.standard.shifted(block)
        off = np.full(len(sizes), max(4 * self.off, _EXACT_ZERO / 256 * float(sizes.max(initial=0.0))))
        numbers = self.standard.numbers(shifted, sizes)
        are_zero = np.abs(residual) <= _EXACT_ZERO * numbers + self.standard.product_numbers(shifted, off)
        return np.where(np.abs(residual) <= EXACT_ROUNDING * numbers, 0.0, residual), are_zero

    def are_zero(self, block: Block) -> BoolArray:
        """Which residuals (b,) are zero, as far as twice the digits can tell."""
        return self._exact(block)[1]

    def rewritten(self, seen: Seen) -> FloatArray:
        """The residuals (b,) of the coefficients as they are written."""
        if self.is_thorough:
            return seen.residual - self.standard.product(seen.shifted, self.written)
        # Rounded slopes move a residual by no more than the rounding of its products does.
        moved = float(self.written[0]) if self.standard.intercept else 0.0
        return seen.residual - moved if moved else seen.residual


def sums_together(
    views: Sequence[VertexView], blocks: Sequence[Block], shifted: Block, residuals: FloatArray
) -> list[VertexSums]:
    """What the rows of a block say to vertices, each with weights of its own, from residuals (m, b)."""
    quantiles, is_weighted = np.array([[view.quantile] for view in views]), blocks[0].weights is not None
    seen = [view.seen_from(block, shifted, row) for view, block, row in zip(views, blocks, residuals, strict=True)]
    residual, sides = _stacked([each.residual for each in seen]), _stacked([each.sides for each in seen])
    written = _stacked([view.rewritten(each) for view, each in zip(views, seen, strict=True)])
    slopes, losses = slopes_of(sides, quantiles), pinball(written, quantiles)
    if is_weighted:
        weights = _stacked([block.weight_values for block in blocks])
        slopes *= weights
        losses *= weights
    loss, dual, mass = losses.sum(axis=1), (slopes * residual).sum(axis=1), np.abs(slopes).sum(axis=1)
    gradients = views[0].standard.pull(shifted, slopes)
    return [
        VertexSums(
            weight=block.total_weight,
            loss=float(loss[number]),
            dual=float(dual[number]),
            gap=float((block.weight_values[each.tied] * (np.abs(each.residual[each.tied]) + each.errors)).sum()),
            mass=float(mass[number]),
            gradient=gradients[number],
            blocks=1,
            tied=SidedRows(block.positions[each.tied], each.sides[each.tied]),
            blurred=view.blurred(block, each),
        )
        for number, (view, block, each) in enumerate(zip(views, blocks, seen, strict=True))
    ]


def _stacked(vectors: Sequence[FloatArray]) -> FloatArray:
    """(m, b); no copy of one alone."""
    return vectors[0][np.newaxis] if len(vectors) == 1 else np.stack(vectors)


def _without(places: Positions, basis: Positions) -> Positions:
    """The places that are not among the sorted ones of the basis."""
    if not len(places) or not len(basis):
        return places
    nearest = basis[np.minimum(basis.searchsorted(places), len(basis) - 1)]
    return np.asarray(places[nearest != places])


def slopes_of(sides: FloatArray, quantiles: FloatArray | float) -> FloatArray:
    """μ by the side, 0 in the basis."""
    if np.all(quantiles == 0.5):
        return 0.5 * sides
    return np.where(sides > 0, quantiles, quantiles - 1) * np.abs(sides)


def pinball(residual: FloatArray, quantiles: FloatArray | float) -> FloatArray:
    """ρ(r) = r·τ for r > 0 and r·(τ − 1) for r < 0."""
    if np.all(quantiles == 0.5):
        return 0.5 * np.abs(residual)
    return np.where(residual > 0, quantiles * residual, (quantiles - 1) * residual)

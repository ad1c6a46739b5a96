"""Problems beside a solved one, by one pass: other factors on the weights, given coefficients, a few rows more.

At the solved vertex one pass gathers, for all problems at once, the rows whose residual could change its sign on the
way to their vertices, and what all others add to every sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.progress import Refits
from mae_cli.rows.blocks import Block
from mae_cli.rows.factors import Factors
from mae_cli.rows.sampling import scattered
from mae_cli.solvers.neighbourhood import (
    MARGIN,
    SAMPLE_ROWS,
    Gathered,
    Neighbour,
    Neighbourhood,
    Outside,
    Sided,
    band_share,
    nearest,
    solve_in,
)
from mae_cli.solvers.prepare.band import relative_distance
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.prepare.visit import visit
from mae_cli.solvers.prepare.whitening import GRAM_CONDITION, Whitening
from mae_cli.solvers.proof.vertex_proof import VertexProof

# Gradients are added up in pieces of so many rows: the longer, the more of them rounding may leave open.
_PIECE_ROWS = 2_048


@dataclass(frozen=True, eq=False)
class _Gather:
    """Gathers the near rows of the solved vertex."""

    points: FloatArray
    standard: Standardisation
    whitening: Whitening
    quantile: float
    width: float
    margin: float
    factors: tuple[Factors | None, ...]
    batch: int

    def __call__(self, block: Block, shifted: Block, residuals: FloatArray) -> Gathered:
        residual, near, width = residuals[0], np.arange(len(block.target)), np.inf
        if np.isfinite(self.width):
            leverage = self.whitening.band_rows(self.standard(block).design).leverage
            near, width = nearest(np.abs(residual) - self.margin, leverage, self.width)
        slopes = np.where(residual > 0, self.quantile, self.quantile - 1)
        slopes[near] = 0.0
        slices = [slice(start, start + _PIECE_ROWS) for start in range(0, len(block.target), _PIECE_ROWS)]
        pieces = [(rows, shifted.part(rows)) for rows in slices]
        sizes = self.standard.numbers(shifted, self.points[0])
        sided = Sided(self.standard, pieces, residual, np.sign(slopes), sizes)
        found = []
        for start in range(0, len(self.factors), self.batch):
            multiplied = _weights(block, self.factors[start : start + self.batch])
            inside, total = multiplied[:, near], multiplied.sum(axis=1)
            multiplied *= slopes
            found.append((inside, total, total - inside.sum(axis=1), *sided.sums(multiplied)))
        weights, weight, outside_weight, dual, mass, numbers, gradient, added = (
            np.concatenate(parts) for parts in zip(*found, strict=True)
        )
        outside = Outside(weight, outside_weight, dual, mass, numbers, gradient, added, 1, len(pieces))
        return Gathered(block.part(near), residual[near], weights, outside, width)


def _weights(block: Block, factors: Sequence[Factors | None]) -> FloatArray:
    """(m, b) ωf."""
    records, ones = block.record_numbers, np.ones(len(block.target))
    return np.stack([block.weighted(ones if each is None else each(records)) for each in factors])


def solve_neighbours(
    proof: VertexProof, neighbours: Sequence[Neighbour], refits: Refits | None = None
) -> list[VertexProof | None]:
    """The proofs of the neighbours' vertices, of which refits are told; None for those that one pass cannot settle."""
    refits = refits or Refits(len(neighbours))
    base = proof.vertex.problem
    whitening = base.whitening
    if not neighbours or not isinstance(whitening, Whitening) or whitening.condition > GRAM_CONDITION:
        return [None] * len(neighbours)
    share, width = _band(proof, neighbours)
    at_once = max(1, int(base.limits.most_weights / (share * base.rows.shape[0])))
    proofs: list[VertexProof | None] = []
    for start in range(0, len(neighbours), at_once):
        some = neighbours[start : start + at_once]
        gather = _Gather(
            points=proof.vertex.view.point[np.newaxis],
            standard=base.standard,
            whitening=whitening,
            quantile=base.absolute_loss.quantile,
            width=width,
            margin=MARGIN * proof.vertex.view.reach,
            factors=tuple(neighbour.factors for neighbour in some),
            batch=base.limits.batch,
        )
        (gathered,) = visit([base.rows], base.standard, [gather], refits)
        hood = Neighbourhood(proof, np.zeros(base.rows.shape[1] + base.standard.intercept), some, gathered)
        solve_in([hood], base.limits, refits)
        proofs += hood.proofs
    return proofs


def _band(proof: VertexProof, neighbours: Sequence[Neighbour]) -> tuple[float, float]:
    """The share of the rows that a band holds, and its width: how far points may move."""
    base, origin = proof.vertex.problem, proof.vertex.view.point
    sample = base.rows.take(scattered(base.rows.shape[0], SAMPLE_ROWS))
    share = band_share(base, max(_spread(neighbour.factors, sample.record_numbers) for neighbour in neighbours))
    if share > base.limits.most_of_all:
        return 1.0, float(np.inf)
    standard = base.standard
    leverage = base.dense_whitening.band_rows(standard(sample).design).leverage
    distance = relative_distance(standard.residual(standard.shifted(sample), origin), leverage)
    return share, float(np.quantile(distance, share, method="higher"))


def _spread(factors: Factors | None, records: Positions) -> float:
    """The standard deviation of the factors as a share of their mean; 1 where the weights stay as they are."""
    if factors is None:
        return 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        values = factors(records)
        spread = float(values.std() / values.mean()) if values.any() else np.inf
    return spread if np.isfinite(spread) else np.inf

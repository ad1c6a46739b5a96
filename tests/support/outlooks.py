"""Problems over all rows as they are seen from a point, and the whole of them as one dense band."""

from dataclasses import dataclass, replace

import numpy as np
from support.levels import LevelRegression

from mae_cli.losses import Pinball
from mae_cli.rows.blocks import CountedRows, whole
from mae_cli.solvers.limits import USUAL
from mae_cli.solvers.prepare.band import Band, relative_distance
from mae_cli.solvers.prepare.dense_rows import DenseRows
from mae_cli.solvers.prepare.problem import Problem, prepare
from mae_cli.solvers.prepare.ties import TieBreaking
from mae_cli.solvers.search.all_rows import Outlook


@dataclass(frozen=True)
class Seen:
    """A problem as it is seen from a whitened point, and all rows of it as one dense band, moved there."""

    outlook: Outlook
    whole: Band
    leverage: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        return np.ones(self.whole.shape[0]) if self.whole.weights is None else self.whole.weights

    @property
    def tilt(self) -> float:
        return self.outlook.problem.absolute_loss.tilt

    def objective(self, step) -> float:
        residual = self.whole.residual - self.whole.rows.matrix @ step
        return float(self.weights @ (np.abs(residual) + self.tilt * residual))


def a_problem(regression: LevelRegression, quantile=0.5, block_rows=256, limits=USUAL) -> Problem:
    counted = CountedRows(regression.rows(block_rows))
    return prepare(counted, Pinball(quantile), intercept=regression.intercept, limits=limits)


def seen_from(problem: Problem, origin) -> Seen:
    """From a whitened point; the sample is all rows."""
    block, whitening = whole(problem.standard_rows), problem.whitening
    rows = DenseRows.of(whitening.rows(block.design.dense()))
    leverage = whitening.band_rows(block.design).leverage
    residual = block.target - rows.product(origin)
    linear = problem.absolute_loss.tilt * (block.weight_values @ rows.matrix)
    ties = TieBreaking.of(residual, block.target)
    band = Band(rows, block.weights, residual, linear, ties.jitter(block.positions))
    # A little more, so that rounding decides about no row.
    distance = (1 + 1e-9) * relative_distance(residual, leverage)
    return Seen(Outlook(problem, origin, distance, 1.5 * float(np.median(leverage)), ties, 0), band, leverage)


def of_quantiles(problem: Problem, quantiles) -> list[Problem]:
    return [replace(problem, loss=Pinball(quantile)) for quantile in quantiles]

"""Designs with a column of many levels, and the dense matrices they stand for."""

from dataclasses import dataclass

import numpy as np

from mae_cli.losses import loss_named
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.design import Design
from mae_cli.solvers.limits import USUAL, Limits
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve

# A column is absorbed however few the levels and the rows.
LEVELS = Limits(many_levels=2, dense_size=0)


@dataclass(frozen=True, eq=False)
class LevelRegression:
    """Rows to fit with categorical columns."""

    design: Design
    y: np.ndarray
    weights: np.ndarray | None = None
    intercept: bool = True

    def rows(self, block_rows=16_384) -> MemoryRows:
        return MemoryRows.of(self.design, self.y, self.weights, block_rows)

    def solve(self, quantile=0.5, block_rows=16_384, limits=USUAL):
        settings = Auto(limits=limits)
        return solve(self.rows(block_rows), loss_named("mae", quantile), settings, intercept=self.intercept)


def codes_of(random, rows: int, levels: int, *, rare: bool = False) -> np.ndarray:
    """Codes 0, …, levels, each at least once when there are rows enough; the last ones rarely if `rare`."""
    every = np.arange(min(rows, levels + 1))
    more = random.geometric(0.2, rows - len(every)) - 1 if rare else random.integers(0, levels + 1, rows - len(every))
    return random.permutation(np.concatenate([every, np.minimum(more, levels)])).astype(np.int32)


def a_regression(random, rows=600, levels=30, *, rare=False, weights=False, intercept=True, rounded=False):
    """Two numeric columns, one of a few levels, one of many."""
    codes = codes_of(random, rows, 3), codes_of(random, rows, levels, rare=rare)
    design = Design(np.asfortranarray(random.standard_normal((rows, 2))), codes, (3, levels))
    if rounded:
        design = Design(np.round(design.numeric), codes, (3, levels))
    y = design.product(random.standard_normal(design.shape[1])) + random.standard_t(2, rows)
    omega = random.uniform(0.1, 3.0, rows) if weights else None
    return LevelRegression(design, np.round(y) if rounded else y, omega, intercept)


def a_determined_regression(random, rows=600, levels=30, **options):
    """The same where the column of many levels tells the other one, and a numeric column is constant in it."""
    regression = a_regression(random, rows, levels, **options)
    many = regression.design.codes[1]
    few = (many % 4).astype(np.int32)
    numeric = np.column_stack([regression.design.numeric[:, 0], many % 7])
    design = Design(np.asfortranarray(numeric), (few, many), (3, levels))
    return LevelRegression(design, regression.y, regression.weights, regression.intercept)

"""The data that solvers are timed on: a container that goes from process to process, and seeded synthetic rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_BLOCK_ROWS = 65_536


@dataclass(frozen=True, eq=False)
class Data:
    """A regression: target, and its features as a dense matrix, as a frame with categories, or as both.

    Attributes:
        target: (n,) values y.
        matrix: (n, p) floats without a column of ones.
        frame: (n, …) the same features before their categories became indicators.
    """

    target: np.ndarray
    matrix: np.ndarray | None = None
    frame: pd.DataFrame | None = None

    def write(self, folder: Path) -> None:
        """Write the arrays as raw doubles, row by row, so that R reads them too."""
        self.target.tofile(folder / "target.f64")
        if self.matrix is not None:
            self.matrix.tofile(folder / "matrix.f64")
        if self.frame is not None:
            self.frame.to_pickle(folder / "frame.pickle")

    @classmethod
    def read(cls, folder: Path) -> Data:
        """Read what `write` wrote."""
        target = np.fromfile(folder / "target.f64")
        matrix, frame = folder / "matrix.f64", folder / "frame.pickle"
        return cls(
            target,
            np.fromfile(matrix).reshape(len(target), -1) if matrix.exists() else None,
            pd.read_pickle(frame) if frame.exists() else None,
        )


@dataclass(frozen=True)
class Case:
    """One table: what is fitted, at which quantile.

    Attributes:
        title: heads the table.
        data: makes the rows.
        columns: features after their categories became indicators, the intercept not counted.
        quantile: τ.
        optimum: least mean loss where independent solvers agree on it.
    """

    title: str
    data: Callable[[], Data]
    columns: int
    quantile: float = 0.5
    optimum: float | None = None


@dataclass(frozen=True)
class HeavyTailed:
    """Synthetic rows: column scales from 1e-3 to 1e6, offsets of up to ten deviations, noise of Student's t₂.

    Blocks of rows are drawn from streams of their own, so that they can be made one at a time or side by side.
    """

    rows: int
    columns: int
    seed: int = 0

    @property
    def size(self) -> str:
        return f"{self.rows:,} rows × {self.columns} columns"

    @property
    def block_count(self) -> int:
        return -(-self.rows // _BLOCK_ROWS)

    def block(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return X (b, columns) and y (b,) of one block."""
        model = np.random.default_rng([self.seed, self.columns])
        scale = model.permutation(np.logspace(-3, 6, self.columns))
        offset, slope = model.uniform(-10, 10, self.columns), model.standard_normal(self.columns)
        rng = np.random.default_rng([self.seed, self.columns, 1 + number])
        count = min(_BLOCK_ROWS, self.rows - number * _BLOCK_ROWS)
        standard = rng.standard_normal((count, self.columns)) + offset
        y = 3.0 + standard @ slope + rng.standard_t(2, count)
        return standard * scale, y

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Return all blocks in the order of their rows."""
        return map(self.block, range(self.block_count))

    def data(self) -> Data:
        """Return all rows."""
        X, y = np.empty((self.rows, self.columns)), np.empty(self.rows)
        start = 0
        for X_block, y_block in self.blocks():
            stop = start + len(y_block)
            X[start:stop], y[start:stop] = X_block, y_block
            start = stop
        return Data(y, X)

    def case(self, quantile: float = 0.5) -> Case:
        """Return the case of fitting these rows."""
        title = f"{self.size}, quantile {quantile:g} (heavy-tailed, seed {self.seed})"
        return Case(title, self.data, self.columns, quantile)

"""The data that every solver is timed on: seeded, heavy-tailed, badly scaled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Case:
    """A size and a quantile; `seed` makes the data."""

    rows: int
    columns: int
    quantile: float = 0.5
    seed: int = 0

    @property
    def name(self) -> str:
        return f"{self.rows:,} rows × {self.columns} columns, quantile {self.quantile:g}"

    @property
    def cells(self) -> int:
        return self.rows * self.columns

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Return X (rows, columns) and y (rows,).

        Columns have scales from 1e-3 to 1e6 and offsets of up to ten deviations; the noise is Student's t₂.
        """
        rng = np.random.default_rng(self.seed)
        scale = rng.permutation(np.logspace(-3, 6, self.columns))
        standard = rng.standard_normal((self.rows, self.columns)) + rng.uniform(-10, 10, self.columns)
        y = 3.0 + standard @ rng.standard_normal(self.columns) + rng.standard_t(2, self.rows)
        return standard * scale, y


CASES = (Case(rows=10_000, columns=20),)

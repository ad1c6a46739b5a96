"""Fit once with the solver named on the command line; print seconds, mean loss and passes as JSON.

python -m benchmarks.fit_once SOLVER FOLDER QUANTILE
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.cases import Data
from benchmarks.peers import SOLVERS, PythonSolver

_WARM_UP_ROWS, _WARM_UP_COLUMNS = 1_000, 10


def main(name: str, folder: str, quantile: str) -> None:
    """Run a small fit, which loads code and starts threads, then the one that counts."""
    solver = next(s for s in SOLVERS if isinstance(s, PythonSolver) and s.name == name)
    with warnings.catch_warnings(action="ignore"):  # a solver's trouble shows in its loss
        solver.fit(_small(), float(quantile))
        print(json.dumps(fit_once(solver, Data.read(Path(folder)), float(quantile))))


def fit_once(solver: PythonSolver, data: Data, quantile: float) -> dict[str, float | int | None]:
    """Return seconds, mean loss at the quantile and passes; None for what the solver does not have."""
    fit = solver.fit(data, quantile)
    return {
        "seconds": fit.seconds,
        "loss": None if fit.fitted is None else mean_loss(data.target - fit.fitted, quantile),
        "passes": fit.passes,
    }


def mean_loss(residual: np.ndarray, quantile: float) -> float:
    """Return the mean of |r| + (2τ − 1)·r, twice the pinball loss: the mean absolute error at τ = ½."""
    return float(np.mean(np.abs(residual) + (2 * quantile - 1) * residual))


def _small() -> Data:
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((_WARM_UP_ROWS, _WARM_UP_COLUMNS))
    frame = pd.DataFrame(matrix).rename(columns=str).assign(level=np.where(matrix[:, 0] > 0, "a", "b"))
    return Data(rng.standard_normal(_WARM_UP_ROWS), matrix, frame)


if __name__ == "__main__":
    main(*sys.argv[1:])

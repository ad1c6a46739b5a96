"""The solvers to be timed. A solver says its version and the command that fits once in a process of its own."""

from __future__ import annotations

import shutil
import statistics
import time
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmarks.processes import PYTHON, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.cases import Data

_QUANTREG = Path(__file__).with_name("quantreg.R")
_R_ANSWERS = 60  # seconds; for its versions
_PASS_ROWS = 16_384
_PASSES = 5


@dataclass(frozen=True, eq=False)
class Fit:
    """Seconds taken, the fitted values (n,) if the solver has any, and its passes over the rows if it counts them."""

    seconds: float
    fitted: np.ndarray | None = None
    passes: int | None = None


@dataclass(frozen=True)
class PythonSolver:
    """A solver that Python calls; it takes the matrix or the frame of the data."""

    name: str
    package: str
    fit: Callable[[Data, float], Fit]
    takes: Literal["matrix", "frame"] = "matrix"

    def version(self) -> str:
        """Return the version that runs; raise when there is none."""
        return version(self.package)

    def command(self, folder: Path, quantile: float) -> list[str]:
        """Return the command that fits the data in `folder` once."""
        return [*PYTHON, "-m", "benchmarks.fit_once", self.name, str(folder), repr(quantile)]


@dataclass(frozen=True)
class Quantreg:
    """R's quantreg: `br` is the simplex, `fn` the interior point, `pfn` the same after preprocessing."""

    method: str
    takes: Literal["matrix"] = "matrix"
    package: Literal["quantreg"] = "quantreg"

    @property
    def name(self) -> str:
        return f"R quantreg {self.method}"

    def version(self) -> str:
        """Return the version that runs; raise when there is none."""
        return r_output('cat(as.character(packageVersion("quantreg")))')

    def command(self, folder: Path, quantile: float) -> list[str]:
        """Return the command that fits the data in `folder` once."""
        return [_rscript(), str(_QUANTREG), str(folder), repr(quantile), self.method]


Solver = PythonSolver | Quantreg


def fit_ours(data: Data, quantile: float, takes: str) -> Fit:
    """Fit with mae_cli, default settings."""
    fit, features = import_module("mae_cli").fit, getattr(data, takes)
    seconds, result = _timed(lambda: fit(features, data.target, quantile=quantile, max_levels=5_000))
    return Fit(seconds, result.predict(features), result.history.passes)


def fit_pinball(data: Data, quantile: float, method: str) -> Fit:
    """Fit with pinball-qr: quantreg's Fortran under Python."""
    model = import_module("pinball").QuantileRegressor(tau=quantile, method=method)
    return _fit_and_predict(model, data)


def fit_statsmodels(data: Data, quantile: float) -> Fit:
    """Fit with QuantReg: iterated weighted least squares. It takes the column of ones with the matrix."""
    quantreg = import_module("statsmodels.regression.quantile_regression").QuantReg
    design = np.column_stack([np.ones(len(data.target)), data.matrix])
    seconds, result = _timed(lambda: quantreg(data.target, design).fit(q=quantile))
    return Fit(seconds, design @ result.params)


def fit_scikit_learn(data: Data, quantile: float) -> Fit:
    """Fit with QuantileRegressor: the linear program, by HiGHS."""
    linear_model = import_module("sklearn.linear_model")
    return _fit_and_predict(linear_model.QuantileRegressor(quantile=quantile, alpha=0, solver="highs"), data)


def fit_least_squares(data: Data, quantile: float) -> Fit:  # noqa: ARG001 (it knows only means)
    """Fit with LinearRegression: another loss, there for the price of least squares."""
    # Its default tolerance drops columns of small scale without a word.
    return _fit_and_predict(import_module("sklearn.linear_model").LinearRegression(tol=1e-12), data)


def pass_over(data: Data, quantile: float) -> Fit:  # noqa: ARG001 (a pass is a pass)
    """Take the median time of a pass in blocks that computes r = y − Xw and g = Xᵀ sgn r: the yardstick."""
    w = np.random.default_rng(0).standard_normal(data.matrix.shape[1])
    return Fit(statistics.median(_timed(lambda: _gradient(data, w))[0] for _ in range(_PASSES)))


def _gradient(data: Data, w: np.ndarray) -> np.ndarray:
    total = np.zeros(len(w))
    for start in range(0, len(data.target), _PASS_ROWS):
        X = data.matrix[start : start + _PASS_ROWS]
        total += X.T @ np.sign(data.target[start : start + _PASS_ROWS] - X @ w)
    return total


def _fit_and_predict(model: Any, data: Data) -> Fit:
    seconds, _ = _timed(lambda: model.fit(data.matrix, data.target))
    return Fit(seconds, model.predict(data.matrix))


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def versions() -> str:
    """Return the versions of all solvers that are installed, and the names of those that are not."""
    return ", ".join(f"{package} {_version(solver)}" for package, solver in {s.package: s for s in SOLVERS}.items())


def _version(solver: Solver) -> str:
    try:
        return solver.version()
    except Exception:  # noqa: BLE001 (whatever keeps it away; its line in the tables gives the reason)
        return "(not installed)"


@cache
def r_output(expression: str) -> str:
    """Return what R prints for an expression; raise when there is no R or it fails."""
    return run([_rscript(), "-e", expression], _R_ANSWERS).stdout.strip()


def _rscript() -> str:
    executable = shutil.which("Rscript")
    if executable is None:
        raise FileNotFoundError("Rscript is not installed")
    return executable


OURS = PythonSolver("mae-cli", "mae-cli", partial(fit_ours, takes="matrix"))
OURS_FROM_FRAME = PythonSolver("mae-cli, data frame", "mae-cli", partial(fit_ours, takes="frame"), takes="frame")
ONE_PASS = PythonSolver("one pass over the rows", "numpy", pass_over)
SOLVERS: tuple[Solver, ...] = (
    OURS,
    OURS_FROM_FRAME,
    *(Quantreg(method) for method in ("br", "fn", "pfn")),
    *(
        PythonSolver(f"pinball-qr {method}", "pinball-qr", partial(fit_pinball, method=method))
        for method in ("br", "fn", "pfn")
    ),
    PythonSolver("statsmodels QuantReg", "statsmodels", fit_statsmodels),
    PythonSolver("scikit-learn highs", "scikit-learn", fit_scikit_learn),
    PythonSolver("least squares (sklearn)", "scikit-learn", fit_least_squares),
    ONE_PASS,
)

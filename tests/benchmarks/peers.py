"""The solvers to be timed, one small class each.

A peer says its version and fits; it raises when it is missing or fails, and the caller makes a row of that.
Imports, reading of data and the column of ones are outside the clock.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

QUANTREG = Path(__file__).with_name("quantreg.R")
R_SECONDS = 600


@dataclass(frozen=True)
class Fit:
    """Seconds taken, and the fitted values (rows,)."""

    seconds: float
    fitted: np.ndarray


class Peer(ABC):
    """A solver; `most_repeats` and `most_cells` keep a slow one from holding up the rest."""

    name: str
    most_repeats: int | None = None
    most_cells: int | None = None

    @abstractmethod
    def version(self) -> str:
        """Return the version that runs; raise when there is none."""

    @abstractmethod
    def fit(self, X: np.ndarray, y: np.ndarray, quantile: float) -> Fit:
        """Fit once, with an intercept."""


class MaeCli(Peer):
    """Ourselves."""

    name = "mae-cli"

    def version(self) -> str:
        import_module("mae_cli")
        return version("mae-cli")

    def fit(self, X: np.ndarray, y: np.ndarray, quantile: float) -> Fit:
        fit = import_module("mae_cli").fit
        seconds, result = timed(lambda: fit(X, y, loss="mae", quantile=quantile))
        return Fit(seconds, np.asarray(result.predict(X)))


@dataclass(frozen=True)
class Quantreg(Peer):
    """R's quantreg: `br` is the simplex, `fn` the interior point, `pfn` the same after preprocessing."""

    method: str
    most_cells: int | None = None

    @property
    def name(self) -> str:
        return f"R quantreg {self.method}"

    def version(self) -> str:
        return r_output('cat(as.character(packageVersion("quantreg")))')

    def fit(self, X: np.ndarray, y: np.ndarray, quantile: float) -> Fit:
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "table.bin"
            np.vstack([y, X.T]).tofile(table)
            arguments = [str(table), str(X.shape[1] + 1), repr(quantile), self.method]
            numbers = np.array(run_r(str(QUANTREG), *arguments).split(), dtype=float)
        return Fit(numbers[0], numbers[1] + X @ numbers[2:])


@dataclass(frozen=True)
class Pinball(Peer):
    """pinball-qr, the same Fortran under Python."""

    method: str
    most_cells: int | None = None

    @property
    def name(self) -> str:
        return f"pinball-qr {self.method}"

    def version(self) -> str:
        return version("pinball-qr")

    def fit(self, X: np.ndarray, y: np.ndarray, quantile: float) -> Fit:
        model = import_module("pinball").QuantileRegressor(tau=quantile, method=self.method)
        seconds, _ = timed(lambda: model.fit(X, y))
        return Fit(seconds, model.predict(X))


class Statsmodels(Peer):
    """statsmodels' QuantReg: iterated weighted least squares."""

    name = "statsmodels QuantReg"
    most_cells = 4_000_000

    def version(self) -> str:
        import_module("statsmodels.regression.quantile_regression")  # sets filters for warnings of its own
        return version("statsmodels")

    def fit(self, X: np.ndarray, y: np.ndarray, quantile: float) -> Fit:
        quantreg = import_module("statsmodels.regression.quantile_regression").QuantReg
        design = np.column_stack([np.ones(len(y)), X])
        seconds, result = timed(lambda: quantreg(y, design).fit(q=quantile))
        return Fit(seconds, design @ result.params)


class ScikitLearn(Peer):
    """scikit-learn's QuantileRegressor: the linear program, by HiGHS."""

    name = "scikit-learn highs"
    most_repeats = 1
    most_cells = 200_000

    def version(self) -> str:
        return version("scikit-learn")

    def fit(self, X: np.ndarray, y: np.ndarray, quantile: float) -> Fit:
        linear_model = import_module("sklearn.linear_model")
        model = linear_model.QuantileRegressor(quantile=quantile, alpha=0, solver="highs")
        seconds, _ = timed(lambda: model.fit(X, y))
        return Fit(seconds, model.predict(X))


class LeastSquares(Peer):
    """scikit-learn's LinearRegression: another loss, there for the price of least squares."""

    name = "least squares (scikit-learn)"

    def version(self) -> str:
        return version("scikit-learn")

    def fit(self, X: np.ndarray, y: np.ndarray, quantile: float) -> Fit:  # noqa: ARG002 (it knows only means)
        # Its default tolerance drops columns of small scale without a word.
        model = import_module("sklearn.linear_model").LinearRegression(tol=1e-12)
        seconds, _ = timed(lambda: model.fit(X, y))
        return Fit(seconds, model.predict(X))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of wall clock that `work` takes, and what it returns."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


@cache
def r_output(expression: str) -> str:
    """Return what R prints for an expression."""
    return run_r("-e", expression)


def run_r(*arguments: str) -> str:
    """Run Rscript; its last line of complaint becomes the error."""
    executable = shutil.which("Rscript")
    if executable is None:
        raise FileNotFoundError("Rscript is not installed")
    done = subprocess.run([executable, *arguments], capture_output=True, text=True, check=False, timeout=R_SECONDS)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return done.stdout.strip()


OURS = MaeCli()
PEERS: tuple[Peer, ...] = (
    OURS,
    Quantreg("br", most_cells=20_000_000),
    Quantreg("fn"),
    Quantreg("pfn"),
    Pinball("br", most_cells=2_000_000),
    Pinball("fn"),
    Pinball("pfn"),
    Statsmodels(),
    ScikitLearn(),
    LeastSquares(),
)

"""Write `optima.json`: the least loss of every problem of `problems.txt`, where independent solvers agree.

    python tests/reference/make_optima.py [NAME…]

Needs scipy, the data packages and, for an opinion from elsewhere, R with quantreg. The quantity is the mean
over rows of the pinball loss ρ(r) = ½|r| + (τ−½) r, and of |r| (twice that) for the median.
An optimum depends neither on dependent columns nor on the coding of categories, so every level gets a dummy
column of its own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy
from datasets import complete_rows
from problems import problems
from scipy.optimize import linprog
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
OPTIMA = HERE / "optima.json"
AGREEMENT = 1e-9  # relative; the solvers' own tolerances are ten times smaller
R_SECONDS = 300


def main(names: list[str]) -> None:
    """Solve the named problems, or all, and put what was agreed in place of their old entries."""
    old = json.loads(OPTIMA.read_text(encoding="utf-8")) if names else []
    entries: dict[str, dict[str, Any] | None] = {entry["name"]: entry for entry in old}
    known = problems()
    for problem in known:
        if not names or problem["name"] in names:
            entries[problem["name"]] = _solve(problem)
    agreed = [entry for problem in known if (entry := entries.get(problem["name"]))]
    lines = ",\n ".join(json.dumps(entry) for entry in agreed)
    OPTIMA.write_text(f"[{lines}]\n", encoding="utf-8")


def _solve(problem: dict[str, Any]) -> dict[str, Any] | None:
    """Return the finished entry, or None when no two solvers agree."""
    features, y = complete_rows(problem)
    columns = pd.get_dummies(features, dtype=float).to_numpy(dtype=float)
    losses = dict(_opinions(columns, y, problem["quantile"]))
    best = min(losses.values())
    agreed = [solver for solver, loss in losses.items() if loss <= best * (1 + AGREEMENT)]
    excess = {solver: f"{loss / best - 1:.1e}" for solver, loss in losses.items()}
    print(problem["name"], len(y), columns.shape[1], best, excess, flush=True)  # noqa: T201 (a script reports)
    if len(agreed) < 2:
        return None
    scale = 2 if problem["quantile"] == 0.5 else 1
    return problem | {"rows": len(y), "optimum_mean": scale * best / len(y), "agreed_by": agreed}


def _opinions(columns: np.ndarray, y: np.ndarray, quantile: float) -> Iterator[tuple[str, float]]:
    """Yield (solver, sum of pinball losses at its optimum)."""
    design = _design(columns)
    for method in ("highs-ds", "highs-ipm"):
        yield f"scipy {scipy.__version__} {method}", _highs(design, y, quantile, method)
    if shutil.which("Rscript"):
        yield from _barrodale_roberts(columns, y, quantile)


def _design(columns: np.ndarray) -> csr_array:
    """Return the intercept and the columns, standardised but for those of 0 and 1, which stay sparse."""
    binary = np.isin(columns, (0, 1)).all(axis=0)
    centred = columns - np.where(binary, 0, columns.mean(axis=0))
    scale = np.where(binary, 1, centred.std(axis=0))
    return csr_array(np.column_stack([np.ones(len(columns)), centred / scale]))


def _highs(design: csr_array, y: np.ndarray, quantile: float, method: str) -> float:
    """Solve the dual, max yᵀμ with Xᵀμ = 0 and τ−1 ≤ μ ≤ τ; its multipliers are the coefficients."""
    centred = y - np.median(y)
    scale = np.abs(centred).mean()
    solution = linprog(
        -centred / scale,
        A_eq=design.T,
        b_eq=np.zeros(design.shape[1]),
        bounds=(quantile - 1, quantile),
        method=method,
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if solution.status != 0:
        return np.inf
    residual = centred + scale * (design @ solution.eqlin.marginals)
    return float(np.sum(residual * (quantile - (residual < 0))))


def _barrodale_roberts(columns: np.ndarray, y: np.ndarray, quantile: float) -> Iterator[tuple[str, float]]:
    """Ask R's quantreg, which gets the columns as they are and settles their rank itself."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.bin"
        np.column_stack([y, columns]).tofile(table)
        arguments = [str(table), str(columns.shape[1] + 1), repr(quantile)]
        command = ["Rscript", str(HERE / "barrodale_roberts.R"), *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=R_SECONDS)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as failure:
            print("R:", failure, file=sys.stderr)  # noqa: T201
            return
    version, loss = done.stdout.split()
    yield f"R quantreg {version} br", float(loss)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Optima of real data, on which independent solvers agree, are met and never undercut."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from mae_cli import fit

REFERENCE = Path(__file__).parents[1] / "reference"
PROBLEMS = json.loads((REFERENCE / "optima.json").read_text(encoding="utf-8"))
complete_rows = runpy.run_path(str(REFERENCE / "datasets.py"))["complete_rows"]

# Relative: the solvers behind an optimum agree to this, so a fit is asked for no more than this.
AGREEMENT = 1e-9


def fitted(problem: dict[str, Any]) -> Any:
    package = problem["source"]["package"]
    pytest.importorskip(package, reason=f"{problem['name']} comes from the package {package}, which is not installed")
    features, y = complete_rows(problem)
    assert len(y) == problem["rows"], f"this version of {package} has other rows than the optimum was computed for"
    return fit(features, y, loss="mae", quantile=problem["quantile"], max_levels=500)


@pytest.mark.parametrize("problem", PROBLEMS, ids=[problem["name"] for problem in PROBLEMS])
def test_the_fit_reaches_the_agreed_optimum_with_a_true_lower_bound(problem):
    certificate = fitted(problem).certificate

    assert certificate.loss == pytest.approx(problem["optimum_mean"], rel=AGREEMENT, abs=0)
    assert certificate.lower_bound <= problem["optimum_mean"] * (1 + AGREEMENT)
    assert certificate.relative_gap <= AGREEMENT
    assert certificate.status in {"optimal", "tolerance"}

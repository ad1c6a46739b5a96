"""How often 95% intervals hold the true slope: simulated rows whose spread differs, at two quantiles.

python examples/coverage.py [RUNS]        (default: 40)
"""

import sys
from statistics import NormalDist

import numpy as np

from mae_cli import fit

METHODS = ("rank", "sandwich", "bootstrap")


def world(seed: int, count: int, *, unequal: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X, the noise, and how the noise spreads in each row."""
    generator = np.random.default_rng(seed)
    X = np.column_stack([generator.exponential(size=count), generator.standard_normal(count)])
    spread = 0.5 + X[:, 0] if unequal else np.ones(count)
    return X, generator.standard_normal(count) * spread, spread


def coverage(method: str, quantile: float, count: int, runs: int, *, unequal: bool) -> float:
    """The share of the runs whose interval holds the true slope of the first column."""
    slope = 1 + unequal * NormalDist().inv_cdf(quantile)  # the spread grows with the column by 1
    held = 0
    for seed in range(runs):
        X, noise, _ = world(seed, count, unequal=unequal)
        result = fit(X, 1 + X.sum(axis=1) + noise, quantile=quantile, intervals=method)
        found = result.intervals(replicates=100).coefficients[0]
        held += found.low <= slope <= found.high
    return held / runs


def main(runs: int) -> None:
    """Print the table."""
    print(f"95% intervals that hold the true slope, of {runs}")
    print(f"{'rows':>5}  {'spread':<8}{'quantile':>8}" + "".join(f"{method:>12}" for method in METHODS))
    for count in (60, 300):
        for unequal in (False, True):
            for quantile in (0.5, 0.9):
                shares = [coverage(method, quantile, count, runs, unequal=unequal) for method in METHODS]
                spread = "unequal" if unequal else "equal"
                cells = "".join(f"{share:>11.0%} " for share in shares)
                print(f"{count:>5}  {spread:<8}{quantile:>8}{cells}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)

"""MAE against MSE on data whose truth is known: clean noise, outliers in the target, an outlier in a feature.

    python examples/outliers.py

Each scene fits y = 2 + 3·x₁ − 1·x₂ + noise by both losses, a hundred times over, and prints how far the
coefficients are from the truth (root mean square). No loss wins everywhere.
"""

from collections.abc import Callable

import numpy as np

from mae_cli import fit

ROWS, RUNS = 200, 100
TRUTH = np.array([3.0, -1.0])


Rows = tuple[np.ndarray, np.ndarray]


def clean(X: np.ndarray, y: np.ndarray) -> Rows:
    """Gaussian noise only: least squares is the best there is."""
    return X, y


def outliers_in_the_target(X: np.ndarray, y: np.ndarray) -> Rows:
    """One target in ten is off by a hundred: a sensor that drops out, a comma in the wrong place."""
    return X, y + 100 * (np.arange(ROWS) % 10 == 0)


def an_outlier_in_a_feature(X: np.ndarray, y: np.ndarray) -> Rows:
    """One x₁ with its decimal point three places off. MAE has no protection against such leverage."""
    X[0, 0] *= 1000
    return X, y


def errors(scene: Callable[[np.ndarray, np.ndarray], Rows]) -> tuple[float, float]:
    """Root mean square error of the coefficients, by MAE and by MSE."""
    random = np.random.default_rng(7)
    found = {"mae": [], "mse": []}
    for _ in range(RUNS):
        X = random.standard_normal((ROWS, 2))
        y = 2 + X @ TRUTH + random.standard_normal(ROWS)
        features, target = scene(X, y)
        for loss, results in found.items():
            results.append(fit(features, target, loss=loss).coefficients - TRUTH)
    by_mae, by_mse = (float(np.sqrt(np.mean(np.square(results)))) for results in found.values())
    return by_mae, by_mse


def main() -> None:
    """Print one line for each scene."""
    print(f"{'error of the coefficients':28}{'MAE fit':>10}{'MSE fit':>10}   better")
    for scene in (clean, outliers_in_the_target, an_outlier_in_a_feature):
        mae, mse = errors(scene)
        better = "neither" if min(mae, mse) > 1 else "MAE" if mae < mse else "MSE"
        print(f"{scene.__name__.replace('_', ' '):28}{mae:10.3f}{mse:10.3f}   {better}")


if __name__ == "__main__":
    main()

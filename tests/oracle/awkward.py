"""Problems of every awkward kind, each from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

SIZES = {"small": 1, "mid": 2}
SMALL_ROWS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 20, 25, 30, 40, 60)
QUANTILES = (0.25, 0.75, 0.1, 0.9, 0.3, 0.05, 0.95, 0.01, 0.99, 0.001, 0.999)


@dataclass(frozen=True, eq=False)
class Problem:
    """A regression to fit.

    Attributes:
        numbers: (n, p) columns named x0, x1, ….
        texts: columns of text, named t0, t1, …, after the numbers.
        y: (n,).
        weights: (n,) or None.
        quantile: τ of the loss "mae"; 0.5 for the loss "mse".
        tags: what is awkward about it.
        given: coefficients of terms that are not fitted.
    """

    numbers: np.ndarray
    y: np.ndarray
    texts: tuple[tuple[str, ...], ...] = ()
    weights: np.ndarray | None = None
    quantile: float = 0.5
    intercept: bool = True
    loss: Literal["mae", "mse"] = "mae"
    tags: tuple[str, ...] = ()
    given: dict[tuple[str, str | None], float] = field(default_factory=dict)

    @cached_property
    def X(self) -> np.ndarray | pd.DataFrame:
        """An array, or a frame where there are texts."""
        if not self.texts:
            return self.numbers
        import pandas as pd

        # Categories are used where they vary; text may be left out.
        texts = [name for name, cells in self.columns.items() if isinstance(cells, list)]
        return pd.DataFrame(self.columns, index=range(len(self.y))).astype(dict.fromkeys(texts, "category"))

    @property
    def columns(self) -> dict[str, np.ndarray | list[str]]:
        """Every column by its name; of a frame those that can serve."""
        numbers = {f"x{j}": column for j, column in enumerate(self.numbers.T)}
        columns = numbers | {f"t{j}": list(cells) for j, cells in enumerate(self.texts)}
        return {name: cells for name, cells in columns.items() if not self.texts or self._can_serve(cells)}

    def _can_serve(self, cells: np.ndarray | list[str]) -> bool:
        """Whether a frame's column tells anything beside the intercept, if there is one."""
        is_number = not isinstance(cells, list)
        return len(self.y) == 1 or len(set(cells)) > 1 or (is_number and not self.intercept)

    def __str__(self) -> str:
        rows, columns = self.numbers.shape
        loss = self.loss if self.quantile == 0.5 else f"{self.loss} at {self.quantile}"
        texts = f" + {len(self.texts)} texts" if self.texts else ""
        intercept = "" if self.intercept else ", no intercept"
        return f"{rows} × {columns}{texts}, {loss}{intercept}: {' '.join(self.tags)}"


def problem(seed: int, size: str = "small", kind: str | None = None) -> Problem:
    """The problem of a seed; one of `KINDS` if it is named, and a mixture of them otherwise."""
    random = np.random.default_rng([seed, SIZES[size], 0 if kind is None else 1 + list(KINDS).index(kind)])
    rows, columns = _shape(random, size)
    if kind is not None:  # enough of both for every kind to be what it says
        rows, columns = max(rows, 6), max(columns, 2)
    X, of_columns = _columns(random, rows, columns)
    y, of_target = _target(random, X)
    drawn = Problem(X, y, intercept=bool(random.random() < 0.85), tags=(of_columns, of_target))
    if random.random() < 0.4:
        drawn = replace(drawn, quantile=float(random.choice(QUANTILES)))
    if random.random() < 0.12:
        drawn = replace(drawn, quantile=0.5, loss="mse")
    often = 1.0 if kind is None else 0.25
    for name, (probability, change) in KINDS.items():
        if name == kind or random.random() < often * probability:
            drawn = change(random, replace(drawn, tags=(*drawn.tags, name)))
    return _within_range(drawn)


def _shape(random: np.random.Generator, size: str) -> tuple[int, int]:
    if size == "mid":
        return int(random.integers(40, 250)), int(random.integers(0, 13))
    return int(random.choice(SMALL_ROWS)), int(random.integers(0, 7))


def _within_range(drawn: Problem) -> Problem:
    """Without what no float holds: squares of targets beyond 1e150 or so."""
    largest = np.abs(drawn.y).max()
    if drawn.loss == "mse" and not 1e-100 < largest < 1e140:
        return replace(drawn, loss="mae")
    return drawn


# ---------------------------------------------------------------- columns and targets


def _columns(random: np.random.Generator, rows: int, columns: int) -> tuple[np.ndarray, str]:
    """(n, p) numbers without offsets, and what they are."""
    size = rows, columns
    grid = np.arange(rows)[:, None], np.arange(columns)[None, :]
    line = np.arange(rows, dtype=float) if random.random() < 0.5 else random.uniform(-1, 1, rows)
    numbers: dict[str, Callable[[], np.ndarray]] = {
        "normal": lambda: random.standard_normal(size),
        "integers": lambda: random.integers(-3, 4, size),
        "heavy-tails": lambda: random.standard_cauchy(size),
        "lattice": lambda: (grid[0] // int(random.integers(2, 5)) ** grid[1]) % 3,
        "indicators": lambda: random.integers(0, columns + 1, rows)[:, None] == grid[1],
        "powers": lambda: line[:, None] ** (grid[1] + 1),
        "uniform": lambda: random.random(size),
        "binary": lambda: random.random(size) < random.uniform(0.05, 0.95, columns),
        "decimals": lambda: np.round(10 * random.standard_normal(size), 1),
    }
    name = str(random.choice(list(numbers)))
    return np.asarray(numbers[name](), dtype=float), name


def _spread(X: np.ndarray) -> np.ndarray:
    widths = np.ptp(X, axis=0)
    return np.where(widths > 0, widths, 1.0)


def _target(random: np.random.Generator, X: np.ndarray) -> tuple[np.ndarray, str]:
    """(n,) a target and what it is."""
    rows, columns = X.shape
    line = X / _spread(X) @ random.standard_normal(columns)
    whole = X @ random.integers(-3, 4, columns)
    targets: dict[str, Callable[[], np.ndarray]] = {
        "linear": lambda: line + random.standard_normal(rows) * 10.0 ** random.integers(-4, 2),
        "noise": lambda: random.standard_normal(rows),
        "whole": lambda: random.integers(-5, 6, rows),
        "yes-no": lambda: random.random(rows) < 0.4,
        "many-zeros": lambda: np.where(random.random(rows) < 0.7, 0, np.round(random.exponential(5, rows))),
        "cauchy": lambda: line + random.standard_cauchy(rows),
        "whole-linear": lambda: whole + random.integers(-1, 2, rows),
        "counts": lambda: random.poisson(2, rows),
    }
    name = str(random.choice(list(targets)))
    return np.asarray(targets[name](), dtype=float), f"y-{name}"


# ---------------------------------------------------------------- what makes them awkward


def _with_numbers(drawn: Problem, X: np.ndarray) -> Problem:
    return replace(drawn, numbers=np.asarray(X, dtype=float))


def _with_column(drawn: Problem, *columns: np.ndarray) -> Problem:
    return _with_numbers(drawn, np.column_stack([drawn.numbers, *columns]))


def _a_column(random: np.random.Generator, drawn: Problem) -> np.ndarray:
    """One that is there, or noise."""
    X = drawn.numbers
    return X[:, random.integers(X.shape[1])] if X.shape[1] else random.standard_normal(len(X))


def _whole_columns(random: np.random.Generator, drawn: Problem) -> Problem:
    X = np.round(drawn.numbers / _spread(drawn.numbers) * int(random.integers(1, 5)))
    widest = max(float(np.ptp(drawn.y)), 1e-300)
    return replace(_with_numbers(drawn, X), y=np.round(drawn.y / widest * 6))


def _wide(random: np.random.Generator, drawn: Problem) -> Problem:
    """No more rows than columns."""
    rows = int(random.integers(1, max(2, drawn.numbers.shape[1] + 2)))
    return replace(drawn, numbers=drawn.numbers[:rows], y=drawn.y[:rows])


def _near_dependence(random: np.random.Generator, drawn: Problem) -> Problem:
    X = drawn.numbers
    column = X @ random.choice([-1.0, 1.0, 0.5, 2.0], X.shape[1])
    size = 10.0 ** -float(random.integers(6, 16)) * max(1.0, np.abs(column).max())
    return _with_column(drawn, column + size * random.standard_normal(len(X)))


def _complement(random: np.random.Generator, drawn: Problem) -> Problem:
    flag = (random.random(len(drawn.y)) < random.uniform(0.1, 0.9)).astype(float)
    return _with_column(drawn, flag, 1 - flag)


def _twins(random: np.random.Generator, drawn: Problem) -> Problem:
    return _with_column(drawn, _a_column(random, drawn) * random.choice([1.0, -1.0, 2.0, 1024.0]))


def _affine(random: np.random.Generator, drawn: Problem) -> Problem:
    column = random.integers(-50, 51, len(drawn.y)).astype(float)
    return _with_column(drawn, column, 2 * column + 1)


def _dummies(random: np.random.Generator, drawn: Problem) -> Problem:
    """Indicators of every level, which sum to one."""
    levels = random.integers(0, int(random.integers(2, 5)), len(drawn.y))
    return _with_column(drawn, levels[:, None] == np.unique(levels))


def _sum(random: np.random.Generator, drawn: Problem) -> Problem:
    one, other = random.integers(-9, 10, (2, len(drawn.y))).astype(float)
    return _with_column(drawn, one, other, one + other)


def _constant_column(random: np.random.Generator, drawn: Problem) -> Problem:
    return _with_column(drawn, np.full(len(drawn.y), random.choice([0.0, 1.0, 1e-9, 1e9, 0.1])))


def _lone_row(random: np.random.Generator, drawn: Problem) -> Problem:
    column = np.zeros(len(drawn.y))
    column[random.integers(len(column))] = 1.0
    return _with_column(drawn, column)


def _repeated_rows(random: np.random.Generator, drawn: Problem) -> Problem:
    rows = random.integers(0, max(1, len(drawn.y) // 2), len(drawn.y))
    y = drawn.y[rows] if random.random() < 0.5 else drawn.y
    return replace(drawn, numbers=drawn.numbers[rows], y=y)


def _r_times(random: np.random.Generator, drawn: Problem) -> Problem:
    """Months as R writes them, in 15 digits, beside the year or the row's number."""
    months = np.arange(len(drawn.y))
    first = int(random.integers(1900, 2020))
    time = np.array([float(f"{first + month / 12:.15g}") for month in months])
    return _with_column(drawn, time, months.astype(float) if random.random() < 0.7 else first + months // 12)


def _epoch(random: np.random.Generator, drawn: Problem) -> Problem:
    seconds = 1.7e9 + 60.0 * np.arange(len(drawn.y)) + random.integers(0, 30, len(drawn.y))
    return _with_column(drawn, seconds)


def _perfect(random: np.random.Generator, drawn: Problem) -> Problem:
    X = drawn.numbers
    return replace(drawn, y=X @ random.integers(-3, 4, X.shape[1]) + float(random.integers(-3, 4)))


def _nearly_perfect(random: np.random.Generator, drawn: Problem) -> Problem:
    X, noise = drawn.numbers, 10.0 ** float(random.integers(-16, -5))
    line = X / _spread(X) @ random.standard_normal(X.shape[1])
    return replace(drawn, y=line + noise * random.standard_normal(len(X)))


def _law_with_outliers(random: np.random.Generator, drawn: Problem) -> Problem:
    X = drawn.numbers
    line = X / _spread(X) @ random.standard_normal(X.shape[1])
    return replace(drawn, y=line + (random.random(len(X)) < 0.2) * random.standard_normal(len(X)))


def _law_of_indicators(random: np.random.Generator, drawn: Problem) -> Problem:
    """Columns of 0 and 1, few of whose rows differ, and a law of them that is rounded, or one of two laws."""
    X = (random.random(drawn.numbers.shape) < 0.3).astype(float)
    line = X @ random.standard_normal(X.shape[1])
    if random.random() < 0.5:
        return replace(drawn, numbers=X, y=np.round(line, int(random.integers(1, 10))))
    return replace(drawn, numbers=X, y=np.where(random.random(len(X)) < 0.6, line, 3 - line))


def _constant_target(random: np.random.Generator, drawn: Problem) -> Problem:
    return replace(drawn, y=np.full(len(drawn.y), random.choice([0.0, 1.0, -7.5, 0.1])))


def _column_offsets(random: np.random.Generator, drawn: Problem) -> Problem:
    columns = drawn.numbers.shape[1]
    offsets = random.choice([-1, 1], columns) * 10.0 ** random.integers(3, 13, columns)
    return _with_numbers(drawn, drawn.numbers + offsets * (random.random(columns) < 0.6))


def _column_scales(random: np.random.Generator, drawn: Problem) -> Problem:
    return _with_numbers(drawn, drawn.numbers * 10.0 ** random.integers(-12, 13, drawn.numbers.shape[1]))


def _outliers_in_x(random: np.random.Generator, drawn: Problem) -> Problem:
    X = drawn.numbers.copy()
    for _ in range(1 + len(X) // 20 if X.size else 0):
        cell = tuple(random.integers(0, X.shape))
        X[cell] = random.choice([-1, 1]) * 10.0 ** random.integers(5, 16)
    return _with_numbers(drawn, X)


def _outliers_in_y(random: np.random.Generator, drawn: Problem) -> Problem:
    y = drawn.y.copy()
    some = random.choice(len(y), max(1, len(y) // int(random.integers(5, 30))), replace=False)
    y[some] += random.choice([-1, 1], len(some)) * 10.0 ** random.integers(5, 16)
    return replace(drawn, y=y)


def _target_offset(random: np.random.Generator, drawn: Problem) -> Problem:
    return replace(drawn, y=drawn.y + random.choice([-1, 1]) * 10.0 ** random.integers(3, 13))


def _target_scale(random: np.random.Generator, drawn: Problem) -> Problem:
    largest = max(1.0, float(np.abs(drawn.y).max()))
    scale = 10.0 ** float(random.choice([-290, -200, -30, -12, -6, 6, 12, 30, 200, 300]))
    return replace(drawn, y=drawn.y / largest * scale)


def _text(codes: np.ndarray) -> tuple[str, ...]:
    return tuple(f"level {code}" for code in codes)


def _with_text(drawn: Problem, codes: np.ndarray) -> Problem:
    return replace(drawn, texts=(*drawn.texts, _text(codes)))


def _rare_level(random: np.random.Generator, drawn: Problem) -> Problem:
    codes = random.integers(0, 3, len(drawn.y))
    codes[random.integers(len(codes))] = 7
    return _with_text(drawn, codes)


def _many_levels(random: np.random.Generator, drawn: Problem) -> Problem:
    return _with_text(drawn, random.integers(0, min(2 + len(drawn.y) // 2, 12), len(drawn.y)))


def _telling_level(random: np.random.Generator, drawn: Problem) -> Problem:
    """One level determines the target; the others do not."""
    codes = random.integers(0, 4, len(drawn.y))
    return replace(_with_text(drawn, codes), y=np.where(codes == 2, 7.0, drawn.y))


def _text_twins(random: np.random.Generator, drawn: Problem) -> Problem:
    """Text of two levels beside its own 0/1 column, or beside a text that says the same."""
    codes = random.integers(0, int(random.integers(2, 4)), len(drawn.y))
    if random.random() < 0.5:
        return _with_text(_with_column(drawn, codes == 1), codes)
    return _with_text(_with_text(drawn, codes), 9 - codes)


def _weights(values: Callable[[np.random.Generator, int], np.ndarray]) -> Change:
    def change(random: np.random.Generator, drawn: Problem) -> Problem:
        weights = np.asarray(values(random, len(drawn.y)), dtype=float)
        if not weights.any():
            weights[0] = 1.0
        return replace(drawn, weights=weights)

    return change


def _extreme_quantile(random: np.random.Generator, drawn: Problem) -> Problem:
    return replace(drawn, loss="mae", quantile=float(random.choice([0.001, 0.01, 0.99, 0.999])))


Change = Callable[[np.random.Generator, Problem], Problem]
# The probability of each in a mixture, and what it does, in this order.
KINDS: dict[str, tuple[float, Change]] = {
    "law-of-indicators": (0.03, _law_of_indicators),
    "wide": (0.06, _wide),
    "ties": (0.15, _whole_columns),
    "complement": (0.04, _complement),
    "twins": (0.05, _twins),
    "affine": (0.04, _affine),
    "dummies": (0.05, _dummies),
    "sum": (0.04, _sum),
    "constant-column": (0.06, _constant_column),
    "lone-row": (0.08, _lone_row),
    "repeated-rows": (0.08, _repeated_rows),
    "r-times": (0.04, _r_times),
    "epoch-seconds": (0.06, _epoch),
    "near-dependence": (0.12, _near_dependence),
    "perfect": (0.08, _perfect),
    "nearly-perfect": (0.12, _nearly_perfect),
    "constant-target": (0.03, _constant_target),
    "column-offsets": (0.2, _column_offsets),
    "column-scales": (0.2, _column_scales),
    "outliers-in-x": (0.08, _outliers_in_x),
    "outliers-in-y": (0.08, _outliers_in_y),
    "target-offset": (0.15, _target_offset),
    "target-scale": (0.15, _target_scale),
    "rare-level": (0.06, _rare_level),
    "many-levels": (0.06, _many_levels),
    "telling-level": (0.03, _telling_level),
    "text-twins": (0.03, _text_twins),
    "wide-weights": (0.07, _weights(lambda random, rows: 10.0 ** random.uniform(-9, 9, rows))),
    "whole-weights": (0.05, _weights(lambda random, rows: random.integers(1, 6, rows))),
    "zero-weights": (0.05, _weights(lambda random, rows: random.integers(0, 3, rows))),
    "huge-weights": (0.04, _weights(lambda random, rows: random.random(rows) * 1e300)),
    "extreme-quantile": (0.05, _extreme_quantile),
    "no-intercept": (0.05, lambda _, drawn: replace(drawn, intercept=False)),
    "law-with-outliers": (0.06, _law_with_outliers),
    "least-squares": (0.03, lambda _, drawn: replace(drawn, loss="mse", quantile=0.5)),
}

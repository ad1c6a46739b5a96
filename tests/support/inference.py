"""Fits of the reference data with what intervals are found from."""

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from mae_cli.inference.coordinates import Coordinates
from mae_cli.inference.density import NeighbourDensity, hall_sheather
from mae_cli.inference.estimates import Estimated
from mae_cli.inference.intervals import find_intervals
from mae_cli.inference.values import IntervalSettings
from mae_cli.losses import loss_named
from mae_cli.rows.blocks import CountedRows, MemoryRows
from mae_cli.rows.design import Design
from mae_cli.rows.sums import relative_weights, weight_unit
from mae_cli.solvers.prepare.problem import Prepared
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve_together

FOLDER = Path(__file__).parents[1] / "reference"
INFERENCE = json.loads((FOLDER / "inference.json").read_text(encoding="utf-8"))
# What R takes off the differences of neighbouring lines, in the units of the target.
R_LEAST = float(np.sqrt(np.finfo(float).eps))


def reference(name):
    """X and y of the formula that the reference is for."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    target, features = INFERENCE["formulas"][name].split(" ~ ")
    columns = [[float(row[feature]) for row in rows] for feature in features.split(" + ")]
    return np.array(columns).T, np.array([float(row[target]) for row in rows])


def noisy(count, columns=2, seed=0, spread=1.0):
    """Columns, and their sum with noise."""
    generator = np.random.default_rng(seed)
    X = generator.standard_normal((count, columns))
    return X, X.sum(axis=1) + spread * generator.standard_normal(count)


@dataclass(frozen=True, eq=False)
class Case:
    """A fit of arrays, and what intervals need of it."""

    X: np.ndarray
    y: np.ndarray
    quantile: float = 0.5
    loss: str = "mae"
    weights: np.ndarray | None = None
    levels: tuple[np.ndarray, int] | None = None
    intercept: bool = True
    clusters: object = None

    @cached_property
    def rows(self):
        design = Design(self.X) if self.levels is None else Design(self.X, (self.levels[0],), (self.levels[1],))
        weights = None if self.weights is None else relative_weights(self.weights, self.weights.max())
        return MemoryRows.of(design, self.y, weights)

    @cached_property
    def prepared(self):
        return Prepared(CountedRows(self.rows), intercept=self.intercept)

    def fitted(self, quantile):
        return solve_together(self.prepared, [loss_named(self.loss, quantile)], Auto())[0]

    @cached_property
    def fit(self):
        return self.fitted(self.quantile)

    @property
    def unit(self):
        return 1.0 if self.weights is None else weight_unit(self.weights.max())

    @cached_property
    def coordinates(self):
        return Coordinates.of(self.fit.problem, self.unit)

    @cached_property
    def point(self):
        return self.standard(self.fit)

    def standard(self, fit):
        return fit.problem.standard.of_user(fit.solution.point)[0]

    def density(self, width=None, least=None):
        """That of neighbouring fits, with what R takes off or another least difference."""
        width = hall_sheather(self.quantile, len(self.y)) if width is None else width
        points = tuple(self.standard(self.fitted(self.quantile + side * width)) for side in (-1, 1))
        rare = np.zeros(self.rows.shape[1])
        found = NeighbourDensity.between(self.rows, self.coordinates, width, points, rare)
        if least is None:
            return found
        scale = self.fit.problem.standard.target_scale
        return NeighbourDensity(found.bandwidth, found.spread, least / scale, found.usual, found.rare)

    def errors(self, covariance):
        functionals = self.coordinates.functionals
        return np.sqrt(np.diag(functionals @ covariance @ functionals.T))

    @property
    def estimated(self):
        return Estimated(self.rows, self.prepared, self.fit, self.unit, self.clusters)

    def intervals(self, **settings):
        return find_intervals(self.estimated, IntervalSettings(**settings))


def ends(intervals):
    """(p, 2) the ends of all intervals, the intercept's first."""
    every = ([] if intervals.intercept is None else [intervals.intercept]) + list(intervals.coefficients)
    return np.array([[each.low, each.high] for each in every])


def standard_errors(intervals):
    every = ([] if intervals.intercept is None else [intervals.intercept]) + list(intervals.coefficients)
    return np.array([each.standard_error for each in every])

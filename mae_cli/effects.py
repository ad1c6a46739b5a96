"""Coefficients in the user's units, with the usual size of their effect."""

import numpy as np

from mae_cli.data.design import Design, FloatArray
from mae_cli.reports import Effect
from mae_cli.schema import CategoricalColumn, Schema
from mae_cli.solvers.solution import Solution


def effects(schema: Schema, solution: Solution, design: Design, weights: FloatArray) -> tuple[Effect, ...]:
    """One effect for each design column, in the order of the features."""
    deviations = column_deviations(design, weights)
    baselines = {
        feature.name: feature.baseline for feature in schema.features if isinstance(feature, CategoricalColumn)
    }
    found = [
        Effect(
            column=column,
            level=level,
            value=float(solution.coefficients[index]),
            per_deviation=float(solution.coefficients[index] * deviations[index]),
            baseline=baselines.get(column),
            aliased=index in solution.aliased,
        )
        for index, (column, level) in enumerate(schema.design_columns)
    ]
    place = {feature.name: index for index, feature in enumerate(schema.features)}
    return tuple(sorted(found, key=lambda effect: place[effect.column]))


def column_deviations(design: Design, weights: FloatArray) -> FloatArray:
    """Standard deviation √(Σω(x − x̄)² / Σω) of every design column, (p,)."""
    shares = weights / weights.sum()
    numeric = [_deviation(column, shares) for column in design.numeric.T]
    indicators = [
        np.sqrt(part * (1 - part))
        for codes, count in zip(design.codes, design.level_counts, strict=True)
        for part in np.bincount(codes, weights=shares, minlength=count + 1)[1:]
    ]
    return np.array(numeric + indicators)


def _deviation(values: FloatArray, shares: FloatArray) -> float:
    centred = values - shares @ values
    largest = float(np.abs(centred).max(initial=0.0))
    # In units of the largest deviation no square can overflow or vanish.
    return largest * float(np.sqrt(shares @ (centred / largest) ** 2)) if largest > 0 else 0.0

"""Coefficients in the user's units, with the usual size of their effect."""

from mae_cli.arrays import FloatArray
from mae_cli.results.training import Effect
from mae_cli.schema import CategoricalColumn, Schema
from mae_cli.solvers.solution import Solution


def effects(schema: Schema, solution: Solution, deviations: FloatArray) -> tuple[Effect, ...]:
    """One effect for each design column, in the order of the features; `deviations` (p,) are those of the columns."""
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

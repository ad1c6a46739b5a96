"""Columns to numbers: the schema that training rows define, and rows as a design matrix."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mae_cli.data.design import CodeArray, Design, FloatArray
from mae_cli.data.wording import option, quoted
from mae_cli.errors import DataError
from mae_cli.schema import CategoricalColumn, NumericColumn, Schema

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Encoded:
    """Rows as a design matrix.

    Attributes:
        design: (n, p); a level that training never saw stands as the baseline.
        unseen: (n,) mask of the rows that have such a level.
    """

    design: Design
    unseen: BoolArray


def build_schema(features: pd.DataFrame, weights: FloatArray | None = None) -> Schema:
    """The kinds, ranges and levels of complete training rows.

    A level is one that occurs in these rows. The baseline is the level of the largest total weight, ties in
    text order; the other levels follow in text order.

    Args:
        features: (n, f) frame of numeric and categorical columns without missing cells.
        weights: (n,) row weights, None when all rows weigh the same.

    Raises:
        DataError: A column spans more than floating point can hold.
    """
    return Schema(tuple(_describe(str(name), column, weights) for name, column in features.items()))


def encode(schema: Schema, features: pd.DataFrame) -> Encoded:
    """The rows of a frame with the schema's columns and kinds, without missing cells, as a design matrix."""
    numeric = _gather([features[column.name].to_numpy() for column in schema.numeric], len(features))
    codes = [_codes(features[column.name], column.levels) for column in schema.categorical]
    unseen = np.zeros(len(features), bool)
    for column in codes:
        unseen |= column < 0
        np.maximum(column, 0, out=column)
    level_counts = tuple(len(column.levels) - 1 for column in schema.categorical)
    return Encoded(Design(numeric, tuple(codes), level_counts), unseen)


def _describe(name: str, column: pd.Series, weights: FloatArray | None) -> NumericColumn | CategoricalColumn:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return _numeric(name, float(column.min()), float(column.max()))
    codes, levels = column.cat.codes.to_numpy(), column.cat.categories
    counts = np.bincount(codes, minlength=len(levels))
    totals = counts if weights is None else np.bincount(codes, weights, minlength=len(levels))
    weight_of = {str(level): total for level, total, count in zip(levels, totals, counts, strict=True) if count}
    in_text_order = sorted(weight_of)
    baseline = max(in_text_order, key=weight_of.__getitem__)
    return CategoricalColumn(name, (baseline, *(level for level in in_text_order if level != baseline)))


def _numeric(name: str, minimum: float, maximum: float) -> NumericColumn:
    if not math.isfinite(maximum - minimum):
        raise DataError(
            f"column {quoted(name)} spans from {minimum:g} to {maximum:g}, more than floating point can hold; "
            f"rescale it, or {option('--exclude', name)}"
        )
    return NumericColumn(name, minimum, maximum)


def _gather(columns: Sequence[NDArray[np.generic]], rows: int) -> FloatArray:
    # Column after column in memory, as they come and as the solvers take them.
    matrix = np.empty((len(columns), rows))
    for position, column in enumerate(columns):
        matrix[position] = column
    return matrix.T


def _codes(column: pd.Series, levels: Sequence[str]) -> CodeArray:
    """(n,) index of each cell's level, −1 where there is none."""
    known = pd.Index(list(levels)).get_indexer(column.cat.categories)
    return known.astype(np.int32)[column.cat.codes.to_numpy()]

"""X of the library's callers, an array or a data frame, as a design matrix: the one encoding for fits and predictions.

The columns of an array are all numbers, and named x0, x1, …; for a model with such columns only it needs no names.
"""

from typing import TYPE_CHECKING, TypeAlias, TypeGuard

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray
from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import beyond_floats, counted
from mae_cli.rows.design import Design, column_ranges
from mae_cli.rows.schema import NumericColumn, Schema
from mae_cli.tables.arrays import finite_matrix, real_matrix, refuse_not_finite

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

Features: TypeAlias = "ArrayLike | pd.DataFrame"


def array_design(X: "ArrayLike") -> tuple[Schema, Design]:
    """The schema that the rows of an array define, and their design matrix.

    Raises:
        DataError: there are no rows, or a value cannot be used.
    """
    matrix = real_matrix("X", X)
    if not len(matrix):
        raise DataError(Fault("no-data-rows", "X has no rows"))
    extremes = column_ranges(matrix)
    if not np.isfinite(extremes).all():
        refuse_not_finite("X", matrix)
    _require_spans(*extremes)
    columns = zip(*extremes, strict=True)
    features = tuple(NumericColumn(f"x{i}", float(low), float(high)) for i, (low, high) in enumerate(columns))
    return Schema(features), Design(matrix)


def _require_spans(lowest: FloatArray, highest: FloatArray) -> None:
    with np.errstate(over="ignore"):
        beyond = np.flatnonzero(~np.isfinite(highest - lowest))
    if len(beyond):
        column = int(beyond[0])
        name, ends = f"x{column}", (float(lowest[column]), float(highest[column]))
        remedy = "rescale it, or leave it out"
        raise DataError(beyond_floats(f"column {name} of X", ends, Place(column=name), remedy))


def design_of(schema: Schema, X: Features) -> tuple[Design, BoolArray]:
    """The design matrix of X, and the mask of the rows with a level that the schema does not know.

    Raises:
        DataError: a column is absent or of another kind, or a value cannot be used.
    """
    if is_frame(X):
        from mae_cli.tables import frames  # noqa: PLC0415

        return frames.design_of(schema, X)
    matrix = finite_matrix("X", X)
    if schema.categorical or matrix.shape[1] != len(schema.features):
        names = ", ".join(schema.names)
        what = f"X has {counted(matrix.shape[1], 'column')}, but the fit has {len(schema.features):,} ({names})"
        raise DataError(Fault("other-columns", what))
    return Design(matrix), np.zeros(len(matrix), dtype=bool)


def is_series(values: object) -> "TypeGuard[pd.Series]":
    """Whether values are a column of pandas, or like one."""
    return hasattr(values, "index") and hasattr(values, "iloc") and hasattr(values, "dtype")


def is_frame(X: object) -> "TypeGuard[pd.DataFrame]":
    """Whether X is a data frame of pandas, or like one."""
    return hasattr(X, "columns") and hasattr(X, "iloc")

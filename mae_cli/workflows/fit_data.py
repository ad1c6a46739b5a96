"""What the library fits: X, y and weights as arrays or data frames, checked, as rows of positive weight with names."""

import math
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from mae_cli.arrays import FloatArray
from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import beyond_floats, quoted
from mae_cli.rows.blocks import Block, MemoryRows, RowStore
from mae_cli.rows.coding import Coding, Partition, build_schema, describe
from mae_cli.rows.design import Design
from mae_cli.rows.schema import ALL_PLAIN, PLAIN, ApartWritings, Schema, Writing
from mae_cli.rows.sums import Range, relative_weights, sum_blocks, weight_unit
from mae_cli.solvers.prepare.standardise import Extent
from mae_cli.tables.arrays import finite_vector
from mae_cli.tables.columns import Remarks, name_of
from mae_cli.tables.features import Features, array_design, is_frame, is_series

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class FitData:
    """Rows to fit.

    Attributes:
        target: the name of y.
        weight: the name of the weights, if there are any.
        schema: of the columns of X.
        rows: of positive weight; their records are the rows of X.
        count: of all rows.
        extent: of the rows, where it is known.
        weight_unit: the weight, as it was given, of a row of weight 1.
        remarks: on the columns of X, and on how y and the weights were read.
        written: how these two were written.
    """

    target: str
    weight: str | None
    schema: Schema
    rows: RowStore
    count: int
    extent: Extent | None
    weight_unit: float = 1.0
    remarks: Remarks = field(default_factory=Remarks)
    written: ApartWritings = ALL_PLAIN

    @staticmethod
    def of(
        X: Features, y: ArrayLike, sample_weight: ArrayLike | None, max_levels: int, *, intercept: bool
    ) -> "FitData":
        """Check them.

        Raises:
            DataError: they do not go together, or a value cannot be used.
        """
        X, y, sample_weight, on_names = _with_columns(X, y, sample_weight)
        for name, values in (("y", y), ("sample_weight", sample_weight)):
            _require_index(X, name, values)
        read, weighing = (
            _Vector.of("y", y),
            None if sample_weight is None else _Vector.of("sample_weight", sample_weight),
        )
        target, weights = read.numbers, None if weighing is None else _checked_weights(weighing.numbers)
        fitted = _rows_of(X, target, weights, max_levels, intercept=intercept)
        _require_target_span(fitted.rows, _name(y, "y"))
        left_out = (*on_names.left_out, *fitted.remarks.left_out)
        notes = (*on_names.notes, *read.notes, *(weighing.notes if weighing else ()), *fitted.remarks.notes)
        return FitData(
            target=_name(y, "y"),
            weight=None if weights is None else _name(sample_weight, "sample_weight"),
            schema=fitted.schema,
            rows=fitted.rows,
            count=len(target),
            extent=_known_extent(fitted.schema, fitted.rows, len(target)),
            weight_unit=1.0 if weights is None else weight_unit(float(weights.max())),
            remarks=Remarks(left_out, notes),
            written=ApartWritings(read.writing, weighing.writing if weighing else PLAIN),
        )


@dataclass(frozen=True, eq=False)
class _Vector:
    """y or the weights: (n,) finite numbers, how they were written, and what to say of that."""

    numbers: FloatArray
    writing: Writing = PLAIN
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, argument: str, values: ArrayLike) -> "_Vector":
        """From what a caller gave; text and dates of a Series are read as those of a frame, but weights are no dates.

        Raises:
            DataError: they are no finite numbers.
        """
        if is_series(values):
            from mae_cli.tables.frames import numbers_apart  # noqa: PLC0415  (an array needs no pandas)

            found = numbers_apart(_name(values, argument), values)
            if found is not None and not (argument == "sample_weight" and found.writing.date):
                return cls(found.numbers, found.writing, found.notes)
        try:
            return cls(finite_vector(argument, values))
        except DataError as error:
            place = error.fault.place
            named = place and replace(place, column=_name(values, argument))
            raise DataError(replace(error.fault, place=named)) from None


def _require_index(X: Features, name: str, values: object) -> None:
    """Refuse a Series whose rows are called other than those of the frame: they are taken in their order."""
    if is_frame(X) and is_series(values) and not values.index.equals(X.index):
        remedy = (
            f"bring it in line with {name}.reindex(X.index), or give {name}.to_numpy() where the rows are in the same "
            "order"
        )
        raise DataError(Fault("index-mismatch", f"the index of {name} is not that of X", remedy=remedy))


def require_length(name: str, vector: FloatArray, count: int) -> None:
    """Refuse an argument that has not a value for each of the rows of X.

    Raises:
        DataError: it has not.
    """
    if len(vector) != count:
        raise DataError(Fault("length-mismatch", f"{name} has {len(vector):,} values for {count:,} rows of X"))


def require_span(ends: tuple[float, float], place: Place) -> None:
    """Refuse a target whose least and greatest values lie too far apart.

    Raises:
        DataError: the target spans more than a float can hold.
    """
    lowest, highest = ends
    if not math.isfinite(highest - lowest):
        raise DataError(beyond_floats(f"the target {quoted(place.column or '')}", ends, place, "rescale it"))


def _with_columns(
    X: Features, y: ArrayLike, sample_weight: ArrayLike | None
) -> tuple[Features, ArrayLike, ArrayLike | None, Remarks]:
    """The same, where y and the weights that are names of columns of a frame are these columns, and X the others.

    The columns of a frame are named by text then, and there are remarks on those without a name.
    """
    if not is_frame(X):
        return X, y, sample_weight, Remarks()
    from mae_cli.tables.frames import column_named, named, remarks_on_names, without  # noqa: PLC0415

    frame, names = named(X), [name_of(each) for each in (y, sample_weight) if _is_label(each, X)]

    def found(values: ArrayLike) -> ArrayLike:
        return column_named(frame, name_of(values)) if _is_label(values, X) else _as_series(values, frame)

    remarks = remarks_on_names(X)
    others = without(frame, [*names, *(each.column for each in remarks.left_out)])
    return others, found(y), None if sample_weight is None else found(sample_weight), remarks


def _as_series(values: ArrayLike, frame: "pd.DataFrame") -> ArrayLike:
    """Text beside a frame as a column of it, which is read as its columns are; anything else as it is."""
    cells = values if isinstance(values, (list, tuple, np.ndarray)) else ()
    if len(cells) != len(frame) or not all(isinstance(cell, str) for cell in cells):
        return values
    import pandas as pd  # noqa: PLC0415  (there is a frame)

    return pd.Series(list(cells), index=frame.index)


def _is_label(values: object, X: "pd.DataFrame") -> bool:
    """Whether y or the weights are the label of a column: text or a whole number, or a tuple that is one of them."""
    if isinstance(values, tuple):
        return any(isinstance(label, tuple) and label == values for label in X.columns)
    return isinstance(values, (str, int, np.integer)) and not isinstance(values, bool)


def _name(values: object, default: str) -> str:
    """The name that a Series has, as frames have theirs; the default for what has none."""
    name = getattr(values, "name", None)
    return default if name is None or not name_of(name).strip() else name_of(name)


@dataclass(frozen=True, eq=False)
class _FittedRows:
    """The columns of X, the rows of positive weight, and what to say of the columns."""

    schema: Schema
    rows: RowStore
    remarks: Remarks = field(default_factory=Remarks)


def _rows_of(
    X: Features, target: FloatArray, weights: FloatArray | None, max_levels: int, *, intercept: bool
) -> _FittedRows:
    """The rows of X with their targets and weights."""
    if not is_frame(X):
        schema, design = array_design(X)
        _require_lengths(target, weights, design.shape[0])
        return _FittedRows(schema, _weighted_rows(design, target, weights))
    from mae_cli.tables.frames import load_frame  # noqa: PLC0415  (an array needs no pandas)

    _require_lengths(target, weights, len(X))
    if not len(X):
        raise DataError(Fault("no-data-rows", "X has no rows"))
    found = load_frame(X, target, weights, max_levels=max_levels, intercept=intercept)
    description = describe(found.rows, found.layout, None)
    schema = build_schema(found.layout, description)
    parts = Partition(None, Coding.of(schema, found.layout), description.largest_weight)
    return _FittedRows(schema, parts.training(found.rows), found.remarks)


def _require_lengths(target: FloatArray, weights: FloatArray | None, count: int) -> None:
    for name, vector in (("y", target), ("sample_weight", weights)):
        if vector is not None:
            require_length(name, vector, count)


def _checked_weights(weights: FloatArray) -> FloatArray:
    """The weights, none of which is negative, and not all zero."""
    if (weights < 0).any():
        row = int(np.argmax(weights < 0))
        cell, place = f"{weights[row]:g}", Place(row=row, column="sample_weight")
        what = f"weights must not be negative, but this one is {cell}"
        raise DataError(Fault("negative-weight", what, place, cell))
    if len(weights) and not weights.any():
        raise DataError(Fault("zero-weights", "all weights are zero; no row is left to fit"))
    return weights


def _weighted_rows(design: Design, target: FloatArray, weights: FloatArray | None) -> MemoryRows:
    """The rows of positive weight."""
    if weights is None:
        return MemoryRows.of(design, target)
    weights = relative_weights(weights, weights.max())
    used = np.flatnonzero(weights > 0)
    if len(used) == len(weights):
        return MemoryRows.of(design, target, weights)
    return MemoryRows.of(design.take(used), target[used], weights[used], records=used)


def _require_target_span(rows: RowStore, name: str) -> None:
    ends = [(float(low), float(high)) for low, high in rows.map(_target_range)]
    require_span((min(low for low, _ in ends), max(high for _, high in ends)), Place(column=name))


def _target_range(block: Block) -> tuple[float, float]:
    return float(block.target.min()), float(block.target.max())


def _known_extent(schema: Schema, rows: RowStore, count: int) -> Extent | None:
    """From the ranges that the schema has; None when some of its `count` rows are left out."""
    if rows.shape[0] < count:
        return None
    ranges = Range(
        np.array([column.minimum for column in schema.numeric]), np.array([column.maximum for column in schema.numeric])
    )
    return sum_blocks(rows, partial(Extent.known, columns=ranges))

"""What the library fits: X, y and weights as arrays or data frames, checked, as rows of positive weight with names."""

import math
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from mae_cli.arrays import FloatArray
from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import beyond_floats, quoted
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.design import Design
from mae_cli.rows.schema import ALL_PLAIN, PLAIN, ApartWritings, Schema, Writing
from mae_cli.rows.sums import Range, relative_weights, weight_unit
from mae_cli.solvers.prepare.standardise import Extent
from mae_cli.tables.arrays import finite_vector
from mae_cli.tables.columns import Remarks, name_of
from mae_cli.tables.features import Features, is_frame, is_series, schema_and_design

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
    rows: MemoryRows
    count: int
    extent: Extent | None
    weight_unit: float = 1.0
    remarks: Remarks = field(default_factory=Remarks)
    written: ApartWritings = ALL_PLAIN

    @staticmethod
    def of(X: Features, y: ArrayLike, sample_weight: ArrayLike | None, max_levels: int) -> "FitData":
        """Check them.

        Raises:
            DataError: they do not go together, or a value cannot be used.
        """
        X, y, sample_weight = _with_columns(X, y, sample_weight)
        for name, values in (("y", y), ("sample_weight", sample_weight)):
            _require_index(X, name, values)
        read = _Vector.of("y", y)
        target, (schema, design, remarks) = read.numbers, schema_and_design(X, max_levels)
        weighing = None if sample_weight is None else _Vector.of("sample_weight", sample_weight)
        weights = None if weighing is None else weighing.numbers
        for name, vector in (("y", target), ("sample_weight", weights)):
            if vector is not None:
                require_length(name, vector, design.shape[0])
        rows = _weighted_rows(design, target, weights, _name(y, "y"))
        return FitData(
            target=_name(y, "y"),
            weight=None if weights is None else _name(sample_weight, "sample_weight"),
            schema=schema,
            rows=rows,
            count=len(target),
            extent=_known_extent(schema, rows, len(target)),
            weight_unit=1.0 if weights is None else weight_unit(float(weights.max())),
            remarks=replace(remarks, notes=(*read.notes, *(weighing.notes if weighing else ()), *remarks.notes)),
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
                return cls(found.cells.to_numpy(), replace(found.writing, missing=()), found.notes)
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
) -> tuple[Features, ArrayLike, ArrayLike | None]:
    """The same, where y and the weights that are names of columns of a frame are these columns, and X the others."""
    names = [name_of(each) for each in (y, sample_weight) if is_frame(X) and _is_label(each, X)]
    if not names or not is_frame(X):
        return X, y, sample_weight
    from mae_cli.tables.frames import column_named, without  # noqa: PLC0415  (an array needs no pandas)

    named = {name: column_named(X, name) for name in names}
    y = named[name_of(y)] if _is_label(y, X) else y
    sample_weight = named[name_of(sample_weight)] if _is_label(sample_weight, X) else sample_weight
    return without(X, names), y, sample_weight


def _is_label(values: object, X: "pd.DataFrame") -> bool:
    """Whether y or the weights are the label of a column: text or a whole number, or a tuple that is one of them."""
    if isinstance(values, tuple):
        return any(isinstance(label, tuple) and label == values for label in X.columns)
    return isinstance(values, (str, int, np.integer)) and not isinstance(values, bool)


def _name(values: object, default: str) -> str:
    """The name that a Series has, as frames have theirs; the default for what has none."""
    name = getattr(values, "name", None)
    return default if name is None or not name_of(name).strip() else name_of(name)


def _weighted_rows(design: Design, target: FloatArray, weights: FloatArray | None, name: str) -> MemoryRows:
    """The rows of positive weight, with a target of this name."""
    if not len(target):
        raise DataError(Fault("no-data-rows", "there are no rows to fit"))
    records = None
    if weights is not None:
        if (weights < 0).any():
            row = int(np.argmax(weights < 0))
            cell, place = f"{weights[row]:g}", Place(row=row, column="sample_weight")
            what = f"weights must not be negative, but this one is {cell}"
            raise DataError(Fault("negative-weight", what, place, cell))
        weights = relative_weights(weights, weights.max())
        used = np.flatnonzero(weights > 0)
        if not len(used):
            raise DataError(Fault("zero-weights", "all weights are zero; no row is left to fit"))
        if len(used) < len(weights):
            design, target, weights, records = design.take(used), target[used], weights[used], used
    require_span((float(target.min()), float(target.max())), Place(column=name))
    return MemoryRows.of(design, target, weights, records=records)


def _known_extent(schema: Schema, rows: MemoryRows, count: int) -> Extent | None:
    """From the ranges that the schema has; None when some of its `count` rows are left out."""
    if rows.shape[0] < count:
        return None
    ranges = Range(
        np.array([column.minimum for column in schema.numeric]), np.array([column.maximum for column in schema.numeric])
    )
    return reduce(add, (Extent.known(block, ranges) for block in rows.blocks))

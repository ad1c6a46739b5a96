"""Data frames as data: records with types, of which dates and numbers are read as they are, and text as that of a file.

Categories and booleans are levels, as `str` writes them. Dates are days since 1970-01-01, of UTC if they have a zone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from mae_cli.arrays import FloatArray
from mae_cli.errors import Fault, Place
from mae_cli.messages import quoted
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.csv.dialect import PLAIN, Dialect
from mae_cli.tables.csv.files import Waypoint
from mae_cli.tables.csv.header import ColumnType, Header
from mae_cli.tables.moments import PER_SECOND, days, hours
from mae_cli.tables.numeric_block import Numbers, Wanted
from mae_cli.tables.read import PassResult, ReadOptions, read_chunked
from mae_cli.tables.typed import Columns

# What pandas calls objects that are all numbers.
_KINDS_OF_NUMBERS = frozenset({"integer", "floating", "mixed-integer-float", "decimal", "complex"})


def frame_of(columns: "Mapping[str, pd.Series | FloatArray]", rows: int) -> pd.DataFrame:
    """A frame of so many rows with these columns, whose names may be any text."""
    frame = pd.DataFrame(dict(enumerate(columns.values())), index=pd.RangeIndex(rows), copy=False)
    return frame.set_axis(pd.Index(list(columns), dtype=object), axis=1)


@dataclass(frozen=True, eq=False)
class FrameRecords:
    """The rows of a frame whose columns are named by text; they are counted from 0.

    Attributes:
        frame: the columns.
    """

    frame: pd.DataFrame

    @property
    def name(self) -> str:
        """What messages call the data."""
        return "X"

    @property
    def dialect(self) -> Dialect:
        """That of files of which nobody says anything."""
        return PLAIN

    @cached_property
    def header(self) -> Header:
        """The names of the columns, and what they are to a fit."""
        names = tuple(self.frame.columns)
        return Header(names, ("",) * len(names), tuple(_type_of(column) for _, column in self.frame.items()))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.frame.columns)}

    def column(self, name: str) -> pd.Series:
        """A column, without its index."""
        return self.frame.iloc[:, self._places[name]].reset_index(drop=True)

    def type_of(self, name: str) -> ColumnType:
        """What a column is to a fit."""
        return self.header.types[self._places[name]]

    def place(self, index: int) -> Place:
        """Where a row stands."""
        return Place(row=index)

    def places(self, indices: Collection[int]) -> dict[int, Place]:
        """Where each of these rows stands."""
        return {index: self.place(index) for index in indices}

    def cell(self, index: int, column: str) -> str:
        """The text of a cell."""
        return self.cells([index], [column])[index][0]

    def cells(self, indices: Collection[int], columns: Sequence[str]) -> dict[int, tuple[str, ...]]:
        """The texts of the cells of those of these rows that there are, empty where missing."""
        places = [self._places[name] for name in columns]
        there = [index for index in indices if index < len(self.frame)]
        return {index: tuple(_text(self.frame.iloc[index, place]) for place in places) for index in there}

    def located(self, _: Sequence[Waypoint], /) -> "FrameRecords":
        """The same: rows are found by their number."""
        return self

    def read(self, columns: Columns, options: ReadOptions) -> PassResult:
        """The complete rows, and what the pass found; the columns are filled in by it.

        Raises:
            DataError: a cell is at fault.
        """
        return read_chunked((chunk for chunk in [self.chunk(columns.wanted)]), self, columns, options)

    def chunk(self, wanted: Wanted) -> Chunk:
        """The wanted columns: numbers, dates as numbers, and other cells as they are."""
        numbers = {name: self._cells(name) for name in wanted.numbers}
        texts = {name: self.column(name) for name in wanted.texts}
        frame = frame_of(texts | numbers, len(self.frame))
        return Chunk(frame, Numbers.of(frame, wanted), 0)

    def _cells(self, name: str) -> pd.Series:
        column, kind = self.column(name), self.type_of(name).kind
        if kind in {"date", "zoned"}:
            return pd.Series(moments_as_numbers(column, "days"))
        if kind != "number" or (isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf"):
            return column
        return pd.Series(column.to_numpy(dtype=np.float64, na_value=np.nan))


def _text(value: Any) -> str:
    return "" if pd.api.types.is_scalar(value) and pd.isna(value) else str(value)


def _type_of(column: pd.Series) -> ColumnType:
    """What the dtype of a column says, and of objects their cells."""
    name, dtype = str(column.dtype), column.dtype
    if isinstance(dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(dtype):
        return ColumnType(name, "levels")
    if pd.api.types.is_numeric_dtype(dtype):
        return ColumnType(name, "other" if pd.api.types.is_complex_dtype(dtype) else "number")
    if dtype.kind == "M":
        return ColumnType(name, "date" if as_moments(column).dt.tz is None else "zoned")
    if dtype.kind == "m":
        return ColumnType(name, "duration")
    return ColumnType(name, "other" if _holds_containers(column) or _is_nested(dtype) else "text")


def _is_nested(dtype: Any) -> bool:
    """Whether a dtype is of lists or structures of Arrow."""
    return isinstance(dtype, pd.ArrowDtype) and dtype.pyarrow_dtype.num_fields > 0


def _holds_containers(column: pd.Series) -> bool:
    """Whether objects are lists or the like, which cannot be levels."""
    if not (pd.api.types.is_object_dtype(column) and pd.api.types.infer_dtype(column).startswith("mixed")):
        return False
    try:
        set(column)
    except TypeError:
        return True
    return False


def moments_as_numbers(column: pd.Series, unit: str) -> FloatArray:
    """Days by the calendar, or hours by the clock, in UTC where the dates have a zone; NaN where missing."""
    column = as_moments(column)
    if column.dt.tz is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    moments = column.to_numpy(dtype=f"datetime64[{column.dt.unit}]")
    ticks, per_second = moments.astype(np.int64), PER_SECOND[column.dt.unit]
    values = hours(ticks % (86_400 * per_second), per_second) if unit == "hours" else days(ticks, per_second)
    return np.where(np.isnat(moments), np.nan, values)


def as_moments(column: pd.Series) -> pd.Series:
    """The same with the dates of pyarrow as those of numpy, which have all that is asked for here."""
    if not isinstance(column.dtype, pd.ArrowDtype):
        return column
    arrow = column.dtype.pyarrow_dtype
    unit, zone = getattr(arrow, "unit", "s"), getattr(arrow, "tz", None)
    name = f"datetime64[{unit}]" if zone is None else f"datetime64[{unit}, {zone}]"
    return column.astype(pd.api.types.pandas_dtype(name))


def misfit_of_objects(name: str, column: pd.Series) -> Fault | None:
    """What is wrong with a column of objects: numbers among text, or nothing but numbers; None where nothing is."""
    if not pd.api.types.is_object_dtype(column):
        return None
    inferred = pd.api.types.infer_dtype(column, skipna=True)
    if inferred in _KINDS_OF_NUMBERS:
        what = f"column {quoted(name)} holds numbers as objects"
        remedy = "use .astype(float), or .astype('category') to make them levels"
        return Fault("numbers-as-objects", what, Place(column=name), remedy=remedy)
    return _mixture(name, column) if inferred.startswith("mixed") else None


def _mixture(name: str, column: pd.Series) -> Fault | None:
    """The fault of a column in which some cells are text and others numbers, with the first that shows it."""
    are_text = [isinstance(cell, str) for cell in column]
    are_numbers = [isinstance(cell, Number) and not isinstance(cell, bool) for cell in column]
    if not (any(are_text) and any(are_numbers)):
        return None
    row = max(are_text.index(True), are_numbers.index(True))
    cell = str(column.iloc[row])
    what = f"column {quoted(name)} is {quoted(cell)}, and mixes numbers and text"
    remedy = "make it levels with .astype('category'), or numbers with pd.to_numeric"
    return Fault("mixed-types", what, Place(row=row, column=name), cell, remedy)

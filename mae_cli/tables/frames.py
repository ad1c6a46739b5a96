"""Data frames of the library's callers, brought to the rows that `encoding` takes.

Kinds go by dtype here, not by text: numeric dtypes are numbers, and booleans, strings, objects and categories
are levels, as `str` writes them.
"""

from collections.abc import Collection

import numpy as np
import pandas as pd

from mae_cli.arrays import BoolArray
from mae_cli.errors import DataError
from mae_cli.messages import counted, quoted
from mae_cli.rows.blocks import Block, MemoryRows
from mae_cli.rows.coding import Coding, Layout, as_read
from mae_cli.rows.design import Design
from mae_cli.rows.encoding import build_schema, describe
from mae_cli.rows.schema import PLAIN, NumericColumn, Schema, Writing
from mae_cli.tables.columns import unknown_column
from mae_cli.tables.csv.dialect import PLAIN as DIALECT
from mae_cli.tables.writing import in_words, number_in

# What pandas calls objects that are all numbers.
_KINDS_OF_NUMBERS = frozenset({"integer", "floating", "mixed-integer-float", "decimal", "complex"})


def schema_and_design(frame: pd.DataFrame, *, max_levels: int) -> tuple[Schema, Design]:
    """The schema that the rows of a frame define, and their design matrix.

    Raises:
        DataError: as `read_frame`; or a column spans more than floating point can hold.
    """
    layout, block = _rows_of(read_frame(frame, max_levels=max_levels))
    schema = build_schema(layout, describe(MemoryRows((block,)), layout, None))
    return schema, Coding.of(schema, layout)(block)[0].design


def design_of(schema: Schema, frame: pd.DataFrame) -> tuple[Design, BoolArray]:
    """The design matrix of a frame, and the mask of the rows with a level that the schema does not know.

    Raises:
        DataError: as `read_frame_for`.
    """
    layout, block = _rows_of(read_frame_for(schema, frame))
    coded, unseen = Coding.of(schema, layout)(block)
    return coded.design, unseen


def read_frame(frame: pd.DataFrame, *, max_levels: int = 200) -> pd.DataFrame:
    """The columns of a frame to train on, as numbers or as categories of text.

    Raises:
        DataError: two columns have one name, a column cannot be used or has too many levels, or a cell is
            missing or infinite.
    """
    columns: dict[str, pd.Series] = {}
    for label, column in frame.items():
        name = str(label)
        if name in columns:
            raise DataError(f"the frame has two columns named {quoted(name)}; rename one of them")
        _refuse_numbers_as_objects(name, column)
        columns[name] = _numbers(name, column) if _is_numeric(column) else _levels(name, column)
        _refuse_many_levels(name, columns[name], max_levels)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), copy=False)


def read_frame_for(schema: Schema, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns of a frame that a model uses, with the kinds it knows; other columns are ignored.

    Raises:
        DataError: a column is absent or there twice, is not numeric where the model expects numbers, or a
            cell is missing or infinite.
    """
    positions = _positions(frame)
    columns: dict[str, pd.Series] = {}
    for feature in schema.features:
        name = feature.name
        column = _column(frame, positions, name)
        if isinstance(feature, NumericColumn):
            columns[name] = _numbers(name, _plain(name, column, feature.writing))
        else:
            columns[name] = _levels(name, column)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), copy=False)


def column_named(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column by its name.

    Raises:
        DataError: it is absent or there twice.
    """
    return _column(frame, _positions(frame), name)


def without(frame: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """The other columns."""
    return frame.iloc[:, [place for place, label in enumerate(frame.columns) if str(label) not in names]]


def _positions(frame: pd.DataFrame) -> dict[str, list[int]]:
    """Where the columns of each name are."""
    positions: dict[str, list[int]] = {}
    for position, label in enumerate(frame.columns):
        positions.setdefault(str(label), []).append(position)
    return positions


def _column(frame: pd.DataFrame, positions: dict[str, list[int]], name: str) -> pd.Series:
    if name not in positions:
        raise unknown_column(name, list(positions), "the frame")
    if len(positions[name]) > 1:
        raise DataError(f"the frame has two columns named {quoted(name)}; rename one of them")
    return frame.iloc[:, positions[name][0]]


def _rows_of(typed: pd.DataFrame) -> tuple[Layout, Block]:
    """The columns of numbers and of categories as rows, with targets of 0."""
    features: list[tuple[str, tuple[str, ...] | None]] = []
    numeric, codes = [], []
    for name, column in typed.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            features.append((str(name), tuple(column.cat.categories)))
            codes.append((column.cat.codes.to_numpy() + 1).astype(np.int32))
        else:
            features.append((str(name), None))
            numeric.append(column.to_numpy())
    # Column after column in memory, as the solvers take them.
    matrix = np.empty((len(numeric), len(typed)))
    for place, values in enumerate(numeric):
        matrix[place] = values
    rows = np.arange(len(typed))
    return Layout(tuple(features)), Block(as_read(matrix.T, codes), np.zeros(len(rows)), None, rows)


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def _plain(name: str, column: pd.Series, writing: Writing) -> pd.Series:
    """A column as plain numbers, where it is text that is written as a model's training data were, or has dates."""
    if writing.date and column.dtype.kind == "M":
        return (column - pd.Timestamp(0, tz=column.dt.tz)) / pd.Timedelta(days=1)
    if writing == PLAIN or _is_numeric(column) or isinstance(column.dtype, pd.CategoricalDtype):
        return column
    _refuse_rows(name, column.isna().to_numpy(), "is missing")
    numbers = [number_in(str(cell), writing, DIALECT) for cell in column]
    _refuse_rows(name, np.array([number is None for number in numbers]), f"is not read as {in_words(writing)}")
    return pd.Series(numbers, dtype=np.float64)


def _numbers(name: str, column: pd.Series) -> pd.Series:
    if not _is_numeric(column) or pd.api.types.is_complex_dtype(column.dtype):
        raise DataError(f"column {quoted(name)} must hold numbers, but its dtype is {column.dtype}")
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    _refuse_rows(name, np.isnan(values), "is missing")
    _refuse_rows(name, np.isinf(values), "is infinite")
    return pd.Series(values)


def _levels(name: str, column: pd.Series) -> pd.Series:
    if not isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.kind in "mM":
        raise DataError(f"column {quoted(name)} holds dates or times ({column.dtype}); turn them into numbers first")
    _refuse_rows(name, column.isna().to_numpy(), "is missing")
    try:
        codes, values = pd.factorize(column)
    except TypeError:  # what cannot be hashed
        raise DataError(f"column {quoted(name)} holds lists or the like; make columns of their parts") from None
    # Values that differ may be written alike (1 and "1"), which makes them one level.
    level_of, levels = pd.factorize(np.array([str(value) for value in values], dtype=object))
    return pd.Series(pd.Categorical.from_codes(level_of[codes], categories=pd.Index(levels)))


def _refuse_rows(name: str, faulty: BoolArray, fault: str) -> None:
    if faulty.any():
        row = int(np.argmax(faulty))
        raise DataError(f"column {quoted(name)} {fault} in row {row} (counted from 0)")


def _refuse_numbers_as_objects(name: str, column: pd.Series) -> None:
    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) in _KINDS_OF_NUMBERS:
        raise DataError(
            f"column {quoted(name)} holds numbers as objects; use .astype(float), or .astype(str) to make them levels"
        )


def _refuse_many_levels(name: str, column: pd.Series, max_levels: int) -> None:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return
    levels = column.cat.categories
    if len(levels) > max_levels:
        example = quoted(str(column.iloc[0]))
        raise DataError(
            f"column {quoted(name)} has {counted(len(levels), 'level')}, such as {example}, and at "
            f"most {max_levels:,} are allowed; leave it out, raise max_levels, or turn it into numbers"
        )

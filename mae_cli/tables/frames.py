"""Data frames of the library's callers, brought to the rows that `coding` takes.

Kinds go by dtype here: numeric dtypes and dates are numbers, and booleans, strings, objects and categories are levels,
as `str` writes them, unless text is dates or numbers in one spelling throughout.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from numbers import Number

import numpy as np
import pandas as pd

from mae_cli.arrays import BoolArray
from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import counted, quoted
from mae_cli.rows.blocks import Block, MemoryRows
from mae_cli.rows.coding import Coding, Layout, as_read, build_schema, describe
from mae_cli.rows.design import Design
from mae_cli.rows.schema import PLAIN, NumericColumn, Schema, Writing
from mae_cli.tables.column_types import unfit_content
from mae_cli.tables.columns import LeftOut, Remarks, name_of, unknown_column
from mae_cli.tables.csv.dialect import PLAIN as DIALECT
from mae_cli.tables.judged_text import judged_text
from mae_cli.tables.moments import PER_SECOND, TYPED_DATE, TYPED_MOMENT, TYPED_MOMENT_OF_ZONE, days, hours
from mae_cli.tables.writing import in_words, is_plain, numbers_in

# What pandas calls objects that are all numbers.
_KINDS_OF_NUMBERS = frozenset({"integer", "floating", "mixed-integer-float", "decimal", "complex"})


@dataclass(frozen=True, eq=False)
class TypedFrame:
    """The columns of a frame to train on.

    Attributes:
        columns: as numbers or as categories of text, counted from 0.
        writings: how the numbers of a column were written, where they were not plain.
        remarks: on them, and on those that cannot serve.
    """

    columns: pd.DataFrame
    writings: Mapping[str, Writing]
    remarks: Remarks


def schema_and_design(frame: pd.DataFrame, *, max_levels: int) -> tuple[Schema, Design, Remarks]:
    """The schema that the rows of a frame define, their design matrix, and what to know of the columns.

    Raises:
        DataError: as `read_frame`; or a column spans more than floating point can hold.
    """
    if not len(frame):
        raise DataError(Fault("no-data-rows", "X has no rows"))
    typed = read_frame(frame, max_levels=max_levels)
    layout, block = _rows_of(typed.columns, typed.writings)
    schema = build_schema(layout, describe(MemoryRows((block,)), layout, None))
    return schema, Coding.of(schema, layout)(block)[0].design, typed.remarks


def design_of(schema: Schema, frame: pd.DataFrame) -> tuple[Design, BoolArray]:
    """The design matrix of a frame, and the mask of the rows with a level that the schema does not know.

    Raises:
        DataError: as `read_frame_for`.
    """
    layout, block = _rows_of(read_frame_for(schema, frame), {})
    coded, unseen = Coding.of(schema, layout)(block)
    return coded.design, unseen


def read_frame(frame: pd.DataFrame, *, max_levels: int = 300) -> TypedFrame:
    """The columns of a frame to train on, as numbers or as categories of text.

    Text is judged as that of a file is: numbers and dates are numbers, also where they are written in one notation,
    and what is an identifier, has no values, one level or too many, is left out. A column of pandas' categories is used
    or refused. Dates are days since 1970-01-01, in UTC where they have a zone.

    Raises:
        DataError: two columns have one name, a column cannot be used, categories are too many, a cell is missing or
            infinite, or no column is left.
    """
    columns: dict[str, pd.Series] = {}
    writings: dict[str, Writing] = {}
    left_out: list[LeftOut] = []
    notes: list[str] = []
    for label, column in frame.items():
        name = name_of(label)
        if name in columns or name in {each.column for each in left_out}:
            raise _doubled(name)
        found = _column_of(name, column, max_levels)
        if isinstance(found, LeftOut):
            left_out.append(found)
            continue
        columns[name] = found.cells
        notes += found.notes
        if found.writing != PLAIN:
            writings[name] = found.writing
    if left_out and not columns:
        reasons = "; ".join(f"{quoted(each.column)}: {each.reason}" for each in left_out)
        raise DataError(Fault("no-usable-column", f"no column of X can serve: {reasons}"))
    typed = pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), copy=False)
    return TypedFrame(typed, writings, Remarks(tuple(left_out), tuple(notes)))


@dataclass(frozen=True, eq=False)
class TypedColumn:
    """A column.

    Attributes:
        cells: as numbers, or as categories of text.
        writing: how its numbers were written.
        notes: what to know of it.
    """

    cells: pd.Series
    writing: Writing = PLAIN
    notes: tuple[str, ...] = ()


def _column_of(name: str, column: pd.Series, max_levels: int) -> TypedColumn | LeftOut:
    """A column, or why it cannot serve."""
    column = _as_moments(column)
    _refuse_numbers_as_objects(name, column)
    if len(column) > 1 and column.isna().all():
        return LeftOut(name, "it has no values", "fill it in")
    if _is_numeric(column):
        return TypedColumn(_numbers(name, column))
    if column.dtype.kind == "M":
        writing = _writing_of_dates(column)
        return TypedColumn(_numbers(name, _plain(name, column, writing)), writing)
    _refuse_mixture(name, column)
    levels = _levels(name, column)
    if isinstance(column.dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(column.dtype):
        _refuse_many_levels(name, levels, max_levels)
        return TypedColumn(levels)
    return _text_column(name, levels, max_levels)


def numbers_apart(name: str, column: pd.Series) -> TypedColumn | None:
    """A target or weights that are text in one notation, or dates, as numbers; None for any other.

    Raises:
        DataError: a cell is missing or infinite.
    """
    is_text = _is_text(column) and pd.api.types.infer_dtype(column, skipna=True) == "string"
    if not is_text and column.dtype.kind != "M":
        return None
    try:
        found = _column_of(name, column, max_levels=len(column))
    except DataError as error:
        if error.fault.code in {"text-among-numbers", "text-among-dates"}:
            return None
        raise
    return found if isinstance(found, TypedColumn) and _is_numeric(found.cells) else None


def _text_column(name: str, levels: pd.Series, max_levels: int) -> TypedColumn | LeftOut:
    """A column of text, or why it cannot serve."""
    texts = levels.astype(object)
    judged = judged_text(name, texts, max_levels)
    if judged.left_out is not None:
        return judged.left_out
    if judged.writing is None:
        return TypedColumn(levels, notes=judged.notes)
    return TypedColumn(_numbers(name, _plain(name, texts, judged.writing)), judged.writing, judged.notes)


def _as_moments(column: pd.Series) -> pd.Series:
    """The same with the dates of pyarrow as those of numpy, which have all that is asked for here."""
    if not isinstance(column.dtype, pd.ArrowDtype) or column.dtype.kind != "M":
        return column
    arrow = column.dtype.pyarrow_dtype
    unit, zone = getattr(arrow, "unit", "s"), getattr(arrow, "tz", None)
    name = f"datetime64[{unit}]" if zone is None else f"datetime64[{unit}, {zone}]"
    return column.astype(pd.api.types.pandas_dtype(name))


def _writing_of_dates(column: pd.Series) -> Writing:
    """As pandas writes them into a CSV: the time of day only where there is one, or a zone."""
    if column.dt.tz is not None:
        return Writing(date=TYPED_MOMENT_OF_ZONE)
    times = column.dropna()
    return Writing(date=TYPED_DATE if (times == times.dt.normalize()).all() else TYPED_MOMENT)


def _refuse_mixture(name: str, column: pd.Series) -> None:
    """Refuse objects of which some are numbers and others are text."""
    if column.dtype != object or not pd.api.types.infer_dtype(column, skipna=True).startswith("mixed"):
        return
    are_text = [isinstance(cell, str) for cell in column]
    are_numbers = [isinstance(cell, Number) and not isinstance(cell, bool) for cell in column]
    if any(are_text) and any(are_numbers):
        row = max(are_text.index(True), are_numbers.index(True))
        cell = str(column.iloc[row])
        what = f"column {quoted(name)} is {quoted(cell)}, and mixes numbers and text"
        remedy = "make it levels with .astype('category'), or numbers with pd.to_numeric"
        raise DataError(Fault("mixed-types", what, Place(row=row, column=name), cell, remedy))


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
    return frame.iloc[:, [place for place, label in enumerate(frame.columns) if name_of(label) not in names]]


def _positions(frame: pd.DataFrame) -> dict[str, list[int]]:
    """Where the columns of each name are."""
    positions: dict[str, list[int]] = {}
    for position, label in enumerate(frame.columns):
        positions.setdefault(name_of(label), []).append(position)
    return positions


def _column(frame: pd.DataFrame, positions: dict[str, list[int]], name: str) -> pd.Series:
    if name not in positions:
        fault = unknown_column(name, list(positions), "the frame")
        raise DataError(replace(fault, place=Place(column=name)))  # no file is at fault
    if len(positions[name]) > 1:
        raise _doubled(name)
    return frame.iloc[:, positions[name][0]]


def _doubled(name: str) -> DataError:
    what = f"the frame has two columns named {quoted(name)}"
    return DataError(Fault("duplicate-column", what, Place(column=name), remedy="rename one of them"))


def _rows_of(typed: pd.DataFrame, writings: Mapping[str, Writing]) -> tuple[Layout, Block]:
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
    return Layout(tuple(features), writings), Block(as_read(matrix.T, codes), np.zeros(len(rows)), None, rows)


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def _plain(name: str, column: pd.Series, writing: Writing) -> pd.Series:
    """A column as plain numbers, where it is text that is written as a model's training data were, or has dates."""
    column = _as_moments(column)
    if writing.date and column.dtype.kind == "M":
        return _numbers_of_dates(name, column, writing)
    if isinstance(column.dtype, pd.CategoricalDtype) or not (writing.date or _is_text(column)):
        return column
    _refuse_rows("missing-cell", name, column.isna().to_numpy(), "is missing")
    numbers = numbers_in([str(cell) for cell in column], writing, DIALECT)
    unread = np.array([number is None for number in numbers], dtype=bool)
    _refuse_rows("wrong-notation", name, unread, f"is not {_expected(writing)}", column)
    values = pd.Series(numbers, dtype=np.float64)
    _refuse_rows("missing-cell", name, values.isna().to_numpy(), "is taken as missing", column)
    return values


def _is_text(column: pd.Series) -> bool:
    return column.dtype == object or pd.api.types.is_string_dtype(column.dtype)


def _expected(writing: Writing) -> str:
    """What a cell of a column is to be, as words behind "is not"."""
    if writing.date:
        return f"a {'time' if writing.unit == 'hours' else 'date'} written as {writing.date}, as in training"
    return "a number" if is_plain(writing) else f"written as in training, {in_words(writing)}"


def _numbers_of_dates(name: str, column: pd.Series, writing: Writing) -> pd.Series:
    """Days by the calendar, or hours by the clock, of where the dates are; in UTC if the model's dates have a zone."""
    if "%z" in writing.date and column.dt.tz is None:
        what = f"column {quoted(name)} has dates without a time zone, which it had in training"
        raise DataError(Fault("no-time-zone", what, Place(column=name), remedy="use .dt.tz_localize"))
    column = (column.dt.tz_convert("UTC") if "%z" in writing.date else column).dt.tz_localize(None)
    moments = column.to_numpy(dtype=f"datetime64[{column.dt.unit}]")
    ticks, per_second = moments.astype(np.int64), PER_SECOND[column.dt.unit]
    values = hours(ticks % (86_400 * per_second), per_second) if writing.unit == "hours" else days(ticks, per_second)
    return pd.Series(np.where(np.isnat(moments), np.nan, values))


def _numbers(name: str, column: pd.Series) -> pd.Series:
    if not _is_numeric(column) or pd.api.types.is_complex_dtype(column.dtype):
        what = f"column {quoted(name)} must hold numbers, but its dtype is {column.dtype}"
        raise DataError(Fault("not-numeric", what, Place(column=name)))
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    _refuse_rows("missing-cell", name, np.isnan(values), "is missing")
    _refuse_rows("not-finite", name, np.isinf(values), "is infinite")
    return pd.Series(values)


def _levels(name: str, column: pd.Series) -> pd.Series:
    if not isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.kind in "mM":
        what = f"column {quoted(name)} {unfit_content('duration', str(column.dtype))}"
        raise DataError(Fault("dates-or-times", what, Place(column=name), remedy="turn it into numbers first"))
    _refuse_rows("missing-cell", name, column.isna().to_numpy(), "is missing")
    try:
        codes, values = pd.factorize(column)
    except TypeError:  # what cannot be hashed
        what = f"column {quoted(name)} holds lists or the like"
        fault = Fault("unsupported-type", what, Place(column=name), remedy="make columns of their parts")
        raise DataError(fault) from None
    # Values that differ may be written alike (1 and "1"), which makes them one level.
    level_of, levels = pd.factorize(np.array([str(value) for value in values], dtype=object))
    return pd.Series(pd.Categorical.from_codes(level_of[codes], categories=pd.Index(levels)))


def _refuse_rows(code: str, name: str, faulty: BoolArray, what: str, cells: pd.Series | None = None) -> None:
    if faulty.any():
        row = int(np.argmax(faulty))
        cell = None if cells is None else str(cells.iloc[row])
        told = what if cell is None else f"is {quoted(cell)}, which {what}"
        raise DataError(Fault(code, f"column {quoted(name)} {told}", Place(row=row, column=name), cell))


def _refuse_numbers_as_objects(name: str, column: pd.Series) -> None:
    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) in _KINDS_OF_NUMBERS:
        what = f"column {quoted(name)} holds numbers as objects"
        remedy = "use .astype(float), or .astype('category') to make them levels"
        raise DataError(Fault("numbers-as-objects", what, Place(column=name), remedy=remedy))


def _refuse_many_levels(name: str, column: pd.Series, max_levels: int) -> None:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return
    levels = column.cat.categories
    if len(levels) > max_levels:
        example = quoted(str(column.iloc[0]))
        what = f"column {quoted(name)} has {counted(len(levels), 'level')}, such as {example}, and at "
        what += f"most {max_levels:,} are allowed"
        remedy = "leave it out, raise max_levels, or turn it into numbers"
        raise DataError(Fault("too-many-levels", what, Place(column=name), remedy=remedy))

"""Data frames of the library's callers: the rows of one to fit, and the design matrix of one for a model.

They go the way of files, so that the same becomes of a column here and there; only what to do about it is said in the
words of pandas. A row with a missing cell is refused, as every row of X has its place in a result.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mae_cli.arrays import BoolArray, FloatArray
from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import BLOCK, AlikeNotes, quoted
from mae_cli.rows.blocks import MemoryRows, RowStore
from mae_cli.rows.coding import Coding, Layout
from mae_cli.rows.design import Design
from mae_cli.rows.schema import PLAIN, CategoricalColumn, NumericColumn, Schema, Writing
from mae_cli.tables.column import Likeness, Note, first_of, put_together
from mae_cli.tables.column_types import misfits, typed_writings
from mae_cli.tables.columns import (
    ColumnChoice,
    LeftOut,
    Remarks,
    UsedColumns,
    name_of,
    resolve_any,
    unknown_column,
)
from mae_cli.tables.csv.dialect import PLAIN as PLAIN_TEXT
from mae_cli.tables.csv.header import Header
from mae_cli.tables.frame_records import (
    FrameRecords,
    as_moments,
    frame_of,
    misfit_of_objects,
    moments_as_numbers,
)
from mae_cli.tables.judge import first_code, first_date, judge_numbers
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.load import model_columns, parts_of
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.plan import Reading, readings
from mae_cli.tables.read import ReadOptions, missing_fault
from mae_cli.tables.typed import Columns, TypedChunk
from mae_cli.tables.writing import is_plain

# So many cells tell whether numbers may be codes.
_FIRST = 200
# So many columns that are refused are told.
_MOST_TOLD = 8
# Names that no column has.
_TARGET, _WEIGHT = "\0target", "\0weight"

_BY_CATEGORIES = "make it one of categories, .astype('category')"
_BY_DATES = "turn it into dates with pd.to_datetime"
_HOW_TO_HAVE_IN = {
    "unfit-column": _BY_CATEGORIES,
    "too-many-levels": _BY_CATEGORIES,
    "date-in-doubt": _BY_DATES,
    "text-among-dates": _BY_DATES,
    "number-in-disguise": "turn it into numbers",
}
_REMEDIES = {
    "text-among-numbers": f"fix the cell, or {_BY_CATEGORIES}",
    "text-among-dates": "fix the cell, or turn the column into dates with pd.to_datetime",
    "too-many-levels": "leave it out, raise max_levels, or turn it into numbers",
    "missing-cell": "fill it in, or leave the row out",
    "not-finite": "fix the cell, or leave the row out",
    "not-a-number": "fix the cell, or leave the row out",
    "other-date-format": "write it as in training, or train on such data",
}


@dataclass(frozen=True, eq=False)
class FrameRows:
    """The rows of a frame to fit.

    Attributes:
        rows: as read, with target and weights.
        layout: what they consist of.
        remarks: on the columns, and on those that cannot serve.
    """

    rows: RowStore
    layout: Layout
    remarks: Remarks


def load_frame(
    frame: pd.DataFrame, target: FloatArray, weights: FloatArray | None, *, max_levels: int, intercept: bool
) -> FrameRows:
    """The rows of a frame whose columns have the names that `named` gives them.

    Text is judged as that of a file is: numbers and dates are numbers, also where they are written in one notation,
    and what is an identifier, has no values, one level or too many, is left out. A column of pandas' categories that
    vary is used or refused.

    Args:
        frame: the features.
        target: (n,) finite numbers.
        weights: likewise; None for ones.
        max_levels: most levels of a column of text.
        intercept: whether the fit has one, beside which a constant column tells nothing.

    Raises:
        DataError: columns are refused, a cell is missing, or no column is left.
    """
    apart = {_TARGET: target} | ({} if weights is None else {_WEIGHT: weights})
    records = FrameRecords(pd.concat([frame.reset_index(drop=True), frame_of(apart, len(frame))], axis=1))
    choice = ColumnChoice(_TARGET, weight=None if weights is None else _WEIGHT, intercept=intercept)
    used = resolve_any(choice, records.header, records.name)
    faults = {name: misfit_of_objects(name, records.column(name)) for name in used.features}
    odd = {name: fault for name, fault in faults.items() if fault is not None}
    used = _used(used, odd, records)
    reading, left_out = _read(records, used, ReadOptions(MemoryRows.collect, max_levels=max_levels))
    odd |= {name: verdict.fault for name, verdict in reading.plan.refused.items() if verdict.fault}
    if odd:
        raise DataError(_together([_told(odd[name]) for name in records.header.names if name in odd]))
    if left_out and not reading.plan.used.features:
        raise DataError(_nothing_left(left_out))
    _require_complete(reading, records, max_levels)
    return _rows(reading, records, left_out)


def _used(used: UsedColumns, odd: Collection[str], records: FrameRecords) -> UsedColumns:
    """The columns but for odd ones; those that are levels by their type and vary are used as if they were named."""
    features = tuple(name for name in used.features if name not in odd)
    levels = [name for name in features if records.type_of(name).kind == "levels"]
    varying = frozenset(name for name in levels if len(records.column(name).dropna().unique()) > 1)
    return replace(used, features=features, named=varying)


def _read(records: FrameRecords, used: UsedColumns, options: ReadOptions) -> tuple[Reading, list[LeftOut]]:
    """The last reading, and the columns that are left out, with what a caller of the library can do about them."""
    codes: dict[str, str] = {}
    for number, reading in enumerate(readings(records, used, options)):
        if number == 0:
            known = reading.plan.left_out
        codes |= {name: each.fault.code for name, each in reading.verdicts.items() if each.left_out and each.fault}
    return reading, [_known(each) if each in known else _in_words(each, codes) for each in reading.plan.left_out]


def _known(column: LeftOut) -> LeftOut:
    """A column that is left out for its name or its type."""
    is_of_command = column.remedy is not None and column.remedy.startswith("use --")
    return replace(column, remedy="give it another name") if is_of_command else column


def _in_words(column: LeftOut, codes: Mapping[str, str]) -> LeftOut:
    """A column that is left out for its cells, with the remedy that a caller of the library has."""
    if column.remedy is None:
        return column
    if column.column not in codes:
        return replace(column, remedy="fill in its missing cells")
    return replace(column, remedy=_HOW_TO_HAVE_IN.get(codes[column.column], column.remedy))


def _nothing_left(left_out: Sequence[LeftOut]) -> Fault:
    reasons = "; ".join(f"{quoted(each.column)}: {each.reason}" for each in left_out[:_MOST_TOLD])
    more = f"; and {len(left_out) - _MOST_TOLD:,} more" if len(left_out) > _MOST_TOLD else ""
    return Fault("no-usable-column", f"no column of X can serve: {reasons}{more}")


def _together(faults: Sequence[Fault]) -> Fault:
    if len(faults) == 1:
        return faults[0]
    more = [f"and {len(faults) - _MOST_TOLD:,} more"] * (len(faults) > _MOST_TOLD)
    lines = [f"{len(faults):,} columns cannot be used:", *map(str, faults[:_MOST_TOLD]), *more]
    return Fault("refused-columns", BLOCK.join(lines))


def _told(fault: Fault) -> Fault:
    """A fault with the remedy that a caller of the library has; no file is at fault."""
    place = fault.place and replace(fault.place, file=None)
    return replace(fault, place=place, remedy=_REMEDIES.get(fault.code, fault.remedy))


def _require_complete(reading: Reading, records: FrameRecords, max_levels: int) -> None:
    """Refuse the first missing cell."""
    if reading.result.summary.rows_dropped:
        columns = reading.plan.columns(records.dialect, max_levels)
        _checked(columns.typed(records.chunk(columns.wanted)), columns, records)


def _checked(typed: TypedChunk, columns: Columns, records: FrameRecords) -> TypedChunk:
    """The cells of all rows, none of which is at fault or missing."""
    fault = first_of([typed.fault, missing_fault(typed, columns, records.header.names)])
    if fault is not None:
        raise DataError(_told(fault.error(records).fault))
    return typed


def _rows(reading: Reading, records: FrameRecords, left_out: Sequence[LeftOut]) -> FrameRows:
    """The rows, with what is known of them."""
    plan, columns = reading.plan, reading.result.summary.columns
    features, levels = plan.used.features, {column.name: tuple(column.levels) for column in columns.levels}
    layout = Layout(tuple((name, levels.get(name)) for name in features), columns.writings)
    told = [*plan.notes, *(note for verdict in reading.verdicts.values() for note in verdict.notes)]
    plain = [name for name in layout.numeric if is_plain(layout.writings.get(name, PLAIN))]
    told += [note for name in plain for note in _code_notes(name, records.column(name).head(_FIRST).dropna())]
    notes = (*put_together(told, records), *columns.notes(records))
    texts = (each.together if isinstance(each, AlikeNotes) else each for each in notes)
    return FrameRows(reading.result.rows, layout, Remarks(tuple(left_out), tuple(texts)))


def _code_notes(name: str, column: pd.Series) -> list[Note]:
    """The note on numbers that may be none."""
    cells = [str(int(cell)) if _is_whole(cell) else str(cell) for cell in column]
    code, date = first_code(cells), first_date(cells)
    if code is not None:
        says = f"numbers with leading zeros, such as {quoted(code)}; if they are codes, {_BY_CATEGORIES}"
    elif date is not None:
        says = f"numbers such as {quoted(date)}; if they are dates, use pd.to_datetime"
    else:
        return []
    likeness = Likeness(name, says, ("dates" if code is None else "codes",))
    return [Note(f"column {quoted(name)} has {says}", likeness=likeness)]


def _is_whole(cell: object) -> bool:
    return isinstance(cell, (int, float, np.number)) and float(cell).is_integer()


@dataclass(frozen=True, eq=False)
class NumbersApart:
    """A target or weights.

    Attributes:
        numbers: (n,) finite.
        writing: how they were written.
        notes: that say so.
    """

    numbers: FloatArray
    writing: Writing
    notes: tuple[str, ...]


def numbers_apart(name: str, column: pd.Series) -> NumbersApart | None:
    """A target or weights that are text in one notation, or dates, as numbers; None for any other.

    Raises:
        DataError: a cell is missing or infinite.
    """
    records = FrameRecords(frame_of({name: column.reset_index(drop=True)}, len(column)))
    dates, notes = typed_writings(records.header), tuple[str, ...]()
    if name in dates:
        numbers = replace(NumberColumn.target(name, PLAIN_TEXT, dates[name]), typed=True)
    elif records.type_of(name).kind == "text" and pd.api.types.infer_dtype(column, skipna=True) == "string":
        cells = LevelColumn(name, declared=False, max_levels=len(column))
        records.read(Columns([], [cells], 0), ReadOptions(MemoryRows.none))
        verdict = judge_numbers(cells, records)
        if verdict.writing is None:
            return None
        numbers = NumberColumn.target(name, PLAIN_TEXT, verdict.writing)
        notes = tuple(note.says for note in verdict.notes)
    else:
        return None
    columns = Columns([numbers], [], 1)
    typed = _checked(columns.typed(records.chunk(columns.wanted)), columns, records)
    return NumbersApart(typed.numbers.apart[0], replace(numbers.found, missing=()), notes)


def design_of(schema: Schema, frame: pd.DataFrame) -> tuple[Design, BoolArray]:
    """The design matrix of a frame, and the mask of the rows with a level that the schema does not know.

    Columns that the model does not use are ignored.

    Raises:
        DataError: a column is absent or there twice, is of another kind than in training, or a cell is missing or not
            what the model expects.
    """
    frame = named(frame)
    pairs = [_for_model(feature, column_named(frame, feature.name)) for feature in schema.features]
    read = Schema(tuple(feature for feature, _ in pairs))
    cells = {feature.name: column.reset_index(drop=True) for feature, column in pairs}
    records = FrameRecords(frame_of(cells, len(frame)))
    parts = parts_of(read)
    for fault in misfits(records.name, records.header, parts, [name for name in cells if name not in parts]).values():
        raise DataError(_told(fault))
    columns = model_columns(read, records.dialect)
    typed = _checked(columns.typed(records.chunk(columns.wanted)), columns, records)
    return Coding.of(schema, Layout.of(read)).design(typed.numbers.matrix, tuple(typed.codes))


def _for_model(
    feature: NumericColumn | CategoricalColumn, column: pd.Series
) -> tuple[NumericColumn | CategoricalColumn, pd.Series]:
    """A column as a model reads it: what is a number or a date already need not be written as it was in training."""
    if not isinstance(feature, NumericColumn) or feature.writing == PLAIN:
        return feature, column
    writing, plain = feature.writing, replace(feature, writing=PLAIN)
    if writing.date and column.dtype.kind == "M":
        return plain, pd.Series(_moments(feature.name, column, writing))
    is_number = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    if writing.date:
        return feature, column.astype(str) if is_number else column
    return plain if is_number else feature, column


def _moments(name: str, column: pd.Series, writing: Writing) -> FloatArray:
    """Days by the calendar, or hours by the clock, of where the dates are; in UTC if the model's dates have a zone."""
    column = as_moments(column)
    if "%z" not in writing.date:
        column = column.dt.tz_localize(None)
    elif column.dt.tz is None:
        what = f"column {quoted(name)} has dates without a time zone, which it had in training"
        raise DataError(Fault("no-time-zone", what, Place(column=name), remedy="use .dt.tz_localize"))
    return moments_as_numbers(column, writing.unit or "days")


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with columns that are named by text; one without a name is called by its place, as in a file."""
    return frame.set_axis(pd.Index(_header(frame).names, dtype=object), axis=1)


def _header(frame: pd.DataFrame) -> Header:
    return Header.of([name_of(label) for label in frame.columns], is_spaced=False)


def remarks_on_names(frame: pd.DataFrame) -> Remarks:
    """What to know of columns without a name: the first has names of rows and is left out, as in a file."""
    header = _header(frame)
    called = [name for name in header.names if name in header.placed]
    gone = [LeftOut(name, "it has no name", "give it one") for name in called if name == header.names[0]]
    notes = [f"{quoted(name)} has no name; it is called by its place" for name in called if name != header.names[0]]
    return Remarks(tuple(gone), tuple(notes))


def column_named(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column by its name.

    Raises:
        DataError: it is absent or there twice.
    """
    places = [place for place, other in enumerate(frame.columns) if other == name]
    if not places:
        fault = unknown_column(name, list(frame.columns), "the frame")
        raise DataError(replace(fault, place=Place(column=name)))  # no file is at fault
    if len(places) > 1:
        what = f"the frame has two columns named {quoted(name)}"
        raise DataError(Fault("duplicate-column", what, Place(column=name), remedy="rename one of them"))
    return frame.iloc[:, places[0]]


def without(frame: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """The other columns."""
    return frame.loc[:, [name not in names for name in frame.columns]]

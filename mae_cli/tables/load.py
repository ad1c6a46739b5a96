"""From files to complete, typed rows in a place of their own: for training, and for a model that is there already.

Their place is the memory, or a scratch file where they would not fit comfortably.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from mae_cli.errors import DataError
from mae_cli.memory import memory_bytes
from mae_cli.messages import AlikeNotes, listed, option, quoted
from mae_cli.rows.blocks import MemoryRows, RowStore
from mae_cli.rows.coding import Layout
from mae_cli.rows.schema import ALL_PLAIN, ApartWritings, Schema
from mae_cli.rows.scratch import Scratch
from mae_cli.tables.apart import Apart, found_apart
from mae_cli.tables.column import Note, put_together
from mae_cli.tables.column_types import Part, require_kinds
from mae_cli.tables.columns import LeftOut, UsedColumns, require_columns
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Files, Records
from mae_cli.tables.csv.header import Header
from mae_cli.tables.csv.source import Source
from mae_cli.tables.judge import Verdict, code_notes
from mae_cli.tables.level_column import KnownLevelColumn
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.parquet import ParquetRecords
from mae_cli.tables.plan import Plan, Reading, readings
from mae_cli.tables.read import Collect, Data, PassResult, ReadOptions, read
from mae_cli.tables.refused import RefusedColumnsError, nothing_left, told_left_out
from mae_cli.tables.typed import Columns

# So many ignored columns are named.
_FEW = 3
# Rows stay in memory while their numbers take at most this share of it.
_COMFORTABLE_SHARE = 0.25
_BYTES_A_CELL = 8
_SAMPLE_BYTES = 1 << 16


@dataclass(frozen=True, eq=False)
class LoadedRows:
    """The complete rows of the data, as far as a fit or a model uses them.

    Attributes:
        files: where they come from.
        rows: with target and weights, as the layout says; codes of clusters, if there are any, come behind it.
        layout: the columns of the rows.
        rows_read: data records in the files.
        rows_dropped: those of them with a missing cell.
        rows_unseen: those of them with a level that the model does not know.
        notes: what the user should know.
        missing_column: the column that is missing in all of the dropped rows; None where there is no such.
        written: how the target and the weights are written.
        left_out: the columns that cannot serve, and that nobody named.
    """

    files: Records
    rows: RowStore
    layout: Layout
    rows_read: int
    rows_dropped: int
    rows_unseen: int
    notes: tuple[str | AlikeNotes, ...]
    missing_column: str | None = None
    written: ApartWritings = ALL_PLAIN
    left_out: tuple[LeftOut, ...] = ()


def load_training(files: Data, used: UsedColumns, options: ReadOptions) -> LoadedRows:
    """Read the columns of a fit, decide their kinds, and keep the complete rows.

    Raises:
        DataError: a file is at fault, or a column, all of those together; or no row is complete.
    """
    reading = _last(readings(files, used, options))
    _require_all(reading, files, used, options)
    plan, result = reading.plan, reading.result
    told = [*plan.notes, *(note for verdict in reading.verdicts.values() for note in verdict.notes)]
    notes = (
        *_told_of_blanks(files),
        *told_of_places(files.header, plan.used.names),
        *told_left_out(plan.left_out),
        *put_together([*told, *_code_notes(plan, result)], result.files),
    )
    try:
        loaded = _loaded(result, plan.used.features, notes)
        columns = result.summary.columns
        written = found_apart(columns.numbers[: columns.apart])
        return replace(loaded, written=written, left_out=plan.left_out)
    except DataError as error:
        raise _with_exclusion(error, plan.used) from None


def _last(passes: Iterator[Reading]) -> Reading:
    for reading in passes:
        last = reading
    return last


def _require_all(reading: Reading, files: Data, used: UsedColumns, options: ReadOptions) -> None:
    """Require that every column serves that has to, and that one is left to predict from.

    Raises:
        DataError: a column does not, or none is left.
    """
    plan = reading.plan
    refused = {**_first_missing(reading, files, options), **plan.refused}
    if used.strict:
        refused |= {each.column: Verdict(fault=each.fault(files.name)) for each in plan.left_out}
    if refused:
        raise RefusedColumnsError.of(reading.result.files, refused, used)
    if not plan.used.features:
        raise DataError(nothing_left(files.name, used.target, plan.left_out))


def _first_missing(reading: Reading, files: Data, options: ReadOptions) -> dict[str, Verdict]:
    """The refusal of the first column with a missing cell, where such cells are refused."""
    if options.missing == "drop" or not reading.result.summary.rows_dropped:
        return {}
    columns = reading.plan.columns(files.dialect, options.max_levels)
    try:
        read(files, columns, replace(options, collect=MemoryRows.none))
    except DataError as error:
        column = error.fault.place.column if error.fault.place is not None else None
        if column is None:
            raise
        return {column: Verdict(fault=error.fault)}
    return {}


def _told_of_blanks(files: Data) -> list[str]:
    return ["blanks behind the delimiters are left out of names and cells"] if files.header.is_spaced else []


def _code_notes(plan: Plan, result: PassResult) -> list[Note]:
    """The notes on columns of plain numbers that nobody named, and that may be no numbers."""
    unsaid = [name for name in plan.used.features if name not in plan.text | plan.writings.keys() | plan.used.named]
    return code_notes(result.files, unsaid, result.summary.rows_read)


def _with_exclusion(error: DataError, used: UsedColumns) -> DataError:
    """The error of rows none of which is complete, with the remedy that a fit has where a feature is the cause."""
    fault = error.fault
    column = fault.place.column if fault.place is not None and fault.code == "no-complete-row" else None
    if column not in used.features:
        return error
    otherwise = "do not name it" if column in used.named else f"use {option('--exclude', column)}"
    return DataError(replace(fault, remedy=f"{fault.remedy}, or {otherwise}"))


def load_for_model(files: Data, schema: Schema, apart: Apart, options: ReadOptions) -> LoadedRows:
    """Read the columns a model uses, with the kinds it knows; other columns are ignored.

    Args:
        files: the data.
        schema: the model's columns.
        apart: the model's target and weights; all rows weigh the same when the data do not have the latter.
        options: how to read.

    Raises:
        DataError: a column is absent, a cell is not what the model expects, or no row is complete.
    """
    names, used = files.header.names, {*schema.sources, *apart.names}
    notes = (
        *told_of_places(files.header, used),
        *_unweighted(files, apart.weight, names),
        *ignored_columns(files.header, used),
    )
    apart = apart if apart.weight in names else replace(apart, weight=None)
    needed = dict.fromkeys(schema.sources, "a feature of the model")
    needed[apart.target] = "the model's target, which only mae-predict does without"
    require_columns(needed, files.header, files.name)
    _require_kinds(files, apart.parts | parts_of(schema), schema.sources)
    first, features = apart.columns(files.dialect), model_columns(schema, files.dialect)
    columns = Columns([*first, *features.numbers], features.levels, len(first))
    return _loaded(read(files, columns, options), schema.names, notes)


def parts_of(schema: Schema) -> dict[str, Part]:
    """What the numeric features of a model must be."""
    return {feature.name: Part("the feature", feature.writing) for feature in schema.numeric}


def model_columns(schema: Schema, dialect: Dialect) -> Columns:
    """The features of a model, with the kinds it knows."""
    return Columns(
        [NumberColumn(feature.name, dialect, "the feature", writing=feature.writing) for feature in schema.numeric],
        [KnownLevelColumn(feature.name, feature.levels, dialect) for feature in schema.categorical],
        apart=0,
    )


def _loaded(result: PassResult, features: Sequence[str], notes: tuple[str | AlikeNotes, ...] = ()) -> LoadedRows:
    """The rows with what is known of them.

    Raises:
        DataError: no row is complete.
    """
    summary, files = result.summary, result.files
    summary.finish(files)
    levels = {column.name: tuple(column.levels) for column in summary.columns.levels}
    return LoadedRows(
        files=files,
        rows=result.rows,
        layout=Layout(tuple((name, levels.get(name)) for name in features), summary.columns.writings),
        rows_read=summary.rows_read,
        rows_dropped=summary.rows_dropped,
        rows_unseen=summary.rows_unseen,
        notes=(*notes, *summary.notes(files)),
        missing_column=summary.missing_column,
    )


def _require_kinds(files: Records, numbers: Mapping[str, Part], features: Sequence[str]) -> None:
    """Refuse columns whose type does not go with their part; that of a column of two parts is a number."""
    require_kinds(files.name, files.header, numbers, [name for name in features if name not in numbers])


def told_of_places(header: Header, used: Collection[str | None]) -> tuple[str, ...]:
    """The note on columns that are used, and that are called by their place."""
    called = [name for name in header.names if name in header.placed and name in used]
    if not called:
        return ()
    have, are = (
        ("has", "it is called by its place") if len(called) == 1 else ("have", "they are called by their places")
    )
    return (f"{listed(called, _FEW)} {have} no name in the header; {are}",)


def ignored_columns(header: Header, used: Collection[str | None]) -> tuple[str, ...]:
    """The note on columns that a model has no use for; those without a name are passed over."""
    others = [name for name in header.names if name.strip() and name not in used and name not in header.placed]
    if not others:
        return ()
    if len(others) == 1:
        return (f"column {quoted(others[0])} is not used by the model; ignored",)
    return (f"{len(others):,} columns are not used by the model; ignored: {listed(others, _FEW)}",)


def _unweighted(files: Records, weight: str | None, header: Sequence[str]) -> tuple[str, ...]:
    """The note on a model's weights that the data do not have."""
    if weight is None or weight in header:
        return ()
    return (f"{files.name} has no weight column {quoted(weight)}; all rows weigh the same",)


@contextmanager
def place_for(files: Data, columns: int, *, stream: bool | None) -> Iterator[Collect]:
    """Where the rows live while a `with` block lasts: gives what keeps them there, in memory or in scratch files.

    Args:
        files: the data.
        columns: how many are used.
        stream: True for scratch files, False for memory; None to decide by the size.
    """
    if needs_scratch(files, columns, stream=stream):
        with Scratch() as scratch:
            yield scratch.collect
    else:
        yield MemoryRows.collect


def needs_scratch(files: Data, columns: int, *, stream: bool | None) -> bool:
    """Whether rows of so many columns go to a scratch file.

    Where the user does not say (None), they do if the rows, at 8 bytes a cell and as many as the first lines let
    expect or Parquet says, would take more than a quarter of the memory there is.
    """
    if not isinstance(files, (Files, ParquetRecords)):
        return False  # the workers that read the files keep them in their memory
    if stream is not None:
        return stream
    rows = files.rows if isinstance(files, ParquetRecords) else sum(map(_estimated_rows, files.sources))
    return rows * (columns + 1) * _BYTES_A_CELL > _COMFORTABLE_SHARE * memory_bytes()


def _estimated_rows(source: Source) -> float:
    with source.opened() as stream:
        sample = stream.read(_SAMPLE_BYTES)
    return source.estimated_bytes / max(len(sample), 1) * max(sample.count(b"\n"), sample.count(b"\r"), 1)

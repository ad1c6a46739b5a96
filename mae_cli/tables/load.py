"""From files to complete, typed rows in a place of their own: for training, and for a model that is there already.

Their place is the memory, or a scratch file where they would not fit comfortably.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from mae_cli.errors import DataError
from mae_cli.memory import memory_bytes
from mae_cli.messages import listed, option, quoted
from mae_cli.progress import Phase
from mae_cli.rows.blocks import MemoryRows, RowStore
from mae_cli.rows.coding import Layout
from mae_cli.rows.schema import ALL_PLAIN, ApartWritings, Schema
from mae_cli.rows.scratch import Scratch
from mae_cli.tables.apart import Apart, found_apart, found_writing
from mae_cli.tables.column_types import Part, require_kinds, text_columns, typed_dates, unfit_columns
from mae_cli.tables.columns import LeftOut, UsedColumns, in_order, require_columns
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Files, Records
from mae_cli.tables.csv.source import Source
from mae_cli.tables.judge import code_notes, no_format
from mae_cli.tables.level_column import KnownLevelColumn
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.parquet import ParquetRecords
from mae_cli.tables.plan import Plan, RefusedColumnsError
from mae_cli.tables.read import Collect, Data, PassResult, ReadOptions, read
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
        notes: what the user should know, a sentence each.
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
    notes: tuple[str, ...]
    missing_column: str | None = None
    written: ApartWritings = ALL_PLAIN
    left_out: tuple[LeftOut, ...] = ()


def load_training(files: Data, used: UsedColumns, options: ReadOptions) -> LoadedRows:
    """Read the columns of a fit, decide their kinds, and keep the complete rows.

    Raises:
        DataError: a file, a column or a cell is at fault, or no row is complete.
    """
    plan = _first_plan(files, used)
    while True:
        try:
            # Rows with missing cells are left out in any case: the columns that they are in may not stay.
            result = read(files, plan.columns(files.dialect, options.max_levels), replace(options, missing="drop"))
        except DataError as error:
            plan = _as_written(error, files, plan, options)
            options.listener.entering(Phase.READING_AGAIN)
            continue
        require_dates(plan, files)
        verdicts = plan.verdicts(result.summary, result.files)
        revised = plan.revised(verdicts, result.summary, result.files, drops=options.missing == "drop")
        if revised == plan:
            break
        result.rows.close()
        plan = revised
        options.listener.entering(Phase.READING_AGAIN)
    if options.missing == "error" and result.summary.rows_dropped:
        result.rows.close()
        options.listener.entering(Phase.READING_AGAIN)
        result = read(files, plan.columns(files.dialect, options.max_levels), options)
    notes = (*_told_of_blanks(files), *plan.told(verdicts, result.files), *_told_of_codes(plan, result))
    try:
        loaded = _loaded(result, plan.used.features, notes)
        columns = result.summary.columns
        written = found_apart(columns.numbers[: columns.apart])
        return replace(loaded, written=written, left_out=plan.left_out)
    except DataError as error:
        raise _with_exclusion(error, plan.used) from None


def _as_written(error: DataError, files: Data, plan: Plan, options: ReadOptions) -> Plan:
    """The plan after an error of a column of numbers that goes away once they are read as they are written.

    Raises:
        DataError: it does not; told with the features that are refused too.
    """
    try:
        return plan.with_writing(found_writing(error, plan.required(files.dialect), files, options))
    except DataError as final:
        first = _missing_before(final, files, plan, options) or final
        raise _with_refused_features(first, files, plan, options) from None


def _missing_before(error: DataError, files: Data, plan: Plan, options: ReadOptions) -> DataError | None:
    """The error of a missing cell before the place of another error, where such cells are refused."""
    if options.missing == "drop":
        return None
    options.listener.entering(Phase.READING_AGAIN)
    try:
        read(files, plan.columns(files.dialect, options.max_levels), options)
    except DataError as first:
        return first if first.fault.place != error.fault.place else None
    return None


def require_dates(plan: Plan, files: Data) -> None:
    """Refuse a target that the user calls dates, and that is read as other numbers.

    Raises:
        DataError: it is.
    """
    target = plan.used.target
    if target in plan.used.dates and not plan.apart.written.target.date:
        raise DataError(no_format(target, f"the target {quoted(target)} has numbers", files))


def _told_of_blanks(files: Data) -> list[str]:
    return ["blanks behind the delimiters are left out of names and cells"] if files.header.is_spaced else []


def _told_of_codes(plan: Plan, result: PassResult) -> list[str]:
    """The notes on columns of plain numbers that nobody named, and that may be no numbers."""
    unsaid = [name for name in plan.used.features if name not in plan.text | plan.writings.keys() | plan.used.named]
    return [note.says for note in code_notes(result.files, unsaid, result.summary.rows_read)]


def _with_exclusion(error: DataError, used: UsedColumns) -> DataError:
    """The error of rows none of which is complete, with the remedy that a fit has where a feature is the cause."""
    fault = error.fault
    column = fault.place.column if fault.place is not None and fault.code == "no-complete-row" else None
    if column not in used.features:
        return error
    return DataError(replace(fault, remedy=f"{fault.remedy}, or use {option('--exclude', column)}"))


def _with_refused_features(error: DataError, files: Data, plan: Plan, options: ReadOptions) -> DataError:
    """The error of a target or a weight, and of the features that are refused too, so that all are told at once."""
    options = replace(options, collect=MemoryRows.none, missing="drop")
    try:
        while True:
            options.listener.entering(Phase.READING_AGAIN)
            result = read(files, plan.features(files.dialect, options.max_levels), options)
            verdicts = plan.verdicts(result.summary, result.files)
            revised = plan.revised(verdicts, result.summary, result.files, drops=False)
            if revised == plan:
                return error
            plan = revised
    except RefusedColumnsError as refused:
        return refused.after(error)
    except DataError:  # of the text itself, and told already
        return error


def _first_plan(files: Data, used: UsedColumns) -> Plan:
    """The plan before a pass: what the types of the columns tell, or the first record.

    Raises:
        DataError: a column has to be left out, where none may be.
    """
    unfit = [] if not files.header.types else unfit_columns(files.header, used.features)
    gone = [each for each in unfit if each.column not in used.named]
    if used.strict and (used.left_out or gone):
        raise DataError(in_order([*used.left_out, *gone], files.header.names)[0].fault(files.name))
    typed = typed_dates(files.header, used)
    writings = {**used.writings, **typed}
    plan = Plan(used, frozenset(), used.categorical, writings, frozenset(typed), left_out=used.left_out)
    plan = plan.without(gone, files) if gone else plan
    features = plan.used.features
    said = {name: Part("the feature", writings[name]) for name in features if name in writings}
    _require_kinds(files, plan.apart.parts | said, features)
    text = (used.categorical | text_features(files, features)) - writings.keys()
    return replace(plan, text=text, declared=text if files.header.types else used.categorical)


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
    names = files.header.names
    notes = (*_unweighted(files, apart.weight, names), *ignored_columns(names, {*schema.sources, *apart.names}))
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


def _loaded(result: PassResult, features: Sequence[str], notes: tuple[str, ...] = ()) -> LoadedRows:
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


def text_features(files: Records, features: Sequence[str]) -> frozenset[str]:
    """The features that are text by their type, or whose first cell is text.

    The latter end up as text or refused, so numbers need not be tried.
    """
    if files.header.types:
        return text_columns(files.header.types, files.header.names) & frozenset(features)
    first = dict(zip(files.header.names, files.header.first, strict=False))
    cells = {name: first.get(name, "") for name in features}
    dialect = files.dialect
    return frozenset(
        name for name, cell in cells.items() if cell not in dialect.all_missing and not dialect.is_number(cell)
    )


def ignored_columns(header: Sequence[str], used: Collection[str | None]) -> tuple[str, ...]:
    """The note on columns that a model has no use for."""
    others = [name for name in header if name.strip() and name not in used]
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

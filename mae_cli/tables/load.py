"""From files to complete, typed rows in a place of their own: for training, and for a model that is there already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from mae_cli.messages import listed, quoted
from mae_cli.rows.blocks import Store
from mae_cli.rows.coding import Layout
from mae_cli.rows.schema import Schema
from mae_cli.tables.cluster_column import ClusterColumn
from mae_cli.tables.column_types import require_kinds, text_columns
from mae_cli.tables.columns import UsedColumns, require_columns
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Records
from mae_cli.tables.known_level_column import KnownLevelColumn
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.read import Data, PassResult, ReadOptions, read
from mae_cli.tables.typed import Columns

# So many ignored columns are named.
_FEW = 3


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
    """

    files: Records
    rows: Store
    layout: Layout
    rows_read: int
    rows_dropped: int
    rows_unseen: int
    notes: tuple[str, ...]
    missing_column: str | None = None


def load_training(files: Data, used: UsedColumns, options: ReadOptions) -> LoadedRows:
    """Read the columns of a fit, decide their kinds, and keep the complete rows.

    Raises:
        DataError: a file, a column or a cell is at fault, or no row is complete.
    """
    _require_kinds(files, {used.target: "the target"} | _weight_role(used.weight), used.features)
    text = used.categorical | _text_features(files, used.features)
    declared = text if files.header.types else used.categorical
    while True:
        levels = [
            LevelColumn(name, name in declared, options.max_levels, files.dialect)
            for name in used.features
            if name in text
        ]
        clusters = [] if used.cluster is None else [ClusterColumn(used.cluster, dialect=files.dialect)]
        columns = _training_columns(used, [*levels, *clusters], files.dialect)
        result = read(files, columns, options)
        if not columns.misread:
            return _loaded(result, used.features)
        result.rows.close()
        text |= columns.misread


def load_for_model(files: Data, schema: Schema, target: str, weight: str | None, options: ReadOptions) -> LoadedRows:
    """Read the columns a model uses, with the kinds it knows; other columns are ignored.

    Args:
        files: the data.
        schema: the model's columns.
        target: the column to compare with.
        weight: the model's column of weights; all rows weigh the same when the data do not have it.
        options: how to read.

    Raises:
        DataError: a column is absent, a cell is not what the model expects, or no row is complete.
    """
    names = files.header.names
    notes = (*_unweighted(files, weight, names), *ignored_columns(names, {*schema.names, target, weight}))
    weight = weight if weight in names else None
    needed = dict.fromkeys(schema.names, "a feature of the model")
    needed[target] = "the model's target, which only mae-predict does without"
    require_columns(needed, files.header, files.name)
    numeric = {feature.name: "the feature" for feature in schema.numeric}
    _require_kinds(files, {target: "the target"} | _weight_role(weight) | numeric, schema.names)
    apart = [NumberColumn(target, files.dialect, "the target"), *_weight_column(weight, files.dialect)]
    features = model_columns(schema, files.dialect)
    columns = Columns([*apart, *features.numbers], features.levels, len(apart))
    return _loaded(read(files, columns, options), schema.names, notes)


def model_columns(schema: Schema, dialect: Dialect) -> Columns:
    """The features of a model, with the kinds it knows."""
    return Columns(
        [NumberColumn(feature.name, dialect, "the feature") for feature in schema.numeric],
        [KnownLevelColumn(feature.name, feature.levels, dialect) for feature in schema.categorical],
        apart=0,
    )


def _loaded(result: PassResult, features: Sequence[str], notes: tuple[str, ...] = ()) -> LoadedRows:
    """The rows with what is known of them.

    Raises:
        DataError: a column cannot be used, or no row is complete.
    """
    summary, files = result.summary, result.files
    summary.finish(files)
    levels = {column.name: tuple(column.levels) for column in summary.columns.levels}
    return LoadedRows(
        files=files,
        rows=result.rows,
        layout=Layout(tuple((name, levels.get(name)) for name in features)),
        rows_read=summary.rows_read,
        rows_dropped=summary.rows_dropped,
        rows_unseen=summary.rows_unseen,
        notes=(*notes, *summary.notes(files)),
        missing_column=summary.missing_column,
    )


def _require_kinds(files: Records, numbers: Mapping[str, str], features: Sequence[str]) -> None:
    """Refuse columns whose type does not go with their part; that of a column of two parts is a number."""
    require_kinds(files.name, files.header, numbers, [name for name in features if name not in numbers])


def _text_features(files: Records, features: Sequence[str]) -> frozenset[str]:
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


def _training_columns(used: UsedColumns, levels: Sequence[LevelColumn], dialect: Dialect) -> Columns:
    text = {column.name for column in levels}
    apart = [
        NumberColumn(used.target, dialect, "the target", chosen=True),
        *_weight_column(used.weight, dialect, chosen=True),
    ]
    features = [NumberColumn(name, dialect) for name in used.features if name not in text]
    return Columns([*apart, *features], levels, len(apart))


def _weight_role(name: str | None) -> dict[str, str]:
    return {} if name is None else {name: "the weight"}


def _weight_column(name: str | None, dialect: Dialect, *, chosen: bool = False) -> list[NumberColumn]:
    return [] if name is None else [NumberColumn(name, dialect, "the weight", chosen=chosen, positive=True)]


def ignored_columns(header: Sequence[str], used: Collection[str | None]) -> tuple[str, ...]:
    """The note on columns that a model has no use for."""
    others = [name for name in header if name not in used]
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

"""From a source to complete, typed rows: for training, and for a model that is there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mae_cli.data.cells import read_feature, read_levels, read_numbers, read_weights
from mae_cli.data.columns import ColumnChoice, UsedColumns, resolve, unknown_column
from mae_cli.data.source import Source
from mae_cli.data.table import Table, read_header, read_table
from mae_cli.data.weights import relative_weights
from mae_cli.data.wording import counted, quoted
from mae_cli.errors import DataError
from mae_cli.schema import Schema

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Columns = Mapping[str, pd.Series]
Missing = Literal["drop", "error"]


@dataclass(frozen=True, eq=False)
class LoadedRows:
    """The complete rows of a table, as far as a fit or a model uses it.

    Attributes:
        source: Where they come from.
        features: (n, f) frame of the feature columns: numbers, or categories.
        weights: (n,) row weights between 0 and 1, as only their ratios matter; None when all rows weigh the same.
        records: (n,) the index of each row among the data records of the file (from 0).
        rows_read: Data records in the file.
        notes: What the user should know, a sentence each.
    """

    source: Source
    features: pd.DataFrame
    weights: FloatArray | None
    records: NDArray[np.intp]
    rows_read: int
    notes: tuple[str, ...]

    @property
    def rows_dropped(self) -> int:
        """Records left out because a used cell is missing."""
        return self.rows_read - len(self.records)

    def place(self, row: int) -> str:
        """Where a row stands in the file, for the beginning of a message: `flights.csv, line 7`."""
        return self.source.place(int(self.records[row]))


@dataclass(frozen=True, eq=False)
class TrainingRows(LoadedRows):
    """Complete rows with their (n,) target."""

    target: FloatArray


@dataclass(frozen=True, eq=False)
class ModelRows(LoadedRows):
    """Complete rows for a model; the (n,) target is None when it was not asked for."""

    target: FloatArray | None


def load_training(
    source: Source, choice: ColumnChoice, *, missing: Missing = "drop", max_levels: int = 200
) -> TrainingRows:
    """Read the columns of a fit, decide their kinds, and keep the complete rows.

    Raises:
        DataError: The file, a column or a cell is at fault, or no row is complete.
    """
    used = resolve(choice, read_header(source).names, source.name)
    table = read_table(source, used.names, used.categorical)
    columns = _training_columns(table, used, max_levels)
    complete = _complete(table, columns, missing)
    _require_rows(table, columns, complete)
    return TrainingRows(
        source=source,
        features=_frame(columns, used.features, complete),
        target=_kept(columns[used.target], complete),
        weights=_kept_weights(table, columns, used.weight, complete),
        records=np.flatnonzero(complete),
        rows_read=len(complete),
        notes=_dropping(columns, complete),
    )


def load_for_model(
    source: Source,
    schema: Schema,
    *,
    target: str | None,
    weight: str | None = None,
    missing: Missing = "drop",
) -> ModelRows:
    """Read the columns a model uses, with the kinds it knows; other columns are ignored.

    Args:
        source: The data.
        schema: The model's columns.
        target: The column to compare with; None for a prediction, which may have no complete row.
        weight: The model's column of weights; all rows weigh the same when the data do not have it.
        missing: Whether to leave rows with a missing cell out, or to refuse them.

    Raises:
        DataError: A column is absent, a cell is not what the model expects, or no row can be compared.
    """
    header = read_header(source).names
    features = tuple(feature.name for feature in schema.features)
    notes = _unweighted(source, weight, header)
    weight = weight if weight in header else None
    roles = [name for name in (target, weight) if name is not None]
    for name in (*features, *roles):
        if name not in header:
            raise unknown_column(name, header, source.name)
    table = read_table(source, {*features, *roles}, [feature.name for feature in schema.categorical])
    columns = _model_columns(table, schema, target, weight)
    complete = _complete(table, columns, missing)
    if target is not None:
        _require_rows(table, columns, complete)
    return ModelRows(
        source=source,
        features=_frame(columns, features, complete),
        target=None if target is None else _kept(columns[target], complete),
        weights=_kept_weights(table, columns, weight, complete),
        records=np.flatnonzero(complete),
        rows_read=len(complete),
        notes=(*notes, *_dropping(columns, complete)),
    )


def _training_columns(table: Table, used: UsedColumns, max_levels: int) -> Columns:
    columns = {used.target: read_numbers(table, used.target, "the target")}
    if used.weight is not None:
        columns[used.weight] = read_weights(table, used.weight)
    for name in used.features:
        columns[name] = read_feature(table, name, categorical=name in used.categorical, max_levels=max_levels)
    return columns


def _model_columns(table: Table, schema: Schema, target: str | None, weight: str | None) -> Columns:
    columns = {} if target is None else {target: read_numbers(table, target, "the target")}
    if weight is not None:
        columns[weight] = read_weights(table, weight)
    columns |= {feature.name: read_numbers(table, feature.name, "the feature") for feature in schema.numeric}
    columns |= {feature.name: read_levels(table, feature.name) for feature in schema.categorical}
    return columns


def _complete(table: Table, columns: Columns, missing: Missing) -> BoolArray:
    """The mask of rows without a missing cell."""
    complete = np.ones(len(table.frame), bool)
    for column in columns.values():
        complete &= column.notna().to_numpy()
    if missing == "error" and not complete.all():
        row = int(np.argmin(complete))
        name = next(name for name in table.header if name in columns and pd.isna(columns[name].iloc[row]))
        raise DataError(
            f"{table.place(row)}: the cell of column {quoted(name)} is missing; fill it in, "
            "or use --missing drop to leave such rows out"
        )
    return complete


def _require_rows(table: Table, columns: Columns, complete: BoolArray) -> None:
    if not complete.any():
        name, count = _emptiest(columns)
        raise DataError(
            f"{table.source.name}: every row has a missing cell; column {quoted(name)} "
            f"has most of them ({count:,} of {counted(len(complete), 'row')})"
        )


def _dropping(columns: Columns, complete: BoolArray) -> tuple[str, ...]:
    """The note on rows that are left out, if there are any."""
    dropped = int(np.count_nonzero(~complete))
    if not dropped:
        return ()
    name, count = _emptiest(columns)
    rows = f"{dropped:,} of {counted(len(complete), 'row')} dropped for a missing cell"
    return (f"{rows}; column {quoted(name)} has most of them ({count:,})",)


def _unweighted(source: Source, weight: str | None, header: Sequence[str]) -> tuple[str, ...]:
    """The note on a model's weights that the data do not have."""
    if weight is None or weight in header:
        return ()
    return (f"{source.name} has no weight column {quoted(weight)}; all rows weigh the same",)


def _emptiest(columns: Columns) -> tuple[str, int]:
    """The column with the most missing cells, and how many."""
    counts = {name: int(column.isna().sum()) for name, column in columns.items()}
    name = max(counts, key=counts.__getitem__)
    return name, counts[name]


def _frame(columns: Columns, names: Sequence[str], complete: BoolArray) -> pd.DataFrame:
    # Column by column, so that at no time there are two copies of the whole.
    kept = columns if complete.all() else {name: columns[name][complete] for name in names}
    return pd.DataFrame({name: kept[name].reset_index(drop=True) for name in names}, copy=False)


def _kept(column: pd.Series, complete: BoolArray) -> FloatArray:
    return column.to_numpy(dtype=np.float64)[complete]


def _kept_weights(table: Table, columns: Columns, name: str | None, complete: BoolArray) -> FloatArray | None:
    if name is None:
        return None
    weights = _kept(columns[name], complete)
    if len(weights) and not weights.any():
        raise DataError(f"{table.source.name}: the weight {quoted(name)} is zero in every row that is used")
    return relative_weights(weights)

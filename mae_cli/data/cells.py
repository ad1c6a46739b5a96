"""From the cells of a table to typed columns: numbers or categories, decided on the whole file.

A column is numeric when every non-missing cell is a number and categorical when none is; anything between is
refused, with the cell at fault. So the kind never depends on the order of the rows.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mae_cli.data.table import Table, is_number
from mae_cli.data.wording import counted, option, quoted
from mae_cli.errors import DataError


@dataclass(frozen=True, eq=False)
class TextCells:
    """A column of text as codes: cell i is `levels[codes[i]]`, missing when the code is −1."""

    codes: NDArray[np.intp]
    levels: pd.Index
    numbers: NDArray[np.bool_]

    @classmethod
    def of(cls, column: pd.Series) -> "TextCells":
        """Code a column of text, and tell which of its levels are numbers."""
        codes, levels = pd.factorize(column)
        return cls(codes, pd.Index(levels), np.fromiter(map(is_number, levels), bool, len(levels)))

    def first_row(self, wanted: NDArray[np.bool_]) -> int:
        """The first row whose level is among the wanted ones (a mask of levels)."""
        return int(np.argmax(np.append(wanted, False)[self.codes]))

    def count(self, wanted: NDArray[np.bool_]) -> int:
        """How many rows have a level among the wanted ones (a mask of levels)."""
        return int(np.count_nonzero(np.append(wanted, False)[self.codes]))

    def as_numbers(self) -> pd.Series:
        """The values, NaN where missing; every level must be a number."""
        values = np.array([*map(float, self.levels), np.nan])
        return pd.Series(values[self.codes])

    def as_categories(self) -> pd.Series:
        """The levels as a categorical column."""
        return pd.Series(pd.Categorical.from_codes(self.codes, categories=self.levels))


def read_feature(table: Table, name: str, *, categorical: bool, max_levels: int) -> pd.Series:
    """A feature as numbers or, when its cells are text or `categorical` says so, as categories.

    Raises:
        DataError: It has no values, mixes numbers and text, holds an infinity, or has too many levels.
    """
    column = table.frame[name]
    if not column.notna().any():
        raise DataError(f"{table.source.name}: column {quoted(name)} has no values; use {option('--exclude', name)}")
    if _holds_numbers(column):
        return _finite(table, name, column)
    cells = TextCells.of(column)
    if not categorical and cells.numbers.all():
        return _finite(table, name, cells.as_numbers())
    if not categorical and cells.numbers.any():
        raise _mixed(table, name, cells)
    if len(cells.levels) > max_levels:
        raise _too_many_levels(table, name, cells, max_levels)
    return cells.as_categories()


def read_levels(table: Table, name: str) -> pd.Series:
    """A column as categories whatever its text; it must have been read as text."""
    return TextCells.of(table.frame[name]).as_categories()


def read_numbers(table: Table, name: str, role: str) -> pd.Series:
    """A column that must be numeric, called by its role in messages: `the target 'y'`.

    Raises:
        DataError: A cell is not a number, or is infinite.
    """
    column = table.frame[name]
    if _holds_numbers(column):
        return _finite(table, name, column)
    cells = TextCells.of(column)
    if not cells.numbers.all():
        row = cells.first_row(~cells.numbers)
        cell = quoted(table.cell(row, name))
        raise DataError(f"{table.place(row)}: {role} {quoted(name)} must be a number, but this cell is {cell}")
    return _finite(table, name, cells.as_numbers())


def read_weights(table: Table, name: str) -> pd.Series:
    """The column of row weights: numbers ≥ 0.

    Raises:
        DataError: A cell is not a number, infinite, or negative.
    """
    weights = read_numbers(table, name, "the weight")
    negative = (weights < 0).to_numpy()
    if negative.any():
        row = int(np.argmax(negative))
        cell = quoted(table.cell(row, name))
        raise DataError(f"{table.place(row)}: the weight {quoted(name)} must not be negative, but this cell is {cell}")
    return weights


def _holds_numbers(column: pd.Series) -> bool:
    return isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf"


def _finite(table: Table, name: str, column: pd.Series) -> pd.Series:
    infinite = np.isinf(column.to_numpy())
    if infinite.any():
        row = int(np.argmax(infinite))
        cell = quoted(table.cell(row, name))
        raise DataError(
            f"{table.place(row)}: column {quoted(name)} is {cell}, which is not a finite number; "
            "mend the cell or leave it empty"
        )
    return column


def _mixed(table: Table, name: str, cells: TextCells) -> DataError:
    """The error for a column of numbers and text; the cell at fault is the first of the rarer kind."""
    text_is_rarer = 2 * cells.count(~cells.numbers) <= cells.count(cells.numbers | ~cells.numbers)
    row = cells.first_row(~cells.numbers if text_is_rarer else cells.numbers)
    cell = quoted(table.cell(row, name))
    fault = f"{cell}, which is not a number" if text_is_rarer else f"the number {cell}"
    others = "numbers" if text_is_rarer else "text"
    return DataError(
        f"{table.place(row)}: column {quoted(name)} is {fault}, where most cells are {others}; "
        f"mend the cell, or use {option('--categorical', name)} or {option('--exclude', name)}"
    )


def _too_many_levels(table: Table, name: str, cells: TextCells, max_levels: int) -> DataError:
    row = cells.first_row(np.ones(len(cells.levels), bool))
    levels, cell = counted(len(cells.levels), "level"), quoted(table.cell(row, name))
    return DataError(
        f"{table.place(row)}: column {quoted(name)} is text with {levels}, such as {cell}, and "
        f"at most {max_levels:,} are allowed; use {option('--exclude', name)}, raise --max-levels, "
        "or turn dates and units into numbers first"
    )

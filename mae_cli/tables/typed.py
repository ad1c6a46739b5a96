"""From the cells of a chunk to numbers and codes of levels: the same for training, evaluation and prediction."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mae_cli.arrays import BoolArray, CodeArray, Positions
from mae_cli.messages import AlikeNotes
from mae_cli.rows.blocks import Block
from mae_cli.rows.coding import as_read
from mae_cli.rows.schema import PLAIN, Writing
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.column import (
    CellFault,
    Column,
    ColumnOfLevels,
    ColumnOfNumbers,
    first_of,
    put_together,
)
from mae_cli.tables.csv.files import Records
from mae_cli.tables.numeric_block import Numbers, Wanted


@dataclass(frozen=True, eq=False)
class TypedChunk:
    """The cells of some records as numbers and codes.

    Attributes:
        first: how many records of the data come before.
        numbers: NaN where missing.
        codes: (c, b) 0 where missing, −1 for a level that is not known.
        fault: the first cell that is at fault; None without one.
    """

    first: int
    numbers: Numbers
    codes: CodeArray
    fault: CellFault | None

    @cached_property
    def missing(self) -> BoolArray:
        """(b,) whether a cell is missing."""
        missing: BoolArray = self.numbers.missing | np.any(self.codes == 0, axis=0)
        return missing

    @cached_property
    def unseen(self) -> BoolArray:
        """(b,) whether no cell is missing, but a level is not known."""
        unseen: BoolArray = np.any(self.codes < 0, axis=0) & ~self.missing
        return unseen

    def left_out_until_complete(self, columns: "Columns") -> Positions:
        """(b,) how many of the columns that may be left out have to be, until a row is complete.

        One more than there are for a row that misses a cell of another column.
        """
        steps = {name: step for step, name in enumerate(columns.leaving, start=1)}
        never, needed = len(steps) + 1, np.zeros(len(self.missing), dtype=np.intp)
        cells = [*np.isnan(self.numbers.apart), *np.isnan(self.numbers.matrix.T), *(self.codes == 0)]
        for column, missing in zip(columns.all, cells, strict=True):
            np.maximum(needed, np.where(missing, steps.get(column.name, never), 0), out=needed)
        return needed

    def missing_cells(self, row: int) -> list[bool]:
        """Of which columns the cell of a row is missing: those of numbers, then those of levels."""
        numbers = [*self.numbers.apart[:, row], *self.numbers.matrix[row]]
        return [*np.isnan(numbers).tolist(), *(self.codes[:, row] == 0).tolist()]

    def first_unseen(self) -> tuple[int, int]:
        """The first row with a level that is not known, and which column of levels that is; there is one."""
        row = int(np.argmax(self.unseen))
        return row, int(np.argmax(self.codes[:, row] < 0))

    def block(self) -> Block:
        """The rows that are complete and known; the columns apart are the target and the weights."""
        chosen = ~(self.missing | self.unseen)
        records = self.first + np.flatnonzero(chosen)
        apart, matrix, codes = self.numbers.apart, self.numbers.matrix, self.codes
        if len(records) < len(chosen):
            # Indexing by the mask would leave the cells of a column apart in memory.
            apart, codes = np.compress(chosen, apart, axis=1), np.compress(chosen, codes, axis=1)
            matrix = matrix[chosen]
        target = apart[0] if len(apart) else np.zeros(len(records))  # none where columns are only looked at
        return Block(as_read(matrix, tuple(codes)), target, apart[1] if len(apart) > 1 else None, records, records)


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns to be read.

    Attributes:
        numbers: those of numbers.
        levels: those of levels.
        apart: how many of the first columns of numbers are no features: the target, and the weights if there are any.
        leaving: the names of features that may be left out, in the order in which they would be.
    """

    numbers: Sequence[ColumnOfNumbers]
    levels: Sequence[ColumnOfLevels]
    apart: int
    leaving: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[Column, ...]:
        """The columns of numbers, then those of levels."""
        return (*self.numbers, *self.levels)

    @property
    def features(self) -> tuple[Column, ...]:
        """All but those apart."""
        return self.all[self.apart :]

    @property
    def wanted(self) -> Wanted:
        """What a parser has to read for them."""
        texts = frozenset(column.name for column in self.all if column.as_text)
        return Wanted(tuple(column.name for column in self.numbers), texts, self.apart)

    @property
    def writings(self) -> dict[str, Writing]:
        """How the numbers of a feature are written, where they are not plain."""
        return {column.name: column.found for column in self.numbers[self.apart :] if column.found != PLAIN}

    @property
    def misread(self) -> frozenset[str]:
        """Those that turned out to be of another kind: the rows are worth nothing, and the data are read again."""
        return frozenset(column.name for column in self.numbers if column.misread)

    def typed(self, chunk: Chunk) -> TypedChunk:
        """The cells of the next chunk; once a column is misread, no more than whether others are."""
        numbers = {place: column.read(chunk) for place, column in enumerate(self.numbers) if not column.misread}
        levels = [] if self.misread else [column.read(chunk) for column in self.levels]
        looked_at = {place: cells.values for place, cells in numbers.items() if not chunk.numbers.clean[place]}
        codes = np.array([cells.values for cells in levels], dtype=np.int32).reshape(len(levels), len(chunk.frame))
        faults = [cells.fault for cells in numbers.values()] + [cells.fault for cells in levels]
        return TypedChunk(chunk.first, chunk.numbers.with_values(looked_at), codes, first_of(faults))

    def notes(self, files: Records) -> list[str | AlikeNotes]:
        """What the user should know of them when all cells were read."""
        return put_together((note for column in self.all for note in column.notes()), files)

"""What a pass over records finds: the columns with what they say of their cells, and where the rows went.

A pass may be made in parts, each over some of the files wherever they are; what the parts found then adds up to what
one pass over all would have found.
"""

from dataclasses import dataclass, field, replace
from itertools import zip_longest

import numpy as np

from mae_cli.arrays import CodeArray
from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import AlikeNotes, counted, quoted
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.column import Column
from mae_cli.tables.csv.files import Records, Waypoint
from mae_cli.tables.typed import Columns, TypedChunk


@dataclass(eq=False)
class PassSummary:
    """What a pass found.

    Attributes:
        columns: with what they say of their cells.
        rows_read: records so far.
        rows_dropped: those of them with a missing cell.
        rows_unseen: those of them with a level that the model does not know.
        complete: how many rows are complete once the first 0, 1, … of the columns that may be left out are, but not
            before; there is no count where none may be.
        waypoints: records whose place in their file is known, of the files that were read here.
    """

    columns: Columns
    rows_read: int = 0
    rows_dropped: int = 0
    rows_unseen: int = 0
    complete: list[int] = field(default_factory=list)
    waypoints: list[Waypoint] = field(default_factory=list)

    def begin(self, chunk: Chunk) -> None:
        """Take note of the records of the next chunk."""
        self.rows_read = chunk.first + len(chunk.frame)
        self.waypoints += chunk.waypoints

    def count(self, typed: TypedChunk) -> None:
        """Count what becomes of its rows."""
        self.rows_dropped += int(np.count_nonzero(typed.missing))
        self.rows_unseen += int(np.count_nonzero(typed.unseen))
        if self.columns.leaving:
            needed = typed.left_out_until_complete(self.columns)
            counts = np.bincount(needed, minlength=len(self.columns.leaving) + 2)[:-1].tolist()
            self.complete = [sum(pair) for pair in zip_longest(self.complete, counts, fillvalue=0)]

    def add(self, other: "PassSummary") -> tuple[CodeArray | None, ...]:
        """Take in what was found in the records that follow.

        Returns:
            For each column of levels the code here of each code there; None where these are the same.
        """
        for number, addition in zip(self.columns.numbers, other.columns.numbers, strict=True):
            number.add(addition)
        pairs = zip(self.columns.levels, other.columns.levels, strict=True)
        recoding = tuple(mine.add(theirs) for mine, theirs in pairs)
        self.rows_read += other.rows_read
        self.rows_dropped += other.rows_dropped
        self.rows_unseen += other.rows_unseen
        self.complete = [sum(pair) for pair in zip_longest(self.complete, other.complete, fillvalue=0)]
        return recoding

    def finish(self, files: Records) -> None:
        """Refuse what only the end of the data can tell.

        Raises:
            DataError: no row is complete.
        """
        if self.rows_dropped < self.rows_read:
            return
        place = Place(files.name, column=self._emptiest_column.name)
        apart = self.columns.numbers[: self.columns.apart]
        if apart and apart[0].missing == self.rows_read:
            what, place = f"every row misses the target {quoted(apart[0].name)}", replace(place, column=apart[0].name)
            remedy = "fill in its cells, or use mae-predict, which needs no target"
            raise DataError(Fault("no-complete-row", what, place, remedy=remedy))
        of_all = f" of {counted(self.rows_read, 'row')}"
        what = f"every row has a missing cell; column {self._emptiest(of_all)}"
        raise DataError(Fault("no-complete-row", what, place, remedy="fill in its cells"))

    def notes(self, files: Records) -> tuple[str | AlikeNotes, ...]:
        """What the user should know."""
        notes = self.columns.notes(files)
        if self.rows_dropped:
            dropped = f"{self.rows_dropped:,} of {counted(self.rows_read, 'row')} dropped for a missing cell"
            notes.append(f"{dropped}; column {self._emptiest()}")
        return tuple(notes)

    @property
    def missing_column(self) -> str | None:
        """The column that is missing in all of the dropped rows; None where there is no such."""
        if not self.rows_dropped:
            return None
        return next((column.name for column in self.columns.all if column.missing == self.rows_dropped), None)

    @property
    def _emptiest_column(self) -> Column:
        return max(self.columns.all, key=lambda column: column.missing)

    def _emptiest(self, of_all: str = "") -> str:
        """The column with the most missing cells, and how many those are."""
        column = self._emptiest_column
        if column.missing == self.rows_dropped:
            return f"{quoted(column.name)} is missing in all of them"
        return f"{quoted(column.name)} is missing in {column.missing:,}{of_all or ' of them'}"

"""What every kind of column does while it is read: its cells become numbers or codes of levels, chunk by chunk.

A kind of column is a class in `number_column` or `level_column`. Only what chooses the kind of a column (`plan`,
`load`, the survey) or judges it knows which there are. One that makes numbers of text (dates, percentages) is a column
of numbers that is read as text.

What is told of single cells is a fault, the first of which ends a reading, or a note. Which fault is the first depends
on the file alone. They are put into words, with their place, only when they are told, as that takes a look into the
file.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, Self, TypeVar

from mae_cli.arrays import CodeArray, FloatArray
from mae_cli.errors import DataError, Fault
from mae_cli.messages import AlikeNotes, counted, listed
from mae_cli.rows.schema import Writing
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.csv.files import Records

# So many columns of which the same is said are named.
_MOST_NAMED = 3

Values = TypeVar("Values", FloatArray, CodeArray)


@dataclass(frozen=True)
class CellFault:
    """A cell that is at fault.

    Attributes:
        record: that it is in.
        column: its column.
        found: what is wrong with it, given the records; the place comes from here.
    """

    record: int
    column: str
    found: Callable[[Records], Fault]

    def error(self, files: Records) -> DataError:
        """The error that tells it."""
        place = replace(files.place(self.record), column=self.column)
        return DataError(replace(self.found(files), place=place))


def first_of(faults: Iterable[CellFault | None]) -> CellFault | None:
    """The fault in the first record, of several in one record the one that comes first here; None without any."""
    return min((fault for fault in faults if fault is not None), key=lambda fault: fault.record, default=None)


@dataclass(frozen=True)
class Likeness:
    """What a note says of its column, as it may be said of others too.

    Attributes:
        column: the name.
        says: of the column, or of some of its cells.
        kind: the same where the same is said of two columns, whatever the example is.
        cells: how many cells it is about; 0 for all.
    """

    column: str
    says: str
    kind: tuple[str, ...]
    cells: int = 0


@dataclass(frozen=True)
class Note:
    """What the user should know of a column.

    Attributes:
        says: it, in a sentence.
        record: the record that it is about; None if it is about all.
        likeness: by which it can be said together with that on other columns; None where it stands alone.
    """

    says: str
    record: int | None = None
    likeness: Likeness | None = None

    def text(self, files: Records) -> str:
        """The sentence, with the place of the record."""
        return self.says if self.record is None else f"{files.place(self.record)}: {self.says}"


def put_together(notes: Iterable[Note], files: Records) -> list[str | AlikeNotes]:
    """The notes in words; those that say the same of several columns are one, in the place of the first."""
    groups: dict[object, list[Note]] = {}
    for note in notes:
        groups.setdefault(note if note.likeness is None else note.likeness.kind, []).append(note)
    told: list[str | AlikeNotes] = []
    for group in groups.values():
        texts = tuple(note.text(files) for note in group)
        alike = [note.likeness for note in group if note.likeness is not None]
        told += [AlikeNotes(texts, _together(alike))] if len(alike) > 1 else texts
    return told


def _together(alike: Sequence[Likeness]) -> str:
    cells = sum(each.cells for each in alike)
    count = f"{counted(cells, 'cell')} " if cells else ""
    return f"columns {listed([each.column for each in alike], _MOST_NAMED)}: {count}{alike[0].says}"


@dataclass(frozen=True, eq=False)
class Cells(Generic[Values]):
    """The cells of a column in a chunk.

    Attributes:
        values: (b,) what they are.
        fault: the first that is at fault; None without one.
    """

    values: Values
    fault: CellFault | None = None


class Column(Protocol):
    """A column that is read.

    Attributes:
        name: of the column.
        count: cells read so far.
        missing: those of them that were missing.
    """

    name: str
    count: int
    missing: int

    @property
    def as_text(self) -> bool:
        """Whether its cells are read as they are written; else as the parser takes them."""
        ...

    def notes(self) -> list[Note]:
        """What the user should know of it."""
        ...


class ColumnOfNumbers(Column, Protocol):
    """A column whose cells become numbers.

    Attributes:
        misread: whether its cells turned out not to be numbers, so that it has to be read again as another kind.
    """

    misread: bool

    @property
    def found(self) -> Writing:
        """How its numbers turned out to be written."""
        ...

    def read(self, chunk: Chunk) -> Cells[FloatArray]:
        """The numbers of a chunk, NaN where missing."""
        ...

    def add(self, other: Self) -> None:
        """Take in what was found in the cells that follow, which were read elsewhere."""


class ColumnOfLevels(Column, Protocol):
    """A column whose cells become codes of levels."""

    @property
    def levels(self) -> Sequence[str]:
        """The levels in the order of their codes, which begin with 1."""
        ...

    def read(self, chunk: Chunk) -> Cells[CodeArray]:
        """The codes of a chunk, 0 where missing and −1 for a level that is not among `levels`."""
        ...

    def add(self, other: Self) -> CodeArray | None:
        """Take in what was found in the cells that follow, which were read elsewhere.

        Returns:
            The code here of each code there, (levels + 1,): 0 for 0; None where all are the same.
        """
        ...

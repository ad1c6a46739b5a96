"""What is told of single cells: faults, the first of which ends a reading, and notes.

Which fault is the first depends on the file alone. They are put into words, with their place, only when they are told,
as that takes a look into the file.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from mae_cli.errors import DataError, Fault
from mae_cli.tables.csv.files import Records


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
class Note:
    """What the user should know of a column.

    Attributes:
        says: it, in a sentence.
        record: the record that it is about; None if it is about all.
    """

    says: str
    record: int | None = None

    def text(self, files: Records) -> str:
        """The sentence, with the place of the record."""
        return self.says if self.record is None else f"{files.place(self.record)}: {self.says}"

"""Cells that are at fault, the first of which is told: which one that is depends on the file alone."""

from collections.abc import Callable

from mae_cli.errors import DataError
from mae_cli.tables.csv.files import Records


class FaultyCells:
    """The faulty cells that were met in some records.

    Attributes:
        files: the records.
    """

    def __init__(self, files: Records) -> None:
        self.files = files
        self._first: tuple[int, Callable[[], str]] | None = None

    def add(self, record: int, says: Callable[[], str]) -> None:
        """Take a cell in; of several in one record the one that came first counts.

        Args:
            record: the record that it is in.
            says: what is wrong with it; it is put into words only if it is told, as that takes a look into the file.
        """
        if self._first is None or record < self._first[0]:
            self._first = record, says

    def refuse(self) -> None:
        """Tell the first faulty cell, if there is one.

        Raises:
            DataError: there is one.
        """
        if self._first is not None:
            record, says = self._first
            raise DataError(f"{self.files.place(record)}: {says()}")

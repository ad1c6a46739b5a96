"""A row as reports show it, with the place where it stands."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PlacedRow:
    """A row of a file.

    Attributes:
        file: the file it is in.
        line: line of the file on which the record starts (the header is line 1).
    """

    file: str
    line: int

    @property
    def place(self) -> str:
        """The line as editors and compilers name it: `flights.csv:7`."""
        return f"{self.file}:{self.line}"

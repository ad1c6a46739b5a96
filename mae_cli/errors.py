"""The errors that mae-cli raises: one class for each exit status and party at fault, and what went wrong as a value.

A fault says what is wrong, where (file, line, column, cell) and what to do next; it is put into one sentence here, and
nowhere else. The commands turn the errors into an exit status in one place (`mae_cli.commands.process`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where in the data a fault is; `str` of it is `flights.csv, line 7`, or `row 6, counted from 0` in a frame.

    Attributes:
        file: its name, or that of several together; None for a frame or an array.
        line: of a text file, from 1 on.
        row: of a Parquet file, from 1 on; of a frame or an array, from 0 on, whatever its index.
        column: its name; the words of a fault name it, so that `str` does not.
    """

    file: str | None = None
    line: int | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        if self.file is None:
            return "" if self.row is None else f"row {self.row}, counted from 0"
        line = "" if self.line is None else f", line {self.line}"
        return self.file + line + ("" if self.row is None else f", row {self.row}")


@dataclass(frozen=True)
class Fault:
    """What is wrong, as a value; `str` of it is one sentence: `flights.csv, line 7: unclosed quote; close it`.

    Several faults found together are one with `parts`; `str` of it has a line for each, below its own.

    Attributes:
        code: names the kind of fault: `unclosed-quote`. Codes stay the same where words change.
        what: what is wrong, in words.
        place: where; None where neither a file nor a frame is at fault.
        cell: the cell at fault, as it is written.
        remedy: what to do next, as an imperative; None where `what` says it all.
        parts: the faults that this one sums up.
    """

    code: str
    what: str
    place: Place | None = None
    cell: str | None = None
    remedy: str | None = None
    parts: tuple["Fault", ...] = ()

    @property
    def located(self) -> str:
        """What is wrong behind its place, unless the words begin with that."""
        place = str(self.place or "")
        return self.what if not place or self.what.startswith(f"{place} ") else f"{place}: {self.what}"

    @property
    def sentence(self) -> str:
        """What is wrong, where, and what to do next, without the parts."""
        return self.located if self.remedy is None else f"{self.located}; {self.remedy}"

    def __str__(self) -> str:
        return "\n  ".join([self.sentence, *map(str, self.parts)])


class MaeCliError(Exception):
    """Base of all errors a user can cause; `exit_status` is what a command exits with.

    Attributes:
        fault: what is wrong; `str` of the error is its sentence.
    """

    exit_status = 1

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault

    def __str__(self) -> str:
        return str(self.fault)


class DataError(MaeCliError):
    """The data cannot be read, or cannot be fitted as asked."""


class ModelError(MaeCliError):
    """A model file cannot be read, written, or applied to the data."""


class SettingsError(MaeCliError, ValueError):
    """Options that are out of range or contradict each other."""

    exit_status = 2

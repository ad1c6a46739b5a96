"""The data of a command: one CSV file, or several with the same header that follow each other."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Protocol, Self

from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import quoted
from mae_cli.tables.csv.archives import closed_on_failure
from mae_cli.tables.csv.dialect import PLAIN, Dialect
from mae_cli.tables.csv.header import Header, first_header, joint_header, joint_name, read_header
from mae_cli.tables.csv.records import Record
from mae_cli.tables.csv.source import Source


class Records(Protocol):
    """The records of the data, counted through from 0, wherever the files are."""

    @property
    def name(self) -> str:
        """What messages call the data."""
        ...

    @property
    def dialect(self) -> Dialect:
        """How they are written."""
        ...

    @property
    def header(self) -> Header:
        """The header that all files have."""
        ...

    def place(self, index: int) -> Place:
        """Where a record stands."""
        ...

    def places(self, indices: Collection[int]) -> dict[int, Place]:
        """Where each of these records stands."""
        ...

    def cell(self, index: int, column: str) -> str:
        """The text of a cell as it is written in the file."""
        ...

    def cells(self, indices: Collection[int], columns: Sequence[str]) -> dict[int, tuple[str, ...]]:
        """The texts of the cells of each of these records in these columns."""
        ...


@dataclass(frozen=True)
class Waypoint:
    """Where a data record begins: so many records of the data come before it, and so many bytes of its file."""

    record: int
    file: int
    offset: int


class LocalRecords(Records, Protocol):
    """Records of files that are read here."""

    def located(self, waypoints: Sequence[Waypoint], /) -> "LocalRecords":
        """The same records, found from those whose place is known."""
        ...


@dataclass(frozen=True, eq=False)
class Files:
    """The records of all files, counted through from 0; the headers are not counted.

    In a `with` statement the sources are closed at its end.

    Attributes:
        sources: at least one.
        dialect: how they are written.
        waypoints: records whose place is known, in their order: the first of all, and the first of each later file that
            records are looked for in.
    """

    sources: tuple[Source, ...]
    dialect: Dialect = PLAIN
    waypoints: tuple[Waypoint, ...] = (Waypoint(0, 0, 0),)

    @classmethod
    def of(cls, arguments: Sequence[str], dialect: Dialect = PLAIN) -> "Files":
        """The files that a command's arguments name.

        Raises:
            DataError: a source is at fault, or standard input is among several.
        """
        require_one_if_standard_input(arguments)
        with closed_on_failure() as stack:
            first = stack.enter_context(closing(Source.of(arguments[0])))
            return cls.beginning_with(first, arguments[1:], dialect)

    @classmethod
    def beginning_with(cls, held: Source, arguments: Sequence[str], dialect: Dialect) -> "Files":
        """A file whose bytes are held already, and those that other arguments name.

        Raises:
            DataError: a source is at fault.
        """
        with closed_on_failure() as stack:
            first = dialect.recognise(held)
            with told_as_columns(first.name, lambda: first.beginning(1)[0].cells, arguments):
                others = [stack.enter_context(closing(dialect.read(argument))) for argument in arguments]
            return cls((first, *others), dialect)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as stack:
            for source in self.sources:
                stack.callback(source.close)

    @property
    def name(self) -> str:
        """What messages call the data."""
        return joint_name([source.name for source in self.sources])

    @property
    def names(self) -> tuple[str, ...]:
        """The column names that all files have; there need be no records.

        Raises:
            DataError: as `first_header`.
        """
        return self.first_header.names

    @property
    def first_header(self) -> Header:
        """The header of the first file, whose names all have; there need be no records.

        Raises:
            DataError: a header differs.
        """
        return first_header(self._headers)

    def share_before(self, waypoint: Waypoint) -> float | None:
        """The share of the text that comes before a record; None where the size of a text is not known."""
        if self._sizes is None or not sum(self._sizes):
            return None
        return (sum(self._sizes[: waypoint.file]) + waypoint.offset) / sum(self._sizes)

    @cached_property
    def _sizes(self) -> tuple[int, ...] | None:
        """The bytes of every text; None when one is compressed or in another encoding than UTF-8."""
        if any(source.archive is not None or source.encoding is not None for source in self.sources):
            return None
        return tuple(source.estimated_bytes for source in self.sources)

    @cached_property
    def header(self) -> Header:
        """The header of the first file, which all have.

        Raises:
            DataError: a header differs, or there are no data rows.
        """
        return joint_header(self._headers)

    @cached_property
    def _headers(self) -> list[tuple[str, Header]]:
        return [(source.name, read_header(source)) for source in self.sources]

    def located(self, waypoints: Sequence[Waypoint], /) -> "Files":
        """The same records, found from those that a reader came by; without any, from those known so far."""
        return replace(self, waypoints=tuple(waypoints)) if waypoints else self

    def record(self, index: int) -> Record:
        """The data record `index` (from 0), found by walking its file from the nearest known record."""
        return self._found([index])[index][1]

    def place(self, index: int) -> Place:
        """Where the data record `index` stands."""
        return self.places([index])[index]

    def places(self, indices: Collection[int]) -> dict[int, Place]:
        """Where each of these data records stands."""
        return {index: Place(name, line=record.line) for index, (name, record) in self._found(indices).items()}

    def cell(self, index: int, column: str) -> str:
        """The text of a cell as it is written in the file."""
        return self.cells([index], [column])[index][0]

    def cells(self, indices: Collection[int], columns: Sequence[str]) -> dict[int, tuple[str, ...]]:
        """The texts of the cells of each of these records in these columns, empty where a record is too short."""
        places = [self.header.names.index(column) for column in columns]
        found = self._found(indices)
        return {index: tuple(_cell(record, place) for place in places) for index, (_, record) in found.items()}

    def _found(self, indices: Collection[int]) -> dict[int, tuple[str, Record]]:
        """The file and the record of each index; every file is passed over once."""
        wanted: dict[int, set[int]] = {}
        for index in sorted(set(indices)):
            nearest = bisect_right(self.waypoints, index, key=lambda waypoint: waypoint.record) - 1
            wanted.setdefault(nearest, set()).add(index)
        found: dict[int, tuple[str, Record]] = {}
        for file, places in groupby(wanted, key=lambda place: self.waypoints[place].file):
            found |= self._found_in(file, {place: wanted[place] for place in places})
        return found

    def _found_in(self, file: int, wanted: Mapping[int, set[int]]) -> dict[int, tuple[str, Record]]:
        """The same for the records of one file, by the waypoints that they follow."""
        source, places, left = self.sources[file], list(wanted), sum(map(len, wanted.values()))
        found, part, index = {}, -1, -1
        with closing(source.passages([self._span(place) for place in places])) as passages:
            for number, record in passages:
                if number != part:
                    waypoint = self.waypoints[places[number]]
                    part, index = number, waypoint.record - (waypoint.offset == 0)  # the header is before all records
                if index in wanted[places[number]]:
                    found[index] = (source.name, record)
                    if len(found) == left:
                        break
                index += 1
        return found

    def _span(self, place: int) -> tuple[int, int | None]:
        """From a waypoint to the next in its file, or to its end."""
        here, *others = self.waypoints[place : place + 2]
        return here.offset, next((other.offset for other in others if other.file == here.file), None)


def _cell(record: Record, place: int) -> str:
    return record.cells[place] if place < len(record.cells) else ""


def require_one_if_standard_input(arguments: Sequence[str]) -> None:
    """Refuse standard input beside other files."""
    if len(arguments) > 1 and "-" in arguments:
        what = "standard input (-) cannot be one of several files"
        raise DataError(Fault("standard-input-among-files", what, Place("standard input"), remedy="join them first"))


@contextmanager
def told_as_columns(first: str, columns: Callable[[], Sequence[str]], arguments: Sequence[str]) -> Iterator[None]:
    """Errors of the block tell, as the remedy, which argument that is no file is a column of the first file."""
    try:
        yield
    except DataError as error:
        name = next((name for name in arguments if not Path(name).exists() and name in columns()), None)
        if name is None:
            raise
        remedy = f"join the columns of an option with commas, without blanks, as {quoted(name)} is a column of {first}"
        raise DataError(replace(error.fault, remedy=remedy)) from None

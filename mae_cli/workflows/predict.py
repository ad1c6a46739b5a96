"""Predict: the records of a table as they are, each with the prediction of a model."""

import csv
import io
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.errors import DataError, Fault, Place, SettingsError
from mae_cli.messages import is_unicode, quoted
from mae_cli.model.files import AnyModel
from mae_cli.progress import NO_PROGRESS, ProgressListener
from mae_cli.results.gates import Gate
from mae_cli.results.notes import Note, Unpredicted, UnseenLevel
from mae_cli.results.prediction import PredictionReport, PredictionRows
from mae_cli.results.scores import Outside
from mae_cli.rows.coding import Coding, Layout
from mae_cli.tables.chunks import Chunk, TextChunk, read_chunks
from mae_cli.tables.column_types import require_kinds
from mae_cli.tables.columns import require_columns
from mae_cli.tables.csv.files import Files, LocalRecords, Waypoint
from mae_cli.tables.csv.records import COMMA, Delimiter, extended, first_line_end
from mae_cli.tables.level_column import lookalike
from mae_cli.tables.load import model_columns, parts_of, told_of_places
from mae_cli.tables.parquet import ParquetRecords
from mae_cli.tables.parquet_output import extended as extended_parquet
from mae_cli.tables.parquet_output import require_same_types
from mae_cli.tables.typed import TypedChunk
from mae_cli.workflows.scored_rows import OutsideCounts, TrainingRanges

if TYPE_CHECKING:
    import pyarrow as pa

# What a number is written with beside the decimal sign; a delimiter among them makes quotes necessary.
_OF_NUMBERS = frozenset("0123456789+-e")
# What a reader may take for the delimiter of a column that stands alone.
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class PredictionSettings:
    """What to write.

    Attributes:
        column: the name of the new column.
        only: whether to write that column alone.
        strict: whether a row without a prediction is a failure.

    Raises:
        SettingsError: the name is blank, or no text (an argument that was not UTF-8).
    """

    column: str = "prediction"
    only: bool = False
    strict: bool = False

    def __post_init__(self) -> None:
        if not self.column.strip():
            what = "the new column must have a name"
            raise SettingsError(Fault("unnamed-column", what, remedy="give one with --column"))
        if not is_unicode(self.column):
            what = f"the name {quoted(self.column)} of the new column is not UTF-8"
            raise SettingsError(Fault("option-not-utf8", what, remedy="give another one"))


@dataclass(eq=False)
class Prediction:
    """A table with a prediction for every record; it is made chunk by chunk, in constant memory.

    Attributes:
        model: predicts.
        files: the table.
        settings: what to write.
        listener: told how many records were read.
        rows: counts, complete when all of the table was made.

    Raises:
        DataError: a column of the model is absent or of another kind, the new column is there already, or files differ
            in their delimiters or types.
    """

    model: AnyModel
    files: Files | ParquetRecords
    settings: PredictionSettings
    listener: ProgressListener = NO_PROGRESS
    rows: PredictionRows = field(default_factory=PredictionRows)

    def __post_init__(self) -> None:
        schema = self.model.schema
        needed = dict.fromkeys(schema.sources, "a feature of the model")
        require_columns(needed, self.files.first_header, self.files.name)
        levels = [column.name for column in schema.categorical]
        require_kinds(self.files.name, self.files.first_header, parts_of(schema), levels)
        if not self.settings.only:
            for name in self._names:
                _refuse_clash(self.files, name)
            _refuse_other_forms(self.files)
        self._columns = model_columns(schema, self.files.dialect)
        self._coding = Coding.of(schema, Layout.of(schema))
        self._waypoints: list[Waypoint] = []
        self._ranges = TrainingRanges.of(schema)
        self._first_unseen: UnseenLevel | None = None
        self._outside = OutsideCounts(0, np.zeros(len(schema.numeric), dtype=np.intp))

    @property
    def _names(self) -> tuple[str, ...]:
        """Of the new columns."""
        return self.model.output_names(self.settings.column)

    @property
    def is_parquet(self) -> bool:
        """Whether the table is Parquet, as its files are."""
        return isinstance(self.files, ParquetRecords)

    def pieces(self) -> Generator[bytes, None, None]:
        """The table with its new column in pieces, of UTF-8 if it is CSV; the header even if there are no records.

        Raises:
            DataError: the files cannot be read, or a cell is not what the model expects.
        """
        return self._parquet(self.files) if isinstance(self.files, ParquetRecords) else self._csv(self.files)

    def _parquet(self, records: ParquetRecords) -> Generator[bytes, None, None]:
        kept = () if self.settings.only else records.names
        wanted = self._columns.wanted

        def predicted(first: int, batch: "pa.RecordBatch") -> FloatArray:
            return self._predicted(records.chunk(first, batch, wanted))

        return extended_parquet(records, kept, self._names, sorted(wanted.names), predicted)

    def _csv(self, files: Files) -> Generator[bytes, None, None]:
        begun, line_end = False, b""
        with closing(read_chunks(files, self._columns.wanted)) as chunks:
            for chunk in chunks:
                content = chunk.piece.text
                mark = chunk.piece.content.removesuffix(content)
                line_end = line_end or first_line_end(content)
                predictions = self._written(chunk)
                if chunk.piece.broken:
                    continue  # a cell in it would have been told first; the fault behind it is told next
                if self.settings.only:
                    head = [] if begun else [b",".join(_field(name, _DELIMITERS) for name in self._names)]
                    lines = [value or b'""' for value in predictions]  # an empty line would be no record
                    yield b"".join(b"%b\n" % line for line in head + lines)
                else:
                    delimiter = chunk.source.delimiter
                    names = delimiter.written.join(_field(name, delimiter.sign) for name in self._names)
                    headers = [None if begun else names] if chunk.piece.offset == 0 else []
                    text = extended(content, delimiter, [*headers, *predictions], line_end)
                    yield text if begun else mark + text
                begun = True

    def report(self) -> PredictionReport:
        """Where the rows went, and what the user should know, when all of the table was made."""
        outside, failed = self._ranges.report(self._outside), self.rows.read - self.rows.predicted
        return PredictionReport(
            source=self.files.name,
            target=self.model.target,
            column=self.settings.column,
            rows=self.rows,
            outside=outside,
            notes=tuple(self._notes(outside)),
            gates=(Gate("strict", not failed, failed, 0),) if self.settings.strict else (),
        )

    def _notes(self, outside: Outside | None) -> Iterator[Note]:
        yield from told_of_places(self.files.first_header, self.model.schema.sources)
        yield from self._columns.notes(self._located)
        rows = self.rows
        if rows.missing:
            yield Unpredicted("missing", rows.missing, rows.read)
        if rows.unseen:
            yield Unpredicted("unseen", rows.unseen, rows.read, self._first_unseen)
        if rows.overflowing:
            yield Unpredicted("overflowing", rows.overflowing, rows.read)
        if outside is not None:
            yield outside

    @property
    def _located(self) -> LocalRecords:
        """The files, whose records are found from the places that were passed so far."""
        return self.files.located(self._waypoints)

    def _typed(self, chunk: Chunk) -> TypedChunk:
        """The cells of the next chunk as numbers and codes.

        Raises:
            DataError: a cell is not what the model expects.
        """
        self._waypoints += chunk.waypoints
        self.listener.reading(self.rows.read, self._share())
        typed = self._columns.typed(chunk)
        if typed.fault is not None:
            raise typed.fault.error(self._located)
        return typed

    def _share(self) -> float | None:
        """The share of the text before the last record whose place is known."""
        if not (self._waypoints and isinstance(self.files, Files)):
            return None
        return self.files.share_before(self._waypoints[-1])

    def _predicted(self, chunk: Chunk) -> FloatArray:
        """(b, m) predictions, NaN where there is none; what stands in the way is counted."""
        typed = self._typed(chunk)
        numbers, missing, unseen = typed.numbers.matrix, typed.missing, typed.unseen
        design, _ = self._coding.design(np.nan_to_num(numbers), tuple(typed.codes))  # missing numbers stand as 0
        with np.errstate(over="ignore", invalid="ignore"):
            predicted = self.model.outputs(design)
        if unseen.any() and self._first_unseen is None:
            self._first_unseen = self._unseen_level(chunk, *typed.first_unseen())
        overflowing = ~(missing | unseen | np.isfinite(predicted).all(axis=1))
        self.rows += PredictionRows(len(missing), *(int(mask.sum()) for mask in (missing, unseen, overflowing)))
        self._outside += self._ranges.count(numbers, ~(missing | unseen | overflowing))
        predicted[missing | unseen | overflowing] = np.nan
        return predicted

    def _unseen_level(self, chunk: Chunk, row: int, place: int) -> UnseenLevel:
        """The level that a row of the chunk has in a column of levels and the model has not."""
        column = self._columns.levels[place]
        level = str(chunk.frame[column.name].iloc[row])
        like = lookalike(level, column.levels, self.files.dialect)
        return UnseenLevel(level, column.name, self._located.place(chunk.first + row), like)

    def _written(self, chunk: TextChunk) -> list[bytes]:
        """The predictions as fields, those that are none empty; with all digits, so that reading gives them back."""
        predicted = self._predicted(chunk)
        delimiter = COMMA if self.settings.only else chunk.source.delimiter
        columns = [self._fields(column, delimiter) for column in predicted.T]
        return columns[0] if len(columns) == 1 else list(map(delimiter.written.join, zip(*columns, strict=True)))

    def _fields(self, values: FloatArray, delimiter: Delimiter) -> list[bytes]:
        decimal = self.files.dialect.decimal
        text = "\n".join(map(repr, values.tolist())).replace("nan", "")
        if decimal == ",":
            text = text.replace(".", ",")
        fields = text.encode().split(b"\n") if len(values) else []
        needs_quotes = delimiter.sign in {*_OF_NUMBERS, decimal}
        return [b'"%b"' % field for field in fields] if needs_quotes else fields


def _field(name: str, delimiters: str) -> bytes:
    """A name as one field of a CSV record, in quotes where one of the delimiters is in it."""
    record = io.StringIO()
    delimiter = next((sign for sign in delimiters if sign in name), delimiters[0])
    # With an end of its own the writer sees to it that a line end in the name is quoted.
    csv.writer(record, delimiter=delimiter, lineterminator="\r\n").writerow([name])
    return record.getvalue().removesuffix("\r\n").encode()


def _refuse_clash(files: Files | ParquetRecords, column: str) -> None:
    if column in files.names:
        what, place = f"{files.name} has a column {quoted(column)} already", Place(files.name, column=column)
        raise DataError(Fault("column-exists", what, place, remedy="name the new one with --column"))


def _refuse_other_forms(files: Files | ParquetRecords) -> None:
    if isinstance(files, ParquetRecords):
        require_same_types(files)
        return
    first = files.sources[0]
    for source in files.sources:
        if source.delimiter.sign != first.delimiter.sign:
            what = (
                f"{source.name} has {quoted(source.delimiter.sign)} between its fields, but {first.name} has "
                f"{quoted(first.delimiter.sign)}"
            )
            remedy = "predict them one by one"
            raise DataError(Fault("delimiters-differ", what, Place(source.name), remedy=remedy))

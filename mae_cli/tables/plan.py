"""As what the columns of a fit are read: found out in passes over the data, until one shows nothing new.

A pass shows which columns are no numbers; another one what their text means, and which cannot serve; if rows with
missing cells would then be more than half, one counts which columns have to go. Decisions come from whole passes only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import BLOCK, counted, option, quoted
from mae_cli.rows.schema import PLAIN, ApartWritings, Writing
from mae_cli.tables.apart import Apart, FoundWriting
from mae_cli.tables.column import Column, Note
from mae_cli.tables.columns import LeftOut, UsedColumns, in_order
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Records
from mae_cli.tables.judge import Verdict, judge
from mae_cli.tables.level_column import ClusterColumn, LevelColumn
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.summary import PassSummary
from mae_cli.tables.typed import Columns

# So many columns that are left out are told with reason and remedy.
_MOST_TOLD = 8


class RefusedColumnsError(DataError):
    """Columns are refused: all of them at once, with the options that do without them.

    Attributes:
        file: in which they are.
        faults: of each column; that of the error has them as parts.
        options: to go on with.
    """

    def __init__(self, file: str, faults: Sequence[Fault], options: Sequence[str]) -> None:
        self.file, self.faults, self.options = file, tuple(faults), tuple(options)
        super().__init__(faults[0] if len(faults) == 1 else self._together())

    def _together(self) -> Fault:
        what = f"{len(self.faults):,} columns cannot be used"
        remedy = f"use {' '.join(self.options)}" if self.options else None
        return Fault("refused-columns", what, Place(self.file), remedy=remedy, parts=self.faults)

    @classmethod
    def of(cls, files: Records, refused: Mapping[str, Verdict]) -> "RefusedColumnsError":
        """For the features with these verdicts."""
        missing = sorted({spelling for verdict in refused.values() for spelling in verdict.placeholders})
        excluded = [name for name, verdict in refused.items() if not verdict.placeholders]
        options = [option("--na-values", *missing)] * bool(missing) + [option("--exclude", *excluded)] * bool(excluded)
        return cls(files.name, [verdict.fault for verdict in refused.values() if verdict.fault], options)

    def after(self, error: DataError) -> DataError:
        """The same behind the error of the target or the weight; that alone where its line is at fault, not columns."""
        place = error.fault.place
        if place is None or place.line is None or any(_are_of_one_record(place, each.place) for each in self.faults):
            return error
        return RefusedColumnsError(self.file, [error.fault, *self.faults], ())


def _are_of_one_record(one: Place, other: Place | None) -> bool:
    return other is not None and (one.file, one.line, one.row) == (other.file, other.line, other.row)


@dataclass(frozen=True)
class Plan:
    """As what the columns of a fit are read.

    Attributes:
        used: the columns.
        text: those of them that are read as levels.
        declared: those that are levels even where they hold numbers.
        writings: how numbers are written, of the columns where they are not plain.
        typed: those of them of which the file says by a type that they are dates.
        left_out: the columns that cannot serve.
        leaving: features that may have to go for their missing cells, the emptiest first; None before that was asked.
        notes: on the columns whose numbers are not plain.
    """

    used: UsedColumns
    text: frozenset[str]
    declared: frozenset[str]
    writings: Mapping[str, Writing] = field(default_factory=dict)
    typed: frozenset[str] = frozenset()
    left_out: tuple[LeftOut, ...] = ()
    leaving: tuple[str, ...] | None = None
    notes: tuple[Note, ...] = ()

    def columns(self, dialect: Dialect, max_levels: int) -> Columns:
        """The columns to be read in the next pass."""
        used = self.used
        apart = self.apart_columns(dialect)
        features = self.features(dialect, max_levels)
        clusters = [] if used.cluster is None else [ClusterColumn(used.cluster, dialect=dialect)]
        return Columns([*apart, *features.numbers], [*features.levels, *clusters], len(apart), self.leaving or ())

    def features(self, dialect: Dialect, max_levels: int) -> Columns:
        """The features alone, to be read where target or weight are at fault."""
        used = self.used
        numbers = [self._numbers(name, dialect) for name in used.features if name not in self.text]
        levels = [
            LevelColumn(name, name in self.declared, max_levels, dialect) for name in used.features if name in self.text
        ]
        return Columns(numbers, levels, apart=0)

    @property
    def apart(self) -> Apart:
        """The target and the weights, as they are written."""
        target, weight = self.used.target, self.used.weight
        written = ApartWritings(*(self.writings.get(name or "", PLAIN) for name in (target, weight)))
        return Apart(target, weight, written)

    def apart_columns(self, dialect: Dialect) -> list[NumberColumn]:
        """These to be read."""
        columns = self.apart.columns(dialect, chosen=True)
        return [replace(column, typed=column.name in self.typed) for column in columns]

    def required(self, dialect: Dialect) -> list[NumberColumn]:
        """The columns that must be numbers: the target, the weights, and the features that the user calls so."""
        free = [name for name in self.used.features if self.writings.get(name, PLAIN).free]
        return [*self.apart_columns(dialect), *(self._numbers(name, dialect) for name in free)]

    def with_writing(self, found: FoundWriting) -> "Plan":
        """The plan that reads a column of numbers as it is written."""
        return replace(self, writings={**self.writings, found.column: found.writing}, notes=(*self.notes, *found.notes))

    def _numbers(self, name: str, dialect: Dialect) -> NumberColumn:
        """A column of numbers; what its writing was found for is no text any more."""
        writing = self.writings.get(name, PLAIN)
        column = NumberColumn.feature(name, dialect, writing, chosen=name in self.used.writings)
        return replace(column, typed=name in self.typed)

    def verdicts(self, summary: PassSummary, files: Records) -> dict[str, Verdict]:
        """What each feature can serve as, now that all cells were read; none where the pass was in vain.

        Raises:
            RefusedColumnsError: a column is refused.
        """
        if summary.columns.misread:
            return {}
        named = self.used.named
        verdicts = {column.name: judge(column, files, self.used) for column in self._features(summary)}
        refused = {
            name: verdict
            for name, verdict in verdicts.items()
            if verdict.fault and (name in named or self.used.strict or not verdict.left_out)
        }
        if refused:
            raise RefusedColumnsError.of(files, refused)
        return verdicts

    def _features(self, summary: PassSummary) -> list[Column]:
        """The columns of a pass that are features; that of clusters is none."""
        return [column for column in summary.columns.features if column.name != self.used.cluster]

    def revised(self, verdicts: Mapping[str, Verdict], summary: PassSummary, files: Records, *, drops: bool) -> "Plan":
        """The plan after what a pass found; an equal one where there is nothing to change.

        Args:
            verdicts: of that pass.
            summary: of that pass.
            files: that were read.
            drops: whether rows with a missing cell are left out.

        Raises:
            DataError: no column is left.
        """
        if summary.columns.misread:
            return replace(self, text=self.text | summary.columns.misread)
        gone = [verdict.left_out for verdict in verdicts.values() if verdict.left_out]
        written = {name: verdict.writing for name, verdict in verdicts.items() if verdict.writing}
        if gone or written:
            notes = [note for verdict in verdicts.values() if verdict.writing for note in verdict.notes]
            read_again = replace(
                self,
                text=self.text - written.keys(),
                writings={**self.writings, **written},
                notes=(*self.notes, *notes),
            )
            return read_again.without(gone, files)
        return self._completed(summary, files) if drops else self

    def without(self, gone: Sequence[LeftOut], files: Records) -> "Plan":
        """The plan without columns that cannot serve.

        Raises:
            DataError: no column is left.
        """
        names = {column.column for column in gone}
        left_out = in_order([*self.left_out, *gone], files.header.names)
        features = tuple(name for name in self.used.features if name not in names)
        if not features:
            reasons = "; ".join(f"{quoted(each.column)}: {each.reason} ({each.remedy})" for each in left_out)
            what = f"no column can serve to predict {quoted(self.used.target)}: {reasons}"
            raise DataError(Fault("no-feature-can-serve", what, Place(files.name)))
        return replace(self, used=replace(self.used, features=features), left_out=left_out)

    def _completed(self, summary: PassSummary, files: Records) -> "Plan":
        """The plan with which half of the rows are complete that have the target and what was named.

        The columns with the most missing cells go, of several the last ones first; the last feature stays.
        """
        if self.leaving is None:
            return (
                replace(self, leaving=self._emptiest(summary)) if 2 * summary.rows_dropped > summary.rows_read else self
            )
        complete = list(accumulate(summary.complete))
        steps = next((step for step, rows in enumerate(complete) if 2 * rows >= complete[-1] > 0), 0)
        steps = min(steps, len(self.used.features) - 1)
        missing = {column.name: column.missing for column in self._features(summary)}
        gone = [_too_empty(name, missing[name], summary.rows_read) for name in self.leaving[:steps]]
        if not gone:
            return self
        if self.used.strict:
            raise DataError(gone[0].fault(files.name))
        return replace(self, leaving=()).without(gone, files)

    def _emptiest(self, summary: PassSummary) -> tuple[str, ...]:
        """The features with missing cells that nobody named, the emptiest first."""
        free = [column for column in self._features(summary) if column.missing and column.name not in self.used.named]
        places = {name: place for place, name in enumerate(self.used.features)}
        free.sort(key=lambda column: (column.missing, places[column.name]), reverse=True)
        return tuple(column.name for column in free)

    def told(self, verdicts: Mapping[str, Verdict], files: Records) -> tuple[str, ...]:
        """What the user should know, a sentence each; one block for all that is left out."""
        notes = [*self.notes, *(note for verdict in verdicts.values() for note in verdict.notes)]
        return (*_block(self.left_out), *(note.text(files) for note in notes))


def _too_empty(name: str, missing: int, rows: int) -> LeftOut:
    return LeftOut(name, f"{missing:,} of its {counted(rows, 'cell')} are missing", "name it with --features")


def _block(left_out: Sequence[LeftOut]) -> list[str]:
    lines = [f"{quoted(each.column)}: {each.reason}; {each.remedy}" for each in left_out]
    if len(lines) < 2:
        return [f"left out {line}" for line in lines]
    more = [f"and {len(lines) - _MOST_TOLD:,} more"] if len(lines) > _MOST_TOLD else []
    return [BLOCK.join([f"left out {len(lines):,} columns:", *lines[:_MOST_TOLD], *more])]

"""As what the columns of a fit are read: found out in passes over the data, until one shows nothing new.

A pass shows which columns are no numbers; another one what their text means, and which cannot serve; if rows with
missing cells would then be more than half, one counts which columns have to go. Decisions come from whole passes only.
A column that is refused is read no more, but the others are to the end, so that all that must be refused is known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from mae_cli.messages import counted, option
from mae_cli.progress import Phase
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.schema import PLAIN, ApartWritings, Writing
from mae_cli.tables.apart import Apart, cells_of, judge_again, judge_apart
from mae_cli.tables.column import Column, Note
from mae_cli.tables.column_types import Part, level_columns, misfits, text_columns, typed_dates, unfit_columns
from mae_cli.tables.columns import LeftOut, UsedColumns, in_order
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Records
from mae_cli.tables.judge import Verdict, judge, judge_cluster
from mae_cli.tables.level_column import ClusterColumn, LevelColumn
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.read import Data, PassResult, ReadOptions, read
from mae_cli.tables.summary import PassSummary
from mae_cli.tables.typed import Columns
from mae_cli.tables.writing import FREE, is_plain


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
        refused: the columns that must serve, and cannot, by their names.
        leaving: features that may have to go for their missing cells, the emptiest first; None before that was asked.
        notes: on the columns whose numbers are not plain.
    """

    used: UsedColumns
    text: frozenset[str]
    declared: frozenset[str]
    writings: Mapping[str, Writing] = field(default_factory=dict)
    typed: frozenset[str] = frozenset()
    left_out: tuple[LeftOut, ...] = ()
    refused: Mapping[str, Verdict] = field(default_factory=dict)
    leaving: tuple[str, ...] | None = None
    notes: tuple[Note, ...] = ()

    @classmethod
    def first(cls, files: Data, used: UsedColumns) -> "Plan":
        """The plan before a pass: what the types of the columns tell, or the first record."""
        gone = [each for each in unfit_columns(files.header, used.features) if each.column not in used.named]
        used = replace(used, features=_others(used.features, {each.column for each in gone}))
        typed = typed_dates(files.header, used)
        writings = {**used.writings, **typed}
        text = (used.categorical | text_features(files, used.features)) - writings.keys()
        plan = cls(used, text, used.categorical | level_columns(files.header), writings, frozenset(typed))
        said = {name: Part("the feature", writings[name]) for name in used.features if name in writings}
        parts = plan.apart.parts | said
        faults = misfits(files.name, files.header, parts, [name for name in used.features if name not in parts])
        plan = plan.without({name: Verdict(fault=fault) for name, fault in faults.items()})
        return replace(plan, left_out=in_order([*used.left_out, *gone], files.header.names))

    def columns(self, dialect: Dialect, max_levels: int) -> Columns:
        """The columns to be read in the next pass."""
        used = self.used
        apart = self.apart_columns(dialect)
        numbers = [self._numbers(name, dialect) for name in used.features if name not in self.text]
        levels = [
            LevelColumn(name, name in self.declared, max_levels, dialect, chosen=name in used.named)
            for name in used.features
            if name in self.text
        ]
        clusters = [] if used.cluster is None else [ClusterColumn(used.cluster, dialect=dialect)]
        return Columns([*apart, *numbers], [*levels, *clusters], len(apart), self.leaving or ())

    @property
    def apart(self) -> Apart:
        """The target and the weights, as they are written."""
        target, weight = self.used.target, self.used.weight
        written = ApartWritings(*(self.writings.get(name or "", PLAIN) for name in (target, weight)))
        return Apart(target, weight, written)

    def apart_columns(self, dialect: Dialect) -> list[NumberColumn]:
        """These to be read."""
        columns = self.apart.columns(dialect, chosen=True)
        return [replace(column, typed=column.name in self.typed, collects=True) for column in columns]

    def _numbers(self, name: str, dialect: Dialect) -> NumberColumn:
        """A column of numbers; what its writing was found for is no text any more."""
        writing = self.writings.get(name, PLAIN)
        column = NumberColumn.feature(name, dialect, writing, chosen=name in self.used.named)
        return replace(column, typed=name in self.typed, collects=True)

    def verdicts(self, result: PassResult, data: Data, options: ReadOptions) -> dict[str, Verdict]:
        """What each column can serve as, now that all cells were read; none where the pass was in vain.

        Numbers with a cell that is none are read again as text, where that may tell how they are written.
        """
        columns = result.summary.columns
        if columns.misread:
            return {}
        apart = [column for column in columns.numbers[: columns.apart] if isinstance(column, NumberColumn)]
        seen, dates = result.files, self.used.dates
        features = self._features(result.summary)
        free = [each for each in features if isinstance(each, NumberColumn) and each.odd and each.writing == FREE]
        cells = cells_of([*apart, *free], seen, data, options)
        verdicts = {column.name: judge_apart(column, seen, dates, cells.get(column.name)) for column in apart}
        clusters = [column for column in columns.levels if isinstance(column, ClusterColumn)]
        verdicts |= {column.name: judge_cluster(column, seen.name) for column in clusters}
        verdicts |= {column.name: judge(column, seen, self.used) for column in features if column not in free}
        return verdicts | {column.name: judge_again(column, seen, cells.get(column.name)) for column in free}

    def _features(self, summary: PassSummary) -> list[Column]:
        """The columns of a pass that are features; that of clusters is none."""
        return [column for column in summary.columns.features if column.name != self.used.cluster]

    def revised(self, verdicts: Mapping[str, Verdict], result: PassResult, *, drops: bool) -> "Plan":
        """The plan after what a pass found; an equal one where there is nothing to change.

        Args:
            verdicts: of that pass.
            result: of that pass.
            drops: whether rows with a missing cell are left out.
        """
        summary, names = result.summary, result.files.header.names
        if summary.columns.misread:
            return replace(self, text=self.text | summary.columns.misread)
        refused = {name: verdict for name, verdict in verdicts.items() if self._is_refused(name, verdict)}
        gone = [each.left_out for name, each in verdicts.items() if each.left_out and name not in refused]
        written = {name: verdict.writing for name, verdict in verdicts.items() if verdict.writing}
        if refused or gone or written:
            notes = [note for verdict in verdicts.values() if verdict.writing for note in verdict.notes]
            read_again = replace(
                self,
                text=self.text - written.keys(),
                writings={**self.writings, **written},
                notes=(*self.notes, *notes),
            )
            return read_again.without(refused).leaving_out(gone, names)
        return self._completed(summary, names) if drops and self.used.target else self

    def _is_refused(self, name: str, verdict: Verdict) -> bool:
        is_used_or_refused = name in self.used.named or self.used.strict or not verdict.left_out
        return verdict.fault is not None and is_used_or_refused

    def without(self, refused: Mapping[str, Verdict]) -> "Plan":
        """The plan without columns that are refused, whichever part they have."""
        used, refused = self.used, {**self.refused, **refused}
        parts = (name if name not in refused else None for name in (used.target, used.weight, used.cluster))
        target, weight, cluster = parts
        features = _others(used.features, refused)
        used = replace(used, target=target or "", weight=weight, cluster=cluster, features=features)
        return replace(self, used=used, refused=refused)

    def leaving_out(self, gone: Sequence[LeftOut], header: Sequence[str]) -> "Plan":
        """The plan without columns that cannot serve, and that nobody named."""
        features = _others(self.used.features, {each.column for each in gone})
        left_out = in_order([*self.left_out, *gone], header)
        return replace(self, used=replace(self.used, features=features), left_out=left_out)

    def _completed(self, summary: PassSummary, header: Sequence[str]) -> "Plan":
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
        columns = {column.name: column for column in self._features(summary)}
        gone = [_too_empty(columns[name]) for name in self.leaving[:steps]]
        return replace(self, leaving=()).leaving_out(gone, header) if gone else self

    def _emptiest(self, summary: PassSummary) -> tuple[str, ...]:
        """The features with missing cells that nobody named, the emptiest first."""
        free = [column for column in self._features(summary) if column.missing and column.name not in self.used.named]
        places = {name: place for place, name in enumerate(self.used.features)}
        free.sort(key=lambda column: (column.missing, places[column.name]), reverse=True)
        return tuple(column.name for column in free)


def _others(names: Sequence[str], gone: Mapping[str, object] | set[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in gone)


def text_features(files: Records, features: Sequence[str]) -> frozenset[str]:
    """The features that are text by their type, or whose first cell is text.

    The latter end up as text or refused, so numbers need not be tried.
    """
    if files.header.types:
        return text_columns(files.header.types, files.header.names) & frozenset(features)
    first = dict(zip(files.header.names, files.header.first, strict=False))
    cells = {name: first.get(name, "") for name in features}
    dialect = files.dialect
    return frozenset(
        name for name, cell in cells.items() if cell not in dialect.all_missing and not dialect.is_number(cell)
    )


def _too_empty(column: Column) -> LeftOut:
    """Why a column goes for its missing cells; whoever names it, in the kind that it has, has it in."""
    name, reason = column.name, f"{column.missing:,} of its {counted(column.count, 'cell')} are missing"
    if isinstance(column, LevelColumn):
        return LeftOut(name, reason, f"use {option('--categorical', name)}")
    writing = column.writing if isinstance(column, NumberColumn) else PLAIN
    if writing.date:
        return LeftOut(name, reason, f"use {option('--date', name)}")
    return LeftOut(
        name, reason, f"use {option('--number', name)}" if is_plain(writing) else "fill in its missing cells"
    )


@dataclass(frozen=True, eq=False)
class Reading:
    """A pass over the data, and what it showed.

    Attributes:
        plan: as what the columns were read.
        result: of the pass.
        verdicts: on the columns that were read; none where one of them was misread.
    """

    plan: Plan
    result: PassResult
    verdicts: Mapping[str, Verdict]


def readings(files: Data, used: UsedColumns, options: ReadOptions, *, ranged: bool = False) -> Iterator[Reading]:
    """Passes over the data, each with the plan that the one before led to, until one shows nothing new.

    Rows with missing cells are left out: the columns that they are in may not stay. The rows of all passes but the last
    are closed when the next is asked for.

    Args:
        files: the data.
        used: the columns of a fit; there need be no target.
        options: how to read.
        ranged: whether the extremes of all numbers are wanted.

    Raises:
        DataError: the data cannot be read.
    """
    plan, drops = Plan.first(files, used), options.missing == "drop"
    while True:
        # Where a column is refused, no row will be fitted.
        collect = MemoryRows.none if plan.refused else options.collect
        columns = plan.columns(files.dialect, options.max_levels)
        columns = _ranged(columns) if ranged else columns
        result = read(files, columns, replace(options, missing="drop", collect=collect))
        verdicts = plan.verdicts(result, files, options)
        yield Reading(plan, result, verdicts)
        revised = plan.revised(verdicts, result, drops=drops)
        if revised == plan:
            return
        result.rows.close()
        plan = revised
        options.listener.entering(Phase.READING_AGAIN)


def _ranged(columns: Columns) -> Columns:
    """The same, with the extremes of all numbers."""
    numbers = [replace(each, ranged=True) if isinstance(each, NumberColumn) else each for each in columns.numbers]
    return replace(columns, numbers=numbers)

"""What every column of the data would be used as, for looking at a file before it is fitted; no target is needed."""

from collections.abc import Mapping

from mae_cli.errors import Fault
from mae_cli.results.survey import Survey, Surveyed
from mae_cli.tables.column import Column
from mae_cli.tables.columns import ColumnChoice, LeftOut, UsedColumns, in_order, nameless, resolve_any
from mae_cli.tables.csv.header import Header
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.plan import readings
from mae_cli.tables.read import Data, ReadOptions

_MOST_TOP = 5


def survey(files: Data, choice: ColumnChoice, options: ReadOptions) -> Survey:
    """Look at all columns, in the parts that the choice gives them, as a fit would.

    Raises:
        DataError: the data cannot be read, or a column that the user named is not there.
    """
    used = resolve_any(choice, files.header, files.name)
    parts = {used.target: "target", used.weight: "weight", used.cluster: "cluster"}
    found = {each.column: each for each in _without_a_part(choice, files.header)}
    for reading in readings(files, used, options, ranged=True):
        reading.result.rows.close()
        if not reading.result.summary.columns.misread:
            found |= {each.name: _content(each, parts) for each in reading.result.summary.columns.all}
    found |= {each.column: _gone(each, found, used, files) for each in reading.plan.left_out}
    found |= {name: _refused(name, verdict.fault, found) for name, verdict in reading.plan.refused.items()}
    order = in_order([LeftOut(name, "") for name in found], files.header.names)
    return Survey(files.name, reading.result.summary.rows_read, tuple(found[each.column] for each in order))


def _without_a_part(choice: ColumnChoice, header: Header) -> list[Surveyed]:
    """All columns, as if none had a part in a fit."""
    names = [*(name for name in header.names if name.strip()), *(each.column for each in nameless(header))]
    return [Surveyed(name, "excluded" if name in choice.exclude else "not used") for name in names]


def _gone(column: LeftOut, found: Mapping[str, Surveyed], used: UsedColumns, files: Data) -> Surveyed:
    """A column that is left out, or refused where none may be."""
    if used.strict:
        return _refused(column.column, column.fault(files.name), found)
    missing = found[column.column].missing
    return Surveyed(column.column, "left out", missing, reason=column.reason, remedy=column.remedy)


def _refused(name: str, fault: Fault | None, found: Mapping[str, Surveyed]) -> Surveyed:
    reason, remedy = (None, None) if fault is None else (fault.located, fault.remedy)
    return Surveyed(name, "refused", found[name].missing, reason=reason, remedy=remedy)


def _content(column: Column, parts: Mapping[str | None, str]) -> Surveyed:
    """A column that was read, with its range or its most frequent levels."""
    part = parts.get(column.name)
    if isinstance(column, NumberColumn):
        unit = column.writing.unit
        extremes = (column.lowest, column.highest) if column.lowest <= column.highest else None
        return Surveyed(column.name, part or ("date" if unit else "number"), column.missing, extremes, unit)
    if not isinstance(column, LevelColumn):
        return Surveyed(column.name, "not used", column.missing)
    counts = {level: column.counts[code] for level, code in column.codes.items()}
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_TOP]
    return Surveyed(column.name, part or "levels", column.missing, levels=len(counts), top=tuple(top))

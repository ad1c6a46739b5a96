"""What every column of the data would be used as, without a target: for looking at a file before it is fitted."""

from collections.abc import Mapping

from mae_cli.results.survey import Survey, Surveyed
from mae_cli.rows.schema import PLAIN, Writing
from mae_cli.tables.column_types import text_columns, unfit_columns
from mae_cli.tables.columns import ColumnChoice, LeftOut, in_order, resolve_all
from mae_cli.tables.judge import Verdict, judge
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.load import text_features
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.read import Data, ReadOptions, read
from mae_cli.tables.typed import Columns

_MOST_TOP = 5


def survey(files: Data, choice: ColumnChoice, options: ReadOptions) -> Survey:
    """Look at all columns, whatever part the choice gives them.

    Raises:
        DataError: the data cannot be read, or the user said something of a column that does not hold.
    """
    used = resolve_all(choice, files.header, files.name)
    unfit = unfit_columns(files.header, used.features) if files.header.types else []
    names = [name for name in used.features if name not in {column.column for column in unfit}]
    typed = text_columns(files.header.types, files.header.names) if files.header.types else frozenset()
    text = set((used.categorical | text_features(files, names)) - used.writings.keys())
    writings: dict[str, Writing] = dict(used.writings)
    while True:
        levels = [
            LevelColumn(name, name in used.categorical | typed, options.max_levels, files.dialect)
            for name in names
            if name in text
        ]
        numbers = [
            NumberColumn.feature(name, files.dialect, writings.get(name, PLAIN), ranged=True)
            for name in names
            if name not in text
        ]
        columns = Columns(numbers, levels, apart=0)
        result = read(files, columns, options)
        result.rows.close()
        text |= columns.misread
        verdicts: dict[str, Verdict] = {}
        if not columns.misread:
            verdicts = {each.name: judge(each, result.files, used) for each in columns.all}
            written = {name: verdict.writing for name, verdict in verdicts.items() if verdict.writing}
            writings, text = writings | written, text - written.keys()
            if not written:
                break
    gone = {each.column: _left_out(each) for each in (*used.left_out, *unfit)}
    found = gone | {each.name: _surveyed(each, verdicts) for each in numbers}
    found |= {each.name: _surveyed(each, verdicts) for each in levels}
    order = in_order([LeftOut(name, "", "") for name in found], files.header.names)
    return Survey(files.name, result.summary.rows_read, tuple(found[each.column] for each in order))


def _left_out(column: LeftOut, missing: int | None = None) -> Surveyed:
    return Surveyed(column.column, "left out", missing, reason=column.reason, remedy=column.remedy)


def _surveyed(column: NumberColumn | LevelColumn, verdicts: Mapping[str, Verdict]) -> Surveyed:
    verdict = verdicts[column.name]
    if verdict.left_out:
        return _left_out(verdict.left_out, column.missing)
    if verdict.fault:
        located, remedy = verdict.fault.located, verdict.fault.remedy
        return Surveyed(column.name, "refused", column.missing, reason=located, remedy=remedy)
    if isinstance(column, NumberColumn):
        unit = column.writing.unit
        extremes = (column.lowest, column.highest)
        return Surveyed(column.name, "date" if unit else "number", column.missing, extremes, unit)
    counts = {level: column.counts[code] for level, code in column.codes.items()}
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_TOP]
    return Surveyed(column.name, "levels", column.missing, levels=len(counts), top=tuple(top))

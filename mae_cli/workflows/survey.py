"""What every column of the data would be used as, for looking at a file before it is fitted; no target is needed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mae_cli.errors import DataError, Fault
from mae_cli.results.survey import Survey, Surveyed
from mae_cli.tables.apart import found_writing
from mae_cli.tables.column_types import require_kinds, text_columns, typed_dates, unfit_columns
from mae_cli.tables.columns import ColumnChoice, LeftOut, UsedColumns, in_order, nameless, resolve_any
from mae_cli.tables.csv.header import Header
from mae_cli.tables.judge import Verdict, judge
from mae_cli.tables.level_column import ClusterColumn, LevelColumn
from mae_cli.tables.load import require_dates, text_features
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.plan import Plan
from mae_cli.tables.read import Data, ReadOptions, read
from mae_cli.tables.typed import Columns

_MOST_TOP = 5


@dataclass(frozen=True, eq=False)
class _Features:
    """The features of a survey, once all their cells were read.

    Attributes:
        columns: of numbers and of levels.
        verdicts: on each of them.
        plan: to read those that can serve.
        rows: how many records there are.
    """

    columns: tuple[NumberColumn | LevelColumn, ...]
    verdicts: Mapping[str, Verdict]
    plan: Plan
    rows: int


def survey(files: Data, choice: ColumnChoice, options: ReadOptions) -> Survey:
    """Look at all columns, in the parts that the choice gives them.

    Raises:
        DataError: the data cannot be read, or the user said something of a column that does not hold.
    """
    used = resolve_any(choice, files.header, files.name)
    unfit = unfit_columns(files.header, used.features) if files.header.types else []
    features = _looked_at(files, _without(used, [each.column for each in unfit]), options)
    plan, apart = _apart(files, features.plan, options)
    has_target = used.target and all(each.use != "refused" for each in apart)
    too_empty = _too_empty(files, plan, options) if has_target else ()
    missing = {each.name: each.missing for each in features.columns}
    columns = [
        *_without_a_part(choice, files.header),
        *(_gone(each, used, files) for each in (*used.left_out, *unfit)),
        *(_surveyed(each, features.verdicts[each.name], used) for each in features.columns),
        *(_gone(each, used, files, missing[each.column]) for each in too_empty),
        *apart,
    ]
    found = {each.column: each for each in columns}  # of several the last one
    order = in_order([LeftOut(name, "", "") for name in found], files.header.names)
    return Survey(files.name, features.rows, tuple(found[each.column] for each in order))


def _without_a_part(choice: ColumnChoice, header: Header) -> list[Surveyed]:
    """All columns, as if none had a part in a fit."""
    names = [*(name for name in header.names if name.strip()), *(each.column for each in nameless(header.names))]
    return [Surveyed(name, "excluded" if name in choice.exclude else "not used") for name in names]


def _without(used: UsedColumns, names: list[str]) -> UsedColumns:
    return replace(used, features=tuple(name for name in used.features if name not in names))


def _looked_at(files: Data, used: UsedColumns, options: ReadOptions) -> _Features:
    """The features, as they turn out to be read."""
    typed = text_columns(files.header.types, files.header.names) if files.header.types else frozenset()
    dates = typed_dates(files.header, used)
    text = (used.categorical | text_features(files, used.features)) - used.writings.keys()
    plan = Plan(used, text, used.categorical | typed, {**used.writings, **dates}, frozenset(dates))
    while True:
        columns = _ranged(plan.features(files.dialect, options.max_levels))
        try:
            result = read(files, columns, options)
        except DataError as error:
            plan = plan.with_writing(found_writing(error, plan.required(files.dialect), files, options))
            continue
        result.rows.close()
        if columns.misread:
            plan = replace(plan, text=plan.text | columns.misread)
            continue
        looked_at = tuple(each for each in columns.all if isinstance(each, (NumberColumn, LevelColumn)))
        verdicts = {each.name: judge(each, result.files, used) for each in looked_at}
        written = {name: verdict.writing for name, verdict in verdicts.items() if verdict.writing}
        if not written:
            refused = [name for name, verdict in verdicts.items() if verdict.fault]
            serving = replace(plan, used=_without(used, refused))
            return _Features(looked_at, verdicts, serving, result.summary.rows_read)
        plan = replace(plan, text=plan.text - written.keys(), writings={**plan.writings, **written})


def _ranged(columns: Columns) -> Columns:
    """The same, with the extremes of all numbers."""
    numbers = [replace(each, ranged=True) if isinstance(each, NumberColumn) else each for each in columns.numbers]
    return replace(columns, numbers=numbers)


def _apart(files: Data, plan: Plan, options: ReadOptions) -> tuple[Plan, list[Surveyed]]:
    """The target, the weight and the cluster of each row, as far as there are any, and the plan that reads them.

    Each is read alone, as a fault in it would end the reading of the others.
    """
    found, cluster = [], plan.used.cluster
    for part, name in (("target", plan.used.target), ("weight", plan.used.weight)):
        if name:
            try:
                plan, column = _numbers_apart(name, files, plan, options)
                found.append(replace(_content(column), use=part))
            except DataError as error:
                found.append(_refused(name, error.fault))
    if cluster is not None:
        found.append(_cluster(ClusterColumn(cluster, dialect=files.dialect), files, options))
    return plan, found


def _numbers_apart(name: str, files: Data, plan: Plan, options: ReadOptions) -> tuple[Plan, NumberColumn]:
    """A column that is no feature, with all its cells read, and the plan that reads it as it is written.

    Raises:
        DataError: it is refused.
    """
    require_kinds(files.name, files.header, {name: plan.apart.parts[name]}, [])
    column = _alone(name, files, plan)
    try:
        read(files, Columns([column], [], 1), options).rows.close()
    except DataError as error:
        plan = plan.with_writing(found_writing(error, [column], files, options))
        column = _alone(name, files, plan)
        read(files, Columns([column], [], 1), options).rows.close()
    require_dates(plan, files)
    return plan, column


def _alone(name: str, files: Data, plan: Plan) -> NumberColumn:
    columns = plan.apart_columns(files.dialect)
    return next(replace(each, ranged=True) for each in columns if each.name == name)


def _cluster(column: ClusterColumn, files: Data, options: ReadOptions) -> Surveyed:
    try:
        require_kinds(files.name, files.header, {}, [])
        read(files, Columns([], [column], 0), options).rows.close()
        column.finish(files)
    except DataError as error:
        return _refused(column.name, error.fault)
    return replace(_content(column), use="cluster")


def _too_empty(files: Data, plan: Plan, options: ReadOptions) -> tuple[LeftOut, ...]:
    """The features with which fewer than half of the rows would be complete."""
    known, plan = plan.left_out, replace(plan, used=replace(plan.used, strict=False))
    while plan.used.features:
        result = read(files, plan.columns(files.dialect, options.max_levels), options)
        result.rows.close()
        revised = plan.revised({}, result.summary, files, drops=True)
        if revised == plan:
            break
        plan = revised
    return tuple(each for each in plan.left_out if each not in known)


def _gone(column: LeftOut, used: UsedColumns, files: Data, missing: int | None = None) -> Surveyed:
    """A column that is left out, or refused where none may be."""
    if used.strict or column.column in used.named:
        return _refused(column.column, column.fault(files.name), missing)
    return Surveyed(column.column, "left out", missing, reason=column.reason, remedy=column.remedy)


def _refused(name: str, fault: Fault, missing: int | None = None) -> Surveyed:
    return Surveyed(name, "refused", missing, reason=fault.located, remedy=fault.remedy)


def _surveyed(column: NumberColumn | LevelColumn, verdict: Verdict, used: UsedColumns) -> Surveyed:
    """A feature, as it was judged."""
    is_refused = used.strict or column.name in used.named or not verdict.left_out
    if verdict.fault and is_refused:
        return _refused(column.name, verdict.fault, column.missing)
    if verdict.left_out:
        gone = verdict.left_out
        return Surveyed(column.name, "left out", column.missing, reason=gone.reason, remedy=gone.remedy)
    return _content(column)


def _content(column: NumberColumn | LevelColumn) -> Surveyed:
    """A column that can serve, with its range or its most frequent levels."""
    if isinstance(column, NumberColumn):
        unit = column.writing.unit
        extremes = (column.lowest, column.highest) if column.lowest <= column.highest else None
        return Surveyed(column.name, "date" if unit else "number", column.missing, extremes, unit)
    counts = {level: column.counts[code] for level, code in column.codes.items()}
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_TOP]
    return Surveyed(column.name, "levels", column.missing, levels=len(counts), top=tuple(top))

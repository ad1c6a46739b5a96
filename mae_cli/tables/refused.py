"""Columns that are refused, and columns that are left out: told together, in a few lines however many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import BLOCK, listed, option, quoted
from mae_cli.tables.columns import LeftOut, UsedColumns
from mae_cli.tables.csv.files import Records
from mae_cli.tables.judge import Verdict
from mae_cli.tables.remedies import BY_DECIMAL

# So many columns, or groups of them, are told with reason and remedy, and of a group so many names.
_MOST_TOLD, _MOST_NAMED = 8, 3
_ALL = " (--columns lists all)"


class RefusedColumnsError(DataError):
    """Columns are refused: all of them at once, and what can be typed to do without.

    Attributes:
        file: in which they are.
        faults: of each column; that of the error has the first ones as parts.
        options: to go on with.
        settled: how many of the faults these do away with.
    """

    def __init__(self, file: str, faults: Sequence[Fault], options: Sequence[str], settled: int) -> None:
        self.file, self.faults, self.options, self.settled = file, tuple(faults), tuple(options), settled
        super().__init__(faults[0] if len(faults) == 1 else self._together())

    def _together(self) -> Fault:
        what, more = f"{len(self.faults):,} columns cannot be used", len(self.faults) - _MOST_TOLD
        what += f", these {_MOST_TOLD} and {more:,} more{_ALL}" * (more > 0)
        remedy = f"use {' '.join(self.options)}" if self.options else None
        if remedy is not None and self.settled < len(self.faults):
            remedy += f", which settles {self.settled:,} of them"
        return Fault("refused-columns", what, Place(self.file), remedy=remedy, parts=self.faults[:_MOST_TOLD])

    @classmethod
    def of(cls, files: Records, refused: Mapping[str, Verdict], used: UsedColumns) -> "RefusedColumnsError":
        """For columns with these verdicts, of those that a fit was to use."""
        verdicts = {name: refused[name] for name in _told(refused, files, used)}
        faults = {name: verdict.fault for name, verdict in verdicts.items() if verdict.fault}
        written = [name for name, fault in faults.items() if (fault.remedy or "").startswith(f"use {BY_DECIMAL}")]
        missing = sorted({spelling for verdict in verdicts.values() for spelling in verdict.placeholders})
        others = [name for name, verdict in verdicts.items() if not verdict.placeholders and name not in written]
        free = {*used.features, *(each.column for each in used.left_out)} - used.named
        excluded = [name for name in others if name in free and not verdicts[name].of_line]
        options = [BY_DECIMAL] * bool(written)
        options += [option("--na-values", *missing)] * bool(missing) + [option("--exclude", *excluded)] * bool(excluded)
        return cls(files.name, list(faults.values()), options, len(faults) - len(others) + len(excluded))


def _told(refused: Mapping[str, Verdict], files: Records, used: UsedColumns) -> list[str]:
    """The names of these columns: the target and the weight, and others in their order.

    Of a line that is at fault as a whole only the first column is told.
    """
    places = {name: place for place, name in reversed(list(enumerate(files.header.names)))}
    places |= {name: -1 for name in (used.target, used.weight) if name}
    told: dict[object, str] = {}
    for name in sorted(refused, key=lambda name: places.get(name, -1)):
        verdict = refused[name]
        place = verdict.fault.place if verdict.fault else None
        told.setdefault((place.file, place.line, place.row) if verdict.of_line and place else name, name)
    return list(told.values())


def nothing_left(file: str, target: str, left_out: Sequence[LeftOut]) -> Fault:
    """What is wrong where no feature is left."""
    groups, place = _groups(left_out), Place(file)
    what = f"no column can serve to predict {quoted(target)}{_ALL * (not _has_all(groups))}"
    parts = tuple(Fault("unfit-column", each.says, place, remedy=each.remedy) for each in groups[:_MOST_TOLD])
    if len(parts) > 1:
        return Fault("no-feature-can-serve", what, place, parts=parts)
    return Fault("no-feature-can-serve", f"{what}: {parts[0].what}", place, remedy=parts[0].remedy)


def told_left_out(left_out: Sequence[LeftOut]) -> list[str]:
    """The note on columns that are left out: one for all of them."""
    if len(left_out) < 2:
        return [f"left out {each}" for each in left_out]
    groups = _groups(left_out)
    heading = f"left out {len(left_out):,} columns{_ALL * (not _has_all(groups))}:"
    more = len(groups) - _MOST_TOLD
    return [BLOCK.join([heading, *map(str, groups[:_MOST_TOLD]), *[f"and {more:,} more"] * (more > 0)])]


@dataclass(frozen=True)
class _Group:
    """Columns that are left out for one reason, with one remedy."""

    columns: tuple[str, ...]
    reason: str
    remedy: str | None

    @property
    def says(self) -> str:
        return f"{listed(self.columns, _MOST_NAMED)}: {self.reason}"

    def __str__(self) -> str:
        return "; ".join(filter(None, (self.says, self.remedy)))


def _groups(left_out: Sequence[LeftOut]) -> list[_Group]:
    columns: dict[tuple[str, str | None], list[str]] = {}
    for each in left_out:
        columns.setdefault((each.reason, each.remedy), []).append(each.column)
    return [_Group(tuple(names), *why) for why, names in columns.items()]


def _has_all(groups: Sequence[_Group]) -> bool:
    """Whether all columns are named."""
    return len(groups) <= _MOST_TOLD and all(len(each.columns) <= _MOST_NAMED for each in groups)

"""Columns that are refused, and columns that are left out: told together, in a few lines however many there are."""

from collections.abc import Mapping, Sequence

from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import BLOCK, listed, option, quoted
from mae_cli.tables.columns import LeftOut, UsedColumns
from mae_cli.tables.csv.files import Records
from mae_cli.tables.judge import Verdict

# So many columns, or groups of them, are told with reason and remedy, and of a group so many names.
_MOST_TOLD, _MOST_NAMED = 8, 3


class RefusedColumnsError(DataError):
    """Columns are refused: all of them at once, and what can be typed to do without.

    Attributes:
        file: in which they are.
        faults: of each column; that of the error tells the first ones.
        options: to go on with.
        for_all: whether these do away with all faults.
    """

    def __init__(self, file: str, faults: Sequence[Fault], options: Sequence[str], *, for_all: bool = True) -> None:
        self.file, self.faults, self.options, self.for_all = file, tuple(faults), tuple(options), for_all
        super().__init__(faults[0] if len(faults) == 1 else self._together())

    def _together(self) -> Fault:
        lines = [str(fault).removeprefix(f"{self.file}: ").removeprefix(f"{self.file}, ") for fault in self.faults]
        to_do = "to go on" if self.for_all else "for the others"
        go_on = [f"{to_do}: {' '.join(self.options)}"] * bool(self.options)
        block = _block(f"{len(lines):,} columns are refused", lines, has_all=True)
        return Fault("refused-columns", BLOCK.join([block, *go_on]), Place(self.file))

    @classmethod
    def of(cls, files: Records, refused: Mapping[str, Verdict], used: UsedColumns) -> "RefusedColumnsError":
        """For columns with these verdicts, of those that a fit was to use."""
        verdicts = {name: refused[name] for name in _told(refused, files, used)}
        missing = sorted({spelling for verdict in verdicts.values() for spelling in verdict.placeholders})
        others = [name for name, verdict in verdicts.items() if not verdict.placeholders]
        free = {*used.features, *(each.column for each in used.left_out)} - used.named
        excluded = [name for name in others if name in free and not verdicts[name].of_line]
        options = [option("--na-values", *missing)] * bool(missing) + [option("--exclude", *excluded)] * bool(excluded)
        faults = [verdict.fault for verdict in verdicts.values() if verdict.fault]
        return cls(files.name, faults, options, for_all=len(excluded) == len(others))


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
    lines, has_all = _lines(left_out)
    heading = f"no column can serve to predict {quoted(target)}"
    return Fault("no-feature-can-serve", _block(heading, lines, has_all=has_all), Place(file))


def told_left_out(left_out: Sequence[LeftOut]) -> list[str]:
    """The note on columns that are left out: one for all of them."""
    if len(left_out) < 2:
        return [f"left out {each}" for each in left_out]
    lines, has_all = _lines(left_out)
    return [_block(f"left out {len(left_out):,} columns", lines, has_all=has_all)]


def _lines(left_out: Sequence[LeftOut]) -> tuple[list[str], bool]:
    """A line for all columns of one reason and one remedy, and whether each names all of its columns."""
    groups: dict[tuple[str, str | None], list[str]] = {}
    for each in left_out:
        groups.setdefault((each.reason, each.remedy), []).append(each.column)
    lines = [
        "; ".join(filter(None, (f"{listed(names, _MOST_NAMED)}: {reason}", remedy)))
        for (reason, remedy), names in groups.items()
    ]
    return lines, all(len(names) <= _MOST_NAMED for names in groups.values())


def _block(heading: str, lines: Sequence[str], *, has_all: bool) -> str:
    """The heading with the first lines, how many more there are, and where all can be seen."""
    more = len(lines) - _MOST_TOLD
    heading = f"{heading}:" if has_all and more <= 0 else f"{heading} (--columns lists all):"
    return BLOCK.join([heading, *lines[:_MOST_TOLD], *[f"and {more:,} more"] * (more > 0)])

"""Which option reads a column of text as numbers, where one does and changes none of them."""

from collections.abc import Sequence

from mae_cli.messages import option
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Records
from mae_cli.tables.disguise import WITH_UNIT, has_point, is_nothing, takes_decimal_comma
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.notation import has_known_unit, notation_of, unit_in
from mae_cli.tables.writing import FREE, FREE_WITH_COMMA, number_in, with_comma

BY_DECIMAL = "--decimal ','"


def reading_option(column: LevelColumn, files: Records) -> str | None:
    """The option that reads all cells of a column as numbers; None where there is none."""
    cells, dialect = [level for level in column.codes if not is_nothing(level)], column.dialect
    by_number = option("--number", column.name)
    if all(number_in(cell, FREE, dialect) is not None for cell in cells):
        return by_number if _are_of_one_scale(cells) else None
    if dialect.decimal == "," or not _are_read(cells, with_comma(dialect)):
        return by_number if are_free_with_comma(cells, dialect) else None
    if takes_decimal_comma(files, column.name):
        return BY_DECIMAL
    return by_number if are_free_with_comma(cells, dialect) else None


def fitting_option(column: LevelColumn, files: Records, disguise: str) -> str | None:
    """The same where cells are in a disguise of this name; a unit that is not known may be a part of a name."""
    if disguise == WITH_UNIT and not any(map(has_known_unit, column.codes)):
        return option("--categorical", column.name)
    return reading_option(column, files)


def are_free_with_comma(cells: Sequence[str], dialect: Dialect) -> bool:
    """Whether all cells are numbers with decimal commas in a file of points, whatever is written around them."""
    if dialect.decimal == "," or any(has_point(cell) for cell in cells):
        return False
    return _are_of_one_scale(cells) and all(number_in(cell, FREE_WITH_COMMA, dialect) is not None for cell in cells)


def _are_read(cells: Sequence[str], dialect: Dialect) -> bool:
    """Whether cells are numbers of a dialect, or in one notation."""
    return all(map(dialect.is_number, cells)) or notation_of(cells, dialect) is not None


def _are_of_one_scale(cells: Sequence[str]) -> bool:
    """Whether no number would be turned into another unit, as kilograms into grams, beside others that are not."""
    units = set(map(unit_in, cells))
    return len({unit.base for unit in units}) < 2 or all(unit.written == unit.base for unit in units)

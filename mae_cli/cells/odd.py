"""What may be the reason that a cell is not what the rest of its column is, and what to do about it."""

from mae_cli.cells.disguise import disguise_of, is_placeholder
from mae_cli.text.files import Records
from mae_cli.text.spelling import is_number
from mae_cli.wording import option


def remedy(files: Records, record: int, column: str) -> str | None:
    """What to do about the text in a column of numbers; None if nothing is known of it."""
    cell, first = files.cell(record, column), files.header.names[0]
    if cell == column:
        return "the line seems to repeat the header, so remove it"
    if is_placeholder(cell):
        return f"if that stands for a missing cell, use {option('--na-values', cell)}"
    if is_number(cell) and not files.dialect.is_number(cell):
        return "it has a decimal point, where --decimal , was given; write one decimal sign throughout"
    if files.cell(record, first).lstrip().startswith("#"):
        return "comment lines must be removed first"
    disguise = disguise_of(cell)
    return None if disguise is None else f"it looks like {disguise.name}: {disguise.remedy}"

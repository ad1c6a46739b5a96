"""The names of columns, levels and coefficients as reports show them."""

from rich.cells import cell_len

from mae_cli.visible import visible

INTERCEPT = "(intercept)"
"""The name of the constant term in a list of coefficients."""


def level_text(level: str) -> str:
    """A level as it is shown: in quotes when it is empty or its edges are blank, so that it can be seen."""
    shown = visible(level)
    return shown if shown and shown == shown.strip() else f'"{shown}"'


def term_text(column: str, level: str | None) -> str:
    """The name of one coefficient: `hour` for a number, `carrier = AA` for a level."""
    return column_text(column) if level is None else f"{column_text(column)} = {level_text(level)}"


def column_text(column: str) -> str:
    """A column as it is shown: in quotes where it could be taken for the intercept, or for a column and its level."""
    return f'"{visible(column)}"' if column == INTERCEPT or " = " in column else visible(column)


def shortened(text: str, limit: int | None) -> str:
    """The text in at most `limit` terminal cells, its middle replaced by `…`; None for no limit."""
    if limit is None or cell_len(text) <= limit:
        return text
    room = limit - 1
    head, tail = _leading(text, room - room // 2), _leading(text[::-1], room // 2)[::-1]
    return f"{head}…{tail}"


def _leading(text: str, cells: int) -> str:
    taken = 0
    for index, character in enumerate(text):
        taken += cell_len(character)
        if taken > cells:
            return text[:index]
    return text

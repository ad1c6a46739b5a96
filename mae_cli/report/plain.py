"""Text from the user's data, made safe to print: what a terminal would obey is shown, not obeyed."""

import unicodedata

from rich.cells import cell_len

# Zero-width joiners are part of ordinary spelling (Persian, Hindi); other invisible characters are not.
_SPELLING = "\u200c\u200d"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""The text with control, bidi and other invisible characters as escapes (`\n`, `\x1b`, `\u202e`)."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible_character, text))


def is_obeyed(character: str) -> bool:
    """Whether a terminal acts on the character, or shows nothing for it, instead of showing it."""
    return unicodedata.category(character) in _INVISIBLE and character not in _SPELLING


def _visible_character(character: str) -> str:
    if not is_obeyed(character):
        return character
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def level_text(level: str) -> str:
    """A level as it is shown: in quotes when it is empty or its edges are blank, so that it can be seen."""
    shown = visible(level)
    return shown if shown and shown == shown.strip() else f'"{shown}"'


def term_text(column: str, level: str | None) -> str:
    """The name of one coefficient: `hour` for a number, `carrier = AA` for a level."""
    return visible(column) if level is None else f"{visible(column)} = {level_text(level)}"


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

"""Text that others wrote, made safe for a terminal: what it would obey is shown as an escape."""

import json
import unicodedata

# Zero-width joiners are part of ordinary spelling (Persian, Hindi); other invisible characters are not.
_SPELLING = "\u200c\u200d"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""The text with control, bidi and other invisible characters as escapes (`\n`, `\x1b`, `\u202e`)."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible_character, text))


def is_unicode(text: str) -> bool:
    """Whether it can be written: it holds no half of a character, as bytes of an argument do that are not UTF-8."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def is_obeyed(character: str) -> bool:
    """Whether a terminal acts on the character, or shows nothing for it, instead of showing it."""
    return unicodedata.category(character) in _INVISIBLE and character not in _SPELLING


def json_text(value: object, *, indent: int | None = None) -> str:
    """A value as JSON that can be read by people: UTF-8 but for what a terminal would obey, which JSON can escape.

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    # Line ends stand between values only; within a string they are escaped already.
    obeyed = {each for each in set(text) if is_obeyed(each)} - {"\n"}
    return text.translate({ord(each): json.dumps(each)[1:-1] for each in obeyed}) if obeyed else text


def _visible_character(character: str) -> str:
    if not is_obeyed(character):
        return character
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

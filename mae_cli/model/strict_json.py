"""Strict reading of JSON objects: every field has its type, numbers are finite, nothing is unknown or doubled."""

import json
import math
import re
import sys
from collections import Counter
from contextlib import suppress
from typing import Any

from mae_cli.errors import Fault, ModelError, Place
from mae_cli.messages import is_unicode, quoted

# Far deeper than any model; a file of brackets must not exhaust the stack.
_DEEPEST = 20
# Any setting of PYTHONINTMAXSTRDIGITS lets Python convert so many; a float ends at 309.
_MOST_DIGITS = sys.int_info.str_digits_check_threshold
# No count of this world is larger; other programs read integers of 64 bits.
LARGEST_COUNT = 2**63 - 1
# Names that can stand in the path of a field as they are; others are quoted, and cut when they are long.
_PLAIN_NAME = re.compile(r"[\w-]{1,40}")


class Fields:
    """The fields of one JSON object, each read once by the type that it must have.

    Every method raises ModelError, naming file and field, when the field is absent or of another type.
    """

    def __init__(self, content: dict[str, Any], name: str, path: str = "") -> None:
        self._content = content
        self._name = name
        self._path = path
        self._read: set[str] = set()

    @staticmethod
    def parse(content: str | bytes, name: str) -> "Fields":
        """The fields of a file that holds one JSON object in UTF-8 (RFC 8259).

        What JSON's grammar lets pass is looked at by `require_sound`, once it is known whose file it is.
        """
        try:
            text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
            value = json.loads(text, object_pairs_hook=_Object, parse_int=_parse_int)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1 if isinstance(content, bytes) else 1
            raise no_model("not-utf8", name, f"line {line} is not UTF-8 text") from None
        except json.JSONDecodeError as error:
            raise _misspelt(name, error) from None
        except RecursionError:
            raise no_model("nested-too-deeply", name, "it is nested too deeply") from None
        if not isinstance(value, dict):
            raise no_model("not-a-json-object", name, "it holds no JSON object")
        return Fields(value, name)

    def require_sound(self) -> None:
        """Refuse doubled fields, numbers that are not finite, broken characters and deep nesting, at any depth."""
        self._check(self._content, self._path, _DEEPEST)

    def __contains__(self, key: str) -> bool:
        """Whether there is such a field."""
        return key in self._content

    def error(self, code: str, key: str, what: str) -> ModelError:
        """The error of a field: what is wrong, said of it."""
        return self._error(code, _joined(self._path, key), what)

    def _error(self, code: str, path: str, what: str) -> ModelError:
        return ModelError(Fault(code, f"field {path} {what}", Place(self._name)))

    def text(self, key: str) -> str:
        """A string."""
        value: str = self._typed(key, str, "a string")
        return value

    def name(self, key: str) -> str:
        """A string that is not blank."""
        value = self.text(key)
        if not value.strip():
            raise self.error("blank-field", key, "must not be blank")
        return value

    def optional_name(self, key: str) -> str | None:
        """A string that is not blank, or null."""
        return None if self._get(key) is None else self.name(key)

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of a few strings."""
        value = self.text(key)
        if value not in allowed:
            what = f"must be one of {', '.join(allowed)}, not {quoted(value)}"
            raise self.error("unknown-field-value", key, what)
        return value

    def whole_number(self, key: str) -> int:
        """An integer."""
        value: int = self._typed(key, int, "a whole number")
        return value

    def count(self, key: str, least: int = 0) -> int:
        """An integer from `least` to `LARGEST_COUNT`."""
        value = self.whole_number(key)
        if not least <= value <= LARGEST_COUNT:
            raise self.error("field-out-of-range", key, f"must be a whole number from {least} to {LARGEST_COUNT}")
        return value

    def optional_count(self, key: str, least: int = 0) -> int | None:
        """An integer from `least` to `LARGEST_COUNT`, or null."""
        return None if self._get(key) is None else self.count(key, least)

    def size(self, key: str) -> float:
        """A finite number that is not negative."""
        value = self.number(key)
        if value < 0:
            raise self.error("field-out-of-range", key, f"must not be negative, but is {value:g}")
        return value

    def optional_size(self, key: str) -> float | None:
        """A finite number that is not negative, or null."""
        return None if self._get(key) is None else self.size(key)

    def number(self, key: str) -> float:
        """A finite number."""
        return self._finite(key, self._get(key))

    def optional_number(self, key: str) -> float | None:
        """A finite number or null."""
        return None if self._get(key) is None else self.number(key)

    def optional_flag(self, key: str) -> bool | None:
        """True, false or null."""
        value = self._get(key)
        if value is not None and not isinstance(value, bool):
            raise self.error("wrong-field-type", key, "must be true, false or null")
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self.optional_flag(key)
        if value is None:
            raise self.error("wrong-field-type", key, "must be true or false")
        return value

    def number_between(self, key: str, low: float, high: float) -> float:
        """A number with low < number < high."""
        value = self.number(key)
        if not low < value < high:
            raise self.error("field-out-of-range", key, f"must lie between {low:g} and {high:g}, not {value:g}")
        return value

    def numbers(self, key: str) -> tuple[tuple[str, float], ...]:
        """An object of finite numbers, as pairs in its order."""
        fields = self.object(key)
        return tuple((name, fields.number(name)) for name in fields._content)  # noqa: SLF001  (its own class)

    def object(self, key: str) -> "Fields":
        """An object."""
        return Fields(self._typed(key, dict, "an object"), self._name, _joined(self._path, key))

    def optional_object(self, key: str) -> "Fields | None":
        """An object or null."""
        return None if self._get(key) is None else self.object(key)

    def has(self, key: str) -> bool:
        """Whether there is such a field."""
        return key in self._content

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings."""
        content = self._typed(key, list, "a list")
        if not all(isinstance(item, str) for item in content):
            raise self.error("wrong-field-type", key, "must hold strings only")
        return tuple(content)

    def objects(self, key: str) -> tuple["Fields", ...]:
        """A list of objects."""
        content = self._typed(key, list, "a list")
        if not all(isinstance(item, dict) for item in content):
            raise self.error("wrong-field-type", key, "must hold objects only")
        path = _joined(self._path, key)
        return tuple(Fields(item, self._name, f"{path}[{i}]") for i, item in enumerate(content))

    def require_all_read(self) -> None:
        """Refuse fields that were never asked for."""
        unknown = sorted(set(self._content) - self._read)
        if unknown:
            what = "is unknown; the file is damaged, or was changed by another program"
            raise self.error("unknown-field", unknown[0], what)

    def _get(self, key: str) -> Any:
        if key not in self._content:
            raise self.error("missing-field", key, "is missing")
        self._read.add(key)
        return self._content[key]

    def _typed(self, key: str, kind: type, words: str) -> Any:
        value = self._get(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error("wrong-field-type", key, f"must be {words}")
        return value

    def _finite(self, key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error("wrong-field-type", key, "must be a number")
        with suppress(OverflowError):  # an integer that no float can hold
            if math.isfinite(value):
                return float(value)
        raise self.error("not-finite", key, "must be a finite number")

    def _check(self, value: Any, path: str, levels_left: int) -> None:
        if isinstance(value, float) and not math.isfinite(value):
            raise self._error("not-finite", path, "must be a finite number")
        if isinstance(value, str) and not is_unicode(value):
            raise self._error("lone-surrogate", path, "holds half of a character (a lone surrogate)")
        if not levels_left:
            raise self._error("nested-too-deeply", path, "is nested too deeply")
        if isinstance(value, list):
            for index, item in enumerate(value):
                self._check(item, f"{path}[{index}]", levels_left - 1)
        elif isinstance(value, _Object):
            if value.doubled is not None:
                raise self._error("duplicate-field", _joined(path, value.doubled), "is given twice")
            for name, item in value.items():
                self._check(name, _joined(path, name), levels_left)
                self._check(item, _joined(path, name), levels_left - 1)


class _Object(dict[str, Any]):
    """A JSON object that remembers a name that stands in it more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        twice = (name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        self.doubled = next(twice, None) if len(self) < len(pairs) else None


def _joined(path: str, name: str) -> str:
    """The path of a field: `terms[0].levels.AA`, and `levels.'New York'` where the name is no word."""
    last = name if _PLAIN_NAME.fullmatch(name) else quoted(name)
    return f"{path}.{last}" if path else last


def _parse_int(digits: str) -> int | float:
    """Integers, those of so many digits that Python may refuse them as floats (which are infinite)."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def no_model(code: str, name: str, reason: str) -> ModelError:
    """The error of a file that is no model."""
    return ModelError(Fault(code, f"{name} is not a model file: {reason}", Place(name)))


def _misspelt(name: str, error: json.JSONDecodeError) -> ModelError:
    if not error.doc.strip():
        return no_model("empty-file", name, "it is empty")
    if error.pos >= len(error.doc.rstrip()):
        return no_model("truncated-json", name, f"its JSON breaks off in line {error.lineno}")
    return no_model("not-json", name, f"it is not JSON from line {error.lineno}, column {error.colno} on")

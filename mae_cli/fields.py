"""Strict reading of JSON objects: every field has its type, numbers are finite, nothing is unknown or doubled."""

import json
import math
from collections import Counter
from typing import Any, NoReturn

from mae_cli.errors import ModelError

# Far deeper than any model; a file of brackets must not exhaust the stack.
_DEEPEST = 20


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
    def parse(text: str | bytes, name: str) -> "Fields":
        """The fields of a file that holds one JSON object (RFC 8259: no NaN, no duplicate keys)."""
        try:
            content = json.loads(
                text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant, parse_int=_parse_int
            )
        except (ValueError, RecursionError) as error:
            detail = "it is nested too deeply" if isinstance(error, RecursionError) else error
            raise ModelError(f"{name} is no model file: {_one_line(detail)}") from None
        if not isinstance(content, dict):
            raise ModelError(f"{name} is no model file: it holds no JSON object")
        return Fields(content, name)

    def fault(self, key: str, what: str) -> ModelError:
        """The error of a field."""
        return ModelError(f"{self._name}: field {self._path}{key} {what}")

    def text(self, key: str) -> str:
        """A string."""
        value: str = self._typed(key, str, "a text")
        return value

    def optional_text(self, key: str) -> str | None:
        """A string or null."""
        return None if self._get(key) is None else self.text(key)

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of a few strings."""
        value = self.text(key)
        if value not in allowed:
            raise self.fault(key, f"must be one of {', '.join(allowed)}, not {value!r}")
        return value

    def whole_number(self, key: str) -> int:
        """An integer."""
        value: int = self._typed(key, int, "a whole number")
        return value

    def number(self, key: str) -> float:
        """A finite number."""
        return self._finite(key, self._get(key))

    def number_between(self, key: str, low: float, high: float) -> float:
        """A number with low < number < high."""
        value = self.number(key)
        if not low < value < high:
            raise self.fault(key, f"must lie between {low:g} and {high:g}, not {value:g}")
        return value

    def numbers(self, key: str) -> tuple[tuple[str, float], ...]:
        """An object of finite numbers, as pairs in its order."""
        content = self._typed(key, dict, "an object")
        return tuple((name, self._finite(f"{key}.{name}", value)) for name, value in content.items())

    def object(self, key: str) -> "Fields":
        """An object."""
        return Fields(self._typed(key, dict, "an object"), self._name, f"{self._path}{key}.")

    def objects(self, key: str) -> tuple["Fields", ...]:
        """A list of objects."""
        content = self._typed(key, list, "a list")
        if not all(isinstance(item, dict) for item in content):
            raise self.fault(key, "must hold objects only")
        return tuple(Fields(item, self._name, f"{self._path}{key}[{i}].") for i, item in enumerate(content))

    def everything(self) -> dict[str, Any]:
        """The content as it is, with finite numbers throughout."""
        self._check_finite(self._content, "", 0)
        return self._content

    def require_all_read(self) -> None:
        """Refuse fields that were never asked for."""
        unknown = sorted(set(self._content) - self._read)
        if unknown:
            raise self.fault(unknown[0], "is unknown")

    def _get(self, key: str) -> Any:
        if key not in self._content:
            raise self.fault(key, "is missing")
        self._read.add(key)
        return self._content[key]

    def _typed(self, key: str, kind: type, words: str) -> Any:
        value = self._get(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.fault(key, f"must be {words}")
        return value

    def _finite(self, key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.fault(key, "must be a number")
        if not math.isfinite(value):
            raise self.fault(key, "must be a finite number")
        return float(value)

    def _check_finite(self, value: Any, key: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise self.fault(key, "is nested too deeply")
        if isinstance(value, float):
            self._finite(key, value)
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, child in children:
            self._check_finite(child, f"{key}.{name}".lstrip("."), depth + 1)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        double = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"field {double!r} stands in it twice")
    return content


def _no_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _parse_int(digits: str) -> int | float:
    """Integers of more than twenty digits as floats, so that thousands of digits cost nothing."""
    return int(digits) if len(digits) <= 20 else float(digits)


def _one_line(error: object) -> str:
    return " ".join(str(error).split())

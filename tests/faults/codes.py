"""The codes of all faults, as the source gives them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import mae_cli

PACKAGE = Path(mae_cli.__file__).parent
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


def codes_in_the_source() -> set[str]:
    """What is given to `Fault`, to what becomes one or to functions that take a `code` for one, or stands in tables."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")]
    makers = {"Fault": 0, "_Finding": 0} | {name: place for tree in trees for name, place in _makers(tree)}
    return {code for tree in trees for code in (*_given(tree, makers), *_in_tables(tree))}


def _makers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The functions with a parameter `code`, and its place among the arguments of a call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args if argument.arg != "self"]
            if "code" in names:
                yield node.name, names.index("code")


def _given(tree: ast.AST, makers: dict[str, int]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            given = node.args[makers[name] : makers[name] + 1] if name in makers else []
            given += [keyword.value for keyword in node.keywords if keyword.arg == "code"]
            for argument in given:
                yield from _texts(argument)


def _texts(argument: ast.expr) -> Iterator[str]:
    """A text, or the two of a conditional expression."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.IfExp):
        yield from (*_texts(argument.body), *_texts(argument.orelse))


def _in_tables(tree: ast.AST) -> Iterator[str]:
    """The first texts of tuples, in a module that takes a `code` out of some."""
    nodes = list(ast.walk(tree))
    if any(isinstance(node, ast.Name) and node.id == "code" and isinstance(node.ctx, ast.Store) for node in nodes):
        for node in nodes:
            if isinstance(node, ast.Tuple) and node.elts:
                yield from (text for text in _texts(node.elts[0]) if _CODE.fullmatch(text))

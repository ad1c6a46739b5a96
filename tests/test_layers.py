"""Imports run downwards only: the order of the layers, written down, held against every import statement."""

import ast
import re
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import mae_cli

PACKAGE = Path(mae_cli.__file__).parent

# From top to bottom. A module imports from its own package or from lower layers; packages in one layer know nothing of
# each other.
LAYERS = (
    {"commands"},
    {"report"},
    {"workflows"},
    {"model_card"},
    {"model", "results"},
    {"inference"},
    {"solvers", "distributed"},
    {"solvers.proof"},
    {"solvers.search"},
    {"solvers.prepare"},
    {"solvers.settings", "solvers.solution"},
    {"solvers.limits"},
    {"tables", "losses"},
    {"tables.csv", "rows"},
    {"messages", "progress"},
    {"errors", "arrays", "memory"},
)

# What a module may import when the command starts: the rest waits until there is work to do.
QUICK = {"commands", "messages", "errors", "memory"}


def name_of(path):
    """`mae_cli.rows.blocks` for rows/blocks.py, `mae_cli.rows` for rows/__init__.py."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported_by(nodes):
    """The modules that import statements name, as `package.module` (a name imported from a package counts, too)."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def tree(name):
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def own_imports(name):
    """The modules of this package that a module imports, at its top or within a function."""
    found = set(imported_by(ast.walk(tree(name))))
    return {each for each in found if each in MODULES and each != "mae_cli"}


def package_of(name):
    """What stands in the layers: `rows` for mae_cli.rows.blocks, `tables.csv` for mae_cli.tables.csv.header.

    Inner packages have layers of their own, and so have modules of plain values that these use.
    """
    first, *rest = name.removeprefix("mae_cli.").split(".")
    inner = f"{first}.{rest[0]}" if rest else first
    return inner if any(inner in layer for layer in LAYERS) else first


def layer_of(name):
    return next(index for index, layer in enumerate(LAYERS) if package_of(name) in layer)


INNER = [name for name in MODULES if name != "mae_cli"]


def test_every_module_has_a_layer_and_every_layer_its_modules():
    assert {package_of(name) for name in INNER} == {name for layer in LAYERS for name in layer}


@pytest.mark.parametrize("name", INNER)
def test_imports_run_downwards(name):
    others = {other for other in own_imports(name) if package_of(other) != package_of(name)}
    assert not {other for other in others if layer_of(other) <= layer_of(name)}


def test_no_module_imports_itself_by_a_detour():
    graph = {name: own_imports(name) - {name} for name in INNER}
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) == set(INNER)


# All that a report may know of the package: what is shown, and how to show it.
SHOWN = {"report", "results", "model_card", "messages", "progress"}


@pytest.mark.parametrize("name", [name for name in INNER if package_of(name) == "report"])
def test_a_report_knows_results_and_no_algorithms(name):
    others = {other for other in own_imports(name) if package_of(other) not in SHOWN}
    assert others <= {"mae_cli.solvers.solution", "mae_cli.inference.values"}


@pytest.mark.parametrize("name", [name for name in INNER if package_of(name) == "tables.csv"])
def test_csv_is_text_that_needs_no_pandas(name):
    assert "pandas" not in {other.split(".")[0] for other in imported_by(ast.walk(tree(name)))}


@pytest.mark.parametrize("name", [name for name in INNER if name.startswith("mae_cli.commands")])
def test_a_command_imports_only_click_and_what_is_quick_at_its_top(name):
    for other in imported_by(tree(name).body):
        package, *rest = other.split(".")
        assert package in {"click", *sys.stdlib_module_names} or (package == "mae_cli" and set(rest[:1]) <= QUICK)


def test_the_modules_that_are_quick_import_nothing_slow():
    for name in INNER:
        if package_of(name) in QUICK:
            assert {other.split(".")[0] for other in imported_by(tree(name).body)}.isdisjoint(
                {"numpy", "pandas", "rich"}
            )


def test_the_package_itself_imports_nothing_of_its_own_before_it_is_asked():
    tops = [node for node in tree("mae_cli").body if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert set(imported_by(tops)) <= set(sys.stdlib_module_names)


OPTIONAL = {"cloudpickle", "dask", "distributed", "pyarrow"}


def test_third_party_packages_are_those_declared():
    found = {other.split(".")[0] for name in MODULES for other in imported_by(ast.walk(tree(name)))}
    assert found - sys.stdlib_module_names - {"mae_cli"} - OPTIONAL == {"click", "numpy", "pandas", "rich"}


def test_packages_that_may_be_absent_are_imported_where_they_are_used():
    """Never at the top of a module, but for the types that only a type checker asks for."""
    for name in INNER:
        assert {other.split(".")[0] for other in imported_by(tree(name).body)}.isdisjoint(OPTIONAL)


INNER_PACKAGES = sorted(path.parent for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE)


@pytest.mark.parametrize("package", INNER_PACKAGES, ids=lambda path: path.name)
def test_the_docstring_of_a_package_names_all_of_its_modules(package):
    story = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))
    modules = {path.stem for path in package.glob("*.py")} - {"__init__"}
    assert {module for module in modules if not re.search(rf"\b{module}\b", story)} == set()

"""The installed commands: an interruption is one line from the first module on that is loaded."""

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_installed_commands_are_these():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    functions = {"mae-train": "train", "mae-eval": "evaluate", "mae-predict": "predict"}
    assert scripts == {name: f"mae_cli.commands.entry:{function}" for name, function in functions.items()}
    for place in scripts.values():
        module, _, function = place.partition(":")
        assert callable(getattr(import_module(module), function))


# An interruption as soon as a module is looked for that the command needs.
INTERRUPTED = """
import signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            signal.raise_signal(signal.SIGINT)

from mae_cli.commands.entry import train
module = sys.argv[1]
sys.modules.pop(module, None)
sys.meta_path.insert(0, Interrupt())
sys.argv[1:] = [module, *sys.argv[2:]]
train()
"""


@pytest.mark.parametrize(
    "module", ["mae_cli.commands.train", "click", "click.core", "mae_cli.errors", "mae_cli.messages"]
)
def test_an_interruption_while_modules_are_loaded_is_one_line(module, tmp_path):
    command = [sys.executable, "-P", "-c", INTERRUPTED, module, "-t", "y"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "mae-train: interrupted; nothing was written\n")


@pytest.mark.parametrize("module", ["numpy", "numpy.linalg", "pandas", "mae_cli.workflows.train"])
def test_an_interruption_while_libraries_are_loaded_is_one_line(module, tmp_path):
    (tmp_path / module).write_text(
        "y,x\n1,1\n2,2\n", encoding="utf-8"
    )  # the name is the first argument, hence the data
    command = [sys.executable, "-P", "-c", INTERRUPTED, module, "-t", "y"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "mae-train: interrupted; nothing was written\n")
    assert [each.name for each in tmp_path.iterdir()] == [module]


def test_an_interruption_that_is_ignored_stays_so(tmp_path):
    command = [sys.executable, "-P", "-c", INTERRUPTED, "click", "-t", "y"]
    ignoring = (
        f"import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); os.execv(sys.executable, {command})"
    )
    done = subprocess.run([sys.executable, "-c", ignoring], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "mae-train: error: click does not exist\n")

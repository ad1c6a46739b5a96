"""What is loaded when: help, completion and usage errors wait for no numerical library."""

import json
import os
import subprocess
import sys

import pytest

import mae_cli

SLOW = {"numpy", "pandas", "rich"}

# The command as its script runs it; whatever happens, what was loaded goes to the last line of standard error.
PROBE = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr))
"""
RUN = "del sys.argv[0]; from mae_cli.commands.entry import {}; {}()"


def loaded(code, *arguments, **environment):
    """The top-level packages that a fresh interpreter has loaded at its end, and the finished process."""
    command = [sys.executable, "-P", "-c", PROBE + code, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)
    return set(json.loads(run.stderr.splitlines()[-1])), run


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "says"),
    [
        (["--help"], {}, 0, "Usage: mae-train"),
        (["--version"], {}, 0, mae_cli.__version__),
        (["data.csv"], {}, 2, "Missing option '-t'"),
        (["data.csv", "-t", "y", "--loss", "huber"], {}, 2, "'huber' is not one of"),
        (["data.csv", "-t", "y", "-o", "-", "--json"], {}, 2, "both write to standard output"),
        (
            [],
            {"_MAE_TRAIN_COMPLETE": "bash_complete", "COMP_WORDS": "mae-train --hold", "COMP_CWORD": "1"},
            0,
            "--holdout",
        ),
        (
            [],
            {"_MAE_TRAIN_COMPLETE": "bash_complete", "COMP_WORDS": f'mae-train\n{__file__}\n-t\n"', "COMP_CWORD": "3"},
            0,
            'plain,"What is loaded when',
        ),
    ],
)
def test_mae_train_answers_without_loading_anything_slow(arguments, environment, status, says):
    packages, run = loaded(RUN.format("train", "train"), "mae-train", *arguments, **environment)
    assert run.returncode == status
    assert says in run.stdout + run.stderr
    assert packages.isdisjoint(SLOW)


@pytest.mark.parametrize(("arguments", "status"), [(["--help"], 0), (["model.json", "--max-mae", "1"], 2)])
def test_mae_eval_answers_without_loading_anything_slow(arguments, status):
    packages, run = loaded(RUN.format("evaluate", "evaluate"), "mae-eval", *arguments)
    assert run.returncode == status
    assert "mae-eval" in run.stdout + run.stderr
    assert packages.isdisjoint(SLOW)


def test_importing_the_package_loads_nothing_slow():
    packages, _ = loaded("import mae_cli; mae_cli.__version__; dir(mae_cli)")
    assert packages.isdisjoint(SLOW)


def test_fitting_arrays_loads_neither_pandas_nor_rich():
    packages, run = loaded("import mae_cli; mae_cli.fit([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0])")
    assert run.returncode == 0
    assert packages.isdisjoint({"pandas", "rich"})


@pytest.mark.parametrize("name", mae_cli.__all__)
def test_every_public_name_can_be_had(name):
    assert getattr(mae_cli, name) is not None
    assert name in dir(mae_cli)


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'mae_cli' has no attribute 'predict'"):
        _ = mae_cli.predict

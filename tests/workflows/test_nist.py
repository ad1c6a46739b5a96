"""NIST's sets have fifteen digits and more in every coefficient, whichever way they come in and whatever the processor.

What counts is the exact solution for the floats in the file, in rational arithmetic; for Filip, whose powers are
rounded in the file, that is 7.7 digits away from the certified values.
"""

import json
import os
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from support.exact import digits, least_squares, with_ones
from support.nist_fits import WITHOUT_INTERCEPT

FOLDER = Path(__file__).parents[1] / "reference" / "nist"
SETS = json.loads((FOLDER / "certified.json").read_text())["datasets"]
EXACT = {name: list(map(Fraction, known["exact_coef_of_float64_design_40d"])) for name, known in SETS.items()}


@pytest.mark.parametrize("name", sorted(SETS))
def test_the_coefficients_to_compare_with_are_the_exact_ones_of_the_floats_in_the_file(name):
    frame = pd.read_csv(FOLDER / f"{name}.csv")
    X = frame.drop(columns="y").to_numpy(float)
    solution = least_squares(X if name in WITHOUT_INTERCEPT else with_ones(X), frame["y"])
    assert len(solution) == len(EXACT[name])
    for value, stored in zip(solution, EXACT[name], strict=True):
        assert abs(value - stored) <= abs(value) * Fraction(1, 10**38)


@pytest.mark.parametrize("kernel", ["Haswell", "SkylakeX", "Prescott"])
def test_every_way_in_gives_fifteen_digits_on_every_kernel(kernel):
    script = Path(__file__).parents[1] / "support" / "nist_fits.py"
    # The package that is tested comes first, also where another one is installed.
    environment = os.environ | {
        "OPENBLAS_CORETYPE": kernel,
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    done = subprocess.run(
        [sys.executable, str(script), str(FOLDER)], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode == -getattr(signal, "SIGILL", 0):
        pytest.skip(f"this processor has no {kernel} instructions")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == set(SETS)
    assert len(SETS) == 11
    right = {(name, way): digits(values, EXACT[name]) for name, ways in found.items() for way, values in ways.items()}
    assert {way for _, way in right} == {"C", "F", "frame", "command", "stream"}
    assert {place: count for place, count in right.items() if count < 15} == {}

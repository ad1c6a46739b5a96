"""Fits NIST's data sets in every way there is, and prints the coefficients: to be run in a process of its own."""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from click.testing import CliRunner

from mae_cli import fit
from mae_cli.commands import train

WITHOUT_INTERCEPT = {"NoInt1", "NoInt2"}


def fits_of(path: Path) -> dict[str, list[float]]:
    """The coefficients, the intercept first if there is one, by the way that they were found."""
    frame = pd.read_csv(path)
    intercept = path.stem not in WITHOUT_INTERCEPT
    columns, y = frame.drop(columns="y"), frame["y"].to_numpy(float)
    matrix = columns.to_numpy(float)
    inputs = {"C": np.ascontiguousarray(matrix), "F": np.asfortranarray(matrix), "frame": columns}
    found = {}
    for way, X in inputs.items():
        result = fit(X, y, loss="mse", intercept=intercept)
        found[way] = [result.intercept] * intercept + list(map(float, result.coefficients))
    for way, option in {"command": "--no-stream", "stream": "--stream"}.items():
        found[way] = by_command(path, option, intercept=intercept)
    return found


def by_command(path: Path, option: str, *, intercept: bool) -> list[float]:
    """The coefficients that `mae-train` reports."""
    with tempfile.TemporaryDirectory() as place:
        arguments = [str(path), "-t", "y", "--loss", "mse", "--json", option, "-o", f"{place}/model.json"]
        arguments += [] if intercept else ["--no-intercept"]
        done = CliRunner().invoke(train.main, arguments, catch_exceptions=False)
    if done.exit_code:
        raise RuntimeError(done.output)
    report = json.loads(done.stdout)
    return [report["intercept"]] * intercept + [each["value"] for each in report["coefficients"]]


if __name__ == "__main__":
    print(json.dumps({path.stem: fits_of(path) for path in sorted(Path(sys.argv[1]).glob("*.csv"))}))  # noqa: T201

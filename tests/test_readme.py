"""The README is true: its commands run, its output is what they print, its picture and help are up to date."""

import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from mae_cli import Textbook, fit
from mae_cli.commands import evaluate, predict, train

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def transcripts() -> list[tuple[str, str]]:
    """(command, expected output) of every console block; no output expected means that any will do."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", README, flags=re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def python_blocks() -> list[str]:
    """The Python of the README, block by block."""
    return re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


RUNNABLE = [(command, output) for command, output in transcripts() if not command.startswith("pip ")]


COMMANDS = {"mae-train": train.main, "mae-eval": evaluate.main, "mae-predict": predict.main}


@pytest.fixture(scope="module")
def examples_with_models(tmp_path_factory) -> Path:
    """A copy of the examples with the models that the README has there."""
    place = tmp_path_factory.mktemp("readme")
    for file in (*EXAMPLES.glob("*.csv"), *EXAMPLES.glob("*.py")):
        shutil.copy(file, place)
    run("mae-train flights.csv -t arr_delay -q", place)
    run("mae-train flights.csv -t arr_delay --loss mse -q -o mse.json", place)
    run("mae-train engel.csv -t foodexp --quantile 0.1,0.5,0.9 -q -o quantiles.json", place)
    run("mae-train engel.csv -t foodexp --quantile 0.1,0.5,0.9 --no-intercept -q -o origin.json", place)
    run("mae-train flights.csv -t arr_delay --exclude carrier --predict-interval 0.9 -q -o interval.json", place)
    return place


@pytest.fixture
def workplace(examples_with_models, tmp_path) -> Path:
    """A place to run a command in; what it writes is gone before the next one."""
    return shutil.copytree(examples_with_models, tmp_path / "examples")


@pytest.fixture
def run_here(workplace, monkeypatch):
    """Run a command in this process that needs no shell, nor its width."""
    monkeypatch.chdir(workplace)

    def run(command: str) -> str:
        name, *arguments = shlex.split(command)
        done = CliRunner(env={"COLUMNS": "80"}).invoke(COMMANDS[name], arguments, prog_name=name)
        assert done.exit_code == 0, done.stderr
        return done.stdout

    return run


def run(command: str, place: Path) -> str:
    scripts = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80"}
    done = subprocess.run(
        ["sh", "-c", command], cwd=place, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.xdist_group("readme")  # so that the models are fitted once
@pytest.mark.skipif(shutil.which("sh") is None, reason="the README's commands are for a POSIX shell")
@pytest.mark.parametrize(("command", "expected"), RUNNABLE, ids=[command for command, _ in RUNNABLE])
def test_commands_run_and_print_what_the_readme_shows(command, expected, workplace, run_here):
    if "| jq" in command and shutil.which("jq") is None:
        json.loads(run(command.partition("| jq")[0], workplace))
        return
    in_shell = re.search("[|<>]|--help", command) or command.partition(" ")[0] not in COMMANDS
    printed = (run(command, workplace) if in_shell else run_here(command)).rstrip("\n")
    shown = expected.rstrip("\n")
    if shown.endswith("\n…"):
        assert printed.startswith(shown.removesuffix("…"))
    elif shown:
        assert printed == shown


@pytest.mark.xdist_group("readme")  # so that the models are fitted once
def test_the_library_examples_run_one_after_the_other(workplace, monkeypatch, capsys):
    examples = [code for code in python_blocks() if "def textbook" not in code]
    assert len(examples) == 5
    monkeypatch.chdir(workplace)
    names: dict[str, object] = {}
    for code in examples:
        assert len([line for line in code.splitlines() if line]) <= 5
        exec(compile(code, "README.md", "exec"), names)
        printed = capsys.readouterr().out
        assert printed
        assert "error.fault" not in code or code.endswith(f"  # {printed}")
    mu, design, y = (np.asarray(names[name]) for name in ("mu", "design", "y"))
    assert np.abs(mu).max() <= 0.5
    assert (np.abs(mu @ design) <= 1e-12 * np.abs(design).sum(axis=0)).all()
    assert 2 * mu @ y / len(y) == pytest.approx(names["median"].certificate.loss, rel=1e-12)
    result = CliRunner().invoke(evaluate.main, ["library.json", "flights_new.csv"])
    assert "MAE fit of arr_delay scored on 2,493 rows" in result.stdout


@pytest.mark.parametrize(("file", "target"), [("engel.csv", "foodexp"), ("flights.csv", "arr_delay")])
def test_the_textbook_in_eight_lines_draws_the_curve_of_the_solver(file, target):
    (code,) = [code for code in python_blocks() if "def textbook" in code]
    body = code.partition("def textbook")[2].splitlines()[1:]
    assert len(body) == 8
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    table = pd.read_csv(EXAMPLES / file).dropna().select_dtypes("number")
    X, y = table.drop(columns=target).to_numpy(float), table[target].to_numpy(float)
    history = fit(X, y, solver=Textbook(epochs=100)).history.loss
    assert names["textbook"](X, y, 100) == pytest.approx(history[:-1], rel=1e-12)


def test_the_contents_name_every_section():
    sections = [title.lower().replace(" ", "-") for title in re.findall(r"^## (.*)$", README, flags=re.MULTILINE)]
    contents = README.partition("**Contents:**")[2].partition("\n\n")[0]
    assert re.findall(r"\(#([\w-]+)\)", contents) == sections


def drawn_text(svg: str) -> list[str]:
    """The text of a picture but for what another processor may change: times, the chart, and the number of steps."""
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return [text for text in texts if not re.search(r"model\.json|[┤│┊└\u2800-\u28ff]|steps?,|^\s*$", text)]


def test_the_picture_is_what_the_program_draws_today():
    picture = runpy.run_path(str(EXAMPLES / "picture.py"))["picture"]()
    assert len(drawn_text(picture)) > 25
    assert drawn_text(picture) == drawn_text((EXAMPLES / "report.svg").read_text(encoding="utf-8"))


def test_the_picture_of_the_lines_is_drawn_from_the_fits_of_today():
    lines = runpy.run_path(str(EXAMPLES / "lines.py"))["picture"]()
    assert lines == (EXAMPLES / "lines.svg").read_text(encoding="utf-8")


def test_links_lead_to_files():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.skipif(shutil.which("sh") is None, reason="a shell script")
def test_the_demo_scores_both_losses_on_rows_kept_aside():
    printed = run(f"sh {EXAMPLES / 'demo.sh'}", EXAMPLES)
    assert printed.count(" · proved optimal · ") == 2
    assert "MAE fit of arr_delay scored on 2,493 rows" in printed
    assert "MSE fit of arr_delay scored on 2,493 rows" in printed


def test_the_curves_example_draws_both_solvers(capsys):
    runpy.run_path(str(EXAMPLES / "curves.py"), run_name="__main__")
    printed = capsys.readouterr().out
    table = pd.read_csv(EXAMPLES / "flights.csv").dropna()
    exact = fit(table.drop(columns="arr_delay"), table["arr_delay"])
    assert f" after {exact.history.passes} passes, proved optimal\n" in printed
    (passes,) = re.findall(r"^textbook .* after (\d+) passes", printed, re.MULTILINE)
    assert re.search(rf"^ *pass  0 .* {passes}$", printed, re.MULTILINE)


def test_the_coverage_example_prints_a_line_for_each_world(capsys):
    runpy.run_path(str(EXAMPLES / "coverage.py"))["main"](2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["rows", "spread", "quantile", "rank", "sandwich", "bootstrap"]
    assert [line.split()[:3] for line in lines[2:]] == [
        [count, spread, quantile]
        for count in ("60", "300")
        for spread in ("equal", "unequal")
        for quantile in ("0.5", "0.9")
    ]

"""Running a command on the files of a case, in this process and the current directory."""

import json
from functools import cache
from pathlib import Path

from click.testing import CliRunner, Result
from faults.cases import CLEAN, Case
from support.faults import told

from mae_cli.commands import evaluate, predict, train
from mae_cli.errors import Fault

PROGRAMS = {"train": "mae-train", "eval": "mae-eval", "predict": "mae-predict"}
_COMMANDS = {"train": train.main, "eval": evaluate.main, "predict": predict.main}


def invoke(command: str, *arguments: str) -> Result:
    """What a command comes to; an exception that is no exit is raised."""
    return CliRunner().invoke(_COMMANDS[command], arguments, prog_name=PROGRAMS[command], catch_exceptions=False)


def prepare(case: Case) -> list[str]:
    """Write the files of a case, and the model that its command needs; gives the arguments."""
    for name, content in case.files.items():
        Path(name).write_bytes(content)
    arguments = [*case.files, *case.options]
    if case.command == "train":
        return arguments if "-t" in case.options else [*arguments, "-t", "y"]
    Path("model.json").write_text(answer(CLEAN)["model text"], encoding="utf-8")
    return ["model.json", *arguments]


def refusal_of(command: str, *arguments: str) -> tuple[Fault, Result]:
    """The fault for which a command ends, and how that is told."""
    with told() as faults:
        result = invoke(command, *arguments)
    (fault,) = faults
    return fault, result


@cache
def answer(text: str, *options: str) -> dict:
    """The report of mae-train on a clean text, each fitted once, with the "model text" that it writes."""
    Path("clean.csv").write_bytes(text.encode())
    target = [] if "-t" in options else ["-t", "y"]
    result = invoke("train", "clean.csv", *target, *options, "--json", "-o", "clean.json")
    assert result.exit_code == 0, result.stderr
    model = Path("clean.json").read_text(encoding="utf-8")
    for name in ("clean.csv", "clean.json"):
        Path(name).unlink()
    return json.loads(result.stdout) | {"model text": model}

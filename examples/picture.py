"""Draw the report of the README: that of one fit, as an SVG that rich exports.

python examples/picture.py [FILE]        (default: examples/report.svg)
"""

import io
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from mae_cli.inference.values import IntervalSettings
from mae_cli.report.train import show_training
from mae_cli.results.training import Seconds
from mae_cli.tables.columns import ColumnChoice
from mae_cli.tables.csv.files import Files
from mae_cli.workflows.ready import TrainSettings
from mae_cli.workflows.train import train

HERE = Path(__file__).parent
FONTS = "Fira Code, DejaVu Sans Mono, Menlo, Consolas, monospace"
COMMAND = "mae-train flights.csv --target arr_delay --exclude carrier --holdout 0.2"


def picture() -> str:
    """The SVG, without the web font that rich links to: a picture must not need the network."""
    choice = ColumnChoice(target="arr_delay", exclude=frozenset({"carrier"}))
    settings = TrainSettings(columns=choice, holdout=0.2, intervals=IntervalSettings())
    report = train(Files.of([str(HERE / "flights.csv")]), settings).report
    report = replace(report, source="flights.csv", model="model.json", seconds=seconds())
    console = Console(file=io.StringIO(), record=True, width=80, height=44, force_terminal=True, highlight=False)
    show_training(console, report)
    svg = console.export_svg(title=COMMAND, unique_id="mae-cli")
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")
    return svg.replace("<text ", '<text xml:space="preserve" ')


def seconds() -> Seconds:
    """The times of the fastest of five runs of the command itself, whose total holds the start of the program."""
    return min((run() for _ in range(5)), key=lambda each: each.total)


def run() -> Seconds:
    """The times of one run."""
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-c", "from mae_cli.commands.train import main; main()", *COMMAND.split()[1:]]
        output = ["--json", "--quiet", "--output", str(Path(place) / "model.json")]
        done = subprocess.run([*command, *output], cwd=HERE, capture_output=True, check=True)  # noqa: S603
    return Seconds(**json.loads(done.stdout)["seconds"])


def main() -> None:
    """Write the picture."""
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "report.svg"
    place.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()

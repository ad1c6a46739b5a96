"""mae-predict: the input rows with a column of predictions."""

import shlex
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mae_cli.commands.command import command
from mae_cli.commands.model_argument import model_of, require_one_reader
from mae_cli.commands.options import READING, STDOUT, InputFile, OutputFile, dialect_of, reading_options
from mae_cli.commands.output import (
    check_output,
    refuse_compressed,
    require_place_for_parquet,
    require_standard_output,
)
from mae_cli.commands.process import (
    GATE_FAILED,
    OK,
    announce_terminal,
    note_each,
    running,
    tell_failures,
    watched,
    write_json,
)

if TYPE_CHECKING:
    from mae_cli.results.prediction import PredictionReport
    from mae_cli.workflows.predict import Prediction

_EPILOG = """\b
Examples:
  mae-predict model.json new.csv > predicted.csv
  cat new.csv | mae-predict model.json - --only

Exit status: 0 done, 1 error in the data, the model or a file, 2 wrong usage, 4 written but --strict failed,
130 interrupted."""


_GROUPS = {
    "Predictions": ("column", "only", "strict"),
    "Reading files": READING,
    "Output": ("output", "force", "as_json", "quiet"),
}


@command("mae-predict", _EPILOG, _GROUPS)
@click.argument("model", type=InputFile())
@click.argument("data", type=InputFile(), nargs=-1, required=True)
@click.option("--column", default="prediction", show_default=True, metavar="NAME", help="Name of the new column.")
@click.option("--only", is_flag=True, help="Write the new column only.")
@reading_options
@click.option(
    "-o",
    "--output",
    type=OutputFile(),
    default=STDOUT,
    show_default=True,
    metavar="FILE",
    help="File for the rows; - is standard output.",
)
@click.option("--force", is_flag=True, help="Replace the output if it exists.")
@click.option("--strict", is_flag=True, help="Fail (exit 4) if a row cannot be predicted; all rows are still written.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the counts as one JSON object, on standard error instead of notes."
)
@click.option("-q", "--quiet", is_flag=True, help="Print no notes.")
def main(model: str, data: tuple[str, ...], **options: Any) -> None:
    """Add the predictions of a MODEL written by mae-train to the rows of DATA.

    All rows are written as they are and in their order, with one more column; CSV is written in UTF-8, Parquet as
    Parquet, and several files become one table. A row that cannot be predicted, because a cell is missing or a level
    was never seen in training, gets an empty cell and is counted. The output stops at the first fault in the data; a
    file named by -o is written as a whole or not at all.
    """
    require_one_reader({"MODEL": [model], "DATA": data})
    if options["output"] == STDOUT:
        require_standard_output()
    with running() as outcome:
        from mae_cli.workflows.data import opened_here  # noqa: PLC0415  (help and usage errors must not wait for numpy)
        from mae_cli.workflows.predict import Prediction, PredictionSettings  # noqa: PLC0415

        inputs = {"the data": data, "the model": [model]}
        check_output(options["output"], inputs, partial(_check_file, force=options["force"]))
        announce_terminal(model, *data, quiet=options["quiet"])
        fitted = model_of(model, data)
        # Beside rows on the same screen progress would only be in the way.
        is_quiet = options["quiet"] or (options["output"] == STDOUT and sys.stdout.isatty())
        with opened_here(data, dialect_of(options)) as files, watched(outcome, quiet=is_quiet) as listener:
            settings = PredictionSettings(options["column"], options["only"], options["strict"])
            prediction = Prediction(fitted, files, settings, listener)
            if prediction.is_parquet:
                require_place_for_parquet(options["output"])
            outcome.wrote = options["output"] == STDOUT
            _write(prediction, options["output"])
            outcome.wrote = True
            report = prediction.report()
        outcome.status = OK if all(gate.passed for gate in report.gates) else GATE_FAILED
        _tell(report, as_json=options["as_json"], quiet=options["quiet"])


def _tell(report: "PredictionReport", *, as_json: bool, quiet: bool) -> None:
    """Say on standard error what became of the rows."""
    if as_json:
        from mae_cli.report.as_json import dumps, prediction_report_json  # noqa: PLC0415

        write_json(dumps(prediction_report_json(report)), sys.stderr)
        return
    note_each(report.notes, quiet=quiet)
    tell_failures(report.gates)


def _check_file(path: Path, *, force: bool) -> None:
    from mae_cli.model.files import check_writable  # noqa: PLC0415

    refuse_compressed(path, lambda program: f"leave out -o and append | {program} > {shlex.quote(str(path))}")
    check_writable(path, force=force)


def _write(prediction: "Prediction", output: str) -> None:
    with closing(prediction.pieces()) as pieces:  # so that a run that is broken off closes its files at once
        if output == STDOUT:
            sys.stdout.flush()
            for piece in pieces:
                sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
            return
        from mae_cli.model.files import writing  # noqa: PLC0415

        with writing(Path(output)) as stream:
            for piece in pieces:
                stream.write(piece)

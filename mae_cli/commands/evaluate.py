"""mae-eval: metrics of a model on data."""

import sys

import click

from mae_cli import __version__
from mae_cli.commands.running import note, running, write_json

_EPILOG = """\b
Examples:
  mae-eval model.json new.csv
  mae-eval model.json - --json < new.csv | jq .metrics.mae

Exit status: 0 done, 1 the data, the model or a file is at fault, 2 wrong usage, 130 interrupted."""


@click.command(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("model")
@click.argument("data")
@click.option(
    "--unseen",
    type=click.Choice(["error", "skip"]),
    default="error",
    show_default=True,
    help="Rows with a level never seen in training: refuse, or leave out and count.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="No notes.")
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def main(model: str, data: str, *, unseen: str, as_json: bool, quiet: bool) -> None:
    """Score a MODEL written by mae-train on the rows of DATA.

    MODEL is the file that mae-train wrote. DATA is a CSV file with the model's columns, in any order. Either can be -
    for standard input. The model's column of weights is honoured when DATA has it.
    """
    if model == data == "-":
        raise click.UsageError("MODEL and DATA cannot both be standard input; give one of them as a file")
    with running():
        from mae_cli.data.source import Source  # noqa: PLC0415  (help and usage errors must not wait for numpy)
        from mae_cli.evaluation import evaluate  # noqa: PLC0415
        from mae_cli.model import Model, load_model  # noqa: PLC0415

        if model == "-":
            fitted, name = Model.from_json(sys.stdin.buffer.read(), "standard input"), "standard input"
        else:
            fitted, name = load_model(model), model
        report = evaluate(fitted, name, Source.of(data), skip_unseen=unseen == "skip")
        for text in report.notes:
            note(text, quiet=quiet)
        if as_json:
            from mae_cli.report.as_json import dumps, evaluation_report_json  # noqa: PLC0415

            write_json(dumps(evaluation_report_json(report)))
        else:
            from mae_cli.report.console import result_console  # noqa: PLC0415
            from mae_cli.report.evaluation import show_evaluation  # noqa: PLC0415

            show_evaluation(result_console(), report)

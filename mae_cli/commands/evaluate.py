"""mae-eval: metrics of a model on data."""

from typing import TYPE_CHECKING, Any

import click

from mae_cli.commands.command import command
from mae_cli.commands.model_argument import model_of, name_of, require_one_reader
from mae_cli.commands.options import InputFile, dialect_of, place_options, reading_options
from mae_cli.commands.output import require_standard_output
from mae_cli.commands.process import GATE_FAILED, OK, announce_terminal, note, running, share_a_terminal, write_json
from mae_cli.messages import visible

if TYPE_CHECKING:
    from mae_cli.results import EvaluationReport

_MOST_WORST = 1_000

_EPILOG = """\b
Examples:
  mae-eval model.json new.csv --worst 10
  mae-eval model.json new.csv --max-mae 12.5 --against old.json && deploy
  mae-eval model.json - --json < new.csv | jq .metrics.mae

Exit status: 0 done, 1 the data, a model or a file is at fault, 2 wrong usage, 4 scored but --max-mae or --against
failed, 130 interrupted."""


@command(epilog=_EPILOG)
@click.argument("model", type=InputFile())
@click.argument("data", type=InputFile(), nargs=-1, required=True)
@click.option("--max-mae", type=float, metavar="X", help="Fail (exit 4) when the MAE is above X, but for rounding.")
@click.option(
    "--against",
    type=InputFile(),
    metavar="FILE",
    help="Another model, scored on the same rows; fail (exit 4) when MODEL has the larger MAE (two models of one "
    "quantile: pinball loss) beyond chance: the 95 % interval of the difference, by paired bootstrap, lies above 0.",
)
@click.option(
    "--worst",
    type=click.IntRange(1, _MOST_WORST),
    metavar="N",
    help="List the N rows with the largest residuals, with their lines.",
)
@click.option(
    "--unseen",
    type=click.Choice(["error", "skip"]),
    help="Rows with a level never seen in training: refuse, or leave out and count.  [default: error; with --against "
    "skip]",
)
@reading_options
@place_options
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="No notes.")
def main(model: str, data: tuple[str, ...], **options: Any) -> None:
    """Score a MODEL written by mae-train on the rows of DATA.

    MODEL is the file that mae-train wrote. DATA is a CSV file with the model's columns, in any order, or several
    with one header. Either can be - for standard input. The model's column of weights is honoured when DATA has it.
    """
    against, quiet = options["against"], options["quiet"]
    require_one_reader({"MODEL": [model], "DATA": data, "--against": [against]})
    if options["as_json"]:
        require_standard_output()
    with running() as outcome:
        from mae_cli.workflows.data import opened  # noqa: PLC0415  (help and usage errors must not wait for numpy)
        from mae_cli.workflows.evaluate import EvaluationSettings, NamedModel, evaluate  # noqa: PLC0415

        settings = EvaluationSettings(
            skip_unseen=(options["unseen"] or ("skip" if against is not None else "error")) == "skip",
            stream=options["stream"],
            max_mae=options["max_mae"],
            worst=options["worst"] or 0,
        )
        announce_terminal(model, *data, against or "", quiet=quiet)
        subject = NamedModel(model_of(model, data), name_of(model))
        rival = NamedModel(model_of(against), name_of(against)) if against is not None else None
        with opened(data, dialect_of(options), options["dask"]) as files:
            report = evaluate(subject, files, settings, rival)
        for text in report.notes:
            note(text, quiet=quiet)
        failed = [gate for gate in report.gates if not gate.passed]
        outcome.status = GATE_FAILED if failed else OK
        if options["as_json"] or not share_a_terminal():  # the report for people says it at its end
            for gate in failed:
                click.echo(visible(f"Failed --{gate.name}: {gate.finding}"), err=True)
        _render(report, as_json=options["as_json"])


def _render(report: "EvaluationReport", *, as_json: bool) -> None:
    if as_json:
        from mae_cli.report.as_json import dumps, evaluation_report_json  # noqa: PLC0415

        write_json(dumps(evaluation_report_json(report)))
        return
    from mae_cli.report.console import result_console  # noqa: PLC0415
    from mae_cli.report.evaluation import show_evaluation  # noqa: PLC0415

    show_evaluation(result_console(), report)

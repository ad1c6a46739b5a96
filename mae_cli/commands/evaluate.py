"""mae-eval: metrics of a model on data."""

from typing import TYPE_CHECKING, Any

import click

from mae_cli.commands.command import command
from mae_cli.commands.model_argument import model_of, name_of, require_one_reader
from mae_cli.commands.options import PLACES, READING, InputFile, dialect_of, place_options, reading_options
from mae_cli.commands.output import require_standard_output
from mae_cli.commands.process import GATE_FAILED, OK, announce_terminal, note, running, share_a_terminal, write_json
from mae_cli.commands.speech import say_failed

if TYPE_CHECKING:
    from mae_cli.results import EvaluationReport

_MOST_WORST = 1_000

_EPILOG = """\b
Examples:
  mae-eval model.json new.csv --worst 10
  mae-eval model.json new.csv --max-mae 12.5 --against old.json && deploy
  mae-eval model.json - --json < new.csv | jq .metrics.mae

Exit status: 0 done, 1 error in the data, a model or a file, 2 wrong usage, 4 scored but --max-mae or --against
failed, 130 interrupted."""


_GROUPS = {
    "Checks": ("max_mae", "against", "worst", "unseen"),
    "Reading files": READING,
    "Where rows are kept": PLACES,
    "Output": ("as_json", "quiet"),
}


@command("mae-eval", _EPILOG, _GROUPS)
@click.argument("model", type=InputFile())
@click.argument("data", type=InputFile(), nargs=-1, required=True)
@click.option("--max-mae", type=float, metavar="X", help="Fail (exit 4) if the MAE exceeds X.")
@click.option(
    "--against",
    type=InputFile(),
    metavar="FILE",
    help="Score another model on the same rows; fail (exit 4) if the MAE of MODEL is larger beyond chance, that is, if "
    "the 95% interval of the difference (paired bootstrap) lies above 0. Two models of one quantile are compared by "
    "pinball loss.",
)
@click.option(
    "--worst",
    type=click.IntRange(1, _MOST_WORST),
    metavar="N",
    help="List the N rows with the largest residuals.",
)
@click.option(
    "--unseen",
    type=click.Choice(["error", "skip"]),
    help="Refuse rows with a level never seen in training, or skip and count them.  [default: error; skip with "
    "--against]",
)
@reading_options
@place_options
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print no notes.")
def main(model: str, data: tuple[str, ...], **options: Any) -> None:
    """Score a MODEL written by mae-train on the rows of DATA.

    MODEL is the file that mae-train wrote. DATA is a CSV file with the model's columns, in any order, or several
    files with one header. Either can be - for standard input. The model's weight column is used if DATA has it.
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
        if options["as_json"] or not share_a_terminal():  # the report for people ends with it
            for gate in failed:
                say_failed(f"--{gate.name}: {gate.finding}")
        _render(report, as_json=options["as_json"])


def _render(report: "EvaluationReport", *, as_json: bool) -> None:
    if as_json:
        from mae_cli.report.as_json import dumps, evaluation_report_json  # noqa: PLC0415

        write_json(dumps(evaluation_report_json(report)))
        return
    from mae_cli.report.console import result_console  # noqa: PLC0415
    from mae_cli.report.evaluation import show_evaluation  # noqa: PLC0415

    show_evaluation(result_console(), report)

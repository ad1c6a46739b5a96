"""mae-train: fit a CSV, report, write the model."""

import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mae_cli import __version__
from mae_cli.commands.columns import ColumnNames, all_names
from mae_cli.commands.running import NOT_CONVERGED, note, running, write_json

if TYPE_CHECKING:
    from mae_cli.model import Model
    from mae_cli.reports import TrainReport
    from mae_cli.solvers.settings import SolverSettings
    from mae_cli.training import Trained, TrainSettings

_STDOUT = "-"
_TEXTBOOK_OPTIONS = ("learning_rate", "schedule", "epochs", "batch_size")

_EPILOG = """\b
Examples:
  mae-train flights.csv --target arr_delay --holdout 0.2
  mae-train flights.csv -t arr_delay --features "dep_delay,carrier" --compare
  zcat data.csv.gz | mae-train - -t y --json | jq .certificate

Exit status: 0 done, 1 the data or a file is at fault, 2 wrong usage, 3 fitted but not to the tolerance,
130 interrupted."""


@click.command(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("data")
@click.option("-t", "--target", required=True, metavar="NAME", help="Column to predict.")
@click.option(
    "--features", type=ColumnNames(), multiple=True, help="Columns to predict it from.  [default: all others]"
)
@click.option("--exclude", type=ColumnNames(), multiple=True, help="Columns to leave out.")
@click.option(
    "--categorical", type=ColumnNames(), multiple=True, help="Columns of numbers that are codes, not amounts."
)
@click.option(
    "--weight", metavar="NAME", help="Column of row weights, not negative; a weight of 2 is a row given twice."
)
@click.option(
    "--loss", type=click.Choice(["mae", "mse"]), default="mae", show_default=True, help="Mean error to minimise."
)
@click.option("--quantile", type=float, metavar="Q", help="Fit this quantile instead of the median (with mae).")
@click.option("--no-intercept", is_flag=True, help="Force the fit through the origin.")
@click.option(
    "--solver",
    type=click.Choice(["auto", "textbook"]),
    default="auto",
    show_default=True,
    help="Exact, or subgradient descent as the textbook has it.",
)
@click.option("--tolerance", type=float, help="Relative gap to reach.  [default: 1e-9; textbook: none]")
@click.option("--learning-rate", type=float, help="First step of the textbook solver.  [default: 1]")
@click.option(
    "--schedule",
    type=click.Choice(["constant", "sqrt", "geometric"]),
    help="How its steps shrink: not, by 1/sqrt(epoch), or down to 1 %.  [default: sqrt]",
)
@click.option("--epochs", type=int, help="Its passes over the rows.  [default: 300]")
@click.option("--batch-size", type=int, help="Rows for each of its steps.  [default: all]")
@click.option("--holdout", type=float, metavar="FRACTION", help="Share of the rows to keep aside and score.")
@click.option(
    "--missing",
    type=click.Choice(["drop", "error"]),
    default="drop",
    show_default=True,
    help="Rows with a missing cell: leave out and count, or refuse.",
)
@click.option(
    "--max-levels", type=click.IntRange(min=1), default=200, show_default=True, help="Most levels of a text column."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the holdout and the batches."
)
@click.option("--compare", is_flag=True, help="Fit the other loss too and set both side by side.")
@click.option(
    "-o",
    "--output",
    default="model.json",
    show_default=True,
    metavar="FILE",
    help="Where the model goes; - is standard output (the report then goes to standard error).",
)
@click.option("--force", is_flag=True, help="Replace the output even if it is no model file.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="No notes and no progress.")
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def main(data: str, **options: Any) -> None:
    """Fit a linear model to a CSV by least absolute deviations (or least squares).

    DATA is a CSV file with a header, plain or gzipped, or - for standard input. The fit is exact, and the report
    says how far it can be from the optimum.
    """
    started = time.perf_counter()
    if options["output"] == _STDOUT and options["as_json"]:
        raise click.UsageError("--json and -o - both want standard output; write the model to a file")
    with running():
        settings = _settings(options)
        output = _checked_output(data, options)
        trained = _train(data, settings, quiet=options["quiet"])
        _write(trained.model, output, force=options["force"])
        for text in trained.report.notes:
            note(text, quiet=options["quiet"])
        seconds = replace(trained.report.seconds, total=time.perf_counter() - started)
        _render(replace(trained.report, model=options["output"], seconds=seconds), as_json=options["as_json"])
    if trained.report.fit.certificate.status == "limit" and settings.fit.solver.tolerance is not None:
        sys.exit(NOT_CONVERGED)


def _settings(options: dict[str, Any]) -> "TrainSettings":
    from mae_cli.data.columns import ColumnChoice  # noqa: PLC0415  (help and usage errors must not wait for numpy)
    from mae_cli.fitting import FitSettings  # noqa: PLC0415
    from mae_cli.training import TrainSettings  # noqa: PLC0415

    return TrainSettings(
        columns=ColumnChoice(
            target=options["target"],
            features=all_names(options["features"]) or None,
            exclude=frozenset(all_names(options["exclude"])),
            categorical=frozenset(all_names(options["categorical"])),
            weight=options["weight"],
        ),
        fit=FitSettings(
            loss=options["loss"],
            quantile=0.5 if options["quantile"] is None else options["quantile"],
            intercept=not options["no_intercept"],
            solver=_solver(options),
        ),
        holdout=options["holdout"],
        missing=options["missing"],
        max_levels=options["max_levels"],
        seed=options["seed"],
        compare=options["compare"],
    )


def _solver(options: dict[str, Any]) -> "SolverSettings":
    from mae_cli.solvers.settings import Auto, Textbook  # noqa: PLC0415

    given = {name: options[name] for name in (*_TEXTBOOK_OPTIONS, "tolerance") if options[name] is not None}
    if options["solver"] == "textbook":
        return Textbook(seed=options["seed"], **given)
    for name in _TEXTBOOK_OPTIONS:
        if name in given:
            raise click.UsageError(
                f"--{name.replace('_', '-')} belongs to --solver textbook; the exact solver has no steps to set"
            )
    return Auto(**given)


def _checked_output(data: str, options: dict[str, Any]) -> Path | None:
    """The file to write, known to be writable before any work is done; None for standard output."""
    from mae_cli.errors import ModelError  # noqa: PLC0415
    from mae_cli.model_file import check_replaceable  # noqa: PLC0415

    if options["output"] == _STDOUT:
        return None
    output = Path(options["output"])
    if _is_same_file(data, output):
        raise ModelError(f"{output} is the data; name another file with -o")
    check_replaceable(output, force=options["force"])
    return output


def _is_same_file(data: str, output: Path) -> bool:
    with suppress(OSError):  # one of them is not there, or its name is none: that is told elsewhere
        return output.samefile(data)
    return False


def _train(data: str, settings: "TrainSettings", *, quiet: bool) -> "Trained":
    from mae_cli.data.source import Source  # noqa: PLC0415
    from mae_cli.training import train  # noqa: PLC0415

    source = Source.of(data)
    if quiet or not sys.stderr.isatty():
        return train(source, settings)
    from mae_cli.report.console import note_console  # noqa: PLC0415
    from mae_cli.report.progress import progress  # noqa: PLC0415

    with progress(note_console(), enabled=True) as report:
        return train(source, settings, lambda step, loss: report(step=step, loss=loss))


def _write(model: "Model", output: Path | None, *, force: bool) -> None:
    from mae_cli.model_file import write_model  # noqa: PLC0415

    if output is None:
        write_json(model.to_json())
    else:
        write_model(model, output, force=force)


def _render(report: "TrainReport", *, as_json: bool) -> None:
    if as_json:
        from mae_cli.report.as_json import dumps, train_report_json  # noqa: PLC0415

        write_json(dumps(train_report_json(report)))
        return
    from mae_cli.report.console import note_console, result_console  # noqa: PLC0415
    from mae_cli.report.train import show_training  # noqa: PLC0415

    show_training(note_console() if report.model == _STDOUT else result_console(), report)

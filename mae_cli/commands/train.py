"""mae-train: fit a CSV, report, write the model."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mae_cli.commands.command import command
from mae_cli.commands.completion import completion_option
from mae_cli.commands.model_argument import require_one_reader
from mae_cli.commands.options import (
    PLACES,
    READING,
    STDOUT,
    ColumnName,
    ColumnNames,
    FractionOrFile,
    InputFile,
    OutputFile,
    Quantiles,
    TargetOption,
    dialect_of,
    place_options,
    reading_options,
)
from mae_cli.commands.output import check_output, refuse_compressed, refuse_data, require_standard_output, write_output
from mae_cli.commands.process import NOT_CONVERGED, Outcome, announce_terminal, note, running, watched, write_json
from mae_cli.commands.train_settings import calibration_file, column_choice, quantile_settings, train_settings
from mae_cli.errors import Fault, Place, SettingsError
from mae_cli.messages import quoted

if TYPE_CHECKING:
    from mae_cli.results.training import QuantileReport, TrainReport
    from mae_cli.tables.read import Data
    from mae_cli.workflows.ready import TrainSettings
    from mae_cli.workflows.train import Trained
    from mae_cli.workflows.train_quantiles import QuantileSettings, TrainedQuantiles

_EPILOG = """\b
Examples:
  mae-train flights.csv --target arr_delay --holdout 0.2
  mae-train flights.csv -t arr_delay --features "dep_delay,carrier" --compare
  zcat data.csv.gz | mae-train - -t y --json | jq .certificate

Exit status: 0 done, 1 error in the data or a file, 2 wrong usage, 3 fitted but not to the tolerance,
130 interrupted."""


_GROUPS = {
    "Columns": (
        *("target", "features", "exclude", "categorical", "dates", "numbers", "weight"),
        *("missing", "max_levels", "strict", "list_columns"),
    ),
    "Loss": ("loss", "quantile", "holdout", "compare", "no_intercept", "solver", "tolerance", "seed"),
    "Uncertainty": ("intervals", "cluster", "level", "replicates", "predict_interval", "calibration", "importance"),
    "Textbook solver": ("epochs", "learning_rate", "schedule", "batch_size"),
    "Reading files": READING,
    "Where rows are kept": PLACES,
    "Output": ("output", "force", "as_json", "quiet", "completion"),
}


@command("mae-train", _EPILOG, _GROUPS)
@click.argument("data", type=InputFile(), nargs=-1, required=True)
@click.option(
    "-t", "--target", cls=TargetOption, type=ColumnName(), required=True, metavar="NAME", help="Column to predict."
)
@click.option("--features", type=ColumnNames(), multiple=True, help="Columns to predict from.  [default: all others]")
@click.option("--exclude", type=ColumnNames(), multiple=True, help="Columns to leave out.")
@click.option("--categorical", type=ColumnNames(), multiple=True, help="Columns of numbers to treat as categories.")
@click.option(
    "--date",
    "dates",
    type=ColumnNames(),
    multiple=True,
    metavar="NAMES",
    help="Columns of dates or times, with a format where cells leave a doubt: 'day=%d/%m/%Y'.",
)
@click.option(
    "--number",
    "numbers",
    type=ColumnNames(),
    multiple=True,
    help="Columns to read as numbers, as in '$1.2M' or '3 km'; K, M, B and units are scaled.",
)
@click.option(
    "--columns",
    "list_columns",
    is_flag=True,
    is_eager=True,
    help="List the columns with what they would be used as, and fit nothing; no target is needed.",
)
@click.option("--strict", is_flag=True, help="Refuse columns that cannot be used, instead of leaving them out.")
@click.option(
    "--weight",
    type=ColumnName(),
    metavar="NAME",
    help="Column of row weights; a weight of 2 counts a row twice.",
)
@click.option(
    "--loss",
    type=click.Choice(["mae", "mse"]),
    default="mae",
    show_default=True,
    help="Loss to minimise.",
)
@click.option(
    "--quantile",
    type=Quantiles(),
    multiple=True,
    metavar="Q",
    help="Fit this quantile instead of the median, as in 0.9; several, as in 0.1,0.5,0.9, are fitted together.",
)
@click.option("--no-intercept", is_flag=True, help="Force the fit through the origin.")
@click.option(
    "--solver",
    type=click.Choice(["auto", "textbook"]),
    default="auto",
    show_default=True,
    help="Solve exactly, or by the subgradient descent of textbooks.",
)
@click.option("--tolerance", type=float, help="Stop at this relative gap.  [default: 1e-9; textbook: none]")
@click.option("--learning-rate", type=float, help="Step size of the first epoch, in standardised units.  [default: 1]")
@click.option(
    "--schedule",
    type=click.Choice(["constant", "sqrt", "geometric"]),
    help="How the step size decays: constant, as 1/sqrt(epoch), or geometrically to 1%.  [default: sqrt]",
)
@click.option("--epochs", type=int, help="Passes over the rows.  [default: 300]")
@click.option("--batch-size", type=int, help="Rows per step.  [default: all]")
@click.option("--holdout", type=float, metavar="FRACTION", help="Share of the rows to hold out and score.")
@click.option(
    "--missing",
    type=click.Choice(["drop", "error"]),
    default="drop",
    show_default=True,
    help="Drop and count rows with a missing cell, or refuse them.",
)
@click.option(
    "--max-levels",
    type=click.IntRange(min=1),
    default=300,
    show_default=True,
    help="Most levels a text column may have.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of the holdout, the batches and the bootstrap.",
)
@reading_options
@place_options
@click.option(
    "--intervals",
    type=click.Choice(["auto", "rank", "sandwich", "bootstrap", "none"]),
    default="auto",
    show_default=True,
    help="Intervals of the coefficients: by rank tests, standard errors, or refits under random weights.",
)
@click.option(
    "--cluster",
    type=ColumnName(),
    metavar="NAME",
    help="Column that says which rows may depend on each other, such as the patient; intervals then allow for that.",
)
@click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level of the intervals.")
@click.option("--replicates", type=click.IntRange(min=2), help="Number of bootstrap refits.  [default: 500]")
@click.option(
    "--predict-interval",
    type=float,
    metavar="SHARE",
    help="Fit the quantiles of an interval that is to cover this share of new rows, and calibrate it.",
)
@click.option(
    "--calibration",
    type=FractionOrFile(),
    metavar="FRACTION|FILE",
    help="Share of the rows to hold out for calibration, or a file of rows for it.  [default: 0.2]",
)
@click.option(
    "--importance",
    is_flag=True,
    help="Show the loss without each column, with a test of whether it matters (mae only).",
)
@click.option("--compare", is_flag=True, help="Fit the other loss too and compare the two.")
@click.option(
    "-o",
    "--output",
    type=OutputFile(),
    default="model.json",
    show_default=True,
    metavar="FILE",
    help="File for the model; - is standard output (the report then goes to standard error). A symbolic link is "
    "followed.",
)
@click.option("--force", is_flag=True, help="Replace the output even if it is not a model file or is write-protected.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print no notes and no progress; with -o -, no report either.")
@completion_option
def main(data: tuple[str, ...], **options: Any) -> None:
    """Fit a linear model to a CSV by least absolute deviations (or least squares).

    DATA is a CSV file with a header, plain or compressed, a Parquet file, or standard input (-); several files with
    one header are one data set. The fit is exact and comes with a proof.
    """
    started = time.perf_counter()
    output, quiet, as_json = options["output"], options["quiet"], options["as_json"]
    if options["list_columns"]:
        _list_columns(data, options)
        return
    if output == STDOUT and as_json:
        what = "--json and -o - both write to standard output"
        raise SettingsError(Fault("conflicting-options", what, remedy="write the model to a file"))
    if output == STDOUT or as_json:
        require_standard_output()
    aside = calibration_file(options)
    if aside is not None and any(_is_same_file(aside, each) for each in data):
        what = f"{aside} is the training data, whose rows the fit has seen"
        raise SettingsError(Fault("calibration-is-training", what, Place(aside), remedy="give other rows"))
    require_one_reader({"DATA": data, "--calibration": [] if aside is None else [aside]})
    with running() as outcome:
        settings, quantiles = train_settings(options), quantile_settings(options)
        inputs = {"the data": data} | ({"the calibration data": [aside]} if aside is not None else {})
        check_output(output, inputs, partial(_check_file, force=options["force"]))
        announce_terminal(*data, quiet=quiet)
        trained = _train(data, options, settings, quantiles, outcome)
        limited = any(fit.certificate.status == "limit" for fit in trained.report.fits)
        if limited and settings.fit.solver.tolerance is not None:
            outcome.status = NOT_CONVERGED
        _note_replaced(output, options["target"], quiet=quiet)
        write_output(trained.model, output, force=options["force"])
        outcome.wrote = True
        _note_all(trained.report, quiet=quiet)
        if not (quiet and output == STDOUT):  # the report would go where notes go
            seconds = replace(trained.report.seconds, total=time.perf_counter() - started)
            _render(replace(trained.report, model=output, seconds=seconds), as_json=as_json)


def _note_replaced(output: str, target: str, *, quiet: bool) -> None:
    """Say that the output holds the model of another target, which is going to be replaced."""
    from mae_cli.errors import MaeCliError  # noqa: PLC0415  (help and usage errors must not wait for numpy)
    from mae_cli.model.files import load_model  # noqa: PLC0415

    if output == STDOUT or not Path(output).is_file():
        return
    with suppress(MaeCliError):
        other = load_model(output).target
        if other != target:
            note(f"{output} was a model of {quoted(other)}; it is replaced", quiet=quiet)


def _list_columns(data: tuple[str, ...], options: dict[str, Any]) -> None:
    """Show what every column would be used as."""
    if options["as_json"]:
        require_standard_output()
    with running():
        from mae_cli.rows.blocks import MemoryRows  # noqa: PLC0415  (help and usage errors must not wait for numpy)
        from mae_cli.tables.read import ReadOptions  # noqa: PLC0415
        from mae_cli.workflows.data import opened  # noqa: PLC0415
        from mae_cli.workflows.survey import survey  # noqa: PLC0415

        announce_terminal(*data, quiet=options["quiet"])
        with opened(data, dialect_of(options), options["dask"]) as files:
            found = survey(
                files, column_choice(options), ReadOptions(MemoryRows.none, max_levels=options["max_levels"])
            )
        if options["as_json"]:
            from mae_cli.report.as_json import columns_report_json, dumps  # noqa: PLC0415

            write_json(dumps(columns_report_json(found)))
            return
        from mae_cli.report.columns import show_columns  # noqa: PLC0415
        from mae_cli.report.console import result_console  # noqa: PLC0415

        show_columns(result_console(), found)


def _is_same_file(one: str, other: str) -> bool:
    try:
        return Path(one).samefile(other)
    except OSError:  # one of them is none
        return False


def _check_file(path: Path, *, force: bool) -> None:
    from mae_cli.model.files import check_replaceable  # noqa: PLC0415  (help and usage errors must not wait for numpy)

    refuse_data(path)
    refuse_compressed(path, lambda _program: f"name it {path.with_suffix('')}")
    check_replaceable(path, force=force)


def _train(
    data: tuple[str, ...],
    options: dict[str, Any],
    settings: "TrainSettings",
    quantiles: "QuantileSettings | None",
    outcome: Outcome,
) -> "Trained | TrainedQuantiles":
    from mae_cli.workflows.data import opened  # noqa: PLC0415
    from mae_cli.workflows.train import train as train_one  # noqa: PLC0415
    from mae_cli.workflows.train_quantiles import train_quantiles  # noqa: PLC0415

    aside = calibration_file(options)

    def files_of(arguments: Sequence[str]) -> AbstractContextManager["Data"]:
        return opened(arguments, dialect_of(options), options["dask"])

    with files_of(data) as files, watched(outcome, quiet=options["quiet"]) as listener:
        if quantiles is None:
            return train_one(files, settings, listener)
        with nullcontext() if aside is None else files_of([aside]) as calibration:
            return train_quantiles(files, settings, quantiles, calibration, listener)


def _note_all(report: "TrainReport | QuantileReport", *, quiet: bool) -> None:
    from mae_cli.report.notes import short_notes, training_notes  # noqa: PLC0415

    for text in training_notes(report, short_notes):
        note(text, quiet=quiet)


def _render(report: "TrainReport | QuantileReport", *, as_json: bool) -> None:
    from mae_cli.results.training import TrainReport  # noqa: PLC0415

    if as_json:
        from mae_cli.report.as_json import dumps, quantile_report_json, train_report_json  # noqa: PLC0415

        as_object = train_report_json(report) if isinstance(report, TrainReport) else quantile_report_json(report)
        write_json(dumps(as_object))
        return
    from mae_cli.report.console import note_console, result_console  # noqa: PLC0415
    from mae_cli.report.quantiles import show_quantiles  # noqa: PLC0415
    from mae_cli.report.train import show_training  # noqa: PLC0415

    console = note_console() if report.model == STDOUT else result_console()
    if isinstance(report, TrainReport):
        show_training(console, report)
    else:
        show_quantiles(console, report)

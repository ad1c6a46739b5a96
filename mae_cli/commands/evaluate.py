"""mae-eval: metrics of a model on data."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mae_cli.commands.command import command
from mae_cli.commands.model_argument import is_model, model_of, name_of, require_one_reader
from mae_cli.commands.options import (
    PLACES,
    READING,
    ColumnNames,
    InputFile,
    Interval,
    dialect_of,
    joined,
    place_options,
    reading_options,
)
from mae_cli.commands.output import require_standard_output
from mae_cli.commands.process import (
    GATE_FAILED,
    OK,
    Outcome,
    announce_terminal,
    note_each,
    running,
    share_a_terminal,
    tell_failures,
    watched,
    write_json,
)
from mae_cli.errors import Fault, ModelError, Place, SettingsError

if TYPE_CHECKING:
    from mae_cli.model.files import AnyModel
    from mae_cli.model.model import Model
    from mae_cli.model.quantile_model import QuantileModel
    from mae_cli.results.evaluation import EvaluationReport
    from mae_cli.results.gates import Gate
    from mae_cli.workflows.against import NamedModel
    from mae_cli.workflows.evaluate import EvaluationSettings

_MOST_WORST = 1_000
_LIMITS = ("max_mae", "max_pinball", "coverage", "min_rows", "max_missing")

_EPILOG = """\b
Examples:
  mae-eval model.json new.csv --worst 10
  mae-eval model.json new.csv --max-mae 12.5 --against old.json && deploy
  mae-eval model.json
  mae-eval model.json - --json < new.csv | jq .metrics.mae

Exit status: 0 done, 1 error in the data, a model or a file, 2 wrong usage, 4 scored but a check (--max-mae and the
like) failed, 130 interrupted."""


_GROUPS = {
    "Checks": ("max_mae", "max_pinball", "coverage", "min_rows", "max_missing", "against", "worst", "show", "unseen"),
    "Reading files": READING,
    "Where rows are kept": PLACES,
    "Output": ("as_json", "quiet"),
}


@command("mae-eval", _EPILOG, _GROUPS)
@click.argument("model", type=InputFile())
@click.argument("data", type=InputFile(), nargs=-1)
@click.option("--max-mae", type=float, metavar="X", help="Fail (exit 4) if the MAE, or that of the median, exceeds X.")
@click.option(
    "--max-pinball",
    type=float,
    metavar="X",
    help="Fail if the pinball loss at the model's quantile, or at any of several, exceeds X.",
)
@click.option(
    "--coverage",
    type=Interval(),
    metavar="LOW:HIGH",
    help="Fail if the share of targets at or below the prediction, or within the prediction interval, is outside of "
    "it, as in 0.88:0.92.",
)
@click.option("--min-rows", type=click.IntRange(min=1), metavar="N", help="Fail if fewer than N rows are scored.")
@click.option(
    "--max-missing",
    type=float,
    metavar="SHARE",
    help="Fail if more than this share of the rows (0 to 1) has a missing cell.",
)
@click.option(
    "--against",
    type=InputFile(),
    metavar="FILE",
    help="Score another model on the same rows; fail (exit 4) if the MAE of MODEL is larger beyond chance, that is, if "
    "the 95% interval of the difference (paired bootstrap) lies above 0. Two models of one quantile are compared by "
    "pinball loss; those of several at each, by p-values with Holm's correction.",
)
@click.option(
    "--worst",
    type=click.IntRange(1, _MOST_WORST),
    metavar="N",
    help="List the N rows with the largest residuals; of several quantiles those farthest outside of the prediction "
    "interval or, without one, with the largest sum of pinball losses.",
)
@click.option(
    "--show", type=ColumnNames(), multiple=True, help="Columns to list beside these rows, such as those that name them."
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
@click.pass_context
def main(context: click.Context, /, model: str, data: tuple[str, ...], **options: Any) -> None:
    """Score a MODEL written by mae-train on the rows of DATA.

    MODEL is the file that mae-train wrote. DATA is a CSV or Parquet file with the model's columns, in any order, or
    several files with one header. Either can be standard input (-). The model's weight column is used if DATA has it.
    Without DATA the model itself is shown; with another model in its place the two are compared.
    """
    require_one_reader({"MODEL": [model], "DATA": data, "--against": [options["against"]]})
    if options["as_json"]:
        require_standard_output()
    if not data or (len(data) == 1 and is_model(data[0])):
        _refuse_scoring(context)
        _show_models(model, data, as_json=options["as_json"], quiet=options["quiet"])
    else:
        _score(model, data, options)


def _score(model: str, data: tuple[str, ...], options: dict[str, Any]) -> None:
    against, quiet = options["against"], options["quiet"]
    with running() as outcome:
        from mae_cli.model.quantile_model import QuantileModel  # noqa: PLC0415  (help and usage errors wait for no numpy)
        from mae_cli.workflows.against import NamedModel  # noqa: PLC0415
        from mae_cli.workflows.data import opened  # noqa: PLC0415
        from mae_cli.workflows.evaluate import evaluate  # noqa: PLC0415

        settings = _settings(options)
        announce_terminal(model, *data, against or "", quiet=quiet)
        fitted = model_of(model, data)
        if isinstance(fitted, QuantileModel):
            gates = _evaluate_quantiles(NamedModel(fitted, name_of(model)), data, settings, options, outcome)
            outcome.status = OK if all(gate.passed for gate in gates) else GATE_FAILED
            return
        subject = NamedModel(fitted, name_of(model))
        rival = None if against is None else NamedModel(_one_quantile(model_of(against), against), name_of(against))
        opening, watching = opened(data, dialect_of(options), options["dask"]), watched(outcome, quiet=quiet)
        with _failures_told(), opening as files, watching as listener:
            report = evaluate(subject, files, settings, rival, listener)
        note_each(report.notes, quiet=quiet)
        outcome.status = OK if all(gate.passed for gate in report.gates) else GATE_FAILED
        if options["as_json"] or not share_a_terminal():  # the report for people ends with it
            tell_failures(report.gates)
        _render(report, as_json=options["as_json"])


@contextmanager
def _failures_told() -> Iterator[None]:
    """Tell which checks failed where there is no row to score."""
    from mae_cli.workflows.gates import GateError  # noqa: PLC0415

    try:
        yield
    except GateError as error:
        tell_failures(error.gates)
        raise


def _one_quantile(model: "AnyModel", argument: str) -> "Model":
    """The model of an argument, which may be of one quantile only."""
    from mae_cli.model.model import Model  # noqa: PLC0415

    if not isinstance(model, Model):
        name = name_of(argument)
        what, remedy = f"{name} is of several quantiles", "give a model of one quantile"
        raise ModelError(Fault("model-of-several-quantiles", what, Place(name), remedy=remedy))
    return model


def _several_quantiles(model: "AnyModel", argument: str) -> "QuantileModel":
    """The model of an argument, which may be of several quantiles only."""
    from mae_cli.model.quantile_model import QuantileModel  # noqa: PLC0415

    if not isinstance(model, QuantileModel):
        name = name_of(argument)
        what, remedy = f"{name} is of one quantile", "give a model of several quantiles"
        raise ModelError(Fault("model-of-one-quantile", what, Place(name), remedy=remedy))
    return model


def _evaluate_quantiles(
    subject: "NamedModel[QuantileModel]",
    data: tuple[str, ...],
    settings: "EvaluationSettings",
    options: dict[str, Any],
    outcome: Outcome,
) -> "Sequence[Gate]":
    """Score a model of several quantiles, and return its gates."""
    from mae_cli.report.as_json import dumps, quantile_evaluation_json  # noqa: PLC0415
    from mae_cli.report.console import result_console  # noqa: PLC0415
    from mae_cli.report.quantile_evaluation import show_quantile_evaluation  # noqa: PLC0415
    from mae_cli.workflows.against import NamedModel  # noqa: PLC0415
    from mae_cli.workflows.data import opened  # noqa: PLC0415
    from mae_cli.workflows.evaluate import evaluate_quantiles  # noqa: PLC0415

    against = options["against"]
    rival = None if against is None else NamedModel(_several_quantiles(model_of(against), against), name_of(against))
    opening, watching = opened(data, dialect_of(options), options["dask"]), watched(outcome, quiet=options["quiet"])
    with _failures_told(), opening as files, watching as listener:
        report = evaluate_quantiles(subject, files, settings, rival, listener)
    note_each(report.notes, quiet=options["quiet"])
    if options["as_json"] or not share_a_terminal():  # the report for people ends with it
        tell_failures(report.gates)
    if options["as_json"]:
        write_json(dumps(quantile_evaluation_json(report)))
    else:
        show_quantile_evaluation(result_console(), report)
    return report.gates


def _settings(options: dict[str, Any]) -> "EvaluationSettings":
    from mae_cli.workflows.evaluate import EvaluationSettings  # noqa: PLC0415
    from mae_cli.workflows.gates import GateSettings  # noqa: PLC0415

    return EvaluationSettings(
        skip_unseen=_skips_unseen(options),
        stream=options["stream"],
        gates=GateSettings(**{name: options[name] for name in _LIMITS}),
        worst=options["worst"] or 0,
        show=tuple(dict.fromkeys(joined(options["show"]))),
    )


def _skips_unseen(options: dict[str, Any]) -> bool:
    """Whether rows with a level never seen in training are skipped: two models need not know the same levels."""
    return (options["unseen"] or ("error" if options["against"] is None else "skip")) == "skip"


# What says something where there are no rows.
_WITHOUT_ROWS = frozenset({"model", "data", "as_json", "quiet"})


def _refuse_scoring(context: click.Context) -> None:
    """Refuse options that need rows: a gate that nothing was held to must not look as if it were passed."""
    for parameter in context.command.params:
        name = parameter.name or ""
        is_given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if is_given and name not in _WITHOUT_ROWS:
            raise SettingsError(Fault("no-data", f"{parameter.opts[0]} needs rows to score, and no DATA is given"))


def _show_models(model: str, data: tuple[str, ...], *, as_json: bool, quiet: bool) -> None:
    with running():
        from mae_cli.model.quantile_model import QuantileModel  # noqa: PLC0415

        announce_terminal(model, quiet=quiet)
        arguments = (model, *data)
        models = [model_of(each, data) for each in arguments]
        if isinstance(models[0], QuantileModel):
            several = [_several_quantiles(*each) for each in zip(models, arguments, strict=True)]
            _show_quantile_cards(several, list(map(name_of, arguments)), as_json=as_json)
        else:
            single = [_one_quantile(*each) for each in zip(models, arguments, strict=True)]
            _show_cards(single, list(map(name_of, arguments)), as_json=as_json)


def _show_cards(models: "Sequence[Model]", names: "Sequence[str]", *, as_json: bool) -> None:
    from mae_cli.model_card import ModelCard  # noqa: PLC0415

    cards = list(map(ModelCard.of, models, names))
    if as_json:
        from mae_cli.report.as_json import dumps  # noqa: PLC0415
        from mae_cli.report.cards_as_json import model_card_json  # noqa: PLC0415

        write_json(dumps(model_card_json(*cards)))
        return
    from mae_cli.report.console import result_console  # noqa: PLC0415
    from mae_cli.report.model_card import show_card  # noqa: PLC0415
    from mae_cli.report.model_cards import show_cards  # noqa: PLC0415

    (show_card if len(cards) == 1 else show_cards)(result_console(), *cards)


def _show_quantile_cards(models: "Sequence[QuantileModel]", names: "Sequence[str]", *, as_json: bool) -> None:
    from mae_cli.model_card import QuantileCard  # noqa: PLC0415

    cards = list(map(QuantileCard.of, models, names))
    if as_json:
        from mae_cli.report.as_json import dumps  # noqa: PLC0415
        from mae_cli.report.cards_as_json import quantile_card_json  # noqa: PLC0415

        write_json(dumps(quantile_card_json(*cards)))
        return
    from mae_cli.report.console import result_console  # noqa: PLC0415
    from mae_cli.report.model_card import show_quantile_card  # noqa: PLC0415
    from mae_cli.report.model_cards import show_quantile_cards  # noqa: PLC0415

    (show_quantile_card if len(cards) == 1 else show_quantile_cards)(result_console(), *cards)


def _render(report: "EvaluationReport", *, as_json: bool) -> None:
    if as_json:
        from mae_cli.report.as_json import dumps, evaluation_report_json  # noqa: PLC0415

        write_json(dumps(evaluation_report_json(report)))
        return
    from mae_cli.report.console import result_console  # noqa: PLC0415
    from mae_cli.report.evaluation import show_evaluation  # noqa: PLC0415

    show_evaluation(result_console(), report)

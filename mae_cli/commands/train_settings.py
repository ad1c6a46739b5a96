"""The options of mae-train as settings of its workflow."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mae_cli.commands.options import dates_of, joined
from mae_cli.errors import Fault, SettingsError

if TYPE_CHECKING:
    from mae_cli.inference.values import IntervalSettings
    from mae_cli.solvers.settings import SolverSettings
    from mae_cli.tables.columns import ColumnChoice
    from mae_cli.workflows.ready import TrainSettings
    from mae_cli.workflows.train_quantiles import QuantileSettings

_TEXTBOOK_OPTIONS = ("learning_rate", "schedule", "epochs", "batch_size")


def train_settings(options: dict[str, Any]) -> "TrainSettings":
    """How to train."""
    from mae_cli.workflows.fit import FitSettings  # noqa: PLC0415  (help and usage errors must not wait for numpy)
    from mae_cli.workflows.ready import TrainSettings  # noqa: PLC0415

    return TrainSettings(
        columns=column_choice(options),
        fit=FitSettings(
            loss=options["loss"],
            quantile=_one_quantile(options),
            intercept=not options["no_intercept"],
            solver=_solver(options),
        ),
        holdout=options["holdout"],
        missing=options["missing"],
        max_levels=options["max_levels"],
        seed=options["seed"],
        compare=options["compare"],
        stream=options["stream"],
        intervals=_intervals(options),
        calibration=_calibration(options),
        importance=options["importance"],
    )


def _one_quantile(options: dict[str, Any]) -> float:
    """The quantile to fit where it is the only one."""
    asked = joined(options["quantile"])
    return asked[0] if len(asked) == 1 and options["predict_interval"] is None else 0.5


def quantile_settings(options: dict[str, Any]) -> "QuantileSettings | None":
    """Several quantiles, where they were asked for."""
    from mae_cli.workflows.train_quantiles import QuantileSettings  # noqa: PLC0415

    asked, coverage = joined(options["quantile"]), options["predict_interval"]
    if coverage is not None:
        if asked:
            what = "--predict-interval has quantiles of its own"
            raise SettingsError(Fault("conflicting-options", what, remedy="leave --quantile out"))
        return QuantileSettings.of_interval(coverage)
    return QuantileSettings(tuple(sorted(asked))) if len(asked) > 1 else None


def _calibration(options: dict[str, Any]) -> float | None:
    """The share of the rows to keep aside."""
    given = options["calibration"]
    if options["predict_interval"] is None:
        if given is not None:
            raise SettingsError(_belonging("--calibration", "--predict-interval"))
        return None
    return 0.2 if given is None else None if isinstance(given, str) else float(given)


def calibration_file(options: dict[str, Any]) -> str | None:
    """The file of rows for it."""
    given = options["calibration"]
    return given if isinstance(given, str) else None


def column_choice(options: dict[str, Any]) -> "ColumnChoice":
    """Which columns play which part."""
    from mae_cli.tables.columns import ColumnChoice  # noqa: PLC0415  (help and usage errors must not wait for numpy)

    return ColumnChoice(
        target=options["target"] or "",
        features=joined(options["features"]) or None,
        exclude=frozenset(joined(options["exclude"])),
        categorical=frozenset(joined(options["categorical"])),
        weight=options["weight"],
        cluster=options["cluster"],
        dates=dates_of(options["dates"]),
        numbers=frozenset(joined(options["numbers"])),
        strict=options["strict"],
        intercept=not options["no_intercept"],
    )


def _belonging(option: str, to: str) -> Fault:
    """What is wrong where an option is given without the one that it refines."""
    return Fault("option-without-another", f"{option} belongs to {to}", remedy=f"add {to}, or leave {option} out")


def _intervals(options: dict[str, Any]) -> "IntervalSettings | None":
    from mae_cli.inference.values import IntervalSettings, Method  # noqa: PLC0415

    asked, replicates = options["intervals"], options["replicates"]
    if replicates is not None and asked != Method.BOOTSTRAP:
        raise SettingsError(_belonging("--replicates", "--intervals bootstrap"))
    if asked == "none":
        return None
    settings = IntervalSettings(None if asked == "auto" else Method(asked), options["level"], seed=options["seed"])
    return settings if replicates is None else replace(settings, replicates=replicates)


def _solver(options: dict[str, Any]) -> "SolverSettings":
    from mae_cli.solvers.settings import Auto, Textbook  # noqa: PLC0415

    given = {name: options[name] for name in (*_TEXTBOOK_OPTIONS, "tolerance") if options[name] is not None}
    if options["solver"] == "textbook":
        return Textbook(seed=options["seed"], **given)
    for name in _TEXTBOOK_OPTIONS:
        if name in given:
            flag = f"--{name.replace('_', '-')}"
            raise SettingsError(_belonging(flag, "--solver textbook"))
    return Auto(**given)

"""Example reports: small, made up, and of every shape that the commands can produce."""

from dataclasses import replace

import pytest

from mae_cli.errors import Place
from mae_cli.results.evaluation import EvaluationReport, EvaluationRows
from mae_cli.results.scores import Difference, Metrics, Scores, Sides
from mae_cli.results.training import (
    Comparison,
    ContestedRow,
    Disagreement,
    Effect,
    FitReport,
    Seconds,
    TrainingRows,
    TrainReport,
)
from mae_cli.rows.schema import DesignColumn
from mae_cli.solvers.solution import Certificate, History, Status

MAE_LOSSES = (
    23.61, 14.2, 12.91, 12.74, 12.701, 12.6934, 12.69204, 12.69171, 12.691661,
    12.6916534, 12.69165226, 12.691652031, 12.6916520125, 12.6916520118, 12.6916520117,
)  # fmt: skip
MSE_LOSSES = (1641.2, 301.77204, 301.772032)


def metrics(mae, rmse, median_ae, r2, baseline_mae):
    return Metrics(mae, rmse**2, rmse, median_ae, r2, baseline_mae, None)


EFFECTS = (
    Effect(DesignColumn("dep_delay"), 1.00183, 40.2127, None, aliased=False),
    Effect(DesignColumn("distance"), -0.00218471, -1.60113, None, aliased=False),
    Effect(DesignColumn("air_time"), 0.0177, 1.6584, None, aliased=False),
    Effect(DesignColumn("air_time_hours"), 0.0, 0.0, None, aliased=True),
    Effect(DesignColumn("carrier", "AA"), -4.5271, -1.32009, "UA", aliased=False, rows=1021, baseline_rows=1733),
    Effect(DesignColumn("carrier", "B6"), 2.0415, 0.753311, "UA", aliased=False, rows=1604, baseline_rows=1733),
    Effect(DesignColumn("carrier", "DL"), -3.20554, -1.12017, "UA", aliased=False, rows=1399, baseline_rows=1733),
    Effect(DesignColumn("origin", "JFK"), -1.25, -0.58402, "EWR", aliased=False, rows=3412, baseline_rows=3560),
    Effect(DesignColumn("origin", "LGA"), 0.0481113, 0.0219902, "EWR", aliased=False, rows=3, baseline_rows=3560),
)


@pytest.fixture
def mae_fit():
    """An MAE fit with a holdout, proved optimal."""
    return FitReport(
        loss="mae",
        quantile=0.5,
        solver="auto",
        train=Scores(
            metrics(12.6916520117, 17.8104, 9.51837, 0.840275, 23.61),
            metrics(23.61, 45.9013, 14.0, -0.0608913, 23.61),
            sides=Sides(above=4_988, below=4_988, on=9),
        ),
        holdout=Scores(
            metrics(12.5022, 17.2004, 9.6001, 0.83117, 23.1441),
            metrics(23.1441, 44.8201, 14.0, -0.0581, 23.1441),
            sides=Sides(above=1_240, below=1_254, on=0),
        ),
        certificate=Certificate(Status.OPTIMAL, MAE_LOSSES[-1], MAE_LOSSES[-1], 0.0, unique=True),
        history=History(MAE_LOSSES, iterations=14, passes=21, at_pass=(*range(5, 19), 21)),
        intercept=-15.3201,
        effects=EFFECTS,
    )


@pytest.fixture
def mse_fit(mae_fit):
    """The least squares fit of the same rows."""
    other = [replace(each, value=each.value * 1.1, per_deviation=each.per_deviation * 1.1) for each in EFFECTS]
    return replace(
        mae_fit,
        loss="mse",
        train=Scores(
            metrics(13.0022, 17.3716, 10.2012, 0.848049, 24.0912),
            metrics(24.0912, 44.5648, 17.002, 0.0, 24.0912),
        ),
        holdout=Scores(
            metrics(12.8911, 16.9923, 10.1177, 0.83522, 23.7011),
            metrics(23.7011, 43.511, 17.002, -0.0001, 23.7011),
        ),
        certificate=Certificate(Status.OPTIMAL, MSE_LOSSES[-1], MSE_LOSSES[-1], 0.0, unique=True),
        history=History(MSE_LOSSES, iterations=2, passes=9, at_pass=(3, 5, 9)),
        intercept=-14.0021,
        effects=tuple(other),
    )


@pytest.fixture
def train_report(mae_fit):
    """An MAE fit of flights, written to model.json."""
    return TrainReport(
        source="flights.csv",
        target="arr_delay",
        weight=None,
        rows=TrainingRows(
            read=12_495, used=9_985, dropped=14, holdout=2_496, unseen=2, zero_weight=0, missing_column="wind"
        ),
        fit=mae_fit,
        comparison=None,
        notes=(),
        model="model.json",
        seconds=Seconds(read=0.0312, fit=0.0123, total=0.4021),
    )


@pytest.fixture
def compare_report(train_report, mse_fit):
    """The same with the MSE fit beside it."""
    contested = (
        ContestedRow(Place("flights.csv", line=7_073), target=851.0, predictions=(812.4, 871.25), pull=0.1213),
        ContestedRow(Place("flights.csv", line=11_002), target=-43.0, predictions=(3.125, 9.5), pull=0.0408),
    )
    verdict = Disagreement(
        gap=0.031, rows=9_985, few=100, pull=0.164, quantile=0.5, holdout=Difference(0.39, (0.25, 0.53), 0.001, 0.001)
    )
    return replace(train_report, comparison=Comparison(other=mse_fit, contested=contested, verdict=verdict))


@pytest.fixture
def evaluation_report(mae_fit):
    """The model of `train_report` on new rows."""
    return EvaluationReport(
        model="model.json",
        source="flights_new.csv",
        target="arr_delay",
        loss="mae",
        quantile=0.5,
        weight=None,
        rows=EvaluationRows(read=2_500, used=2_488, dropped=9, unseen=3),
        scores=mae_fit.holdout,
        notes=(),
    )

"""The use case "train" for several quantiles: each is as alone, and what is said of all of them together."""

from dataclasses import replace

import numpy as np
import pytest
from support.tables import held

from mae_cli.errors import SettingsError
from mae_cli.inference import estimates
from mae_cli.inference.estimates import quantile_estimates
from mae_cli.inference.values import IntervalSettings, Method, SlopesTest, Unavailable
from mae_cli.progress import NO_PROGRESS
from mae_cli.report.notes import training_notes
from mae_cli.results.notes import NoRowsToSpare
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.settings import Auto, Textbook
from mae_cli.tables.columns import ColumnChoice
from mae_cli.workflows.calibrate import coverage_of
from mae_cli.workflows.fit import FitSettings
from mae_cli.workflows.ready import TrainSettings, ready_data
from mae_cli.workflows.train import train
from mae_cli.workflows.train_quantiles import QuantileSettings, _crossing_rows, train_quantiles


def noisy(rows=200):
    """y, x, weights w and clusters g."""
    generator = np.random.default_rng(5)
    x, w = generator.exponential(size=rows), generator.integers(1, 9, rows)
    y = x + generator.standard_normal(40)[np.arange(rows) % 40] + generator.standard_normal(rows) * (0.5 + x)
    lines = zip(y.tolist(), x.tolist(), w.tolist(), (np.arange(rows) % 40).tolist(), strict=True)
    return "y,x,w,g\n" + "".join(f"{y!r},{x!r},{w},c{g}\n" for y, x, w, g in lines)


def settings(quantile=0.5, *, intervals=None, holdout=None, calibration=None, tolerance=1e-9, **choice):
    columns = ColumnChoice("y", features=("x",), **choice)
    fit = FitSettings(quantile=quantile, solver=Auto(tolerance=tolerance))
    return TrainSettings(columns, fit, holdout=holdout, calibration=calibration, intervals=intervals)


def report(text, *quantiles, **options):
    return train_quantiles(held(text), settings(**options), QuantileSettings(quantiles)).report


@pytest.mark.parametrize("choice", [{"weight": "w"}, {"cluster": "g"}])
def test_intervals_are_those_of_each_quantile_alone(choice):
    options = {"intervals": IntervalSettings(method=Method.SANDWICH), **choice}
    found = report(noisy(), 0.2, 0.8, **options)
    for quantile, fit in zip((0.2, 0.8), found.fits, strict=True):
        alone = train(held(noisy()), settings(quantile, **options)).report.fit
        assert fit.intervals == alone.intervals


def test_lines_cross_in_rows_where_one_of_them_lies_below_the_one_before_but_for_rounding():
    block = Block(Design(np.array([[0.0], [1.0], [2.0]])), np.zeros(3), None, np.arange(3))
    lines = ((0.1 + 0.2, 0.0), (0.3, 0.0), (2.0, -1.0))
    assert _crossing_rows(block, [Coefficients(level, np.array([slope])) for level, slope in lines]) == 1


def test_calibrated_intervals_are_measured_on_the_rows_of_the_calibration_and_the_holdout():
    chosen = settings(holdout=0.3, calibration=0.25)
    trained = train_quantiles(held(noisy()), chosen, QuantileSettings.of_interval(0.8))
    with ready_data(held(noisy()), chosen, NO_PROGRESS) as data:
        aside, holdout = (coverage_of(trained.model, rows) for rows in (data.calibration, data.train.holdout))
    assert (trained.report.calibrated.width, trained.report.calibrated.holdout) == (aside.width, holdout.share)
    assert aside.share != holdout.share


def test_the_quantiles_of_an_interval_have_short_names():
    assert QuantileSettings.of_interval(0.8).quantiles == (0.1, 0.5, 0.9)
    assert QuantileSettings.of_interval(0.86).quantiles == (0.07, 0.5, 0.93)


def test_what_is_said_of_the_rows_and_of_every_fit_is_said_once():
    found = report("y,x\n1,1\n2,3\n3,\n", 0.2, 0.8)
    assert [fit.notes for fit in found.fits] == [(NoRowsToSpare(2),)] * 2
    assert [note.partition(" rows dropped")[0] for note in found.notes] == ["1 of 3"]
    assert sum("as many coefficients as rows" in note for note in training_notes(found)) == 1


def test_columns_that_cannot_serve_are_told():
    columns = ColumnChoice("y")
    text = "y,x,same\n" + "".join(f"{number**2},{number},1\n" for number in range(20))
    found = train_quantiles(held(text), TrainSettings(columns), QuantileSettings((0.2, 0.8))).report
    assert [each.column for each in found.columns_left_out] == ["same"]


def test_seconds_of_reading_and_fitting_are_those_of_all():
    seconds = report(noisy(), 0.2, 0.8).seconds
    assert seconds.read + seconds.fit == pytest.approx(seconds.total)


def test_slopes_of_fits_that_are_not_proved_are_not_compared():
    options = {"intervals": IntervalSettings()}
    found = [report(noisy(3000), 0.2, 0.8, tolerance=tolerance, **options).slopes for tolerance in (1e-9, 0.1)]
    assert [isinstance(found[0], SlopesTest), found[1]] == [True, Unavailable.NOT_OPTIMAL]


def test_slopes_of_clustered_rows_are_compared_by_clusters():
    options = {"intervals": IntervalSettings()}
    found = [report(noisy(), 0.2, 0.8, **options, **choice).slopes for choice in ({}, {"cluster": "g"})]
    assert [each.denominator for each in found] == [200 * 2 - 1, 40 - 1]
    assert report(noisy(), 0.2, 0.8).slopes is Unavailable.NOT_ASKED


def test_neighbours_are_fitted_once_for_the_intervals_and_the_slopes(monkeypatch):
    calls = []

    def counted(fitted):
        calls.append(fitted.quantile)
        return quantile_estimates(fitted)

    monkeypatch.setattr(estimates, "quantile_estimates", counted)
    found = report(noisy(), 0.2, 0.8, intervals=IntervalSettings(method=Method.SANDWICH))
    assert isinstance(found.slopes, SlopesTest)
    assert calls == [0.2, 0.8]


def test_slopes_are_not_compared_where_there_is_no_density():
    text = "y,x\n" + "".join(f"{x % 10 == 0:d},{x % 3}\n" for x in range(300))
    assert report(text, 0.4, 0.6, intervals=IntervalSettings()).slopes is Unavailable.NO_DENSITY


def test_more_than_five_quantiles_are_shown_beside_least_squares():
    quantiles = np.arange(2, 8) / 10
    assert [report(noisy(), *quantiles[:count]).squared is None for count in (5, 6)] == [True, False]


@pytest.mark.parametrize(
    ("quantiles", "code", "remedy"),
    [
        ((0.1, 90.0), "quantile-out-of-range", "give 0.9 for 90%"),
        ((0.0, 0.5), "quantile-out-of-range", None),
        ((0.5, 0.5), "duplicate-quantile", None),
    ],
)
def test_quantiles_that_cannot_be_fitted_are_refused(quantiles, code, remedy):
    with pytest.raises(SettingsError) as caught:
        QuantileSettings(quantiles)
    assert (caught.value.fault.code, caught.value.fault.remedy) == (code, remedy)


def test_a_coverage_that_is_no_share_is_refused():
    with pytest.raises(SettingsError) as caught:
        QuantileSettings.of_interval(95.0)
    assert (caught.value.fault.code, caught.value.fault.remedy) == ("coverage-out-of-range", "give 0.95 for 95%")


@pytest.mark.parametrize(
    ("changes", "code", "remedy"),
    [
        ({"fit": FitSettings(loss="mse")}, "quantiles-need-exact-mae", None),
        ({"fit": FitSettings(solver=Textbook())}, "quantiles-need-exact-mae", None),
        ({"importance": True}, "importance-of-quantiles", "fit one, or leave --importance out"),
        ({"compare": True}, "comparison-of-quantiles", "fit one, or leave --compare out"),
        ({"columns": ColumnChoice("y", weight="w")}, "weighted-prediction-interval", "leave --weight out"),
    ],
)
def test_settings_that_do_not_go_with_several_quantiles_are_refused(changes, code, remedy):
    with pytest.raises(SettingsError) as caught:
        train_quantiles(held(noisy()), replace(settings(), **changes), QuantileSettings.of_interval(0.8))
    assert (caught.value.fault.code, caught.value.fault.remedy) == (code, remedy)

"""Which intervals there are, when there are none, and what is said of them."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from support.inference import Case, ends, noisy, reference, standard_errors

from mae_cli import fit
from mae_cli.errors import SettingsError
from mae_cli.inference.clusters import Clusters
from mae_cli.inference.distributions import student_quantile
from mae_cli.inference.estimates import Estimated
from mae_cli.inference.intervals import replicated
from mae_cli.inference.rank import RankTests
from mae_cli.inference.values import Caution, IntervalSettings, Method, Unavailable
from mae_cli.solvers import family
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solution import Status


def test_few_rows_have_rank_intervals_and_many_have_standard_errors():
    assert Case(*noisy(200)).intervals().method is Method.RANK
    assert Case(*noisy(20_000, 6)).intervals().method is Method.SANDWICH


def test_least_squares_has_standard_errors():
    assert Case(*noisy(100), loss="mse").intervals().method is Method.SANDWICH


@pytest.mark.parametrize("method", [Method.RANK, Method.BOOTSTRAP])
def test_least_squares_has_no_other_intervals(method):
    with pytest.raises(SettingsError) as caught:
        Case(*noisy(100), loss="mse").intervals(method=method)
    assert caught.value.fault.code == "intervals-need-mae"
    assert caught.value.fault.remedy == 'use "sandwich" with "mse"'


@pytest.mark.parametrize("method", list(Method))
def test_intervals_enclose_the_estimate_and_grow_with_their_level(method):
    each = Case(*noisy(300), quantile=0.4)
    narrow, wide = (ends(each.intervals(method=method, level=level, replicates=60)) for level in (0.5, 0.99))
    estimate = np.array([each.fit.solution.intercept, *each.fit.solution.coefficients])
    assert (wide[:, 0] < narrow[:, 0]).all()
    assert (narrow[:, 0] < estimate).all()
    assert (estimate < narrow[:, 1]).all()
    assert (narrow[:, 1] < wide[:, 1]).all()


def test_methods_agree_where_rows_are_many():
    each = Case(*noisy(4000, seed=3))
    found = [ends(each.intervals(method=method, replicates=400)) for method in Method]
    widths = [pair[:, 1] - pair[:, 0] for pair in found]
    assert widths[0] == pytest.approx(widths[1], rel=0.15)
    assert widths[2] == pytest.approx(widths[1], rel=0.15)


def test_a_bootstrap_is_the_spread_of_refits_and_repeats_itself():
    each = Case(*noisy(200))
    first, again = (each.intervals(method=Method.BOOTSTRAP, replicates=50, seed=7) for _ in range(2))
    assert ends(first).tolist() == ends(again).tolist()
    assert first.replicates == 50
    assert ends(each.intervals(method=Method.BOOTSTRAP, replicates=50, seed=8)).tolist() != ends(first).tolist()


def test_few_replicates_are_a_caution():
    found = [Case(*noisy(60)).intervals(method=Method.BOOTSTRAP, replicates=count) for count in (49, 50)]
    assert [Caution.FEW_REPLICATES in each.cautions for each in found] == [True, False]


def test_the_bootstrap_of_engel_has_the_published_error():
    found = Case(*reference("engel")).intervals(method=Method.BOOTSTRAP, replicates=1000)
    assert standard_errors(found)[1] == pytest.approx(0.03565, rel=0.08)


def test_rows_given_five_times_are_exactly_as_sure_as_once_by_the_clusters_that_they_are():
    X, y = noisy(400, seed=2)
    once = Case(X, y, clusters=Clusters("id", np.arange(400), 400))
    often = Case(np.repeat(X, 5, axis=0), np.repeat(y, 5), clusters=Clusters("id", np.repeat(np.arange(400), 5), 400))
    one, other = (standard_errors(each.intervals(method=Method.SANDWICH)) for each in (once, often))
    assert other == pytest.approx(one, rel=1e-9)


def test_clusters_of_one_row_each_are_as_good_as_none():
    X, y = noisy(3000, seed=1)
    alone = Clusters("id", np.arange(3000), 3000)
    one, other = (Case(X, y, clusters=each).intervals(method=Method.SANDWICH) for each in (None, alone))
    assert standard_errors(other) == pytest.approx(standard_errors(one), rel=0.12)


@pytest.mark.parametrize(("loss", "method"), [("mae", Method.SANDWICH), ("mae", Method.BOOTSTRAP), ("mse", None)])
def test_rows_given_five_times_are_no_surer_where_they_are_one_cluster(loss, method):
    X, y = noisy(400, seed=2)
    plain = standard_errors(Case(X, y, loss=loss).intervals(method=method, replicates=300))
    clusters = Clusters("id", np.repeat(np.arange(400), 5), 400)
    repeated = Case(np.repeat(X, 5, axis=0), np.repeat(y, 5), loss=loss, clusters=clusters)
    found = repeated.intervals(method=method, replicates=300)
    assert standard_errors(found) == pytest.approx(plain, rel=0.4)
    naive = Case(repeated.X, repeated.y, loss=loss).intervals(method=Method.SANDWICH)
    assert (standard_errors(found) > 1.7 * standard_errors(naive)).all()
    assert (found.cluster, found.clusters) == ("id", 400)


def test_rank_tests_do_not_allow_for_clusters():
    each = Case(*noisy(50), clusters=Clusters("id", np.arange(50), 50))
    with pytest.raises(SettingsError) as caught:
        each.intervals(method=Method.RANK)
    assert caught.value.fault.code == "rank-tests-with-clusters"
    assert caught.value.fault.remedy == 'use "sandwich" or "bootstrap"'
    assert each.intervals().method is Method.SANDWICH


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_few_clusters_are_a_caution(loss):
    X, y = noisy(200)
    few = Clusters("id", np.arange(200) % 12, 12)
    assert Caution.FEW_CLUSTERS in Case(X, y, loss=loss, clusters=few).intervals().cautions
    assert Caution.FEW_CLUSTERS not in Case(X, y, loss=loss).intervals().cautions


def test_where_half_of_the_rows_lie_on_the_fit_clusters_have_no_density():
    X, y = noisy(40)
    X[:24], y[:24] = 0.0, 0.0
    found = Case(X, y, clusters=Clusters("id", np.arange(40) // 2, 20)).intervals()
    assert (found.absent, found.cluster, found.clusters) == (Unavailable.NO_DENSITY, "id", 20)


def test_fewer_than_two_rows_for_each_coefficient_are_too_few():
    assert Case(*noisy(5)).intervals().absent is Unavailable.FEW_ROWS
    assert Case(*noisy(60)).intervals().absent is None


def test_a_fit_through_every_row_has_none():
    X = np.arange(20.0)[:, np.newaxis]
    assert Case(X, 3 * X[:, 0] + 1).intervals().absent is Unavailable.PERFECT


@pytest.mark.parametrize("method", [None, *Method])
def test_a_level_of_few_rows_has_none_and_the_others_have(method):
    X, y = noisy(120)
    codes = np.ones(120, dtype=np.int32)
    codes[::2], codes[7] = 0, 2
    found = Case(X, y, levels=(codes, 2)).intervals(method=method, replicates=40)
    without = np.arange(120) != 7
    alone = Case(X[without], y[without], levels=(codes[without], 1)).intervals(method=method, replicates=40)
    assert found.coefficients[-1] is Unavailable.RARE_LEVEL
    if method is Method.SANDWICH:
        assert [each.standard_error for each in found.coefficients[:-1]] == pytest.approx(
            [each.standard_error for each in alone.coefficients], rel=0.05
        )


def test_a_row_that_is_fitted_exactly_takes_the_error_of_its_own_coefficient_alone():
    X, y = noisy(80)
    X[7, 1] = 50.0
    own = np.arange(80) == 7
    alone = Case(X[~own], y[~own], loss="mse").intervals()
    found = Case(np.column_stack([X, own * 2.0]), y, loss="mse").intervals()
    assert found.coefficients[2] is Unavailable.LEVERAGE
    errors = [found.intercept.standard_error, *(each.standard_error for each in found.coefficients[:2])]
    assert errors == pytest.approx(standard_errors(alone), rel=1e-9)


def test_nothing_has_an_error_that_is_measured_from_a_row_fitted_exactly():
    X, y = noisy(80)
    others = (np.arange(80) != 7) * 1.0
    found = Case(np.column_stack([X, others]), y, loss="mse").intervals()
    assert found.intercept is None
    assert found.coefficients[2] is Unavailable.LEVERAGE
    assert found.coefficients[0].standard_error > 0


def test_a_column_that_was_left_out_has_none():
    X, y = noisy(80)
    found = Case(np.column_stack([X, X[:, 0] + X[:, 1]]), y).intervals(method=Method.SANDWICH)
    assert found.coefficients[2] is Unavailable.LEFT_OUT
    by_rank = [Case(matrix, y).intervals(method=Method.RANK) for matrix in (X, np.column_stack([X, X.sum(axis=1)]))]
    others = [[each.low, each.high] for each in (by_rank[1].intercept, *by_rank[1].coefficients[:2])]
    assert ends(by_rank[0]) == pytest.approx(np.array(others))
    alone = Case(X, y).intervals(method=Method.SANDWICH)
    assert standard_errors(alone)[1:] == pytest.approx([each.standard_error for each in found.coefficients[:2]])


def test_a_column_that_was_left_out_does_not_take_the_place_of_an_intercept_that_is_tested():
    X, y = noisy(80)
    found = [Case(each, y).intervals(method=Method.RANK) for each in (X, np.column_stack([X, 3 - X[:, 0]]))]
    assert [each.intercept.low for each in found] == pytest.approx([found[0].intercept.low] * 2)
    assert [each.intercept.high for each in found] == pytest.approx([found[0].intercept.high] * 2)


def test_few_rows_beyond_the_plane_are_a_caution():
    assert Caution.FEW_BEYOND in Case(*noisy(300), quantile=0.95).intervals().cautions
    assert Caution.FEW_BEYOND not in Case(*noisy(300)).intervals().cautions


def test_a_target_of_few_values_is_a_caution():
    X, y = noisy(600)
    assert Caution.TIES not in Case(X, y).intervals().cautions
    tied = Case(np.rint(X), np.rint(y))
    found = tied.intervals()
    assert Caution.TIES in found.cautions
    assert (found.method, found.robust) == (Method.RANK, False)
    assert np.isfinite(ends(found)).all()
    assert tied.intervals(method=Method.SANDWICH).absent is Unavailable.NO_DENSITY


def test_rank_tests_that_fail_are_the_reason_why_there_are_no_intervals(monkeypatch):
    monkeypatch.setattr(RankTests, "invert", lambda _, tested: [None] * len(tested))
    assert Case(*noisy(100)).intervals().absent is Unavailable.NO_RANK_TESTS


@pytest.mark.parametrize(
    ("settings", "code", "remedy"),
    [
        ({"level": 1.0}, "level-out-of-range", None),
        ({"level": 95}, "level-out-of-range", "give 0.95 for 95%"),
        ({"replicates": 1}, "replicates-out-of-range", None),
    ],
)
def test_settings_out_of_range_are_refused(settings, code, remedy):
    with pytest.raises(SettingsError) as caught:
        IntervalSettings(**settings)
    fault = caught.value.fault
    assert (fault.code, fault.place, fault.remedy) == (code, None, remedy)


def coverage(world, quantile, count, runs):
    """Share of the runs whose interval holds the true slope of x₁, for each of them."""
    held = 0
    for seed in range(runs):
        generator = np.random.default_rng([seed, count])
        X = np.column_stack([generator.exponential(size=count), generator.standard_normal(count)])
        error, slope = world(generator, X[:, 0], quantile)
        found = Case(X, 1 + X.sum(axis=1) + error, quantile=quantile).intervals()
        held += found.coefficients[0].low <= slope <= found.coefficients[0].high
    return held / runs


def normal(generator, x, _):
    return generator.standard_normal(len(x)), 1.0


def skewed(generator, x, _):
    return generator.exponential(size=len(x)), 1.0


def unequal(generator, x, quantile):
    return generator.standard_normal(len(x)) * (0.5 + x), 1 + NormalDist().inv_cdf(quantile)


def test_intervals_hold_the_true_slope_as_often_as_they_say():
    worlds = [(world, quantile) for world in (normal, skewed, unequal) for quantile in (0.5, 0.9)]
    held = [coverage(*world, count, runs) for world in worlds for count, runs in ((60, 6), (300, 4))]
    assert min(held) >= 0.5
    assert 0.9 <= np.mean(held) <= 0.99


# ---------------------------------------------------------------- limits


def test_rank_tests_are_the_choice_as_long_as_they_are_quick():
    assert Case(*noisy(20_000)).intervals().method is Method.RANK
    assert Case(*noisy(50_000)).intervals().method is Method.SANDWICH


@pytest.mark.parametrize(("columns", "is_sure"), [(20, True), (20, False), (100, False)])
def test_rank_tests_of_more_coefficients_are_the_choice_where_standard_errors_mislead(columns, is_sure):
    generator = np.random.default_rng(2)
    X = generator.standard_normal((1_000, columns))
    y = X.sum(axis=1) + generator.standard_normal(1_000)
    case = Case(X, y if is_sure else np.round(y / 4) * 4)
    expected = Method.RANK if columns == 20 and not is_sure else Method.SANDWICH
    assert case.intervals().method is expected


def test_refits_that_are_not_proved_are_counted(monkeypatch):
    case = Case(*noisy(200))
    assert case.intervals(method=Method.BOOTSTRAP, replicates=60).unproved == 0

    def doubtful(fitted, members):
        solutions = family.solve_beside(fitted.rows, fitted.fit, members, Auto())
        limit = replace(solutions[0].certificate, status=Status.LIMIT, relative_gap=1e-3)
        near = replace(solutions[1].certificate, status=Status.LIMIT, relative_gap=1e-8)
        return [replace(solutions[0], certificate=limit), replace(solutions[1], certificate=near), *solutions[2:]]

    monkeypatch.setattr(Estimated, "solve_beside", doubtful)
    found = case.intervals(method=Method.BOOTSTRAP, replicates=60)
    assert (found.unproved, found.cautions) == (1, (Caution.UNPROVED,))


def test_lines_that_cross_in_more_than_a_twentieth_of_the_rows_are_a_caution():
    found = [Case(*noisy(count, 8)).intervals(method=Method.SANDWICH).cautions for count in (30, 40)]
    assert [Caution.CROSSING in each for each in found] == [True, False]


def test_thirty_clusters_are_no_caution():
    X, y = noisy(300)
    found = [Case(X, y, clusters=Clusters("id", np.arange(300) % count, count)).intervals() for count in (29, 30)]
    assert [Caution.FEW_CLUSTERS in each.cautions for each in found] == [True, False]


def test_a_level_of_five_rows_has_an_interval():
    X, y = noisy(120)
    for count in (4, 5):
        codes = (np.arange(120) < count).astype(np.int32)
        found = Case(X, y, levels=(codes, 1)).intervals(method=Method.SANDWICH)
        assert (found.coefficients[2] is Unavailable.RARE_LEVEL) == (count == 4)


# ---------------------------------------------------------------- formulas


@pytest.mark.parametrize(("clusters", "degrees"), [(None, 17), (Clusters("id", np.arange(20) % 7, 7), 6)])
def test_standard_errors_are_taken_by_t_times(clusters, degrees):
    found = Case(*noisy(20), loss="mse", clusters=clusters).intervals(level=0.9)
    for each in found.coefficients:
        assert (each.high - each.low) / 2 == pytest.approx(student_quantile(0.95, degrees) * each.standard_error)


def test_errors_by_bootstrap_are_the_standard_deviations_of_refits_each_with_draws_of_its_own():
    each = Case(*noisy(60))
    estimated = Estimated(each.rows, each.prepared, each.fit)
    first, other = (replicated(estimated, IntervalSettings(replicates=3, seed=seed)).values for seed in (7, 8))
    found = each.intervals(method=Method.BOOTSTRAP, replicates=3, seed=7)
    assert standard_errors(found) == pytest.approx(first.std(axis=0, ddof=1), rel=1e-12)
    assert not {tuple(row) for row in first} & {tuple(row) for row in other}


def test_an_end_that_is_the_coefficient_itself_is_so_to_the_last_digit():
    generator = np.random.default_rng(1)
    x, k = generator.exponential(size=300), generator.choice(3, 300)
    y = np.round(1 + x + generator.standard_normal(300) * (0.5 + x))
    case = Case(np.column_stack([x, k == 0, k == 2]).astype(float), y, 0.1)
    found = ends(case.intervals(method=Method.RANK))
    values = np.array([case.fit.solution.intercept, *case.fit.solution.coefficients])
    apart = np.abs(found - values[:, np.newaxis])
    assert (apart == 0).any()
    assert not ((apart > 0) & (apart < 1e-9)).any()


def test_most_replicates_of_targets_that_a_plane_nearly_fits_are_proved_beside_it(monkeypatch):
    """Many rows are on the plane, and what rounding to cents leaves of the others is a share of 1e-5."""
    random = np.random.default_rng(1)
    X = (random.random((20_000, 6)) < 0.3).astype(float)
    found = fit(X, np.round(X @ random.normal(size=6) * 100 + 500, 2))
    alone, original = [], family.solve

    def counted(*arguments, **options):
        alone.append(arguments)
        return original(*arguments, **options)

    monkeypatch.setattr(family, "solve", counted)
    # A constant cannot be better than an optimal vertex.
    monkeypatch.setattr("mae_cli.solvers.solve.bound_anywhere", None)
    assert found.bootstrap(20).shape == (20, 7)
    assert len(alone) < 10

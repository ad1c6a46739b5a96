"""Standard units: exact scales, sound centres, and the way back."""

import numpy as np
import pytest
from support.regressions import Regression

from mae_cli.rows.blocks import whole
from mae_cli.solvers.prepare.standardise import standardisation


@pytest.fixture
def regression(random) -> Regression:
    X = random.standard_normal((2000, 3)) * [1e-6, 1.0, 1e6] + [5.0, 1e9, 0.0]
    return Regression(X, random.standard_cauchy(2000) * 1e4 + 1e7, random.uniform(0.1, 7, 2000))


def test_columns_far_from_zero_are_centred_and_all_are_at_most_one(regression):
    standard = standardisation(regression.rows, intercept=True)
    block = standard(whole(regression.rows))
    ones, columns = block.design.numeric[:, 0], block.design.numeric[:, 1:]
    assert (ones == 1).all()
    assert 0.5 <= np.abs(columns).max(axis=0).min() <= np.abs(columns).max() <= 1
    assert (standard.shift != 0).tolist() == [True, True, False]
    assert np.abs(np.median(columns, axis=0)).max() < 0.05
    assert np.abs(block.target).max() <= 1


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("columns", [[0, 1, 2], [2]])
def test_products_of_rows_as_read_are_those_of_standard_rows(intercept, columns, regression, random):
    rows = Regression(regression.X[:, columns], regression.y).rows
    standard = standardisation(rows, intercept=intercept)
    block = whole(rows)
    point, signs = random.standard_normal(len(columns) + intercept), random.choice([-1.0, 1.0], 2000)
    shifted, dense = standard.shifted(block), standard(block)
    assert standard.residual(shifted, point) == pytest.approx(dense.residual(point), abs=1e-14)
    assert standard.pull(shifted, signs) == pytest.approx(dense.design.transpose_product(signs), abs=1e-11)
    # Nothing is copied where nothing is shifted.
    assert (shifted is block) == (not standard.shift.any())


def test_scales_are_powers_of_two(regression):
    standard = standardisation(regression.rows, intercept=True)
    scales = np.array([*standard.scale, standard.target_scale])
    assert (np.frexp(scales)[0] == 0.5).all()


@pytest.mark.parametrize("intercept", [True, False])
def test_predictions_agree_in_both_units(intercept, regression, random):
    standard = standardisation(regression.rows, intercept=intercept)
    block = whole(regression.rows)
    point = random.standard_normal(3 + intercept)
    in_user_units = standard.to_user(point).predict(block.design)
    in_standard_units = standard(block).design.product(point) * standard.target_scale + standard.target_shift
    assert in_user_units == pytest.approx(in_standard_units, rel=1e-6)


def test_without_an_intercept_nothing_is_shifted(regression):
    standard = standardisation(regression.rows, intercept=False)
    assert standard.shift.tolist() == [0.0, 0.0, 0.0]
    assert standard.target_shift == 0.0
    assert standard(whole(regression.rows)).design.shape == (2000, 3)


def test_a_constant_column_becomes_zeros_even_when_its_mean_rounds():
    regression = Regression(np.full((10, 1), 0.1), np.arange(10.0))
    block = standardisation(regression.rows, intercept=True)(whole(regression.rows))
    assert (block.design.numeric[:, 1] == 0).all()


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("count", [1, 3])
def test_several_points_at_once_are_seen_as_each_of_them(count, intercept, regression, random):
    standard = standardisation(regression.rows, intercept=intercept)
    shifted = standard.shifted(whole(regression.rows))
    points, values = random.standard_normal((count, 3 + intercept)), random.standard_normal((count, 2_000))
    for of_all, of_one, given in (
        (standard.residual(shifted, points), standard.residual, points),
        (standard.product(shifted, points), standard.product, points),
        (standard.pull(shifted, values), standard.pull, values),
    ):
        assert of_all == pytest.approx(np.stack([of_one(shifted, each) for each in given]), abs=1e-11)

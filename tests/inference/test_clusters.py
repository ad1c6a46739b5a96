"""Covariances that allow for clusters: those of the formulas written out, wherever blocks end."""

import numpy as np
import pytest
from support.inference import Case, standard_errors

from mae_cli.inference.clusters import Clusters, Residuals, joint_meat, quantile_sandwich, squared_covariance
from mae_cli.inference.density import equal_density, hall_sheather
from mae_cli.inference.distributions import normal_quantile
from mae_cli.inference.sandwich import bread
from mae_cli.inference.values import Method
from mae_cli.rows.blocks import MemoryRows


def hospitals(loss, *, are_opposites=False):
    """300 rows with weights, of 23 clusters whose targets share a part, or of pairs that lie on different sides."""
    generator = np.random.default_rng(17)
    codes, groups = generator.permutation(np.arange(300) % 23), 23
    X = generator.exponential(size=(300, 2))
    error = generator.standard_normal(23)[codes] + generator.exponential(size=300)
    if are_opposites:
        codes[np.argsort(error)], groups = np.minimum(np.arange(300), np.arange(300)[::-1]), 150
    y = 1 + X.sum(axis=1) + error
    omega = generator.integers(1, 4, 300).astype(float)
    return Case(X, y, 0.3 if loss == "mae" else 0.5, loss, omega, clusters=Clusters("id", codes, groups))


def seen(case):
    """The rows of a case in several blocks, their residuals, and what the formulas are made of: Z, r, ω."""
    (block,) = case.rows.blocks
    basis = np.zeros(0, dtype=int) if case.loss == "mse" else np.sort(case.fit.proof.vertex.basis.positions)
    r = (case.y - case.fit.solution.point.predict(block.design)) / case.fit.problem.standard.target_scale
    r[basis] = 0.0
    rows = MemoryRows.of(block.design, block.target, block.weights, block_rows=70)
    return rows, Residuals(case.coordinates, case.point, basis), case.coordinates.matrix(block), r, case.weights


def meat(scores, case):
    sums = [scores[case.clusters.codes == code].sum(axis=0) for code in range(case.clusters.count)]
    return np.transpose(sums) @ sums


@pytest.mark.parametrize("are_opposites", [False, True])
def test_the_covariance_of_a_quantile_is_that_of_the_formula(are_opposites):
    case = hospitals("mae", are_opposites=are_opposites)
    rows, residuals, Z, r, weights = seen(case)
    scores = Z * (weights * (case.quantile - (r <= 0)))[:, np.newaxis]
    effect = max(1.0, np.trace(meat(scores, case)) / (scores**2).sum())
    h = hall_sheather(case.quantile, weights.sum() / effect)
    often = np.repeat(r, weights.astype(int))
    spread = np.median(np.abs(often - np.median(often)))
    width = spread * (normal_quantile(case.quantile + h) - normal_quantile(case.quantile - h))
    inverse = np.linalg.inv((Z.T * (weights * (np.abs(r) < width))) @ Z / (2 * width))
    found = quantile_sandwich(rows, residuals, case.clusters, case.quantile, weights.sum()).covariance
    assert found == pytest.approx(inverse @ meat(scores, case) @ inverse, rel=1e-9)
    errors = standard_errors(case.intervals(method=Method.SANDWICH))
    assert errors == pytest.approx(np.sqrt(case.coordinates.variances(found)), rel=1e-9)


def test_the_covariance_of_least_squares_is_that_of_the_formula():
    case = hospitals("mse")
    rows, residuals, Z, r, weights = seen(case)
    inverse = np.linalg.inv((Z.T * weights) @ Z)
    expected = inverse @ meat(Z * (weights * r)[:, np.newaxis], case) @ inverse
    expected *= 23 / 22 * (weights.sum() - 1) / (weights.sum() - 3)
    sums = bread(rows, case.coordinates, equal_density)
    assert squared_covariance(rows, residuals, case.clusters, sums) == pytest.approx(expected, rel=1e-9)


def test_rows_of_a_cluster_have_the_draw_of_the_cluster_wherever_their_block_begins():
    clusters = Clusters("id", np.array([0, 1, 0, 2, 1]), 3)
    factors = clusters.factors(lambda numbers: 10.0 + numbers)
    assert factors(np.array([4, 2, 3])).tolist() == [11.0, 10.0, 12.0]


def test_a_row_that_the_fit_goes_through_lies_below_it_whatever_rounding_says():
    case = hospitals("mse")
    through = Residuals(case.coordinates, case.point, np.array([10, 75]))
    blocks = seen(case)[0].blocks
    assert np.flatnonzero(np.concatenate([through(block) for block in blocks]) == 0).tolist() == [10, 75]
    assert [through.slopes(block, 0.25)[row] for block, row in ((blocks[0], 10), (blocks[1], 5))] == [-0.75, -0.75]


def test_the_sums_of_few_clusters_at_once_are_those_of_all(monkeypatch):
    case = hospitals("mae")
    rows, residuals, Z, r, weights = seen(case)
    scores = np.hstack([Z * (weights * (quantile - (r <= 0)))[:, np.newaxis] for quantile in (0.3, 0.6)])
    for most in (2**24, 36):
        monkeypatch.setattr("mae_cli.inference.clusters._MOST_SUMS", most)
        found = joint_meat(rows, [residuals, residuals], case.clusters, (0.3, 0.6))
        assert found == pytest.approx(meat(scores, case), rel=1e-12, abs=1e-9)

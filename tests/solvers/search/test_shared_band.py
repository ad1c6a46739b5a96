"""Problems over one band that differ by their weights: each has the optimum that it has alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bands import a_band, best_vertex, objective

from mae_cli.solvers.prepare.dense_rows import DenseRows
from mae_cli.solvers.prepare.ties import chance
from mae_cli.solvers.search.exchange import Outcome
from mae_cli.solvers.search.shared_band import SharedBand, minimise_together


def a_band_of(matrix, weights, residual, linear, jitter) -> SharedBand:
    return SharedBand(DenseRows.of(matrix), weights, residual, linear, jitter, np.zeros(linear.shape))


def minimised(shared: SharedBand):
    (optima,) = minimise_together([shared])
    return optima


def a_shared_band(random, problems=4, rows=12, columns=3, *, linear=0.5, share=1.0) -> SharedBand:
    """Weights of which this share are above 0; a linear term inside the rows' reach keeps the problems bounded."""
    matrix = random.standard_normal((rows, columns))
    weights = random.uniform(0.2, 2.0, (problems, rows)) * (random.random((problems, rows)) < share)
    pulls = weights * random.uniform(-1, 1, (problems, rows))
    jitter = 1e-12 * chance(np.arange(rows))
    return a_band_of(matrix, weights, random.standard_cauchy(rows), linear * pulls @ matrix, jitter)


def alone(shared: SharedBand, number: int):
    """The band of one of the problems."""
    return a_band(shared.rows.matrix, shared.residual, shared.linear[number], shared.weights[number])


def only(shared: SharedBand, numbers) -> SharedBand:
    return a_band_of(
        shared.rows.matrix, shared.weights[numbers], shared.residual, shared.linear[numbers], shared.jitter
    )


def test_every_problem_ends_at_the_best_of_all_vertices(random):
    for columns in (1, 2, 3):
        for linear in (0.0, 0.7):
            shared = a_shared_band(random, columns=columns, linear=linear)
            for number, found in enumerate(minimised(shared)):
                band = alone(shared, number)
                assert found.outcome is Outcome.OPTIMAL
                assert objective(band, found.step) == pytest.approx(best_vertex(band), rel=1e-9, abs=1e-9)


def test_the_step_leads_to_the_vertex_of_the_basis(random):
    shared = a_shared_band(random, rows=500, columns=5, share=0.8)
    for number, found in enumerate(minimised(shared)):
        assert len(found.basis) == 5
        at_end = shared.residual + shared.jitter - shared.rows.matrix @ found.step
        assert at_end[found.basis] == pytest.approx(np.zeros(5), abs=1e-9)
        assert (shared.weights[number, found.basis] > 0).all()


def test_no_edge_goes_down_from_where_a_large_problem_ends(random):
    shared = a_shared_band(random, problems=6, rows=2_000, columns=4, share=0.7)
    for number, found in enumerate(minimised(shared)):
        band = alone(shared, number)
        assert found.outcome is Outcome.OPTIMAL
        edges = np.linalg.inv(shared.rows.matrix[found.basis])
        least = objective(band, found.step)
        for edge in (*edges.T, *-edges.T):
            assert objective(band, found.step + 1e-6 * edge / np.abs(edge).max()) >= least - 1e-9 * abs(least)


SHARED = a_shared_band(np.random.default_rng(3), problems=8, rows=300, columns=3, share=0.8)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 7), min_size=1, max_size=10))
def test_a_problem_ends_at_the_same_vertex_whoever_else_is_there(numbers):
    for number, found in zip(numbers, minimised(only(SHARED, numbers)), strict=True):
        (expected,) = minimised(only(SHARED, [number]))
        assert sorted(found.basis.tolist()) == sorted(expected.basis.tolist())


def test_rows_of_weight_zero_are_as_rows_that_are_not_there(random):
    shared = a_shared_band(random, problems=1, rows=400)
    weights = shared.weights.copy()
    weights[0, 100:] = 0.0
    linear = 0.3 * (weights * np.sign(shared.residual)) @ shared.rows.matrix
    found = minimised(a_band_of(shared.rows.matrix, weights, shared.residual, linear, shared.jitter))[0]
    rows = shared.rows.matrix[:100]
    expected = minimised(a_band_of(rows, weights[:, :100], shared.residual[:100], linear, shared.jitter[:100]))[0]
    assert sorted(found.basis.tolist()) == sorted(expected.basis.tolist())
    assert found.step == pytest.approx(expected.step, rel=1e-9, abs=1e-12)


def test_rows_all_in_one_direction_near_the_start_take_no_newton_step(random):
    # The nearest quarter of the rows says nothing of the second column: its curvature is singular.
    matrix = random.standard_normal((40, 2))
    residual = random.standard_cauchy(40)
    matrix[np.argsort(np.abs(residual))[:20], 1] = 0.0
    weights = random.uniform(0.5, 2.0, (3, 40))
    shared = a_band_of(matrix, weights, residual, np.zeros((3, 2)), 1e-12 * chance(np.arange(40)))
    for number, found in enumerate(minimised(shared)):
        band = alone(shared, number)
        assert objective(band, found.step) == pytest.approx(best_vertex(band), rel=1e-9)


def test_a_problem_that_a_band_does_not_bound_ends_no_other_one(random):
    shared = a_shared_band(random, problems=3, rows=20)
    shared.linear[1] = 1e6
    found = minimised(shared)
    assert found[0].outcome is found[2].outcome is Outcome.OPTIMAL
    assert found[1].outcome is not Outcome.OPTIMAL
    for number in (0, 2):
        assert objective(alone(shared, number), found[number].step) == pytest.approx(
            best_vertex(alone(shared, number)), rel=1e-9, abs=1e-9
        )


def test_ties_are_broken_and_the_optimum_is_that_of_the_ties(random):
    matrix = random.integers(-2, 3, (14, 2)).astype(float)
    matrix[:2] = np.eye(2)
    matrix[np.abs(matrix).sum(axis=1) == 0] = 1.0
    residual = random.integers(-2, 3, 14).astype(float)
    weights = random.integers(1, 4, (4, 14)).astype(float)
    shared = a_band_of(matrix, weights, residual, np.zeros((4, 2)), 1e-12 * chance(np.arange(14)))
    for number, found in enumerate(minimised(shared)):
        band = alone(shared, number)
        assert found.outcome is Outcome.OPTIMAL
        assert objective(band, found.step) == pytest.approx(best_vertex(band), rel=1e-9)


def test_rows_of_weight_zero_do_not_unbind_a_problem_of_few_rows():
    matrix, residual = np.ones((6, 1)), np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    weights = np.array([[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]])
    jitter = 1e-12 * chance(np.arange(6))
    (found,) = minimised(a_band_of(matrix, weights, residual, np.zeros((1, 1)), jitter))
    assert found.outcome is Outcome.OPTIMAL
    assert found.step == pytest.approx([5.0])

"""Whether an optimum is the only one: flat edges, ties that resist, and what is left open."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.exact import least_absolute
from support.standard import a_basis, a_problem
from support.vertices import oracle_loss, table_of

from mae_cli.solvers.prepare.precision import DoubleDouble
from mae_cli.solvers.proof.exact_exchange import settle
from mae_cli.solvers.proof.uniqueness import is_unique
from mae_cli.solvers.proof.vertex_proof import Vertex


def constant(target, weights=None, quantile=0.5):
    """A model of an intercept alone."""
    weights = None if weights is None else np.array(weights, float)
    return a_problem(np.zeros((len(target), 1)), target, weights, quantile=quantile)


def uniqueness(problem, order=None):
    order = np.arange(problem.rows.shape[0]) if order is None else order
    return is_unique(settle(problem, a_basis(problem, order), 0.0).proof)


@pytest.mark.parametrize(
    ("target", "weights", "unique"),
    [
        ([1.0, 2.0, 3.0], None, True),
        # Both of the middle are optimal, and what is between them.
        ([1.0, 2.0, 3.0, 4.0], None, False),
        ([1.0, 2.0], None, False),
        # A tied row resists: the edge from 2 leads away from another 2.
        ([1.0, 2.0, 2.0, 4.0], None, True),
        ([2.0, 2.0, 2.0, 2.0], None, True),
        ([1.0, 2.0, 2.0, 2.0, 3.0, 4.0], None, True),
        # Weights balance exactly, or not quite.
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], False),
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.5], True),
    ],
)
def test_a_median(target, weights, unique):
    problem = constant(target, weights)
    assert uniqueness(problem) is unique
    assert uniqueness(problem, np.arange(len(target))[::-1]) is unique


@pytest.mark.parametrize(
    ("quantile", "unique"), [(0.25, False), (0.3, True), (0.75, False), (0.2, True), (1e-6, True), (0.999, True)]
)
def test_a_quantile_of_four(quantile, unique):
    assert uniqueness(constant([1.0, 2.0, 3.0, 5.0], quantile=quantile)) is unique


def test_a_quantile_that_is_a_decimal_leaves_open_what_its_float_decides():
    """The 0.1-quantile of ten numbers is anything from the first to the second; the float 0.1 is a little more."""
    assert uniqueness(constant(np.arange(10.0), quantile=0.1)) is None


@pytest.mark.parametrize(("off", "unique"), [(2.0**-56, None), (2.0**-57, None), (2.0**-30, True), (0.0, False)])
def test_a_multiplier_next_to_a_side_of_its_box_is_not_called_flat(off, unique):
    """μ = ½ − off/2 in its box [−½, ½]: the loss rises by that along the edge, which is far below a float's digits."""
    problem = constant([1.0, 2.0, 3.0], [1.0, 1.0, 2.0])
    proof = Vertex.of(problem, np.array([2]), is_thorough=False).prove()
    assert abs(proof.multipliers[0]) == 0.5
    low = np.copysign(off / 4, -proof.multipliers[0])
    nearly = type(proof)(
        proof.vertex, proof.sums, DoubleDouble(proof.multipliers, np.array([low])), proof.errors, proof.numbers
    )
    assert nearly.doubts.max() < 1e-20
    assert is_unique(nearly) is unique


def test_a_weight_that_tips_the_balance_by_the_last_digit_makes_an_optimum_that_is_not_called_flat():
    """Weights 1 and 2⁻⁵⁷ against 1: the multiplier is 4e-18 inside of its box."""
    assert uniqueness(constant([1.0, 2.0, 3.0], [1.0, 2.0**-57, 1.0])) is not False
    problem = a_problem(np.zeros((4, 1)), [1.0, 2.0, 3.0, 4.0], np.array([1.0, 1.0, 1.0 + 2.0**-52, 1.0]))
    assert uniqueness(problem) is not False


def test_two_edges_of_which_one_is_flat():
    # Each group's line may pass anywhere between its two points.
    problem = a_problem(np.array([[0.0], [0.0], [1.0], [1.0]]), [0.0, 1.0, 5.0, 7.0])
    assert uniqueness(problem) is False
    # One group of three has its own median; the other may move.
    problem = a_problem(np.array([[0.0], [0.0], [1.0], [1.0], [1.0]]), [0.0, 1.0, 5.0, 6.0, 7.0])
    assert uniqueness(problem) is False
    problem = a_problem(np.array([[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]]), [0.0, 1.0, 2.0, 5.0, 6.0, 7.0])
    assert uniqueness(problem) is True


@pytest.mark.parametrize("seed", range(10))
def test_ties_that_do_not_move_along_a_flat_edge_do_not_resist(seed):
    """Rows of one kind may have any value between two targets; those of the other kind are tied, and stay so."""
    kinds = np.random.default_rng(seed).standard_normal((2, 2))
    problem = a_problem(np.repeat(kinds, [2, 4], axis=0), [0.3, 1.7, 0.9, 0.9, 0.9, 0.9], intercept=False)
    assert uniqueness(problem) is False


def test_a_tied_row_that_hardly_moves_along_an_edge_resists():
    """Its rate along the edge (1, 1) is 2⁻²⁰ of the numbers that it is the sum of."""
    X = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, -1.0], [1.0, -1.0 + 2.0**-20]])
    problem = a_problem(X, [0.0, 1.0, 2.0, 2.0 - 2.0**-19], intercept=False)
    proof = Vertex.of(problem, np.array([0, 2]), is_thorough=False).prove()
    assert proof.sums.tied.rows.tolist() == [3]
    assert is_unique(settle(problem, np.array([0, 2]), 0.0).proof) is True


def test_combinations_of_edges_are_left_open():
    """Both edges are blocked by tied rows, but a combination of them may not be."""
    found = set()
    for seed in range(20):
        random = np.random.default_rng(seed)
        X = random.integers(-1, 2, (8, 2)) * 1.0
        if np.linalg.matrix_rank(X) < 2:
            continue
        problem = a_problem(X, np.zeros(8) + (np.arange(8) == 7) * 3.0, intercept=False)
        found.add(uniqueness(problem))
    assert None in found


@settings(max_examples=70)
@given(st.integers(0, 2**32), st.sampled_from([0.5, 0.25, 0.75]))
def test_what_is_said_is_true(seed, quantile):
    random = np.random.default_rng(seed)
    rows = int(random.integers(5, 16))
    X, y = random.integers(-1, 2, (rows, 2)), random.integers(-2, 3, rows)
    weights = random.integers(1, 3, rows) * 1.0 if random.integers(0, 2) else None
    problem = a_problem(X, y, weights, quantile=quantile)
    said = uniqueness(problem, random.permutation(rows))
    if said is not None:
        assert said == (least_absolute(table_of(problem), oracle_loss(problem)).changes is None)

"""Screening: narrow problems with all signs checked end where all rows do, whether one or many are solved at once."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from support.bands import a_band, a_bounded_band, best_vertex, objective

from mae_cli.solvers.prepare.band import Band
from mae_cli.solvers.search.descent import descend
from mae_cli.solvers.search.exchange import Optimum, Outcome, search
from mae_cli.solvers.search.screening import Bands, finish, minimise, screen


@pytest.fixture
def searched(monkeypatch):
    """The shapes of the bands that are searched."""
    shapes = []

    def told(band, most):
        shapes.append(band.shape)
        return search(band, most)

    monkeypatch.setattr("mae_cli.solvers.search.screening.search", told)
    return shapes


def minimise_one(band: Band) -> Optimum:
    (found,) = minimise([band])
    return found


def assert_same_bits(found: Optimum, expected: Optimum) -> None:
    assert found.outcome is expected.outcome
    assert found.basis.tolist() == expected.basis.tolist()
    assert found.step.tobytes() == expected.step.tobytes()
    assert (found.iterations, found.losses) == (expected.iterations, expected.losses)


def endless(random, rows=5000, columns=2) -> Band:
    return a_band(random.standard_normal((rows, columns)), random.standard_normal(rows), np.full(columns, 1e5))


def tied(random, rows, columns) -> Band:
    matrix = random.integers(-1, 2, (rows, columns)).astype(float)
    matrix[:columns] = np.eye(columns)
    return a_band(matrix, random.integers(-2, 3, rows).astype(float))


def test_an_unbounded_band_is_given_up_without_a_search(random, searched):
    found = minimise_one(endless(random))
    assert (found.outcome, searched) == (Outcome.UNBOUNDED, [])


def test_an_unbounded_band_ends_no_other_one(random, searched):
    bounded = a_bounded_band(random, 5000, 2)
    found = minimise([endless(random), bounded, endless(random)])
    assert [each.outcome for each in found] == [Outcome.UNBOUNDED, Outcome.OPTIMAL, Outcome.UNBOUNDED]
    assert searched
    assert_same_bits(found[1], minimise_one(bounded))


@pytest.mark.parametrize("share", [0.6, 0.9])
def test_tied_rows_are_narrowed_like_any_others(share, random, searched):
    """Many rows at zero, all others above: the vertex is among the former, and is found with few rows at a time."""
    matrix = np.column_stack([np.ones(20_000), random.standard_normal((20_000, 2))])
    residual = np.where(random.uniform(size=20_000) < share, 0.0, random.standard_exponential(20_000))
    found = minimise_one(a_band(matrix, residual))
    assert found.outcome is Outcome.OPTIMAL
    assert found.step == pytest.approx(np.zeros(3), abs=1e-9)
    assert max(rows for rows, _ in searched) < 1000


@pytest.mark.parametrize("weighted", [False, True])
def test_screening_puts_back_every_row_whose_sign_was_taken_wrongly(weighted, random):
    matrix = random.standard_normal((400, 4))
    residual = matrix @ [2.0, -1.0, 0.0, 1.0] + random.standard_normal(400)
    start = a_band(matrix, residual, weights=random.uniform(0.2, 3.0, 400) if weighted else None)
    # Screened from the start, without a descent, most of the signs outside of the band are wrong at first.
    rounds, told = [], []

    def solve(bands, outer):
        rounds.append(bands[0].shape[0])
        assert outer == [400]
        return minimise(bands)

    (found,) = screen(Bands([start]), [20], solve, lambda _, objective: told.append(objective))
    assert found.outcome is Outcome.OPTIMAL
    assert len(rounds) > 1
    assert rounds == sorted(rounds)
    assert objective(start, found.step) == pytest.approx(objective(start, minimise_one(start).step), rel=1e-12)
    assert list(found.losses) == told
    assert len(told) > 2
    assert found.losses[0] == pytest.approx(objective(start, np.zeros(4)))
    assert found.losses[-1] == pytest.approx(objective(start, found.step))
    assert residual[found.basis] == pytest.approx(matrix[found.basis] @ found.step)


def too_narrow(random) -> Band:
    """The rows nearest to zero, however many of the first half, say nothing of the second column."""
    matrix = np.vstack([np.tile([1.0, 0.0], (200, 1)), np.tile([0.0, 1.0], (200, 1))])
    return a_band(matrix, np.concatenate([random.uniform(-1, 1, 200), 5 + random.uniform(-1, 1, 200)]))


def test_a_band_that_is_too_narrow_to_be_bounded_is_widened(random):
    problem = too_narrow(random)
    (found,) = screen(Bands([problem]), [10], minimise)
    assert found.outcome is Outcome.OPTIMAL
    medians = [np.median(problem.residual[:200]), np.median(problem.residual[200:])]
    assert found.step == pytest.approx(medians, abs=0.05)


def test_a_problem_that_no_rows_bound_is_given_up_with_all_of_them(random):
    problem = endless(random, rows=300)
    counts = []

    def solve(bands, _):
        counts.append(bands[0].shape[0])
        return minimise(bands)

    (found,) = screen(Bands([problem]), [10], solve)
    assert found.outcome is Outcome.UNBOUNDED
    assert counts == [10, 40, 160, 300]


def test_problems_screened_together_end_with_the_bits_of_each_alone(random):
    """Some are widened, some get rows back in several rounds, some end at once, one has no end."""
    matrix = random.standard_normal((400, 4))
    wrong = a_band(matrix, matrix @ [2.0, -1.0, 0.0, 1.0] + random.standard_normal(400))
    bands = [
        wrong,
        too_narrow(random),
        a_bounded_band(random, 30, 3),
        endless(random, 200),
        a_bounded_band(random, 900, 6),
    ]
    counts, sizes = [20, 10, 30, 50, 60], []

    def solve(some, outer):
        sizes.append(len(some))
        assert len(outer) == len(some)
        return minimise(some)

    together = screen(Bands(bands), counts, solve)
    assert sizes[0] == 5
    assert sizes == sorted(sizes, reverse=True)
    for found, band, count in zip(together, bands, counts, strict=True):
        assert_same_bits(found, screen(Bands([band]), [count], minimise)[0])


def test_bands_minimised_together_end_with_the_bits_of_each_alone(random):
    bands = [a_bounded_band(random, rows, columns, linear_size=0.2) for rows in (5, 60, 3000) for columns in (1, 3, 5)]
    bands += [a_bounded_band(random, 3000, 5, weights=random.uniform(0.2, 3, 3000), linear_size=0.2) for _ in range(3)]
    bands += [tied(random, rows, 4) for rows in (30, 2000)]
    bands += [endless(random), a_band(np.ones((6, 2)), random.standard_normal(6)), a_band(np.zeros((5, 0)), np.ones(5))]
    order = random.permutation(len(bands))
    for found, place in zip(minimise([bands[place] for place in order]), order, strict=True):
        assert_same_bits(found, minimise_one(bands[place]))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", [a_bounded_band, tied])
def test_what_is_minimised_is_the_best_vertex_of_the_true_residuals(kind, seed):
    band = kind(np.random.default_rng(seed), 12, 3)
    found = minimise_one(band)
    assert found.outcome is Outcome.OPTIMAL
    assert objective(band, found.step) == pytest.approx(best_vertex(band), rel=1e-12)
    # The vertex is that of the residuals before ties were broken.
    assert band.rows.matrix[found.basis] @ found.step == pytest.approx(band.residual[found.basis], rel=1e-14, abs=1e-14)


def test_losses_and_iterations_count_from_the_start_of_the_descent(random):
    band = a_bounded_band(random, 3000, 5, linear_size=0.2)
    descent = descend(band, 12)
    (found,) = finish([descent])
    assert found.losses[: len(descent.losses)] == descent.losses
    assert found.losses[-1] == pytest.approx(objective(band, found.step), rel=1e-9)
    assert found.iterations > len(descent.losses) - 1
    assert_same_bits(found, minimise_one(band))


class ProvedBands(Bands):
    """Bands whose vertices need no check when they are told so."""

    def __init__(self, bands, proofs):
        super().__init__(bands)
        object.__setattr__(self, "proofs", proofs)
        object.__setattr__(self, "asked", [])
        object.__setattr__(self, "looked", [])

    def proved(self, numbers, bases):
        self.asked.append([(number, basis.tolist()) for number, basis in zip(numbers, bases, strict=True)])
        return [1.0 if self.proofs[number] else None for number in numbers]

    def checked(self, numbers, rounds):
        self.looked.append(list(numbers))
        return super().checked(numbers, rounds)


def test_only_what_is_not_proved_is_checked(random):
    bands = [a_bounded_band(random, 400, 4, linear_size=0.1) for _ in range(4)]
    problems = ProvedBands(bands, [False, True, False, True])
    found = screen(problems, [100] * 4, minimise)
    assert problems.looked[0] == [0, 2]
    assert not {1, 3} & set(chain(*problems.looked))
    first = problems.asked[0]
    assert [number for number, _ in first] == [0, 1, 2, 3]
    # Rows are named by their places in the whole problem, as in the end.
    assert first[1][1] == found[1].basis.tolist()
    for each, band in zip(found, bands, strict=True):
        assert each.outcome is Outcome.OPTIMAL
        assert band.residual[each.basis] == pytest.approx(band.rows.matrix[each.basis] @ each.step)


def test_the_objective_of_every_problem_is_told_at_the_start_and_after_each_of_its_rounds(random):
    told: dict[int, list[float]] = {0: [], 1: [], 2: []}
    bands = [a_bounded_band(random, 400, 4, linear_size=0.1) for _ in range(3)]
    found = screen(Bands(bands), [100] * 3, minimise, lambda number, objective: told[number].append(objective))
    assert list(told.values()) == [list(each.losses) for each in found]


def test_nothing_is_screened_without_problems():
    assert minimise([]) == []
    assert finish([]) == []


def test_ties_are_broken_the_same_way_from_wherever_a_band_is_seen(random):
    band = tied(random, 300, 4)
    step = np.array([1.0, 0.0, -1.0, 2.0])
    seen = replace(band, residual=band.residual - band.rows.matrix @ step)
    here, there = minimise([band, seen])
    assert objective(band, here.step) == pytest.approx(objective(band, step + there.step), rel=1e-12)

"""The way down to near the optimum: every step goes down, and a problem without an optimum is noticed."""

from dataclasses import replace

import numpy as np
import pytest
from support.bands import a_band, objective

from mae_cli.solvers.search.descent import descend


@pytest.mark.parametrize("weighted", [False, True])
def test_descent_goes_down_at_every_step(weighted, random):
    weights = random.uniform(0.2, 3.0, 5000) if weighted else None
    band = a_band(random.standard_normal((5000, 8)), random.standard_cauchy(5000), weights=weights)
    descent = descend(band, 12)
    assert len(descent.losses) > 2
    assert all(after < before for before, after in zip(descent.losses, descent.losses[1:], strict=False))
    assert descent.band.residual == pytest.approx(band.residual - band.rows.matrix @ descent.step)
    assert objective(band, descent.step) == pytest.approx(descent.losses[-1])


@pytest.mark.parametrize("weighted", [False, True])
def test_losses_are_those_of_the_start_from_which_the_linear_term_counts(weighted, random):
    weights = random.uniform(0.2, 3.0, 5000) if weighted else None
    linear = 0.3 * random.standard_normal(4) * np.sqrt(5000)
    band = a_band(random.standard_normal((5000, 4)), 5 + random.standard_cauchy(5000), linear, weights)
    descent = descend(band, 12)
    assert descent.losses[0] == pytest.approx(objective(band, np.zeros(4)))
    assert descent.losses[-1] == pytest.approx(objective(band, descent.step))
    assert descent.offset == pytest.approx(-linear @ descent.step)


def test_the_first_step_with_weights_is_that_of_repeated_rows(random):
    times = random.integers(1, 4, 2000)
    matrix, residual = random.standard_normal((2000, 5)), random.standard_cauchy(2000)
    weighted = descend(a_band(matrix, residual, weights=times.astype(float)), 1)
    repeated = descend(a_band(np.repeat(matrix, times, axis=0), np.repeat(residual, times)), 1)
    # Later ones begin where a residual is zero but for rounding, and its sign, a matter of chance, counts.
    assert weighted.step == pytest.approx(repeated.step, rel=1e-12)
    assert weighted.losses == pytest.approx(repeated.losses, rel=1e-12)
    assert len(weighted.losses) == 2


def test_descent_stops_on_an_unbounded_problem(random):
    band = a_band(random.standard_normal((5, 2)), random.standard_normal(5), 1e3 * np.ones(2))
    assert len(descend(band, 12).losses) == 1
    assert descend(band, 12).unbounded
    assert not descend(replace(band, linear=np.zeros(2)), 12).unbounded

"""Quantiles and tails of distributions against published values."""

import math

import pytest

from mae_cli.inference import distributions
from mae_cli.inference.distributions import beta_quantile, chi_squared_tail, f_tail, student_quantile, student_tail


@pytest.mark.parametrize(
    ("probability", "degrees", "value"),
    [
        (0.975, 233, 1.970197598973),
        (0.95, 233, 1.651419646610),
        (0.975, 17, 2.109815577833),
        (0.975, 1, 12.706204736175),
        (0.75, 1, 1.0),
        (0.5, 7, 0.0),
    ],
)
def test_quantiles_of_students_t(probability, degrees, value):
    assert student_quantile(probability, degrees) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("degrees", [1, 3, 17, 233, 9_979])
def test_a_quantile_is_where_the_tail_passes_the_probability_to_the_last_digit(degrees):
    for probability in (0.6, 0.9, 0.975):
        found, tail = student_quantile(probability, degrees), 1 - probability
        ends = [found * (1 + side * 1e-13) for side in (-1, 1)]
        assert student_tail(ends[0], degrees) > tail > student_tail(ends[1], degrees)


def test_of_many_degrees_of_freedom_a_quantile_takes_few_tails(monkeypatch):
    calls = []
    monkeypatch.setattr(distributions, "student_tail", lambda *given: calls.append(given) or student_tail(*given))
    for degrees in (233, 9_979):
        calls.clear()
        student_quantile(0.975, degrees)
        assert len(calls) < 20


@pytest.mark.parametrize("degrees", [1, 2, 5, 30, 1e6])
def test_the_tail_of_students_t_is_that_of_its_quantile(degrees):
    for probability in (0.6, 0.9, 0.999, 1 - 1e-9):
        assert student_tail(student_quantile(probability, degrees), degrees) == pytest.approx(1 - probability, rel=1e-9)


def test_the_t_of_two_degrees_has_a_tail_in_closed_form():
    for value in (0.1, 1.0, 4.0, 50.0):
        assert student_tail(value, 2) == pytest.approx(0.5 - value / (2 * math.sqrt(2 + value**2)), rel=1e-10)


@pytest.mark.parametrize(
    ("value", "degrees", "tail"), [(3.841458820694124, 1, 0.05), (11.070497693516351, 5, 0.05), (0.0, 3, 1.0)]
)
def test_tails_of_chi_squared(value, degrees, tail):
    assert chi_squared_tail(value, degrees) == pytest.approx(tail, rel=1e-12)


def test_chi_squared_of_two_degrees_is_exponential():
    for value in (0.01, 1.0, 7.0, 700.0):
        assert chi_squared_tail(value, 2) == pytest.approx(math.exp(-value / 2), rel=1e-11)


def test_the_f_of_one_degree_is_the_square_of_t():
    for value in (0.3, 1.0, 2.5, 10.0):
        assert f_tail(value**2, 1, 12) == pytest.approx(2 * student_tail(value, 12), rel=1e-12)


def test_f_swaps_its_degrees_with_its_inverse():
    assert f_tail(2.5, 3, 8) == pytest.approx(1 - f_tail(1 / 2.5, 8, 3), rel=1e-12)


@pytest.mark.parametrize(
    ("probability", "first", "second", "value"),
    [
        (0.05, 44, 4, 0.8432081752530),
        (0.95, 44, 4, 0.9704062049139),
        (0.05, 0.5, 0.5, math.sin(0.025 * math.pi) ** 2),
        (0.3, 1, 1, 0.3),
        (0.05, 900_001, 100_000, 0.8995061901955),
    ],
)
def test_quantiles_of_beta(probability, first, second, value):
    assert beta_quantile(probability, first, second) == pytest.approx(value, rel=1e-11)

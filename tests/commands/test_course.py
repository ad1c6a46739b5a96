"""The course of a fit as mae-train shows it: the chart, its title and axis, and what is said below it."""

import re

import numpy as np
import pytest


@pytest.fixture
def noise(table, random):
    """A target without any relation to 20 columns: the optimum is near the start."""
    numbers = random.standard_normal((120, 21))
    names = ",".join(["y", *(f"x{number}" for number in range(20))])
    return table("\n".join([names, *(",".join(map(str, row)) for row in numbers.round(6)), ""]), "noise.csv")


@pytest.fixture
def zeros(table, random):
    """A target that is 0 in most rows, so that the start, its median, is optimal."""
    y = np.where(random.random(200) < 0.8, 0.0, random.exponential(5, 200)).round(3)
    rows = zip(y, random.standard_normal(200).round(4), random.standard_normal(200).round(4), strict=True)
    return table("\n".join(["y,a,b", *(",".join(map(str, row)) for row in rows), ""]), "zeros.csv")


@pytest.fixture
def fitted(mae_train):
    """The report of a fit that ends well."""

    def run(*arguments):
        result = mae_train(*arguments, "--quiet")
        assert result.exit_code == 0, result.stderr
        return result.stdout

    return run


def last_step(text, name):
    (last,) = re.findall(rf"^ *{name}  0 .* (\S+)$", text, re.MULTILINE)
    return last


@pytest.mark.parametrize("options", [(), ("--loss", "mse"), ("--quantile", "0.9"), ("--tolerance", "0.05")])
def test_the_axis_counts_the_passes_of_the_sentence_below_it(fitted, noise, options):
    text = fitted(noise, "-t", "y", *options)
    (passes,) = re.findall(r"(\S+) passes over the rows\.$", text, re.MULTILINE)
    assert last_step(text, "pass") == passes
    assert not re.search(r"\bchecks?\b", text)


def test_the_axis_of_a_comparison_ends_with_the_longer_of_the_two(fitted, noise):
    text = fitted(noise, "-t", "y", "--compare")
    passes = re.findall(r"(\S+) passes over the rows\.$", text, re.MULTILINE)
    assert len(passes) == 2
    assert last_step(text, "pass") == max(passes, key=int)


def test_an_optimal_fit_ends_in_the_lane_of_what_is_proved(fitted, noise):
    text = fitted(noise, "-t", "y")
    assert "\nproved optimal" in text
    assert re.search(r"^ *proved ┤ +[\u2800-\u28ff]+$", text, re.MULTILINE)
    assert not re.search(r"^ *\de-?\d+% ", text, re.MULTILINE)


def test_a_fit_within_a_tolerance_is_drawn_above_its_proved_lower_bound(fitted, noise):
    text = fitted(noise, "-t", "y", "--tolerance", "0.05")
    assert "\nwithin " in text
    assert "\nMAE above its proved lower bound of " in text
    assert "its minimum" not in text


def test_a_start_that_is_optimal_has_no_chart_and_no_advice(mae_train, zeros):
    result = mae_train(zeros, "-t", "y", "--solver", "textbook", "--epochs", "40")
    assert result.exit_code == 0
    assert "\nThe fit starts at its minimum: there is no curve to draw.\n" in result.stdout
    assert "┤" not in result.stdout
    assert "--learning-rate" not in result.stdout + result.stderr
    assert "mae-train: note: the model is no better than the prediction without features\n" in result.stderr


def test_a_start_that_only_the_exact_solver_proves_optimal_is_given_no_advice_either(mae_train, zeros):
    result = mae_train(zeros, "-t", "y", "--solver", "textbook", "--epochs", "40", "--tolerance", "0")
    assert result.exit_code == 3
    assert "\nat the optimum, which the exact solver proves: MAE " in result.stdout
    assert " after 40 epochs (best: the start); by itself the method proves only " in result.stdout
    assert "--learning-rate" not in result.stdout + result.stderr
    assert "mae-train: note: the model is no better than the prediction without features\n" in result.stderr


def test_beside_another_fit_one_that_starts_at_its_minimum_is_there_and_nowhere_else(fitted, zeros):
    text = fitted(zeros, "-t", "y", "--solver", "textbook", "--epochs", "40", "--compare")
    assert text.index("100% ┤") < text.index("proved ┤")
    assert not re.search(r"e\d\d?%", text)


def test_epochs_have_thousands_separators(fitted, flights):
    text = fitted(flights, "-t", "delay", "--solver", "textbook", "--epochs", "2000")
    assert last_step(text, "epoch") == "2,000"


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (
            ("--schedule", "constant", "--learning-rate", "0.5"),
            "It oscillates: try a decaying schedule, --schedule sqrt or --schedule geometric.",
        ),
        (("--schedule", "sqrt", "--learning-rate", "20"), "It oscillates: try a smaller --learning-rate."),
        (
            ("--schedule", "constant", "--learning-rate", "1e6"),
            "It never came below the start: try a smaller --learning-rate.",
        ),
        (("--epochs", "20", "--learning-rate", "0.01"), "It is still falling: try more --epochs."),
    ],
)
def test_a_descent_is_advised_what_it_does_not_do_yet(fitted, flights, options, advice):
    assert f"{advice}\n" in fitted(flights, "-t", "delay", "--solver", "textbook", *options)

"""What the commands tell people: the same numbers in every part of a report."""

import re

import pytest


@pytest.fixture
def exact(table):
    """A target that a linear model meets but for rounding."""
    rows = [(step / 7, step * step % 11 / 3) for step in range(50)]
    lines = [f"{1 + 2 * a - 0.3 * b!r},{a!r},{b!r}" for a, b in rows]
    return table("\n".join(["y,a,b", *lines, ""]))


def metrics_of(lines):
    """The metrics of the first column, in the target's unit."""
    found = (re.fullmatch(r"(?:MAE|RMSE|half of the rows within) ([\d.]+) [\d.]+", line) for line in lines)
    return [each[1] for each in found if each]


def lines_of(result):
    """The lines of a report without blanks that only put them in line."""
    assert result.exit_code == 0, result.stderr
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_the_loss_of_a_perfect_fit_is_zero_everywhere(mae_train, mae_eval, exact):
    lines = lines_of(mae_train(exact, "-t", "y"))
    assert any("above its minimum of 0, from " in line for line in lines)
    assert any("the MAE is zero to rounding." in line for line in lines)
    assert metrics_of(lines) == ["0.000"] * 3
    assert lines[-1].startswith("MAE 0 (median ")
    assert metrics_of(lines_of(mae_eval("model.json", exact))) == ["0.000"] * 3


def test_a_descent_towards_a_perfect_fit_has_no_percentage_of_rounding(mae_train, exact):
    lines = lines_of(mae_train(exact, "-t", "y", "--solver", "textbook", "--epochs", "20"))
    assert any("above its minimum of 0, from " in line for line in lines)
    assert any(", above the optimum, which is zero to rounding; " in line for line in lines)


def test_the_losses_of_several_quantiles_of_a_perfect_fit_are_zero(mae_train, mae_eval, exact):
    lines = lines_of(mae_train(exact, "-t", "y", "--quantile", "0.1,0.9"))
    assert [line.split()[1] for line in lines if re.match(r"0\.[19] ", line)] == ["0", "0"]
    for arguments in ((), (exact,), ("model.json",)):
        lines = lines_of(mae_eval("model.json", *arguments))
        assert [line.split()[1] for line in lines if re.match(r"0\.[19] ", line)] == ["0", "0"]

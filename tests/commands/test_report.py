"""What the commands tell people: numbers that agree between the parts of a report, and levels in blocks."""

import json
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


def decimals(number):
    return len(number.partition(".")[2])


def test_the_metrics_in_the_unit_of_the_target_have_one_count_of_decimals(mae_train, mae_eval, flights):
    for result in (mae_train(flights, "-t", "delay"), mae_eval("model.json", flights), mae_eval("model.json")):
        found = [
            re.fullmatch(r"(?:MAE|RMSE|half of the rows within) ([\d.,]+)(?: ([\d.,]+))?", line)
            for line in lines_of(result)
        ]
        numbers = [number for each in found if each for number in each.groups() if number is not None]
        assert len(numbers) in {3, 6}
        assert {decimals(number) for number in numbers} == {3}


@pytest.mark.parametrize("options", [(), ("--quantile", "0.25,0.75"), ("--intervals", "rank"), ("--loss", "mse")])
def test_no_coefficient_has_fewer_decimals_than_the_ends_of_its_interval(mae_train, flights, options):
    rows = [
        re.search(r"(-?[\d.]+) (-?[\d.]+) … (-?[\d.]+)", line)
        for line in lines_of(mae_train(flights, "-t", "delay", *options))
    ]
    found = [each.groups() for each in rows if each]
    assert len(found) >= 5
    assert all(decimals(value) >= max(decimals(low), decimals(high)) for value, low, high in found)


ROWS = {"AA": "24", "B6": "19"}
BLOCK = "carrier (vs UA, 37 rows)"


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--compare",),
        ("--quantile", "0.25,0.75"),
        ("--quantile", "0.25,0.75", "--intervals", "none"),
    ],
)
def test_levels_are_in_a_block_with_their_rows_and_those_of_the_baseline(mae_train, flights, options):
    lines = lines_of(mae_train(flights, "-t", "delay", *options))
    place = lines.index(BLOCK)
    block = [line.split() for line in lines[place + 1 : place + 5] if line.startswith(tuple(ROWS))]
    assert [(line[0], line[-1]) for line in block] == list(ROWS.items())
    assert not any("carrier =" in line for line in lines[place:])


def test_levels_of_many_quantiles_are_drawn_one_after_the_other_with_their_rows(mae_train, flights):
    quantiles = ",".join(f"0.{tenth}" for tenth in range(1, 10))
    lines = lines_of(mae_train(flights, "-t", "delay", "--quantile", quantiles))
    names = [line for line in lines if line.startswith("carrier = ")]
    assert names == [f"carrier = {name}, {rows} rows (vs UA, 37 rows)" for name, rows in ROWS.items()]


def test_models_without_data_have_levels_in_blocks(mae_train, mae_eval, flights):
    mae_train(flights, "-t", "delay", "-o", "mae.json", "-q")
    mae_train(flights, "-t", "delay", "--loss", "mse", "-o", "mse.json", "-q")
    for name, weight in (("many.json", ()), ("weighted.json", ("--weight", "hour"))):
        mae_train(flights, "-t", "delay", "--quantile", "0.25,0.75", *weight, "-o", name, "-q")
    for arguments in (("mae.json",), ("mae.json", "mse.json"), ("many.json",), ("many.json", "weighted.json")):
        lines = lines_of(mae_eval(*arguments))
        place = lines.index("carrier (vs UA)")
        assert [line.split()[0] for line in lines[place + 1 : place + 3]] == list(ROWS)


def test_the_last_line_of_several_quantiles_has_their_losses(mae_train, flights):
    result = mae_train(flights, "-t", "delay", "--quantile", "0.25,0.75", "--holdout", "0.2")
    fits = json.loads(
        mae_train(flights, "-t", "delay", "--quantile", "0.25,0.75", "--holdout", "0.2", "--json").stdout
    )["fits"]
    training, holdout = (", ".join(f"{fit[part]['pinball']:.4f}" for fit in fits) for part in ("train", "holdout"))
    assert lines_of(result)[-1].startswith(
        f"pinball loss {training} · holdout {holdout} · proved optimal · model.json · "
    )


def test_a_fit_within_a_tolerance_says_so_in_percent(mae_train, flights):
    lines = lines_of(mae_train(flights, "-t", "delay", "--tolerance", "0.05"))
    gap = json.loads(mae_train(flights, "-t", "delay", "--tolerance", "0.05", "--json").stdout)["certificate"][
        "relative_gap"
    ]
    told = re.search(r"^within ([\d.]+)% of the optimum \(proved\)", "\n".join(lines), re.MULTILINE)
    assert gap <= float(told[1]) / 100 <= 1.1 * gap
    assert f" · within {told[1]}% of the optimum · " in lines[-1]

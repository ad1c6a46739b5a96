"""Columns that agree exactly, or but for rounding: the loss is the least one, and what is left out is named."""

import struct
from fractions import Fraction
from random import Random

import numpy as np
import pandas as pd
import pytest
from oracle.exact import Pinball, Table, least_absolute, loss_of

from mae_cli.rows.schema import DesignColumn


@pytest.fixture
def trained(mae_train, table, one_object):
    """The report on columns of a file, and a table of the columns that it kept."""

    def run(columns, target, *options):
        names, rows = ",".join(columns), zip(*columns.values(), strict=True)
        path = table("\n".join([names, *(",".join(map(str, row)) for row in rows), ""]))
        done = mae_train(path.name, "-t", target, "--json", *options)
        assert done.exit_code == 0, done.stderr
        return one_object(done.stdout), pd.read_csv(path)

    return run


def kept_table(report, frame, target) -> tuple[Table, list[float]]:
    """The columns with a coefficient that was fitted, as the file has them, and all coefficients."""
    columns, written = [np.ones(len(frame))], [report["intercept"]]
    for each in report["coefficients"]:
        if DesignColumn(each["column"], each["level"]).label in report["data"]["aliased"]:
            assert each["value"] == 0.0
            continue
        values = frame[each["column"]]
        columns.append(np.asarray(values if each["level"] is None else values == each["level"], float))
        written.append(each["value"])
    return Table.of(np.column_stack(columns), frame[target].to_numpy(float)), written


def assert_least(report, frame, target, quantile=0.5) -> None:
    """The loss is that of the coefficients, and the optimum of the columns kept in rational numbers."""
    table, written = kept_table(report, frame, target)
    loss, certificate = Pinball(Fraction(quantile)), report["certificate"]
    optimum = least_absolute(table, loss, written).optimum
    assert table.independent == list(range(table.shape[1]))
    assert certificate["status"] == "optimal"
    assert certificate["loss"] == pytest.approx(float(loss_of(table, loss, written)), rel=1e-12)
    assert certificate["loss"] <= float(optimum) * (1 + 1e-12 + 2 * certificate["relative_gap"])
    # Coefficients of nearly equal columns are large, and lose a little when they are written.
    assert certificate["relative_gap"] <= 1e-8
    assert Fraction(certificate["lower_bound"]) <= optimum
    assert certificate["lower_bound"] >= float(optimum) * (1 - 1e-9)


def squares(rows) -> list[bool]:
    return [(i * i) % 7 < 3 for i in range(rows)]


@pytest.mark.parametrize("rows", [300, 1_000])
@pytest.mark.parametrize("quantile", [0.5, 0.1])
def test_a_text_column_beside_its_own_twin_of_zeros_and_ones(rows, quantile, trained):
    kinds = squares(rows)
    columns = {"y": [i % 50 for i in range(rows)], "sex": ["m" if kind else "f" for kind in kinds]}
    columns |= {"male": [int(kind) for kind in kinds], "x": [i % 11 for i in range(rows)]}
    report, frame = trained(columns, "y", "--quantile", quantile)
    # Numbers come before levels in a design, so it is the level that depends on what is there already.
    assert report["data"]["aliased"] == ["sex = f"]
    assert_least(report, frame, "y", quantile)


def test_twins_alone_have_the_medians_of_two_groups(trained):
    kinds = squares(1_000)
    y = np.array([i % 50 for i in range(1_000)])
    columns = {"y": y.tolist(), "sex": ["m" if kind else "f" for kind in kinds], "male": list(map(int, kinds))}
    report, frame = trained(columns, "y")
    groups = [y[np.array(kinds) == kind] for kind in (False, True)]
    best = sum(np.abs(group - np.median(group)).sum() for group in groups) / 1_000
    assert report["certificate"]["loss"] == pytest.approx(best, rel=1e-12)
    assert len(report["data"]["aliased"]) == 1
    assert_least(report, frame, "y")


def test_a_column_beside_its_complement(trained):
    kinds = squares(500)
    columns = {"y": [i * 37 % 91 for i in range(500)], "alive": list(map(int, kinds))}
    columns |= {"dead": [int(not kind) for kind in kinds], "x": [i % 13 for i in range(500)]}
    report, frame = trained(columns, "y")
    assert report["data"]["aliased"] == ["dead"]
    assert_least(report, frame, "y")


@pytest.mark.parametrize("rows", [60, 144, 204])
def test_months_as_shares_of_years_beside_the_number_of_the_row(rows, trained):
    """With 15 digits the two columns differ by rounding alone."""
    random = Random(7)
    value = [100 + 3 * k + 40 * ((k * k) % 12 > 6) + random.randint(-25, 25) for k in range(rows)]
    times = [f"{1949 + k / 12:.15g}" for k in range(rows)]
    report, frame = trained({"rownames": list(range(1, rows + 1)), "time": times, "value": value}, "value")
    assert report["data"]["aliased"] == ["time"]
    assert_least(report, frame, "value")


@pytest.mark.parametrize("digits", [7, 8, 9, 10, 11])
def test_a_copy_rounded_to_some_digits_beside_text(digits, trained):
    random = Random(digits)
    x = [random.random() * 10 / 3 for _ in range(120)]
    columns = {"y": [round(2 * value + random.gauss(0, 1), 3) for value in x], "x": list(map(repr, x))}
    columns |= {"copy": [f"{value:.{digits}g}" for value in x], "team": [f"team{i % 6}" for i in range(120)]}
    report, frame = trained(columns, "y")
    assert report["data"]["aliased"] in ([], ["copy"])
    assert_least(report, frame, "y")


def test_a_mean_of_two_columns_in_single_precision(trained):
    random = Random(7)

    def single(value):
        return struct.unpack("f", struct.pack("f", value))[0]

    pairs = [(single(random.expovariate(0.1)), single(random.expovariate(0.1))) for _ in range(300)]
    columns = {"y": [int(a + b + random.gauss(0, 5) > 20) for a, b in pairs]}
    columns |= {"a": [f"{a:.9g}" for a, _ in pairs], "b": [f"{b:.9g}" for _, b in pairs]}
    columns["mean"] = [f"{single((a + b) / 2):.9g}" for a, b in pairs]
    report, frame = trained(columns, "y")
    assert report["data"]["aliased"] in ([], ["mean"])
    assert_least(report, frame, "y")

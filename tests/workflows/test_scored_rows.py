"""Values outside of training: which are."""

import numpy as np

from mae_cli.results.scores import Outside
from mae_cli.rows.schema import NumericColumn, Schema, Writing
from mae_cli.workflows.scored_rows import TrainingRanges

RANGES = TrainingRanges.of(
    Schema((NumericColumn("x", 0.0, 1.0), NumericColumn("d", 0.0, 31.0, Writing(date="%Y-%m-%d"))))
)


def outside(*numbers, used=None):
    values = np.array(numbers, dtype=float)
    counts = RANGES.count(values, np.ones(len(values), dtype=bool) if used is None else np.array(used))
    return RANGES.report(counts)


def test_the_ends_of_the_ranges_are_no_values_outside_of_them():
    assert outside([0, 0], [1, 31]) is None
    assert outside([0, 0], [-1, 0], used=[True, False]) is None


def test_rows_outside_are_counted_once_and_the_column_with_most_of_them_is_told():
    found = outside([2, 32], [0, -1], [0, 32], [0, 5])
    assert found == Outside(3, "d", 3, 0.0, 31.0, "days")
    assert outside([2, 0], [-1, 0], [0, 32]) == Outside(3, "x", 2, 0.0, 1.0)

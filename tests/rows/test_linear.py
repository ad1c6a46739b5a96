"""A linear function against its definition."""

import numpy as np

from mae_cli.rows.blocks import MemoryRows, whole
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients


def test_predictions_and_residuals_are_those_of_the_definition():
    # A column of numbers, and one with two levels beside its baseline.
    design = Design(np.array([[1.0], [2.0], [3.0]]), (np.array([0, 1, 2], dtype=np.int32),), (2,))
    point = Coefficients(10.0, np.array([2.0, 100.0, -100.0]))
    assert point.predict(design).tolist() == [12.0, 114.0, -84.0]
    block = whole(MemoryRows.of(design, np.array([12.0, 100.0, 0.0])))
    assert point.residual(block).tolist() == [0.0, -14.0, 84.0]

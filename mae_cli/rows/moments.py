"""Weighted means and standard deviations of the columns of a design matrix, in two passes."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.design import column_ranges
from mae_cli.rows.sums import Range, sum_blocks


@dataclass(frozen=True, eq=False)
class Moments:
    """Of every design column.

    Attributes:
        mean: (p,) x̄ = Σωx / Σω.
        deviation: (p,) √(Σω(x − x̄)² / Σω).
    """

    mean: FloatArray
    deviation: FloatArray


def column_moments(rows: Rows) -> Moments:
    """Measure the columns of rows whose weights are not all 0."""
    weight, total, ranges = sum_blocks(rows, partial(_first, count=rows.shape[0]))
    mean = total / weight
    numeric = slice(len(ranges.lowest))
    # Rounding can carry the mean of equal values past them.
    mean[numeric] = np.clip(mean[numeric], ranges.lowest, ranges.highest)
    share = mean[numeric.stop :]  # of rows in which an indicator is 1
    deviation = np.append(np.zeros(numeric.stop), np.sqrt(np.maximum(share * (1 - share), 0.0)))
    # In units of the largest deviation no square can overflow or vanish.
    largest = np.maximum(ranges.highest - mean[numeric], mean[numeric] - ranges.lowest)
    unit = np.where(largest > 0, largest, 1.0)
    squares, weight = sum_blocks(rows, partial(_squares, mean=mean[numeric], unit=unit))
    deviation[numeric] = largest * np.sqrt(squares / weight)
    return Moments(mean, deviation)


def _first(block: Block, count: int) -> tuple[float, FloatArray, Range]:
    """Σω and Σωx, each divided by n, and the ranges of the numeric columns."""
    total = block.design.transpose_product(block.weight_values / count)
    return block.total_weight / count, total, Range(*column_ranges(block.design.numeric))


def _squares(block: Block, mean: FloatArray, unit: FloatArray) -> tuple[FloatArray, float]:
    centred = (block.design.numeric - mean) / unit
    return np.asarray(block.total(np.square(centred).T)), block.total_weight

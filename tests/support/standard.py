"""Problems in standard units as rational numbers: what solvers compute with, to the last digit."""

from fractions import Fraction

import numpy as np
from support.exact import rational

from mae_cli.losses import loss_named
from mae_cli.rows.blocks import BLOCK_ROWS, Block, CountedRows, MemoryRows, whole
from mae_cli.rows.design import Design
from mae_cli.solvers.limits import USUAL
from mae_cli.solvers.prepare.independence import independent_rows
from mae_cli.solvers.prepare.precision import DoubleDouble
from mae_cli.solvers.prepare.problem import Loss, Prepared, Problem, prepare
from mae_cli.solvers.prepare.standardise import Standardisation


def a_problem(design, y, weights=None, *, quantile=0.5, intercept=True, block_rows=BLOCK_ROWS, limits=USUAL) -> Problem:
    """A fit to be made; a matrix stands for a design of numbers."""
    design = design if isinstance(design, Design) else Design(np.asarray(design, float))
    rows = MemoryRows.of(design, np.asarray(y, float), weights, block_rows)
    return prepare(CountedRows(rows), loss_named("mae", quantile), intercept=intercept, limits=limits)


def values_of(numbers: DoubleDouble) -> list[Fraction]:
    """What numbers in twice the digits stand for."""
    return [high + low for high, low in zip(rational(numbers.high), rational(numbers.low), strict=True)]


def rows_of(standard: Standardisation, design: Design) -> list[list[Fraction]]:
    """The standard rows z of a design as read, (n, p)."""
    shifts, scales = rational(standard.shift), rational(standard.scale)
    count = len(scales)
    rows = []
    for row in map(rational, design.dense()):
        numbers = [(x - shift) / scale for x, shift, scale in zip(row[:count], shifts, scales, strict=True)]
        rows.append([Fraction(1)] * standard.intercept + numbers + row[count:])
    return rows


def targets_of(standard: Standardisation, block: Block) -> list[Fraction]:
    """The standard targets of a block as read, (n,)."""
    shift, scale = Fraction(standard.target_shift), Fraction(standard.target_scale)
    return [(y - shift) / scale for y in rational(block.target)]


def block_of(problem: Problem) -> Block:
    """All rows as read."""
    return whole(problem.rows)


def dot(first, second) -> Fraction:
    return sum((a * b for a, b in zip(first, second, strict=True)), start=Fraction(0))


def transposed(rows) -> list[list[Fraction]]:
    return [list(column) for column in zip(*rows, strict=True)]


def kept_rows(problem: Problem, positions) -> list[list[Fraction]]:
    """The kept standard columns of the rows at these positions."""
    rows = rows_of(problem.standard, problem.rows.take(np.asarray(positions)).design)
    return [[row[column] for column in problem.whitening.kept.tolist()] for row in rows]


def a_basis(problem: Problem, order) -> np.ndarray:
    """The first independent rows in this order, as many as there are columns kept."""
    matrix = problem.standard(block_of(problem)).design.dense()[:, problem.whitening.kept]
    whitened = np.linalg.qr(matrix).Q * matrix.any(axis=1, keepdims=True)
    chosen = independent_rows(whitened.__getitem__, matrix.shape[1], np.asarray(order))
    assert len(chosen) == matrix.shape[1]
    return chosen


def prepare_sampled(
    counted: CountedRows, loss: Loss, size: int, *, intercept: bool, limits=USUAL
) -> tuple[Problem, Block]:
    """A problem whitened by a sample of about so many rows, and the sample."""
    (problem,), sample = Prepared(counted, intercept=intercept, limits=limits).sampled([loss], size)
    return problem, sample

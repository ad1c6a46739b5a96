"""The exact fit of the MAE and the pinball loss: subgradient descent, screening and a vertex, for rows of any number.

Few rows are one dense problem. Of many, a sample is descended on first; from its end one pass picks the band of rows
around zero and sums up the others, and one pass after every solution of the band looks for signs that were wrong.
Twice the pinball loss is |r| + (2τ − 1)·r, so both losses are the problem of `mae_cli.solvers.band` with the linear
term c = (2τ − 1)·Σωx.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block
from mae_cli.solvers.band import Band, is_small, typical_size
from mae_cli.solvers.certificate import Bound
from mae_cli.solvers.descent import Descent, descend
from mae_cli.solvers.many_rows import ManyRows
from mae_cli.solvers.problem import Problem
from mae_cli.solvers.screening import DESCENT_STEPS, Optimum, finish, minimise, screen, stopped
from mae_cli.solvers.ties import Ties
from mae_cli.solvers.vertex import through_all

_SAMPLE_ROWS_PER_COLUMN = 20
_SMALLEST_SAMPLE = 4_000
_SAMPLE_STEPS = 12
# Rows within a few standard errors of the sample's answer stay in the band.
_BAND_WIDTH = 3.0
# Of normal columns hardly a row is so many times as long as the median one.
_USUAL_LENGTH = 1.5
# Where a descent leaves such a share of the target, all rows may lie on one plane.
_NEARLY_PERFECT = 0.02


@dataclass(frozen=True, eq=False)
class Search:
    """What a search for the optimal vertex minimises, and how.

    Attributes:
        problem: to be solved.
        sample: rows of it in standard units; all of them when they are few.
        tell: told the objective after every round over many rows.
        proved: the bound of a whitened point by a band of so many rows, if that is good enough to stop there.
    """

    problem: Problem
    sample: Block
    tell: Callable[[float], None]
    proved: Callable[[FloatArray, int], Bound | None]


@dataclass(frozen=True, eq=False)
class Found:
    """The end of a search.

    Attributes:
        optimum: in whitened coordinates; its losses are Σω(|r| + (2τ − 1)r).
        passes: passes over all rows that were made on a dense copy of them.
        bound: of a point that was good enough to stop at.
    """

    optimum: Optimum
    passes: int
    bound: Bound | None = None


def sample_size(shape: tuple[int, int]) -> int:
    """How many rows to begin with: all of them when (rows, columns) are few."""
    count, columns = shape
    if is_small(shape):
        return count
    balanced = int((count**2 * columns) ** (1 / 3))
    return min(count, max(balanced, _SMALLEST_SAMPLE, _SAMPLE_ROWS_PER_COLUMN * columns))


def minimise_absolute(search: Search) -> Found:
    """The optimal vertex of Σω|y − xw| + (2τ − 1)·Σω(y − xw)."""
    block, tilt = search.sample, search.problem.absolute_loss.tilt
    band = Band.of(block, search.problem.dense_whitening)
    band = replace(band, linear=tilt * (np.ones(band.shape[0]) @ band.matrix))
    if band.shape[0] < search.problem.rows.shape[0]:
        return _minimise_many(search, band)
    descent = descend(band, DESCENT_STEPS)
    bound = search.proved(descent.step, int(_BAND_WIDTH / 2 * math.sqrt(band.matrix.size)))
    if bound is not None:
        return Found(stopped(descent), len(descent.losses), bound)
    jitter = _ties(descent, search).jitter(block)
    found = _finished(replace(descent, band=replace(descent.band, jitter=jitter)), block)
    offset = tilt * float(band.residual.sum())
    return Found(replace(found, losses=tuple(value + offset for value in found.losses)), len(found.losses))


def _finished(descent: Descent, block: Block) -> Optimum:
    """The optimal vertex from the end of a descent: any that fits all rows, where they might be fitted exactly."""
    if typical_size(descent.band.residual) <= _NEARLY_PERFECT * typical_size(block.weighted(block.target)):
        vertex = through_all(descent.band)
        if vertex is not None:
            losses = (*descent.losses, 0.0)
            return Optimum(vertex.outcome, vertex.basis, descent.step + vertex.step, len(descent.losses) - 1, losses)
    return finish(descent)


def _minimise_many(search: Search, sample: Band) -> Found:
    descent = descend(sample, _SAMPLE_STEPS)
    columns, size = sample.shape[1], sample.shape[0]
    count = int(min(1.0, _BAND_WIDTH * np.sqrt(columns / size)) * search.problem.rows.shape[0])
    bound = search.proved(descent.step, count)
    if bound is not None:
        return Found(stopped(descent), 0, bound)
    block, origin = search.sample, descent.step
    ties = _ties(descent, search)
    usual = _USUAL_LENGTH * float(np.median(sample.leverage / block.weight_values))
    rows = ManyRows(search.problem, origin, descent.band.distance, usual, ties)
    found = screen(rows, count, minimise, search.tell)
    return Found(replace(found, step=origin + found.step), 0)


def _ties(descent: Descent, search: Search) -> Ties:
    block = search.sample
    return Ties.of(descent.band.residual / block.weight_values, block.target)

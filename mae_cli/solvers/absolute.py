"""The exact fit of the MAE and the pinball loss: a way down to near the optimum, screening, and a vertex.

Few rows are one dense problem. Of many, a sample is solved roughly first: by subgradient descent, or by interior-point
steps where a column of many levels is absorbed. From its end one pass picks the band of rows around zero and sums up
the others, and one pass after every solution of the band proves it, or else looks for signs that were wrong. Twice the
pinball loss is |r| + (2τ − 1)·r, so both losses are the problem of `mae_cli.solvers.prepare.band` with the linear term
c = (2τ − 1)·Σωv. Problems over the same rows are solved together.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import Block
from mae_cli.rows.sampling import scattered
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.band import Band, is_small, relative_distance
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.ties import TieBreaking
from mae_cli.solvers.proof.certificate import Bound
from mae_cli.solvers.search.all_rows import AllRows, Outlook, Prove
from mae_cli.solvers.search.descent import Descent, descend
from mae_cli.solvers.search.exchange import Optimum, Outcome
from mae_cli.solvers.search.interior_point import descend_inside
from mae_cli.solvers.search.screening import DESCENT_STEPS, finish, minimise, screen, stopped

_SAMPLE_STEPS = 12
# From so many rows on the band is wider, in standard errors.
_WIDER_FROM, _WIDER_BY_TENFOLD = 300_000, 0.5
# A descent on few rows is bounded by a band of so many of them: its square root times.
_BOUND_WIDTH = 1.5
# Of normal columns hardly a row is so many times as long as the median one.
_USUAL_LENGTH = 1.5
# The width of the band after interior-point steps, in standard errors likewise.
_LEVEL_BAND_WIDTH = 2.0
# The sample says little of a level of which it holds fewer rows than about these: all its rows stay in the band.
_SEEN_ROWS = 10


@dataclass(frozen=True, eq=False)
class Searches:
    """What is minimised, and how; each problem has a number.

    Attributes:
        problems: to be solved, over the same rows.
        tell: told the number of a problem and its objective at the start and after every round over many rows.
        bound: the bound of the standard point of a problem by a band of so many rows, if it is good enough to stop.
        prove: tries to prove that vertices of some rows of problems are optimal.
        sample: of the rows, in standard units, or all when they are few; None where a column is absorbed.
    """

    problems: Sequence[Problem]
    tell: Callable[[int, float], None]
    bound: Callable[[int, FloatArray, int], Bound | None]
    prove: Prove
    sample: Block | None = None


@dataclass(frozen=True, eq=False)
class Found:
    """The end of a search.

    Attributes:
        optimum: in whitened coordinates; its losses are Σω(|r| + (2τ − 1)r).
        at_pass: the pass over all rows with which each of its losses was known.
        passes: passes over all rows that were made on a dense copy of them.
        bound: of a point that was good enough to stop at.
    """

    optimum: Optimum
    at_pass: tuple[int, ...] = ()
    passes: int = 0
    bound: Bound | None = None


def sample_size(shape: tuple[int, int], limits: Limits) -> int:
    """How many rows to begin with: all of them when (rows, columns) are few."""
    count, columns = shape
    if is_small(shape, limits.dense_size):
        return count
    balanced = int((count**2 * columns) ** (1 / 3))
    return min(count, max(balanced, limits.smallest_sample, limits.sample_rows_per_column * columns))


def minimise_absolute(searches: Searches) -> list[Found]:
    """The optimal vertices of Σω|y − xw| + (2τ − 1)·Σω(y − xw), each from a sample of its rows."""
    problems, sample = searches.problems, searches.sample
    if sample is None:
        return [_minimise_with_levels(searches, number, problem) for number, problem in enumerate(problems)]
    rows = problems[0].whitening.band_rows(sample.design)
    whole = Band(rows, sample.weights, sample.target, np.zeros(rows.shape[1]), np.zeros(len(sample.target)))
    bands = [replace(whole, linear=_tilted(whole, problem.absolute_loss.tilt)) for problem in problems]
    if rows.shape[0] < problems[0].rows.shape[0]:
        return _minimise_many(searches, sample, bands)
    return [_minimise_few(searches, number, sample, band) for number, band in enumerate(bands)]


def _tilted(band: Band, tilt: float) -> FloatArray:
    """The linear term of a quantile, (k,)."""
    linear: FloatArray = tilt * band.rows.transpose_product(band.weighted(np.ones(band.shape[0])))
    return linear


def _minimise_few(searches: Searches, number: int, block: Block, band: Band) -> Found:
    problem, descent = searches.problems[number], descend(band, DESCENT_STEPS)
    size = int(_BOUND_WIDTH * math.sqrt(band.shape[0] * band.shape[1]))
    at_pass = _copy_passes(problem, 0, len(descent.losses))
    bound = searches.bound(number, problem.standard_point(descent.step), size)
    if bound is not None:
        found = stopped(descent)
    else:
        ties = TieBreaking.of(descent.band.residual, block.target)
        loosened = replace(descent.band, jitter=ties.jitter(block.positions))
        found = finish([replace(descent, band=loosened)])[0]
    offset = problem.absolute_loss.tilt * float(band.weighted(band.residual).sum())
    losses = tuple(value + offset for value in found.losses)
    # A search that fails at once may end without the losses of the descent.
    at_pass += _copy_passes(problem, len(descent.losses), len(losses))
    return Found(replace(found, losses=losses), at_pass[: len(losses)], len(losses), bound)


def _copy_passes(problem: Problem, first: int, last: int) -> tuple[int, ...]:
    """The numbers of passes over a dense copy, one for each loss, behind those over the rows themselves."""
    return tuple(problem.counter.passes + made for made in range(first + 1, last + 1))


def _minimise_many(searches: Searches, sample: Block, bands: Sequence[Band]) -> list[Found]:
    (size, columns), total = bands[0].shape, searches.problems[0].rows.shape[0]
    width = searches.problems[0].limits.sample_band_width
    width += _WIDER_BY_TENFOLD * max(0.0, math.log10(total / _WIDER_FROM))
    count = int(min(1.0, width * math.sqrt(columns / size)) * total)
    unusual = usual_length(bands[0].rows.leverage)
    starts = [
        Outlook(
            problem=problem,
            origin=descent.step,
            distance=descent.band.distance,
            unusual=unusual,
            ties=TieBreaking.of(descent.band.residual, sample.target),
            steps=len(descent.losses) - 1,
        )
        for problem, descent in zip(searches.problems, _descents(bands), strict=True)
    ]
    return _screened(searches, dict(enumerate(starts)), count)


def usual_length(lengths: FloatArray) -> float:
    """A length ‖v‖ that few rows exceed where columns have no unusual values, from those of a sample."""
    return _USUAL_LENGTH * float(np.median(lengths))


def _descents(bands: Sequence[Band]) -> list[Descent]:
    """Descents on the same rows, each from where the one before it ended."""
    descents: list[Descent] = []
    start = np.zeros(bands[0].shape[1])
    for band in bands:
        descent = descend(band.moved(start), _SAMPLE_STEPS)
        descents.append(replace(descent, step=start + descent.step))
        start = descents[-1].step
    return descents


def _minimise_with_levels(searches: Searches, number: int, problem: Problem) -> Found:
    """The same with an absorbed column, from interior-point steps on a sample."""
    whitening = problem.whitening
    if not isinstance(whitening, AbsorbedWhitening):
        raise TypeError("no column of many levels is absorbed")
    if whitening.search is not None:
        found = _minimise_with_levels(searches, number, replace(problem, whitening=whitening.search))
        step = whitening.from_standard(whitening.search.to_standard(found.optimum.step))
        return replace(found, optimum=replace(found.optimum, step=step))
    (count, columns), limits = problem.standard_rows.shape, problem.limits
    size = min(count, limits.level_sample_rows_per_column * columns)
    block = problem.standard_rows.take(scattered(count, size))
    inside = descend_inside(block, whitening, problem.absolute_loss.tilt)
    spread = _LEVEL_BAND_WIDTH * np.sqrt(columns / size) if size < count else 0.0
    band = min(count, max(limits.level_band_rows_per_column * columns, int(min(spread, 1.0) * count)))
    start = Outlook(
        problem=problem,
        origin=whitening.from_standard(inside.point),
        distance=relative_distance(inside.residual, whitening.leverage(block.design)),
        unusual=np.sqrt(size / _SEEN_ROWS) if size < count else np.inf,
        ties=TieBreaking.of(inside.residual, block.target),
        steps=inside.steps,
    )
    return _screened(searches, {number: start}, band)[0]


def _screened(searches: Searches, starts: Mapping[int, Outlook], count: int) -> list[Found]:
    """The optima of problems from near them, by passes over all rows; their bands have about so many rows."""
    bounds = {number: searches.bound(number, start.standard_point, count) for number, start in starts.items()}
    going = [number for number, bound in bounds.items() if bound is None]
    at_pass: dict[int, list[int]] = {number: [] for number in starts}

    def prove(places: Sequence[int], bases: Sequence[Positions]) -> Sequence[float | None]:
        return searches.prove([going[place] for place in places], bases)

    def tell(place: int, objective: float) -> None:
        number = going[place]
        at_pass[number].append(starts[number].problem.counter.passes)
        searches.tell(number, objective)

    problems = AllRows([starts[number] for number in going], prove)
    optima = screen(problems, [count] * len(going), minimise, tell) if going else []
    ends = {number: Optimum.nowhere(Outcome.LIMIT, start.origin, start.steps) for number, start in starts.items()}
    for number, optimum in zip(going, optima, strict=True):
        start = starts[number]
        ends[number] = replace(optimum, step=start.origin + optimum.step, iterations=start.steps + optimum.iterations)
    return [Found(ends[number], tuple(at_pass[number]), bound=bounds[number]) for number in starts]

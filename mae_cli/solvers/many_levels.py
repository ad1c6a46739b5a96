"""The exact fit of the MAE and the pinball loss with an absorbed column of many levels.

Interior-point steps on a sample (of all rows, when they are few for each column) come near the optimum; a band of rows
around it is then searched for the optimal vertex, and screened as in `mae_cli.solvers.screening`.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mae_cli.data.rows import Rows
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.band import Touching, relative_distance, typical_size
from mae_cli.solvers.interior_point import descend_inside
from mae_cli.solvers.level_bands import LevelCheck, ScreenedLevels, Ties
from mae_cli.solvers.screening import Optimum
from mae_cli.solvers.vertex import Outcome

_SAMPLE_ROWS_PER_COLUMN = 1_000
_BAND_ROWS_PER_COLUMN = 6
# The sample says little of a level of which it holds fewer rows than about these: all its rows stay in the band.
_SEEN_ROWS = 10
# Rows within a few standard errors of the sample's answer stay in the band.
_BAND_WIDTH = 4.0
# A band without enough independent rows, or unbounded, grows by this factor.
_WIDENING = 4
_MOST_ROUNDS = 100
_TIE_SHARE = 1e-9
_TIE_FLOOR = 1e-11
_TIE_ROUNDING = 1e-13


def minimise_many_levels(
    rows: Rows, whitening: AbsorbedWhitening, tilt: float, tie_share: float, watch: Callable[[float], None]
) -> Optimum:
    """The optimal vertex of Σω|y − xw| + tilt·Σω(y − xw) over the standard `rows`, in whitened coordinates."""
    if whitening.search is not None:
        found = minimise_many_levels(rows, whitening.search, tilt, tie_share, watch)
        return replace(found, step=whitening.from_standard(whitening.search.to_standard(found.step)))
    count, columns = rows.shape
    size = min(count, _SAMPLE_ROWS_PER_COLUMN * columns)
    block = rows.take(np.linspace(0, count - 1, size).astype(np.intp))
    inside = descend_inside(block, whitening, tilt)
    typical = _TIE_SHARE * typical_size(inside.residual) + _TIE_FLOOR * typical_size(block.target)
    ties = Ties(tie_share * (typical or _TIE_FLOOR), min(tie_share * 10, 1.0) * _TIE_ROUNDING)
    distance = relative_distance(inside.residual, whitening.leverage(block.design))
    unseen = np.sqrt(size / _SEEN_ROWS) if size < count else np.inf
    problem = ScreenedLevels(rows, whitening, tilt, inside.point, distance, unseen, ties)
    start = problem.check(np.arange(0), np.zeros(len(whitening.kept))).objective
    spread = _BAND_WIDTH / 2 * np.sqrt(columns / size) if size < count else 0.0
    band = max(_BAND_ROWS_PER_COLUMN * columns, int(min(spread, 1.0) * count))
    found = _screen(problem, min(band, count), watch)
    return replace(
        found,
        step=whitening.from_standard(inside.point) + found.step,
        iterations=inside.steps + found.iterations,
        losses=(start, *found.losses),
    )


def _screen(problem: ScreenedLevels, count: int, watch: Callable[[float], None]) -> Optimum:
    """Solve bands of at first about `count` rows until no row outside of the band has another sign than it was given.

    As `mae_cli.solvers.screening.screen`, for bands whose rows are never one dense matrix.
    """
    rows, columns = problem.shape
    members = problem.nearest(count)
    step, losses, iterations = np.zeros(columns), [], 0
    check = LevelCheck(members, Touching.none(), np.inf)
    for _ in range(_MOST_ROUNDS):
        found = problem.narrowed(members).moved(step).minimised()
        iterations += found.iterations
        if found.outcome is Outcome.UNBOUNDED:
            if len(members) == rows:
                return replace(found, step=step)
            count = min(_WIDENING * max(count, 1), rows)
            members = np.union1d(members, problem.nearest(count))
            continue
        step = step + found.step
        check = problem.check(members, step)
        losses.append(check.objective)
        watch(check.objective)
        if not len(check.wrong):
            break
        members = np.union1d(members, check.wrong)
    touching = Touching(members[found.touching.rows], found.touching.signs) + check.touching
    outcome = found.outcome if not len(check.wrong) else Outcome.LIMIT
    return Optimum(outcome, members[found.basis], step, touching, iterations, tuple(losses))

"""The exact fit of the MAE and the pinball loss with an absorbed column of many levels.

Interior-point steps on a sample (of all rows, when they are few for each column) come near the optimum; a band of rows
around it is then screened (`mae_cli.solvers.screening`), each part searched for the optimal vertex.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Rows
from mae_cli.rows.sampling import scattered
from mae_cli.solvers.absolute import Found
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.band import relative_distance
from mae_cli.solvers.certificate import Bound
from mae_cli.solvers.interior_point import descend_inside
from mae_cli.solvers.level_bands import ScreenedLevels, WhitenedBand
from mae_cli.solvers.screening import Optimum, screen
from mae_cli.solvers.ties import Ties
from mae_cli.solvers.vertex import Outcome

_SAMPLE_ROWS_PER_COLUMN = 1_000
_BAND_ROWS_PER_COLUMN = 6
# The sample says little of a level of which it holds fewer rows than about these: all its rows stay in the band.
_SEEN_ROWS = 10
# Rows within a few standard errors of the sample's answer stay in the band.
_BAND_WIDTH = 4.0


def minimise_many_levels(
    rows: Rows,
    whitening: AbsorbedWhitening,
    tilt: float,
    tell: Callable[[float], None],
    proved: Callable[[FloatArray, int], Bound | None],
) -> Found:
    """The optimal vertex of Σω|y − xw| + tilt·Σω(y − xw) over the standard `rows`, in whitened coordinates.

    `tell` is told the objective after every round, `proved` bounds standard coefficients if they are good enough.
    """
    if whitening.search is not None:
        found = minimise_many_levels(rows, whitening.search, tilt, tell, proved)
        step = whitening.from_standard(whitening.search.to_standard(found.optimum.step))
        return replace(found, optimum=replace(found.optimum, step=step))
    count, columns = rows.shape
    size = min(count, _SAMPLE_ROWS_PER_COLUMN * columns)
    block = rows.take(scattered(count, size))
    inside = descend_inside(block, whitening, tilt)
    bound = proved(inside.point, min(count, _BAND_ROWS_PER_COLUMN * columns))
    if bound is not None:
        end = Optimum(Outcome.LIMIT, np.arange(0), whitening.from_standard(inside.point), inside.steps, ())
        return Found(end, 0, bound)
    ties = Ties.of(inside.residual, block.target)
    distance = relative_distance(inside.residual, whitening.leverage(block.design))
    unseen = np.sqrt(size / _SEEN_ROWS) if size < count else np.inf
    problem = ScreenedLevels(rows, whitening, tilt, inside.point, distance, unseen, ties)
    spread = _BAND_WIDTH / 2 * np.sqrt(columns / size) if size < count else 0.0
    band = max(_BAND_ROWS_PER_COLUMN * columns, int(min(spread, 1.0) * count))
    optimum = screen(problem, min(band, count), WhitenedBand.minimised, tell)
    step = whitening.from_standard(inside.point) + optimum.step
    return Found(replace(optimum, step=step, iterations=inside.steps + optimum.iterations), 0)

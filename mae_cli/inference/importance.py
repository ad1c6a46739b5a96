"""What a fit loses without a feature, and whether chance would do as much.

The best fit without its columns is a neighbour of the fit (`mae_cli.solvers.family`). Its dual point μ makes Σωμz = 0
for all columns but those, whose scores s = Σωμv are large where they matter. With F·β their coefficients, D = Σωvv′
and V = D⁻¹·M·D⁻¹, where M is what the scores of independent rows vary by (`sandwich`),

    T = u′(F·V·F′)⁻¹u / τ(1 − τ), u = F·D⁻¹s,

is χ² with as many degrees of freedom as there are columns: the rank test of Gutenbrunner, Jurečková, Koenker and
Portnoy (1993). For rows of weight 1 it is s′(X̃′X̃)⁻¹s / τ(1 − τ), where X̃ is what the other columns leave of these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.inference.coordinates import Coordinates
from mae_cli.inference.density import equal_density
from mae_cli.inference.distributions import chi_squared_tail
from mae_cli.inference.estimates import Estimated
from mae_cli.inference.sandwich import Bread, bread
from mae_cli.inference.values import Importance, RankTest, Unavailable
from mae_cli.rows.blocks import Block
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.sums import sum_blocks
from mae_cli.rows.threads import one_thread
from mae_cli.solvers.family import Member
from mae_cli.solvers.solution import Solution


def find_importance(fitted: Estimated, features: Mapping[str, Sequence[int]]) -> tuple[Importance, ...]:
    """What an MAE or pinball fit loses without each feature.

    Args:
        fitted: the fit.
        features: the design columns of each feature, one at least.
    """
    members = [Member(fitted.quantile, given=dict.fromkeys(columns, 0.0)) for columns in features.values()]
    solutions = fitted.solve_beside(members)
    reason = fitted.unavailable if fitted.clusters is None else Unavailable.CLUSTERED
    tests = _tests(fitted, list(features.values()), solutions) if reason is None else [reason] * len(solutions)
    return tuple(
        Importance(feature, solution.certificate.loss, test)
        for feature, solution, test in zip(features, solutions, tests, strict=True)
    )


def _tests(
    fitted: Estimated, columns: Sequence[Sequence[int]], solutions: Sequence[Solution]
) -> list[RankTest | Unavailable]:
    """For each solution without columns the test of these, or why there is none."""
    kept = [_kept(fitted, each) for each in columns]
    reasons = [_untested(fitted, *each) for each in zip(columns, kept, solutions, strict=True)]
    sides = [_Sides.of(each) for each, reason in zip(solutions, reasons, strict=True) if reason is None]
    if not sides:
        return [reason for reason in reasons if reason is not None]
    coordinates, first = Coordinates.of(fitted.fit.problem, fitted.unit), int(fitted.fit.problem.standard.intercept)
    functionals = [coordinates.functionals[[first + column for column in each]] for each in kept]
    with one_thread():
        sums = bread(fitted.rows, coordinates, equal_density)
        score = partial(_scores, coordinates=coordinates, sides=sides, quantile=fitted.quantile)
        scores = iter(sum_blocks(fitted.rows, score))
        return [
            reason or _test(each, next(scores), sums, fitted.quantile)
            for each, reason in zip(functionals, reasons, strict=True)
        ]


def _untested(fitted: Estimated, columns: Sequence[int], kept: Sequence[int], solution: Solution) -> Unavailable | None:
    """Why columns cannot be tested; None where they can."""
    if not kept or _restrictions(fitted, columns, solution) != len(kept):
        return Unavailable.REPLACEABLE
    return Unavailable.NOT_OPTIMAL if solution.dual is None else None


def _kept(fitted: Estimated, columns: Sequence[int]) -> list[int]:
    """Those of the columns that were fitted."""
    left_out = set(fitted.fit.solution.aliased)
    return [column for column in columns if column not in left_out]


def _restrictions(fitted: Estimated, columns: Sequence[int], solution: Solution) -> int:
    """How much of the rank goes with the columns: less than there are, where others that were left out step in."""
    return len(columns) + len(solution.aliased) - len(fitted.fit.solution.aliased)


def _test(functionals: FloatArray, score: FloatArray, sums: Bread, quantile: float) -> RankTest:
    pull = functionals @ sums.inverse @ score
    spread = functionals @ sums.covariance @ functionals.T
    statistic = float(pull @ np.linalg.solve(spread, pull)) / (quantile * (1 - quantile))
    return RankTest(statistic, len(functionals), chi_squared_tail(statistic, len(functionals)))


@dataclass(frozen=True, eq=False)
class _Sides:
    """The dual point of a fit.

    Attributes:
        point: of the fit.
        rows: where λ is not the sign of the residual, in order.
        values: λ there.
    """

    point: Coefficients
    rows: Positions
    values: FloatArray

    @staticmethod
    def of(solution: Solution) -> "_Sides":
        """The one of a solution that has one."""
        if solution.dual is None:
            raise TypeError("a fit without a dual point has no rank test")
        order = np.argsort(solution.dual.rows)
        return _Sides(solution.point, solution.dual.rows[order], solution.dual.values[order])

    def multipliers(self, block: Block, quantile: float) -> FloatArray:
        """μ = ½(λ + 2τ − 1) of a block, (b,)."""
        sides = np.sign(self.point.residual(block))
        places, which = block.places(self.rows)
        sides[places] = self.values[which]
        return np.asarray(0.5 * (sides + (2 * quantile - 1)))


def _scores(block: Block, coordinates: Coordinates, sides: Sequence[_Sides], quantile: float) -> FloatArray:
    """(m, k) Σωμv of each fit."""
    multipliers = np.stack([each.multipliers(block, quantile) for each in sides])
    return np.asarray((multipliers * coordinates.weights(block)) @ coordinates.matrix(block))

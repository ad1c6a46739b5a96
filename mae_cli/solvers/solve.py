"""The one entry to the solvers: choose by loss and settings, solve, and certify in the user's units."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.linear import Coefficients
from mae_cli.losses import Absolute, Pinball, Squared
from mae_cli.rows.blocks import Block, CountedRows, PassCounter, Rows
from mae_cli.rows.row_quantiles import target_quantiles
from mae_cli.solvers.absolute import Found, Search, minimise_absolute, sample_size
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.absorbing import absorbable
from mae_cli.solvers.certificate import Bound, BoundedFit
from mae_cli.solvers.dual_anywhere import bound_anywhere, bound_in_band
from mae_cli.solvers.exact_exchange import settle_from
from mae_cli.solvers.least_squares import minimise_squared
from mae_cli.solvers.many_levels import minimise_many_levels
from mae_cli.solvers.problem import Problem, prepare, prepare_sampled, whitened_by_all
from mae_cli.solvers.settings import Auto, SolverSettings, Textbook
from mae_cli.solvers.solution import History, Solution
from mae_cli.solvers.standardise import Extent
from mae_cli.solvers.textbook import descend_as_textbook
from mae_cli.solvers.uniqueness import is_unique
from mae_cli.solvers.vertex_proof import VertexProof
from mae_cli.solvers.whitening import is_weighted
from mae_cli.watch import UNWATCHED, Watch

# A descent may end within such a relative gap; it is not looked for below.
_REACHABLE = 1e-6

Minimise = Callable[[Callable[[float], None]], Found]


def solve(  # noqa: PLR0913  (the one entry)
    rows: Rows,
    loss: Absolute | Pinball | Squared,
    settings: SolverSettings,
    *,
    intercept: bool = True,
    watch: Watch = UNWATCHED,
    extent: Extent | None = None,
) -> Solution:
    """Minimise the mean loss over (intercept, coefficients) for rows with positive weights.

    One pass measures the extent of the rows when it is not known.

    Raises:
        DataError: the numbers of a column span more than floating point can hold.
    """
    counted = CountedRows(rows, PassCounter(watch=watch))
    if isinstance(settings, Auto) and not isinstance(loss, Squared) and absorbable(rows) is None:
        problem, sample = prepare_sampled(counted, loss, sample_size(rows.shape), intercept=intercept, extent=extent)
        return _solve_absolute(problem, partial(_from_sample, problem, sample, settings.tolerance), settings, watch)
    problem = prepare(counted, loss, intercept=intercept, extent=extent)
    if isinstance(settings, Textbook):
        # Without a tolerance of its own, what is proved to be as near as the exact solver's answers is called so.
        tolerance = Auto().tolerance if settings.tolerance is None else settings.tolerance
        return _without_dual(problem, tolerance, descend_as_textbook(problem, settings, watch))
    if isinstance(loss, Squared):
        return _without_dual(problem, settings.tolerance, minimise_squared(problem))
    return _solve_absolute(problem, partial(_from_levels, problem, settings.tolerance), settings, watch)


def _without_dual(problem: Problem, tolerance: float | None, fit: BoundedFit) -> Solution:
    proved = fit.bound.is_optimal
    unique = True if isinstance(problem.loss, Squared) and proved else None
    return Solution(
        point=fit.point,
        aliased=problem.aliased,
        certificate=fit.bound.certificate(tolerance, unique=unique),
        history=fit.history,
        dual=None,
    )


def _from_sample(problem: Problem, sample: Block, tolerance: float, tell: Callable[[float], None]) -> Found:
    def proved(point: FloatArray, band: int) -> Bound | None:
        return _proved_near(problem, problem.whitening.to_standard(point), band, tolerance)

    return minimise_absolute(Search(problem, sample, tell, proved))


def _from_levels(problem: Problem, tolerance: float, tell: Callable[[float], None]) -> Found:
    whitening = problem.whitening
    if not isinstance(whitening, AbsorbedWhitening):
        raise TypeError("no column of many levels is absorbed")
    proved = partial(_proved_near, problem, tolerance=tolerance)
    return minimise_many_levels(problem.standard_rows, whitening, problem.absolute_loss.tilt, tell, proved)


def _proved_near(problem: Problem, standard_point: FloatArray, band: int, tolerance: float) -> Bound | None:
    """The bound of standard coefficients if that is within a tolerance that a descent can reach; else None."""
    if tolerance < _REACHABLE:
        return None
    rows, columns = problem.rows.shape[0], len(problem.whitening.kept)
    size = min(max(columns, band), rows)
    bound = bound_in_band(problem, problem.standard.to_user(standard_point), size)
    return bound if bound.gap <= tolerance * bound.loss else None


def _solve_absolute(problem: Problem, minimise: Minimise, settings: Auto, watch: Watch) -> Solution:
    unit = problem.standard.target_scale / problem.standard.weight
    if isinstance(problem.loss, Pinball):
        unit *= 0.5
    rounds = count(1)
    found = minimise(lambda objective: watch.reached(next(rounds), objective * unit))
    solution = _certified(problem, settings, found, unit)
    watch.proved(solution.certificate.relative_gap or 0.0)
    return solution


def _certified(problem: Problem, settings: Auto, found: Found, unit: float) -> Solution:
    """The end of a search in the user's units, with its proof; `unit` turns its objective into the mean loss."""
    settled = None if found.bound else settle_from(problem, found.optimum, settings.tolerance)
    if settled is None:
        point = problem.in_user_units(found.optimum.step)
        bound = found.bound or bound_anywhere(whitened_by_all(problem), point)
        history = _history(problem, found, unit, bound)
        return _without_dual(problem, settings.tolerance, BoundedFit(point, bound, history))
    bound, point = settled.bound, settled.proof.vertex.point
    is_proved = bound.is_optimal or bound.is_perfect
    if not is_proved:
        point, bound = _better_than_constant(problem, point, bound)
    return Solution(
        point=point,
        aliased=problem.aliased,
        certificate=bound.certificate(settings.tolerance, unique=_unique(settled.proof) if is_proved else None),
        history=_history(problem, found, unit, bound, settled.exchanges),
        dual=settled.proof.dual if bound.is_optimal else None,
    )


def _better_than_constant(problem: Problem, point: Coefficients, bound: Bound) -> tuple[Coefficients, Bound]:
    """What is not proved, or the constant model where that has a smaller loss; with the best bound there is."""
    whitened = whitened_by_all(problem)
    level = target_quantiles(problem.rows, (problem.absolute_loss.quantile,))[0] if problem.standard.intercept else 0.0
    constant = Coefficients(float(level), np.zeros(len(point.values)))
    others = [bound_anywhere(whitened, each) for each in (point, constant)]
    lower_bound = max(bound.lower_bound, *(each.lower_bound for each in others))
    if others[1].loss < bound.loss:
        return constant, replace(others[1], lower_bound=min(lower_bound, others[1].loss))
    return point, replace(bound, lower_bound=lower_bound)


def _unique(proof: VertexProof) -> bool | None:
    if proof.passes_through_all_rows:
        return True  # any other coefficients of independent columns miss some row
    if proof.worst is None:
        return is_unique(proof)
    # Of a perfect fit that is not looked at any closer, other coefficients miss a row by more than rounding.
    return True if proof.is_perfect_enough and not is_weighted(proof.vertex.problem.rows) else None


def _history(problem: Problem, found: Found, unit: float, bound: Bound, exchanges: int = 0) -> History:
    """The losses of a search as means in the user's units; the last is the certified one."""
    losses = (*(loss * unit for loss in found.optimum.losses[:-1]), bound.loss)
    return History(losses, found.optimum.iterations + exchanges, problem.counter.passes + found.passes)

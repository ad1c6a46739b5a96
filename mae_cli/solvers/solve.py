"""The one entry to the solvers: choose by loss and settings, solve, and certify in the user's units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress, count, pairwise

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.losses import Squared
from mae_cli.progress import NO_PROGRESS, ProgressListener
from mae_cli.rows.blocks import Block, CountedRows, PassCounter, Rows
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.quantiles import target_quantiles
from mae_cli.rows.threads import one_thread
from mae_cli.solvers.absolute import Found, Searches, minimise_absolute, sample_size
from mae_cli.solvers.between import Between, solve_between, solved_first
from mae_cli.solvers.closer import settle_closely
from mae_cli.solvers.prepare.absorbing import absorbable
from mae_cli.solvers.prepare.problem import Loss, Prepared, Problem, whitened_by_all
from mae_cli.solvers.prepare.standardise import Extent
from mae_cli.solvers.prepare.whitening import Whitening
from mae_cli.solvers.proof.certificate import Bound, BoundedFit
from mae_cli.solvers.proof.dual_anywhere import bound_anywhere, bound_in_band
from mae_cli.solvers.proof.exact_exchange import FirstProofs, Settled, settle_from
from mae_cli.solvers.proof.uniqueness import is_unique
from mae_cli.solvers.proof.vertex_proof import VertexProof
from mae_cli.solvers.search.exchange import Optimum, Outcome
from mae_cli.solvers.settings import Auto, SolverSettings, Textbook
from mae_cli.solvers.solution import History, Solution


@dataclass(frozen=True, eq=False)
class Fit:
    """A solved problem.

    Attributes:
        problem: which.
        solution: in the user's units.
        proof: of the vertex of an MAE or pinball fit; None for another point.
    """

    problem: Problem
    solution: Solution
    proof: VertexProof | None

    @property
    def nearly_dependent(self) -> Positions:
        """The design columns of which others tell all but a millionth; not told of fits with an absorbed column."""
        whitening, first = self.problem.whitening, int(self.problem.standard.intercept)
        if not isinstance(whitening, Whitening):
            return np.zeros(0, dtype=np.intp)
        return whitening.kept[whitening.own_shares(intercept=bool(first)) < _OWN_SHARE] - first

    def since(self, passes: int) -> "Fit":
        """The fit without so many passes that were made before it."""
        return replace(self, solution=replace(self.solution, history=self.solution.history.since(passes)))


# A column of which less than this share is its own is nearly a combination of others.
_OWN_SHARE = 1e-6
# A descent may end within such a relative gap; it is not looked for below.
_REACHABLE = 1e-6


def solve(  # noqa: PLR0913  (rows, loss and settings, and what goes with each)
    rows: Rows,
    loss: Loss,
    settings: SolverSettings,
    *,
    intercept: bool = True,
    listener: ProgressListener = NO_PROGRESS,
    extent: Extent | None = None,
) -> Solution:
    """Minimise the mean loss over (intercept, coefficients) for rows with positive weights.

    One pass measures the extent of the rows when it is not known.

    Raises:
        DataError: the numbers of a column span more than floating point can hold.
    """
    counted = CountedRows(rows, PassCounter(listener=listener))
    prepared = Prepared(counted, intercept=intercept, extent=extent, limits=settings.limits)
    return solve_together(prepared, [loss], settings, listener)[0].solution


def solve_together(
    prepared: Prepared, losses: Sequence[Loss], settings: SolverSettings, listener: ProgressListener = NO_PROGRESS
) -> list[Fit]:
    """Minimise the mean of each of several losses over the same rows; the exact fits of MAE and pinball share passes.

    Raises:
        DataError: the numbers of a column span more than floating point can hold.
    """
    with one_thread():
        return _solved(prepared, losses, settings, listener)


def _solved(
    prepared: Prepared, losses: Sequence[Loss], settings: SolverSettings, listener: ProgressListener
) -> list[Fit]:
    before = prepared.rows.counter.passes
    are_exact = [isinstance(settings, Auto) and not isinstance(loss, Squared) for loss in losses]
    exact = list(compress(losses, are_exact))
    together = iter(
        _solve_absolute(prepared, exact, settings, listener) if exact and isinstance(settings, Auto) else []
    )
    fits = [
        next(together) if is_exact else _solve_alone(prepared.problem(loss), settings, listener)
        for loss, is_exact in zip(losses, are_exact, strict=True)
    ]
    return [fit.since(before) for fit in fits]


def _solve_alone(problem: Problem, settings: SolverSettings, listener: ProgressListener) -> Fit:
    if isinstance(settings, Textbook):
        from mae_cli.solvers.textbook import descend_as_textbook  # noqa: PLC0415  (most fits need none of it)

        # Without a tolerance of its own, what is proved to be as near as the exact solver's answers is called so.
        tolerance = Auto().tolerance if settings.tolerance is None else settings.tolerance
        return _without_dual(problem, tolerance, descend_as_textbook(problem, settings, listener))
    from mae_cli.solvers.least_squares import minimise_squared  # noqa: PLC0415  (likewise)

    return _without_dual(problem, settings.tolerance, minimise_squared(problem))


def _without_dual(problem: Problem, tolerance: float | None, fit: BoundedFit) -> Fit:
    proved = fit.bound.is_optimal
    unique = True if isinstance(problem.loss, Squared) and proved else None
    solution = Solution(
        point=fit.point,
        aliased=problem.aliased,
        certificate=fit.bound.certificate(tolerance, unique=unique),
        history=fit.history,
        dual=None,
    )
    return Fit(problem, solution, None)


def _solve_absolute(
    prepared: Prepared, losses: Sequence[Loss], settings: Auto, listener: ProgressListener
) -> list[Fit]:
    if absorbable(prepared.rows, prepared.limits) is not None:
        problems = [prepared.problem(loss) for loss in losses]
        fits = _minimised(problems, None, settings, listener)
    else:
        problems, sample = prepared.sampled(losses, sample_size(prepared.rows.shape, prepared.limits))
        # A descent that may end within a tolerance leaves no proof to begin with.
        is_exact = settings.tolerance < _REACHABLE
        fits = (_minimised_with_neighbours if is_exact else _minimised)(problems, sample, settings, listener)
    listener.proved(max(fit.solution.certificate.relative_gap or 0.0 for fit in fits))
    return fits


def _minimised_with_neighbours(
    problems: Sequence[Problem], sample: Block, settings: Auto, listener: ProgressListener
) -> list[Fit]:
    """Solve some of several quantiles, then those between them, then those that are not settled by that."""
    ordered = sorted(range(len(problems)), key=lambda number: problems[number].absolute_loss.quantile)
    places = solved_first([problems[number].absolute_loss.quantile for number in ordered])
    first = [ordered[place] for place in places]
    fits = dict(zip(first, _minimised([problems[number] for number in first], sample, settings, listener), strict=True))
    pairs = [(fits[low].proof, fits[high].proof) for low, high in pairwise(first)]
    groups = [ordered[low + 1 : high] for low, high in pairwise(places)]
    parts = {
        number: Between(below, above, [problems[each] for each in groups[number]])
        for number, (below, above) in enumerate(pairs)
        if below and above and groups[number]
    }
    for number, proofs in zip(parts, solve_between(list(parts.values())), strict=True):
        found = zip(groups[number], proofs, strict=True)
        fits.update((each, proved(proof, settings)) for each, proof in found if proof is not None)
    left = [number for number in range(len(problems)) if number not in fits]
    if left:
        rest = _minimised([problems[number] for number in left], sample, settings, listener)
        fits.update(zip(left, rest, strict=True))
    return [fits[number] for number in range(len(problems))]


def _minimised(
    problems: Sequence[Problem], sample: Block | None, settings: Auto, listener: ProgressListener
) -> list[Fit]:
    last, rounds = len(problems) - 1, count()
    proofs = FirstProofs(problems)

    def tell(number: int, objective: float) -> None:
        if number == last:  # losses of several problems would not go down together
            listener.reached(next(rounds), objective * _unit(problems[last]))

    searches = Searches(
        problems=problems,
        tell=tell,
        bound=lambda number, point, band: _bound_near(problems[number], point, band, settings.tolerance),
        prove=proofs,
        sample=sample,
    )
    fits = []
    for number, end in enumerate(minimise_absolute(searches)):
        settled = _settled(problems[number], end, proofs.of(number, end.optimum.basis), settings)
        fits.append(_certified(problems[number], settings, end, settled))
    return fits


def _settled(problem: Problem, found: Found, proof: VertexProof | None, settings: Auto) -> Settled | None:
    """The end of a search settled; None where it is bounded already."""
    return None if found.bound else settle_closely(problem, found.optimum, proof, settings.tolerance)


def _unit(problem: Problem) -> float:
    """What turns an objective of a search, twice Σωρ, into the mean loss."""
    return 0.5 * problem.absolute_loss.factor * problem.standard.target_scale / problem.standard.weight


def _bound_near(problem: Problem, standard_point: FloatArray, band: int, tolerance: float) -> Bound | None:
    """The bound of standard coefficients if that is within a tolerance that a descent can reach; else None."""
    if tolerance < _REACHABLE:
        return None
    rows, columns = problem.rows.shape[0], len(problem.whitening.kept)
    size = min(max(columns, band), rows)
    bound = bound_in_band(problem, problem.standard.to_user(standard_point), size)
    return bound if bound.gap <= tolerance * bound.loss else None


def proved(proof: VertexProof, settings: Auto) -> Fit:
    """The fit of a vertex that is proved to be optimal."""
    vertex = proof.vertex
    optimum = Optimum(Outcome.OPTIMAL, vertex.basis.positions, np.zeros(0), 0, ())
    # What floats blur is known well enough where that was accepted.
    as_it_is = Settled(proof, proof.bound, 0)
    settled = as_it_is if proof.is_blurred else settle_from(vertex.problem, optimum, settings.tolerance, proof)
    return _certified(vertex.problem, settings, Found(optimum), settled)


def _certified(problem: Problem, settings: Auto, found: Found, settled: Settled | None) -> Fit:
    """The end of a search, and of what came after it, in the user's units."""
    if settled is None:
        point = problem.in_user_units(found.optimum.step)
        bound = found.bound or bound_anywhere(whitened_by_all(problem), point)
        return _without_dual(problem, settings.tolerance, BoundedFit(point, bound, _history(problem, found, bound)))
    bound, point = settled.bound, settled.proof.vertex.point
    is_proved = bound.is_optimal or bound.is_perfect
    # The μ of a perfect fit may lie outside of their box: as no loss is below zero, no better ones are looked for.
    has_dual = bound.is_optimal and (settled.proof.worst is None or not settled.proof.is_solution_perfect)
    # Of an optimal vertex, floats may leave the loss in the dark: as much as whoever asked accepts.
    is_known = settled.proof.worst is None and settled.proof.is_blurred
    if not (is_proved or is_known):
        point, bound = _better_than_constant(problem, point, bound)
    solution = Solution(
        point=point,
        aliased=problem.aliased,
        certificate=bound.certificate(settings.tolerance, unique=is_unique(settled.proof) if is_proved else None),
        history=_history(problem, found, bound, settled.exchanges),
        dual=settled.proof.dual if has_dual else None,
    )
    return Fit(problem, solution, settled.proof)


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


def _history(problem: Problem, found: Found, bound: Bound, exchanges: int = 0) -> History:
    """The losses of a search as means in the user's units; the last is the certified one."""
    unit = _unit(problem)
    course = [(loss * unit, at_pass) for loss, at_pass in zip(found.optimum.losses, found.at_pass, strict=True)]
    passes = problem.counter.passes + found.passes
    return History.of(course[:-1], found.optimum.iterations + exchanges, bound.loss, passes)

"""Families: problems over the same rows that differ by quantile, weights, given coefficients, or a few rows more.

The problems of the quantiles themselves are solved first, side by side; all others are neighbours of theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from operator import add

import numpy as np

from mae_cli.errors import DataError, Fault
from mae_cli.losses import Absolute, Pinball, loss_named
from mae_cli.progress import NO_PROGRESS, ProgressListener, Refits
from mae_cli.rows.appended import AppendedRows
from mae_cli.rows.blocks import Block, CountedRows, PassCounter, Rows, RowStore
from mae_cli.rows.design import Design
from mae_cli.rows.factors import FactoredRows, Factors, multiplied
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.sums import sum_blocks
from mae_cli.rows.threads import one_thread
from mae_cli.solvers.neighbourhood import Neighbour
from mae_cli.solvers.neighbours import solve_neighbours
from mae_cli.solvers.prepare.problem import Prepared, Problem
from mae_cli.solvers.prepare.standardise import Extent
from mae_cli.solvers.prepare.whitening import Whitening
from mae_cli.solvers.proof.vertex_proof import VertexProof
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solution import Solution
from mae_cli.solvers.solve import Fit, proved, solve, solve_together


@dataclass(frozen=True, eq=False)
class Member:
    """A problem of a family.

    Attributes:
        quantile: τ.
        factors: on the weights of the rows, by the number of their record; 0 leaves a row out. None for ones.
        given: coefficients of design columns that are not fitted; 0 leaves a column out.
        extra: a few rows of its own, of positive weight, behind the shared ones; None for none. ±λ in one column and a
            target of 0 are a penalty of λ·|w|, as ρ(r) + ρ(−r) = |r|, where no intercept is put in front of them.
        given_intercept: likewise of the intercept; None where it is fitted, or the models have none.
        tolerance: on the relative gap of an optimal vertex: floats may leave so much of its loss in the dark.
    """

    quantile: float = 0.5
    factors: Factors | None = None
    given: Mapping[int, float] = field(default_factory=dict)
    extra: Block | None = None
    given_intercept: float | None = None
    tolerance: float = 0.0

    @property
    def loss(self) -> Absolute | Pinball:
        loss = loss_named("mae", self.quantile)
        if not isinstance(loss, Absolute | Pinball):
            raise TypeError("a family is of MAE or pinball fits")
        return loss

    @property
    def is_plain(self) -> bool:
        """Whether only the quantile is its own."""
        return self.factors is None and not self.restricts and self.extra is None

    @property
    def restricts(self) -> bool:
        """Whether coefficients are given."""
        return bool(self.given) or self.given_intercept is not None


def solve_family(  # noqa: PLR0913  (as `solve`)
    rows: RowStore,
    members: Sequence[Member],
    settings: Auto,
    *,
    intercept: bool = True,
    listener: ProgressListener = NO_PROGRESS,
    extent: Extent | None = None,
) -> list[Solution]:
    """The solution of every member.

    Raises:
        DataError: the numbers of a column span more than floating point can hold, or the factors of a member leave no
            row.
    """
    counted = CountedRows(rows, PassCounter(listener=listener))
    with one_thread():
        extent = _extent(counted, members, extent)
        prepared = Prepared(counted, intercept=intercept, extent=extent, limits=settings.limits)
        return _solved(rows, members, settings, prepared, listener)


def _extent(rows: Rows, members: Sequence[Member], extent: Extent | None) -> Extent | None:
    """That of the shared rows, as wide as the extra rows of all members are."""
    extras = [replace(Extent.of(member.extra), weight=0.0) for member in members if member.extra is not None]
    return reduce(add, extras, extent or sum_blocks(rows, Extent.of)) if extras else extent


def _solved(
    rows: RowStore, members: Sequence[Member], settings: Auto, prepared: Prepared, listener: ProgressListener
) -> list[Solution]:
    quantiles = sorted({member.quantile for member in members})
    fits = solve_together(prepared, [Member(quantile).loss for quantile in quantiles], settings, listener)
    plain = dict(zip(quantiles, fits, strict=True))
    solutions = {number: plain[each.quantile].solution for number, each in enumerate(members) if each.is_plain}
    for quantile, fit in plain.items():
        numbers = [n for n, each in enumerate(members) if each.quantile == quantile and not each.is_plain]
        beside = solve_beside(rows, fit, [members[number] for number in numbers], settings, listener)
        solutions.update(zip(numbers, beside, strict=True))
    return [solutions[number] for number in range(len(members))]


def solve_beside(
    rows: RowStore,
    fit: Fit,
    members: Sequence[Member],
    settings: Auto,
    listener: ProgressListener = NO_PROGRESS,
) -> list[Solution]:
    """The solution of every member, all of them of the quantile of a fit of the rows that there is already.

    Raises:
        DataError: as in `solve_family`.
    """
    intercept, refits = fit.problem.standard.intercept, Refits(len(members), listener)
    solutions = []
    with one_thread():
        for member, proof in zip(members, _prove(fit, members, refits), strict=True):
            if proof is not None:
                solutions.append(_of_proof(proof, settings))
            else:
                solutions.append(_solve_alone(rows, member, settings, intercept=intercept))
                refits.add(1)
    return solutions


def _prove(fit: Fit, members: Sequence[Member], refits: Refits) -> list[VertexProof | None]:
    """The proofs of members from that of their quantile; None for those that are no near neighbours of it."""
    proofs: list[VertexProof | None] = [None] * len(members)
    if fit.proof is None or not isinstance(fit.problem.whitening, Whitening):
        return proofs
    numbered = _numbered([member.extra for member in members], fit.problem.rows.shape[0])
    beside = [
        _neighbour(fit.problem, fit.problem.whitening, replace(member, extra=extra))
        for member, extra in zip(members, numbered, strict=True)
    ]
    near = {number: neighbour for number, neighbour in enumerate(beside) if neighbour is not None}
    for number, proof in zip(near, solve_neighbours(fit.proof, list(near.values()), refits), strict=True):
        proofs[number] = proof
    return proofs


def _numbered(extras: Sequence[Block | None], first: int) -> list[Block | None]:
    """The extra rows with positions from `first` on; several members may have the same."""
    numbered: dict[int, Block] = {}
    for extra in extras:
        if extra is not None and id(extra) not in numbered:
            numbered[id(extra)] = _behind(extra, first)
            first += len(extra.target)
    return [numbered.get(id(extra)) for extra in extras]


def _behind(extra: Block, first: int) -> Block:
    return replace(extra, positions=first + np.arange(len(extra.target)))


def _neighbour(problem: Problem, whitening: Whitening, member: Member) -> Neighbour | None:
    """The member's problem beside the solved one."""
    rows: Rows = problem.rows if member.factors is None else FactoredRows(problem.rows, member.factors)
    if member.given_intercept is not None and problem.standard.shift.any():
        return None  # shifted columns would have to move with it
    left_out = set((whitening.aliased - int(problem.standard.intercept)).tolist()) - set(member.given)
    if left_out and (member.restricts or member.extra is not None):
        return None  # a column that was left out may have to take the place of one that is given, or be told from it
    if member.extra is not None:
        rows = AppendedRows(rows, member.extra)
    if not member.restricts:
        return Neighbour(replace(problem, rows=rows), member.factors, member.extra, member.tolerance)
    standard = problem.standard
    first = int(standard.intercept)
    intercepts = [] if member.given_intercept is None else [0]
    coefficients = np.zeros(problem.rows.shape[1])
    coefficients[list(member.given)] = list(member.given.values())
    given = standard.of_user(Coefficients(member.given_intercept or 0.0, coefficients))[0]
    given[: first - len(intercepts)] = 0.0
    restricted = whitening.without(np.array([*intercepts, *(first + column for column in member.given)], dtype=np.intp))
    problem = replace(problem, rows=rows, whitening=restricted, given=given)
    return Neighbour(problem, member.factors, member.extra, member.tolerance)


def _of_proof(proof: VertexProof, settings: Auto) -> Solution:
    solution = _with_own_positions(proved(proof, settings).solution, proof.vertex.problem.rows)
    # A column whose coefficient is given is not fitted, but neither is it left out.
    return solution if proof.vertex.problem.given is None else replace(solution, aliased=())


def _with_own_positions(solution: Solution, rows: Rows) -> Solution:
    """The solution whose dual point numbers extra rows as if no other member had any."""
    if solution.dual is None or not isinstance(rows, AppendedRows):
        return solution
    behind, first = solution.dual.rows, rows.rows.shape[0]
    own = np.where(behind < first, behind, behind - int(rows.extra.positions[0]) + first)
    return replace(solution, dual=replace(solution.dual, rows=own))


def _solve_alone(rows: RowStore, member: Member, settings: Auto, *, intercept: bool) -> Solution:
    """The solution of a member that is no near neighbour, from rows of its own."""
    kept = rows.kept(partial(_own_rows, member=member))
    if not kept.shape[0]:
        raise DataError(Fault("refit-without-rows", "the factors of a refit leave no row"))
    own: Rows = kept
    if member.extra is not None:
        own = AppendedRows(kept, _behind(_without_given(member.extra, member), kept.shape[0]))
    solution = solve(own, member.loss, settings, intercept=intercept and member.given_intercept is None)
    solution = _with_shared_positions(solution, kept, rows.shape[0])
    kept.close()
    values = solution.coefficients.copy()
    values[list(member.given)] = list(member.given.values())
    aliased = tuple(column for column in solution.aliased if column not in member.given)
    point = Coefficients(solution.intercept + (member.given_intercept or 0.0), values)
    return replace(solution, point=point, aliased=aliased)


def _with_shared_positions(solution: Solution, kept: RowStore, shared: int) -> Solution:
    """The solution whose dual point numbers the rows as all members do, those of its own behind the shared ones."""
    if solution.dual is None:
        return solution
    own, count = solution.dual.rows, kept.shape[0]
    positions = own - count + shared
    positions[own < count] = kept.take(own[own < count]).record_numbers
    return replace(solution, dual=replace(solution.dual, rows=positions))


def _own_rows(block: Block, member: Member) -> Block:
    """The rows of a block that have a weight; their records are their positions among the shared rows."""
    block = replace(multiplied(block, member.factors), records=block.positions)
    if block.weights is not None:
        block = block.part(np.flatnonzero(block.weights > 0))
    return _without_given(block, member)


def _without_given(block: Block, member: Member) -> Block:
    """The block with given coefficients times their columns taken off the target."""
    if not member.restricts:
        return block
    coefficients = np.zeros(block.design.shape[1])
    coefficients[list(member.given)] = list(member.given.values())
    target = block.target - (member.given_intercept or 0.0) - block.design.product(coefficients)
    return replace(block, target=target, design=_emptied(block.design, list(member.given)))


def _emptied(design: Design, columns: Sequence[int]) -> Design:
    """The design with zeros in some of its columns."""
    numeric = design.numeric.copy()
    numeric[:, [column for column in columns if column < numeric.shape[1]]] = 0.0
    codes = []
    for code, offset, count in design.categories():
        levels = [column - offset + 1 for column in columns if offset <= column < offset + count]
        codes.append(np.where(np.isin(code, levels), 0, code).astype(code.dtype))
    return Design(numeric, tuple(codes), design.level_counts)

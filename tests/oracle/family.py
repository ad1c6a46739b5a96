"""Families of problems over the same rows, drawn by a seed; what a solver makes of them, and what is false about it.

Of a member's weights the oracle knows what a caller knows: they are the weights relative to each other times the
factors, each product rounded once to a float. A given coefficient is taken off the target, and for that there are two
exact problems, which are told apart by how the member was solved: beside its quantile's problem the target is y − c·x
as a number that no float need hold; alone it is y less c·x, each rounded to a float, and the claim is about these rows.
So nothing is allowed for that rounding: each claim has to be true of the one exact problem that was solved.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np

import mae_cli
from mae_cli.errors import DataError
from mae_cli.rows.factors import GivenFactors
from mae_cli.solvers import family as solver
from mae_cli.solvers import neighbours, solve
from mae_cli.solvers.limits import Limits
from mae_cli.workflows import fit as fitting
from mae_cli.workflows.fit_data import FitData
from oracle.awkward import QUANTILES, SIZES, Problem
from oracle.claims import Claim, Term, design
from oracle.truth import Truths
from oracle.verdict import Fault, Kind, Verdict, is_beyond_floats, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Apart from the seeds of the problems themselves.
FAMILIES = 7919
WAYS = ("members", "refit", "quantiles", "between")


@dataclass(frozen=True, eq=False)
class One:
    """A member as it is asked for.

    Attributes:
        factors: (n,) on the weights; None for none.
        given: coefficients that are not fitted; at most one of them is not zero.
        function: what gives the factors in their place.
        tags: what is its own.
    """

    quantile: float
    factors: np.ndarray | None = None
    given: dict[Term, float] = field(default_factory=dict)
    function: Callable[[np.ndarray], np.ndarray] | None = None
    tags: tuple[str, ...] = ()

    def __str__(self) -> str:
        given = ", ".join(
            f"{column if level is None else level} = {c:.6g}" for (column, level), c in self.given.items()
        )
        return f"τ = {self.quantile}: {', '.join(filter(None, (*self.tags, given)))}"


@dataclass(frozen=True, eq=False)
class Family:
    """Members over the rows of a problem.

    Attributes:
        way: whether they are solved as members of a family, by `refit`, or by `fit` with several quantiles, which may
            be so near to each other that some are neighbours of others; half of these are solved as many rows are.
        band: a width for the bands beside solved problems, which few rows would else never have; None for none.
    """

    problem: Problem
    members: tuple[One, ...]
    way: str
    band: float | None

    @property
    def limits(self) -> Limits:
        """Those that give bands of the width; a share of the rows cannot be more than all of them."""
        bands = {} if self.band is None else {"band_width": self.band, "fewest_rows": 1, "most_of_all": 1.0}
        is_sampled = self.way == "between" and len(self.problem.y) % 2
        samples = {"dense_size": 0, "smallest_sample": 1, "sample_rows_per_column": 2} if is_sampled else {}
        return Limits(**bands, **samples)

    def __str__(self) -> str:
        return f"{self.problem}; by {self.way}{'' if self.band is None else f', in bands of {self.band:.3g}'}"


# ---------------------------------------------------------------- drawn


def family(posed: Problem, seed: int, size: str = "small") -> Family:
    """The family of a seed over the rows of a problem."""
    random = np.random.default_rng([seed, SIZES[size], FAMILIES])
    posed = replace(posed, loss="mae")
    way = str(random.choice(WAYS, p=[0.6, 0.2, 0.1, 0.1]))
    band = float(random.uniform(0.1, 0.4)) if random.random() < 0.7 else None
    folds = _folds(random, len(posed.y))
    if way == "between":
        low, high = np.sort(random.uniform(0.1, 0.28) + random.uniform(0, 0.18, 2) + random.choice([0.0, 0.2, 0.44]))
        return Family(posed, tuple(One(float(quantile)) for quantile in np.linspace(low, high, 6)), way, band)
    members = []
    for _ in range(int(random.integers(4, 7))):
        one = One(posed.quantile)
        if way == "quantiles" or (way == "members" and random.random() < 0.3):
            one = replace(one, quantile=float(random.choice([0.5, *QUANTILES])))
        if way == "refit" or (way == "members" and random.random() < 0.7):
            one = _with_factors(random, one, posed, folds)
        if way == "members" and random.random() < 0.45:
            one = _with_given(random, one, posed)
        members.append(one)
    return Family(posed, tuple(members), way, band)


def _folds(random: np.random.Generator, rows: int) -> np.ndarray:
    """(n,) the fold of each row: scattered, or one stretch after the other."""
    count = int(random.integers(2, 6))
    return random.integers(0, count, rows) if random.random() < 0.6 else np.arange(rows) * count // rows


def _with_factors(random: np.random.Generator, one: One, posed: Problem, folds: np.ndarray) -> One:
    rows, fold = len(posed.y), random.choice(folds)
    kind = str(random.choice(["exponential", "whole", "folds", "fold", "same"], p=[0.3, 0.3, 0.28, 0.09, 0.03]))
    if kind == "exponential":
        (function,) = mae_cli.exponential_factors(1, int(random.integers(2**31)))
        # One record at a time: the factors of a record are its own, whichever others are asked for with it.
        values = np.concatenate([function(np.array([record])) for record in range(rows)])
        return replace(one, factors=values, function=function, tags=(kind,))
    if kind == "whole":
        values = random.integers(0, 4, rows)
    elif kind == "same":
        values = np.full(rows, random.choice([1, 3, 0.1]))
    else:
        values = (folds != fold) if kind == "folds" else (folds == fold)
    values = np.asarray(values, dtype=float)
    used = np.arange(rows) if posed.weights is None else np.flatnonzero(posed.weights)
    if not values[used].any():
        values[used[0]] = 1.0  # without any row there is nothing to fit
    return replace(one, factors=values, function=GivenFactors(values), tags=(kind,))


def _with_given(random: np.random.Generator, one: One, posed: Problem) -> One:
    """One or two columns left out, or all of them; or one of them with a coefficient that is not fitted."""
    terms = _data(posed).schema.design_columns
    if not terms:
        return one
    count = len(terms) if random.random() < 0.05 else int(random.integers(1, 3))
    chosen = [terms[j] for j in random.permutation(len(terms))[:count]]
    given = dict.fromkeys(chosen, 0.0)
    if random.random() < 0.5:
        column = design(posed, chosen[:1])[:, 0]
        size = (float(np.ptp(posed.y)) or 1.0) / (float(np.ptp(column)) or 1.0)
        draws = [random.standard_normal() * size, 2.0 ** np.round(np.log2(size)), random.choice([-1.0, 1.0, 3.0])]
        value = float(random.choice(draws))
        with np.errstate(over="ignore", invalid="ignore"):
            moved = np.abs(value * column).max()
        # Not beyond what the target's own digits can show, nor far beyond the target.
        if 1e-20 * size < abs(value) < 1e12 * size and moved < 1e300:
            given[chosen[0]] = value
    return replace(one, given=given)


# ---------------------------------------------------------------- the exact problem of a member


def problem_of(posed: Problem, one: One) -> Problem:
    """The member as a problem of its own."""
    weights = posed.weights if one.factors is None else _products(posed.weights, one.factors)
    return replace(posed, quantile=one.quantile, weights=weights, given=one.given, tags=(*posed.tags, str(one)))


def _products(weights: np.ndarray | None, factors: np.ndarray) -> np.ndarray:
    """ω·f with ω divided by a power of two, so that the largest is near 1: each product rounded once."""
    if weights is None:
        return factors
    unit = Fraction(2) ** int(np.frexp(weights.max())[1])
    pairs = zip(weights.tolist(), factors.tolist(), strict=True)
    return np.array([float(Fraction(weight) / unit * Fraction(factor)) for weight, factor in pairs])


def with_rounded_target(member: Problem) -> Problem:
    """With y − c·x, rounded twice, for the target, and zeros for the coefficients."""
    y = member.y
    for term, value in member.given.items():
        products = [float(Fraction(x) * Fraction(value)) for x in design(member, [term])[:, 0].tolist()]
        y = np.array([float(Fraction(a) - Fraction(b)) for a, b in zip(y.tolist(), products, strict=True)])
    return replace(member, y=y, given=dict.fromkeys(member.given, 0.0))


# ---------------------------------------------------------------- solved and judged


@dataclass(eq=False)
class _Seen:
    """How members were solved.

    Attributes:
        alone: the members that no neighbour settled.
        in_bands: the quantiles beside whose problem others were solved in a band that is not all rows.
        between: the quantiles that were solved as neighbours of others.
    """

    alone: list[solver.Member] = field(default_factory=list)
    in_bands: set[float] = field(default_factory=set)
    between: set[float] = field(default_factory=set)


@contextmanager
def _watched() -> Iterator[_Seen]:
    """Notes of what was solved where."""
    seen = _Seen()
    solve_alone, band_of, between = solver._solve_alone, neighbours._band, solve.solve_between  # noqa: SLF001

    def noting_alone(rows: Any, member: solver.Member, *others: Any, **named: Any) -> Any:
        seen.alone.append(member)
        return solve_alone(rows, member, *others, **named)

    def noting_band(proof: Any, *others: Any) -> Any:
        share, width = band_of(proof, *others)
        if np.isfinite(width):
            seen.in_bands.add(proof.vertex.view.quantile)
        return share, width

    def noting_between(parts: Any) -> Any:
        proofs = between(parts)
        seen.between.update(proof.vertex.view.quantile for part in proofs for proof in part if proof is not None)
        return proofs

    with (
        mock.patch.object(solve, "solve_between", noting_between),
        mock.patch.object(solver, "_solve_alone", noting_alone),
        mock.patch.object(neighbours, "_band", noting_band),
    ):
        yield seen


def family_verdicts(posed: Family) -> tuple[Verdict, ...]:
    """Of every member; a single one when there is an exception."""
    problems = [problem_of(posed.problem, one) for one in posed.members]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            claims, hows = _solved(posed)
        except DataError as error:
            # Neighbours are solved beside the problems of the quantiles alone, and these may be beyond floats, too.
            plain = [replace(posed.problem, quantile=quantile) for quantile in {one.quantile for one in posed.members}]
            beyond = any(is_beyond_floats(Truths(each), str(error), is_exact=True) for each in [*problems, *plain])
            fault = Fault(Kind.EXCEPTION, words=f"DataError: {error}")
            return (Verdict("family", None, () if beyond else (fault,)),)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is a fault)
            return (Verdict("family", None, (Fault(Kind.EXCEPTION, words=f"{type(error).__name__}: {error}"),)),)
    said = tuple(sorted({str(each.message) for each in caught}))
    found = [
        Verdict("family", claim, faults_of(problem, claim, how), said if not number else (), str(one), how)
        for number, (one, problem, claim, how) in enumerate(zip(posed.members, problems, claims, hows, strict=True))
    ]
    return tuple(found)


def faults_of(member: Problem, claim: Claim, how: str) -> tuple[Fault, ...]:
    """All that is false about a claim, of the problem that was solved."""
    changed = {term for term, value in member.given.items() if claim.coefficients.get(term) != value}
    if how != "alone" or changed or not any(member.given.values()):
        return judge(Truths(member), claim)
    zeros = dict.fromkeys(member.given, 0.0)
    return judge(Truths(with_rounded_target(member)), replace(claim, coefficients=claim.coefficients | zeros))


def _solved(posed: Family) -> tuple[list[Claim], list[str]]:
    """What the solver says of each member, and how each was solved."""
    given, members = posed.problem, posed.members
    same = {"sample_weight": given.weights, "intercept": given.intercept}
    settings = mae_cli.Auto(limits=posed.limits)
    with _watched() as seen:
        if posed.way in {"quantiles", "between"}:
            quantiles = [one.quantile for one in members]
            results = mae_cli.fit(given.X, given.y, quantile=quantiles, solver=settings, **same)
            hows = ["between" if quantile in seen.between else "plain" for quantile in quantiles]
            return [Claim.of_fit(result) for result in results], hows
        if posed.way == "refit":
            # Arrays as they are, functions as functions.
            factors = [one.factors if isinstance(one.function, GivenFactors) else one.function for one in members]
            # It takes no settings.
            with mock.patch.object(fitting, "_exact", return_value=settings):
                results = mae_cli.refit(given.X, given.y, factors, quantile=given.quantile, **same)
            return [Claim.of_fit(result) for result in results], ["refit"] * len(results)
        data = _data(given)
        places = {term: place for place, term in enumerate(data.schema.design_columns)}
        asked = [
            solver.Member(one.quantile, one.function, {places[term]: value for term, value in one.given.items()})
            for one in members
        ]
        solutions = solver.solve_family(data.rows, asked, settings, intercept=given.intercept, extent=data.extent)
        results = [fitting._result(data, data.rows, fitting.FitSettings(), each) for each in solutions]  # noqa: SLF001
        claims = [Claim.of_fit(result) for result in results]
        return claims, [_how(each, seen) for each in asked]


def _data(posed: Problem) -> FitData:
    """The rows as the library reads them; which level of a text is no term is its choice."""
    return FitData.of(posed.X, posed.y, posed.weights, 200, intercept=posed.intercept)


def _how(member: solver.Member, seen: _Seen) -> str:
    if member.is_plain:
        return "plain"
    if member in seen.alone:
        return "alone"
    return "in a band" if member.quantile in seen.in_bands else "beside"

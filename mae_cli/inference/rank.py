"""Intervals by inverting rank tests: no density of the residuals at the plane is estimated to say how sure a fit is.

For a coefficient that is given the value b the other ones are fitted. The dual point of that fit,
â = μ + (1 − τ) in [0, 1], holds the regression rank scores (Gutenbrunner, Jurečková, Koenker and Portnoy, 1993), and

    T(b) = Σωμx / √(q·τ(1 − τ))

is a test of b being the true one; q = Σωe², e the residual of x on the other columns by least squares weighted by the
density f (Koenker and Machado, 1999), which allows for unequal spread; with the same f for all rows it is assumed to be
equal. T is a step function that falls with b, so {b: |T(b)| < t} is an interval, whose ends are jumps of T (Koenker,
1994). At a fit the whole step that b lies on is known: it ends where a row outside of the basis would be reached.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.inference.coordinates import Coordinates
from mae_cli.inference.sandwich import Bread
from mae_cli.rows.blocks import Block, Rows
from mae_cli.solvers.family import Member
from mae_cli.solvers.solution import DualPoint, Solution

# The first look at an end goes a little beyond where it is expected.
_BEYOND = 1.1
_MOST_ROUNDS = 60
# After so many steps beyond the expected end without reaching it, there is none.
_MOST_DOUBLINGS = 12
# Steps of T meet where they are the same to this share of the standard error.
_SAME = 1e-9
# A row whose rate along the way is below this share of the fastest does not move.
_STILL = 1e-12

Solve = Callable[[Sequence[Member]], list[Solution]]


@dataclass(frozen=True)
class End:
    """An end of an interval, in the user's units.

    Attributes:
        outer: the jump of T at which |T| reaches t: the interval ends here. ±∞ where it never does.
        inner: the jump before.
        interpolated: between both, by how far t lies between the two values of |T|.
    """

    outer: float
    inner: float
    interpolated: float


@dataclass(frozen=True, eq=False)
class CoefficientTest:
    """A coefficient whose values are tested.

    Attributes:
        column: of the design; None for the intercept.
        functional: (p,) a, with the coefficient = factor·(a·β) + shift for standard coefficients β.
        factor: of a·β.
        shift: what is added.
        variance: q, in standard units.
        centre: a·β of the fit.
        error: the standard error of a·β.
    """

    column: int | None
    functional: FloatArray
    factor: float
    shift: float
    variance: float
    centre: float
    error: float

    @staticmethod
    def of(place: int, sums: Bread, coordinates: Coordinates, point: FloatArray, spread: float) -> "CoefficientTest":
        """The coefficient of a standard column, for a fit at standard coefficients (p,); `spread` is τ(1 − τ).

        Raises:
            LinAlgError: the sums do not say how it varies.
        """
        standard = coordinates.standard
        first, numeric = int(standard.intercept), len(standard.scale)
        functional = np.zeros(len(point))
        functional[place] = 1.0
        factor, shift = standard.target_scale, 0.0
        if place < first:
            functional[first : first + numeric] = -standard.shift / standard.scale
            shift = standard.target_shift
        elif place < first + numeric:
            factor = standard.target_scale / standard.scale[place - first]
        functional_there = functional[coordinates.whitening.kept] @ coordinates.standard_functionals
        direction = sums.inverse @ functional_there
        along = float(functional_there @ direction)
        variance = float(direction @ sums.meat @ direction)
        if not (along > 0 and 0 < variance < np.inf):
            raise np.linalg.LinAlgError("the numbers are too far apart to say how a coefficient varies")
        return CoefficientTest(
            column=None if place < first else place - first,
            functional=functional,
            factor=factor,
            shift=shift,
            variance=variance / along**2,
            centre=float(functional @ point),
            error=float(np.sqrt(variance * spread)),
        )

    def in_user_units(self, value: float) -> float:
        """A value of a·β as one of the coefficient."""
        return self.factor * value + self.shift

    def unrounded(self, end: float, value: float) -> float:
        """An end of the interval; where it is that of the coefficient but for rounding, its value."""
        return value if abs(end - value) <= _SAME * self.error * abs(self.factor) else end

    def member(self, quantile: float, value: float, left_out: Sequence[int]) -> Member:
        """The fit in which it has this value, and design columns that were left out stay so.

        Raises:
            LinAlgError: it is beyond floating point.
        """
        given = self.in_user_units(value)
        if not np.isfinite(given):
            raise np.linalg.LinAlgError("a value to be tested is beyond floating point")
        zeros = dict.fromkeys(left_out, 0.0)
        if self.column is None:
            return Member(quantile, given=zeros, given_intercept=given)
        return Member(quantile, given=zeros | {self.column: given})


@dataclass(frozen=True, eq=False)
class _Steps:
    """For each of m fits Σωμ·(z·d), and how far b may rise and fall until the next row is reached, (m,) each."""

    scores: FloatArray
    up: FloatArray
    down: FloatArray

    def __add__(self, other: "_Steps") -> "_Steps":
        return _Steps(self.scores + other.scores, np.minimum(self.up, other.up), np.maximum(self.down, other.down))


@dataclass(frozen=True, eq=False)
class _GivenFit:
    """A fit in which a coefficient is given.

    Attributes:
        point: its standard coefficients (p,).
        direction: d, (p,), how they change with the coefficient given.
        rows: where λ is not the sign of the residual, in order.
        dual: λ there.
    """

    point: FloatArray
    direction: FloatArray
    rows: Positions
    dual: FloatArray

    @staticmethod
    def of(
        rows: Rows, coordinates: Coordinates, tested: CoefficientTest, solution: Solution, dual: DualPoint
    ) -> "_GivenFit":
        """The fit of a solution: z·d = 0 in its basis and a·d = 1.

        Raises:
            LinAlgError: its basis and the coefficient do not determine a plane.
        """
        kept = coordinates.whitening.kept
        basis = coordinates.standard(rows.take(dual.rows[: len(kept) - 1])).design.dense()[:, kept]
        matrix = np.vstack([basis, tested.functional[kept]])
        sizes = np.abs(matrix).max(axis=1)
        direction = np.zeros(len(tested.functional))
        direction[kept] = np.linalg.solve(matrix / sizes[:, np.newaxis], np.eye(len(kept))[-1] / sizes)
        order = np.argsort(dual.rows)
        point = coordinates.standard.of_user(solution.point)[0]
        return _GivenFit(point, direction, dual.rows[order], dual.values[order])


@dataclass(frozen=True, eq=False)
class _Look:
    """How rows are seen from fits."""

    coordinates: Coordinates
    quantile: float
    fits: Sequence[_GivenFit]

    def __call__(self, block: Block) -> _Steps:
        """What a block says."""
        standard = self.coordinates.standard
        shifted = standard.shifted(block)
        residuals = standard.residual(shifted, np.stack([fit.point for fit in self.fits]))
        rates = standard.product(shifted, np.stack([fit.direction for fit in self.fits]))
        signs = np.sign(residuals)
        for number, fit in enumerate(self.fits):
            places, which = block.places(fit.rows)
            signs[number, places] = fit.dual[which]
            residuals[number, places] = 0.0  # they do not move, or cannot be told from those that do not
        slopes = 0.5 * (signs + (2 * self.quantile - 1))
        scores = ((slopes * rates) * self.coordinates.weights(block)).sum(axis=1)
        moving = np.abs(rates) > _STILL * np.abs(rates).max(axis=1, initial=0.0, keepdims=True)
        lengths = np.divide(residuals, rates, out=np.zeros(rates.shape), where=moving)
        up = np.where(lengths > 0, lengths, np.inf).min(axis=1, initial=np.inf)
        down = np.where(lengths < 0, lengths, -np.inf).max(axis=1, initial=-np.inf)
        return _Steps(scores, up, down)


@dataclass(eq=False)
class _Search:
    """The search for one end.

    Attributes:
        tested: the coefficient.
        side: −1 for the lower end, 1 for the upper one.
        critical: t.
        value: of a·β to be looked at next.
        inside: how far from the centre it is certain that |T| < t.
        inner: where the last step inside begins.
        inside_statistic: |T| there.
        outside: from where on |T| ≥ t; ∞ until it was seen.
        outside_statistic: |T| there.
        doublings: steps without reaching the outside.
        is_settled: whether the end is known.
        is_failed: whether a fit could not be proved.
        looks: taken so far.
    """

    tested: CoefficientTest
    side: float
    critical: float
    value: float = 0.0
    inside: float = 0.0
    inner: float = 0.0
    inside_statistic: float = 0.0
    outside: float = np.inf
    outside_statistic: float = np.inf
    doublings: int = 0
    is_settled: bool = False
    is_failed: bool = False
    looks: int = 0

    def __post_init__(self) -> None:
        self.distance = _BEYOND * self.critical * self.tested.error
        self._aim()

    def _aim(self) -> None:
        self.value = self.tested.centre + self.side * self.distance

    def see(self, statistic: float, begins: float, ends: float) -> None:
        """Take in |T| at the value, and the distances from the centre between which it is the same."""
        self.looks += 1
        if statistic < self.critical:
            self.inside, self.inner, self.inside_statistic = ends, begins, statistic
        else:
            self.outside, self.outside_statistic = begins, statistic
        if np.isinf(self.inside) or self.doublings >= _MOST_DOUBLINGS:
            self.outside, self.is_settled = np.inf, True
        elif self.outside - self.inside <= _SAME * self.tested.error:
            self.is_settled = True
        else:
            self._choose()

    def _choose(self) -> None:
        if np.isinf(self.outside):
            self.doublings += 1
            self.distance = max(2 * self.distance, self.inside + self.tested.error)
        else:
            rise = self.outside_statistic - self.inside_statistic
            share = (self.critical - self.inside_statistic) / rise if self.looks % 3 and rise > 0 else 0.5
            share = min(max(share, 0.02), 0.98)
            self.distance = self.inside + share * (self.outside - self.inside)
        self._aim()

    @property
    def end(self) -> End:
        """In the user's units."""
        tested = self.tested

        def there(distance: float) -> float:
            return tested.in_user_units(tested.centre + self.side * distance)

        if np.isinf(self.outside):
            infinite = self.side * np.inf
            return End(infinite, infinite, infinite)
        rise = self.outside_statistic - self.inside_statistic
        share = (self.critical - self.inside_statistic) / rise if rise > 0 else 1.0
        between = self.inner + share * (self.outside - self.inner)
        return End(there(self.outside), there(self.inner), there(between))


@dataclass(frozen=True, eq=False)
class RankTests:
    """Rank tests of the coefficients of a quantile.

    Attributes:
        rows: that were fitted.
        coordinates: of them.
        quantile: τ.
        critical: t.
        solve: solves members of the family of the fit.
    """

    rows: Rows
    coordinates: Coordinates
    quantile: float
    critical: float
    solve: Solve

    def invert(self, tested: Sequence[CoefficientTest]) -> list[tuple[End, End] | None]:
        """The ends of the interval of each coefficient; None where a fit on the way was not proved to be optimal.

        All ends are looked for together: each round is a family of fits and one pass over the rows.

        Raises:
            LinAlgError: a basis and a coefficient do not determine a plane.
        """
        searches = [_Search(each, side, self.critical) for each in tested for side in (-1.0, 1.0)]
        for _ in range(_MOST_ROUNDS):
            going = [each for each in searches if not each.is_settled]
            if not going:
                break
            self._look(going)
        return [
            None if low.is_failed or high.is_failed else (low.end, high.end)
            for low, high in zip(searches[::2], searches[1::2], strict=True)
        ]

    def _look(self, searches: Sequence[_Search]) -> None:
        """One round."""
        whitening, first = self.coordinates.whitening, int(self.coordinates.standard.intercept)
        left_out = [column - first for column in whitening.aliased.tolist() if column >= first]
        solutions = self.solve([each.tested.member(self.quantile, each.value, left_out) for each in searches])
        fits: dict[int, _GivenFit] = {}
        for number, (search, solution) in enumerate(zip(searches, solutions, strict=True)):
            if solution.dual is None:
                search.is_settled = search.is_failed = True
            else:
                fits[number] = _GivenFit.of(self.rows, self.coordinates, search.tested, solution, solution.dual)
        if not fits:
            return
        steps = reduce(add, self.rows.map(_Look(self.coordinates, self.quantile, list(fits.values()))))
        for place, number in enumerate(fits):
            self._take_in(searches[number], steps, place)

    def _take_in(self, search: _Search, steps: _Steps, place: int) -> None:
        tested = search.tested
        statistic = abs(float(steps.scores[place])) / np.sqrt(tested.variance * self.quantile * (1 - self.quantile))
        distance = abs(search.value - tested.centre)
        ahead, back = (steps.up, -steps.down) if search.side > 0 else (-steps.down, steps.up)
        search.see(float(statistic), distance - float(back[place]), distance + float(ahead[place]))

"""What a solver returns: coefficients, how they were reached, and how far they can be from the optimum."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.linear import Coefficients

ROUNDED_GAP = 1e-9
"""Beyond this relative gap an optimal fit is told what rounding its coefficients to floats costs."""


class Status(StrEnum):
    """How a fit ended."""

    OPTIMAL = "optimal"
    """No linear model on the columns kept has a smaller loss: a dual point proves the gap of the solution, before its
    coefficients were rounded to floats, to be at most 1e-12 of the loss; or the fit is perfect to the rounding of the
    spread of the data."""
    TOLERANCE = "tolerance"
    """The duality gap is proved to be within the tolerance asked for."""
    LIMIT = "limit"
    """The steps ran out first; the gap says how far the answer can be from the optimum."""


@dataclass(frozen=True)
class Certificate:
    """The proof that comes with a fit, in units of the mean loss over the training rows.

    Attributes:
        status: how the fit ended.
        loss: weighted mean loss of the coefficients returned, as they are written.
        lower_bound: no coefficients of the columns kept have a smaller mean loss than this: a dual value, less what
            rounding can do to it.
        relative_gap: (loss − lower_bound) / loss, with what rounding the coefficients to floats costs; None when the
            loss is zero to the rounding of the spread of the data.
        unique: whether these are the only optimal coefficients; None when not settled.
    """

    status: Status
    loss: float
    lower_bound: float
    relative_gap: float | None
    unique: bool | None


@dataclass(frozen=True)
class History:
    """The course of a fit.

    Attributes:
        loss: mean loss over all training rows, from the start to the coefficients returned.
        iterations: steps taken (descent steps and exchanges of a basis row, or epochs of the textbook solver).
        passes: passes over all training rows.
        at_pass: the pass with which each loss was known; that of the last is `passes`.
    """

    loss: tuple[float, ...]
    iterations: int
    passes: int
    at_pass: tuple[int, ...]

    @staticmethod
    def of(course: Iterable[tuple[float, int]], iterations: int, loss: float, passes: int) -> "History":
        """The finite losses of a course, each with the pass that made it known; the certified one comes last."""
        known = [each for each in course if math.isfinite(each[0])]
        losses, at_pass = zip(*known, (loss, passes), strict=True)
        return History(losses, iterations, passes, at_pass)

    def since(self, passes: int) -> "History":
        """The course without so many passes that were made before it."""
        at_pass = tuple(each - passes for each in self.at_pass)
        return replace(self, passes=self.passes - passes, at_pass=at_pass)


@dataclass(frozen=True, eq=False)
class DualPoint:
    """A dual point λ of an MAE or pinball fit in few numbers: λᵢ = sgn(rᵢ) in every row but those listed.

    It satisfies |λᵢ| ≤ 1 and Σωᵢ(λᵢ + 2τ − 1)xᵢ = 0, so Σω(λ + 2τ − 1)y is a lower bound of twice the pinball loss.

    Attributes:
        rows: the vertex's basis, and the other rows where λ is not, or not beyond rounding, the sign of the residual.
        values: λ in these rows.
    """

    rows: Positions
    values: FloatArray


@dataclass(frozen=True, eq=False)
class Solution:
    """A fit in the user's units.

    Attributes:
        point: the linear function that was fitted; 0.0 for a column that was left out.
        aliased: indices of the design columns that depend on earlier ones and were left out.
        certificate: the proof.
        history: the course.
        dual: the dual point of an optimal MAE or pinball vertex; None otherwise, and for a perfect fit of which none
            was found but μ = 0.
    """

    point: Coefficients
    aliased: tuple[int, ...]
    certificate: Certificate
    history: History
    dual: DualPoint | None

    @property
    def intercept(self) -> float:
        """The intercept, 0.0 when the model has none."""
        return self.point.intercept

    @property
    def coefficients(self) -> FloatArray:
        """(p,) in the order of the design columns."""
        return self.point.values

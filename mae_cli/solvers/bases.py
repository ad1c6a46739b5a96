"""What the vertex search asks of the bases of its problems, whatever kind of rows these have."""

from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from mae_cli.arrays import BoolArray, FloatArray, Positions


@dataclass(frozen=True, eq=False)
class Start:
    """Where a search begins.

    Attributes:
        basis: k independent rows, as their kind of rows has them.
        weights: (m,) of all rows; None when all are 1.
        residual: (m,) at d = 0.
        linear: (k,) the linear term.
    """

    basis: Any
    weights: FloatArray | None
    residual: FloatArray
    linear: FloatArray


class Bases(Protocol):
    """The bases of a problems of m rows and k columns each; residuals and rows are scaled by the weights."""

    @property
    def places(self) -> Positions:
        """(a, k) the rows of each basis."""
        ...

    @property
    def shortness(self) -> FloatArray:
        """(a, m) one over the length of each row; 0 for rows of zeros, which are never met."""
        ...

    def refresh(self, which: Positions) -> tuple[FloatArray, BoolArray]:
        """Compute the inverses of some from their rows alone: their residuals (…, m), and which are dependent."""
        ...

    def multipliers(self, signs: FloatArray) -> FloatArray:
        """λ, (a, …), for signs (a, m) of the residuals that are 0 in the basis."""
        ...

    def rates(self, leaving: Positions) -> tuple[FloatArray, Positions]:
        """How fast predictions grow along the edges that free a row each, (a, m), 1 in it; and which rows, (a,)."""
        ...

    def replace(self, leaving: Positions, entering: Positions) -> None:
        """The rows freed last give their places to others."""
        ...

    def step(self, which: int) -> FloatArray:
        """(k,) from d = 0 to the vertex of one."""
        ...

    def drop(self, place: int) -> None:
        """One leaves; the last one takes its place."""
        ...


def dropped(array: NDArray[Any], place: int) -> NDArray[Any]:
    """The array without what is at a place, where its last entry comes instead: nothing else is moved."""
    if place < len(array) - 1:
        array[place] = array[-1]
    return array[:-1]

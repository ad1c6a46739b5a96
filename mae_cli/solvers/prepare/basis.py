"""What the vertex search asks of a basis, whatever kind of rows its problem has."""

from dataclasses import dataclass
from typing import Any, Protocol

from mae_cli.arrays import FloatArray, Positions


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


class Basis(Protocol):
    """k independent rows of a problem, and what follows from them; residuals and rows are scaled by the weights."""

    @property
    def places(self) -> Positions:
        """(k,) the rows."""
        ...

    @property
    def shortness(self) -> FloatArray:
        """(m,) one over the length of each row; 0 for rows of zeros, which are never met."""
        ...

    def refresh(self) -> FloatArray:
        """Compute everything from the rows of the basis alone: the residuals (m,).

        Raises:
            LinAlgError: the rows are dependent.
        """
        ...

    def multipliers(self, signs: FloatArray) -> FloatArray:
        """λ, (k,), for signs (m,) of the residuals that are 0 in the basis."""
        ...

    def rates(self, leaving: int) -> tuple[FloatArray, int]:
        """How fast predictions grow along the edge that frees a row, (m,), 1 in it; and which row it is."""
        ...

    def replace(self, leaving: int, entering: int) -> None:
        """The row freed last gives its place to another."""
        ...

    def step(self) -> FloatArray:
        """(k,) from d = 0 to the vertex.

        Raises:
            LinAlgError: the rows are dependent.
        """
        ...

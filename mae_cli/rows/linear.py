"""A linear function of the columns of a design matrix, in the user's units."""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design


@dataclass(frozen=True, eq=False)
class Coefficients:
    """The linear function ŷ = intercept + X·values.

    Attributes:
        intercept: 0.0 when there is none.
        values: (p,) in the order of the design columns.
    """

    intercept: float
    values: FloatArray

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Coefficients):
            return NotImplemented
        return self.intercept == other.intercept and np.array_equal(self.values, other.values)

    __hash__ = None  # type: ignore[assignment]  # as lists have none

    def predict(self, design: Design) -> FloatArray:
        """ŷ, (n,)."""
        return design.product(self.values) + self.intercept

    def residual(self, block: Block) -> FloatArray:
        """The residual y − ŷ, (b,)."""
        return block.target - self.predict(block.design)

"""The rows with the largest values of something, found block by block."""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray, Positions


@dataclass(frozen=True, eq=False)
class Largest:
    """The rows with the largest values so far, no more than `count` of them.

    Attributes:
        count: how many are wanted.
        rows: largest value first, ties in the order of the rows.
        values: of these rows.
    """

    count: int
    rows: Positions
    values: FloatArray

    @staticmethod
    def of(count: int, rows: Positions, values: FloatArray) -> "Largest":
        """Of rows in their order."""
        order = np.argsort(-values, kind="stable")[:count]
        return Largest(count, rows[order], values[order])

    def __add__(self, other: "Largest") -> "Largest":
        """Of these rows and those that follow."""
        rows, values = np.concatenate([self.rows, other.rows]), np.concatenate([self.values, other.values])
        return Largest.of(self.count, rows, values)

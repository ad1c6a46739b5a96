"""One visit to every block of rows answers the questions of several problems at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.progress import Refits
from mae_cli.rows.blocks import BLOCK_ROWS, Block, Rows
from mae_cli.rows.factors import FactoredRows, Factors, multiplied
from mae_cli.solvers.prepare.standardise import Standardisation


class Look(Protocol):
    """A question to the rows; it can be pickled and holds no rows."""

    @property
    def points(self) -> FloatArray:
        """(m, p) the standard coefficients at which it needs residuals."""
        ...

    def __call__(self, block: Block, shifted: Block, residuals: FloatArray, /) -> Any:
        """The answer of a block: as read, with its shifts taken off, and its standard residuals (m, b) at the points.

        The residuals are its own, to be changed at will.
        """
        ...


def visit(
    every: Sequence[Rows], standard: Standardisation, looks: Sequence[Look], refits: Refits | None = None
) -> list[list[Any]]:
    """The answers of all blocks to each of the looks, in the order of the blocks: one pass.

    Each look has rows of its own, which are the same rows, or the same but for factors on their weights. Refits are
    told how much of the pass is done.
    """
    base = [rows.rows if isinstance(rows, FactoredRows) else rows for rows in every]
    factors = [rows.factors if isinstance(rows, FactoredRows) else None for rows in every]
    answers = base[0].map(_Visit(standard, tuple(looks), tuple(factors)))
    if refits is not None:
        answers = _watched(answers, base[0].shape[0], refits)
    return [list(each) for each in zip(*answers, strict=True)]


def _watched(answers: Iterator[Any], rows: int, refits: Refits) -> Iterator[Any]:
    """The answers of blocks of so many rows in all; the last of these may be shorter."""
    for number, answer in enumerate(answers, start=1):
        refits.passed(min(1.0, number * BLOCK_ROWS / rows))
        yield answer


@dataclass(frozen=True, eq=False)
class _Visit:
    standard: Standardisation
    looks: tuple[Look, ...]
    factors: tuple[Factors | None, ...]

    def __call__(self, block: Block) -> list[Any]:
        shifted = self.standard.shifted(block)
        counts = [len(look.points) for look in self.looks]
        residuals = self.standard.residual(shifted, np.concatenate([look.points for look in self.looks]))
        parts = np.split(residuals, np.cumsum(counts)[:-1])
        return [
            look(*_weighted(block, shifted, factors), part)
            for look, factors, part in zip(self.looks, self.factors, parts, strict=True)
        ]


def _weighted(block: Block, shifted: Block, factors: Factors | None) -> tuple[Block, Block]:
    if factors is None:
        return block, shifted
    weighted = multiplied(block, factors)
    return weighted, replace(shifted, weights=weighted.weights)

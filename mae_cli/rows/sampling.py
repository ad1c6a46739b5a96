"""Which rows are picked: for a sample, spread evenly but at no fixed distance, and to be held out, at random."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from mae_cli.arrays import BoolArray, Positions
from mae_cli.errors import DataError, Fault
from mae_cli.messages import counted

# Multiples of the golden ratio fill the unit interval most evenly (Kronecker's sequence).
_GOLDEN = 0.6180339887498949
# Rows are drawn stretch by stretch, so that which ones are held does not depend on how the rows are stored.
_STRETCH = 65_536


@lru_cache(maxsize=128)
def scattered(count: int, size: int) -> Positions:
    """About `size` of so many rows, in order; all of them when there are no more. Not to be changed.

    Periodic data must not fool a sample.
    """
    if size >= count:
        return np.arange(count)
    shares = np.mod(np.arange(1, size + 1) * _GOLDEN, 1.0)
    return np.unique((shares * count).astype(np.intp))


@dataclass(frozen=True)
class Split:
    """A random choice of rows to hold out; the same seed gives the same rows again.

    Attributes:
        count: rows in all.
        seed: of the choice.
        held_counts: how many are held of each stretch of 65,536 rows.
        passed_counts: how many of each are passed over first, as another choice holds them; empty for none.
    """

    count: int
    seed: int
    held_counts: tuple[int, ...]
    passed_counts: tuple[int, ...] = ()

    @classmethod
    def of(cls, count: int, fraction: float, seed: int, purpose: str = "holdout") -> "Split":
        """Hold ⌊fraction·count + ½⌋ of `count` rows, every such set with the same probability; 0 < fraction < 1.

        A refusal says for which `purpose`.

        Raises:
            DataError: there are too few rows for one on each side.
        """
        held = _share_of(count, fraction, purpose)
        return cls(count, seed, _held_counts(_stretches(count), held, (seed, 0)))

    def beside(self, fraction: float, purpose: str) -> "Split":
        """Hold about that share of the other rows for another purpose, none of those held here; 0 < fraction < 1.

        Raises:
            DataError: there are too few rows for one on each side.
        """
        held = _share_of(self.count - self.held, fraction, purpose)
        sizes = [size - count for size, count in zip(_stretches(self.count), self.held_counts, strict=True)]
        return Split(self.count, self.seed, _held_counts(sizes, held, (self.seed, 0, 1)), self.held_counts)

    def joined(self, beside: "Split") -> "Split":
        """These rows and those held `beside` them."""
        pairs = zip(self.held_counts, beside.held_counts, strict=True)
        return replace(self, held_counts=tuple(one + other for one, other in pairs))

    @property
    def held(self) -> int:
        """How many rows are held out."""
        return sum(self.held_counts)

    def is_held(self, positions: Positions) -> BoolArray:
        """Which of these rows, numbered one after the other, are held out."""
        if not len(positions):
            return np.zeros(0, dtype=bool)
        first, last = int(positions[0]), int(positions[-1])
        stretches = range(first // _STRETCH, last // _STRETCH + 1)
        masks = np.concatenate([self._stretch(stretch) for stretch in stretches])
        offset = first - stretches[0] * _STRETCH
        return masks[offset : offset + len(positions)]

    def _stretch(self, stretch: int) -> BoolArray:
        size = min(_STRETCH, self.count - stretch * _STRETCH)
        mask = np.zeros(size, dtype=bool)
        order = np.random.default_rng((self.seed, 1 + stretch)).permutation(size)
        first = self.passed_counts[stretch] if self.passed_counts else 0
        mask[order[first : first + self.held_counts[stretch]]] = True
        return mask


def _share_of(count: int, fraction: float, purpose: str) -> int:
    held = int(fraction * count + 0.5)
    if not 0 < held < count:
        side = f"the {purpose}" if held == 0 else "training"
        what = f"a {purpose} of {fraction:g} of {counted(count, 'row')} leaves none for {side}"
        raise DataError(Fault("empty-split", what, remedy="choose another fraction"))
    return held


def _stretches(count: int) -> list[int]:
    """How many rows each stretch has."""
    return [min(_STRETCH, count - start) for start in range(0, count, _STRETCH)]


def _held_counts(sizes: Sequence[int], held: int, seed: tuple[int, ...]) -> tuple[int, ...]:
    """How many of the held rows fall on each stretch: draws from those that are left (hypergeometric)."""
    random, left = np.random.default_rng(seed), sum(sizes)
    counts = []
    for size in sizes:
        drawn = int(random.hypergeometric(held, left - held, size)) if size < left else held
        counts.append(drawn)
        held, left = held - drawn, left - size
    return tuple(counts)

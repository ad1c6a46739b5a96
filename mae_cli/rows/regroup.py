"""Regroup blocks to a cache-friendly size."""

from collections.abc import Iterable, Iterator

from mae_cli.rows.blocks import BLOCK_ROWS, Block, join

# So many numbers of a block fit a core's cache, or nearly; wide rows make blocks of fewer rows.
_BLOCK_NUMBERS = 1 << 21
_FEWEST_ROWS = 256


def rows_per_block(columns: int) -> int:
    """How many rows of so many stored columns make a block."""
    return min(BLOCK_ROWS, max(_FEWEST_ROWS, _BLOCK_NUMBERS // max(columns, 1)))


def grouped(blocks: Iterable[Block], longest: int = BLOCK_ROWS) -> Iterator[Block]:
    """The same rows in blocks of at most `rows_per_block` and `longest`; of neighbours with few rows one is made."""
    waiting: list[Block] = []
    for block in blocks:
        most = min(longest, rows_per_block(block.design.numeric.shape[1] + len(block.design.codes)))
        waiting.append(block)
        if sum(len(part.target) for part in waiting) * 4 >= most:
            yield from _cut(join(waiting), most)
            waiting = []
    if waiting:
        yield join(waiting)


def _cut(block: Block, most: int) -> Iterator[Block]:
    for start in range(0, len(block.target), most):
        yield block.part(slice(start, start + most))

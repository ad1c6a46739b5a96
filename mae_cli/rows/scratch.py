"""Rows of more data than memory should hold: blocks in a scratch file that nobody sees and nothing leaves behind.

The file is written once, and every pass reads it block by block. It has no name, so that it is gone after every end of
the program, even a kill. Its arrays are `.npy` records, one after the other.
"""

import errno
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO, Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from mae_cli.arrays import CodeArray, FloatArray, Positions
from mae_cli.errors import DataError, Fault
from mae_cli.rows.blocks import Block, gather, numbered
from mae_cli.rows.design import Design

T = TypeVar("T")
AnyArray = NDArray[Any]


class Scratch:
    """Scratch files for the time of a `with` block, at whose end they are closed, and thereby gone."""

    def __init__(self) -> None:
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def collect(self, blocks: Iterable[Block]) -> "ScratchRows":
        """Write the blocks to a new scratch file, their rows numbered anew, without empty ones (but for one at least).

        Raises:
            DataError: the disk is full, or there is no directory for such files.
        """
        with _explained():
            file = tempfile.TemporaryFile(prefix="mae-cli-")  # noqa: SIM115  (open as long as the rows are needed)
        self._files.callback(_discard, file)
        offsets: list[int] = []
        counts, layout = [0], _Layout()
        for block in numbered(blocks):
            if len(block.target) or not offsets:
                layout = _Layout.of(block)
                offsets.append(file.tell())
                counts.append(len(block.target))
                with _explained():
                    layout.write(file, block)
        with _explained():
            file.flush()
        return ScratchRows(self, file, tuple(offsets), np.cumsum(counts), layout)


@dataclass(frozen=True, eq=False)
class ScratchRows:
    """Rows in a scratch file.

    Attributes:
        scratch: where the file belongs.
        file: the open file.
        offsets: (blocks,) where each block starts in it.
        starts: (blocks + 1,) the row number of each block's first row, and at the end the number of all rows.
        layout: what a block consists of.
    """

    scratch: Scratch = field(repr=False)
    file: IO[bytes] = field(repr=False)
    offsets: tuple[int, ...]
    starts: Positions
    layout: "_Layout"

    @cached_property
    def shape(self) -> tuple[int, int]:
        """(n, p)."""
        return int(self.starts[-1]), self.layout.columns

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """`function` of every block, in order, each read from the file when its turn comes."""
        return (function(self._block(index)) for index in range(len(self.offsets)))

    def take(self, positions: Positions) -> Block:
        """The rows at these positions; only the blocks that hold some of them are read."""
        return gather(positions, self.starts, self._parts)

    def kept(self, transform: Callable[[Block], Block]) -> "ScratchRows":
        """The rows that `transform` makes of every block, in a scratch file of their own."""
        return self.scratch.collect(self.map(transform))

    def close(self) -> None:
        """Give the room on the disk back."""
        _discard(self.file)

    def _parts(self, indices: Sequence[int], places: Sequence[Positions]) -> list[Block]:
        return [self._block(index).part(rows) for index, rows in zip(indices, places, strict=True)]

    def _block(self, index: int) -> Block:
        self.file.seek(self.offsets[index])
        return self.layout.read(self.file, int(self.starts[index]), int(self.starts[index + 1]))


@dataclass(frozen=True)
class _Layout:
    """The arrays of a block, as they follow each other in the file.

    Attributes:
        numeric: q, the number of numeric columns.
        level_counts: of the categorical columns.
        weighted: whether rows have weights.
        recorded: whether the record of each row is kept.
    """

    numeric: int = 0
    level_counts: tuple[int, ...] = ()
    weighted: bool = False
    recorded: bool = False

    @classmethod
    def of(cls, block: Block) -> "_Layout":
        design = block.design
        return cls(design.numeric.shape[1], design.level_counts, block.weights is not None, block.records is not None)

    @property
    def columns(self) -> int:
        return self.numeric + sum(self.level_counts)

    def write(self, file: IO[bytes], block: Block) -> None:
        _write(file, np.ascontiguousarray(block.design.numeric))
        _write(file, np.vstack([block.target] if block.weights is None else [block.target, block.weights]))
        if self.level_counts:
            _write(file, np.stack(block.design.codes))
        if block.records is not None:
            _write(file, block.records)

    def read(self, file: IO[bytes], start: int, stop: int) -> Block:
        count = stop - start
        numeric: FloatArray = _read(file, np.empty((count, self.numeric)))
        others: FloatArray = _read(file, np.empty((1 + self.weighted, count)))
        codes: CodeArray = np.empty((len(self.level_counts), count), dtype=np.int32)
        if self.level_counts:
            _read(file, codes)
        return Block(
            Design(numeric, tuple(codes), self.level_counts),
            others[0],
            others[1] if self.weighted else None,
            np.arange(start, stop),
            _read(file, np.empty(count, dtype=np.intp)) if self.recorded else None,
        )


def _write(file: IO[bytes], array: AnyArray) -> None:
    np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(array))
    file.write(array.data)  # several times faster than NumPy's own writer


def _read(file: IO[bytes], array: AnyArray) -> AnyArray:
    """Fill an array of the shape and type that the next record has."""
    np.lib.format.read_magic(file)
    np.lib.format.read_array_header_1_0(file)
    file.readinto(array.data.cast("B") if array.size else array.data)  # type: ignore[attr-defined]
    return array


def _discard(file: IO[bytes]) -> None:
    """Close a file whose content nobody needs, though the disk may have no room for the rest of it."""
    with suppress(OSError):  # the descriptor is closed all the same
        file.close()


@contextmanager
def _explained() -> Iterator[None]:
    """Tell what a failing disk means for the user."""
    try:
        yield
    except OSError as error:
        raise DataError(_failure(error)) from error


def _failure(error: OSError) -> Fault:
    folder = tempfile.gettempdir() if error.errno != errno.ENOENT else "the temporary directory"
    is_full = error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
    reason = "is full" if is_full else f"cannot be written ({error.strerror})"
    return Fault(
        "no-disk-space" if is_full else "disk-unwritable",
        f"the disk of {folder}, where the rows are kept while they are fitted, {reason}",
        remedy="set TMPDIR to a directory with more room, or use --no-stream to keep the rows in memory",
    )

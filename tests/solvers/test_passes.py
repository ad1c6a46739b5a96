"""What is mapped over the rows can be sent to wherever they live: it can be pickled, and is small."""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from support.together import solve_all

from mae_cli.losses import Absolute, Pinball, Squared
from mae_cli.rows.blocks import Block, MemoryRows
from mae_cli.rows.design import Design
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.settings import Auto, Textbook

ROWS = 20_000


@dataclass(frozen=True, eq=False)
class RemoteRows:
    """Rows that see only what a worker would be sent."""

    rows: MemoryRows
    sizes: list[int]

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows.shape

    def map(self, function: Callable[[Block], object]) -> Iterator[object]:
        sent = pickle.dumps(function)
        self.sizes.append(len(sent))
        return self.rows.map(pickle.loads(sent))

    def take(self, positions: np.ndarray) -> Block:
        return self.rows.take(positions)


@pytest.mark.parametrize(
    ("losses", "settings"),
    [
        ([Absolute()], Auto()),
        ([Pinball(0.9)], Auto()),
        ([Pinball(0.1), Absolute(), Pinball(0.9)], Auto()),
        ([Squared()], Auto()),
        ([Absolute()], Textbook(epochs=2)),
        ([Squared()], Textbook(epochs=2, batch_size=5000)),
    ],
)
@pytest.mark.parametrize("levels", [False, True], ids=["numbers", "levels"])
def test_mapped_functions_are_picklable_and_hold_no_rows(losses, settings, levels, random):
    settings = replace(settings, limits=Limits(cached_size=0, dense_size=0))
    X = random.standard_normal((ROWS, 4))
    codes = ((np.arange(ROWS) % 61).astype(np.int32),) if levels else ()
    rows = MemoryRows.of(Design(X, codes, (60,) * levels), X @ np.arange(4.0) + random.standard_t(2, ROWS))
    remote = RemoteRows(rows, [])
    for found, expected in zip(solve_all(remote, losses, settings), solve_all(rows, losses, settings), strict=True):
        np.testing.assert_array_equal(found.coefficients, expected.coefficients)
    assert max(remote.sizes) < X.nbytes / 2

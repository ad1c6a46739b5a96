"""What leaves a stack gives its place to the last."""

import numpy as np
import pytest

from mae_cli.solvers.bases import dropped


@pytest.mark.parametrize(("place", "left"), [(0, [3, 1, 2]), (1, [0, 3, 2]), (3, [0, 1, 2])])
@pytest.mark.parametrize("shape", [(4,), (4, 2), (4, 2, 3)])
def test_the_last_takes_the_place_of_what_is_dropped(place, left, shape):
    array = np.arange(np.prod(shape)).reshape(shape)
    expected = array[left].copy()
    assert dropped(array, place).tolist() == expected.tolist()


def test_nothing_is_left_of_one_and_nothing_in_it_changes():
    array = np.array([[5.0, 6.0]])
    assert dropped(array, 0).shape == (0, 2)
    assert array.tolist() == [[5.0, 6.0]]

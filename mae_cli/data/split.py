"""Which rows are held out of training to measure the fit on."""

import numpy as np
from numpy.typing import NDArray

from mae_cli.data.wording import counted
from mae_cli.errors import DataError, SettingsError

Rows = NDArray[np.intp]


def split_rows(count: int, fraction: float, seed: int) -> tuple[Rows, Rows]:
    """Choose ⌊fraction·count + ½⌋ of `count` rows at random to hold out; a seed gives the same rows again.

    Returns:
        The indices of the training rows and of the held-out rows, each in ascending order, none empty.

    Raises:
        SettingsError: The fraction is not between 0 and 1.
        DataError: There are too few rows for one on each side.
    """
    if not 0.0 < fraction < 1.0:
        raise SettingsError(f"the holdout must be a fraction between 0 and 1, not {fraction:g}")
    held = int(fraction * count + 0.5)
    if not 0 < held < count:
        side = "the holdout" if held == 0 else "training"
        raise DataError(
            f"a holdout of {fraction:g} of {counted(count, 'row')} leaves none for {side}; choose another fraction"
        )
    is_held = np.zeros(count, bool)
    is_held[np.random.default_rng(seed).permutation(count)[:held]] = True
    return np.flatnonzero(~is_held), np.flatnonzero(is_held)

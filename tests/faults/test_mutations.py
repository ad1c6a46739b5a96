"""Files damaged at random: what the program accepts is what an independent reading finds, and nothing else happens."""

import pytest
from faults.mutations import outcomes


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_is_read_as_it_stands_or_refused(tmp_path, seed):
    counts, examples = outcomes(seed, 50, tmp_path / "damaged.csv")
    assert not examples
    assert set(counts) == {"accepted", "refused"}

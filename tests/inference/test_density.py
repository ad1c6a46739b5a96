"""How dense targets are at a line."""

import numpy as np

from mae_cli.inference.density import NeighbourDensity
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design


def test_only_a_row_of_a_rare_level_whose_lines_do_not_part_has_the_usual_density():
    level = np.array([0, 1, 1, 0], dtype=np.int32)
    block = Block(Design(np.zeros((4, 1)), (level,), (1,)), np.zeros(4), None, np.arange(4))
    density = NeighbourDensity(bandwidth=0.1, spread=np.ones(1), least=0.0, usual=4.0, rare=np.array([0.0, 1.0]))
    apart = Design(np.array([[0.0], [0.0], [2.0], [2.0]]))
    assert density(block, apart).tolist() == [0.0, 0.05, 0.1, 0.1]

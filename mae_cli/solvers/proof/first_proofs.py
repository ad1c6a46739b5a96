"""Proofs of vertices while a search is under way, so that it can end at once.

Of the first vertex of a problem one is tried. After one that is not optimal, signs are checked until all are right: a
check is cheaper than a proof.
"""

from collections.abc import Sequence

import numpy as np

from mae_cli.arrays import Positions
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.proof.exact_exchange import prove_bases
from mae_cli.solvers.proof.vertex_proof import VertexProof


class FirstProofs:
    """Tries to prove the first vertex that a search finds for each of some problems.

    Args:
        problems: in which the vertices are proved.
        is_thorough: whether residuals have twice the digits in any case.
    """

    def __init__(self, problems: Sequence[Problem], *, is_thorough: bool = False) -> None:
        self._problems, self._is_thorough = problems, is_thorough
        self._tried: set[int] = set()
        self._proofs: dict[int, VertexProof] = {}

    def __call__(self, numbers: Sequence[int], bases: Sequence[Positions]) -> list[float | None]:
        """The objectives of those problems whose vertices are proved now, given by their numbers; else None."""
        first = {number: basis for number, basis in zip(numbers, bases, strict=True) if number not in self._tried}
        problems = [self._problems[number] for number in first]
        found = prove_bases(problems, list(first.values()), is_thorough=self._is_thorough)
        proved = {number: proof for number, proof in zip(first, found, strict=True) if proof is not None}
        self._proofs.update(proved)
        self._tried.update(first)
        return [2 * proved[each].sums.loss if each in proved and proved[each].is_final else None for each in numbers]

    def of(self, number: int, basis: Positions) -> VertexProof | None:
        """The proof of a problem's vertex of these rows, if it was made."""
        proof = self._proofs.get(number)
        return proof if proof is not None and np.array_equal(proof.vertex.basis.positions, basis) else None

"""The optimal face of an MAE or quantile fit whose optimum is not unique: all optimal coefficients.

One dual optimum μ tells them all: by complementary slackness coefficients are optimal where rows with μ strictly inside
its box lie on the fit, and all others on it or on the side of their μ. From an optimal vertex they are reached along
edges, each of which frees a row of the basis whose μ is at a side, so that with lengths t ≥ 0 along these every other
row is a limit: t may bring its residual to zero, not beyond.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray
from mae_cli.inference.simplex import Limits
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.prepare.precision import UNIT, DoubleDouble, products_rounding
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.proof.vertex_proof import VertexProof
from mae_cli.solvers.proof.vertex_sums import VertexView

# Multipliers this near to a side of their box are at it.
_AT_A_SIDE = 1e-12
# So many edges are followed, and so many numbers kept of the rows that may be limits.
_MOST_EDGES = 400
_MOST_NUMBERS = 4_000_000
# So many rates are looked at together.
_AT_ONCE = 1 << 20
# How often limits on single lengths are drawn from each other.
_ROUNDS = 3
# A coefficient moves along an edge by more than this share of what moves.
_STAYS = 1e-12
# What is left of a coefficient below this share of what it is the sum of is rounding.
_CANCELLED = 1e-14


@dataclass(frozen=True, eq=False)
class OptimalFace:
    """Standard coefficients β + Σ tⱼ·edgeⱼ with lengths t within limits.

    Attributes:
        standard: the units.
        vertex: (p,) β, in twice the digits.
        edges: (d, p), the largest number of each is ±1.
        limits: on the lengths.
        is_whole: whether these are all optimal coefficients; otherwise they are some of them.
    """

    standard: Standardisation
    vertex: DoubleDouble
    edges: FloatArray
    limits: Limits
    is_whole: bool

    def at(self, lengths: FloatArray) -> Coefficients:
        """The coefficients in the user's units, each rounded once.

        Raises:
            DataError: one is larger than floating point can hold.
        """
        there = self.vertex + DoubleDouble.of(lengths @ self.edges)
        sizes = np.abs(self.vertex.high) + lengths @ np.abs(self.edges)
        is_nothing = np.abs(there.high) <= _CANCELLED * sizes
        return self.standard.rounded(np.where(is_nothing, 0.0, there.high), np.where(is_nothing, 0.0, there.low))

    @property
    def rates(self) -> FloatArray:
        """(1 + q, d) how fast coefficients change along the edges in the user's units, but for their scales.

        That of the intercept comes first; 0 below rounding.
        """
        first, shifted = int(self.standard.intercept), len(self.standard.shift)
        slopes = self.edges[:, first:]
        moved = -slopes[:, :shifted] * (self.standard.shift / self.standard.scale)
        parts = np.hstack([self.edges[:, :first], moved])
        intercept, sizes = parts.sum(axis=1), np.abs(parts).sum(axis=1)
        intercept[np.abs(intercept) <= _STAYS * sizes] = 0.0
        return np.vstack([intercept, np.where(np.abs(slopes) <= _STAYS, 0.0, slopes).T])


def optimal_face(proof: VertexProof) -> OptimalFace:
    """The face of an optimal vertex, by a few passes; the vertex alone where too many rows may be limits."""
    vertex, rows = proof.vertex, proof.vertex.problem.rows
    edges, is_whole = _edges(proof)
    reach = _reach(rows, _Sight(vertex.view, edges)) if len(edges) else np.zeros(0)
    edges, reach = edges[reach > 0], reach[reach > 0]
    limits = _limits(rows, _Sight(vertex.view, edges), reach) if len(edges) else _no_limits()
    if limits is None:
        edges, limits, is_whole = edges[:0], _no_limits(), False
    return OptimalFace(vertex.problem.standard, vertex.plane.coefficients, edges, limits, is_whole)


def _no_limits() -> Limits:
    return Limits(np.zeros((0, 0)), np.zeros(0))


def _edges(proof: VertexProof) -> tuple[FloatArray, bool]:
    """(d, p) standard directions along which the loss does not change, and whether they are all of these."""
    basis = proof.vertex.basis
    perhaps = proof.outside + proof.doubts >= -_AT_A_SIDE
    free = np.flatnonzero(perhaps & (np.abs(proof.outside) + proof.doubts <= _AT_A_SIDE))[:_MOST_EDGES]
    edges = np.zeros((len(free), len(proof.vertex.view.point)))
    for number, place in enumerate(free.tolist()):
        freed = np.zeros(len(basis.positions))
        # The residual of a row grows to the side of its multiplier.
        freed[place] = -1.0 if proof.multipliers[place] > 0 else 1.0
        edges[number] = basis.solve(DoubleDouble.of(freed))[0].high
    return edges / np.abs(edges).max(axis=1, initial=0.0, keepdims=True), len(free) == perhaps.sum()


@dataclass(frozen=True, eq=False)
class _Sight:
    """How rows are seen along edges (d, p) from a vertex."""

    view: VertexView
    edges: FloatArray

    def __call__(self, block: Block) -> Iterator[tuple[FloatArray, FloatArray]]:
        """The limits A t ≤ b of some rows after others: rates (b, d), 0 below rounding, and room (b,)."""
        step = max(1, _AT_ONCE // len(self.edges))
        for start in range(0, len(block.target), step):
            yield self._limits(block.part(slice(start, start + step)))

    def _limits(self, block: Block) -> tuple[FloatArray, FloatArray]:
        seen, standard = self.view.seen(block), self.view.standard
        room = np.abs(seen.residual)
        room[seen.tied] = 0.0
        sizes = replace(seen.shifted, design=seen.shifted.design.absolute())
        rates = standard.product(seen.shifted, self.edges)
        rounding = products_rounding(self.edges.shape[1]) * UNIT
        rates[np.abs(rates) <= rounding * standard.product(sizes, np.abs(self.edges))] = 0.0
        return (seen.sides * rates).T, room


def _reach(rows: Rows, sight: _Sight) -> FloatArray:
    """(d,) no length is more than this, by what single rows say; a pass for each round."""
    reach = np.full(len(sight.edges), np.inf)
    for _ in range(_ROUNDS):
        before, reach = reach, np.min(list(rows.map(_Reach(sight, reach))), axis=0)
        if np.isfinite(reach).all() or (before == reach).all():
            break
    return reach


@dataclass(frozen=True, eq=False)
class _Reach:
    """Bounds (d,) on the lengths that the rows of a block give, with those known before."""

    sight: _Sight
    known: FloatArray

    def __call__(self, block: Block) -> FloatArray:
        reach = self.known
        for rates, room in self.sight(block):
            most = room + _largest(-rates, self.known)
            lengths = np.full(rates.shape, np.inf)
            np.divide(most[:, np.newaxis], rates, out=lengths, where=rates > 0)
            reach = np.minimum(reach, lengths.min(axis=0))
        return reach


def _largest(rates: FloatArray, reach: FloatArray) -> FloatArray:
    """(b,) Σ rate·length, at most, for lengths from 0 to the reach."""
    are_rising: BoolArray = rates > 0
    return np.asarray(np.multiply(rates, reach, out=np.zeros(rates.shape), where=are_rising).sum(axis=1))


def _limits(rows: Rows, sight: _Sight, reach: FloatArray) -> Limits | None:
    """The reach, and the rows that can stop lengths before it, by one pass; None where these are too many."""
    bounded = np.isfinite(reach)
    rates, room, kept = [np.eye(len(reach))[bounded]], [reach[bounded]], 0
    for of_rates, of_room in rows.map(_Stopping(sight, reach)):
        rates.append(of_rates)
        room.append(of_room)
        kept += of_rates.size
        if kept > _MOST_NUMBERS:
            return None
    return Limits.of(np.concatenate(rates), np.concatenate(room))


@dataclass(frozen=True, eq=False)
class _Stopping:
    """The rows of a block that can stop lengths before their reach."""

    sight: _Sight
    reach: FloatArray

    def __call__(self, block: Block) -> tuple[FloatArray, FloatArray]:
        rates, room = [np.zeros((0, len(self.reach)))], [np.zeros(0)]
        for of_rates, of_room in self.sight(block):
            stop = _largest(of_rates, self.reach) > of_room
            rates.append(of_rates[stop])
            room.append(of_room[stop])
        return np.concatenate(rates), np.concatenate(room)

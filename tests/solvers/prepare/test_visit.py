"""One pass answers several looks, each with the residuals at its own points."""

from dataclasses import dataclass

import numpy as np
import pytest
from support.levels import a_regression

from mae_cli.rows.blocks import CountedRows, MemoryRows, PassCounter
from mae_cli.rows.design import Design
from mae_cli.solvers.prepare.standardise import standardisation
from mae_cli.solvers.prepare.visit import visit


@dataclass(frozen=True, eq=False)
class Told:
    """A look that answers with a name and all that it is told."""

    points: np.ndarray
    name: str = ""

    def __call__(self, block, shifted, residuals):
        return self.name, block.positions, shifted.design.numeric.copy(), residuals.copy()


@dataclass(frozen=True, eq=False)
class Spoiling:
    """A look that changes the residuals that it is given."""

    points: np.ndarray

    def __call__(self, block, shifted, residuals):  # noqa: ARG002
        residuals[:] = np.nan


def numeric(random, intercept):  # noqa: ARG001
    X = random.standard_normal((700, 4)) * [1.0, 1e3, 1e-5, 1.0] + [0.0, 1e6, 0.0, 2.0]
    return MemoryRows.of(Design(X), X @ [1.0, 2.0, 3.0, 4.0] + random.standard_cauchy(700), None, 256)


def far_from_zero(random, intercept):
    """Columns that are shifted where there is an intercept."""
    rows = numeric(random, intercept)
    design = Design(rows.blocks[0].design.numeric + 1e7)
    return MemoryRows.of(design, rows.blocks[0].target + 1e5, random.uniform(0.5, 2, 256), 100)


def with_levels(random, intercept):
    return a_regression(random, weights=True, intercept=intercept).rows(block_rows=250)


def only_levels(random, intercept):
    rows = a_regression(random, intercept=intercept)
    return MemoryRows.of(Design(np.zeros((600, 0)), rows.design.codes, rows.design.level_counts), rows.y, None, 250)


def one_row(random, intercept):  # noqa: ARG001
    return MemoryRows.of(Design(random.standard_normal((1, 3))), np.ones(1))


@pytest.fixture(params=[numeric, far_from_zero, with_levels, only_levels, one_row])
def kind(request):
    return request.param


@pytest.mark.parametrize("counts", [[1], [2], [1, 1], [2, 2, 2], [1, 2, 0, 5], [1] * 11, [0, 1], [1, 0]], ids=str)
@pytest.mark.parametrize("intercept", [False, True])
def test_each_look_is_given_the_residuals_at_its_own_points(kind, counts, intercept, random):
    rows = kind(random, intercept)
    standard = standardisation(CountedRows(rows, PassCounter()), intercept=intercept)
    columns = rows.shape[1] + intercept
    looks = [Told(random.standard_normal((count, columns)), f"look {each}") for each, count in enumerate(counts)]
    answers = visit([rows] * len(looks), standard, looks)
    assert len(answers) == len(looks)
    for look, answer in zip(looks, answers, strict=True):
        assert len(answer) == len(rows.blocks)
        for block, (name, positions, seen, residuals) in zip(rows.blocks, answer, strict=True):
            shifted = standard.shifted(block)
            assert name == look.name
            assert positions.tolist() == block.positions.tolist()
            assert seen.tobytes() == np.ascontiguousarray(shifted.design.numeric).tobytes()
            assert residuals.shape == (len(look.points), len(block.target))
            for point, residual in zip(look.points, residuals, strict=True):
                # They are sums of such numbers, which each way of summing them rounds in its own places.
                digits = 4 * columns * np.finfo(float).eps * standard.numbers(shifted, point)
                assert (np.abs(residual - standard.residual(shifted, point)) <= digits).all()


def test_a_single_point_has_the_very_bits_of_its_residual(kind, random):
    rows = kind(random, intercept=True)
    standard = standardisation(CountedRows(rows, PassCounter()), intercept=True)
    point = random.standard_normal(rows.shape[1] + 1)
    ((*answer,),) = visit([rows], standard, [Told(point[np.newaxis])])
    for block, (*_, residuals) in zip(rows.blocks, answer, strict=True):
        assert residuals.tobytes() == standard.residual(standard.shifted(block), point).tobytes()


def test_the_same_looks_have_the_same_bits_in_every_visit(kind, random):
    rows = kind(random, intercept=True)
    standard = standardisation(CountedRows(rows, PassCounter()), intercept=True)
    looks = [Told(random.standard_normal((count, rows.shape[1] + 1))) for count in (2, 1, 3)]
    first, second = (
        [[*map(residuals_of, answer)] for answer in visit([rows] * len(looks), standard, looks)] for _ in range(2)
    )
    assert first == second


def residuals_of(told) -> bytes:
    return told[-1].tobytes()


def test_what_a_look_does_to_its_residuals_changes_no_other_and_no_rows(kind, random):
    rows = kind(random, intercept=True)
    standard = standardisation(CountedRows(rows, PassCounter()), intercept=True)
    columns = rows.shape[1] + 1
    look, spoiling = Told(random.standard_normal((2, columns))), Spoiling(random.standard_normal((2, columns)))
    targets = [block.target.copy() for block in rows.blocks]
    expected, _ = visit([rows] * 2, standard, [look, Told(spoiling.points)])
    for looks in ([spoiling, look], [look, spoiling]):
        answers = visit([rows] * len(looks), standard, looks)
        assert [*map(residuals_of, answers[looks.index(look)])] == [*map(residuals_of, expected)]
    visit([rows], standard, [Spoiling(look.points[:1])])
    assert [block.target.tolist() for block in rows.blocks] == [target.tolist() for target in targets]


def test_all_looks_are_one_pass(random):
    counted = CountedRows(numeric(random, intercept=True), PassCounter())
    standard = standardisation(counted, intercept=True)
    before = counted.counter.passes
    for passes, looks in enumerate((1, 3, 9), start=1):
        visit([counted] * looks, standard, [Told(random.standard_normal((2, 5)))] * looks)
        assert counted.counter.passes == before + passes

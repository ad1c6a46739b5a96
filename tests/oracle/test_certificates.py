"""Whatever the data, a certificate says nothing that exact arithmetic denies."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.awkward import KINDS, Problem, problem
from oracle.claims import Claim
from oracle.truth import Truths
from oracle.verdict import judge, verdict, verdicts

EACH_KIND = range(8)
MIXTURES = 1000
BATCH = 100


def listed(found):
    """The faults of each seed, a line each."""
    return "\n".join(f"seed {seed}, {each.solver}: {fault}" for seed, each in found for fault in each.faults)


# ---------------------------------------------------------------- the library


@pytest.mark.parametrize("kind", KINDS)
def test_both_solvers_tell_the_truth_about_problems_of_every_kind(kind):
    found = [(seed, each) for seed in EACH_KIND for each in verdicts(problem(seed, kind=kind))]
    assert listed(found) == ""


@pytest.fixture(scope="session")
def mixtures():
    """What the exact solver makes of a thousand problems, each of which is awkward in several ways."""
    return [(seed, verdict(Truths(problem(seed)), "auto", "auto")) for seed in range(MIXTURES)]


@pytest.mark.xdist_group("mixtures")  # so that they are fitted once
@pytest.mark.parametrize("first", range(0, MIXTURES, BATCH))
def test_the_exact_solver_tells_the_truth_about_problems_that_mix_several_kinds(first, mixtures):
    assert listed(mixtures[first : first + BATCH]) == ""


@pytest.mark.xdist_group("mixtures")
def test_the_exact_solver_gives_up_on_at_most_one_problem_in_a_thousand(mixtures):
    gave_up = [seed for seed, each in mixtures if each.gave_up]
    assert len(gave_up) <= MIXTURES // 1000, gave_up


@pytest.mark.parametrize("seed", [70154, 70043])
def test_a_search_that_ends_without_the_losses_of_its_descent_is_a_fit(seed):
    assert listed([(seed, verdict(Truths(problem(seed)), "auto", "auto"))]) == ""


@pytest.mark.parametrize("seed", range(8))
def test_both_solvers_tell_the_truth_about_more_rows_and_columns(seed):
    assert listed([(seed, each) for each in verdicts(problem(seed, "mid"))]) == ""


@st.composite
def whole_numbers(draw):
    """Small integers, where ties and dependent columns are the rule."""
    rows, columns = draw(st.integers(1, 9)), draw(st.integers(0, 3))
    small = st.integers(-2, 2)
    X = [draw(st.lists(small, min_size=columns, max_size=columns)) for _ in range(rows)]
    y = draw(st.lists(small, min_size=rows, max_size=rows))
    weights = draw(st.none() | st.lists(st.integers(1, 3), min_size=rows, max_size=rows))
    loss, quantile = draw(st.sampled_from([("mae", 0.5), ("mae", 0.25), ("mae", 0.9), ("mse", 0.5)]))
    return Problem(
        np.array(X, dtype=float).reshape(rows, columns),
        np.array(y, dtype=float),
        weights=None if weights is None else np.array(weights, dtype=float),
        quantile=quantile,
        intercept=draw(st.booleans()),
        loss=loss,
    )


@settings(max_examples=100)
@given(posed=whole_numbers())
def test_both_solvers_tell_the_truth_about_small_integers(posed):
    assert [str(fault) for each in verdicts(posed) for fault in each.faults] == []


# ---------------------------------------------------------------- the command


def as_csv(posed):
    """The rows as text, with numbers that are read back as they are."""
    columns = {"y": posed.y, **posed.columns}
    if posed.weights is not None:
        columns["w"] = posed.weights
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    cells = [column if isinstance(column, list) else map(repr, column.tolist()) for column in columns.values()]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue()


def for_a_file(posed):
    """The problem without columns of one value, which are refused where they are named."""
    if len(posed.y) == 1:
        return posed
    varies = [not posed.intercept or len(set(column)) > 1 for column in posed.numbers.T.tolist()]
    texts = tuple(cells for cells in posed.texts if len(set(cells)) > 1)
    return replace(posed, numbers=posed.numbers[:, varies], texts=texts)


def options_of(posed):
    """What `mae-train` is told of the problem."""
    options = ["--target", "y", "--features", ",".join(posed.columns), "--loss", posed.loss, "--json"]
    options += ["--quantile", repr(posed.quantile)] * (posed.quantile != 0.5)
    options += ["--weight", "w"] * (posed.weights is not None)
    return options + ["--no-intercept"] * (not posed.intercept)


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_tells_the_truth_in_its_report(kind, mae_train, table, one_object):
    for seed in (3, 4):
        posed = for_a_file(problem(100 + seed, kind=kind))
        if not posed.columns:
            continue
        result = mae_train(table(as_csv(posed)).name, *options_of(posed), "-o", f"model{seed}.json")
        assert result.exit_code in {0, 3}, f"seed {100 + seed}: {result.stderr}"
        claim = Claim.of_report(one_object(result.stdout))
        faults = [str(fault) for fault in judge(Truths(posed), claim)]
        assert faults == [], f"seed {100 + seed}"

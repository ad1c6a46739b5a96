"""The limits of settings are those of every problem that is solved, whatever the way in."""

import numpy as np
import pytest
from support.families import a_base
from support.levels import LEVELS
from support.tables import held

from mae_cli import Auto, Textbook, fit
from mae_cli.losses import Absolute, Squared
from mae_cli.rows.factors import ExponentialFactors
from mae_cli.solvers.family import Member
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.solve import solve
from mae_cli.tables.columns import ColumnChoice
from mae_cli.workflows.fit import FitSettings
from mae_cli.workflows.ready import TrainSettings
from mae_cli.workflows.train import train

LIMITS = Limits(projections=9)
SETTINGS = [Auto(limits=LIMITS), Textbook(epochs=2, limits=LIMITS)]


@pytest.fixture
def limits(monkeypatch):
    """Those of all problems that are made."""
    made, original = set(), Problem.__init__

    def noting(self, *arguments, **options):
        original(self, *arguments, **options)
        made.add(self.limits)

    monkeypatch.setattr(Problem, "__init__", noting)
    return made


@pytest.mark.parametrize("settings", SETTINGS, ids=["auto", "textbook"])
@pytest.mark.parametrize("loss", [Absolute(), Squared()], ids=["mae", "mse"])
def test_of_a_fit(settings, loss, limits, random):
    solve(a_base(random).rows(), loss, settings)
    assert limits == {LIMITS}


@pytest.mark.parametrize("settings", SETTINGS, ids=["auto", "textbook"])
def test_of_arrays(settings, limits, random):
    fit(random.standard_normal((50, 2)), random.standard_normal(50), quantile=[0.5, 0.9], solver=settings)
    assert limits == {LIMITS}


@pytest.mark.parametrize("settings", SETTINGS, ids=["auto", "textbook"])
def test_of_a_run_that_compares_losses(settings, limits, random):
    text = "y,x\n" + "".join(f"{a},{b}\n" for a, b in random.standard_normal((50, 2)).tolist())
    train(held(text), TrainSettings(ColumnChoice("y"), FitSettings(solver=settings), compare=True))
    assert limits == {LIMITS}


@pytest.mark.parametrize("absorbed", [False, True], ids=["beside each other", "each alone"])
def test_of_a_family(absorbed, limits, random):
    codes = random.permutation(np.arange(300) % 5).astype(np.int32)
    asked = LEVELS if absorbed else LIMITS
    a_base(random, 300, 1, codes=codes, levels=4).solve([Member(), Member(0.5, ExponentialFactors(0, 0))], limits=asked)
    assert limits == {asked}

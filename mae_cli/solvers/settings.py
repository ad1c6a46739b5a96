"""How to solve: the exact solver, or the textbook's descent."""

import math
from dataclasses import dataclass, field

from mae_cli.errors import Fault, SettingsError
from mae_cli.solvers.limits import USUAL, Limits

SCHEDULES = ("constant", "sqrt", "geometric")


@dataclass(frozen=True)
class Auto:
    """The exact solver: whitened descent and a vertex (MAE, pinball), or refined least squares (MSE).

    Attributes:
        tolerance: relative gap below which a fit counts as done.
        limits: thresholds of the solver; for tests.
    """

    tolerance: float = 1e-9
    limits: Limits = field(default=USUAL, repr=False)

    name = "auto"
    seed = 0  # it draws nothing that a seed would decide

    def __post_init__(self) -> None:
        _check_tolerance(self.tolerance)


@dataclass(frozen=True)
class Textbook:
    """Subgradient descent as the textbook has it: w ← w − ηₖ·∂L/∂w on standardised columns.

    Attributes:
        learning_rate: η, in units of standardised columns and of y divided by mean|y − median y|.
        schedule: ηₖ = η ("constant"), η/√k ("sqrt") or η·0.01^((k−1)/epochs) ("geometric"), in epoch k = 1, 2, ….
        epochs: passes over all rows.
        batch_size: rows for each step; None takes all of them.
        tolerance: relative gap at which to stop; None runs all epochs.
        seed: of the order of the rows in batches.
        limits: as for `Auto`.
    """

    learning_rate: float = 1.0
    schedule: str = "sqrt"
    epochs: int = 300
    batch_size: int | None = None
    tolerance: float | None = None
    seed: int = 0
    limits: Limits = field(default=USUAL, repr=False)

    name = "textbook"

    def __post_init__(self) -> None:
        if self.schedule not in SCHEDULES:
            what, remedy = f"unknown schedule {self.schedule!r}", f"use one of {', '.join(SCHEDULES)}"
            raise SettingsError(Fault("unknown-schedule", what, remedy=remedy))
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            what = f"the learning rate must be a positive number, not {self.learning_rate:g}"
            raise SettingsError(Fault("learning-rate-out-of-range", what))
        if self.epochs < 1:
            raise SettingsError(Fault("epochs-out-of-range", f"there must be at least one epoch, not {self.epochs}"))
        if self.batch_size is not None and self.batch_size < 1:
            what = f"a batch needs at least one row, not {self.batch_size}"
            raise SettingsError(Fault("batch-size-out-of-range", what))
        if self.tolerance is not None:
            _check_tolerance(self.tolerance)
        if not 0 <= self.seed < 2**63:
            what = f"the seed must be a whole number from 0 to {2**63 - 1}"
            raise SettingsError(Fault("seed-out-of-range", what))

    def rate(self, epoch: int) -> float:
        """ηₖ of epoch k = 1, 2, …."""
        if self.schedule == "constant":
            return self.learning_rate
        if self.schedule == "sqrt":
            return self.learning_rate / math.sqrt(epoch)
        return float(self.learning_rate * 0.01 ** ((epoch - 1) / self.epochs))


SolverSettings = Auto | Textbook


def _check_tolerance(tolerance: float) -> None:
    if not (math.isfinite(tolerance) and tolerance >= 0):
        what = f"the tolerance must be a number ≥ 0, not {tolerance:g}"
        raise SettingsError(Fault("tolerance-out-of-range", what))

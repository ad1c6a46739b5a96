"""What a user should know of a run, as values; `mae_cli.report.notes` puts each into a sentence.

Notes on what was read come in words: `mae_cli.tables` tells them and the faults of the same cells alike.
"""

from dataclasses import dataclass
from typing import Literal

from mae_cli.errors import Place
from mae_cli.messages import AlikeNotes
from mae_cli.results.scores import Outside
from mae_cli.rows.schema import DesignColumn


@dataclass(frozen=True)
class UnseenRows:
    """So many rows have a level never seen in training, and are not scored, or not used for the calibration."""

    rows: int
    among: Literal["data", "holdout", "calibration"]


@dataclass(frozen=True)
class UnscoredHoldout:
    """No row held out can be scored."""


@dataclass(frozen=True)
class Diverged:
    """The descent of the textbook solver diverged in this epoch."""

    epoch: int


@dataclass(frozen=True)
class NotImproved:
    """No step of the textbook solver improved on the start."""


@dataclass(frozen=True)
class RoundingCost:
    """Rounding the coefficients to floating-point numbers costs up to this share of the loss."""

    share: float


@dataclass(frozen=True)
class NearlyDependent:
    """Others tell all but a millionth of the spread of these columns."""

    columns: tuple[DesignColumn, ...]


@dataclass(frozen=True)
class NoRowsToSpare:
    """There are as many coefficients, so many, as rows, or more."""

    coefficients: int


@dataclass(frozen=True)
class NoGain:
    """The fit is no better than the prediction without features."""


FitNote = Diverged | NotImproved | RoundingCost | NearlyDependent | NoRowsToSpare | NoGain
"""On one fit."""


@dataclass(frozen=True)
class FewRows:
    """So few rows make the interval of the difference of two models rough."""

    rows: int


@dataclass(frozen=True)
class OneRow:
    """Only one row has weight, too few for an interval of the difference of two models."""


@dataclass(frozen=True)
class MixedQuantiles:
    """Models of two quantiles are compared by the MAE: that of the model, and of the other one."""

    quantile: float
    other: float


@dataclass(frozen=True)
class LimitedMae:
    """The MAE is limited of a model of a quantile that is not the median."""

    quantile: float


@dataclass(frozen=True)
class UnseenLevel:
    """A level that the model has not seen.

    Attributes:
        level: as it is written.
        column: that it is in.
        place: of its row.
        lookalike: the level of the model that may be meant; None where none is like it.
    """

    level: str
    column: str
    place: Place
    lookalike: str | None


@dataclass(frozen=True)
class Unpredicted:
    """Rows without a prediction, all for one reason.

    Attributes:
        reason: a missing cell, a level never seen in training, or a prediction beyond floating point.
        rows: how many.
        read: of so many.
        first: the first such level; None for another reason.
    """

    reason: Literal["missing", "unseen", "overflowing"]
    rows: int
    read: int
    first: UnseenLevel | None = None


OneNote = (
    str
    | UnseenRows
    | UnscoredHoldout
    | FitNote
    | FewRows
    | OneRow
    | MixedQuantiles
    | LimitedMae
    | Unpredicted
    | Outside
)
"""On a run; text is on what was read."""

Note = OneNote | AlikeNotes
"""The same, or notes that say the same of several columns."""

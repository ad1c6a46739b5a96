"""What is said of how sure coefficients are, and what is asked for."""

import math
from dataclasses import dataclass
from enum import StrEnum

from mae_cli.errors import Fault, SettingsError
from mae_cli.messages import no_share

MOST_REPLICATES = 100_000
# Ends of an interval that are nearer to each other than this share of their size are the same.
_ROUNDING = 1e-12


class Method(StrEnum):
    """How intervals are found."""

    RANK = "rank"
    """By inverting rank tests that allow for unequal spread."""
    SANDWICH = "sandwich"
    """From a covariance: by the density of neighbouring fits, for least squares HC3; with clusters by their sums."""
    BOOTSTRAP = "bootstrap"
    """From refits under random exponential weights."""


class Caution(StrEnum):
    """What a reader of intervals should know."""

    FEW_BEYOND = "few-rows-beyond"
    """Fewer than 20 rows for each coefficient lie on the thin side of the quantile."""
    CROSSING = "crossing"
    """In more than 5 % of the rows the fits of neighbouring quantiles cross."""
    TIES = "ties"
    """More than 2 % of the rows lie exactly on the fit: targets tie there (zeros, a cap) and have no density."""
    FEW_VALUES = "few-values"
    """Targets take few values, which lie farther apart than residuals are large: their density is arbitrary."""
    REPEATED_ROWS = "repeated-rows"
    """The weights are whole numbers, and count repeated rows."""
    SAMPLED_WEIGHTS = "sampled-weights"
    """The weights are not whole numbers, and taken as those of a sample."""
    FEW_CLUSTERS = "few-clusters"
    """There are fewer than 30 clusters."""
    FEW_REPLICATES = "few-replicates"
    """There are fewer than 50 replicates, so that the standard errors are off by a tenth and more."""
    UNPROVED = "unproved"
    """Some of the replicates are not proved to be optimal."""


class Unavailable(StrEnum):
    """Why there are no intervals, or none for a coefficient."""

    NOT_ASKED = "not-asked"
    NOT_OPTIMAL = "not-optimal"
    """The fit is not proved to be optimal."""
    FEW_ROWS = "few-rows"
    """There are fewer than two rows for each coefficient."""
    PERFECT = "perfect"
    """The fit passes through every row."""
    MANY_COEFFICIENTS = "many-coefficients"
    """Sums of products of so many columns are too large."""
    NO_SLOPES = "no-slopes"
    """Of the test of equal slopes: there are no two to compare."""
    FEW_CLUSTERS = "few-clusters"
    """Of the test of equal slopes: it has no fewer differences than there are clusters."""
    CLUSTERED = "clustered"
    """Of the rank test of a feature: it takes rows to be independent, and they are in clusters."""
    REPLACEABLE = "replaceable"
    """Of the rank test of a feature: other columns would take its place."""
    NO_DENSITY = "no-density"
    """Rows near the fit are too few to say how dense they are."""
    NO_RANK_TESTS = "no-rank-tests"
    """A fit on the way of a rank test is not proved, or does not determine how its statistic goes on."""
    LEVERAGE = "leverage"
    """The coefficient depends on a row of leverage 1, which is fitted exactly whatever its target is."""
    LEFT_OUT = "left-out"
    """The column depends on earlier ones and was left out."""
    RARE_LEVEL = "rare-level"
    """Fewer than five rows have this level: one of them is fitted exactly, however the others are drawn."""


@dataclass(frozen=True)
class IntervalSettings:
    """How sure to say coefficients are.

    Attributes:
        method: None to choose: by rank tests where these are quick, or the sandwich misleads and they are not slow;
            else from the sandwich.
        level: of the intervals.
        replicates: of a bootstrap.
        seed: of a bootstrap.

    Raises:
        SettingsError: a number is out of range.
    """

    method: Method | None = None
    level: float = 0.95
    replicates: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise SettingsError(no_share("level-out-of-range", "the level must lie", self.level))
        if not 2 <= self.replicates <= MOST_REPLICATES:
            what = f"a bootstrap needs 2 to {MOST_REPLICATES:,} replicates, not {self.replicates:,}"
            raise SettingsError(Fault("replicates-out-of-range", what))


@dataclass(frozen=True)
class SlopesTest:
    """Whether several quantiles have the same slopes.

    Attributes:
        statistic: F.
        numerator, denominator: its degrees of freedom.
        p_value: how likely so large an F is if they have.
    """

    statistic: float
    numerator: float
    denominator: float
    p_value: float


@dataclass(frozen=True)
class Interval:
    """Of a coefficient.

    Attributes:
        low, high: the ends; ±∞ where the data do not say.
        standard_error: None where no density could be estimated.
    """

    low: float
    high: float
    standard_error: float | None

    @property
    def holds_zero(self) -> bool:
        """Whether 0 is in it."""
        return self.low <= 0 <= self.high

    @property
    def is_point(self) -> bool:
        """Whether both ends are the same, but for rounding."""
        largest = max(abs(self.low), abs(self.high))
        return math.isfinite(largest) and self.high - self.low <= _ROUNDING * largest


@dataclass(frozen=True)
class Intervals:
    """Of all coefficients of a fit.

    Attributes:
        method: None where there are none.
        level: of them.
        intercept: None where the model has none, or there is no interval.
        coefficients: (p,) one for each design column, or why there is none.
        absent: why there are none at all; None where there are some.
        robust: whether they allow for a spread that differs from row to row.
        cautions: what a reader should know.
        rows: n, or Σω where weights are repetitions.
        replicates: of a bootstrap; else None.
        unproved: how many of the replicates are not proved to be optimal.
        cluster: the column that clusters came from; None without.
        clusters: how many of them.
    """

    method: Method | None
    level: float
    intercept: Interval | None
    coefficients: tuple[Interval | Unavailable, ...]
    absent: Unavailable | None = None
    robust: bool = True
    cautions: tuple[Caution, ...] = ()
    rows: float = 0.0
    replicates: int | None = None
    unproved: int = 0
    cluster: str | None = None
    clusters: int | None = None

    @staticmethod
    def none(reason: Unavailable, level: float, count: int) -> "Intervals":
        """No intervals for so many design columns."""
        return Intervals(None, level, None, (reason,) * count, absent=reason)


@dataclass(frozen=True)
class OptimalRange:
    """Which values a coefficient can have at the same loss.

    Attributes:
        low, high: the least and the largest that were found.
        is_proved: whether it can be neither less nor more.
    """

    low: float
    high: float
    is_proved: bool = True

    @property
    def is_point(self) -> bool:
        """Whether both are the same, but for rounding."""
        return self.high - self.low <= _ROUNDING * max(abs(self.low), abs(self.high))


@dataclass(frozen=True)
class RankTest:
    """Of the hypothesis that some columns do not matter.

    Attributes:
        statistic: χ² under it.
        degrees: its degrees of freedom.
        p_value: the probability of as large a statistic by chance.
    """

    statistic: float
    degrees: int
    p_value: float


@dataclass(frozen=True)
class Importance:
    """What a fit loses without a feature.

    Attributes:
        feature: the column, with all of its levels.
        loss: the mean training loss of the best fit without it.
        test: that it does not matter, or why there is none.
    """

    feature: str
    loss: float
    test: RankTest | Unavailable

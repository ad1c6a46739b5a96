"""How well predictions meet targets: metrics, and rows by their place in a file.

With residuals r = y − ŷ and weights ω (1 unless given), every mean is Σ ω·f(r) / Σ ω.
"""

from dataclasses import dataclass

from mae_cli.errors import Place

_ROUNDING = 1e-14


@dataclass(frozen=True)
class Metrics:
    """The metrics of one set of predictions, in the target's units.

    Attributes:
        mae: mean |r|.
        mse: mean r²; None when it overflows.
        rmse: √mse.
        median_ae: weighted median of |r|.
        r2: 1 − Σωr² / Σω(y − ȳ)²; None for a constant target, and when it overflows.
        baseline_mae: the mean loss of the model without features: mean |y − m| with m the training median
            (mean for MSE, τ-quantile for pinball).
        pinball: mean of ½|r| + (τ − ½) r; None unless a quantile other than the median was fitted.
    """

    mae: float
    mse: float | None
    rmse: float | None
    median_ae: float
    r2: float | None
    baseline_mae: float
    pinball: float | None

    @property
    def is_rounding(self) -> bool:
        """Whether the MAE is nothing but rounding: no more than 1e-14 of that of the model without features."""
        return self.mae <= _ROUNDING * self.baseline_mae

    @property
    def pinball_loss(self) -> float:
        """At the quantile that was fitted: that of the median is half of the MAE."""
        return 0.5 * self.mae if self.pinball is None else self.pinball


@dataclass(frozen=True)
class Sides:
    """How many rows lie above, below and (to rounding) on a fit."""

    above: int
    below: int
    on: int


@dataclass(frozen=True)
class Scores:
    """Metrics of the model beside those of the trivial baseline (median for MAE, mean for MSE, τ-quantile).

    Attributes:
        model, baseline: the metrics.
        coverage: for each of the two the share of the targets at or below the prediction, by weight.
        sides: of the model.
    """

    model: Metrics
    baseline: Metrics
    coverage: tuple[float, float] | None = None
    sides: Sides | None = None

    @property
    def r1(self) -> float | None:
        """R1 = 1 − loss / loss of the constant, of the pinball loss (Koenker and Machado, 1999).

        None where the constant has none, as in a constant target. It says nothing of a fit of least squares.
        """
        ours, constant = (each.mae if each.pinball is None else each.pinball for each in (self.model, self.baseline))
        return 1 - ours / constant if constant > 0 else None


CONFIDENCE = 0.95
"""Of the interval of a difference."""


@dataclass(frozen=True)
class Difference:
    """How much larger the mean loss of one model is than that of another one on the same rows.

    Attributes:
        value: the difference on these rows.
        interval: its 95 % interval; None when fewer than two rows have weight.
        p_value: two-sided, of no difference; None likewise.
        least_p_value: the smallest that so many resamples can show; None likewise.
    """

    value: float
    interval: tuple[float, float] | None
    p_value: float | None
    least_p_value: float | None


@dataclass(frozen=True)
class PlacedRow:
    """A row of a file.

    Attributes:
        place: the file it is in, with its line (the header of text is line 1), or its row (the first is row 1).
    """

    place: Place

    @property
    def unit(self) -> str:
        """What its number counts: lines of text, or rows of Parquet."""
        return "row" if self.place.line is None else "line"

    @property
    def position(self) -> str:
        """Its place as editors and compilers name one: `flights.csv:7`."""
        return f"{self.place.file}:{self.place.row if self.place.line is None else self.place.line}"


@dataclass(frozen=True)
class Outside:
    """Rows with a number outside its training range.

    Attributes:
        rows: how many.
        column: the one with the most such cells, the first of several.
        cells: how many those are.
        minimum: least value of this column in training.
        maximum: its greatest.
        unit: of dates (days since 1970-01-01) and times of day (hours); None for other numbers.
    """

    rows: int
    column: str
    cells: int
    minimum: float
    maximum: float
    unit: str | None = None

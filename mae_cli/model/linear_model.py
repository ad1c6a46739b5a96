"""What every fitted model is, of the library or from a file: a linear function of named columns that predicts."""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import Schema
from mae_cli.tables.features import Features, design_of


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A linear model ŷ = intercept + Xw.

    Attributes:
        target: the column it predicts.
        loss: "mae" or "mse".
        quantile: τ, 0.5 unless another was fitted.
        weight: the column of weights in training, if any.
        schema: the columns and levels that it reads.
        point: the linear function on the schema's design matrix.
    """

    target: str
    loss: str
    quantile: float
    weight: str | None
    schema: Schema
    point: Coefficients

    @property
    def intercept(self) -> float:
        """0.0 when the model has none."""
        return self.point.intercept

    @property
    def coefficients(self) -> FloatArray:
        """(p,) one for each of `columns`."""
        return self.point.values

    @property
    def columns(self) -> tuple[tuple[str, str | None], ...]:
        """(column, level) of every coefficient; the level is None for a number."""
        return self.schema.design_columns

    def predict(self, X: Features) -> FloatArray:
        """ŷ, (n,), for a frame with the model's columns or an (n, p) array of them; NaN for a level never seen.

        Raises:
            DataError: a column is absent or of another kind, or a cell is no number, masked, missing or infinite.
        """
        design, unseen = design_of(self.schema, X)
        predicted = self.point.predict(design)
        predicted[unseen] = np.nan
        return predicted

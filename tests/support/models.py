"""A model with every kind of term, as a value and as the text of its file."""

from dataclasses import replace

import numpy as np

from mae_cli.model.model import Baseline, Model
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import CategoricalColumn, NumericColumn, Schema

MODEL = Model(
    target="delay",
    loss="mae",
    quantile=0.9,
    weight="trips",
    schema=Schema((CategoricalColumn("carrier", ("UA", "AA", "B6")), NumericColumn("hour", 5.0, 23.0))),
    point=Coefficients(1.5, np.array([0.1, -2.0, 0.25])),
    missing="drop",
    baseline=Baseline(2.0, 3.0, 7.0),
    training={
        "rows": 4,
        "seed": 0,
        "solver": "auto",
        "metrics": {
            "mae": 0.5,
            "mse": 0.5,
            "rmse": 0.75,
            "median_ae": 0.5,
            "r2": None,
            "baseline_mae": 1.5,
            "pinball": 0.25,
        },
        "certificate": {
            "status": "optimal",
            "loss": 0.25,
            "lower_bound": 0.25,
            "relative_gap": 0.0,
            "unique": True,
        },
        "mae_cli": "0.1.0",
        "numpy": "2.4.6",
        "pandas": "3.1.1",
    },
)

TEXT = """{
 "schema": "mae-cli/model",
 "version": 1,
 "target": "delay",
 "loss": "mae",
 "quantile": 0.9,
 "weight": "trips",
 "intercept": 1.5,
 "terms": [
  {
   "column": "carrier",
   "kind": "categorical",
   "baseline": "UA",
   "levels": {
    "AA": -2.0,
    "B6": 0.25,
    "UA": 0.0
   }
  },
  {
   "column": "hour",
   "kind": "numeric",
   "coefficient": 0.1,
   "minimum": 5.0,
   "maximum": 23.0
  }
 ],
 "missing": "drop",
 "baseline": {
  "median": 2.0,
  "mean": 3.0,
  "quantile": 7.0
 },
 "training": {
  "rows": 4,
  "seed": 0,
  "solver": "auto",
  "metrics": {
   "mae": 0.5,
   "mse": 0.5,
   "rmse": 0.75,
   "median_ae": 0.5,
   "r2": null,
   "baseline_mae": 1.5,
   "pinball": 0.25
  },
  "certificate": {
   "status": "optimal",
   "loss": 0.25,
   "lower_bound": 0.25,
   "relative_gap": 0.0,
   "unique": true
  },
  "mae_cli": "0.1.0",
  "numpy": "2.4.6",
  "pandas": "3.1.1"
 }
}
"""


def a_model(intercept: float, *features: tuple[NumericColumn | CategoricalColumn, list[float]], **fields) -> Model:
    """A model of features with the coefficient of each, or of each level but the baseline."""
    columns = [feature for feature, _ in features]
    numbers = [value for feature, values in features if isinstance(feature, NumericColumn) for value in values]
    levels = [value for feature, values in features if isinstance(feature, CategoricalColumn) for value in values]
    plain = {"target": "y", "loss": "mae", "quantile": 0.5, "weight": None}
    point = Coefficients(intercept, np.array(numbers + levels))
    return replace(MODEL, schema=Schema(tuple(columns)), point=point, **(plain | fields))


def with_intercept(model: Model, intercept: float) -> Model:
    """The same model with another intercept."""
    return replace(model, point=Coefficients(intercept, model.coefficients))
